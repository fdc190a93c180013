//! Heat map: units × first-level indicators, pilots × indicators, months × units. Missing cells are struck through.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::{Feed, Grid, Item};
use super::scale::extent;
use super::theme::{INK, SUB, ink_on, ramp, size};
use crate::error::Result;
use crate::number::{self, Format};

/// Draws the chart; roles: `label` (rows), `across` (columns), `value`.
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let grid = feed.grid()?;
    let format = feed.format(feed.spec.value.as_ref())?;
    let (low, high) = domain(feed, &grid);
    let label = type_of(size::LABEL);
    let names = canvas.widest(grid.rows.iter().map(String::as_str), label).min(area.w() * 0.28);
    let column = (area.w() - names - 10.0) / grid.columns.len().max(1) as f64;
    let heads = heads(canvas, &grid, column);
    let most = heads.iter().map(Vec::len).max().unwrap_or(0) as f64;
    scale(canvas, area, (low, high), format);
    let cells = area.inset(names + 10.0, 20.0 + most * size::SMALL * 1.22, 0.0, 0.0);
    for (x, lines) in heads.iter().enumerate() {
        let t = type_of(size::SMALL).colour(SUB).centre().bottom();
        canvas.lines(lines, cells.x0 + column * (x as f64 + 0.5), cells.y0 - 5.0, t);
    }
    let row = cells.h() / grid.rows.len().max(1) as f64;
    for (y, name) in grid.rows.iter().enumerate() {
        let top = cells.y0 + row * y as f64;
        canvas.text(&canvas.fit(name, label, names), cells.x0 - 8.0, top + row / 2.0, label.right());
        for x in 0..grid.columns.len() {
            let left = cells.x0 + column * x as f64;
            let r = Rect::new(left + 1.0, top + 1.0, left + column - 1.0, top + row - 1.0);
            cell(canvas, r, grid.cells[y][x].as_ref(), (low, high));
        }
    }
    Ok(())
}

/// Limits of the colours: as the outline says, else the data's own.
fn domain(feed: &Feed, grid: &Grid) -> (f64, f64) {
    let (low, high) = extent(grid.values()).unwrap_or((0.0, 1.0));
    (feed.spec.from.unwrap_or(low).min(low), feed.spec.to.unwrap_or(high).max(high))
}

fn heads(canvas: &Canvas, grid: &Grid, column: f64) -> Vec<Vec<String>> {
    let t = type_of(size::SMALL);
    grid.columns.iter().map(|name| canvas.balance(name, t, column - 3.0, 3)).collect()
}

fn cell(canvas: &Canvas, r: Rect, item: Option<&Item>, (low, high): (f64, f64)) {
    let Some(item) = item else { return canvas.blank(r) };
    let Some(value) = item.value else { return canvas.blank(r) };
    let colour = ramp(if high > low { (value - low) / (high - low) } else { 0.5 });
    canvas.fill(r, colour);
    let t = type_of(size::SMALL).centre().colour(ink_on(colour));
    let text = item.text.trim_end_matches('%');
    if canvas.width(text, t) <= r.w() - 2.0 && r.h() >= size::SMALL {
        let (x, y) = r.centre();
        canvas.text(text, x, y, t);
    }
}

/// The scale of colours, above the cells on the right.
fn scale(canvas: &Canvas, area: Rect, (low, high): (f64, f64), format: Format) {
    let percent = format == Format::Pct1;
    let step = if percent { 0.001 } else { 0.1 };
    let text = |v: f64| number::tick(v, if v.fract().abs() < 1e-9 { 1.0 } else { step }, percent);
    let t = type_of(size::FOOT).colour(SUB);
    let end = canvas.width(&text(high), t);
    let bar = Rect::new(area.x1 - end - 4.0 - 96.0, area.y0 + 1.0, area.x1 - end - 4.0, area.y0 + 9.0);
    for i in 0..24 {
        let x = bar.x0 + 4.0 * f64::from(i);
        canvas.fill(Rect::new(x, bar.y0, x + 4.0, bar.y1), ramp(f64::from(i) / 23.0));
    }
    canvas.text(&text(low), bar.x0 - 4.0, bar.y0 + 4.0, t.right());
    canvas.text(&text(high), area.x1, bar.y0 + 4.0, t.right().colour(INK));
}
