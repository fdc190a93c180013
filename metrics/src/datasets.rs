//! Datasets: the named statements whose cells are the figures of reports.
//!
//! A figure has the id `<dataset>/<row key>/<column>`; the row key is the key columns' text joined by `|`, and `-` for a
//! dataset of one row.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use crate::compute::{Answers, Wanted, bad, column};
use crate::definitions::mistake::hint;
use crate::definitions::{DatasetColumn, DatasetDef, Definitions, Indicator, Status};
use crate::error::MetricsError;
use crate::robustness::Fillings;
use crate::window::Window;

/// Stands for the indicators in a statement.
const INDICATORS: &str = "${indicators}";

/// The rows of a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Clause or basis.
    pub basis: String,
    /// Highest privacy class of what it shows.
    pub privacy: String,
    /// Columns that identify a row.
    pub key: Vec<String>,
    /// Columns in order.
    pub columns: Vec<DatasetColumn>,
    /// Rows, each in the order of the columns.
    pub rows: Vec<Vec<Value>>,
    /// The statement that gave them.
    pub sql: String,
}

impl Dataset {
    /// Place of a column.
    #[must_use]
    pub fn index_of(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }

    /// The key of a row.
    #[must_use]
    pub fn row_key(&self, row: &[Value]) -> String {
        if self.key.is_empty() {
            return "-".to_owned();
        }
        let part =
            |name: &String| self.index_of(name).and_then(|i| row.get(i)).map_or(String::new(), ToString::to_string);
        self.key.iter().map(part).collect::<Vec<_>>().join("|")
    }
}

/// Runs datasets for a year: those named, or all.
///
/// # Errors
/// `NotFound` for an unknown id; `Statement` or `Result` naming the dataset whose statement failed, lacks a column or gave
/// a row key twice.
pub async fn run_datasets(
    snapshot: &Snapshot,
    defs: &Definitions,
    year: i32,
    as_of: NaiveDate,
    ids: Option<&[String]>,
) -> Result<BTreeMap<String, Dataset>, MetricsError> {
    let window = Window::year(year, as_of);
    let wanted_defs: Vec<&DatasetDef> = match ids {
        None => defs.datasets.values().collect(),
        Some(ids) => ids.iter().map(|id| find(defs, id)).collect::<Result<_, _>>()?,
    };
    let trials = Fillings::of(snapshot, defs, year, wanted_defs.iter().map(|d| d.sql.text())).await?;
    let asked: Vec<(&DatasetDef, Wanted)> = wanted_defs
        .into_iter()
        .map(|d| (d, Wanted { id: d.id.clone(), sql: filled(defs, d, &window, &trials) }))
        .collect();
    let mut answers = Answers::default();
    let statements = asked.iter().map(|(_, w)| w.clone());
    answers.run(snapshot, statements, "报表数据", &|_: &str, _: u64, _: u64| {}).await?;
    asked.iter().map(|(d, w)| Ok((d.id.clone(), assemble(d, w, &answers)?))).collect()
}

/// A dataset by its id.
pub(crate) fn find<'a>(defs: &'a Definitions, id: &str) -> Result<&'a DatasetDef, MetricsError> {
    defs.datasets.get(id).ok_or_else(|| MetricsError::NotFound {
        what: "数据集",
        given: id.to_owned(),
        hint: hint(id, defs.datasets.keys().map(String::as_str)),
    })
}

/// The statement of a dataset for a window.
pub(crate) fn filled(defs: &Definitions, d: &DatasetDef, window: &Window, trials: &Fillings) -> String {
    let sql = trials.fill(window.fill(d.sql.text()));
    if sql.contains(INDICATORS) { sql.replace(INDICATORS, &indicators(defs, window)) } else { sql }
}

/// The indicators in force on the last day as rows of `VALUES`: id, unit, target, clause, origin.
fn indicators(defs: &Definitions, window: &Window) -> String {
    let day = window.period.last();
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let row = |i: &Indicator| {
        let origin = match i.head.status {
            Status::Seed => "方案",
            Status::Law => "法规",
            Status::Reference => "参照",
            Status::Proposal => "建议",
        };
        let target = i.target.as_deref().unwrap_or_default();
        format!("({})", [i.id(), &i.unit, target, &i.head.clause, origin].map(quoted).join(", "))
    };
    defs.indicators.iter().filter(|i| i.head.in_force(day)).map(row).collect::<Vec<_>>().join(", ")
}

fn assemble(d: &DatasetDef, wanted: &Wanted, answers: &Answers) -> Result<Dataset, MetricsError> {
    let frame = answers.frame(wanted)?;
    let places = d.columns.iter().map(|c| column(wanted, frame, &c.name)).collect::<Result<Vec<_>, _>>()?;
    let rows = frame.rows.iter().map(|row| places.iter().map(|p| row[*p].clone()).collect()).collect();
    let dataset = Dataset {
        id: d.id.clone(),
        title: d.title.clone(),
        basis: d.basis.clone(),
        privacy: d.privacy.clone(),
        key: d.key.clone(),
        columns: d.columns.clone(),
        rows,
        sql: wanted.sql.clone(),
    };
    let mut seen = BTreeSet::new();
    match dataset.rows.iter().map(|row| dataset.row_key(row)).find(|key| !seen.insert(key.clone())) {
        Some(twice) => Err(bad(&d.id, format!("行键 {twice} 出现两次，请在 key 中补足能区分行的列"))),
        None => Ok(dataset),
    }
}
