//! Changes of shape: logarithms and Box–Cox. A column that decreases in x is never returned.

use crate::index::error::{Fault, Outcome};
use crate::index::stats;

/// Which change of shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// ln(x − min + 0.01 (max − min)) (COIN Tool, as in COINr).
    LogShift,
    /// ln(x − min + 1) (COIN Tool, first form).
    LogOne,
    /// ln((max − 1)(x − min)/(max − min) + 1) (Global Innovation Index 2020); max must be above 1.
    LogGii,
    /// ln x; all numbers above 0.
    Log,
    /// Box and Cox (1964) of x shifted so that its minimum is 1 where it is not above 0; λ by maximum likelihood if none.
    BoxCox(Option<f64>),
}

impl Shape {
    /// Its name in records: `log` or `boxcox`.
    #[must_use]
    pub fn name(self) -> &'static str {
        if matches!(self, Self::BoxCox(_)) { "boxcox" } else { "log" }
    }

    /// The numbers afterwards.
    ///
    /// # Errors
    /// Numbers outside the domain, or a column without variation.
    pub fn apply(self, id: &str, x: &[f64]) -> Outcome<Vec<f64>> {
        let (low, high) = stats::range(x).unwrap_or_default();
        let found: Vec<f64> = match self {
            Self::LogShift => x.iter().map(|v| (v - low + 0.01 * (high - low)).ln()).collect(),
            Self::LogOne => x.iter().map(|v| (v - low + 1.0).ln()).collect(),
            Self::LogGii if high > 1.0 => {
                x.iter().map(|v| ((high - 1.0) * (v - low) / (high - low) + 1.0).ln()).collect()
            }
            Self::LogGii => return Err(domain(id, "最大值不大于1，这种对数会颠倒次序")),
            Self::Log => x.iter().map(|v| v.ln()).collect(),
            Self::BoxCox(lambda) => {
                let positive: Vec<f64> = if low > 0.0 { x.to_vec() } else { x.iter().map(|v| v - low + 1.0).collect() };
                let lambda = lambda.unwrap_or_else(|| likeliest(&positive));
                positive.iter().map(|v| box_cox(*v, lambda)).collect()
            }
        };
        let fine = found.iter().all(|v| v.is_finite());
        if fine { Ok(found) } else { Err(domain(id, "有不大于0的数，或各单位全部相同")) }
    }
}

fn domain(id: &str, what: &str) -> Fault {
    Fault::new(format!("{id} {what}，不能取对数"), "改用 log_shift 或 boxcox，或用 columns 把这一指标排除在外")
}

/// The transformation for positive x.
#[must_use]
pub fn box_cox(x: f64, lambda: f64) -> f64 {
    if lambda.abs() < 1e-12 { x.ln() } else { (x.powf(lambda) - 1.0) / lambda }
}

/// The λ of −5 to 5 with the greatest profile likelihood: a grid first, then golden sections around its best point.
#[must_use]
pub fn likeliest(x: &[f64]) -> f64 {
    let logs = stats::sum(x.iter().map(|v| v.ln()));
    let n = stats::count(x.len());
    let likelihood = |lambda: f64| {
        let y: Vec<f64> = x.iter().map(|v| box_cox(*v, lambda)).collect();
        let variance = stats::variance(&y, stats::Divisor::Population).unwrap_or_default();
        (lambda - 1.0) * logs - n / 2.0 * variance.ln()
    };
    let best = (-50..=50).map(|i| f64::from(i) / 10.0).max_by(|a, b| likelihood(*a).total_cmp(&likelihood(*b)));
    let best = best.unwrap_or(1.0);
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut from, mut to) = (best - 0.1, best + 0.1);
    while to - from > 1e-10 {
        let (a, b) = (to - golden * (to - from), from + golden * (to - from));
        if likelihood(a) < likelihood(b) { from = a } else { to = b }
    }
    f64::midpoint(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_lambda_of_exponentials_is_zero() {
        let x: Vec<f64> = (0..=20).map(|i| (f64::from(i) / 5.0).exp()).collect();
        assert!(likeliest(&x).abs() < 1e-4, "{}", likeliest(&x));
        let squares: Vec<f64> = (1..=40).map(|i| f64::from(100 + i).powi(2)).collect();
        assert!(likeliest(&squares) < 1.0);
    }

    #[test]
    fn a_shape_keeps_the_order() {
        let x = [0.0, 1.0, 5.0, 100.0];
        for shape in [Shape::LogShift, Shape::LogOne, Shape::LogGii, Shape::BoxCox(None), Shape::BoxCox(Some(0.5))] {
            let y = shape.apply("x", &x).unwrap();
            assert!(y.windows(2).all(|w| w[0] < w[1]), "{shape:?} {y:?}");
        }
        assert!(Shape::Log.apply("x", &x).is_err() && Shape::LogGii.apply("x", &[0.1, 0.2]).is_err());
    }
}
