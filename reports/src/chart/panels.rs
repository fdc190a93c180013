//! Small multiples: one small bar chart for each subject, with the median of all as a mark.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::{Feed, Grid};
use super::theme::{BLUE, GREY, INK, RED, RULE, SUB, size};
use crate::error::Result;

const KEYS: [char; 12] = ['①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨', '⑩', '⑪', '⑫'];

/// Draws the chart; roles: `label` (one panel each), `across` (one bar each), `value` (a ratio from 0 to 1).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let grid = feed.grid()?;
    let bottom = key(canvas, area, &grid);
    let across = columns_of_panels(grid.rows.len());
    let down = grid.rows.len().div_ceil(across).max(1);
    let (w, h) = (area.w() / across as f64, (bottom - area.y0) / down as f64);
    let medians: Vec<Option<f64>> = (0..grid.columns.len()).map(|x| median(&grid, x)).collect();
    for y in 0..grid.rows.len() {
        let left = area.x0 + w * (y % across) as f64;
        let top = area.y0 + h * (y / across) as f64;
        panel(canvas, Rect::new(left, top, left + w - 14.0, top + h - 8.0), &grid, y, &medians);
    }
    Ok(())
}

/// Panels a row: as square as the page allows.
fn columns_of_panels(count: usize) -> usize {
    match count {
        0..=1 => 1,
        2..=4 => 2,
        5..=6 => 3,
        7..=8 => 4,
        _ => 5,
    }
}

fn median(grid: &Grid, column: usize) -> Option<f64> {
    let mut values: Vec<f64> = grid.cells.iter().filter_map(|row| row[column].as_ref()?.value).collect();
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 { None } else { Some((values[(n - 1) / 2] + values[n / 2]) / 2.0) }
}

/// The key of numbers below the panels; returns its upper edge.
fn key(canvas: &Canvas, area: Rect, grid: &Grid) -> f64 {
    let t = type_of(size::SMALL).colour(SUB).bottom();
    let names: Vec<String> =
        grid.columns.iter().enumerate().map(|(i, name)| format!("{}{name}", KEYS.get(i).unwrap_or(&'·'))).collect();
    let lines = canvas.wrap_with(&names.join("  "), "（竖线为中位数）", t, area.w(), 3);
    canvas.lines(&lines, area.x0, area.y1, t);
    area.y1 - lines.len() as f64 * size::SMALL * 1.22 - 6.0
}

fn panel(canvas: &Canvas, r: Rect, grid: &Grid, y: usize, medians: &[Option<f64>]) {
    let head = type_of(size::SMALL + 0.5).bold().top();
    canvas.text(&canvas.fit(&grid.rows[y], head, r.w()), r.x0, r.y0, head);
    let bars = r.inset(14.0, size::SMALL * 1.22 + 5.0, 30.0, 0.0);
    let row = bars.h() / grid.columns.len().max(1) as f64;
    let small = type_of((row * 0.9).clamp(6.5, size::FOOT));
    for (x, cell) in grid.cells[y].iter().enumerate() {
        let top = bars.y0 + row * x as f64;
        let middle = top + row / 2.0;
        let mark = KEYS.get(x).unwrap_or(&'·').to_string();
        canvas.text(&mark, r.x0, middle, small.colour(SUB));
        let track = Rect::new(bars.x0, top + row * 0.2, bars.x1, top + row * 0.8);
        canvas.fill(track, RULE);
        let Some(item) = cell else { continue };
        let Some(value) = item.value else {
            canvas.text("—", bars.x1 + 3.0, middle, small.colour(SUB));
            continue;
        };
        let low = value < 0.6;
        let end = track.x0 + track.w() * value.clamp(0.0, 1.0);
        canvas.fill(Rect { x1: end, ..track }, if low { RED } else { BLUE });
        if let Some(m) = medians[x] {
            let at = track.x0 + track.w() * m.clamp(0.0, 1.0);
            canvas.line(&[(at, top + row * 0.05), (at, top + row * 0.95)], if at < end { GREY } else { INK }, 1.2);
        }
        let ink = if low { RED } else { INK };
        canvas.text(item.text.trim_end_matches('%'), bars.x1 + 3.0, middle, small.bold_if(low).colour(ink));
    }
}
