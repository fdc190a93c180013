//! Two measures of the same subjects, each named, with the medians as cross-hairs.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::Feed;
use super::scale::Axis;
use super::theme::{BLUE, GREY, INK, RULE, SUB, size};
use crate::error::Result;
use crate::number::{self, Format};

struct Point {
    name: String,
    x: f64,
    y: f64,
}

/// Draws the chart; roles: `label`, `x`, `y`. Rows without both values are left out.
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let points = points(feed)?;
    let axes = [Axis::around(points.iter().map(|p| p.x), 6), Axis::around(points.iter().map(|p| p.y), 5)];
    let percent = [&feed.spec.x, &feed.spec.y].map(|role| feed.format(role.as_ref()).is_ok_and(|f| f == Format::Pct1));
    let widest = |i: usize| {
        let labels = axes[i].ticks().into_iter().map(|t| number::tick(t, axes[i].step, percent[i]));
        labels.map(|l| canvas.width(&l, type_of(size::SMALL))).fold(0.0, f64::max)
    };
    let plot = area.inset(widest(1).max(30.0) + 10.0, 20.0, (widest(0) / 2.0).max(16.0), 34.0);
    mesh(canvas, plot, &axes, percent);
    let t = type_of(size::SMALL).colour(SUB);
    canvas.text(&axis_title(feed, feed.spec.y.as_ref())?, area.x0, area.y0 + 5.0, t);
    canvas.text(&axis_title(feed, feed.spec.x.as_ref())?, plot.x1, plot.y1 + 26.0, t.right());
    medians(canvas, plot, &axes, &points);
    let at: Vec<(f64, f64)> =
        points.iter().map(|p| (axes[0].at(p.x, plot.x0, plot.x1), axes[1].at(p.y, plot.y1, plot.y0))).collect();
    for &(x, y) in &at {
        canvas.dot(x, y, 5.0, BLUE);
    }
    labels(canvas, plot, &points, &at);
    Ok(())
}

fn points(feed: &Feed) -> Result<Vec<Point>> {
    let label = feed.column(feed.spec.label.as_ref())?;
    let (x, y) = (feed.column(feed.spec.x.as_ref())?, feed.column(feed.spec.y.as_ref())?);
    let point = |r| {
        let (vx, vy) = (feed.table.value(r, x)?, feed.table.value(r, y)?);
        Some(Point { name: feed.name(r, label), x: vx, y: vy })
    };
    Ok((0..feed.table.len()).filter_map(point).collect())
}

fn axis_title(feed: &Feed, role: Option<&String>) -> Result<String> {
    let def = feed.table.column_def(feed.column(role)?);
    Ok(if def.unit.is_empty() { def.title.clone() } else { format!("{}（{}）", def.title, def.unit) })
}

fn mesh(canvas: &Canvas, plot: Rect, axes: &[Axis; 2], percent: [bool; 2]) {
    let t = type_of(size::SMALL).colour(SUB);
    for tick in axes[0].ticks() {
        let x = axes[0].at(tick, plot.x0, plot.x1);
        canvas.line(&[(x, plot.y0), (x, plot.y1)], RULE, 1.0);
        canvas.text(&number::tick(tick, axes[0].step, percent[0]), x, plot.y1 + 4.0, t.centre().top());
    }
    for tick in axes[1].ticks() {
        let y = axes[1].at(tick, plot.y1, plot.y0);
        canvas.line(&[(plot.x0, y), (plot.x1, y)], RULE, 1.0);
        canvas.text(&number::tick(tick, axes[1].step, percent[1]), plot.x0 - 6.0, y, t.right());
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n < 3 { None } else { Some((values[(n - 1) / 2] + values[n / 2]) / 2.0) }
}

fn medians(canvas: &Canvas, plot: Rect, axes: &[Axis; 2], points: &[Point]) {
    if let Some(m) = median(points.iter().map(|p| p.x).collect()) {
        let x = axes[0].at(m, plot.x0, plot.x1);
        canvas.dashes((x, plot.y0), (x, plot.y1), GREY, 1.2);
    }
    if let Some(m) = median(points.iter().map(|p| p.y).collect()) {
        let y = axes[1].at(m, plot.y1, plot.y0);
        canvas.dashes((plot.x0, y), (plot.x1, y), GREY, 1.2);
    }
}

/// Names beside the points: the first of eight places that hits no other name, no point and no border; if there is
/// none, a place farther away with a line to it. No name is left out.
fn labels(canvas: &Canvas, plot: Rect, points: &[Point], at: &[(f64, f64)]) {
    let t = type_of(size::LABEL);
    let mut taken: Vec<Rect> = at.iter().map(|&(x, y)| Rect::new(x - 5.0, y - 5.0, x + 5.0, y + 5.0)).collect();
    for (i, point) in points.iter().enumerate() {
        let w = canvas.width(&point.name, t);
        let (x, y) = at[i];
        let free = |r: &Rect| {
            r.x0 >= plot.x0
                && r.x1 <= plot.x1 + 14.0
                && r.y0 >= plot.y0 - 8.0
                && r.y1 <= plot.y1
                && !taken.iter().enumerate().any(|(k, other)| k != i && overlaps(r, other))
        };
        let near = places(x, y, w).into_iter().find(free);
        let place = near.or_else(|| far(x, y, w).find(free)).unwrap_or_else(|| places(x, y, w)[0]);
        if near.is_none() {
            lead(canvas, (x, y), &place);
        }
        canvas.text(&point.name, place.x0, (place.y0 + place.y1) / 2.0, t.colour(INK));
        taken.push(place);
    }
}

/// Places farther away, for a point in a crowd: ring after ring.
fn far(x: f64, y: f64, w: f64) -> impl Iterator<Item = Rect> {
    let h = size::LABEL * 1.1;
    (2..9_i32).flat_map(move |ring| {
        (0..16_i32).map(move |step| {
            let angle = f64::from(step) * std::f64::consts::TAU / 16.0;
            let out = f64::from(ring) * 14.0;
            let (cx, cy) = (x + (out + w / 2.0) * angle.cos(), y + out * angle.sin());
            Rect::new(cx - w / 2.0, cy - h / 2.0, cx + w / 2.0, cy + h / 2.0)
        })
    })
}

/// A thin line from a point to the nearest place of its name.
fn lead(canvas: &Canvas, (x, y): (f64, f64), place: &Rect) {
    let end = (x.clamp(place.x0, place.x1), y.clamp(place.y0, place.y1));
    canvas.line(&[(x, y), end], GREY, 0.8);
}

fn places(x: f64, y: f64, w: f64) -> [Rect; 8] {
    let h = size::LABEL * 1.1;
    let box_at = |left: f64, middle: f64| Rect::new(left, middle - h / 2.0, left + w, middle + h / 2.0);
    [
        box_at(x + 8.0, y),
        box_at(x - 8.0 - w, y),
        box_at(x - w / 2.0, y - 14.0),
        box_at(x - w / 2.0, y + 14.0),
        box_at(x + 6.0, y - 12.0),
        box_at(x + 6.0, y + 12.0),
        box_at(x - 6.0 - w, y - 12.0),
        box_at(x - 6.0 - w, y + 12.0),
    ]
}

fn overlaps(a: &Rect, b: &Rect) -> bool {
    a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1
}
