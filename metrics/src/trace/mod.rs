//! From a figure down to the rows behind it, and to the file, sheet and row that each came from.
//!
//! A figure id is `<dataset>/<row key>/<column>` or `<scheme>/<subject>/<indicator>` (also `TOTAL`, `CORE`, `BONUS`,
//! `DEDUCT`). Figures that are made from scores are followed to the rows of the indicators behind these scores.
//! Invariant: a row is named only if the statement's own joins and conditions find it; nothing is guessed.

mod follow;
mod part;
mod rows;
mod text;

use chrono::NaiveDate;
use serde::Serialize;
use suixin_warehouse::Snapshot;

pub use rows::{TracedRow, TracedTable};

use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::window::Window;
use follow::Follow;

/// How far a figure is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Its own statements; the scores that it is made from are named.
    Own,
    /// Down to the rows of the indicators behind the scores that it is made from.
    Rows,
}

/// Rows listed a table; the number of all of them is given beside.
pub const ROWS_LISTED: usize = 200;

/// The rows behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The figure asked for.
    pub figure: String,
    /// What it is, in words.
    pub title: String,
    /// The number itself, as the snapshot gives it; none where it has none.
    pub value: Option<String>,
    /// Snapshot that was read.
    pub snapshot: String,
    /// Statements that made it, with their rows; the figure's own first, then those that it is made from.
    pub parts: Vec<Part>,
    /// Figures that it is made from and that were not followed: each can be traced itself.
    pub not_followed: Vec<String>,
}

/// One statement and the rows that went into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The figure that the statement makes.
    pub figure: String,
    /// What the statement is, in words, e.g. `重点对象走访摸排覆盖率·分子`.
    pub title: String,
    /// The statement as it runs.
    pub statement: String,
    /// Its tables with their rows.
    pub tables: Vec<TracedTable>,
    /// What could not be shown, in words.
    pub notes: Vec<String>,
}

/// Traces a figure of a year. In its id a subject or unit may be named instead of given by its key.
///
/// # Errors
/// `NotFound` for an unknown figure; `Statement` when the snapshot cannot be read.
pub async fn trace(
    snapshot: &Snapshot,
    defs: &Definitions,
    figure: &str,
    year: i32,
    as_of: NaiveDate,
    depth: Depth,
) -> Result<Trace, MetricsError> {
    let mut follow = Follow::new(snapshot, defs, Window::year(year, as_of), depth)?;
    let figure = follow.canonical(figure).await?;
    let title = follow.start(&figure).await?;
    let value = follow.value(&figure).await?;
    follow.run().await?;
    Ok(Trace {
        figure,
        title,
        value,
        snapshot: snapshot.id().to_string(),
        parts: follow.parts,
        not_followed: follow.left.into_iter().collect(),
    })
}
