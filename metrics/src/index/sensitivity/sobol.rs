//! Variance-based sensitivity: first and total order indices with bootstrap intervals.
//!
//! Papers: Sobol' 1993; Saltelli et al., Comput. Phys. Commun. 181, 2010 (first order, sampling of A, B and A with one column
//! of B); Jansen 1999 (total order, and first order as an option); Archer, Saltelli and Sobol' 1997 (bootstrap).

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::model::Model;
use super::shift::mean_shift;
use super::{FactorKind, Measure, draw_weights};
use crate::index::aggregate::Bench;
use crate::index::error::{Fault, IndexError, Outcome};
use crate::index::run::State;
use crate::index::sheet::Sheet;
use crate::index::spec::{Spec, Stage};
use crate::index::stats::{self, Divisor, count, whole};
use crate::index::tie;

/// Estimator of the first order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Estimator {
    /// mean(f(B) (f(AB) − f(A))) / variance.
    #[default]
    Saltelli,
    /// 1 − mean((f(B) − f(AB))²) / 2 variance.
    Jansen,
}

/// An index with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Index {
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The indices of one factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Indices {
    /// What the factor explains alone.
    pub first: Index,
    /// What it explains with all its interactions.
    pub total: Index,
}

/// Values of the function: f(A), f(B), and for each factor f(A with its column of B).
struct Sample {
    a: Vec<f64>,
    b: Vec<f64>,
    ab: Vec<Vec<f64>>,
}

/// The indices of a function of so many factors, each uniform on 0–1. `None` where the function does not vary.
///
/// # Errors
/// What the function says.
pub fn indices(
    f: &mut impl FnMut(&[f64]) -> Outcome<f64>,
    factors: usize,
    (base, seed): (usize, u64),
    (bootstrap, level): (usize, f64),
    estimator: Estimator,
) -> Outcome<Option<Vec<Indices>>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let sample = sample(f, factors, base, &mut rng)?;
    let all: Vec<usize> = (0..base).collect();
    let Some(found) = estimate(&sample, &all, estimator) else { return Ok(None) };
    let mut again: Vec<Vec<(f64, f64)>> = Vec::with_capacity(bootstrap);
    for _ in 0..bootstrap {
        let rows: Vec<usize> = (0..base).map(|_| rng.random_range(0..base)).collect();
        again.extend(estimate(&sample, &rows, estimator));
    }
    let ends = |value: f64, pick: &dyn Fn(&Vec<(f64, f64)>) -> Option<f64>| {
        let others: Vec<f64> = again.iter().filter_map(pick).collect();
        let at = |p: f64| stats::quantile(&others, p).unwrap_or(value);
        Index { value, low: at((1.0 - level) / 2.0), high: at(f64::midpoint(1.0, level)) }
    };
    let one = |(i, (first, total)): (usize, &(f64, f64))| Indices {
        first: ends(*first, &|s| s.get(i).map(|s| s.0)),
        total: ends(*total, &|s| s.get(i).map(|s| s.1)),
    };
    Ok(Some(found.iter().enumerate().map(one).collect()))
}

fn sample(
    f: &mut impl FnMut(&[f64]) -> Outcome<f64>,
    factors: usize,
    base: usize,
    rng: &mut ChaCha8Rng,
) -> Outcome<Sample> {
    let mut sample = Sample { a: Vec::new(), b: Vec::new(), ab: vec![Vec::new(); factors] };
    for _ in 0..base {
        let a: Vec<f64> = (0..factors).map(|_| rng.random()).collect();
        let b: Vec<f64> = (0..factors).map(|_| rng.random()).collect();
        sample.a.push(f(&a)?);
        sample.b.push(f(&b)?);
        for (i, values) in sample.ab.iter_mut().enumerate() {
            let mixed: Vec<f64> =
                a.iter().zip(&b).enumerate().map(|(j, (a, b))| if i == j { *b } else { *a }).collect();
            values.push(f(&mixed)?);
        }
    }
    Ok(sample)
}

fn estimate(sample: &Sample, rows: &[usize], estimator: Estimator) -> Option<Vec<(f64, f64)>> {
    let pick = |x: &[f64]| rows.iter().filter_map(|r| x.get(*r).copied()).collect::<Vec<f64>>();
    let (a, b) = (pick(&sample.a), pick(&sample.b));
    let both: Vec<f64> = a.iter().chain(&b).copied().collect();
    let variance = stats::variance(&both, Divisor::Population).filter(|v| *v > 1e-24 * tie::size(&both).powi(2))?;
    // Centred first: the estimate of the first order is then far steadier and as right.
    let centre = stats::mean(&both)?;
    let of = |ab: &[f64]| {
        let triples = a.iter().zip(&b).zip(ab);
        let mean = |parts: Vec<f64>| stats::sum(parts) / count(rows.len());
        let total = mean(triples.clone().map(|((a, _), ab)| (a - ab).powi(2)).collect()) / 2.0 / variance;
        let first = match estimator {
            Estimator::Saltelli => mean(triples.map(|((a, b), ab)| (b - centre) * (ab - a)).collect()) / variance,
            Estimator::Jansen => 1.0 - mean(triples.map(|((_, b), ab)| (b - ab).powi(2)).collect()) / 2.0 / variance,
        };
        (first, total)
    };
    Some(sample.ab.iter().map(|ab| of(&pick(ab))).collect())
}

