//! Entropy weights (Shannon 1948; Zeleny 1982; Hwang and Yoon 1981): p = x/Σx, e = −Σ p ln p / ln n, w ∝ 1 − e.
//! A zero share adds nothing, as p ln p tends to 0.

use super::{Sample, not_positive};
use crate::index::error::Outcome;
use crate::index::stats::{count, sum};

pub(super) fn weights(sample: &Sample, shift: f64) -> Outcome<Vec<f64>> {
    sample.ids.iter().zip(&sample.columns).map(|(id, x)| divergence(id, x, shift)).collect()
}

fn divergence(id: &str, x: &[f64], shift: f64) -> Outcome<f64> {
    let total = sum(x.iter().map(|v| v + shift));
    if total <= 0.0 || x.iter().any(|v| v + shift < 0.0) || x.len() < 2 {
        return Err(not_positive("熵权法", id));
    }
    let information = sum(x.iter().map(|v| (v + shift) / total).filter(|p| *p > 0.0).map(|p| p * p.ln()));
    // Equal shares have entropy 1 but for rounding.
    let divergence = 1.0 + information / count(x.len()).ln();
    Ok(if divergence < 1e-14 { 0.0 } else { divergence })
}
