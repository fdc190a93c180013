//! What every chart has around it: the finding, the measure with unit and period, the source with n and snapshot.

use super::canvas::{Canvas, Rect, type_of};
use super::theme::{SUB, size};

/// Words around a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// The finding, computed from the data.
    pub finding: String,
    /// Measure, unit, period.
    pub measure: String,
    /// n, source, snapshot.
    pub foot: String,
}

/// Distance of everything from the left and right border.
pub const SIDE: f64 = 4.0;

/// Draws the words and returns the rectangle left for the chart.
#[must_use]
pub fn frame(canvas: &Canvas, (w, h): (f64, f64), words: &Words) -> Rect {
    let room = w - 2.0 * SIDE;
    let title = type_of(size::TITLE).bold().top();
    let lines = canvas.balance(&words.finding, title, room, 2);
    canvas.lines(&lines, SIDE, 6.0, title);
    let mut top = 6.0 + lines.len() as f64 * size::TITLE * 1.22 + 4.0;

    let sub = type_of(size::SUBTITLE).colour(SUB).top();
    let lines = canvas.wrap(&words.measure, sub, room, 2);
    canvas.lines(&lines, SIDE, top, sub);
    top += lines.len() as f64 * size::SUBTITLE * 1.22 + 10.0;

    let foot = type_of(size::FOOT).colour(SUB).bottom();
    let lines = canvas.wrap(&words.foot, foot, room, 3);
    canvas.lines(&lines, SIDE, h - 5.0, foot);
    let bottom = h - 5.0 - lines.len() as f64 * size::FOOT * 1.22 - 8.0;
    Rect::new(SIDE, top, w - SIDE, bottom)
}
