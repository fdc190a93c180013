//! Rows of a hundred per cent, split by grade; the counts stand in the parts.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::Feed;
use super::theme::{INK, PAPER, RED, STACK, SUB, ink_on, size};
use crate::error::Result;
use plotters::style::RGBColor;

/// Draws the chart; roles: `label`, `values` (counts), `total` (printed at the right).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let label = feed.column(feed.spec.label.as_ref())?;
    let total = feed.column(feed.spec.total.as_ref())?;
    let columns: Vec<usize> = feed.spec.values.iter().map(|c| feed.table.column(c)).collect::<Result<_>>()?;
    let t = type_of(size::LABEL);
    let texts: Vec<String> = (0..feed.table.len()).map(|r| feed.name(r, label)).collect();
    let totals: Vec<String> = (0..feed.table.len()).map(|r| feed.table.words(r, total)).collect();
    let names = canvas.widest(texts.iter().map(String::as_str), t).min(area.w() * 0.3);
    let right = canvas.widest(totals.iter().map(String::as_str), t);
    let field = area.inset(names + 10.0, 24.0, right + 12.0, 0.0);
    legend(canvas, area, field, feed, &columns);
    let row = field.h() / texts.len().max(1) as f64;
    for (r, name) in texts.iter().enumerate() {
        let middle = field.y0 + row * (r as f64 + 0.5);
        canvas.text(&canvas.fit(name, t, names), field.x0 - 8.0, middle, t.right());
        canvas.text(&totals[r], area.x1, middle, t.right());
        let parts: Vec<(f64, String)> =
            columns.iter().map(|&c| (feed.table.value(r, c).unwrap_or(0.0).max(0.0), feed.table.text(r, c))).collect();
        bar(canvas, field, (middle, row), &parts);
    }
    Ok(())
}

/// Fills a part and says which ink can be read on it. The last part is the bad one (failed, left, not done): strokes,
/// since a copier makes red and dark blue the same grey.
fn part(canvas: &Canvas, r: Rect, i: usize, count: usize) -> RGBColor {
    if i + 1 == count {
        canvas.hatched(r, RED);
        return RED;
    }
    canvas.fill(r, STACK[i.min(3)]);
    ink_on(STACK[i.min(3)])
}

/// A number in a part; on strokes it gets paper behind it.
fn number(canvas: &Canvas, (x, y): (f64, f64), text: &str, ink: RGBColor) {
    let t = type_of(size::SMALL).centre();
    if ink == RED {
        let half = canvas.width(text, t.bold()) / 2.0 + 2.0;
        canvas.fill(Rect::new(x - half, y - 6.0, x + half, y + 6.0), PAPER);
    }
    canvas.text(text, x, y, t.bold_if(ink == RED).colour(if ink == RED { INK } else { ink }));
}

fn legend(canvas: &Canvas, area: Rect, field: Rect, feed: &Feed, columns: &[usize]) {
    let t = type_of(size::SMALL).colour(SUB);
    let mut x = field.x0;
    for (i, &c) in columns.iter().enumerate() {
        let title = &feed.table.column_def(c).title;
        part(canvas, Rect::new(x, area.y0 + 3.0, x + 14.0, area.y0 + 13.0), i, columns.len());
        canvas.text(title, x + 18.0, area.y0 + 8.0, t);
        x += 18.0 + canvas.width(title, t) + 16.0;
    }
}

fn bar(canvas: &Canvas, field: Rect, (middle, row): (f64, f64), parts: &[(f64, String)]) {
    let half = (row * 0.36).min(13.0);
    let sum: f64 = parts.iter().map(|p| p.0).sum();
    if sum <= 0.0 {
        return canvas.blank(Rect::new(field.x0, middle - half, field.x1, middle + half));
    }
    let t = type_of(size::SMALL).centre();
    let mut x = field.x0;
    for (i, (value, text)) in parts.iter().enumerate() {
        let end = x + field.w() * value / sum;
        if end > x {
            let ink = part(canvas, Rect::new(x + 0.5, middle - half, end - 0.5, middle + half), i, parts.len());
            if end - x > canvas.width(text, t) + 4.0 {
                number(canvas, ((x + end) / 2.0, middle), text, ink);
            }
        }
        x = end;
    }
}
