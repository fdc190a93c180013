//! Charts that Office can draw and edit itself: bars, stacks, shares and lines. Others stay drawings.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::chart::feed::Feed;
use crate::error::Result;
use crate::number::Format;
use crate::outline::ChartKind;

/// A chart of categories and series.
#[derive(Debug, Clone, PartialEq)]
pub struct NativeChart {
    /// How it is drawn.
    pub kind: Kind,
    /// Names of the categories.
    pub categories: Vec<String>,
    /// Series, first to last.
    pub series: Vec<Series>,
    /// Number format of the values.
    pub format: &'static str,
}

/// Ways of drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Horizontal bars.
    Bars,
    /// Horizontal bars, stacked.
    Stack,
    /// Horizontal bars of one hundred per cent.
    Shares,
    /// Lines.
    Lines,
}

/// Values of one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name.
    pub name: String,
    /// Values as printed: rounded, in the unit of print; none if missing or hidden.
    pub values: Vec<Option<f64>>,
    /// Whether it is only there for comparison.
    pub muted: bool,
}

/// The native chart of a drawing, if Office has one that says the same.
///
/// # Errors
/// If a column is missing.
pub fn chart(feed: &Feed) -> Result<Option<NativeChart>> {
    let spec = feed.spec;
    let (kind, columns): (Kind, Vec<&String>) = match spec.kind {
        ChartKind::Bars => (Kind::Bars, spec.value.iter().collect()),
        ChartKind::StackRows => (Kind::Stack, spec.values.iter().collect()),
        ChartKind::Shares => (Kind::Shares, spec.values.iter().collect()),
        // Panels of their own have scales of their own, which one chart of Office has not.
        ChartKind::Lines if !spec.split => (Kind::Lines, spec.values.iter().collect()),
        ChartKind::Lines
        | ChartKind::Boxes
        | ChartKind::Bubbles
        | ChartKind::Calendar
        | ChartKind::Flow
        | ChartKind::Funnel
        | ChartKind::Heat
        | ChartKind::Panels
        | ChartKind::Pareto
        | ChartKind::Radars
        | ChartKind::RankedStack
        | ChartKind::Ranges
        | ChartKind::Scatter
        | ChartKind::Slope
        | ChartKind::Tiles
        | ChartKind::Waterfall => return Ok(None),
    };
    let label = feed.column(spec.label.as_ref())?;
    let rate = spec.rate.as_ref().map(|name| feed.table.column(name)).transpose()?;
    let category = |r: usize| match rate {
        Some(rate) => format!("{}（{}）", feed.name(r, label), feed.table.words(r, rate)),
        None => feed.name(r, label),
    };
    let categories = (0..feed.table.len()).map(category).collect();
    let series = columns.iter().map(|name| series(feed, name)).collect::<Result<Vec<_>>>()?;
    let format = match columns.first() {
        Some(name) => feed.table.column_def(feed.table.column(name)?).format.spreadsheet(),
        None => return Ok(None),
    };
    Ok(Some(NativeChart { kind, categories, series, format }))
}

fn series(feed: &Feed, name: &String) -> Result<Series> {
    let table = &feed.table;
    let column = table.column(name)?;
    let def = table.column_def(column);
    let value = |r: usize| {
        // Read as text too, so that it is a figure of the manifest.
        let _ = table.text(r, column);
        table.cell(r, column).as_decimal().and_then(|d| printed(d, def.format))
    };
    let values = (0..table.len()).map(value).collect();
    Ok(Series { name: def.title.clone(), values, muted: feed.spec.muted.contains(name) })
}

/// The value that the text shows: 万元 for 元; a ratio stays one, with the places of its percentage.
fn printed(value: Decimal, format: Format) -> Option<f64> {
    let places = format.places()? + if format == Format::Pct1 { 2 } else { 0 };
    let value = if format == Format::Wan { format.scaled(value) } else { value };
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero).to_f64()
}
