//! Winsorising: the ends of a column are pulled in to a value that occurs or is computed (Dixon 1960; Tukey 1962).

use super::Test;
use crate::index::stats::{self, Divisor};

/// How the ends are found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Winsor {
    /// One step at a time: all points at the end to which the column is skewed take the next value, until the column
    /// passes the test or so many points were moved (Becker et al., COINr).
    Steps {
        /// Most points to move; any number, if none.
        max: Option<usize>,
        /// Whether to go on to `max` although the column passes.
        force: bool,
    },
    /// What lies outside two quantiles (0–1) takes their value.
    Percentile {
        /// Lower quantile.
        low: f64,
        /// Upper quantile.
        high: f64,
    },
    /// What lies further than so many interquartile ranges outside the quartiles (Tukey 1977).
    Fences(f64),
    /// What lies further than so many sample standard deviations from the mean.
    Deviations(f64),
}

impl Winsor {
    /// The numbers afterwards, and how many were moved.
    #[must_use]
    pub fn apply(&self, x: &[f64], test: Option<&Test>) -> (Vec<f64>, usize) {
        match *self {
            Self::Steps { max, force } => steps(x, max, force, test.copied().unwrap_or_default()),
            Self::Percentile { low, high } => clamp(x, stats::quantile(x, low).zip(stats::quantile(x, high))),
            Self::Fences(times) => clamp(x, fences(x, times)),
            Self::Deviations(times) => clamp(x, around_mean(x, times)),
        }
    }
}

fn fences(x: &[f64], times: f64) -> Option<(f64, f64)> {
    let (q1, q3) = (stats::quantile(x, 0.25)?, stats::quantile(x, 0.75)?);
    Some((q1 - times * (q3 - q1), q3 + times * (q3 - q1)))
}

fn around_mean(x: &[f64], times: f64) -> Option<(f64, f64)> {
    let (m, s) = (stats::mean(x)?, stats::deviation(x, Divisor::Sample)?);
    Some((m - times * s, m + times * s))
}

fn clamp(x: &[f64], ends: Option<(f64, f64)>) -> (Vec<f64>, usize) {
    let Some((low, high)) = ends else { return (x.to_vec(), 0) };
    let moved = x.iter().filter(|v| **v < low || **v > high).count();
    (x.iter().map(|v| v.max(low).min(high)).collect(), moved)
}

fn steps(x: &[f64], max: Option<usize>, force: bool, test: Test) -> (Vec<f64>, usize) {
    let mut x = x.to_vec();
    let (mut at_top, mut at_bottom) = (0, 0);
    while (force || !test.passes(&x)) && max.is_none_or(|m| at_top + at_bottom < m) {
        let up = stats::skewness(&x, test.moments).is_none_or(|s| s >= 0.0);
        let Some(moved) = pull_in(&mut x, up) else { break };
        *(if up { &mut at_top } else { &mut at_bottom }) = moved;
    }
    (x, at_top + at_bottom)
}

/// Moves all points at one end to the next value; how many they are. `None` when all are equal.
fn pull_in(x: &mut [f64], up: bool) -> Option<usize> {
    let (low, high) = stats::range(x)?;
    let end = if up { high } else { low };
    let inner: Vec<f64> = x.iter().copied().filter(|v| *v != end).collect();
    let (inner_low, inner_high) = stats::range(&inner)?;
    let next = if up { inner_high } else { inner_low };
    for v in x.iter_mut().filter(|v| **v == end) {
        *v = next;
    }
    Some(x.len() - inner.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_by_quantile_fence_and_deviation() {
        let x: Vec<f64> = (0..=100).map(f64::from).collect();
        let (percentile, moved) = Winsor::Percentile { low: 0.05, high: 0.95 }.apply(&x, None);
        assert_eq!((percentile[0], percentile[100], moved), (5.0, 95.0, 10));
        let mut far = x.clone();
        far[100] = 1000.0;
        assert_eq!(Winsor::Fences(1.5).apply(&far, None).0[100], 150.0);
        assert_eq!(Winsor::Deviations(1.0).apply(&[0.0, 0.0, 3.0], None).0[2], 1.0 + 3.0_f64.sqrt());
    }

    #[test]
    fn tied_ends_move_together_and_equal_columns_stay() {
        let mut x = [9.0, 9.0, 1.0, 2.0];
        assert_eq!((pull_in(&mut x, true), x), (Some(2), [2.0, 2.0, 1.0, 2.0]));
        assert_eq!(pull_in(&mut [3.0, 3.0], false), None);
    }
}
