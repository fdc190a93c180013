//! Ranked bars made of basic points, bonus and deduction. The columns of numbers beside them are the legend.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::Feed;
use super::scale::Axis;
use super::theme::{INK, RED, RULE, STACK, SUB, size};
use crate::error::Result;
use crate::number;

struct Row {
    name: String,
    grade: String,
    parts: [f64; 3],
    total: Option<f64>,
    texts: [String; 4],
}

struct Layout {
    bars: Rect,
    names: f64,
    columns: [f64; 4],
    row: f64,
}

/// Draws the chart; roles: `label`, `values` (core, bonus, deduct), `total`, optional `role` (grade), `lines`.
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let rows = rows(feed)?;
    let layout = layout(canvas, area, &rows);
    let axis = Axis::exact(rows.iter().map(top).chain([100.0]));
    lines(canvas, &layout, &axis, feed);
    heads(canvas, area, &layout, feed)?;
    for (i, row) in rows.iter().enumerate() {
        let y = layout.bars.y0 + layout.row * (i as f64 + 0.5);
        bar(canvas, &layout, &axis, y, row);
    }
    let zero = axis.at(0.0, layout.bars.x0, layout.bars.x1);
    canvas.line(&[(zero, layout.bars.y0), (zero, layout.bars.y1)], INK, 1.0);
    Ok(())
}

fn rows(feed: &Feed) -> Result<Vec<Row>> {
    let label = feed.column(feed.spec.label.as_ref())?;
    let total = feed.column(feed.spec.total.as_ref())?;
    let role = feed.spec.role.as_ref().map(|c| feed.table.column(c)).transpose()?;
    let parts: Vec<usize> = feed.spec.values.iter().map(|c| feed.table.column(c)).collect::<Result<_>>()?;
    let row = |r: usize| {
        let part = |i: usize| parts.get(i).map_or(0.0, |&c| feed.table.value(r, c).unwrap_or(0.0));
        let text = |i: usize| parts.get(i).map_or_else(String::new, |&c| feed.table.text(r, c));
        Row {
            name: feed.name(r, label),
            grade: role.map_or_else(String::new, |c| feed.name(r, c)),
            parts: [part(0), part(1), part(2)],
            total: feed.table.value(r, total),
            texts: [text(0), text(1), text(2), feed.table.text(r, total)],
        }
    };
    Ok((0..feed.table.len()).map(row).collect())
}

fn top(row: &Row) -> f64 {
    row.parts[0].max(0.0) + row.parts[1].max(0.0)
}

fn layout(canvas: &Canvas, area: Rect, rows: &[Row]) -> Layout {
    let label = type_of(size::LABEL);
    let grades = canvas.widest(rows.iter().map(|r| r.grade.as_str()), label);
    let names = canvas.widest(rows.iter().map(|r| r.name.as_str()), label.bold()).min(area.w() * 0.3);
    let width = canvas.widest(rows.iter().flat_map(|r| r.texts.iter().map(String::as_str)), label.bold()).max(38.0);
    let right = area.x1 - if grades > 0.0 { grades + 14.0 } else { 0.0 };
    let column = |i: f64| right - (3.0 - i) * (width + 12.0);
    let columns = [column(0.0), column(1.0), column(2.0), column(3.0)];
    let bars = Rect::new(
        area.x0 + names + 10.0,
        area.y0 + 34.0,
        (columns[0] - width - 14.0).max(area.x0 + names + 30.0),
        area.y1,
    );
    Layout { bars, names, columns, row: bars.h() / rows.len().max(1) as f64 }
}

fn lines(canvas: &Canvas, layout: &Layout, axis: &Axis, feed: &Feed) {
    let bars = layout.bars;
    let t = type_of(size::FOOT).colour(SUB).centre().bottom();
    let mut free = bars.x0;
    let mut thresholds: Vec<_> = feed.spec.lines.iter().filter(|l| l.at >= axis.low && l.at <= axis.high).collect();
    thresholds.sort_by(|a, b| a.at.total_cmp(&b.at));
    for line in thresholds {
        let x = axis.at(line.at, bars.x0, bars.x1);
        canvas.line(&[(x, bars.y0 - 2.0), (x, bars.y1)], RULE, 1.0);
        // Lines that lie close together share the word of the first.
        let half = canvas.width(&line.label, t) / 2.0;
        if x - half >= free {
            canvas.text(&line.label, x, bars.y0 - 15.0, t);
            canvas.text(&number::tick(line.at, 1.0, false), x, bars.y0 - 3.0, t);
            free = x + half + 2.0;
        }
    }
}

fn heads(canvas: &Canvas, area: Rect, layout: &Layout, feed: &Feed) -> Result<()> {
    let t = type_of(size::SMALL).right().bold();
    let mut names: Vec<String> = feed.spec.values.iter().take(3).map(|c| feed.title(Some(c))).collect::<Result<_>>()?;
    names.push(feed.title(feed.spec.total.as_ref())?);
    let key = [STACK[0], STACK[1], RED, INK];
    for (i, name) in names.iter().enumerate() {
        let x = layout.columns[i];
        canvas.text(name, x, area.y0 + 19.0, t.colour(if i == 1 { SUB } else { key[i] }));
        let swatch = Rect::new(x - 24.0, area.y0 + 27.0, x, area.y0 + 31.0);
        match i {
            2 => canvas.hatched(swatch, RED),
            3 => {}
            _ => canvas.fill(swatch, key[i]),
        }
    }
    Ok(())
}

fn bar(canvas: &Canvas, layout: &Layout, axis: &Axis, y: f64, row: &Row) {
    let half = (layout.row * 0.32).min(13.0);
    let x = |v: f64| axis.at(v, layout.bars.x0, layout.bars.x1);
    let part = |from: f64, to: f64| Rect::new(x(from), y - half, x(to), y + half);
    let [core, _, deduct] = row.parts;
    canvas.fill(part(0.0, core.max(0.0)), STACK[0]);
    canvas.fill(part(core.max(0.0), top(row)), STACK[1]);
    if deduct < 0.0 && top(row) > 0.0 {
        canvas.hatched(part((top(row) + deduct).max(0.0), top(row)), RED);
    }
    let label = type_of(size::LABEL);
    canvas.text(&canvas.fit(&row.name, label, layout.names), layout.bars.x0 - 8.0, y, label.right());
    for (i, text) in row.texts.iter().enumerate() {
        let colour = if i == 2 && deduct < 0.0 { RED } else { INK };
        canvas.text(text, layout.columns[i], y, label.right().colour(colour).bold_if(i == 3));
    }
    let colour = if row.total.is_some_and(|t| t < 60.0) { RED } else { SUB };
    canvas.text(&row.grade, layout.columns[3] + 14.0, y, label.colour(colour));
}
