//! Bars of one measure in the order of the data; zero, negative and missing values keep their place.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::{Feed, Item, shown};
use super::scale::Axis;
use super::theme::{BLUE, GREY, INK, PALE, RED, SUB, size};
use crate::error::Result;

/// Draws the chart; roles: `label`, `value`, optional `rate` (a second number at the right), `lines`, `focus`.
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let mut items = feed.items()?;
    let format = feed.format(feed.spec.value.as_ref())?;
    for item in &mut items {
        item.value = item.value.map(|v| shown(v, format));
    }
    let side = feed.spec.rate.as_ref().map(|c| feed.table.column(c)).transpose()?;
    let label = type_of(size::LABEL);
    let names = canvas.widest(items.iter().map(|i| i.name.as_str()), label.bold()).min(area.w() * 0.36);
    let values = canvas.widest(items.iter().map(|i| i.text.as_str()), label.bold());
    let extra: Vec<String> = side.map_or_else(Vec::new, |c| (0..items.len()).map(|r| feed.table.words(r, c)).collect());
    let head = side.map(|c| feed.table.column_def(c).title.clone()).unwrap_or_default();
    let right = canvas.widest(extra.iter().map(String::as_str).chain([head.as_str()]), label);
    let top = if side.is_some() || !feed.spec.lines.is_empty() { 20.0 } else { 2.0 };
    let negative = items.iter().any(|i| i.value.is_some_and(|v| v < 0.0));
    let left = names + 10.0 + if negative { values + 8.0 } else { 0.0 };
    let field = area.inset(left, top, values + 12.0 + if right > 0.0 { right + 14.0 } else { 0.0 }, 0.0);
    let axis = Axis::exact(items.iter().filter_map(|i| i.value).chain(feed.spec.lines.iter().map(|l| l.at)));
    thresholds(canvas, field, &axis, feed);
    canvas.text(&head, area.x1, area.y0 + 8.0, type_of(size::SMALL).colour(SUB).right());
    let row = field.h() / items.len().max(1) as f64;
    for (i, item) in items.iter().enumerate() {
        let middle = field.y0 + row * (i as f64 + 0.5);
        let name = label.right().bold_if(in_focus(feed, i, items.len()));
        canvas.text(&canvas.fit(&item.name, name, names), area.x0 + names, middle, name);
        bar(canvas, field, &axis, (middle, row), item, in_focus(feed, i, items.len()));
        if let Some(text) = extra.get(i) {
            canvas.text(text, area.x1, middle, label.right());
        }
    }
    let zero = axis.at(0.0, field.x0, field.x1);
    canvas.line(&[(zero, field.y0), (zero, field.y1)], INK, 1.0);
    Ok(())
}

fn in_focus(feed: &Feed, i: usize, count: usize) -> bool {
    match feed.spec.focus.as_deref() {
        Some("first") => i == 0,
        Some("last") => i + 1 == count,
        Some("all") => true,
        _ => false,
    }
}

fn thresholds(canvas: &Canvas, field: Rect, axis: &Axis, feed: &Feed) {
    let t = type_of(size::FOOT).colour(SUB).centre().bottom();
    for line in &feed.spec.lines {
        let x = axis.at(line.at, field.x0, field.x1);
        canvas.dashes((x, field.y0), (x, field.y1), GREY, 1.2);
        canvas.text(&line.label, x, field.y0 - 3.0, t);
    }
}

fn bar(canvas: &Canvas, field: Rect, axis: &Axis, (middle, row): (f64, f64), item: &Item, focus: bool) {
    let half = (row * 0.34).min(12.0);
    let zero = axis.at(0.0, field.x0, field.x1);
    let value = item.value.unwrap_or(0.0);
    let end = axis.at(value, field.x0, field.x1);
    let colour = if value < 0.0 {
        RED
    } else if focus {
        BLUE
    } else {
        PALE
    };
    if item.value.is_some() && value != 0.0 {
        canvas.fill(Rect::new(zero.min(end), middle - half, zero.max(end), middle + half), colour);
    }
    let t = type_of(size::LABEL).bold_if(focus).colour(if value < 0.0 { RED } else { INK });
    if value < 0.0 {
        canvas.text(&item.text, end - 6.0, middle, t.right());
    } else {
        canvas.text(&item.text, end + 6.0, middle, t);
    }
}
