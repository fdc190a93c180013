//! The outline as it stands in TOML. Unknown keys are refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::{ChartKind, Form, SheetChartKind, Threshold};
use crate::brief::Privacy;

/// Text with its place.
pub type Words = Spanned<String>;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawOutline {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub form: Form,
    #[serde(default)]
    pub level: Privacy,
    pub each: Option<Words>,
    pub document: Words,
    pub workbook: Option<Words>,
    pub leaders: Option<Words>,
    pub title: Vec<Words>,
    #[serde(default)]
    pub cover: Vec<Words>,
    pub summary_title: Option<Words>,
    #[serde(default)]
    pub summary: Vec<Spanned<RawBlock>>,
    #[serde(default)]
    pub chapters: Vec<RawChapter>,
    #[serde(default)]
    pub closing: Vec<Words>,
    #[serde(default)]
    pub annexes: Vec<RawAnnex>,
    #[serde(default)]
    pub sheets: Vec<Spanned<RawSheet>>,
    #[serde(default)]
    pub slides: Vec<Spanned<super::slides::RawSlide>>,
}

/// A chapter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawChapter {
    pub title: String,
    pub blocks: Vec<Spanned<RawBlock>>,
}

/// An annex.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawAnnex {
    pub title: String,
    pub blocks: Vec<Spanned<RawBlock>>,
}

/// A block: exactly one of `heading`, `text`, `cards`, `chart`, `table`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawBlock {
    pub when: Option<Words>,
    pub otherwise: Option<Words>,
    pub heading: Option<Words>,
    pub text: Option<Words>,
    pub cards: Option<Vec<RawCard>>,
    pub chart: Option<Spanned<ChartKind>>,
    pub table: Option<Words>,
    pub data: Option<Words>,
    pub id: Option<String>,
    pub caption: Option<Words>,
    pub finding: Option<Words>,
    pub measure: Option<Words>,
    pub note: Option<Words>,
    #[serde(rename = "where")]
    pub filter: Option<Words>,
    pub first: Option<usize>,
    #[serde(default)]
    pub without_totals: bool,
    pub label: Option<String>,
    pub group: Option<String>,
    pub across: Option<String>,
    pub x: Option<String>,
    pub y: Option<String>,
    pub value: Option<String>,
    #[serde(default)]
    pub values: Vec<String>,
    #[serde(default)]
    pub muted: Vec<String>,
    #[serde(default)]
    pub losses: Vec<Vec<String>>,
    #[serde(default)]
    pub rates: Vec<String>,
    pub total: Option<String>,
    pub rate: Option<String>,
    pub low: Option<String>,
    pub high: Option<String>,
    pub role: Option<String>,
    pub from: Option<f64>,
    pub to: Option<f64>,
    #[serde(default)]
    pub lines: Vec<Threshold>,
    pub focus: Option<String>,
    #[serde(default)]
    pub split: bool,
    #[serde(default)]
    pub tiles: BTreeMap<String, [u32; 2]>,
    pub height: Option<u32>,
    #[serde(default)]
    pub columns: Vec<String>,
    #[serde(default)]
    pub dense: bool,
    #[serde(default)]
    pub widths: Vec<f64>,
}

/// A card.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCard {
    pub name: String,
    pub value: Words,
    pub note: Option<Words>,
}

/// A sheet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSheet {
    pub name: String,
    pub table: Words,
    pub caption: Option<Words>,
    pub note: Option<Words>,
    #[serde(default)]
    pub columns: Vec<String>,
    pub across: Option<String>,
    pub value: Option<String>,
    pub chart: Option<SheetChartKind>,
    pub label: Option<String>,
    #[serde(default)]
    pub values: Vec<String>,
}
