//! Aggregation group by group, made ready once and run with many weights.
//!
//! Each indicator is transformed for the mean of its group beforehand, so that a run is a sum of columns.

use super::copeland::copeland;
use super::{Aggregate, Basis, GroupMethod};
use crate::index::cell::Cell;
use crate::index::error::{Fault, Outcome};
use crate::index::tree::{Node, Tree};

/// A column while it is worked on: numbers, and where there are none. A number that is absent is stored as zero.
#[derive(Debug, Clone, Default)]
struct Dense {
    x: Vec<f64>,
    /// None when every unit has a number.
    absent: Option<Vec<Absence>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absence {
    Present,
    /// Its weight is shared out.
    Shared,
    /// Whoever contains it has no score.
    Fatal,
}

impl Dense {
    fn of(cells: &[Cell]) -> Self {
        let absence = |c: &Cell| match c {
            Cell::Value(_) => Absence::Present,
            Cell::NotApplicable => Absence::Shared,
            Cell::Missing | Cell::Withheld => Absence::Fatal,
        };
        let x = cells.iter().map(|c| c.value().unwrap_or_default()).collect();
        let absent: Vec<Absence> = cells.iter().map(absence).collect();
        let whole = absent.iter().all(|a| *a == Absence::Present);
        Self { x, absent: (!whole).then_some(absent) }
    }

    fn cells(&self) -> Vec<Cell> {
        let at = |i: usize| self.absent.as_ref().and_then(|a| a.get(i)).copied().unwrap_or(Absence::Present);
        let cell = |(i, x): (usize, &f64)| match at(i) {
            Absence::Present => Cell::Value(*x),
            Absence::Shared => Cell::NotApplicable,
            Absence::Fatal => Cell::Missing,
        };
        self.x.iter().enumerate().map(cell).collect()
    }

    fn map(mut self, f: impl Fn(f64) -> f64) -> Self {
        for x in &mut self.x {
            *x = f(*x);
        }
        self
    }
}

/// Where a run leaves its scores; kept between runs so that nothing is allocated anew.
#[derive(Debug, Clone, Default)]
pub struct Bench {
    groups: Vec<Dense>,
    weight: Vec<f64>,
}

impl Bench {
    /// The root's scores of the last run; zero for a unit without one.
    #[must_use]
    pub fn root(&self) -> &[f64] {
        self.groups.last().map_or(&[], |g| &g.x)
    }

    /// Whether every unit has a score.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.groups.last().is_none_or(|g| g.absent.is_none())
    }

    pub(super) fn set_root(&mut self, scores: Vec<f64>) {
        self.groups = vec![Dense { x: scores, absent: None }];
    }
}

/// One group.
#[derive(Debug, Clone)]
struct Step {
    method: GroupMethod,
    id: String,
    children: Vec<usize>,
}

/// Aggregation made ready.
#[derive(Debug, Clone)]
pub struct Plan {
    leaves: Vec<Dense>,
    steps: Vec<Step>,
    min_share: f64,
}

impl Plan {
    pub(super) fn ready(
        how: &Aggregate,
        (levels, own): (&[GroupMethod], &[(String, GroupMethod)]),
        basis: &Basis<'_>,
        columns: Vec<Vec<Cell>>,
    ) -> Outcome<Self> {
        let tree = basis.tree;
        let step = |(_, n): (usize, &Node)| Step {
            method: method_of(levels, own, n),
            id: n.id.clone(),
            children: n.children.clone(),
        };
        let steps: Vec<Step> = tree.groups().map(step).collect();
        let method = |leaf: usize| {
            let parent = tree.nodes.get(leaf).and_then(|n| n.parent);
            parent.and_then(|p| steps.get(p - tree.leaves)).map_or(GroupMethod::Copeland, |s| s.method)
        };
        let mut leaves = Vec::with_capacity(columns.len());
        for (at, cells) in columns.into_iter().enumerate() {
            leaves.push(match method(at) {
                GroupMethod::Copeland => Dense::of(&cells),
                GroupMethod::Mean(mean) => {
                    let wrong = cells.iter().zip(basis.units).find(|(c, _)| c.value().is_some_and(|x| !mean.takes(x)));
                    if let (Some((_, unit)), Some(node)) = (wrong, tree.nodes.get(at)) {
                        return Err(negative(&node.id, Some(unit)));
                    }
                    Dense::of(&cells).map(|x| mean.before(x))
                }
            });
        }
        Ok(Self { leaves, steps, min_share: how.min_share })
    }

