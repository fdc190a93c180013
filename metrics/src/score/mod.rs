//! From values to scores: points, weights of indicators that do not apply, caps, vetoes, ranks, grades.
//!
//! Invariant: pure functions over decimals. Points are rounded half-up at two places at the indicator and summed as they
//! are; nothing is rounded again. It must not know SQL, tables or time.

mod grades;
mod item;
mod ranks;
mod subject;
mod weights;

#[cfg(test)]
mod cases;

use std::collections::{BTreeMap, BTreeSet};

use crate::definitions::{Indicator, Scheme};
use crate::evaluation::{Measured, Subject, SubjectScore};

pub use ranks::dense_ranks;
pub use weights::effective_weights;

/// Indicator id → key → what was measured.
pub type Values = BTreeMap<String, BTreeMap<String, Measured>>;

/// What the scores of a scheme are made from.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The scheme.
    pub scheme: &'a Scheme,
    /// Its indicators, in their order.
    pub indicators: &'a [&'a Indicator],
    /// Who is evaluated.
    pub subjects: &'a [Subject],
    /// Values of the year.
    pub values: &'a Values,
    /// Scope name → key → scope, for ranks inside a scope.
    pub scopes: &'a BTreeMap<String, BTreeMap<String, String>>,
    /// Who may get a conditional grade.
    pub top_grade: &'a BTreeSet<String>,
}

/// The scores of a scheme, by group, rank and name.
#[must_use]
pub fn score(inputs: &Inputs<'_>) -> Vec<SubjectScore> {
    let by_rank = ranks::rank_points(inputs);
    let mut scores: Vec<SubjectScore> =
        inputs.subjects.iter().map(|s| subject::score_subject(inputs, s, &by_rank)).collect();
    ranks::rank(inputs, &mut scores);
    scores
}
