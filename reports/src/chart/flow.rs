//! Flow through stages with what is lost on the way: needs → matched → served → closed. Widths are counts.

use super::canvas::{Canvas, Rect, Type, type_of};
use super::feed::Feed;
use super::theme::{RED, RULE, STACK, SUB, mix, size};
use crate::error::Result;

struct Stage {
    name: String,
    value: f64,
    text: String,
    /// Share of the stage before, as printed.
    rate: Option<String>,
    /// What falls away after this stage: name with number, value.
    losses: Vec<(String, f64)>,
}

/// Draws the chart; roles on a dataset of one row: `values` (stages), `losses` (for each stage but the last, names
/// of columns), `rates` (for each stage but the first).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let stages = stages(feed)?;
    let greatest = stages.iter().map(|s| s.value).fold(0.0, f64::max);
    let field = area.inset(0.0, 44.0, 0.0, 44.0);
    let bar = 16.0;
    let last = stages.len().saturating_sub(1).max(1) as f64;
    let pitch = (field.w() - bar) / last;
    // A loss hangs below the main stream, so the stream may use only part of the height.
    let unit = if greatest > 0.0 { field.h() * 0.86 / greatest } else { 0.0 };
    for (i, stage) in stages.iter().enumerate() {
        let x = field.x0 + pitch * i as f64;
        let height = (stage.value * unit).max(1.0);
        if let Some(next) = stages.get(i + 1) {
            stream(canvas, Rect::new(x + bar, field.y0, x + pitch, field.y0 + (next.value * unit).max(1.0)), next);
            lost(canvas, Rect::new(x + bar, field.y0 + next.value * unit, x + pitch, field.y0 + height), &stage.losses);
        }
        canvas.fill(Rect::new(x, field.y0, x + bar, field.y0 + height), STACK[0]);
        heading(canvas, (x, x + bar), field.y0, stage, i, stages.len());
    }
    Ok(())
}

fn stages(feed: &Feed) -> Result<Vec<Stage>> {
    let spec = feed.spec;
    let mut stages = Vec::new();
    for (i, name) in spec.values.iter().enumerate() {
        let column = feed.table.column(name)?;
        let losses = spec.losses.get(i).map_or(&[][..], Vec::as_slice);
        let loss = |name: &String| -> Result<(String, f64)> {
            let c = feed.table.column(name)?;
            let value = feed.table.value(0, c).unwrap_or(0.0);
            Ok((format!("{} {}", feed.table.column_def(c).title, feed.table.words(0, c)), value))
        };
        let rate = match i.checked_sub(1).and_then(|i| spec.rates.get(i)) {
            Some(name) => Some(feed.table.words(0, feed.table.column(name)?)),
            None => None,
        };
        stages.push(Stage {
            name: feed.table.column_def(column).title.clone(),
            value: feed.table.value(0, column).unwrap_or(0.0).max(0.0),
            text: feed.table.words(0, column),
            rate,
            losses: losses.iter().map(loss).collect::<Result<_>>()?,
        });
    }
    Ok(stages)
}

fn heading(canvas: &Canvas, (x0, x1): (f64, f64), top: f64, stage: &Stage, i: usize, count: usize) {
    let (at, align): (f64, fn(Type) -> Type) = if i == 0 {
        (x0, |t| t)
    } else if i + 1 == count {
        (x1, Type::right)
    } else {
        ((x0 + x1) / 2.0, Type::centre)
    };
    canvas.text(&stage.name, at, top - 23.0, align(type_of(size::LABEL).colour(SUB).bottom()));
    canvas.text(&stage.text, at, top - 5.0, align(type_of(size::LABEL + 1.5).bold().bottom()));
}

/// The stream from one stage to the next, with the rate of passing in it.
fn stream(canvas: &Canvas, r: Rect, next: &Stage) {
    canvas.fill(r, mix(STACK[2], RULE, 0.35));
    let (Some(rate), t) = (&next.rate, type_of(size::LABEL).bold().centre()) else { return };
    if r.h() > size::LABEL + 4.0 && canvas.width(rate, t) < r.w() - 8.0 {
        let (x, y) = r.centre();
        canvas.text(rate, x, y, t);
    }
}

/// The part that does not arrive: bends down and ends; its words stand below.
fn lost(canvas: &Canvas, r: Rect, losses: &[(String, f64)]) {
    let thick = r.h();
    let shown: Vec<String> = losses.iter().filter(|l| l.1 > 0.0).map(|l| l.0.clone()).collect();
    if thick < 0.5 || shown.is_empty() {
        return;
    }
    let width = (r.w() * 0.34).min(56.0);
    let fall = 20.0;
    let curve = |i: i32, offset: f64| {
        let f = f64::from(i) / 16.0;
        (r.x0 + width * f, r.y0 + offset + fall * f * f)
    };
    let mut outline: Vec<(f64, f64)> = (0..=16).map(|i| curve(i, 0.0)).collect();
    outline.extend((0..=16).rev().map(|i| curve(i, thick)));
    canvas.area(&outline, mix(RED, RULE, 0.72));
    let t = type_of(size::SMALL).colour(RED);
    let lines: Vec<String> = shown.iter().flat_map(|s| canvas.wrap(s, t, r.w() - width - 6.0, 2)).collect();
    let tall = lines.len() as f64 * size::SMALL * 1.22;
    let middle = (r.y0 + fall + thick / 2.0).max(r.y0 + tall / 2.0 + 3.0);
    canvas.lines(&lines, r.x0 + width + 5.0, middle, t);
}
