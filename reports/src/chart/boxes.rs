//! Box plots with every value as a dot: quartiles of type 7, whiskers no further than the data.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::Feed;
use super::scale::Axis;
use super::theme::{BLUE, GREY, INK, PALE, RED, RULE, SUB, mix, size};
use crate::error::Result;
use crate::number;

/// Whisker, quartile, median, quartile, whisker of sorted values.
#[must_use]
pub fn five(sorted: &[f64]) -> Option<[f64; 5]> {
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let quantile = |p: f64| {
        let h = (sorted.len() - 1) as f64 * p;
        let i = h.floor() as usize;
        let next = sorted[(i + 1).min(sorted.len() - 1)];
        sorted[i] + (h - i as f64) * (next - sorted[i])
    };
    let (q1, q2, q3) = (quantile(0.25), quantile(0.5), quantile(0.75));
    let reach = 1.5 * (q3 - q1);
    let low = sorted.iter().copied().find(|v| *v >= q1 - reach).unwrap_or(first);
    let high = sorted.iter().rev().copied().find(|v| *v <= q3 + reach).unwrap_or(last);
    Some([low.min(q1), q1, q2, q3, high.max(q3)])
}

/// Draws the chart; roles: `group`, `value`, optional `lines` (thresholds).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let groups = groups(feed)?;
    let label = type_of(size::LABEL);
    let names = canvas.widest(groups.iter().map(|(n, _)| n.as_str()), label).max(50.0);
    let axis = Axis::around(groups.iter().flat_map(|(_, v)| v.iter().copied()), 6);
    let last = number::tick(axis.high, axis.step, false);
    let plot = area.inset(names + 12.0, 18.0, (canvas.width(&last, type_of(size::SMALL)) / 2.0).max(16.0), 24.0);
    let t = type_of(size::SMALL).colour(SUB).centre();
    for tick in axis.ticks() {
        let x = axis.at(tick, plot.x0, plot.x1);
        canvas.line(&[(x, plot.y0), (x, plot.y1)], RULE, 1.0);
        canvas.text(&number::tick(tick, axis.step, false), x, plot.y1 + 11.0, t);
    }
    for line in feed.spec.lines.iter().filter(|l| l.at >= axis.low && l.at <= axis.high) {
        let x = axis.at(line.at, plot.x0, plot.x1);
        canvas.dashes((x, plot.y0), (x, plot.y1), GREY, 1.2);
        canvas.text(&line.label, x, plot.y0 - 8.0, t);
    }
    let row = plot.h() / groups.len().max(1) as f64;
    for (i, (name, values)) in groups.iter().enumerate() {
        let middle = plot.y0 + row * (i as f64 + 0.5);
        canvas.text(name, plot.x0 - 10.0, middle - 8.0, label.right());
        let n = format!("n={}", number::tick(values.len() as f64, 1.0, false));
        canvas.text(&n, plot.x0 - 10.0, middle + 8.0, type_of(size::SMALL).colour(SUB).right());
        one(canvas, plot, &axis, (middle, row), values);
    }
    Ok(())
}

fn groups(feed: &Feed) -> Result<Vec<(String, Vec<f64>)>> {
    let group = feed.column(feed.spec.group.as_ref())?;
    let value = feed.column(feed.spec.value.as_ref())?;
    let mut groups: Vec<(String, Vec<f64>)> = Vec::new();
    for r in 0..feed.table.len() {
        let name = feed.name(r, group);
        let Some(v) = feed.table.value(r, value) else { continue };
        match groups.iter_mut().find(|(n, _)| *n == name) {
            Some((_, values)) => values.push(v),
            None => groups.push((name, vec![v])),
        }
    }
    for (_, values) in &mut groups {
        values.sort_by(f64::total_cmp);
    }
    let median = |values: &[f64]| five(values).map_or(f64::NEG_INFINITY, |f| f[2]);
    groups.sort_by(|a, b| median(&b.1).total_cmp(&median(&a.1)).then_with(|| a.0.cmp(&b.0)));
    Ok(groups)
}

fn one(canvas: &Canvas, plot: Rect, axis: &Axis, (middle, row): (f64, f64), values: &[f64]) {
    let x = |v: f64| axis.at(v, plot.x0, plot.x1);
    let half = (row * 0.2).min(13.0);
    let strip = middle + half + (row * 0.12).min(9.0);
    if let Some([low, q1, median, q3, high]) = five(values).filter(|_| values.len() >= 4) {
        canvas.line(&[(x(low), middle), (x(q1), middle)], BLUE, 1.4);
        canvas.line(&[(x(q3), middle), (x(high), middle)], BLUE, 1.4);
        let body = Rect::new(x(q1), middle - half, x(q3), middle + half);
        canvas.fill(body, mix(PALE, super::theme::PAPER, 0.35));
        canvas.frame(body, BLUE, 1.2);
        canvas.line(&[(x(median), middle - half), (x(median), middle + half)], INK, 2.4);
    }
    for &v in values {
        let colour = if v < 60.0 { RED } else { BLUE };
        canvas.ring(x(v), if values.len() >= 4 { strip } else { middle }, 2.2, colour, 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::five;

    #[test]
    fn whiskers_stay_within_the_data() {
        assert_eq!(five(&[]), None);
        assert_eq!(five(&[7.0]), Some([7.0; 5]));
        assert_eq!(five(&[1.0, 2.0, 3.0, 4.0, 5.0]), Some([1.0, 2.0, 3.0, 4.0, 5.0]));
        let [low, q1, _, q3, high] = five(&[0.0, 10.0, 11.0, 12.0, 13.0, 14.0, 99.0]).unwrap();
        assert_eq!((low, high), (10.0, 14.0));
        assert!(q1 < q3);
    }
}
