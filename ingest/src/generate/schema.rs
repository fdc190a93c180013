//! What the generator needs to know of each submitted table: its columns in form terms, and which period a row goes to.

use crate::contract::{Column, Contracts, Due, Frequency, Kind, Table};
use crate::period::Period;

use super::day::Day;

/// Position of the bureau behind the eight units.
pub(super) const CITY: usize = 8;
/// Slots of a bucket: the opening stock and up to twelve months.
pub(super) const SLOTS: usize = 13;

/// A submitted table.
pub(super) struct TableInfo<'c> {
    /// Place in [`Schema::tables`].
    pub index: usize,
    /// Its contract.
    pub table: &'c Table,
    /// Code of the form that carries it.
    pub form: &'c str,
    /// How often it is sent.
    pub frequency: Frequency,
    /// When it is due.
    pub due: Option<Due>,
    /// The columns a row carries: all that are not derived, with the unit.
    pub columns: Vec<&'c Column>,
    /// Columns of which the first filled one decides the period.
    pub period: Vec<usize>,
    /// Columns known later.
    pub later: Vec<usize>,
    /// Status column and its text before the outcome is known.
    pub status: Option<(usize, &'static str)>,
}

/// All submitted tables in the order of their forms.
pub(super) struct Schema<'c> {
    pub tables: Vec<TableInfo<'c>>,
    pub year: i32,
}

impl<'c> Schema<'c> {
    pub(super) fn new(contracts: &'c Contracts, year: i32) -> Self {
        let mut tables = Vec::new();
        for form in contracts.forms.values() {
            for entry in &form.tables {
                let Some(table) = contracts.table(&entry.table) else { continue };
                let columns: Vec<&Column> = table.columns.iter().filter(|c| !c.is_derived()).collect();
                let at = |name: &String| columns.iter().position(|c| c.name == *name);
                tables.push(TableInfo {
                    index: tables.len(),
                    table,
                    form: &form.code,
                    frequency: entry.frequency,
                    due: entry.due,
                    period: entry.period_columns.iter().filter_map(at).collect(),
                    later: entry.known_later.iter().filter_map(at).collect(),
                    status: entry.status_column.as_ref().and_then(at).map(|c| (c, early_status(&table.name))),
                    columns,
                });
            }
        }
        Self { tables, year }
    }

    /// The table of a name.
    pub(super) fn find(&self, name: &str) -> Option<&TableInfo<'c>> {
        self.tables.iter().find(|t| t.table.name == name)
    }

    /// The slot of a day: 0 before the year, the last one after it.
    pub(super) fn slot(&self, frequency: Frequency, day: Option<Day>) -> usize {
        let Some((y, m, _)) = day.map(Day::ymd) else { return 0 };
        let month = if y < self.year {
            0
        } else if y > self.year {
            12
        } else {
            m as usize
        };
        match frequency {
            Frequency::Month => month,
            Frequency::Quarter => month.div_ceil(3),
            Frequency::Year | Frequency::Once => 0,
        }
    }

    /// The period of a slot; tables sent when needed have none.
    pub(super) fn period(&self, frequency: Frequency, slot: usize) -> Option<Period> {
        let n = u32::try_from(slot).unwrap_or(0);
        match (frequency, n) {
            (Frequency::Once, _) => None,
            (Frequency::Year, _) => Some(Period::of_year(self.year)),
            (Frequency::Quarter, 0) => Some(Period::quarter(self.year - 1, 4)),
            (Frequency::Quarter, n) => Some(Period::quarter(self.year, n)),
            (Frequency::Month, 0) => Some(Period::month(self.year - 1, 12)),
            (Frequency::Month, n) => Some(Period::month(self.year, n)),
        }
    }
}

impl TableInfo<'_> {
    /// Number of slots that its frequency has.
    pub(super) fn slots(&self) -> usize {
        match self.frequency {
            Frequency::Month => 13,
            Frequency::Quarter => 5,
            Frequency::Year | Frequency::Once => 1,
        }
    }

    /// The position of a column.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// Columns that a form shows: the unit is the sender, except where the bureau sends for all.
    pub(super) fn form_columns(&self) -> Vec<usize> {
        let hidden = !self.table.is_city();
        (0..self.columns.len()).filter(|i| !(hidden && self.columns[*i].name == "eval_unit_code")).collect()
    }

    /// The columns that hold 元 with two decimals.
    pub(super) fn money(&self) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().enumerate().filter(|(_, c)| c.unit == "元" && c.kind == Kind::Dec2).map(|(i, _)| i)
    }
}

/// The status of a row whose outcome is not known yet.
fn early_status(table: &str) -> &'static str {
    match table {
        "need_item" => "10",
        "referral" => "01",
        "charity_project" => "30",
        _ => "1",
    }
}