    /// Runs with these shares (see [`Tree::shares`]).
    pub(super) fn run(&self, shares: &[f64], bench: &mut Bench) -> Outcome<()> {
        bench.groups.resize_with(self.steps.len(), Dense::default);
        for (at, step) in self.steps.iter().enumerate() {
            let (done, rest) = bench.groups.split_at_mut(at);
            let Some(out) = rest.first_mut() else { break };
            match step.method {
                GroupMethod::Copeland => {
                    let columns = step.children.iter().filter_map(|c| Some((self.column(done, *c)?, *shares.get(*c)?)));
                    let columns: Vec<(Vec<Cell>, f64)> = columns.map(|(d, w)| (d.cells(), w)).collect();
                    *out = Dense::of(&copeland(&columns));
                }
                GroupMethod::Mean(_) => self.mean(step, shares, done, out, &mut bench.weight)?,
            }
        }
        Ok(())
    }

    fn column<'a>(&'a self, done: &'a [Dense], child: usize) -> Option<&'a Dense> {
        self.leaves.get(child).or_else(|| done.get(child - self.leaves.len()))
    }

    fn mean(&self, step: &Step, shares: &[f64], done: &[Dense], out: &mut Dense, weight: &mut Vec<f64>) -> Outcome<()> {
        let GroupMethod::Mean(mean) = step.method else { return Ok(()) };
        let n = self.leaves.first().map_or(0, |l| l.x.len());
        reset(&mut out.x, n);
        let used = || step.children.iter().filter_map(|c| Some((*c, *shares.get(*c)?))).filter(|(_, w)| *w > 0.0);
        let gaps = used().any(|(c, _)| self.column(done, c).is_some_and(|d| d.absent.is_some()));
        reset(weight, if gaps { n } else { 0 });
        let mut total = 0.0;
        for (child, w) in used() {
            let Some(column) = self.column(done, child) else { continue };
            total += w;
            if child < self.leaves.len() {
                add(&mut out.x, weight, column, w, |x| x);
            } else {
                if column.x.iter().any(|x| !mean.takes(*x)) {
                    return Err(negative(&step.id, None));
                }
                add(&mut out.x, weight, column, w, |x| mean.before(x));
            }
        }
        if gaps {
            let min = self.min_share * total;
            out.absent = Some(settle(&mut out.x, weight, min, |x| mean.after(x)));
            self.fatal(step, done, shares, out);
            // Where all gaps were closed by sharing weights out, the group has none.
            out.absent = out.absent.take().filter(|a| a.iter().any(|a| *a != Absence::Present));
        } else {
            out.absent = None;
            out.x.iter_mut().for_each(|x| *x = mean.after(*x / total));
        }
        if out.x.iter().all(|x| x.is_finite()) { Ok(()) } else { Err(no_number(&step.id)) }
    }

    /// Units of which a number below must not be passed over have no score.
    fn fatal(&self, step: &Step, done: &[Dense], shares: &[f64], out: &mut Dense) {
        for child in step.children.iter().filter(|c| shares.get(**c).is_some_and(|w| *w > 0.0)) {
            let Some(below) = self.column(done, *child).and_then(|d| d.absent.as_ref()) else { continue };
            for ((absent, below), x) in out.absent.iter_mut().flatten().zip(below).zip(&mut out.x) {
                if *below == Absence::Fatal {
                    (*absent, *x) = (Absence::Fatal, 0.0);
                }
            }
        }
    }

    /// All groups as cells, by their place in the tree.
    pub(super) fn cells(&self, bench: &Bench) -> Vec<(usize, Vec<Cell>)> {
        bench.groups.iter().enumerate().map(|(at, g)| (at + self.leaves.len(), g.cells())).collect()
    }
}

