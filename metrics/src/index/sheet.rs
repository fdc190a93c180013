//! What a stage leaves for people to check: named sheets of rows, to be written as CSV or JSON.

use serde::Serialize;

use super::cell::Cell;

/// One field of a sheet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Field {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A finite number, written with the fewest digits that give it back exactly.
    Number(f64),
}

impl Field {
    /// The field as it stands in a CSV file.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(x) => format!("{x}"),
        }
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Field {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Field {
    fn from(x: f64) -> Self {
        if x.is_finite() { Self::Number(x) } else { Self::Empty }
    }
}

impl From<usize> for Field {
    fn from(n: usize) -> Self {
        Self::Number(super::stats::count(n))
    }
}

impl From<bool> for Field {
    fn from(yes: bool) -> Self {
        if yes { "是" } else { "否" }.into()
    }
}

impl<T: Into<Field>> From<Option<T>> for Field {
    fn from(field: Option<T>) -> Self {
        field.map_or(Self::Empty, Into::into)
    }
}

impl From<Cell> for Field {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Value(x) => Self::Number(x),
            Cell::Missing => Self::Empty,
            Cell::NotApplicable => "不适用".into(),
            Cell::Withheld => "不公开".into(),
        }
    }
}

/// A sheet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sheet {
    /// Name of its file without `.csv`: number of the stage, its kind, what it holds.
    pub name: String,
    /// What it holds, in Chinese.
    pub title: String,
    /// Names of its columns: stable English words, or ids of the data.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<Field>>,
}

impl Sheet {
    /// A sheet without rows.
    pub fn new(name: impl Into<String>, title: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|c| (*c).to_owned()).collect();
        Self { name: name.into(), title: title.into(), columns, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<Field>) {
        self.rows.push(row);
    }
}
