//! Weights by standard deviation (Diakoulaki et al. 1995, as the simple alternative to CRITIC) or by the coefficient of
//! variation (变异系数法).

use super::{Sample, not_positive};
use crate::index::error::Outcome;
use crate::index::stats::{Divisor, deviation, mean};

pub(super) fn weights(sample: &Sample, relative: bool, divisor: Divisor) -> Outcome<Vec<f64>> {
    let one = |id: &String, x: &[f64]| {
        let spread = deviation(x, divisor).unwrap_or_default();
        match mean(x) {
            Some(m) if relative && m > 0.0 => Ok(spread / m),
            _ if relative => Err(not_positive("变异系数法", id)),
            _ => Ok(spread),
        }
    };
    sample.ids.iter().zip(&sample.columns).map(|(id, x)| one(id, x)).collect()
}
