//! Calendar of duties: one cell for each unit and month; a month without any is framed and marked, not just pale.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::{Feed, Grid};
use super::theme::{PAPER, RED, SUB, ink_on, ramp, size};
use crate::error::Result;

/// Draws the chart; roles: `label` (rows), `across` (months), `value` (a count).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let grid = feed.grid()?;
    let label = type_of(size::LABEL);
    let names = canvas.widest(grid.rows.iter().map(String::as_str), label).min(area.w() * 0.28);
    let cells = area.inset(names + 10.0, 20.0, 0.0, 22.0);
    let column = cells.w() / grid.columns.len().max(1) as f64;
    let row = cells.h() / grid.rows.len().max(1) as f64;
    let head = type_of(size::SMALL).colour(SUB).centre().bottom();
    for (x, name) in grid.columns.iter().enumerate() {
        canvas.text(name, cells.x0 + column * (x as f64 + 0.5), cells.y0 - 5.0, head);
    }
    let greatest = grid.values().fold(1.0, f64::max);
    for (y, name) in grid.rows.iter().enumerate() {
        let top = cells.y0 + row * y as f64;
        canvas.text(&canvas.fit(name, label, names), cells.x0 - 8.0, top + row / 2.0, label.right());
        for x in 0..grid.columns.len() {
            let left = cells.x0 + column * x as f64;
            day(
                canvas,
                Rect::new(left + 1.5, top + 1.5, left + column - 1.5, top + row - 1.5),
                &grid,
                (y, x),
                greatest,
            );
        }
    }
    key(canvas, area, cells);
    Ok(())
}

fn day(canvas: &Canvas, r: Rect, grid: &Grid, (y, x): (usize, usize), greatest: f64) {
    let Some(item) = &grid.cells[y][x] else { return canvas.blank(r) };
    let Some(value) = item.value else { return canvas.blank(r) };
    let (cx, cy) = r.centre();
    let t = type_of(size::SMALL).centre();
    if value <= 0.0 {
        canvas.fill(r, PAPER);
        canvas.frame(r, RED, 1.2);
        canvas.text("缺", cx, cy, t.bold().colour(RED));
        return;
    }
    let colour = ramp(0.15 + 0.7 * value / greatest);
    canvas.fill(r, colour);
    canvas.text(&item.text, cx, cy, t.colour(ink_on(colour)));
}

fn key(canvas: &Canvas, area: Rect, cells: Rect) {
    let y = area.y1 - 7.0;
    let t = type_of(size::FOOT).colour(SUB);
    let swatch = Rect::new(cells.x0, y - 5.0, cells.x0 + 14.0, y + 5.0);
    canvas.fill(swatch, ramp(0.5));
    canvas.text("已开展（格内为次数，颜色越深次数越多）", swatch.x1 + 5.0, y, t);
    let width = canvas.width("已开展（格内为次数，颜色越深次数越多）", t);
    let blank = Rect::new(swatch.x1 + 5.0 + width + 16.0, y - 5.0, swatch.x1 + 19.0 + width + 16.0, y + 5.0);
    canvas.frame(blank, RED, 1.2);
    canvas.text("当月未开展", blank.x1 + 5.0, y, t);
}
