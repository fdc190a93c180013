//! Aggregation: from normalised indicators to groups and the index.
//!
//! Means go level by level through the hierarchy (OECD and JRC 2008, 1.6; Munda 2008 on Copeland); TOPSIS and VIKOR look at
//! all indicators at once with their effective weights.

mod copeland;
mod mean;
mod plan;
mod topsis;
mod vikor;

use super::cell::Cell;
use super::error::{Fault, Outcome};
use super::sheet::Sheet;
use super::table::Table;
use super::tree::{Direction, Indicator, Tree};

pub use mean::Mean;
pub use plan::{Bench, Plan};
pub use topsis::{Ideal, Topsis};
pub use vikor::Vikor;

/// How a group comes from what stands below it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GroupMethod {
    /// A weighted mean.
    Mean(Mean),
    /// Copeland's outranking.
    Copeland,
}

/// The family of methods.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// Group by group.
    Groups {
        /// From the lowest groups upwards; the last goes for all above.
        levels: Vec<GroupMethod>,
        /// Groups that differ: id → method.
        own: Vec<(String, GroupMethod)>,
    },
    /// Nearness to the ideal.
    Topsis(Topsis),
    /// Compromise ranking.
    Vikor(Vikor),
}

/// What becomes of a unit whose number is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Its weight is shared out among the others of the group.
    Share,
    /// It counts as the lowest number of the indicator.
    Lowest,
    /// The unit has no score in this group.
    NoScore,
    /// An error that names unit and indicator.
    Refuse,
}

/// In what form the index is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// As it is.
    #[default]
    Plain,
    /// Its natural logarithm.
    Ln,
    /// Its decimal logarithm.
    Log10,
}

/// How to aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The family of methods.
    pub method: Method,
    /// Numbers that are missing still.
    pub missing: Absent,
    /// Numbers that are withheld.
    pub withheld: Absent,
    /// Smallest share of a group's weight that must have numbers (0–1).
    pub min_share: f64,
    /// In what form the index is written.
    pub form: Form,
}

impl Aggregate {
    /// Group by group with one method.
    #[must_use]
    pub fn by(method: GroupMethod) -> Self {
        let method = Method::Groups { levels: vec![method], own: Vec::new() };
        Self { method, missing: Absent::Share, withheld: Absent::Refuse, min_share: 0.0, form: Form::Plain }
    }
}

/// What is aggregated.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'a> {
    /// The hierarchy.
    pub tree: &'a Tree,
    /// The indicators, with the direction they have now.
    pub indicators: &'a [Indicator],
    /// Their numbers.
    pub table: &'a Table,
    /// The units.
    pub units: &'a [String],
}

/// Scores of groups.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scores {
    /// Place in the tree → one cell a unit; groups only, the root last.
    pub groups: Vec<(usize, Vec<Cell>)>,
    /// Whether the smallest score is best (VIKOR).
    pub low_first: bool,
    /// Distances and the like.
    pub sheets: Vec<Sheet>,
    /// What a person must look at, in Chinese.
    pub warnings: Vec<String>,
}

impl Scores {
    /// The scores of the root.
    #[must_use]
    pub fn root(&self) -> &[Cell] {
        self.groups.last().map_or(&[], |(_, cells)| cells)
    }
}

/// Something that gives the root's scores for any weights, again and again.
#[derive(Debug, Clone)]
pub enum Engine {
    /// Group by group.
    Groups(Plan),
    /// TOPSIS over a full matrix.
    Topsis(topsis::Ready),
    /// VIKOR over a full matrix.
    Vikor(vikor::Ready),
}

impl Engine {
    /// Makes ready to aggregate.
    ///
    /// # Errors
    /// Numbers that the method is not made for; absent numbers where they are refused.
    pub fn ready(how: &Aggregate, basis: &Basis<'_>) -> Outcome<Self> {
        let columns = with_absent_settled(how, basis)?;
        match &how.method {
            Method::Groups { levels, own } => {
                all_positive(basis.indicators)?;
                Plan::ready(how, (levels, own), basis, columns).map(Self::Groups)
            }
            Method::Topsis(topsis) => topsis::Ready::new(topsis, basis, &columns).map(Self::Topsis),
            Method::Vikor(vikor) => vikor::Ready::new(vikor, basis, &columns).map(Self::Vikor),
        }
    }

    /// Whether the smallest score is best.
    #[must_use]
    pub fn low_first(&self) -> bool {
        matches!(self, Self::Vikor(_))
    }

