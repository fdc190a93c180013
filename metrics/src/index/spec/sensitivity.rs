//! `do = "monte_carlo"`, `do = "sobol"`: what varies.

use super::stage::{Action, Stage, action};
use crate::definitions::reader::Reader;
use crate::index::sensitivity::{Draw, Estimator, Factor, FactorKind, Measure, MonteCarlo, Sobol};
use crate::index::tree::Tree;

pub(super) fn monte_carlo(table: &Reader<'_>, tree: Option<&Tree>) -> MonteCarlo {
    let interval = table.opt_floats("interval").unwrap_or_else(|| vec![0.05, 0.95]);
    let (low, high) = match interval.as_slice() {
        [low, high] if (0.0..1.0).contains(low) && low < high && *high <= 1.0 => (*low, *high),
        _ => {
            table.complain(&table.place_of("interval"), "interval 应为0到1之间由小到大的两个数", "如 [0.05, 0.95]");
            (0.05, 0.95)
        }
    };
    MonteCarlo {
        runs: at_least_one(table, "runs", 1000),
        seed: seed(table),
        factors: factors(table, tree),
        interval: (low, high),
    }
}

pub(super) fn sobol(table: &Reader<'_>, tree: Option<&Tree>) -> Sobol {
    let unit = table.opt_text("unit").unwrap_or_default();
    let needs_unit = |m: &Measure| !matches!(m, Measure::MeanShift);
    let measure = match table.choice("of", &[("mean_rank_shift", 0), ("rank", 1), ("score", 2)]) {
        Some(1) => Measure::Rank(unit.clone()),
        Some(2) => Measure::Score(unit.clone()),
        _ => Measure::MeanShift,
    };
    if needs_unit(&measure) && unit.is_empty() {
        table.complain(&table.place_of("of"), "缺少 unit", "补上 unit = \"单位编号\"");
    }
    let estimators = [("saltelli", Estimator::Saltelli), ("jansen", Estimator::Jansen)];
    Sobol {
        base: at_least_one(table, "base", 500),
        seed: seed(table),
        factors: factors(table, tree),
        bootstrap: table.opt_count("bootstrap").unwrap_or(200),
        level: table.opt_float("level").unwrap_or(0.95),
        measure,
        estimator: table.choice("estimator", &estimators).unwrap_or_default(),
    }
}

fn at_least_one(table: &Reader<'_>, key: &str, default: usize) -> usize {
    let count = table.opt_count(key).unwrap_or(default);
    if count == 0 {
        table.complain(&table.place_of(key), format!("{key} 不能为0"), format!("如 {key} = {default}"));
    }
    count
}

fn seed(table: &Reader<'_>) -> u64 {
    table.opt_count("seed").unwrap_or(1)
}

fn factors(table: &Reader<'_>, tree: Option<&Tree>) -> Vec<Factor> {
    let factors: Vec<Factor> = table.tables("factor").into_iter().filter_map(|t| factor(t, tree)).collect();
    if factors.is_empty() {
        table.complain(&table.place(), "没有变动的因素", "补上 [[stage.factor]]，如 weights = \"noise\"");
    }
    factors
}

fn factor(table: Reader<'_>, tree: Option<&Tree>) -> Option<Factor> {
    let noise = table.opt_float("noise").unwrap_or(0.25);
    let weights = table.choice("weights", &[("noise", Draw::Noise(noise)), ("simplex", Draw::Simplex)]);
    let levels = table.opt_floats("levels").unwrap_or_default();
    let stage = table.opt_text("stage");
    let name = table.opt_text("name");
    let others: Vec<Action> = table
        .tables("other")
        .into_iter()
        .filter_map(|other| {
            let read = action(&other, tree);
            if read.is_some() {
                other.finish();
            }
            read.map(|(_, action)| action)
        })
        .collect();
    if !(0.0..=1.0).contains(&noise) {
        table.complain(&table.place_of("noise"), "noise 应在0和1之间", "0.25 即权重上下浮动25%");
    }
    let (kind, default) = match (weights, stage) {
        (Some(draw), None) => {
            let levels = levels.iter().map(|l| crate::index::stats::whole(*l)).collect();
            (FactorKind::Weights { draw, levels }, "weights".to_owned())
        }
        (None, Some(stage)) => (FactorKind::Stage { stage: stage.clone(), others }, stage),
        _ => {
            table.complain(
                &table.place(),
                "因素应恰写 weights、stage 之一",
                "weights = \"noise\"，或 stage = \"环节 id\" 加 [[stage.factor.other]]",
            );
            return None;
        }
    };
    table.finish();
    Some(Factor { name: name.unwrap_or(default), kind })
}

/// The actions that may stand in place of others.
pub(super) fn actions(factors: &[Factor]) -> impl Iterator<Item = &Action> {
    factors.iter().flat_map(|f| match &f.kind {
        FactorKind::Stage { others, .. } => others.as_slice(),
        FactorKind::Weights { .. } => &[],
    })
}

/// Factors must name stages that come before, and offer stages of the same kind.
pub(super) fn check(table: &Reader<'_>, action: &Action, before: &[Stage]) {
    let (Action::MonteCarlo(MonteCarlo { factors, .. }) | Action::Sobol(Sobol { factors, .. })) = action else {
        return;
    };
    for factor in factors {
        let FactorKind::Stage { stage, others } = &factor.kind else { continue };
        let Some(named) = before.iter().find(|s| s.id == *stage) else {
            let ids: Vec<&str> = before.iter().map(|s| s.id.as_str()).collect();
            table.complain(
                &table.place_of("factor"),
                format!("前面没有环节 {stage}"),
                format!("已有：{}", ids.join("、")),
            );
            continue;
        };
        let same = |a: &Action| std::mem::discriminant(a) == std::mem::discriminant(&named.action);
        if others.is_empty() || !others.iter().all(same) {
            let what = format!("因素 {} 的备选应与环节 {stage} 同类", factor.name);
            table.complain(&table.place_of("factor"), what, "补上 [[stage.factor.other]]，do 与该环节相同");
        }
    }
}
