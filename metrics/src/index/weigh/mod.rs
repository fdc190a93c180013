//! Weights of indicators: given, equal, from judgement (AHP), from the data (entropy, CRITIC, deviation, MEREC, PCA), or both.

pub mod ahp;
mod combine;
mod critic;
mod entropy;
mod merec;
pub mod pca;
mod spread;

use super::error::{Fault, Outcome};
use super::normalise::{Method as Norm, Normalise, normalise};
use super::sheet::Sheet;
use super::stats::{Correlation, Divisor, sum};
use super::table::Table;
use super::tree::{Direction, Indicator, Tree};

pub use ahp::{Ahp, Comparison, RandomIndex, Way};
pub use combine::Rule;
pub use pca::{Pca, PcaForm};

/// A way to weights.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// As the specification gives them, some replaced: node → weight.
    Given(Vec<(String, f64)>),
    /// All equal within their group.
    Equal,
    /// Shannon's entropy.
    Entropy {
        /// Added to every number first, so that zeros take part.
        shift: f64,
    },
    /// Contrast and conflict.
    Critic {
        /// Which correlation.
        correlation: Correlation,
        /// Whether conflict is 1 − |r| and not 1 − r.
        absolute: bool,
        /// Divisor of the standard deviation.
        divisor: Divisor,
    },
    /// Standard deviation, or coefficient of variation.
    Deviation {
        /// Whether it is divided by the mean.
        relative: bool,
        /// Divisor of the standard deviation.
        divisor: Divisor,
    },
    /// Removal effects.
    Merec,
    /// Pairwise comparison.
    Ahp(Ahp),
    /// Principal components.
    Pca(Pca),
    /// A subjective and an objective way together.
    Combined {
        /// By judgement.
        subjective: Box<Weigh>,
        /// From the data.
        objective: Box<Weigh>,
        /// How they meet.
        rule: Rule,
    },
}

/// Over which indicators weights from the data are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Within each group; the weights of groups stay as given.
    #[default]
    Group,
    /// Over all indicators at once; a group weighs what its members weigh.
    All,
}

/// How numbers are scaled before weights are found from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// As they are.
    None,
    /// By one of the normalisations.
    By(Norm),
}

/// How to weigh.
#[derive(Debug, Clone, PartialEq)]
pub struct Weigh {
    /// The way.
    pub method: Method,
    /// Over which indicators.
    pub scope: Scope,
    /// Scaling; the method's custom, if none.
    pub scale: Option<Scale>,
}

impl Weigh {
    /// The same where only some nodes stay: judgements on the others are struck out.
    #[must_use]
    pub fn without(&self, stays: &impl Fn(&str) -> bool) -> Self {
        let method = match &self.method {
            Method::Given(weights) => Method::Given(weights.iter().filter(|(id, _)| stays(id)).cloned().collect()),
            Method::Ahp(ahp) => Method::Ahp(ahp.without(stays)),
            Method::Combined { subjective, objective, rule } => Method::Combined {
                subjective: Box::new(subjective.without(stays)),
                objective: Box::new(objective.without(stays)),
                rule: *rule,
            },
            other => other.clone(),
        };
        Self { method, ..self.clone() }
    }
}

/// Weights of all nodes, and what a statistician wants to see of how they came about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weighed {
    /// One a node, in the order of the tree; in a data-driven way they sum to 1 within a group or over all.
    pub weights: Vec<f64>,
    /// Consistency, components and the like.
    pub sheets: Vec<Sheet>,
    /// What a person must look at, in Chinese.
    pub warnings: Vec<String>,
}

/// What weights are found from.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The hierarchy.
    pub tree: &'a Tree,
    /// The indicators, with the direction they have now.
    pub indicators: &'a [Indicator],
    /// Their numbers.
    pub table: &'a Table,
    /// The weights so far.
    pub weights: &'a [f64],
    /// The units.
    pub units: &'a [String],
}

/// Numbers without gaps: units in which each of the indicators has a number.
pub(crate) struct Sample {
    pub(crate) ids: Vec<String>,
    pub(crate) columns: Vec<Vec<f64>>,
    pub(crate) less: Vec<bool>,
    left_out: usize,
}

/// Finds the weights.
///
/// # Errors
/// Numbers that the way is not made for; comparisons that do not hold.
pub fn weigh(how: &Weigh, basis: &Basis<'_>) -> Outcome<Weighed> {
    match &how.method {
        Method::Given(replaced) => given(basis, replaced),
        Method::Equal => Ok(Weighed { weights: vec![1.0; basis.tree.nodes.len()], ..Weighed::default() }),
        Method::Ahp(ahp) => ahp::weigh(ahp, basis),
        Method::Combined { subjective, objective, rule } => {
            combine::weigh(*rule, (&weigh(subjective, basis)?, &weigh(objective, basis)?), how.scope, basis)
        }
        _ => from_data(how, basis),
    }
}

