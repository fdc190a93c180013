//! TOPSIS (Hwang and Yoon 1981): nearness to the ideal and distance from the anti-ideal.

use super::{Basis, full};
use crate::index::cell::Cell;
use crate::index::error::{Fault, Outcome};
use crate::index::normalise::{Cost, Method as Norm, Normalise, normalise};
use crate::index::sheet::Sheet;
use crate::index::stats::{range, sum};
use crate::index::table::Column;
use crate::index::tree::Direction;

/// What the ideal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ideal {
    /// The best and the worst number that occur.
    #[default]
    Data,
    /// 1 and 0, for numbers normalised to 0–1.
    Unit,
}

/// How TOPSIS is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Topsis {
    /// Normalisation inside the method; none when the chain has done it.
    pub normalisation: Option<Norm>,
    /// What the ideal is.
    pub ideal: Ideal,
    /// Exponent of the distance: 2 Euclid, 1 city blocks.
    pub power: f64,
}

impl Default for Topsis {
    fn default() -> Self {
        Self { normalisation: Some(Norm::Vector), ideal: Ideal::Data, power: 2.0 }
    }
}

/// A matrix normalised, with its ideals before weights.
#[derive(Debug, Clone)]
pub struct Ready {
    columns: Vec<Vec<f64>>,
    ideals: Vec<(f64, f64)>,
    power: f64,
}

impl Ready {
    pub(super) fn new(how: &Topsis, basis: &Basis<'_>, columns: &[Vec<Cell>]) -> Outcome<Self> {
        full(columns, basis, "TOPSIS")?;
        let mut ready = Self { columns: Vec::new(), ideals: Vec::new(), power: how.power };
        for (indicator, cells) in basis.indicators.iter().zip(columns) {
            let column = Column { id: indicator.id.clone(), cells: cells.clone() };
            let (cells, less) = match how.normalisation {
                None => (column.cells, indicator.direction == Direction::Negative),
                Some(method) => {
                    let keep = Normalise { cost: Some(Cost::Keep), ..Normalise::by(method) };
                    let done = normalise(&keep, indicator, &column.cells, basis.units)?;
                    (done, keep.direction_after(indicator.direction) == Direction::Negative)
                }
            };
            let x = crate::index::cell::values(&cells);
            let (low, high) = match how.ideal {
                Ideal::Data => range(&x).unwrap_or_default(),
                Ideal::Unit => (0.0, 1.0),
            };
            ready.columns.push(x);
            ready.ideals.push(if less { (low, high) } else { (high, low) });
        }
        Ok(ready)
    }

    /// Distances to the ideal and to the anti-ideal of each unit.
    fn distances(&self, weights: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let units = self.columns.first().map_or(0, Vec::len);
        let to = |unit: usize, best: bool| {
            let parts = self.columns.iter().zip(&self.ideals).zip(weights).map(|((x, (good, bad)), w)| {
                let ideal = if best { good } else { bad };
                (w * (x.get(unit).copied().unwrap_or_default() - ideal)).abs().powf(self.power)
            });
            sum(parts).powf(self.power.recip())
        };
        ((0..units).map(|u| to(u, true)).collect(), (0..units).map(|u| to(u, false)).collect())
    }

    pub(super) fn scores(&self, weights: &[f64]) -> Outcome<Vec<f64>> {
        let (to_best, to_worst) = self.distances(weights);
        let score = |(best, worst): (&f64, &f64)| Some(worst / (best + worst)).filter(|s| s.is_finite());
        let scores: Option<Vec<f64>> = to_best.iter().zip(&to_worst).map(score).collect();
        scores.ok_or_else(|| Fault::new("各单位在全部指标上相同，TOPSIS 无从区分", "核对数据和权重"))
    }

    pub(super) fn sheet(&self, weights: &[f64], units: &[String]) -> Outcome<Sheet> {
        let (best, worst) = self.distances(weights);
        let mut sheet = Sheet::new("topsis", "到理想解、负理想解的距离", &["unit", "d_best", "d_worst", "score"]);
        for (((unit, best), worst), score) in units.iter().zip(best).zip(worst).zip(self.scores(weights)?) {
            sheet.push(vec![unit.as_str().into(), best.into(), worst.into(), score.into()]);
        }
        Ok(sheet)
    }
}
