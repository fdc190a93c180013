//! Monte Carlo over weights and methods: rank intervals, how often the first stays first, who cannot be told apart.
//!
//! Run k draws from stream k of the generator, so that the result does not depend on the number of threads.

use std::thread;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::model::Model;
use super::pairs::pairs;
use super::{FactorKind, MonteCarlo, draw_weights};
use crate::index::aggregate::Bench;
use crate::index::error::{Fault, IndexError};
use crate::index::run::State;
use crate::index::sheet::Sheet;
use crate::index::spec::{Spec, Stage};
use crate::index::stats::{self, Divisor, count};
use crate::index::tie;

/// Most ranks that are kept: runs times units.
const MAX_RANKS: usize = 400_000_000;

/// Ranks of all units in all runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// Number of units.
    pub units: usize,
    /// Run after run, one rank a unit.
    pub ranks: Vec<u32>,
}

impl Simulated {
    /// The ranks of one unit, in the order of runs.
    pub fn of(&self, unit: usize) -> impl Iterator<Item = f64> + '_ {
        self.runs().filter_map(move |run| run.get(unit).copied()).map(f64::from)
    }

    /// The ranks of each run.
    pub fn runs(&self) -> impl Iterator<Item = &[u32]> {
        self.ranks.chunks_exact(self.units.max(1))
    }
}

/// Runs the chain under random choices.
///
/// # Errors
/// A chain that gives no full ranking; a choice under which a method fails; too many runs for the memory.
pub fn monte_carlo(
    how: &MonteCarlo,
    spec: &Spec,
    before: &[Stage],
    start: &State,
    name: &str,
) -> Result<Vec<Sheet>, IndexError> {
    let model = Model::build(spec, before, start, &how.factors, name)?;
    let simulated = simulate_model(how, &model).map_err(|f| f.at(name))?;
    Ok(vec![
        rank_sheet(how, &model, &simulated),
        summary(how, &model, &simulated),
        pairs(&model, &simulated, how.interval),
    ])
}

fn simulate_model(how: &MonteCarlo, model: &Model) -> Result<Simulated, Fault> {
    simulate(how.runs, model.units.len(), how.seed, || {
        let (mut bench, mut order) = (Bench::default(), Vec::new());
        move |rng: &mut ChaCha8Rng, ranks: &mut [u32]| {
            let combination: Vec<usize> = model.sizes.iter().map(|n| rng.random_range(0..*n)).collect();
            let Some(variant) = model.variants.get(&combination) else { return Ok(()) };
            let mut weights = variant.weights.clone();
            for factor in &how.factors {
                if let FactorKind::Weights { draw, levels } = &factor.kind {
                    weights = draw_weights(*draw, levels, &variant.tree, &weights, rng);
                }
            }
            variant.engine.score(&variant.tree, &weights, &mut bench)?;
            tie::competition_into(bench.root(), !variant.engine.low_first(), &mut order, ranks);
            Ok(())
        }
    })
}

/// Fills the ranks of so many runs on all cores; each thread makes its own worker, each run has its own random numbers.
///
/// # Errors
/// The first fault of a worker; more ranks than memory should hold.
pub fn simulate<W>(runs: usize, units: usize, seed: u64, worker: impl Fn() -> W + Sync) -> Result<Simulated, Fault>
where
    W: FnMut(&mut ChaCha8Rng, &mut [u32]) -> Result<(), Fault>,
{
    if units == 0 || runs.checked_mul(units).is_none_or(|n| n > MAX_RANKS) {
        return Err(Fault::new("模拟次数乘单位数过大，或没有单位", "减少 runs"));
    }
    let mut ranks = vec![0; runs * units];
    let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let share = runs.div_ceil(threads).max(1);
    let work = |first: usize, part: &mut [u32]| {
        let mut one = worker();
        for (run, ranks) in part.chunks_exact_mut(units).enumerate() {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream((first + run) as u64);
            one(&mut rng, ranks)?;
        }
        Ok(())
    };
    let results: Vec<Result<(), Fault>> = thread::scope(|scope| {
        let parts = ranks.chunks_mut(share * units).enumerate();
        let started: Vec<_> = parts.map(|(i, part)| scope.spawn(move || work(i * share, part))).collect();
        let broken = || Err(Fault::new("模拟中断", "减少 runs 后重试"));
        started.into_iter().map(|t| t.join().unwrap_or_else(|_| broken())).collect()
    });
    results.into_iter().collect::<Result<Vec<()>, Fault>>()?;
    Ok(Simulated { units, ranks })
}

fn rank_sheet(how: &MonteCarlo, model: &Model, simulated: &Simulated) -> Sheet {
    let head = ["unit", "nominal_rank", "mean", "median", "low", "high", "min", "max", "sd", "first_share"];
    let title = format!("名次区间（{:.0}%–{:.0}%）", how.interval.0 * 100.0, how.interval.1 * 100.0);
    let mut sheet = Sheet::new("ranks", title, &head);
    for (at, (unit, nominal)) in model.units.iter().zip(&model.nominal).enumerate() {
        let ranks: Vec<f64> = stats::sorted(&simulated.of(at).collect::<Vec<f64>>());
        let first = ranks.iter().take_while(|r| **r <= 1.0).count();
        let at = |p: f64| stats::quantile_of_sorted(&ranks, p).into();
        sheet.push(vec![
            unit.as_str().into(),
            (*nominal).into(),
            stats::mean(&ranks).into(),
            at(0.5),
            at(how.interval.0),
            at(how.interval.1),
            ranks.first().copied().into(),
            ranks.last().copied().into(),
            stats::deviation(&ranks, Divisor::Sample).into(),
            (count(first) / count(ranks.len().max(1))).into(),
        ]);
    }
    sheet
}

fn summary(how: &MonteCarlo, model: &Model, simulated: &Simulated) -> Sheet {
    let mut sheet = Sheet::new("summary", "稳健性摘要", &["quantity", "value"]);
    let firsts: Vec<usize> =
        (0..model.units.len()).filter(|u| model.nominal.get(*u).is_some_and(|r| *r <= 1.0)).collect();
    let stays = |run: &&[u32]| firsts.iter().all(|u| run.get(*u) == Some(&1));
    let stay = count(simulated.runs().filter(stays).count()) / count(how.runs.max(1));
    let shift = |run: &[u32]| {
        stats::sum(run.iter().zip(&model.nominal).map(|(r, n)| (f64::from(*r) - n).abs())) / count(simulated.units)
    };
    let shifts: Vec<f64> = simulated.runs().map(shift).collect();
    for (quantity, value) in [
        ("runs", Some(count(how.runs))),
        ("combinations", Some(count(model.variants.len()))),
        ("first_stays_first", Some(stay)),
        ("mean_rank_shift", stats::mean(&shifts)),
        ("mean_rank_shift_high", stats::quantile(&shifts, how.interval.1)),
    ] {
        sheet.push(vec![quantity.into(), value.into()]);
    }
    sheet
}
