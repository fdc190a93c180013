//! Stacked bars by category: money spent, arrived but not spent, not yet arrived, for each channel.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::{Feed, shown};
use super::scale::Axis;
use super::theme::{GREY, INK, RULE, STACK, SUB, ink_on, size};
use crate::error::Result;
use crate::number;

struct Row {
    group: String,
    name: String,
    parts: Vec<f64>,
    texts: Vec<String>,
    total: String,
}

/// Draws the chart; roles: `label`, optional `group`, `values` (parts), `total` (printed at the end of the bar).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let rows = rows(feed)?;
    let label = type_of(size::LABEL);
    let names = canvas.widest(rows.iter().map(|r| r.name.as_str()), label).min(area.w() * 0.3);
    let groups = canvas.widest(rows.iter().map(|r| r.group.as_str()), label.bold());
    let totals = canvas.widest(rows.iter().map(|r| r.total.as_str()), label.bold());
    let left = names + 8.0 + if groups > 0.0 { groups + 14.0 } else { 0.0 };
    let field = area.inset(left, 42.0, totals + 12.0, 0.0);
    let axis = Axis::from_zero(rows.iter().map(|r| r.parts.iter().sum()), 5);
    legend(canvas, area, field, feed)?;
    let t = type_of(size::FOOT).colour(SUB).centre();
    for tick in axis.ticks() {
        let x = axis.at(tick, field.x0, field.x1);
        canvas.line(&[(x, field.y0), (x, field.y1)], if tick == 0.0 { INK } else { RULE }, 1.0);
        canvas.text(&number::tick(tick, axis.step, false), x, field.y0 - 8.0, t);
    }
    let pitch = field.h() / rows.len().max(1) as f64;
    let mut before = "";
    for (i, row) in rows.iter().enumerate() {
        let middle = field.y0 + pitch * (i as f64 + 0.5);
        if row.group != before {
            canvas.text(&row.group, area.x0, middle, label.bold());
            if i > 0 {
                let y = field.y0 + pitch * i as f64;
                canvas.line(&[(area.x0, y), (area.x1, y)], GREY, 0.7);
            }
            before = &row.group;
        }
        canvas.text(&canvas.fit(&row.name, label, names), field.x0 - 8.0, middle, label.right());
        bar(canvas, field, &axis, (middle, pitch, totals), row);
    }
    Ok(())
}

fn rows(feed: &Feed) -> Result<Vec<Row>> {
    let label = feed.column(feed.spec.label.as_ref())?;
    let group = feed.spec.group.as_ref().map(|c| feed.table.column(c)).transpose()?;
    let total = feed.column(feed.spec.total.as_ref())?;
    let columns: Vec<usize> = feed.spec.values.iter().map(|c| feed.table.column(c)).collect::<Result<_>>()?;
    let value = |r, c| feed.table.value(r, c).map_or(0.0, |v| shown(v, feed.table.column_def(c).format)).max(0.0);
    let row = |r| Row {
        group: group.map_or_else(String::new, |c| feed.name(r, c)),
        name: feed.name(r, label),
        parts: columns.iter().map(|&c| value(r, c)).collect(),
        texts: columns.iter().map(|&c| feed.table.text(r, c)).collect(),
        total: feed.table.text(r, total),
    };
    Ok((0..feed.table.len()).map(row).collect())
}

fn legend(canvas: &Canvas, area: Rect, field: Rect, feed: &Feed) -> Result<()> {
    let t = type_of(size::SMALL);
    let mut x = field.x0;
    for (i, name) in feed.spec.values.iter().enumerate() {
        let title = feed.title(Some(name))?;
        let box_ = Rect::new(x, area.y0 + 3.0, x + 14.0, area.y0 + 13.0);
        canvas.fill(box_, STACK[i.min(3)]);
        canvas.text(&title, x + 18.0, area.y0 + 8.0, t);
        x += 18.0 + canvas.width(&title, t) + 18.0;
    }
    let total = feed.title(feed.spec.total.as_ref())?;
    canvas.text(&total, area.x1, area.y0 + 8.0, t.bold().right());
    Ok(())
}

fn bar(canvas: &Canvas, field: Rect, axis: &Axis, (middle, pitch, totals): (f64, f64, f64), row: &Row) {
    let half = (pitch * 0.34).min(11.0);
    let t = type_of(size::SMALL.min(pitch * 0.62)).centre();
    let mut done = 0.0;
    for (i, part) in row.parts.iter().enumerate() {
        let (x0, x1) = (axis.at(done, field.x0, field.x1), axis.at(done + part, field.x0, field.x1));
        let colour = STACK[i.min(3)];
        if x1 > x0 {
            canvas.fill(Rect::new(x0, middle - half, x1, middle + half), colour);
        }
        if canvas.width(&row.texts[i], t) + 6.0 < x1 - x0 {
            canvas.text(&row.texts[i], (x0 + x1) / 2.0, middle, t.colour(ink_on(colour)));
        }
        done += part;
    }
    // Totals stand in a column, whatever the length of the bar.
    canvas.text(&row.total, field.x1 + 12.0 + totals, middle, type_of(size::LABEL).bold().right());
}
