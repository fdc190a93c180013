//! A block of rows of a table, checked without regard to the others: blocks are checked on all cores.

use std::collections::BTreeMap;

use crate::checked::{CheckedRow, Issue};
use crate::read::RawRow;
use crate::spill::{Rows, SpillError};

use super::keys::KeyPlaces;
use super::row::RowReader;
use super::total::{self, Magnitude, RowKind};

/// What every row of a table is looked at with.
pub(super) struct Look<'a> {
    pub reader: &'a RowReader<'a>,
    pub keys: &'a KeyPlaces,
    /// The column that only counts the rows.
    pub serial: Option<usize>,
    /// Whether a column of the sheet is taken.
    pub taken: Vec<bool>,
}

/// What a block of rows gave.
pub(super) struct Block {
    pub rows: Checked,
    /// Hashes of the keys of its good rows.
    pub keys: Vec<u64>,
    pub issues: Vec<Issue>,
    pub magnitudes: Vec<Magnitude>,
    /// Filled cells of columns that are not taken.
    pub others: BTreeMap<usize, usize>,
    /// Totals, subtotals and signatures, with the number of data rows above them in the block.
    pub apart: Vec<(usize, RowKind, RawRow)>,
    /// For work only.
    text: String,
}

/// Rows after the check. Those of large tables are packed where they were checked.
pub(super) enum Checked {
    Loose(Vec<CheckedRow>),
    /// One behind the other.
    Packed {
        rows: usize,
        items: Vec<u8>,
    },
}

impl Block {
    pub fn new(look: &Look<'_>, packing: bool) -> Self {
        Self {
            rows: if packing { Checked::Packed { rows: 0, items: Vec::new() } } else { Checked::Loose(Vec::new()) },
            keys: Vec::new(),
            issues: Vec::new(),
            magnitudes: look.reader.plans.iter().map(|_| Magnitude::default()).collect(),
            others: BTreeMap::new(),
            apart: Vec::new(),
            text: String::new(),
        }
    }
}

impl Checked {
    pub fn len(&self) -> usize {
        match self {
            Self::Loose(rows) => rows.len(),
            Self::Packed { rows, .. } => *rows,
        }
    }

    fn push(&mut self, row: CheckedRow) {
        match self {
            Self::Loose(rows) => rows.push(row),
            Self::Packed { rows, items } => {
                *rows += 1;
                // Writing to memory cannot fail.
                if let Ok(longer) = postcard::to_extend(&row, std::mem::take(items)) {
                    *items = longer;
                }
            }
        }
    }

    /// Adds the rows to others.
    pub fn hand_on(self, to: &mut Rows<CheckedRow>) -> Result<(), SpillError> {
        match self {
            Self::Loose(rows) => rows.into_iter().try_for_each(|row| to.push(row)),
            Self::Packed { rows: 0, .. } => Ok(()),
            Self::Packed { rows, items } => to.push_items(rows, &items),
        }
    }
}

impl Look<'_> {
    /// Checks the next row of a block.
    pub fn check(&self, raw: &RawRow, out: &mut Block) {
        match total::kind_of(raw, self.serial) {
            RowKind::Data => self.check_data(raw, out),
            kind @ (RowKind::Total | RowKind::Subtotal | RowKind::Footer) => {
                out.apart.push((out.rows.len(), kind, raw.clone()));
            }
            RowKind::Cumulative | RowKind::Example | RowKind::Blank => {}
        }
    }

    fn check_data(&self, raw: &RawRow, out: &mut Block) {
        for (plan, magnitude) in self.reader.plans.iter().zip(&mut out.magnitudes) {
            magnitude.add(plan, raw);
        }
        let is_taken = |at: usize| self.taken.get(at).copied().unwrap_or(false);
        for (at, _) in raw.cells.iter().enumerate().filter(|(at, c)| !is_taken(*at) && !c.is_blank()) {
            *out.others.entry(at).or_default() += 1;
        }
        let row = self.reader.read(raw, &mut out.issues);
        if !row.rejected {
            out.keys.push(self.keys.short(&row, &mut out.text));
        }
        out.rows.push(row);
    }
}
