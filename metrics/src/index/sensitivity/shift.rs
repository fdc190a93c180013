//! Comparing two rankings.

use crate::index::stats::{self, count};

/// Mean absolute difference of ranks.
pub(super) fn mean_shift(a: &[f64], b: &[f64]) -> f64 {
    stats::sum(a.iter().zip(b).map(|(x, y)| (x - y).abs())) / count(a.len().max(1))
}

/// Largest absolute difference of ranks.
pub(super) fn max_shift(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}
