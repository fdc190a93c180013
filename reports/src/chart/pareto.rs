//! Pareto: bars from many to few, and the share that the first ones make together.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::Feed;
use super::scale::Axis;
use super::theme::{BLUE, GREY, INK, OCHRE, PALE, RULE, SUB, size};
use crate::error::Result;
use crate::number;

/// Draws the chart; roles: `label`, `value`, `rate` (cumulative share). Rows come ordered.
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let items = feed.items()?;
    let rate = feed.column(feed.spec.rate.as_ref())?;
    // Bars share the scale of their sum, so that the line starts on the first bar and stays above the others.
    let sum: f64 = items.iter().filter_map(|i| i.value).sum();
    let axis = Axis::exact([sum]);
    let last = number::tick(axis.high, 1.0, false);
    let plot = area.inset(canvas.width(&last, type_of(size::SMALL)).max(30.0) + 12.0, 26.0, 46.0, 50.0);
    mesh(canvas, area, plot, &axis, feed, rate)?;
    let slot = plot.w() / items.len().max(1) as f64;
    let middle = |i: usize| plot.x0 + slot * (i as f64 + 0.5);
    let shares: Vec<Option<f64>> = (0..items.len()).map(|r| feed.table.value(r, rate)).collect();
    let value = type_of(size::LABEL).bold().centre().top();
    let vital = shares.iter().position(|s| s.is_some_and(|s| s >= 0.8)).unwrap_or(items.len());
    for (i, item) in items.iter().enumerate() {
        let half = (slot * 0.33).min(34.0);
        let top = axis.at(item.value.unwrap_or(0.0).max(0.0), plot.y1, plot.y0);
        let colour = if i <= vital { BLUE } else { PALE };
        canvas.fill(Rect::new(middle(i) - half, top, middle(i) + half, plot.y1), colour);
        let lines = canvas.balance(&item.name, type_of(size::SMALL), slot - 4.0, 2);
        canvas.lines(&lines, middle(i), plot.y1 + 6.0, type_of(size::SMALL).centre().top());
        // Values stand below the names, where no line passes.
        let y = plot.y1 + 8.0 + lines.len() as f64 * size::SMALL * 1.22;
        canvas.text(&canvas.fit(&item.text, value, slot - 2.0), middle(i), y, value);
    }
    let line: Vec<(f64, f64)> =
        shares.iter().enumerate().filter_map(|(i, s)| s.map(|s| (middle(i), share_y(plot, s)))).collect();
    canvas.line(&line, OCHRE, 2.2);
    for (r, &(x, y)) in line.iter().enumerate() {
        canvas.dot(x, y, 3.2, OCHRE);
        let t = type_of(size::SMALL).centre().bottom().colour(INK);
        canvas.text(&feed.table.text(r, rate), x, y - 6.0, t);
    }
    Ok(())
}

/// Height of a share.
fn share_y(plot: Rect, share: f64) -> f64 {
    plot.y1 - plot.h() * share.clamp(0.0, 1.0)
}

fn mesh(canvas: &Canvas, area: Rect, plot: Rect, axis: &Axis, feed: &Feed, rate: usize) -> Result<()> {
    let t = type_of(size::SMALL).colour(SUB);
    let ticks = Axis::over(axis.low, axis.high, 5);
    for tick in ticks.ticks().into_iter().filter(|t| *t <= axis.high) {
        let y = axis.at(tick, plot.y1, plot.y0);
        canvas.line(&[(plot.x0, y), (plot.x0 + 4.0, y)], GREY, 1.0);
        canvas.text(&number::tick(tick, ticks.step, false), plot.x0 - 6.0, y, t.right());
    }
    for share in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        let y = share_y(plot, share);
        canvas.line(&[(plot.x0, y), (plot.x1, y)], if share == 0.0 { GREY } else { RULE }, 1.0);
        canvas.text(&number::tick(share, 0.2, true), plot.x1 + 6.0, y, t);
    }
    let value = feed.table.column_def(feed.column(feed.spec.value.as_ref())?);
    canvas.text(&format!("{}（{}）", value.title, value.unit), area.x0, area.y0 + 5.0, t);
    canvas.text(&feed.table.column_def(rate).title, area.x1, area.y0 + 5.0, t.right());
    Ok(())
}
