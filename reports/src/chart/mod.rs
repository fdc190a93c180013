//! Charts. One file a kind; each draws into a rectangle that the frame leaves, from rows that the feed names.
//!
//! A chart knows no dataset and no chapter: the outline says which columns play which role.

pub mod backend;
pub mod canvas;
pub mod feed;
pub mod frame;
pub mod raster;
pub mod scale;
pub mod text;
pub mod theme;

mod bars;
mod boxes;
mod bubbles;
mod calendar;
mod flow;
mod funnel;
mod heat;
mod lines;
mod panels;
mod pareto;
mod radars;
mod ranged;
mod ranked_stack;
mod scatter;
mod shares;
mod slope;
mod stack_rows;
mod tiles;
mod waterfall;

use crate::error::Result;
use crate::outline::{ChartKind, ChartSpec};
use canvas::{Canvas, Rect};
use feed::Feed;
use frame::Words;

/// Width of every chart in pixels: the width of a page's text.
pub const WIDTH: u32 = 640;

/// Draws a chart as SVG, `height` pixels high.
///
/// # Errors
/// If a column is missing or a font is damaged.
pub fn svg(spec: &ChartSpec, feed: &Feed, words: &Words, height: u32) -> Result<String> {
    let mut drawn = Ok(());
    let alt = format!("{}。{}", words.measure, words.foot);
    let svg = canvas::picture(&spec.id, (WIDTH, height), &words.finding, &alt, |canvas| {
        let area = frame::frame(canvas, (f64::from(WIDTH), f64::from(height)), words);
        drawn = draw(canvas, area, feed);
    })?;
    drawn.map(|()| svg)
}

fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    match feed.spec.kind {
        ChartKind::RankedStack => ranked_stack::draw(canvas, area, feed),
        ChartKind::Heat => heat::draw(canvas, area, feed),
        ChartKind::Slope => slope::draw(canvas, area, feed),
        ChartKind::Panels => panels::draw(canvas, area, feed),
        ChartKind::Bubbles => bubbles::draw(canvas, area, feed),
        ChartKind::Flow => flow::draw(canvas, area, feed),
        ChartKind::Funnel => funnel::draw(canvas, area, feed),
        ChartKind::Lines => lines::draw(canvas, area, feed),
        ChartKind::StackRows => stack_rows::draw(canvas, area, feed),
        ChartKind::Scatter => scatter::draw(canvas, area, feed),
        ChartKind::Pareto => pareto::draw(canvas, area, feed),
        ChartKind::Calendar => calendar::draw(canvas, area, feed),
        ChartKind::Boxes => boxes::draw(canvas, area, feed),
        ChartKind::Waterfall => waterfall::draw(canvas, area, feed),
        ChartKind::Tiles => tiles::draw(canvas, area, feed),
        ChartKind::Bars => bars::draw(canvas, area, feed),
        ChartKind::Radars => radars::draw(canvas, area, feed),
        ChartKind::Shares => shares::draw(canvas, area, feed),
        ChartKind::Ranges => ranged::draw(canvas, area, feed),
    }
}

/// Heights in pixels between which a chart of a kind stays legible, and the one that it has by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heights {
    /// No lower.
    pub least: u32,
    /// By itself.
    pub natural: u32,
    /// No higher.
    pub most: u32,
}

/// Heights that suit the kind, the number of rows and the outline's wish.
#[must_use]
pub fn heights(spec: &ChartSpec, feed: &Feed) -> Heights {
    let rows = match spec.kind {
        ChartKind::Heat | ChartKind::Calendar | ChartKind::Bubbles => feed.grid().map_or(8, |g| g.rows.len()),
        _ => feed.table.len(),
    } as u32;
    let (fixed, row, tight) = pitch(spec.kind);
    let usual = (fixed + row * rows).clamp(220, 560);
    let natural = spec.height.unwrap_or(usual);
    let least = if row > 0 { (fixed + tight * rows).clamp(190, natural) } else { natural * 4 / 5 };
    Heights { least, natural, most: (natural * 13 / 10).max(natural + 40) }
}

/// Height without rows, height of a row, and the least height of a row; no rows for charts that are one picture.
fn pitch(kind: ChartKind) -> (u32, u32, u32) {
    match kind {
        ChartKind::RankedStack | ChartKind::Bars | ChartKind::Shares | ChartKind::Ranges => (130, 25, 19),
        ChartKind::StackRows => (140, 22, 18),
        ChartKind::Slope => (140, 28, 24),
        ChartKind::Heat | ChartKind::Calendar => (150, 25, 19),
        ChartKind::Bubbles => (130, 38, 30),
        ChartKind::Funnel => (120, 38, 28),
        ChartKind::Panels => (480, 0, 0),
        ChartKind::Radars => (420, 0, 0),
        ChartKind::Flow => (270, 0, 0),
        ChartKind::Boxes | ChartKind::Waterfall => (350, 0, 0),
        ChartKind::Lines | ChartKind::Pareto | ChartKind::Tiles | ChartKind::Scatter => (340, 0, 0),
    }
}
