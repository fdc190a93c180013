//! The brief: everything a pack is made of, frozen. Nothing here knows SQL or a warehouse.

mod cell;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use cell::Cell;

use crate::number::Format;

/// Data of one pack: what it is about, and its datasets by id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brief {
    /// Title, period and provenance.
    pub meta: Meta,
    /// Datasets by id.
    pub datasets: BTreeMap<String, Dataset>,
}

/// Title, period and provenance of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// Title of the pack, as it stands on the cover.
    pub title: String,
    /// Year evaluated.
    pub year: i32,
    /// The period in words, such as 2025年1月1日至12月31日.
    pub period: String,
    /// Day up to which outcomes were counted; it also dates the documents.
    pub as_of: NaiveDate,
    /// Snapshot of the warehouse, such as `S000017-1a2b3c4d`.
    pub snapshot: String,
    /// SHA-256 over the definitions in force, lower-case hex.
    pub definitions_hash: String,
    /// Version of the program that computed the datasets.
    pub program_version: String,
    /// Office that hands the pack out.
    pub office: String,
    /// City whose pack it is.
    pub city: String,
    /// Where the data come from, for the foot of the charts.
    pub source: String,
}

impl Meta {
    /// First eight digits of the definitions hash, as printed on pages.
    #[must_use]
    pub fn short_hash(&self) -> String {
        self.definitions_hash.chars().take(8).collect()
    }
}

/// One named table of a brief.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// Id, also the first part of its figures' ids.
    pub id: String,
    /// Title in Chinese.
    pub title: String,
    /// Clause of the work plan that it follows from.
    #[serde(default)]
    pub basis: String,
    /// Highest privacy class of what it shows.
    pub privacy: Privacy,
    /// SHA-256 of its definition; empty means the hash of all definitions stands for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
    /// Columns that identify a row; none for a dataset of one row.
    pub key: Vec<String>,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Rows in order; each has one cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Name in SQL.
    pub name: String,
    /// Title in Chinese.
    pub title: String,
    /// Unit as printed; empty if there is none.
    pub unit: String,
    /// How values are printed.
    pub format: Format,
    /// Whether it counts persons, so that 1 to 4 must not be printed.
    #[serde(default)]
    pub persons: bool,
}

/// Privacy class, ordered: only `S0` may enter a public pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Privacy {
    /// Public.
    #[default]
    S0,
    /// Internal.
    S1,
    /// Sensitive.
    S2,
    /// Highly sensitive.
    S3,
}

impl Privacy {
    /// Name as printed on documents.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::S0 => "公开（S0）",
            Self::S1 => "内部（S1）",
            Self::S2 => "敏感（S2）",
            Self::S3 => "高度敏感（S3）",
        }
    }
}

impl Dataset {
    /// Position of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// Key of a row, as it stands in figure ids: key cells joined by `|`, `-` if there is no key.
    #[must_use]
    pub fn row_key(&self, row: usize) -> String {
        if self.key.is_empty() {
            return "-".to_owned();
        }
        let cells = self
            .key
            .iter()
            .map(|name| self.column(name).and_then(|c| self.cell(row, c)).map_or_else(String::new, Cell::to_string));
        cells.collect::<Vec<_>>().join("|")
    }

    /// Cell at a position.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Option<&Cell> {
        self.rows.get(row).and_then(|r| r.get(column))
    }

    /// Row whose key is `key`.
    #[must_use]
    pub fn row(&self, key: &str) -> Option<usize> {
        (0..self.rows.len()).find(|&r| self.row_key(r) == key)
    }

    /// Whether a row holds the total of the others (its key says 合计).
    #[must_use]
    pub fn is_total(&self, row: usize) -> bool {
        self.key
            .iter()
            .any(|name| self.column(name).and_then(|c| self.cell(row, c)).is_some_and(|c| c.as_str() == Some(TOTAL)))
    }
}

/// Key of a row of totals.
pub const TOTAL: &str = "合计";
