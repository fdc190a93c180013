//! A table of numbers: units down, columns across, stored column by column.

use std::collections::BTreeMap;

use super::cell::Cell;

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name in the data.
    pub id: String,
    /// One cell a unit.
    pub cells: Vec<Cell>,
}

/// Columns over the same units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// In the order of the specification.
    pub columns: Vec<Column>,
}

impl Table {
    /// The column of a name.
    #[must_use]
    pub fn column(&self, id: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.id == id)
    }

    /// Keeps the rows whose place is marked.
    pub fn keep(&mut self, keep: &[bool]) {
        for column in &mut self.columns {
            column.cells = kept(&column.cells, keep);
        }
    }
}

/// What an index is computed from: the units, their numbers now and in earlier periods, and their labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dataset {
    /// Identifier of each unit.
    pub units: Vec<String>,
    /// Name of each unit; the identifier where there is none.
    pub names: Vec<String>,
    /// The numbers of the period that is evaluated.
    pub table: Table,
    /// The numbers of earlier periods, the newest last, over the same units (`Missing` where a unit was not there).
    pub earlier: Vec<(String, Table)>,
    /// Columns of text, by name: groups of units.
    pub labels: BTreeMap<String, Vec<String>>,
}

impl Dataset {
    /// Keeps the units whose place is marked.
    pub fn keep(&mut self, keep: &[bool]) {
        self.units = kept(&self.units, keep);
        self.names = kept(&self.names, keep);
        self.table.keep(keep);
        for (_, table) in &mut self.earlier {
            table.keep(keep);
        }
        for labels in self.labels.values_mut() {
            *labels = kept(labels, keep);
        }
    }
}

fn kept<T: Clone>(all: &[T], keep: &[bool]) -> Vec<T> {
    all.iter().zip(keep).filter(|(_, k)| **k).map(|(x, _)| x.clone()).collect()
}