/// The method of a group: its own, or that of its height above the indicators.
pub(crate) fn method_of(levels: &[GroupMethod], own: &[(String, GroupMethod)], node: &Node) -> GroupMethod {
    let own = own.iter().find(|(id, _)| *id == node.id).map(|(_, m)| *m);
    let by_level = levels.get(node.level.saturating_sub(2)).or(levels.last()).copied();
    own.or(by_level).unwrap_or(GroupMethod::Mean(super::Mean::Arithmetic))
}

fn reset(x: &mut Vec<f64>, n: usize) {
    x.clear();
    x.resize(n, 0.0);
}

/// Adds a column times its weight; where there are gaps, `weight` counts what took part.
fn add(out: &mut [f64], weight: &mut [f64], column: &Dense, w: f64, f: impl Fn(f64) -> f64) {
    match &column.absent {
        None => {
            for (o, x) in out.iter_mut().zip(&column.x) {
                *o += w * f(*x);
            }
            weight.iter_mut().for_each(|t| *t += w);
        }
        Some(absent) => {
            for (((o, t), x), a) in out.iter_mut().zip(weight).zip(&column.x).zip(absent) {
                if *a == Absence::Present {
                    *o += w * f(*x);
                    *t += w;
                }
            }
        }
    }
}

fn settle(out: &mut [f64], weight: &[f64], min: f64, after: impl Fn(f64) -> f64) -> Vec<Absence> {
    let one = |(x, w): (&mut f64, &f64)| {
        let enough = *w > 0.0 && *w >= min - 1e-12;
        *x = if enough { after(*x / w) } else { 0.0 };
        if enough { Absence::Present } else { Absence::Shared }
    };
    out.iter_mut().zip(weight).map(one).collect()
}

fn negative(id: &str, unit: Option<&String>) -> Fault {
    let whose = unit.map(|u| format!("{u} 的 ")).unwrap_or_default();
    Fault::new(
        format!("{whose}{id} 有负数，不能用几何平均、调和平均或幂平均"),
        "先归一化到不小于0的范围（如 minmax，range = [0, 100]），或改用 arithmetic",
    )
}

fn no_number(id: &str) -> Fault {
    Fault::new(format!("分组 {id} 的得分不是有限的数"), "核对权重是否全为0、数值是否过大")
}

/// The hierarchy a plan was made for gives the places of its groups.
impl Plan {
    /// Whether all groups are arithmetic means, so that effective weights decompose the index exactly.
    #[must_use]
    pub fn is_additive(&self) -> bool {
        self.steps.iter().all(|s| s.method == GroupMethod::Mean(super::Mean::Arithmetic))
    }

    /// What each indicator adds to the index of each unit: effective weight, after what is absent was shared out, times
    /// number. None for an indicator that takes no part.
    #[must_use]
    pub fn contributions(&self, tree: &Tree, weights: &[f64], bench: &Bench) -> Vec<Vec<Option<f64>>> {
        let shares = tree.shares(weights);
        let n = self.leaves.first().map_or(0, |l| l.x.len());
        let present = |node: usize, unit: usize| {
            let dense = self.column(&bench.groups, node);
            dense.is_some_and(|d| d.absent.as_ref().is_none_or(|a| a.get(unit) == Some(&Absence::Present)))
        };
        let share = |node: usize| shares.get(node).copied().unwrap_or_default();
        let among = |node: usize, unit: usize| {
            let parent = tree.nodes.get(node).and_then(|n| n.parent).and_then(|p| tree.nodes.get(p));
            let siblings = parent.map_or(&[][..], |p| &p.children).iter().filter(|c| present(**c, unit));
            share(node) / siblings.map(|c| share(*c)).sum::<f64>()
        };
        let part = |leaf: usize, unit: usize| {
            let mut at = leaf;
            let mut weight = 1.0;
            while let Some(parent) = tree.nodes.get(at).and_then(|n| n.parent) {
                if !present(at, unit) {
                    return None;
                }
                weight *= among(at, unit);
                at = parent;
            }
            let x = self.leaves.get(leaf).and_then(|l| l.x.get(unit)).copied();
            x.filter(|_| present(at, unit)).map(|x| weight * x)
        };
        (0..self.leaves.len()).map(|leaf| (0..n).map(|unit| part(leaf, unit)).collect()).collect()
    }
}
