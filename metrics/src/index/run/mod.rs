//! Runs a chain: stage by stage over one state, each stage leaving its sheets.

mod groups;
mod matrix;
mod ranking;

use serde::Serialize;

use super::aggregate::{self, Scores};
use super::error::{Fault, IndexError};
use super::sensitivity;
use super::sheet::{Field, Sheet};
use super::spec::{Action, Spec, Stage};
use super::table::Dataset;
use super::tree::{Indicator, Tree};
use super::weigh;

/// What a run gives.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Title of the specification.
    pub title: String,
    /// What a person must look at, in Chinese, each with its stage.
    pub warnings: Vec<String>,
    /// The units in the order of their rank; without a stage `rank` in the order of the data, without ranks.
    pub units: Vec<Placed>,
    /// Every stage, in order.
    pub sheets: Vec<Sheet>,
}

/// A unit in the result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placed {
    /// Its identifier.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Its score; rounded where the ranking rounds; none where it could not be scored.
    pub score: Option<f64>,
    /// Its rank.
    pub rank: Option<f64>,
    /// Its grade.
    pub grade: Option<String>,
}

/// Where a chain stands.
#[derive(Debug, Clone)]
pub struct State {
    /// Units and numbers.
    pub data: Dataset,
    /// The indicators with the direction that their numbers have now.
    pub indicators: Vec<Indicator>,
    /// The hierarchy.
    pub tree: Tree,
    /// Weights of its nodes.
    pub weights: Vec<f64>,
    /// Scores, after the aggregation.
    pub scores: Option<Scores>,
    /// Score as ranked, rank, grade of each unit.
    placed: Vec<(Option<f64>, Option<f64>, Option<String>)>,
}

/// What a stage leaves.
#[derive(Debug, Default)]
pub(crate) struct Left {
    sheets: Vec<Sheet>,
    warnings: Vec<String>,
}

impl State {
    /// The state before the first stage.
    #[must_use]
    pub fn new(spec: &Spec, data: Dataset) -> Self {
        Self {
            data,
            indicators: spec.indicators.clone(),
            tree: spec.tree.clone(),
            weights: spec.weights.clone(),
            scores: None,
            placed: Vec::new(),
        }
    }

    /// What an aggregation works on.
    #[must_use]
    pub fn aggregation_basis(&self) -> aggregate::Basis<'_> {
        let (tree, indicators) = (&self.tree, self.indicators.as_slice());
        aggregate::Basis { tree, indicators, table: &self.data.table, units: &self.data.units }
    }

    /// Applies a stage for its effect alone.
    ///
    /// # Errors
    /// What the stage says.
    pub fn apply(&mut self, spec: &Spec, stage: &Stage) -> Result<(), IndexError> {
        self.step(spec, stage).map(|_| ()).map_err(|f| f.at(&stage.id))
    }

    fn step(&mut self, spec: &Spec, stage: &Stage) -> Result<Left, Fault> {
        let columns = self.columns_of(stage);
        let mut left = Left::default();
        match &stage.action {
            Action::Denominate(how) => self.denominate(how, &mut left)?,
            Action::Screen(how) => self.screen(how, &columns, &mut left),
            Action::Impute(how) => self.impute(how, &columns, &mut left)?,
            Action::Transform(how) => self.transform(*how, &columns, &mut left)?,
            Action::Orient(turn, peak) => self.orient((*turn, *peak), &columns, &mut left)?,
            Action::Treat(how) => self.treat(how, &columns, &mut left)?,
            Action::Normalise(how) => self.normalise(how, &columns, &mut left)?,
            Action::Weigh(how) => self.weigh(how, &mut left)?,
            Action::Aggregate(how) => self.aggregate(how, &mut left)?,
            Action::Points(how) => self.points(how, &mut left),
            Action::Rank(how) => self.rank(*how, &mut left)?,
            Action::Grade(bands, digits) => self.grade(bands, *digits, &mut left)?,
            Action::Audit(how) => self.audit(how, spec, &mut left),
            Action::MonteCarlo(_) | Action::Sobol(_) | Action::LeaveOneOut(_) => {}
        }
        Ok(left)
    }

    /// Places of the indicators that a stage is about.
    fn columns_of(&self, stage: &Stage) -> Vec<usize> {
        let named = |i: &Indicator| stage.columns.is_empty() || stage.columns.contains(&i.id);
        self.indicators.iter().enumerate().filter(|(_, i)| named(i)).map(|(at, _)| at).collect()
    }

    fn weighing_basis(&self) -> weigh::Basis<'_> {
        weigh::Basis {
            tree: &self.tree,
            indicators: &self.indicators,
            table: &self.data.table,
            weights: &self.weights,
            units: &self.data.units,
        }
    }

    /// The numbers as they stand, as a sheet.
    fn table_sheet(&self, title: &str) -> Sheet {
        let mut sheet = Sheet::new("", title, &["unit"]);
        sheet.columns.extend(self.data.table.columns.iter().map(|c| c.id.clone()));
        for (at, unit) in self.data.units.iter().enumerate() {
            let cells = self.data.table.columns.iter().map(|c| Field::from(c.cells.get(at).copied()));
            sheet.push(std::iter::once(unit.as_str().into()).chain(cells).collect());
        }
        sheet
    }
}

/// Applies the chain of a specification to data.
///
/// # Errors
/// What a stage cannot be applied to; the text names stage, indicator, unit and a way out.
pub fn run(spec: &Spec, data: Dataset) -> Result<Report, IndexError> {
    let mut state = State::new(spec, data.clone());
    let mut report = Report { title: spec.title.clone(), warnings: Vec::new(), units: Vec::new(), sheets: Vec::new() };
    report.sheets.push(Sheet { name: "00_data".to_owned(), ..state.table_sheet("读入的数据") });
    for (at, stage) in spec.stages.iter().enumerate() {
        let before = spec.stages.get(..at).unwrap_or_default();
        let left = match &stage.action {
            Action::MonteCarlo(_) | Action::Sobol(_) | Action::LeaveOneOut(_) => test(spec, before, stage, &data)?,
            _ => state.step(spec, stage).map_err(|f| f.at(&stage.id))?,
        };
        for sheet in left.sheets {
            let tail = if sheet.name.is_empty() { String::new() } else { format!("_{}", sheet.name) };
            report.sheets.push(Sheet { name: format!("{:02}_{}{tail}", at + 1, stage.id), ..sheet });
        }
        report.warnings.extend(left.warnings.into_iter().map(|w| format!("{}：{w}", stage.id)));
    }
    report.units = state.placed_units();
    report.sheets.push(ranking::result_sheet(&report.units));
    Ok(report)
}

/// A stage that runs the chain before it again and again.
fn test(spec: &Spec, before: &[Stage], stage: &Stage, data: &Dataset) -> Result<Left, IndexError> {
    let start = State::new(spec, data.clone());
    let sheets = match &stage.action {
        Action::MonteCarlo(how) => sensitivity::monte_carlo(how, spec, before, &start, &stage.id)?,
        Action::Sobol(how) => sensitivity::sobol(how, spec, before, &start, &stage.id)?,
        Action::LeaveOneOut(level) => sensitivity::leave_one_out(*level, spec, before, data, &stage.id)?,
        _ => Vec::new(),
    };
    Ok(Left { sheets, warnings: Vec::new() })
}
