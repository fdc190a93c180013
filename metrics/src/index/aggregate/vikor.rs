//! VIKOR (Opricovic 1998; Opricovic and Tzeng 2004): compromise between the most for all and the least regret of one.

use super::{Basis, full};
use crate::index::cell::Cell;
use crate::index::error::{Fault, Outcome};
use crate::index::sheet::Sheet;
use crate::index::stats::{count, range, sum};
use crate::index::tie;
use crate::index::tree::Direction;

/// How VIKOR is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vikor {
    /// Weight of the group's utility against the regret of one (0–1).
    pub v: f64,
}

impl Default for Vikor {
    fn default() -> Self {
        Self { v: 0.5 }
    }
}

/// Distance of each number from the best, as a share of the range.
#[derive(Debug, Clone)]
pub struct Ready {
    regrets: Vec<Vec<f64>>,
    v: f64,
}

/// The three measures; the smallest is best.
#[derive(Debug, Clone, PartialEq)]
pub struct Rated {
    /// Sum of weighted regrets.
    pub s: Vec<f64>,
    /// The largest weighted regret.
    pub r: Vec<f64>,
    /// The compromise.
    pub q: Vec<f64>,
}

impl Ready {
    pub(super) fn new(how: &Vikor, basis: &Basis<'_>, columns: &[Vec<Cell>]) -> Outcome<Self> {
        let mut regrets = Vec::new();
        for (x, indicator) in full(columns, basis, "VIKOR")?.into_iter().zip(basis.indicators) {
            let (low, high) = range(&x).unwrap_or_default();
            let regret = |v: &f64| match indicator.direction {
                _ if low >= high => Ok(0.0),
                Direction::Positive => Ok((high - v) / (high - low)),
                Direction::Negative => Ok((v - low) / (high - low)),
                _ => Err(Fault::new(format!("指标 {} 是中间型或区间型", indicator.id), "先正向化（orient）")),
            };
            regrets.push(x.iter().map(regret).collect::<Outcome<Vec<f64>>>()?);
        }
        Ok(Self { regrets, v: how.v })
    }

    pub(super) fn rated(&self, weights: &[f64]) -> Outcome<Rated> {
        let units = self.regrets.first().map_or(0, Vec::len);
        let parts = |unit: usize| {
            self.regrets.iter().zip(weights).map(move |(x, w)| w * x.get(unit).copied().unwrap_or_default())
        };
        let s: Vec<f64> = (0..units).map(|u| sum(parts(u))).collect();
        let r: Vec<f64> = (0..units).map(|u| parts(u).fold(0.0, f64::max)).collect();
        let share = |x: &[f64]| {
            let (low, high) = range(x)?;
            (high > low).then(|| x.iter().map(|v| (v - low) / (high - low)).collect::<Vec<f64>>())
        };
        let equal = || Fault::new("各单位的遗憾值全部相同，VIKOR 无从区分", "核对数据和权重");
        let (of_s, of_r) = (share(&s).ok_or_else(equal)?, share(&r).unwrap_or_else(|| vec![0.0; units]));
        let q = of_s.iter().zip(&of_r).map(|(s, r)| self.v * s + (1.0 - self.v) * r).collect();
        Ok(Rated { s, r, q })
    }

    /// The measures, and whether the first may be taken alone.
    pub(super) fn report(&self, weights: &[f64], units: &[String]) -> Outcome<(Sheet, Vec<String>)> {
        let rated = self.rated(weights)?;
        let compromise = compromise(&rated);
        let mut sheet =
            Sheet::new("vikor", "群体效用S、个别遗憾R、折衷值Q（小者为优）", &["unit", "s", "r", "q", "compromise"]);
        for (at, unit) in units.iter().enumerate() {
            let of = |x: &[f64]| x.get(at).copied().into();
            sheet.push(vec![
                unit.as_str().into(),
                of(&rated.s),
                of(&rated.r),
                of(&rated.q),
                compromise.contains(&at).into(),
            ]);
        }
        let names: Vec<&str> = compromise.iter().filter_map(|c| units.get(*c)).map(String::as_str).collect();
        let warnings = if names.len() > 1 {
            vec![format!("VIKOR 的第一名没有可接受的优势或稳定性，折衷解为：{}", names.join("、"))]
        } else {
            Vec::new()
        };
        Ok((sheet, warnings))
    }
}

/// The places of the compromise: the first alone if its lead is at least 1/(n − 1) and it is first by S or R as well; the
/// first two if only the lead suffices; else all that are nearer to the first than that.
fn compromise(rated: &Rated) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rated.q.len()).collect();
    let q = |at: &usize| rated.q.get(*at).copied().unwrap_or_default();
    order.sort_by(|a, b| q(a).total_cmp(&q(b)));
    let needed = 1.0 / count(rated.q.len().max(2) - 1);
    let (Some(first), Some(second)) = (order.first(), order.get(1)) else { return order };
    let is_first = |x: &[f64]| tie::ranks(x, false, tie::Ties::Competition).get(*first).is_some_and(|r| *r <= 1.0);
    let stable = is_first(&rated.s) || is_first(&rated.r);
    if q(second) - q(first) < needed - 1e-12 {
        return order.iter().copied().take_while(|at| q(at) - q(first) < needed - 1e-12).collect();
    }
    order.into_iter().take(if stable { 1 } else { 2 }).collect()
}
