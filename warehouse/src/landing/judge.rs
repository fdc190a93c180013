//! What can only be judged when the whole delivery has been read: keys that two sheets of a file share (DQ017), invalid ID
//! numbers that `person` explains (DQ007), and foreign keys (DQ019). Taking a row back can make others fail that name it,
//! so it is repeated until nothing changes.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use suixin_ingest::checked::Issue;

use super::issues;
use super::receipts::{Slot, slot_of};
use super::stage::{StagedFile, StagedTable, referred_column};
use crate::datafile;
use crate::digest::{self, Key, NO_KEY};
use crate::error::Result;
use crate::publish::Writer;
use crate::shape::shape_of;
use crate::warehouse::Inner;

/// Takes back what cannot stand; the mistakes go to the tables they concern.
pub(super) fn judge(inner: &Inner, writer: &Writer<'_>, files: &mut [StagedFile]) -> Result<()> {
    for file in files.iter_mut().filter(|f| f.lands()) {
        same_key_in_two_sheets(file);
    }
    let mut known = Known::of_delivery(inner, files);
    known.load_stored(inner, writer, files)?;
    loop {
        let mut taken_back = false;
        for file in files.iter_mut().filter(|f| f.lands()) {
            let StagedFile { name, tables, .. } = file;
            for table in tables {
                taken_back |= known.judge_table(inner, name, table)?;
            }
        }
        if !taken_back {
            return Ok(());
        }
    }
}

/// Several sheets of a file can carry the same table: the first row with a key stands.
fn same_key_in_two_sheets(file: &mut StagedFile) {
    let mut slots: BTreeMap<Slot, usize> = BTreeMap::new();
    for table in &file.tables {
        *slots.entry(slot_of(table)).or_default() += 1;
    }
    let mut seen: BTreeMap<Slot, BTreeSet<Key>> =
        slots.into_iter().filter(|(_, n)| *n > 1).map(|(s, _)| (s, BTreeSet::new())).collect();
    for table in &mut file.tables {
        let Some(keys) = seen.get_mut(&slot_of(table)) else { continue };
        for row in 0..table.keys.len() {
            if !keys.insert(table.keys[row]) {
                table.dead[row] = true;
                let issue = issues::repeated_key(&file.name, table, row);
                table.issues.push(issue);
            }
        }
    }
}

/// Keys by which rows can be named, of this delivery (with the number of rows that have them) and of the warehouse.
#[derive(Default)]
struct Known {
    delivered: BTreeMap<String, BTreeMap<Key, u32>>,
    stored: BTreeMap<String, Vec<Key>>,
    /// Numbers of persons without a certificate.
    excused: BTreeMap<Key, u32>,
    excused_stored: Vec<Key>,
}

impl Known {
    fn of_delivery(inner: &Inner, files: &[StagedFile]) -> Self {
        let mut known = Self::default();
        let named: BTreeSet<&str> =
            landing_tables(files).flat_map(|t| &t.references).map(|r| r.target.as_str()).collect();
        for table in landing_tables(files) {
            let referred = named.contains(table.table()) && referred_column(&inner.contracts, table.table()).is_some();
            for row in (0..table.keys.len()).filter(|row| !table.dead[*row]) {
                if referred {
                    *known
                        .delivered
                        .entry(table.table().to_owned())
                        .or_default()
                        .entry(table.keys[row])
                        .or_default() += 1;
                }
                if excuses(table, row) {
                    *known.excused.entry(table.keys[row]).or_default() += 1;
                }
            }
        }
        known
    }

    /// Reads the keys of stored tables, but only of those that the delivery itself does not answer for.
    fn load_stored(&mut self, inner: &Inner, writer: &Writer<'_>, files: &[StagedFile]) -> Result<()> {
        let mut needed = BTreeSet::new();
        for reference in landing_tables(files).flat_map(|t| &t.references) {
            let here = self.delivered.get(&reference.target);
            if reference.keys.iter().any(|k| *k != NO_KEY && !here.is_some_and(|keys| keys.contains_key(k))) {
                needed.insert(reference.target.clone());
            }
        }
        for target in needed {
            let keys = stored_keys(inner, writer, &target, false)?;
            self.stored.insert(target, keys);
        }
        if landing_tables(files).any(|t| !t.waivers.is_empty()) && inner.shapes.contains_key("person") {
            self.excused_stored = stored_keys(inner, writer, "person", true)?;
        }
        Ok(())
    }