/// The indices of the choices of a chain.
///
/// # Errors
/// As Monte Carlo; an unknown unit; a measure that does not vary.
pub fn sobol(
    how: &super::Sobol,
    spec: &Spec,
    before: &[Stage],
    start: &State,
    name: &str,
) -> Result<Vec<Sheet>, IndexError> {
    let model = Model::build(spec, before, start, &how.factors, name)?;
    let unit = match &how.measure {
        Measure::MeanShift => 0,
        Measure::Rank(unit) | Measure::Score(unit) => {
            let unknown = || Fault::new(format!("没有单位 {unit}"), "核对 unit").at(name);
            model.units.iter().position(|u| u == unit).ok_or_else(unknown)?
        }
    };
    let mut bench = Bench::default();
    let mut f = |x: &[f64]| value(how, &model, x, unit, &mut bench);
    let settings = ((how.base, how.seed), (how.bootstrap, how.level));
    let found = indices(&mut f, how.factors.len(), settings.0, settings.1, how.estimator).map_err(|f| f.at(name))?;
    let constant = || Fault::new("结果不随这些因素变化，没有可分解的方差", "增加备选方法，或加大权重的变动").at(name);
    let found = found.ok_or_else(constant)?;
    let head = ["factor", "first", "first_low", "first_high", "total", "total_low", "total_high"];
    let mut sheet = Sheet::new("indices", "Sobol 一阶和总阶灵敏度指数", &head);
    for (factor, i) in how.factors.iter().zip(found) {
        let numbers = [i.first.value, i.first.low, i.first.high, i.total.value, i.total.low, i.total.high];
        sheet.push(std::iter::once(factor.name.as_str().into()).chain(numbers.map(Into::into)).collect());
    }
    Ok(vec![sheet])
}

/// The measure under choices given as numbers of 0–1, one a factor.
fn value(how: &super::Sobol, model: &Model, x: &[f64], unit: usize, bench: &mut Bench) -> Outcome<f64> {
    let mut sizes = model.sizes.iter();
    let mut combination = Vec::new();
    let mut draws = Vec::new();
    for (factor, x) in how.factors.iter().zip(x) {
        match &factor.kind {
            FactorKind::Stage { .. } => {
                let size = sizes.next().copied().unwrap_or(1);
                combination.push(whole(x * count(size)).min(size - 1));
            }
            FactorKind::Weights { draw, levels } => draws.push((*draw, levels, x.to_bits())),
        }
    }
    let Some(variant) = model.variants.get(&combination) else { return Ok(0.0) };
    let mut weights = variant.weights.clone();
    for (draw, levels, bits) in draws {
        // The number stands for a weighting: the same number is always the same weighting.
        let mut rng = ChaCha8Rng::seed_from_u64(how.seed ^ bits);
        weights = draw_weights(draw, levels, &variant.tree, &weights, &mut rng);
    }
    variant.engine.score(&variant.tree, &weights, bench)?;
    let ranks = || tie::ranks(bench.root(), !variant.engine.low_first(), tie::Ties::Competition);
    Ok(match how.measure {
        Measure::MeanShift => mean_shift(&ranks(), &model.nominal),
        Measure::Rank(_) => ranks().get(unit).copied().unwrap_or_default(),
        Measure::Score(_) => bench.root().get(unit).copied().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    /// Ishigami and Homma 1990, a = 7, b = 0.1: first 0.3139, 0.4424, 0; total 0.5576, 0.4424, 0.2437.
    #[test]
    fn the_function_of_ishigami_and_homma() {
        let mut f = |u: &[f64]| {
            let x: Vec<f64> = u.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
            Ok(x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin())
        };
        for estimator in [Estimator::Saltelli, Estimator::Jansen] {
            let found = indices(&mut f, 3, (1 << 13, 7), (50, 0.95), estimator).unwrap().unwrap();
            let known = [(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)];
            for (i, (first, total)) in found.iter().zip(known) {
                assert!((i.first.value - first).abs() < 0.04 && (i.total.value - total).abs() < 0.04, "{i:?}");
                assert!(i.first.low <= i.first.value && i.first.value <= i.first.high, "{i:?}");
            }
        }
    }

    #[test]
    fn what_does_not_vary_has_no_indices() {
        assert_eq!(indices(&mut |_| Ok(3.0), 2, (64, 1), (0, 0.9), Estimator::Saltelli), Ok(None));
    }
}
