//! Profiles of the units over the first-level indicators: one small radar each, with the median of all behind it.

use std::f64::consts::{FRAC_PI_2, TAU};

use super::canvas::{Canvas, Rect, type_of};
use super::feed::{Feed, Grid};
use super::theme::{BLUE, GREY, INK, RED, RULE, SUB, size};
use crate::error::Result;

const KEYS: [char; 12] = ['①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨', '⑩', '⑪', '⑫'];

/// Draws the chart; roles: `label` (one radar each), `across` (one axis each), `value` (a ratio from 0 to 1).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let grid = feed.grid()?;
    let t = type_of(size::SMALL).colour(SUB).bottom();
    let names: Vec<String> =
        grid.columns.iter().enumerate().map(|(i, n)| format!("{}{n}", KEYS.get(i).unwrap_or(&'·'))).collect();
    let lines = canvas.wrap_with(&names.join("  "), "（灰色为各单位中位数）", t, area.w(), 3);
    canvas.lines(&lines, area.x0, area.y1, t);
    let bottom = area.y1 - lines.len() as f64 * size::SMALL * 1.22 - 8.0;
    let across = grid.rows.len().clamp(1, 4);
    let down = grid.rows.len().div_ceil(across).max(1);
    let (w, h) = (area.w() / across as f64, (bottom - area.y0) / down as f64);
    let medians: Vec<f64> = (0..grid.columns.len()).map(|x| median(&grid, x)).collect();
    for y in 0..grid.rows.len() {
        let (left, top) = (area.x0 + w * (y % across) as f64, area.y0 + h * (y / across) as f64);
        radar(canvas, Rect::new(left, top, left + w, top + h), &grid, y, &medians);
    }
    Ok(())
}

fn median(grid: &Grid, column: usize) -> f64 {
    let mut values: Vec<f64> = grid.cells.iter().filter_map(|row| row[column].as_ref()?.value).collect();
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n == 0 { 0.0 } else { (values[(n - 1) / 2] + values[n / 2]) / 2.0 }
}

fn radar(canvas: &Canvas, r: Rect, grid: &Grid, y: usize, medians: &[f64]) {
    let head = type_of(size::LABEL).bold().centre().top();
    canvas.text(&canvas.fit(&grid.rows[y], head, r.w() - 4.0), r.centre().0, r.y0, head);
    let body = r.inset(4.0, size::LABEL * 1.3 + 5.0, 4.0, 4.0);
    let (cx, cy) = body.centre();
    let radius = (body.w().min(body.h()) / 2.0 - 13.0).max(8.0);
    let count = grid.columns.len().max(3);
    let at = |i: usize, v: f64| {
        let angle = TAU * i as f64 / count as f64 - FRAC_PI_2;
        (cx + radius * v * angle.cos(), cy + radius * v * angle.sin())
    };
    for ring in [0.5, 1.0] {
        canvas.line(&(0..=count).map(|i| at(i % count, ring)).collect::<Vec<_>>(), RULE, 1.0);
    }
    let back: Vec<_> = (0..medians.len()).map(|i| at(i, medians[i].clamp(0.0, 1.0))).collect();
    canvas.veil(&back, GREY, 0.55);
    let values: Vec<f64> =
        grid.cells[y].iter().map(|c| c.as_ref().and_then(|i| i.value).unwrap_or(0.0).clamp(0.0, 1.0)).collect();
    let mut front: Vec<_> = values.iter().enumerate().map(|(i, v)| at(i, *v)).collect();
    front.extend(front.first().copied());
    canvas.line(&front, BLUE, 2.0);
    for (i, v) in values.iter().enumerate() {
        let (x, y) = at(i, *v);
        let weak = *v < 0.6;
        canvas.dot(x, y, if weak { 3.4 } else { 2.2 }, if weak { RED } else { BLUE });
        let (x, y) = at(i, 1.0 + 9.5 / radius);
        let t = type_of(size::SMALL).centre().bold_if(weak).colour(if weak { RED } else { INK });
        canvas.text(&KEYS.get(i).unwrap_or(&'·').to_string(), x, y, t);
    }
}
