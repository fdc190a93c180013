//! Monthly lines. Series of one size share an axis; with `split` each has its own panel on a common time axis.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::{Feed, shown};
use super::scale::{Axis, spread, ticks_for};
use super::theme::{BLUE, GREY, INK, OCHRE, RULE, SUB, TEAL, size};
use crate::error::Result;
use crate::number::{self, Format};

struct Series {
    name: String,
    unit: String,
    format: Format,
    points: Vec<Option<f64>>,
    texts: Vec<String>,
    colour: plotters::style::RGBColor,
}

/// Draws the chart; roles: `label` (time), `values` (one series each), `split`.
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let label = feed.column(feed.spec.label.as_ref())?;
    let times: Vec<String> = (0..feed.table.len()).map(|r| feed.name(r, label)).collect();
    let series = series(feed)?;
    let names = canvas.widest(series.iter().map(|s| s.name.as_str()), type_of(size::LABEL).bold());
    let groups: Vec<&[Series]> = if feed.spec.split { series.chunks(1).collect() } else { vec![&series[..]] };
    let tall = (area.h() - 24.0) / groups.len().max(1) as f64;
    let axes: Vec<Axis> = groups.iter().map(|group| axis(group, tall - 26.0)).collect();
    let left = axes.iter().zip(&groups).map(|(a, g)| widest_tick(canvas, a, g)).fold(36.0, f64::max);
    let plot = area.inset(left + 10.0, 6.0, names + 14.0, 18.0);
    let t = type_of(size::SMALL).colour(SUB).centre().top();
    for (i, time) in times.iter().enumerate() {
        canvas.text(time, x(plot, times.len(), i), plot.y1 + 5.0, t);
    }
    for (i, group) in groups.iter().enumerate() {
        let top = plot.y0 + tall * i as f64;
        let gap = if i + 1 < groups.len() { 16.0 } else { 2.0 };
        // With several panels the measure under the title says the unit; one panel has it over its axis.
        let unit = groups.len() == 1;
        panel(canvas, Rect::new(plot.x0, top + 12.0, plot.x1, top + tall - gap), &axes[i], group, unit);
    }
    Ok(())
}

fn series(feed: &Feed) -> Result<Vec<Series>> {
    let colours = [BLUE, TEAL, OCHRE, INK];
    let mut all = Vec::new();
    for (i, name) in feed.spec.values.iter().enumerate() {
        let column = feed.table.column(name)?;
        let def = feed.table.column_def(column);
        let muted = feed.spec.muted.contains(name);
        let value = |r| feed.table.value(r, column).map(|v| shown(v, def.format));
        all.push(Series {
            name: def.title.clone(),
            unit: def.unit.clone(),
            format: def.format,
            points: (0..feed.table.len()).map(value).collect(),
            texts: (0..feed.table.len()).map(|r| feed.table.text(r, column)).collect(),
            colour: if muted { GREY } else { colours[i % colours.len()] },
        });
    }
    // A series without any value is not drawn; the words of the page say why.
    all.retain(|s| s.points.iter().any(Option::is_some));
    Ok(all)
}

fn x(plot: Rect, count: usize, i: usize) -> f64 {
    plot.x0 + plot.w() * (i as f64 + 0.5) / count.max(1) as f64
}

fn axis(group: &[Series], height: f64) -> Axis {
    let values = group.iter().flat_map(|s| s.points.iter().flatten().copied());
    Axis::from_zero(values, ticks_for(height, 5))
}

fn is_percent(group: &[Series]) -> bool {
    group.first().is_some_and(|s| s.format == Format::Pct1)
}

fn widest_tick(canvas: &Canvas, axis: &Axis, group: &[Series]) -> f64 {
    let labels = axis.ticks().into_iter().map(|t| number::tick(t, axis.step, is_percent(group)));
    labels.map(|l| canvas.width(&l, type_of(size::SMALL))).fold(0.0, f64::max)
}

fn panel(canvas: &Canvas, r: Rect, axis: &Axis, group: &[Series], with_unit: bool) {
    let percent = is_percent(group);
    let count = group.first().map_or(0, |s| s.points.len());
    let t = type_of(size::SMALL).colour(SUB);
    for tick in axis.ticks() {
        let y = axis.at(tick, r.y1, r.y0);
        canvas.line(&[(r.x0, y), (r.x1, y)], if tick == 0.0 { GREY } else { RULE }, 1.0);
        canvas.text(&number::tick(tick, axis.step, percent), r.x0 - 6.0, y, t.right());
    }
    if let Some(unit) = group.first().map(|s| s.unit.as_str()).filter(|u| with_unit && !u.is_empty()) {
        canvas.text(unit, r.x0 - 6.0, r.y0 - 13.0, t.right());
    }
    for s in group.iter().rev() {
        curve(canvas, r, axis, s, count);
    }
    names(canvas, r, axis, group);
    if let Some(first) = group.first() {
        peak(canvas, r, axis, first, count);
    }
}

fn curve(canvas: &Canvas, r: Rect, axis: &Axis, s: &Series, count: usize) {
    let wide = if s.colour == GREY { 1.8 } else { 2.4 };
    let mut run: Vec<(f64, f64)> = Vec::new();
    for (i, point) in s.points.iter().enumerate() {
        match point {
            Some(v) => run.push((x(r, count, i), axis.at(*v, r.y1, r.y0))),
            None => stroke(canvas, &std::mem::take(&mut run), s, wide),
        }
    }
    stroke(canvas, &run, s, wide);
}

fn stroke(canvas: &Canvas, run: &[(f64, f64)], s: &Series, wide: f64) {
    if run.len() > 1 {
        canvas.line(run, s.colour, wide);
    }
    for &(x, y) in run {
        canvas.dot(x, y, 2.6, s.colour);
    }
}

/// Names at the end of the lines, moved apart where they would collide.
fn names(canvas: &Canvas, r: Rect, axis: &Axis, group: &[Series]) {
    let last = |s: &Series| s.points.iter().rev().find_map(|p| *p).unwrap_or(0.0);
    let wanted: Vec<f64> = group.iter().map(|s| axis.at(last(s), r.y1, r.y0)).collect();
    let placed = spread(&wanted, size::LABEL * 1.25, r.y0 - 4.0, r.y1 + 4.0);
    for (s, y) in group.iter().zip(placed) {
        let ink = if s.colour == GREY { SUB } else { s.colour };
        // Right of the grid, so that no line runs through a name.
        canvas.text(&s.name, r.x1 + 6.0, y, type_of(size::LABEL).bold().colour(ink));
    }
}

/// The greatest value of the leading series, written above it.
fn peak(canvas: &Canvas, r: Rect, axis: &Axis, s: &Series, count: usize) {
    let greatest = s.points.iter().enumerate().filter_map(|(i, p)| p.map(|v| (i, v)));
    let Some((i, v)) = greatest.fold(None, |best: Option<(usize, f64)>, p| match best {
        Some(b) if b.1 >= p.1 => Some(b),
        _ => Some(p),
    }) else {
        return;
    };
    if v > 0.0 {
        let t = type_of(size::SMALL).bold().bottom().colour(s.colour);
        let (at, y) = (x(r, count, i), axis.at(v, r.y1, r.y0) - 6.0);
        // At the end of the line the name stands to the right: the value keeps left of it.
        if i + 1 == count {
            canvas.text(&s.texts[i], at + 4.0, y, t.right())
        } else {
            canvas.text(&s.texts[i], at, y, t.centre())
        }
    }
}