    /// The root's scores under these weights, into `bench`; see [`Bench::root`].
    ///
    /// # Errors
    /// A score that is no number.
    pub fn score(&self, tree: &Tree, weights: &[f64], bench: &mut Bench) -> Outcome<()> {
        match self {
            Self::Groups(plan) => plan.run(&tree.shares(weights), bench),
            Self::Topsis(ready) => ready.scores(&tree.effective(weights)).map(|s| bench.set_root(s)),
            Self::Vikor(ready) => ready.rated(&tree.effective(weights)).map(|r| bench.set_root(r.q)),
        }
    }
}

/// Aggregates once.
///
/// # Errors
/// As [`Engine::ready`] and [`Engine::score`].
pub fn aggregate(how: &Aggregate, basis: &Basis<'_>, weights: &[f64]) -> Outcome<Scores> {
    let engine = Engine::ready(how, basis)?;
    let mut bench = Bench::default();
    engine.score(basis.tree, weights, &mut bench)?;
    let mut scores = Scores { low_first: engine.low_first(), ..Scores::default() };
    match &engine {
        Engine::Groups(plan) => scores.groups = plan.cells(&bench),
        _ => scores.groups = vec![(basis.tree.root(), bench.root().iter().map(|x| Cell::Value(*x)).collect())],
    }
    if let Engine::Topsis(ready) = &engine {
        scores.sheets.push(ready.sheet(&basis.tree.effective(weights), basis.units)?);
    }
    if let Engine::Vikor(ready) = &engine {
        let (sheet, warnings) = ready.report(&basis.tree.effective(weights), basis.units)?;
        scores.sheets.push(sheet);
        scores.warnings = warnings;
    }
    if let Some((_, root)) = scores.groups.last_mut() {
        in_form(how.form, root)?;
    }
    Ok(scores)
}

fn in_form(form: Form, cells: &mut [Cell]) -> Outcome<()> {
    let log = |x: f64| match form {
        Form::Plain => x,
        Form::Ln => x.ln(),
        Form::Log10 => x.log10(),
    };
    for cell in cells {
        if let Cell::Value(x) = *cell {
            *cell = Cell::of(log(x)).ok_or_else(|| Fault::new("得分为0，不能取对数", "去掉 form"))?;
        }
    }
    Ok(())
}

/// The indicators' cells with missing and withheld ones dealt with; what stays absent shares its weight out.
fn with_absent_settled(how: &Aggregate, basis: &Basis<'_>) -> Outcome<Vec<Vec<Cell>>> {
    let leaves = basis.table.columns.iter().take(basis.tree.leaves);
    leaves
        .map(|column| {
            let lowest = super::stats::range(&super::cell::values(&column.cells)).map(|r| r.0);
            let settle = |(cell, unit): (&Cell, &String)| {
                let (rule, word) = match cell {
                    Cell::Missing => (how.missing, "缺失"),
                    Cell::Withheld => (how.withheld, "不公开"),
                    _ => return Ok(*cell),
                };
                match (rule, lowest) {
                    (Absent::Share, _) => Ok(Cell::NotApplicable),
                    (Absent::NoScore, _) => Ok(Cell::Missing),
                    (Absent::Lowest, Some(low)) => Ok(Cell::Value(low)),
                    _ => Err(refused(word, unit, &column.id)),
                }
            };
            column.cells.iter().zip(basis.units).map(settle).collect()
        })
        .collect()
}

fn refused(word: &str, unit: &str, column: &str) -> Fault {
    Fault::new(
        format!("{unit} 的 {column} {word}"),
        "先插补，或在本环节写明 missing、withheld 怎样处理：\"share\"（权重分给同组其他指标）、\"lowest\"（按最低值）、\"no_score\"（不计分）",
    )
}

fn all_positive(indicators: &[Indicator]) -> Outcome<()> {
    match indicators.iter().find(|i| i.direction != Direction::Positive) {
        None => Ok(()),
        Some(i) => Err(Fault::new(
            format!("指标 {} 还不是越大越好", i.id),
            "先归一化（normalise）或正向化（orient）；如数据本已如此，把 direction 改为 positive",
        )),
    }
}

/// The numbers of every column, for methods that need all of them.
fn full(columns: &[Vec<Cell>], basis: &Basis<'_>, method: &str) -> Outcome<Vec<Vec<f64>>> {
    let number = |(cell, (unit, id)): (&Cell, (&String, &str))| {
        cell.value().ok_or_else(|| {
            Fault::new(format!("{method} 要求数据齐全，{unit} 的 {id} 没有数"), "先插补或筛选，或改用逐级加权平均")
        })
    };
    let column = |(cells, i): (&Vec<Cell>, &Indicator)| {
        cells.iter().zip(basis.units.iter().map(|u| (u, &*i.id))).map(number).collect()
    };
    columns.iter().zip(basis.indicators).map(column).collect()
}
