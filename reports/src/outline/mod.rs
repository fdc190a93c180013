//! Outlines: what stands in a pack, in which order, with which words. Data in TOML, never code.
//!
//! A phrase's grammar is in [`crate::phrase`]; the keys of a block are those of `raw::RawBlock`.

pub mod check;
mod load;
mod products;
mod raw;
mod slides;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::brief::Privacy;
use crate::phrase::{Condition, Phrase};

pub use check::Catalogue;
pub use products::{Product, export_embedded};
pub use slides::{Show, SlideSpec};

/// A pack's table of contents with its words.
#[derive(Debug, Clone)]
pub struct Outline {
    /// Id, such as `joint-meeting`.
    pub id: String,
    /// What the product is called.
    pub name: String,
    /// How its pages are laid out.
    pub form: Form,
    /// The highest class of data that it may show.
    pub level: Privacy,
    /// Dataset of whose rows each gets a document of its own.
    pub each: Option<String>,
    /// Key of the row that this one is about.
    pub subject: Option<String>,
    /// Name of the file it came from, for messages.
    pub file: String,
    /// The file's text.
    pub source: String,
    /// Name of the PDF; `{year}` is replaced.
    pub document: Phrase,
    /// Name of the workbook; empty if there is none.
    pub workbook: Phrase,
    /// Name of the page for leaders as a file of its own, without its ending; empty if there is none.
    pub leaders: Phrase,
    /// Title on the cover, in lines.
    pub title: Vec<Phrase>,
    /// Lines of the cover under the title.
    pub cover: Vec<Phrase>,
    /// Title of the summary page.
    pub summary_title: Phrase,
    /// The summary page.
    pub summary: Vec<Block>,
    /// Chapters in order.
    pub chapters: Vec<Chapter>,
    /// Signature below the last chapter, in lines.
    pub closing: Vec<Phrase>,
    /// Annexes in order.
    pub annexes: Vec<Annex>,
    /// Sheets of the workbook, in order.
    pub sheets: Vec<Sheet>,
    /// Slides after the cover, in order; none, no slides.
    pub slides: Vec<SlideSpec>,
}

/// How a document's pages are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Cover, one page, contents, chapters, annexes.
    #[default]
    Pack,
    /// The title stands on the first page; no cover and no contents.
    Letter,
}

/// A chapter.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// Title without its number.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// An annex: a title and tables.
#[derive(Debug, Clone)]
pub struct Annex {
    /// Title without its number.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A sheet of the workbook.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Name of the sheet, at most 31 characters.
    pub name: String,
    /// What it shows.
    pub table: TableSpec,
    /// Native chart beside it: columns and kind.
    pub chart: Option<SheetChart>,
}

/// A native chart of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetChart {
    /// Kind.
    pub kind: SheetChartKind,
    /// Column of names.
    pub label: String,
    /// Columns of values.
    pub values: Vec<String>,
}

/// Kind of a native chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SheetChartKind {
    /// Horizontal bars.
    Bar,
    /// Horizontal stacked bars.
    BarStacked,
    /// Columns.
    Column,
    /// Lines.
    Line,
}

/// One thing on a page.
#[derive(Debug, Clone)]
pub struct Block {
    /// Printed only if this holds.
    pub when: Option<Condition>,
    /// Printed instead if it does not hold.
    pub otherwise: Option<Phrase>,
    /// The thing.
    pub body: Body,
    /// Where it stands in the file.
    pub span: Span,
}

/// Kinds of blocks.
#[derive(Debug, Clone)]
pub enum Body {
    /// Heading of the second level, without its number.
    Heading(Phrase),
    /// Paragraphs.
    Text(Vec<Phrase>),
    /// Large figures in boxes.
    Cards(Vec<Card>),
    /// A chart.
    Chart(Box<ChartSpec>),
    /// A table.
    Table(Box<TableSpec>),
}

/// A large figure with its name and a remark.
#[derive(Debug, Clone)]
pub struct Card {
    /// Name.
    pub name: String,
    /// The figure.
    pub value: Phrase,
    /// Remark below it, such as the change from last year.
    pub note: Phrase,
}

/// Place of something in the outline's file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Which rows of which dataset.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Dataset.
    pub dataset: String,
    /// Rows for which this holds.
    pub filter: Option<Condition>,
    /// At most so many.
    pub first: Option<usize>,
    /// Whether rows of totals are left out.
    pub without_totals: bool,
}

