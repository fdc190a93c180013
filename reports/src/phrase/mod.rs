//! Sentences whose words are chosen by the data.
//!
//! A phrase is text with places in braces. What may stand in braces is a closed list:
//!
//! | written | prints |
//! |---|---|
//! | `{dataset/row/column}` | the figure with its unit, such as 98.85分 |
//! | `{dataset/row/column!}` | the figure without its unit |
//! | `{.column}`, `{.column!}` | the figure of the row at hand, inside `list` and `where` |
//! | `{year}` `{prev}` `{next}` `{period}` `{as_of}` `{office}` `{city}` `{snapshot}` `{hash}` `{version}` `{source}` | the brief's own words |
//! | `{yoy REF}` | 同比增长…, 同比下降… (the figure without its sign) or 同比持平; nothing at all without a value |
//! | `{sign REF \| up \| down \| same \| none}` | one of four phrases by the sign of the figure; `{~}` in them is the figure without its sign |
//! | `{if CONDITION \| then \| else}` | one of two phrases |
//! | `{list DATASET [where CONDITION] [by COLUMN] [first N] \| item \| separator \| empty}` | the item for each row, joined by 、 or the separator (`''` is none); `by` puts the greatest first |
//! | `{place RANK of COUNT}` | 首位, 末位 or 第N位 |
//! | `{fig ID}`, `{tab ID}` | 图3, 表2 |
//!
//! A row is a key (parts of a composite key joined by `+`), `-` for a dataset of one row, `@1`, `@2`, `@-1` for the
//! first, second, last row in the dataset's order, `@max:column` or `@min:column` for the row with the extreme value.
//! A condition compares figures, numbers, 'words' or the day `as_of` (with 'YYYY-MM-DD') with `= != < <= > >=`, asks
//! `has REF` or counts `rows(DATASET)`; parts are joined by `and`. A row that is not there prints as a dash and leaves a warning; it never stops a pack.

mod parse;
mod speak;

use std::fmt;

use crate::outline::Span;

pub use speak::{Labels, Speaker};

/// A sentence with places.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Phrase {
    pub(crate) parts: Vec<Part>,
    pub(crate) span: Span,
}

/// A piece of a phrase.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Plain(String),
    Figure { reference: Reference, unit: bool },
    Magnitude,
    Meta(Meta),
    Yoy(Reference),
    Sign { reference: Reference, phrases: [Phrase; 4] },
    If { condition: Condition, then: Phrase, or: Phrase },
    List(Box<List>),
    Place { rank: Reference, count: Reference },
    Label(Label),
}

/// The brief's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meta {
    Year,
    Prev,
    Next,
    Period,
    AsOf,
    Office,
    City,
    Snapshot,
    Hash,
    Version,
    Source,
}

/// A figure or table that a phrase points to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// 图.
    Figure(String),
    /// 表.
    Table(String),
}

/// The rows of a dataset, each said in one phrase.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List {
    pub dataset: String,
    pub filter: Option<Condition>,
    pub by: Option<Reference>,
    pub first: Option<usize>,
    pub item: Phrase,
    pub separator: String,
    pub empty: Phrase,
}

/// A cell that a phrase asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// As written, for messages.
    pub written: String,
    /// Where.
    pub target: Target,
}

/// Where a reference points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A column of the row at hand.
    Item(String),
    /// A cell of a dataset.
    Cell {
        /// Dataset.
        dataset: String,
        /// Row.
        row: Row,
        /// Column.
        column: String,
    },
}

/// How a row is picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// By its key.
    Key(String),
    /// By its place: 1 is the first, -1 the last.
    Nth(i64),
    /// With the greatest value of a column; the first one on a tie.
    Max(String),
    /// With the least value of a column; the first one on a tie.
    Min(String),
}

/// Comparisons that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub(crate) tests: Vec<Test>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Compare { left: Operand, op: Op, right: Operand },
    Has(Reference),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Reference(Reference),
    Number(rust_decimal::Decimal),
    Word(String),
    AsOf,
    Rows(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// What is wrong with the writing of a phrase or condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PhraseError(pub String);

impl fmt::Display for PhraseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Phrase {
    /// Calls `visit` for each reference; the second argument is the dataset that a bare column belongs to.
    pub(crate) fn references<'a>(&'a self, at: Option<&'a str>, visit: &mut dyn FnMut(&'a Reference, Option<&'a str>)) {
        for part in &self.parts {
            match part {
                Part::Plain(_) | Part::Magnitude | Part::Meta(_) | Part::Label(_) => {}
                Part::Figure { reference, .. } | Part::Yoy(reference) => visit(reference, at),
                Part::Sign { reference, phrases } => {
                    visit(reference, at);
                    phrases.iter().for_each(|p| p.references(at, visit));
                }
                Part::If { condition, then, or } => {
                    condition.references(at, visit);
                    then.references(at, visit);
                    or.references(at, visit);
                }
                Part::List(list) => {
                    let inner = Some(list.dataset.as_str());
                    if let Some(condition) = &list.filter {
                        condition.references(inner, visit);
                    }
                    list.by.iter().for_each(|by| visit(by, inner));
                    list.item.references(inner, visit);
                    list.empty.references(at, visit);
                }
                Part::Place { rank, count } => {
                    visit(rank, at);
                    visit(count, at);
                }
            }
        }
    }

    /// Datasets whose rows the phrase lists or counts.
    pub(crate) fn datasets<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        for part in &self.parts {
            match part {
                Part::List(list) => {
                    visit(&list.dataset);
                    list.item.datasets(visit);
                }
                Part::If { condition, then, or } => {
                    condition.datasets(visit);
                    then.datasets(visit);
                    or.datasets(visit);
                }
                Part::Sign { phrases, .. } => phrases.iter().for_each(|p| p.datasets(visit)),
                _ => {}
            }
        }
    }

    /// Figures and tables that the phrase points to.
    pub(crate) fn labels<'a>(&'a self, visit: &mut dyn FnMut(&'a Label)) {
        for part in &self.parts {
            match part {
                Part::Label(label) => visit(label),
                Part::If { then, or, .. } => {
                    then.labels(visit);
                    or.labels(visit);
                }
                Part::List(list) => list.item.labels(visit),
                Part::Sign { phrases, .. } => phrases.iter().for_each(|p| p.labels(visit)),
                _ => {}
            }
        }
    }

    /// Whether nothing would be printed whatever the data.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl Condition {
    pub(crate) fn references<'a>(&'a self, at: Option<&'a str>, visit: &mut dyn FnMut(&'a Reference, Option<&'a str>)) {
        for test in &self.tests {
            match test {
                Test::Has(reference) => visit(reference, at),
                Test::Compare { left, right, .. } => {
                    for operand in [left, right] {
                        if let Operand::Reference(reference) = operand {
                            visit(reference, at);
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn datasets<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        for test in &self.tests {
            if let Test::Compare { left, right, .. } = test {
                for operand in [left, right] {
                    if let Operand::Rows(dataset) = operand {
                        visit(dataset);
                    }
                }
            }
        }
    }
}
