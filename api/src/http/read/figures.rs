//! Datasets as tables of figures: every number has the id under which a pack prints it, and the same formatter and the
//! same hiding of small counts as in a pack.

use std::collections::BTreeMap;

use suixin_metrics::run_datasets;
use suixin_reports::number;
use suixin_reports::{Cell, Column, Dataset, privacy};

use super::now::Now;
use crate::http::Web;
use crate::http::problem::Problem;
use crate::ops::pack;

/// A dataset as printed.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Head>,
    /// Its rows.
    pub lines: Vec<Line>,
}

/// A column as printed.
#[derive(Debug, Clone)]
pub struct Head {
    /// Name in SQL.
    pub name: String,
    /// Heading.
    pub title: String,
    /// Unit; empty when it has none.
    pub unit: String,
    /// Whether it holds numbers.
    pub number: bool,
}

/// A row as printed.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its key, as it stands in figure ids.
    pub key: String,
    /// Its cells, one a column.
    pub cells: Vec<Shown>,
}

/// A cell as printed.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Column in SQL.
    pub name: String,
    /// The text; counts of 1 to 4 persons are hidden.
    pub text: String,
    /// Id of the figure, for numbers that are not hidden.
    pub figure: Option<String>,
}

impl Line {
    /// The cell of a column.
    #[must_use]
    pub fn cell(&self, column: &str) -> Option<&Shown> {
        self.cells.iter().find(|c| c.name == column)
    }

    /// The text of a column; empty where there is none.
    #[must_use]
    pub fn text(&self, column: &str) -> &str {
        self.cell(column).map_or("", |c| &c.text)
    }
}

/// Runs datasets by their ids.
///
/// # Errors
/// `NotFound` for an unknown id; `Definition` when a statement fails.
pub async fn run(web: &Web, now: &Now, ids: &[&str]) -> Result<BTreeMap<String, Dataset>, Problem> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let found = run_datasets(&now.snapshot, &web.app.definitions, now.year, now.as_of, Some(&ids)).await?;
    Ok(found.into_iter().map(|(id, d)| (id, pack::dataset(d))).collect())
}

/// A dataset as printed.
#[must_use]
pub fn sheet(dataset: &Dataset) -> Sheet {
    let hidden = privacy::hidden(dataset);
    let shown = |row: usize, column: usize| {
        let def = &dataset.columns[column];
        let value = dataset.cell(row, column).unwrap_or(&Cell::Null);
        let mark = hidden.mark(row, column);
        let figure = mark.is_none() && def.format.is_number() && !value.is_null();
        Shown {
            name: def.name.clone(),
            text: mark.map_or_else(|| number::bare(value, def.format), str::to_owned),
            figure: figure.then(|| format!("{}/{}/{}", dataset.id, dataset.row_key(row), def.name)),
        }
    };
    let line = |row: usize| Line {
        key: dataset.row_key(row),
        cells: (0..dataset.columns.len()).map(|c| shown(row, c)).collect(),
    };
    let head = |c: &Column| Head {
        name: c.name.clone(),
        title: c.title.clone(),
        unit: c.unit.clone(),
        number: c.format.is_number(),
    };
    Sheet {
        id: dataset.id.clone(),
        title: dataset.title.clone(),
        columns: dataset.columns.iter().map(head).collect(),
        lines: (0..dataset.rows.len()).map(line).collect(),
    }
}