fn given(basis: &Basis<'_>, replaced: &[(String, f64)]) -> Outcome<Weighed> {
    let mut weights = basis.weights.to_vec();
    for (id, weight) in replaced {
        let unknown = || Fault::new(format!("权重写给了 {id}，方案中没有这个编号"), "核对 weights 中的编号");
        let place = basis.tree.place(id).ok_or_else(unknown)?;
        if let Some(old) = weights.get_mut(place) {
            *old = *weight;
        }
    }
    Ok(Weighed { weights, ..Weighed::default() })
}

fn from_data(how: &Weigh, basis: &Basis<'_>) -> Outcome<Weighed> {
    let mut done = Weighed { weights: basis.weights.to_vec(), ..Weighed::default() };
    for (label, members) in scopes(how.scope, basis.tree) {
        let sample = sample(how, basis, &members)?;
        if sample.left_out > 0 {
            done.warnings.push(format!("{label}：{}个单位缺数，未参与计算权重", sample.left_out));
        }
        let found = if members.len() == 1 { vec![1.0] } else { one_scope(how, &label, &sample, &mut done.sheets)? };
        for (member, weight) in members.iter().zip(&found) {
            if let Some(old) = done.weights.get_mut(*member) {
                *old = *weight;
            }
        }
    }
    if how.scope == Scope::All {
        groups_weigh_their_members(basis.tree, &mut done.weights);
    }
    Ok(done)
}

fn one_scope(how: &Weigh, label: &str, sample: &Sample, sheets: &mut Vec<Sheet>) -> Outcome<Vec<f64>> {
    let raw = match &how.method {
        Method::Entropy { shift } => entropy::weights(sample, *shift)?,
        Method::Critic { correlation, absolute, divisor } => {
            critic::weights(sample, *correlation, *absolute, *divisor)?
        }
        Method::Deviation { relative, divisor } => spread::weights(sample, *relative, *divisor)?,
        Method::Merec => merec::weights(sample)?,
        Method::Pca(pca) => {
            let (weights, found) = pca::weights(pca, label, sample)?;
            sheets.extend(found);
            weights
        }
        _ => vec![1.0; sample.ids.len()],
    };
    to_one(raw).ok_or_else(|| {
        Fault::new(format!("{label} 的指标没有可区分的信息，得不到权重"), "核对数据，或改用给定权重、等权")
    })
}

/// Weights that sum to 1; `None` when they cannot.
pub(crate) fn to_one(weights: Vec<f64>) -> Option<Vec<f64>> {
    let total = sum(weights.iter().copied());
    let fine = total > 0.0 && total.is_finite() && weights.iter().all(|w| *w >= 0.0);
    fine.then(|| weights.into_iter().map(|w| w / total).collect())
}

/// The sets of indicators over which weights are found, each with a name.
fn scopes(scope: Scope, tree: &Tree) -> Vec<(String, Vec<usize>)> {
    if scope == Scope::All {
        return vec![("全部指标".to_owned(), (0..tree.leaves).collect())];
    }
    let members = |children: &[usize]| children.iter().copied().filter(|c| *c < tree.leaves).collect::<Vec<_>>();
    tree.groups().map(|(_, g)| (g.id.clone(), members(&g.children))).filter(|(_, m)| !m.is_empty()).collect()
}

fn groups_weigh_their_members(tree: &Tree, weights: &mut [f64]) {
    for (at, group) in tree.groups() {
        let total = sum(group.children.iter().filter_map(|c| weights.get(*c).copied()));
        if let Some(own) = weights.get_mut(at) {
            *own = total;
        }
    }
}

fn sample(how: &Weigh, basis: &Basis<'_>, members: &[usize]) -> Outcome<Sample> {
    let scale = how.scale.unwrap_or(match how.method {
        Method::Critic { .. } => Scale::By(Norm::MinMax),
        _ => Scale::None,
    });
    let mut columns = Vec::new();
    for member in members {
        let (Some(column), Some(indicator)) = (basis.table.columns.get(*member), basis.indicators.get(*member)) else {
            continue;
        };
        columns.push(match scale {
            Scale::None => column.cells.clone(),
            Scale::By(method) => normalise(&Normalise::by(method), indicator, &column.cells, basis.units)?,
        });
    }
    let whole = |row: &usize| columns.iter().all(|c| c.get(*row).is_some_and(|c| c.is_value()));
    let rows: Vec<usize> = (0..basis.units.len()).filter(whole).collect();
    let picked = |cells: &Vec<super::cell::Cell>| rows.iter().filter_map(|r| cells.get(*r)?.value()).collect();
    let at = |m: &usize| basis.indicators.get(*m);
    let is_less = |i: &Indicator| scale == Scale::None && i.direction == Direction::Negative;
    Ok(Sample {
        ids: members.iter().filter_map(at).map(|i| i.id.clone()).collect(),
        less: members.iter().filter_map(at).map(is_less).collect(),
        columns: columns.iter().map(picked).collect(),
        left_out: basis.units.len() - rows.len(),
    })
}

pub(crate) fn not_positive(method: &str, id: &str) -> Fault {
    Fault::new(
        format!("{method}要求数值大于0，指标 {id} 有0或负数"),
        "先归一化，或写 scale，或先平移（transform 的 add）",
    )
}