/// A chart: kind, data, roles of columns, words.
#[derive(Debug, Clone)]
pub struct ChartSpec {
    /// Kind.
    pub kind: ChartKind,
    /// Name of its files and target of references.
    pub id: String,
    /// Caption below it.
    pub caption: Phrase,
    /// The finding, as title.
    pub finding: Phrase,
    /// Measure, unit, period.
    pub measure: Phrase,
    /// Size of the sample and remarks, at the foot.
    pub note: Phrase,
    /// Data.
    pub rows: Rows,
    /// Role: name of a row.
    pub label: Option<String>,
    /// Role: group of a row.
    pub group: Option<String>,
    /// Role: column of a matrix.
    pub across: Option<String>,
    /// Role: horizontal measure.
    pub x: Option<String>,
    /// Role: vertical measure.
    pub y: Option<String>,
    /// Role: the measure.
    pub value: Option<String>,
    /// Role: several measures.
    pub values: Vec<String>,
    /// Role: measures drawn in grey.
    pub muted: Vec<String>,
    /// Role: what falls away after each stage.
    pub losses: Vec<Vec<String>>,
    /// Role: rates between stages.
    pub rates: Vec<String>,
    /// Role: sum.
    pub total: Option<String>,
    /// Role: rate.
    pub rate: Option<String>,
    /// Role: lower end.
    pub low: Option<String>,
    /// Role: upper end.
    pub high: Option<String>,
    /// Role: kind or grade of a row.
    pub role: Option<String>,
    /// Least value of a scale of colours.
    pub from: Option<f64>,
    /// Greatest value of a scale of colours.
    pub to: Option<f64>,
    /// Lines at fixed values.
    pub lines: Vec<Threshold>,
    /// Which bars stand out: `first`, `last`, `all`.
    pub focus: Option<String>,
    /// Whether series get panels of their own.
    pub split: bool,
    /// Places of tiles.
    pub tiles: BTreeMap<String, [u32; 2]>,
    /// Height in pixels.
    pub height: Option<u32>,
}

/// A line at a fixed value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Value.
    pub at: f64,
    /// Word beside it.
    pub label: String,
}

/// Kinds of charts: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChartKind {
    /// Bars of one measure.
    Bars,
    /// Box plots by group.
    Boxes,
    /// Circles in a matrix.
    Bubbles,
    /// Months × units.
    Calendar,
    /// Flow with losses.
    Flow,
    /// Funnel.
    Funnel,
    /// Heat map.
    Heat,
    /// Monthly lines.
    Lines,
    /// Small multiples of bars.
    Panels,
    /// Pareto.
    Pareto,
    /// Small multiples of radars.
    Radars,
    /// Lowest, city, highest.
    Ranges,
    /// Core, bonus, deduction, ranked.
    RankedStack,
    /// Two measures.
    Scatter,
    /// Rows of a hundred per cent.
    Shares,
    /// Change of ranks.
    Slope,
    /// Stacked bars by category.
    StackRows,
    /// Tile map.
    Tiles,
    /// Waterfall.
    Waterfall,
}

/// A table.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Target of references.
    pub id: String,
    /// Caption above it.
    pub caption: Phrase,
    /// Remark below it.
    pub note: Phrase,
    /// Data.
    pub rows: Rows,
    /// Columns in order; `name:Title` overrides the title.
    pub columns: Vec<ColumnRef>,
    /// For a matrix: the column whose values become columns, and the one whose values fill them.
    pub pivot: Option<Pivot>,
    /// Small type, for long tables.
    pub dense: bool,
    /// Relative widths of the columns; by content if empty.
    pub widths: Vec<f64>,
    /// Where it stands in the file.
    pub span: Span,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRef {
    /// Name in the dataset.
    pub name: String,
    /// Title instead of the dataset's.
    pub title: Option<String>,
}

/// Columns of a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pivot {
    /// Column whose values become columns.
    pub across: String,
    /// Column whose values fill the cells.
    pub value: String,
}

/// A mistake in an outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// File.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "（{}）", self.remedy) }
    }
}

/// Id of the joint meeting's pack.
pub const JOINT_MEETING: &str = "joint-meeting";

impl Outline {
    /// The embedded outline of the joint meeting's pack.
    ///
    /// # Errors
    /// If it has mistakes, which a test rules out.
    pub fn joint_meeting() -> crate::Result<Self> {
        Product::find(None, JOINT_MEETING)?.outline(None)
    }

    /// Every phrase with its place, for checks.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        let chapters = self.chapters.iter().flat_map(|c| &c.blocks);
        self.summary.iter().chain(chapters).chain(self.annexes.iter().flat_map(|a| &a.blocks))
    }
}

impl ChartSpec {
    /// Columns whose values are drawn.
    #[must_use]
    pub fn measures(&self) -> Vec<&String> {
        let single = [&self.value, &self.x, &self.y, &self.total];
        single.into_iter().flatten().chain(&self.values).collect()
    }

    /// Columns that the chart reads.
    #[must_use]
    pub fn columns(&self) -> Vec<&String> {
        let single = [
            &self.label,
            &self.group,
            &self.across,
            &self.x,
            &self.y,
            &self.value,
            &self.total,
            &self.rate,
            &self.low,
            &self.high,
            &self.role,
        ];
        let several = self.values.iter().chain(&self.muted).chain(&self.rates).chain(self.losses.iter().flatten());
        single.into_iter().flatten().chain(several).collect()
    }
}
