//! CRITIC (Diakoulaki, Mavrotas and Papayannakis 1995): standard deviation times the sum of 1 − r with the others.

use super::Sample;
use crate::index::error::{Fault, Outcome};
use crate::index::stats::{Correlation, Divisor, deviation, sum};

pub(super) fn weights(sample: &Sample, by: Correlation, absolute: bool, divisor: Divisor) -> Outcome<Vec<f64>> {
    let conflict = |x: &[f64], y: &[f64]| by.of(x, y).map(|r| 1.0 - if absolute { r.abs() } else { r });
    let content = |at: usize, x: &[f64]| {
        let others = sample.columns.iter().enumerate().filter(|(other, _)| *other != at);
        let conflicts: Option<Vec<f64>> = others.map(|(_, y)| conflict(x, y)).collect();
        Some(deviation(x, divisor)? * sum(conflicts?))
    };
    let flat =
        |id: &String| Fault::new(format!("CRITIC 需要指标有差异，{id} 或同组指标全部相同"), "去掉没有区分度的指标");
    let columns = sample.ids.iter().zip(&sample.columns).enumerate();
    columns.map(|(at, (id, x))| content(at, x).ok_or_else(|| flat(id))).collect()
}
