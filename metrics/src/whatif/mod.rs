//! What if: a scheme scored anew with other weights, targets or rules, or without an indicator or a unit, beside the official
//! result.
//!
//! Invariant: nothing is written and nothing official changes. Both sides read the same snapshot: the one that the official
//! result read. A patch that changes no score is an error, for whoever asked meant something else.

mod compare;
mod edit;
mod patch;
mod weights;

use chrono::NaiveDate;
use serde::Serialize;
use suixin_warehouse::Warehouse;

pub use compare::{Item, Side, Standing};
pub use patch::{Assignment, Patch};

use crate::compute::Alteration;
use crate::definitions::mistake::hint;
use crate::definitions::{Definitions, SourceFile};
use crate::error::MetricsError;
use crate::evaluation::{Evaluation, SchemeResult};
use crate::published::basis::Basis;
use crate::published::{differing, refused};
use crate::restated::Saved;

/// The two results side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    /// Scheme.
    pub scheme: String,
    /// Its title.
    pub title: String,
    /// Year.
    pub year: i32,
    /// Day as of which both were computed.
    pub as_of: NaiveDate,
    /// Snapshot that both read.
    pub snapshot: String,
    /// What was changed.
    pub changes: Vec<Change>,
    /// What follows from the changes, to be known by the reader.
    pub notes: Vec<String>,
    /// Every subject of the official result, by group and official rank.
    pub subjects: Vec<Side>,
}

/// One change of a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Path, e.g. `indicators.CTY-205.rule.full`.
    pub path: String,
    /// What stands in the definition; empty where it says nothing.
    pub before: String,
    /// What is tried.
    pub after: String,
}

/// Definitions with a patch on them.
#[derive(Debug)]
pub(crate) struct Patched {
    pub definitions: Definitions,
    pub alteration: Alteration,
    pub changes: Vec<Change>,
    pub notes: Vec<String>,
}

/// Scores a scheme with a patch, beside the official result of the year. `files` are the definition files that `defs` were
/// read from; `as_of` counts only where no result is saved yet.
///
/// # Errors
/// `Refused` with every mistake of the patch, or when it changes no score; `NotFound` for a unit that is not evaluated;
/// else as `compute`.
pub async fn what_if(
    warehouse: &Warehouse,
    (defs, files): (&Definitions, Vec<SourceFile>),
    (scheme, year, as_of): (&str, i32, NaiveDate),
    patch: &Patch,
) -> Result<WhatIf, MetricsError> {
    let basis = Basis::saved(warehouse, scheme, year, as_of).await?;
    let patched = edit::apply((defs, files), scheme, basis.window.period.last(), patch)?;
    let now = basis.compute(defs, scheme, &Alteration::default()).await?;
    let result = only(&now, scheme, year)?;
    known_units(result, patch)?;
    let then = basis.compute(&patched.definitions, scheme, &patched.alteration).await?;
    let subjects = compare::sides(result, only(&then, scheme, year)?);
    if subjects.iter().all(|s| !s.moved()) {
        let paths: Vec<&str> = patched.changes.iter().map(|c| c.path.as_str()).collect();
        return Err(refused(format!(
            "改动没有影响任何对象的得分、名次和等次（{}）：请核对要改的参数",
            paths.join("、")
        )));
    }
    let mut notes = patched.notes;
    let saved = Saved::of(&warehouse.snapshot().await?, None).await?;
    if !differing(&saved, &now).is_empty() {
        notes.push("注意：定义在上次计算之后有改动，“正式”一栏按现行定义重算，与已存的得分不同".to_owned());
    }
    Ok(WhatIf {
        scheme: scheme.to_owned(),
        title: result.definition.title.clone(),
        year,
        as_of: basis.window.as_of,
        snapshot: now.stamp.snapshot.clone(),
        changes: patched.changes,
        notes,
        subjects,
    })
}

fn only<'a>(e: &'a Evaluation, scheme: &str, year: i32) -> Result<&'a SchemeResult, MetricsError> {
    e.scheme(scheme).ok_or_else(|| MetricsError::NotInForce { scheme: scheme.to_owned(), year })
}

fn known_units(result: &SchemeResult, patch: &Patch) -> Result<(), MetricsError> {
    let units = || result.scores.iter().map(|s| s.subject.unit.as_str());
    let unknown = patch.without_units.iter().find(|given| !units().any(|u| u == given.as_str()));
    let error = |given: &String| {
        let mut all: Vec<&str> = units().collect();
        all.sort_unstable();
        all.dedup();
        MetricsError::NotFound { what: "参评单位", given: given.clone(), hint: hint(given, all) }
    };
    unknown.map_or(Ok(()), |given| Err(error(given)))
}
