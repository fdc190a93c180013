//! The lists behind the drop-downs: on a very hidden sheet, one column a list, each with a name of its own, because a
//! list written into a validation stops at 255 characters.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::contract::{Column, Table};
use crate::normalise::CodeBook;
use crate::read::cell_ref;
use crate::recognise::own::DICTIONARY;

use super::columns::{Design, Input, designs};
use super::places;
use super::plan::Plan;

/// Name of the list of 是 and 否.
pub(super) const YES_NO: &str = "码_是否";

/// All lists of a template, and the columns of its tables.
pub(super) struct Choices<'a> {
    designs: BTreeMap<&'a str, Vec<Design<'a>>>,
    lists: BTreeMap<String, Vec<String>>,
}

impl<'a> Choices<'a> {
    pub fn new(plan: &Plan<'a>, codes: &'a CodeBook) -> Self {
        let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut all = BTreeMap::new();
        for entry in &plan.tables {
            let of_table = designs(plan, entry.table, codes);
            for design in &of_table {
                add(&mut lists, plan, entry.table, design);
            }
            all.insert(entry.table.name.as_str(), of_table);
        }
        Self { designs: all, lists }
    }

    /// The columns of a table.
    pub fn designs(&self, table: &str) -> &[Design<'a>] {
        self.designs.get(table).map(Vec::as_slice).unwrap_or_default()
    }

    /// The entries of a list.
    pub fn list(&self, name: &str) -> &[String] {
        self.lists.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Writes the sheet and the names.
    pub fn write(&self, book: &mut Workbook) -> Result<(), XlsxError> {
        if self.lists.is_empty() {
            return Ok(());
        }
        let sheet = book.add_worksheet().set_name(DICTIONARY)?;
        sheet.set_very_hidden(true).write_string(0, 0, DICTIONARY)?;
        for (column, (name, entries)) in (1u16..).zip(&self.lists) {
            sheet.write_string(0, column, name)?;
            for (row, entry) in (1u32..).zip(entries) {
                sheet.write_string(row, column, entry)?;
            }
        }
        for (column, (name, entries)) in (1usize..).zip(&self.lists) {
            let last = u32::try_from(entries.len() + 1).unwrap_or(u32::MAX);
            book.define_name(name, &format!("='{DICTIONARY}'!{}", absolute(column, 2, last)))?;
        }
        Ok(())
    }
}

fn add(lists: &mut BTreeMap<String, Vec<String>>, plan: &Plan<'_>, table: &Table, design: &Design<'_>) {
    match &design.input {
        Input::Pick(choices) => {
            lists.insert(list_name(table, design.column), choices.iter().map(|(_, name)| name.clone()).collect());
        }
        Input::YesNo => {
            lists.insert(YES_NO.to_owned(), vec!["是".to_owned(), "否".to_owned()]);
        }
        Input::Township => lists.extend(places::lists(plan)),
        _ => {}
    }
}

/// The name of the list of a coded column: by its code set, or by table and column where the contract lists the codes.
pub(super) fn list_name(table: &Table, column: &Column) -> String {
    match &column.code_set {
        Some(set) => format!("码_{set}"),
        None => format!("码_{}_{}", table.name, column.name),
    }
}

/// `$B$2:$B$9`.
fn absolute(column: usize, first: u32, last: u32) -> String {
    let letters: String = cell_ref(column, 1).chars().filter(char::is_ascii_uppercase).collect();
    format!("${letters}${first}:${letters}${last}")
}
