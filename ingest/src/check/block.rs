//! A block of rows of a table, checked without regard to the others: blocks are checked on all cores.

use std::collections::BTreeMap;

use crate::checked::{CheckedRow, Issue};
use crate::read::RawRow;

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
    pub rows: Vec<CheckedRow>,
    /// Hashes of the keys of its good rows.
    pub keys: Vec<u64>,
    pub issues: Vec<Issue>,
    pub magnitudes: Vec<Magnitude>,
    /// Filled cells of columns that are not taken.
    pub others: BTreeMap<usize, usize>,
    /// Totals, subtotals and signatures, with the number of data rows above them in the block.
    pub apart: Vec<(usize, RowKind, RawRow)>,
}

impl Look<'_> {
    pub fn check<'r>(&self, raws: impl Iterator<Item = &'r RawRow>) -> Block {
        let mut out = Block {
            rows: Vec::with_capacity(raws.size_hint().0),
            keys: Vec::new(),
            issues: Vec::new(),
            magnitudes: self.reader.plans.iter().map(|_| Magnitude::default()).collect(),
            others: BTreeMap::new(),
            apart: Vec::new(),
        };
        let mut text = String::new();
        for raw in raws {
            match total::kind_of(raw, self.serial) {
                RowKind::Data => self.check_data(raw, &mut text, &mut out),
                kind @ (RowKind::Total | RowKind::Subtotal | RowKind::Footer) => {
                    out.apart.push((out.rows.len(), kind, raw.clone()));
                }
                RowKind::Cumulative | RowKind::Example | RowKind::Blank => {}
            }
        }
        out
    }

    fn check_data(&self, raw: &RawRow, text: &mut String, out: &mut Block) {
        for (plan, magnitude) in self.reader.plans.iter().zip(&mut out.magnitudes) {
            magnitude.add(plan, raw);
        }
        let is_taken = |at: usize| self.taken.get(at).copied().unwrap_or(false);
        for (at, _) in raw.cells.iter().enumerate().filter(|(at, c)| !is_taken(*at) && !c.is_blank()) {
            *out.others.entry(at).or_default() += 1;
        }
        let row = self.reader.read(raw, &mut out.issues);
        if !row.rejected {
            out.keys.push(self.keys.short(&row, text));
        }
        out.rows.push(row);
    }
}
