//! Funnel: one centred bar for each step, its count inside or beside it, the rate of passing at the right.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::{Feed, Item};
use super::theme::{INK, PAPER, STACK, SUB, mix, size};
use crate::error::Result;

/// Draws the chart; roles: `label`, `value`, `rate` (share of the step before), `total` (share of the first step).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let items = feed.items()?;
    let rates = [feed.column(feed.spec.rate.as_ref())?, feed.column(feed.spec.total.as_ref())?];
    let label = type_of(size::LABEL);
    let names = canvas.widest(items.iter().map(|i| i.name.as_str()), label);
    let heads = rates.map(|c| feed.table.column_def(c).title.clone());
    let head = type_of(size::SMALL).colour(SUB).right();
    let cells = |c: usize| (0..items.len()).map(move |r| feed.table.text(r, c));
    let width = [0, 1].map(|i| {
        let widest = cells(rates[i]).map(|text| canvas.width(&text, label)).fold(44.0, f64::max);
        canvas.width(&heads[i], head).max(widest) + 14.0
    });
    let field = area.inset(names + 12.0, 20.0, width[0] + width[1], 0.0);
    let at = [area.x1 - width[1], area.x1];
    for (x, text) in at.iter().zip(&heads) {
        canvas.text(text, *x, area.y0 + 8.0, head);
    }
    let greatest = items.iter().filter_map(|i| i.value).fold(0.0, f64::max);
    let row = field.h() / items.len().max(1) as f64;
    for (i, item) in items.iter().enumerate() {
        let middle = field.y0 + row * (i as f64 + 0.5);
        canvas.text(&item.name, area.x0 + names, middle, label.right());
        step(canvas, field, (middle, row), item, greatest, i);
        for (x, c) in at.iter().zip(rates) {
            canvas.text(&feed.table.text(i, c), *x, middle, label.right());
        }
    }
    Ok(())
}

fn step(canvas: &Canvas, field: Rect, (middle, row): (f64, f64), item: &Item, greatest: f64, i: usize) {
    let share = if greatest > 0.0 { item.value.unwrap_or(0.0).max(0.0) / greatest } else { 0.0 };
    let half = (field.w() * share / 2.0).max(0.5);
    let tall = (row * 0.36).min(18.0);
    let (cx, _) = field.centre();
    let colour = mix(STACK[0], STACK[1], i as f64 * 0.22);
    canvas.fill(Rect::new(cx - half, middle - tall, cx + half, middle + tall), colour);
    let t = type_of(size::LABEL).bold();
    if half * 2.0 > canvas.width(&item.text, t) + 10.0 {
        canvas.text(&item.text, cx, middle, t.centre().colour(PAPER));
    } else {
        canvas.text(&item.text, cx + half + 6.0, middle, t.colour(INK));
    }
}
