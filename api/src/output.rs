//! Talking to people and programs: data go to standard output, talk to standard error.

use std::io::Write;

use anyhow::Result;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

/// Standard output, in the form that was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    /// Whether JSON is wanted.
    pub json: bool,
}

impl Out {
    /// Prints a value as JSON.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn json(self, value: &impl Serialize) -> Result<()> {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, value)?;
        Ok(writeln!(out)?)
    }

    /// Prints a line.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn line(self, text: impl AsRef<str>) -> Result<()> {
        Ok(writeln!(std::io::stdout().lock(), "{}", text.as_ref())?)
    }

    /// Prints a table; columns named in `right` are aligned to the right.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn table(self, headers: &[&str], rows: &[Vec<String>], right: &[usize]) -> Result<()> {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(headers.iter().map(Cell::new));
        for row in rows {
            let align = |i: usize| if right.contains(&i) { CellAlignment::Right } else { CellAlignment::Left };
            table.add_row(row.iter().enumerate().map(|(i, text)| Cell::new(text).set_alignment(align(i))));
        }
        self.line(table.to_string())
    }
}

/// A remark to the person at the terminal.
pub fn say(text: impl AsRef<str>) {
    // A closed standard error is no reason to stop working.
    let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
}
