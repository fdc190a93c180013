//! Normalisation by size.

use super::{Column, Cost, Method, TargetForm};
use crate::index::error::{Fault, Outcome};
use crate::index::stats;

impl Column<'_> {
    pub(super) fn min_max(&self) -> Outcome<Vec<f64>> {
        let (low, high) = stats::range(self.x).unwrap_or_default();
        if stats_equal(low, high) {
            return self.constant(self.how.range.0, self.how.stretch(0.5), self.how.range.1);
        }
        let share = |v: &f64| if self.less { (high - v) / (high - low) } else { (v - low) / (high - low) };
        Ok(self.x.iter().map(|v| self.how.stretch(share(v))).collect())
    }

    pub(super) fn z_score(&self) -> Outcome<Vec<f64>> {
        let (mean, spread) = self.how.z;
        let (low, high) = stats::range(self.x).unwrap_or_default();
        let (m, s) = (stats::mean(self.x).unwrap_or_default(), stats::deviation(self.x, self.how.divisor));
        match s {
            Some(s) if s > 0.0 && !stats_equal(low, high) => {
                let sign = if self.less { -1.0 } else { 1.0 };
                Ok(self.x.iter().map(|v| sign * (v - m) / s * spread + mean).collect())
            }
            _ => self.constant(mean - spread, mean, mean + spread),
        }
    }

    pub(super) fn goalposts(&self) -> Outcome<Vec<f64>> {
        let (low, high) = self.indicator.goalposts.ok_or_else(|| self.needs("goalposts"))?;
        let scale = |v: f64| if self.indicator.logarithmic { v.ln() } else { v };
        let truncate = self.how.truncate.unwrap_or(true);
        let share = |v: &f64| {
            // Below the lower post the scale ends anyway: a zero on a logarithmic scale is the lower post.
            let v = if truncate { v.max(low).min(high) } else { *v };
            let share = (scale(v) - scale(low)) / (scale(high) - scale(low));
            if self.less { 1.0 - share } else { share }
        };
        Ok(self.x.iter().map(|v| self.how.stretch(share(v))).collect())
    }

    pub(super) fn target(&self, form: TargetForm) -> Outcome<Vec<f64>> {
        let target = self.indicator.target.ok_or_else(|| self.needs("target"))?;
        let (low, high) = stats::range(self.x).unwrap_or_default();
        let worst = if self.less { high } else { low };
        let share = |v: &f64| match (form, self.less) {
            (TargetForm::Range, _) => 1.0 - (target - v) / (target - worst),
            (TargetForm::Ratio, false) => v / target,
            (TargetForm::Ratio, true) => target / v,
            (TargetForm::Relative, less) => (v - target) / target.abs() * if less { -1.0 } else { 1.0 },
        };
        let truncate = self.how.truncate.unwrap_or(false);
        let cut = |s: f64| if truncate { s.clamp(0.0, 1.0) } else { s };
        Ok(self.x.iter().map(|v| self.how.stretch(cut(share(v)))).collect())
    }

    /// Vector, max and sum.
    pub(super) fn proportional(&self) -> Outcome<Vec<f64>> {
        let cost = if self.less { self.how.cost() } else { Cost::Keep };
        let (low, _) = stats::range(self.x).unwrap_or_default();
        match cost {
            Cost::Keep => self.divided(self.x),
            Cost::Reflect => Ok(self.divided(self.x)?.into_iter().map(|v| 1.0 - v).collect()),
            Cost::Reciprocal => self.divided(&self.x.iter().map(|v| v.recip()).collect::<Vec<_>>()),
            Cost::Ratio => Ok(self.x.iter().map(|v| low / v).collect()),
        }
    }

    fn divided(&self, x: &[f64]) -> Outcome<Vec<f64>> {
        let by = match self.how.method {
            Method::Vector => stats::sum(x.iter().map(|v| v * v)).sqrt(),
            Method::Max => stats::range(x).unwrap_or_default().1,
            _ => stats::sum(x.iter().copied()),
        };
        if by > 0.0 && by.is_finite() {
            return Ok(x.iter().map(|v| v / by).collect());
        }
        let what = format!("指标 {} 的除数为{by}（全为0、有负数，或逆向指标取倒数时有0）", self.indicator.id);
        Err(Fault::new(what, "先平移或正向化（orient），或改用 minmax"))
    }
}

/// Equal but for rounding: a range of noise must not be stretched over the scale.
fn stats_equal(low: f64, high: f64) -> bool {
    crate::index::tie::equal(low, high, low.abs().max(high.abs()))
}