    fn knows(&self, target: &str, key: Key) -> bool {
        let delivered = || self.delivered.get(target).is_some_and(|keys| keys.contains_key(&key));
        let stored = || self.stored.get(target).is_some_and(|keys| keys.binary_search(&key).is_ok());
        key == NO_KEY || delivered() || stored()
    }

    /// Whether a row of the table had to be taken back.
    fn judge_table(&mut self, inner: &Inner, file: &str, table: &mut StagedTable) -> Result<bool> {
        // The rows themselves are needed only to name what is wrong; they may have to be read back.
        let mut rows = None;
        let mut found: BTreeMap<usize, Vec<Issue>> = BTreeMap::new();
        let mut reported = BTreeSet::new();
        for waiver in &table.waivers {
            let excused =
                self.excused.contains_key(&waiver.number) || self.excused_stored.binary_search(&waiver.number).is_ok();
            if !table.dead[waiver.row] && !excused {
                found.entry(waiver.row).or_default().push(waiver.issue.clone());
                // An invalid number cannot be found either; one cell is one mistake.
                reported.insert((waiver.row, waiver.column));
            }
        }
        for reference in &table.references {
            for (row, key) in reference.keys.iter().enumerate() {
                // One refused number is one mistake, not also a person who cannot be found.
                let judged = table.dead[row] || found.get(&row).is_some_and(|f| f.iter().any(|i| i.code == "DQ007"));
                if !judged && !self.knows(&reference.target, *key) {
                    let rows = match &rows {
                        Some(read) => read,
                        None => rows.insert(table.rows.get()?),
                    };
                    let issue = issues::missing_target(&inner.contracts, file, table, rows, row, reference);
                    found.entry(row).or_default().push(issue);
                }
            }
        }
        for (row, issues) in &found {
            self.forget(table, *row);
            table.dead[*row] = true;
            table.issues.extend(issues.iter().cloned());
        }
        Ok(!found.is_empty())
    }

    fn forget(&mut self, table: &StagedTable, row: usize) {
        let key = table.keys[row];
        if let Some(keys) = self.delivered.get_mut(table.table()) {
            count_down(keys, key);
        }
        if excuses(table, row) {
            count_down(&mut self.excused, key);
        }
    }
}

fn count_down(keys: &mut BTreeMap<Key, u32>, key: Key) {
    if let Some(n) = keys.get_mut(&key) {
        *n -= 1;
        if *n == 0 {
            keys.remove(&key);
        }
    }
}

fn landing_tables(files: &[StagedFile]) -> impl Iterator<Item = &StagedTable> {
    files.iter().filter(|f| f.lands()).flat_map(|f| &f.tables)
}

fn excuses(table: &StagedTable, row: usize) -> bool {
    table.excuses.get(row) == Some(&true)
}

/// The keys by which stored rows in force can be named, sorted; of `person` only the excused ones if asked.
fn stored_keys(inner: &Inner, writer: &Writer<'_>, target: &str, excused: bool) -> Result<Vec<Key>> {
    let shape = shape_of(&inner.shapes, target)?;
    let column = shape.table.natural_key.first().and_then(|k| shape.file_index(k));
    let valid = shape.file_index("id_valid");
    let Some(places) = column.map(|c| if excused { [Some(c), valid] } else { [Some(c), None] }) else {
        return Ok(Vec::new());
    };
    let places: Vec<usize> = places.into_iter().flatten().collect();
    let mut out = Vec::new();
    for file in writer.state(target).iter().flat_map(|s| s.files.values()).filter(|f| f.current) {
        let batch = datafile::read(&inner.layout.table(target), shape, file, Some(&places))?;
        let keys = digest::references(target, &batch, 0)?;
        let invalid = batch.columns().get(1).map(|c| c.as_boolean());
        let counts = |row: usize| !excused || invalid.is_some_and(|v| v.is_valid(row) && !v.value(row));
        out.extend(keys.into_iter().enumerate().filter(|(row, _)| counts(*row)).map(|(_, key)| key));
    }
    out.sort_unstable();
    out.dedup();
    Ok(out)
}
