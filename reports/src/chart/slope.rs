//! Change of ranks between two years. Ties keep their number and stand one below the other.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::Feed;
use super::theme::{BLUE, GREY, INK, PAPER, RED, SUB, size};
use crate::error::Result;

struct Line {
    name: String,
    ranks: [f64; 2],
    texts: [String; 2],
    places: [usize; 2],
}

/// Draws the chart; roles: `label`, `x` (rank before), `y` (rank now). Rows without both ranks are left out.
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let lines = lines(feed)?;
    let label = type_of(size::LABEL);
    let names = canvas.widest(lines.iter().map(|l| l.name.as_str()), label.bold()).min(area.w() * 0.32);
    let field = area.inset(names + 70.0, 24.0, names + 70.0, 8.0);
    let head = type_of(size::LABEL).bold().centre().bottom().colour(SUB);
    canvas.text(&feed.title(feed.spec.x.as_ref())?, field.x0, field.y0 - 8.0, head);
    canvas.text(&feed.title(feed.spec.y.as_ref())?, field.x1, field.y0 - 8.0, head);
    let focus = focus(&lines);
    let order = (0..lines.len()).filter(|i| !focus.contains(&Some(*i))).chain(focus.iter().flatten().copied());
    for i in order {
        let colour = if focus[0] == Some(i) {
            BLUE
        } else if focus[1] == Some(i) {
            RED
        } else {
            GREY
        };
        line(canvas, field, &lines[i], lines.len(), colour, names);
    }
    Ok(())
}

fn lines(feed: &Feed) -> Result<Vec<Line>> {
    let label = feed.column(feed.spec.label.as_ref())?;
    let columns = [feed.column(feed.spec.x.as_ref())?, feed.column(feed.spec.y.as_ref())?];
    let mut lines: Vec<Line> = (0..feed.table.len())
        .filter_map(|r| {
            let ranks = [feed.table.value(r, columns[0])?, feed.table.value(r, columns[1])?];
            let texts = columns.map(|c| feed.table.text(r, c));
            Some(Line { name: feed.name(r, label), ranks, texts, places: [0, 0] })
        })
        .collect();
    for side in 0..2 {
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by(|&a, &b| lines[a].ranks[side].total_cmp(&lines[b].ranks[side]).then(a.cmp(&b)));
        for (place, &i) in order.iter().enumerate() {
            lines[i].places[side] = place;
        }
    }
    Ok(lines)
}

/// The one that rose most and the one that fell most, if any moved.
fn focus(lines: &[Line]) -> [Option<usize>; 2] {
    let moved = |l: &Line| l.ranks[0] - l.ranks[1];
    let best = |sign: f64| {
        (0..lines.len())
            .filter(|&i| moved(&lines[i]) * sign > 0.0)
            .max_by(|&a, &b| (moved(&lines[a]) * sign).total_cmp(&(moved(&lines[b]) * sign)).then(b.cmp(&a)))
    };
    [best(1.0), best(-1.0)]
}

fn line(canvas: &Canvas, field: Rect, line: &Line, count: usize, colour: plotters::style::RGBColor, names: f64) {
    let pitch = field.h() / count.max(1) as f64;
    let y = |place: usize| field.y0 + pitch * (place as f64 + 0.5);
    let (y0, y1) = (y(line.places[0]), y(line.places[1]));
    let path: Vec<_> = (0..=24)
        .map(|i| {
            let f = f64::from(i) / 24.0;
            let eased = f * f * (3.0 - 2.0 * f);
            (field.x0 + field.w() * f, y0 + (y1 - y0) * eased)
        })
        .collect();
    let strong = colour != GREY;
    canvas.line(&path, colour, if strong { 2.6 } else { 1.6 });
    let ink = if strong { colour } else { INK };
    let name = type_of(size::LABEL).bold_if(strong).colour(ink);
    let node = type_of(size::SMALL).bold().centre().colour(if strong { PAPER } else { INK });
    for (x, y, text) in [(field.x0, y0, &line.texts[0]), (field.x1, y1, &line.texts[1])] {
        canvas.dot(x, y, 9.5, colour);
        canvas.text(text, x, y, node);
    }
    let short = canvas.fit(&line.name, name, names);
    canvas.text(&short, field.x0 - 16.0, y0, name.right());
    canvas.text(&short, field.x1 + 16.0, y1, name);
}
