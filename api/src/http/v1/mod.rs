//! The interface for programs under `/v1`: JSON, errors as problem+json, long lists in steps. One resource a file.

pub mod figures;
pub mod health;
pub mod indicators;
pub mod jobs;
pub mod packs;
pub mod pilots;
pub mod query;
pub mod returns;
pub mod scores;
pub mod snapshots;
pub mod units;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Entries of a step unless asked otherwise.
const STEP: usize = 100;
/// Most entries of a step.
const MAX_STEP: usize = 1_000;

/// A step through a list.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Step {
    /// Entries to leave out first.
    #[param(minimum = 0)]
    pub offset: Option<usize>,
    /// Entries wanted: 100 unless said otherwise, at most 1000.
    #[param(minimum = 1, maximum = 1000)]
    pub limit: Option<usize>,
}

impl Step {
    /// Entries to leave out first.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset.unwrap_or(0)
    }

    /// Entries wanted.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(STEP).clamp(1, MAX_STEP)
    }

    /// The step of a list that is already here.
    #[must_use]
    pub fn of<T>(&self, all: Vec<T>) -> Page<T> {
        let total = all.len();
        let items = all.into_iter().skip(self.offset()).take(self.limit()).collect();
        self.page(items, total)
    }

    /// A step that was read by itself.
    #[must_use]
    pub fn page<T>(&self, items: Vec<T>, total: usize) -> Page<T> {
        Page { items, total, offset: self.offset(), limit: self.limit() }
    }
}

/// One step of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Entries in all.
    pub total: usize,
    /// Entries left out first.
    pub offset: usize,
    /// Most entries of this step.
    pub limit: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stay_inside_their_limits() {
        let step = Step { offset: Some(3), limit: Some(5_000) };
        let page = step.of((0..10).collect());
        assert_eq!((page.items.len(), page.total, page.offset, page.limit), (7, 10, 3, 1_000));
        assert!(Step { offset: Some(99), limit: Some(0) }.of(vec![1]).items.is_empty());
        assert_eq!(Step::default().limit(), 100);
    }
}
