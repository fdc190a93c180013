//! Natural keys of all rows of a table, to find those that stand twice: eight bytes a row while they come, and the exact
//! digests of those only that may be twins.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use sha2::{Digest, Sha256};

use crate::checked::CheckedRow;
use crate::contract::Table;
use crate::value::Value;

/// Keys of a sorted run: one MiB.
const RUN: usize = 128 << 10;

/// Where the key of a row stands.
pub(super) struct KeyPlaces(Vec<usize>);

impl KeyPlaces {
    pub fn new(table: &Table) -> Self {
        Self(key_places(table))
    }

    /// A hash of the key; equal keys have equal ones. The text is for work only.
    pub fn short(&self, row: &CheckedRow, text: &mut String) -> u64 {
        text.clear();
        write_key(text, &self.0, row);
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    }
}

/// Collects the hashes of keys.
#[derive(Default)]
pub(super) struct Keys {
    runs: Vec<Vec<u64>>,
    open: Vec<u64>,
}

impl Keys {
    /// Remembers the key of a row by its hash.
    pub fn see(&mut self, short: u64) {
        self.open.push(short);
        if self.open.len() == RUN {
            self.close_run();
        }
    }

    fn close_run(&mut self) {
        let mut run = std::mem::take(&mut self.open);
        run.sort_unstable();
        self.runs.push(run);
    }

    /// The hashes that came more than once, sorted; usually none. Forgets all others.
    pub fn repeated(&mut self) -> Vec<u64> {
        self.close_run();
        let mut runs: Vec<_> = std::mem::take(&mut self.runs).into_iter().map(Vec::into_iter).collect();
        let mut heads: BinaryHeap<_> =
            runs.iter_mut().enumerate().filter_map(|(i, run)| Some(Reverse((run.next()?, i)))).collect();
        let (mut before, mut out) = (None, Vec::new());
        while let Some(Reverse((hash, i))) = heads.pop() {
            if before == Some(hash) && out.last() != Some(&hash) {
                out.push(hash);
            }
            before = Some(hash);
            heads.extend(runs[i].next().map(|next| Reverse((next, i))));
        }
        out
    }
}

/// Columns of the natural key in contract order.
pub(super) fn key_places(table: &Table) -> Vec<usize> {
    table.natural_key.iter().filter_map(|k| table.index_of(k)).collect()
}

/// A digest of the key that no two keys share.
pub(super) fn exact(places: &[usize], row: &CheckedRow) -> [u8; 16] {
    let mut text = String::new();
    write_key(&mut text, places, row);
    let mut out = [0; 16];
    out.copy_from_slice(&Sha256::digest(text)[..16]);
    out
}

/// Each part with its length, so that no two keys have the same text.
fn write_key(text: &mut String, places: &[usize], row: &CheckedRow) {
    for place in places {
        let from = text.len();
        // Writing to a string cannot fail.
        let _ = match &row.values[*place] {
            Value::Str(s) => text.write_str(s),
            other => write!(text, "{other}"),
        };
        let _ = write!(text, "\u{0}{}\u{0}", text.len() - from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: [&str; 2]) -> CheckedRow {
        let values = key.iter().map(|k| Value::from(*k)).collect();
        CheckedRow { row_no: 1, values, awaiting_waiver: Vec::new(), rejected: false }
    }

    fn short(key: [&str; 2]) -> u64 {
        KeyPlaces(vec![0, 1]).short(&row(key), &mut String::new())
    }

    #[test]
    fn twins_are_found_across_runs_and_once_each() {
        let mut keys = Keys::default();
        let mut see = |i: usize| keys.see(short([&i.to_string(), "a"]));
        (0..RUN + 10).for_each(&mut see);
        [7, 7, RUN + 3].into_iter().for_each(&mut see);
        let mut meant = [7, RUN + 3].map(|i| short([&i.to_string(), "a"]));
        meant.sort_unstable();
        assert_eq!(keys.repeated(), meant);
        assert!(keys.repeated().is_empty(), "forgotten");
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let (a, b) = (row(["1", "23"]), row(["12", "3"]));
        assert_ne!(short(["1", "23"]), short(["12", "3"]));
        assert_ne!(exact(&[0, 1], &a), exact(&[0, 1], &b));
        assert_eq!(exact(&[0, 1], &a), exact(&[0, 1], &a.clone()));
    }
}
