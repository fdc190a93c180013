//! Waterfall: from full marks through what was lost and gained to the score.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::Feed;
use super::scale::Axis;
use super::theme::{GREY, INK, PAPER, RED, STACK, SUB, TEAL, size};
use crate::error::Result;
use crate::number;

struct Step {
    name: String,
    text: String,
    from: f64,
    to: f64,
    whole: bool,
}

/// Draws the chart; roles: `label`, `value`, `role` (`base` and `total` stand on the axis, the rest hang between).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let steps = steps(feed)?;
    let low = steps.iter().map(|s| s.from.min(s.to)).filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
    let high = steps.iter().map(|s| s.from.max(s.to)).fold(0.0, f64::max);
    let below_zero = steps.iter().any(|s| s.to < 0.0 || (s.from < 0.0 && !s.whole));
    // A long empty foot hides the steps: the axis is cut, and says so.
    let floor = if !below_zero && low.is_finite() && low > high * 0.3 {
        ((low - (high - low) * 0.5) / 5.0).floor() * 5.0
    } else {
        0.0
    };
    let axis =
        Axis::over(if below_zero { steps.iter().map(|s| s.to).fold(0.0, f64::min) } else { floor.max(0.0) }, high, 5);
    let plot = area.inset(0.0, 22.0, 0.0, 34.0);
    let slot = plot.w() / steps.len().max(1) as f64;
    for (i, step) in steps.iter().enumerate() {
        let x = plot.x0 + slot * (i as f64 + 0.5);
        bar(canvas, plot, &axis, (x, slot), step, steps.get(i + 1).is_some());
        let lines = canvas.balance(&step.name, type_of(size::SMALL), slot - 2.0, 2);
        canvas.lines(&lines, x, plot.y1 + 6.0, type_of(size::SMALL).centre().top());
    }
    let ground = axis.at(axis.low.max(0.0), plot.y1, plot.y0);
    canvas.line(&[(plot.x0, ground), (plot.x1, ground)], INK, 1.0);
    if axis.low > 0.0 {
        let note = format!("纵轴自{}分起截断", number::tick(axis.low, axis.step, false));
        canvas.text(&note, area.x1, area.y0 + 5.0, type_of(size::SMALL).colour(SUB).right());
    }
    Ok(())
}

fn steps(feed: &Feed) -> Result<Vec<Step>> {
    let items = feed.items()?;
    let role = feed.column(feed.spec.role.as_ref())?;
    let mut level = 0.0;
    let mut steps = Vec::new();
    for (r, item) in items.into_iter().enumerate() {
        let value = item.value.unwrap_or(0.0);
        let whole = matches!(feed.name(r, role).as_str(), "base" | "total");
        let (from, to) = if whole { (0.0, value) } else { (level, level + value) };
        let plus = if !whole && value > 0.0 { "+" } else { "" };
        steps.push(Step { name: item.name, text: format!("{plus}{}", item.text), from, to, whole });
        level = to;
    }
    Ok(steps)
}

fn bar(canvas: &Canvas, plot: Rect, axis: &Axis, (x, slot): (f64, f64), step: &Step, joined: bool) {
    let y = |v: f64| axis.at(v.max(axis.low), plot.y1, plot.y0);
    let half = slot * 0.34;
    let (top, bottom) = (y(step.from.max(step.to)), y(step.from.min(step.to)));
    let body = Rect::new(x - half, top, x + half, bottom.max(top + 0.8));
    let colour = if step.whole {
        STACK[0]
    } else if step.to < step.from {
        RED
    } else {
        TEAL
    };
    if step.to < step.from && !step.whole {
        canvas.fill(body, PAPER);
        canvas.hatch(body, RED, 4.0);
        canvas.frame(body, RED, 1.0);
    } else {
        canvas.fill(body, colour);
    }
    if step.whole && axis.low > 0.0 {
        let cut = plot.y1 - 14.0;
        for gap in [0.0, 5.0] {
            canvas.line(&[(x - half - 1.0, cut + gap + 3.0), (x + half + 1.0, cut + gap - 3.0)], PAPER, 2.0);
        }
    }
    if joined {
        let level = y(step.to);
        canvas.line(&[(x + half, level), (x + slot - half, level)], GREY, 1.0);
    }
    let ink = if step.whole { INK } else { colour };
    canvas.text(&step.text, x, top - 4.0, type_of(size::SMALL).bold().centre().bottom().colour(ink));
}
