//! Matrix of counts: a circle whose area is the count, with the number in or beside it; margins hold names.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::{Feed, Grid};
use super::theme::{BLUE, INK, PAPER, RULE, SUB, size};
use crate::error::Result;

/// Draws the chart; roles: `label` (rows), `across` (columns), `value` (a count).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let grid = feed.grid()?;
    let label = type_of(size::LABEL);
    let names = canvas.widest(grid.rows.iter().map(String::as_str), label).min(area.w() * 0.28);
    let column = (area.w() - names - 12.0) / grid.columns.len().max(1) as f64;
    let heads: Vec<Vec<String>> =
        grid.columns.iter().map(|n| canvas.balance(n, type_of(size::SMALL), column - 4.0, 2)).collect();
    let most = heads.iter().map(Vec::len).max().unwrap_or(0) as f64;
    let cells = area.inset(names + 12.0, most * size::SMALL * 1.22 + 8.0, 0.0, 0.0);
    for (x, lines) in heads.iter().enumerate() {
        let t = type_of(size::SMALL).colour(SUB).centre().bottom();
        canvas.lines(lines, cells.x0 + column * (x as f64 + 0.5), cells.y0 - 6.0, t);
    }
    circles(canvas, cells, column, &grid);
    let row = cells.h() / grid.rows.len().max(1) as f64;
    for (y, name) in grid.rows.iter().enumerate() {
        let middle = cells.y0 + row * (y as f64 + 0.5);
        canvas.text(&canvas.fit(name, label, names), cells.x0 - 8.0, middle, label.right());
    }
    Ok(())
}

fn circles(canvas: &Canvas, cells: Rect, column: f64, grid: &Grid) {
    let row = cells.h() / grid.rows.len().max(1) as f64;
    let greatest = grid.values().fold(0.0, f64::max);
    let widest = (row.min(column) * 0.46).min(20.0);
    for y in 0..=grid.rows.len() {
        let at = cells.y0 + row * y as f64;
        canvas.line(&[(cells.x0, at), (cells.x1, at)], RULE, 0.8);
    }
    for (y, line) in grid.cells.iter().enumerate() {
        for (x, cell) in line.iter().enumerate() {
            let (cx, cy) = (cells.x0 + column * (x as f64 + 0.5), cells.y0 + row * (y as f64 + 0.5));
            let value = cell.as_ref().and_then(|item| item.value).unwrap_or(0.0);
            let text = cell.as_ref().map_or("—", |item| item.text.as_str());
            let radius = if greatest > 0.0 { widest * (value.max(0.0) / greatest).sqrt() } else { 0.0 };
            let t = type_of(size::SMALL).centre();
            if value <= 0.0 {
                canvas.text(text, cx, cy, t.colour(SUB));
            } else if radius * 1.5 > canvas.width(text, t) && radius > 7.0 {
                canvas.dot(cx, cy, radius, BLUE);
                canvas.text(text, cx, cy, t.bold().colour(PAPER));
            } else {
                beside(canvas, (cx, cy), radius, text, column - 2.0);
            }
        }
    }
}

/// A circle too small for its number: the number stands beside it, smaller if the column is narrow.
fn beside(canvas: &Canvas, (cx, cy): (f64, f64), radius: f64, text: &str, room: f64) {
    let wide = canvas.width(text, type_of(size::SMALL));
    let whole = 2.0 * radius + 3.0 + wide;
    let scale = ((room - 2.0 * radius - 3.0) / wide).clamp(0.3, 1.0);
    let left = cx - whole.min(room) / 2.0;
    canvas.dot(left + radius, cy, radius, BLUE);
    canvas.text(text, left + 2.0 * radius + 3.0, cy, type_of(size::SMALL * scale).colour(INK));
}
