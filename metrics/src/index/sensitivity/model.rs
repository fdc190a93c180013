//! The chain as a function of choices: for each combination of alternatives one aggregation, made ready once.

use std::collections::BTreeMap;

use super::{Factor, FactorKind};
use crate::index::aggregate::{Bench, Engine};
use crate::index::error::IndexError;
use crate::index::run::State;
use crate::index::spec::{Action, Spec, Stage};
use crate::index::tie;
use crate::index::tree::Tree;

/// Most combinations of alternatives.
const MAX_COMBINATIONS: usize = 2_000;

/// The chain up to its aggregation under one combination.
pub(super) struct Variant {
    pub(super) engine: Engine,
    pub(super) tree: Tree,
    pub(super) weights: Vec<f64>,
}

/// The chain with its choices.
pub(super) struct Model {
    pub(super) units: Vec<String>,
    pub(super) variants: BTreeMap<Vec<usize>, Variant>,
    /// How many alternatives each stage factor has, its own included.
    pub(super) sizes: Vec<usize>,
    /// Ranks as they are.
    pub(super) nominal: Vec<f64>,
}

impl Model {
    /// Makes every combination ready.
    pub(super) fn build(
        spec: &Spec,
        before: &[Stage],
        start: &State,
        factors: &[Factor],
        name: &str,
    ) -> Result<Self, IndexError> {
        let choices: Vec<(&String, &Vec<Action>)> = factors.iter().filter_map(stage_of).collect();
        let sizes: Vec<usize> = choices.iter().map(|(_, others)| others.len() + 1).collect();
        if sizes.iter().product::<usize>() > MAX_COMBINATIONS {
            return Err(too_many(name));
        }
        let mut model = Self { units: Vec::new(), variants: BTreeMap::new(), sizes, nominal: Vec::new() };
        for combination in combinations(&model.sizes) {
            let chain: Vec<Stage> = before.iter().map(|s| replaced(s, &choices, &combination)).collect();
            let (variant, units) = ready(spec, &chain, start, name)?;
            if model.units.is_empty() {
                model.nominal = nominal(&variant, name)?;
                model.units = units;
            } else if model.units != units {
                return Err(other_units(name));
            }
            model.variants.insert(combination, variant);
        }
        Ok(model)
    }
}

fn stage_of(factor: &Factor) -> Option<(&String, &Vec<Action>)> {
    match &factor.kind {
        FactorKind::Stage { stage, others } => Some((stage, others)),
        FactorKind::Weights { .. } => None,
    }
}

fn combinations(sizes: &[usize]) -> Vec<Vec<usize>> {
    sizes.iter().fold(vec![Vec::new()], |all, size| {
        let with = |c: &Vec<usize>| (0..*size).map(|i| [c.as_slice(), &[i]].concat()).collect::<Vec<_>>();
        all.iter().flat_map(with).collect()
    })
}

fn replaced(stage: &Stage, choices: &[(&String, &Vec<Action>)], combination: &[usize]) -> Stage {
    let mut stage = stage.clone();
    for ((id, others), chosen) in choices.iter().zip(combination) {
        if let Some(other) = chosen.checked_sub(1).and_then(|i| others.get(i)).filter(|_| stage.id == **id) {
            stage.action = other.clone();
        }
    }
    stage
}

fn ready(spec: &Spec, chain: &[Stage], start: &State, name: &str) -> Result<(Variant, Vec<String>), IndexError> {
    let mut state = start.clone();
    let mut engine = None;
    for stage in chain {
        if let Action::Aggregate(how) = &stage.action {
            engine = Some(Engine::ready(how, &state.aggregation_basis()).map_err(|f| f.at(&stage.id))?);
        } else if stage.action.shapes_the_index() {
            state.apply(spec, stage)?;
        }
    }
    let engine = engine.ok_or_else(|| no_aggregation(name))?;
    Ok((Variant { engine, tree: state.tree, weights: state.weights }, state.data.units))
}

fn nominal(variant: &Variant, name: &str) -> Result<Vec<f64>, IndexError> {
    let mut bench = Bench::default();
    variant.engine.score(&variant.tree, &variant.weights, &mut bench).map_err(|f| f.at(name))?;
    if !bench.is_whole() {
        let what = "有单位没有得分，不能比较名次";
        return Err(crate::index::error::Fault::new(what, "先筛选（screen）或插补（impute）").at(name));
    }
    Ok(tie::ranks(bench.root(), !variant.engine.low_first(), tie::Ties::Competition))
}

fn fault(what: &str, remedy: &str, stage: &str) -> IndexError {
    crate::index::error::Fault::new(what, remedy).at(stage)
}

fn too_many(stage: &str) -> IndexError {
    fault(&format!("备选方法的组合超过{MAX_COMBINATIONS}种"), "减少备选方法", stage)
}

fn other_units(stage: &str) -> IndexError {
    fault("各备选方法留下的单位不同，名次不能比较", "不要把筛选作为备选", stage)
}

fn no_aggregation(stage: &str) -> IndexError {
    fault("前面没有合成（aggregate）", "在灵敏度分析之前写 do = \"aggregate\" 的环节", stage)
}
