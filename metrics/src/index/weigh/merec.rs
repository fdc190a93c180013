//! MEREC, by removal effects (Keshavarz-Ghorabaee, Amiri, Zavadskas, Turskis and Antucheviciene, Symmetry 13(4):525, 2021).
//!
//! n = min/x where more is better, x/max where less is; S = ln(1 + mean |ln n|), once with all and once without each.

use super::{Sample, not_positive};
use crate::index::error::Outcome;
use crate::index::stats::{count, range, sum};

pub(super) fn weights(sample: &Sample) -> Outcome<Vec<f64>> {
    let m = count(sample.columns.len());
    let mut logs = Vec::new();
    for ((id, x), less) in sample.ids.iter().zip(&sample.columns).zip(&sample.less) {
        let (low, high) = range(x).filter(|(low, _)| *low > 0.0).ok_or_else(|| not_positive("MEREC ", id))?;
        logs.push(x.iter().map(|v| if *less { v / high } else { low / v }.ln().abs()).collect::<Vec<f64>>());
    }
    let rows = sample.columns.first().map_or(0, Vec::len);
    let total = |row: usize| sum(logs.iter().filter_map(|l| l.get(row).copied()));
    let totals: Vec<f64> = (0..rows).map(total).collect();
    let effect = |own: &Vec<f64>| {
        sum(own.iter().zip(&totals).map(|(o, t)| ((1.0 + (t - o) / m).ln() - (1.0 + t / m).ln()).abs()))
    };
    Ok(logs.iter().map(effect).collect())
}
