//! From the lowest to the highest unit, with the city's value between: where units are far apart.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::Feed;
use super::scale::Axis;
use super::theme::{BLUE, GREY, INK, PALE, RULE, SUB, size};
use crate::error::Result;
use crate::number::{self, Format};

/// Draws the chart; roles: `label`, `low`, `value`, `high`.
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let items = feed.items()?;
    let ends = [feed.column(feed.spec.low.as_ref())?, feed.column(feed.spec.high.as_ref())?];
    let percent = feed.format(feed.spec.value.as_ref())? == Format::Pct1;
    let label = type_of(size::LABEL);
    let names = canvas.widest(items.iter().map(|i| i.name.as_str()), label).min(area.w() * 0.3);
    let values = canvas.widest(items.iter().map(|i| i.text.as_str()), label.bold());
    let field = area.inset(names + 24.0, 20.0, values + 26.0, 18.0);
    let all = (0..items.len()).flat_map(|r| ends.map(|c| feed.table.value(r, c))).flatten();
    let least = all.clone().fold(0.0, f64::min);
    let axis = Axis::over(least, all.fold(if percent { 1.0 } else { 0.0 }, f64::max), 5);
    let t = type_of(size::SMALL).colour(SUB).centre();
    for tick in axis.ticks() {
        let x = axis.at(tick, field.x0, field.x1);
        canvas.line(&[(x, field.y0), (x, field.y1)], RULE, 1.0);
        canvas.text(&number::tick(tick, axis.step, percent), x, field.y1 + 10.0, t);
    }
    key(canvas, area, field, feed)?;
    let row = field.h() / items.len().max(1) as f64;
    for (r, item) in items.iter().enumerate() {
        let middle = field.y0 + row * (r as f64 + 0.5);
        canvas.text(&canvas.fit(&item.name, label, names), area.x0 + names, middle, label.right());
        let x = |v: f64| axis.at(v, field.x0, field.x1);
        if let (Some(low), Some(high)) = (feed.table.value(r, ends[0]), feed.table.value(r, ends[1])) {
            canvas.fill(Rect::new(x(low), middle - 3.0, x(high), middle + 3.0), PALE);
            canvas.dot(x(low), middle, 4.0, GREY);
            canvas.dot(x(high), middle, 4.0, BLUE);
        }
        if let Some(v) = item.value {
            canvas.line(&[(x(v), middle - 9.0), (x(v), middle + 9.0)], INK, 2.6);
        }
        canvas.text(&item.text, area.x1, middle, label.bold().right());
    }
    Ok(())
}

fn key(canvas: &Canvas, area: Rect, field: Rect, feed: &Feed) -> Result<()> {
    let t = type_of(size::SMALL).colour(SUB);
    let y = area.y0 + 7.0;
    let titles = [&feed.spec.low, &feed.spec.value, &feed.spec.high].map(|role| feed.title(role.as_ref()));
    let mut x = field.x0;
    for (i, title) in titles.into_iter().enumerate() {
        let title = title?;
        match i {
            0 => canvas.dot(x + 4.0, y, 4.0, GREY),
            1 => canvas.line(&[(x + 4.0, y - 7.0), (x + 4.0, y + 7.0)], INK, 2.6),
            _ => canvas.dot(x + 4.0, y, 4.0, BLUE),
        }
        canvas.text(&title, x + 13.0, y, t);
        x += 13.0 + canvas.width(&title, t) + 18.0;
    }
    Ok(())
}
