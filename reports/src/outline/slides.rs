//! Slides of an outline: a title that is the finding, one thing to show, points beside it, words for who speaks.

use serde::Deserialize;
use toml::Spanned;

use super::Span;
use super::load::Loader;
use super::raw::Words;
use crate::phrase::{Condition, Phrase};

/// A slide.
#[derive(Debug, Clone)]
pub struct SlideSpec {
    /// Made only if this holds.
    pub when: Option<Condition>,
    /// The finding; a chart brings its own where none is given.
    pub title: Phrase,
    /// What is shown.
    pub show: Show,
    /// Points beside or below it.
    pub points: Vec<Phrase>,
    /// What to say; where the numbers come from is added by itself.
    pub notes: Vec<Phrase>,
    /// Where it stands in the file.
    pub span: Span,
}

/// What a slide shows: a closed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    /// Points only.
    Words,
    /// The large figures of the summary.
    Cards,
    /// The chapters.
    Contents,
    /// A chart of the chapters, by its id.
    Chart(String),
    /// A table of the chapters, by its id.
    Table(String),
}

/// A slide as it stands in TOML: at most one of `cards`, `contents`, `chart`, `table`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSlide {
    when: Option<Words>,
    title: Option<Words>,
    #[serde(default)]
    cards: bool,
    #[serde(default)]
    contents: bool,
    chart: Option<String>,
    table: Option<String>,
    #[serde(default)]
    points: Vec<Words>,
    notes: Option<Words>,
}

impl Loader<'_> {
    pub(super) fn slide(&mut self, raw: Spanned<RawSlide>) -> Option<SlideSpec> {
        let span = self.reach(raw.span().start);
        let raw = raw.into_inner();
        let given = [raw.cards, raw.contents, raw.chart.is_some(), raw.table.is_some()];
        if given.iter().filter(|g| **g).count() > 1 {
            self.mistake(span.start, "幻灯片的种类不明".to_owned(), "cards、contents、chart、table 最多写一个");
            return None;
        }
        let show = match (raw.chart, raw.table) {
            (Some(id), _) => Show::Chart(id),
            (_, Some(id)) => Show::Table(id),
            _ if raw.cards => Show::Cards,
            _ if raw.contents => Show::Contents,
            _ => Show::Words,
        };
        Some(SlideSpec {
            when: raw.when.as_ref().and_then(|w| self.condition(w)),
            title: self.optional(raw.title.as_ref()),
            show,
            points: raw.points.iter().map(|w| self.phrase(w)).collect(),
            notes: raw.notes.as_ref().map(|w| self.paragraphs(w)).unwrap_or_default(),
            span,
        })
    }
}
