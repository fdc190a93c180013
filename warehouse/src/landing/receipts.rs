//! What has been received before: files by their bytes, and for every unit, period and table its revisions. It is read from
//! `submission_file`, so that there is no second truth.
//!
//! A revision that had rows of which none was taken in is *returned*: it counts as received and takes a number, but what
//! stood before it stays in force.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use chrono::NaiveDateTime;
use suixin_ingest::period::Period;
use suixin_ingest::value::Value;

use super::stage::StagedFile;
use crate::cells;
use crate::datafile;
use crate::error::Result;
use crate::publish::Writer;
use crate::rewrite::with_unit;
use crate::shape::shape_of;
use crate::warehouse::Inner;

/// A row of `submission_file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receipt {
    pub sha256: String,
    pub file: String,
    pub batch: String,
    pub sheet: Option<String>,
    pub table: String,
    pub received: NaiveDateTime,
    pub encoding: String,
    pub rows: u64,
    pub errors: u64,
}

/// A batch by its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BatchId {
    pub form: String,
    pub unit: String,
    pub period: Period,
    pub revision: u32,
}

impl BatchId {
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (form, unit, period, revision) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let period = Period::from_str(period).ok()?;
        Some(Self { form: form.to_owned(), unit: unit.to_owned(), period, revision: revision.parse().ok()? })
    }
}

/// Table, unit and period: what a correction replaces as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    pub table: String,
    pub unit: String,
    pub period: Period,
}

/// Rows of one revision of a slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub rows: u64,
    pub errors: u64,
}

impl Count {
    pub fn returned(self) -> bool {
        self.rows > 0 && self.errors == self.rows
    }
}

/// Everything received.
#[derive(Debug, Clone, Default)]
pub(super) struct Receipts {
    pub list: Vec<Receipt>,
    pub slots: BTreeMap<Slot, BTreeMap<u32, Count>>,
}

impl Receipts {
    pub fn new(list: Vec<Receipt>) -> Self {
        let mut receipts = Self::default();
        for receipt in list {
            receipts.push(receipt);
        }
        receipts
    }

    pub fn push(&mut self, receipt: Receipt) {
        if let Some(id) = BatchId::parse(&receipt.batch) {
            let slot = Slot { table: receipt.table.clone(), unit: id.unit, period: id.period };
            let count = self.slots.entry(slot).or_default().entry(id.revision).or_default();
            count.rows += receipt.rows;
            count.errors += receipt.errors;
        }
        self.list.push(receipt);
    }

    /// The revision whose rows are in force, if there is one.
    pub fn in_force(&self, slot: &Slot) -> Option<u32> {
        let revisions = self.slots.get(slot)?;
        revisions.iter().rev().find(|(_, count)| !count.returned()).map(|(revision, _)| *revision)
    }

    /// The newest count of a slot, returned ones left out.
    pub fn count(&self, slot: &Slot) -> Option<Count> {
        self.slots.get(slot)?.get(&self.in_force(slot)?).copied()
    }

    /// What was received, by the SHA-256 of its bytes.
    fn by_bytes(&self) -> BTreeMap<String, Received> {
        let mut all: BTreeMap<String, Received> = BTreeMap::new();
        for receipt in &self.list {
            let seen = all.entry(receipt.sha256.clone()).or_insert_with(|| Received::called(&receipt.file));
            seen.slots.extend(BatchId::parse(&receipt.batch).map(|id| Slot {
                table: receipt.table.clone(),
                unit: id.unit,
                period: id.period,
            }));
        }
        all
    }
}

/// A file that was received: its name and what it covered.
struct Received {
    name: String,
    slots: BTreeSet<Slot>,
}

impl Received {
    fn called(name: &str) -> Self {
        Self { name: name.to_owned(), slots: BTreeSet::new() }
    }
}

/// Reads `submission_file`.
pub(super) fn read(inner: &Inner, writer: &Writer<'_>) -> Result<Receipts> {
    let shape = shape_of(&inner.shapes, "submission_file")?;
    let mut list = Vec::new();
    for file in writer.state("submission_file").iter().flat_map(|s| s.files.values()) {
        let batch =
            with_unit(shape, &datafile::read(&inner.layout.table("submission_file"), shape, file, None)?, file)?;
        list.extend(cells::rows(&batch).into_iter().filter_map(from_row));
    }
    Ok(Receipts::new(list))
}

fn from_row(row: Vec<Value>) -> Option<Receipt> {
    let [sha256, file, batch, sheet, table, received, encoding, rows, errors] = <[Value; 9]>::try_from(row).ok()?;
    let number = |v: Value| if let Value::Int(n) = v { u64::try_from(n).ok() } else { None };
    let Value::Ts(received) = received else { return None };
    Some(Receipt {
        sha256: sha256.to_string(),
        file: file.to_string(),
        batch: batch.to_string(),
        sheet: sheet.as_str().map(str::to_owned),
        table: table.to_string(),
        received,
        encoding: encoding.to_string(),
        rows: number(rows)?,
        errors: number(errors)?,
    })
}

/// As a row of `submission_file` in contract order.
pub(super) fn to_row(receipt: &Receipt) -> Vec<Value> {
    let int = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    vec![
        receipt.sha256.as_str().into(),
        receipt.file.as_str().into(),
        receipt.batch.as_str().into(),
        receipt.sheet.as_deref().map_or(Value::Null, Value::from),
        receipt.table.as_str().into(),
        Value::Ts(receipt.received),
        receipt.encoding.as_str().into(),
        int(receipt.rows),
        int(receipt.errors),
    ]
}

/// Puts files in the order in which they count, marks those whose bytes were received before, and numbers revisions: the
/// first receipt of a slot is 0, every further *file* that carries it is the next one.
pub(super) fn put_in_order(files: &mut [StagedFile], known: &Receipts) {
    files.sort_by(|a, b| (a.received, a.is_correction(), &a.name).cmp(&(b.received, b.is_correction(), &b.name)));
    let mut bytes = known.by_bytes();
    let mut next: BTreeMap<Slot, u32> = BTreeMap::new();
    for file in files.iter_mut().filter(|f| !f.refused) {
        let slots: BTreeSet<Slot> = file.tables.iter().map(slot_of).collect();
        // Nil returns in CSV are headers only: those of another unit or period have the same bytes and are no copies.
        let is_nil = !file.tables.is_empty() && file.tables.iter().all(|t| t.rows_read == 0);
        let is_copy = |r: &&Received| !is_nil || !r.slots.is_disjoint(&slots);
        if let Some(received) = bytes.get(&file.sha256).filter(is_copy) {
            file.duplicate_of = Some(received.name.clone());
            continue;
        }
        let received = bytes.entry(file.sha256.clone()).or_insert_with(|| Received::called(&file.name));
        received.slots.extend(slots.iter().cloned());
        for slot in slots {
            let first_free = known.slots.get(&slot).and_then(|r| r.keys().next_back()).map_or(0, |last| last + 1);
            let number = next.entry(slot.clone()).and_modify(|n| *n += 1).or_insert(first_free);
            for table in file.tables.iter_mut().filter(|t| slot_of(t) == slot) {
                table.revision = *number;
            }
        }
    }
}

pub(super) fn slot_of(table: &super::stage::StagedTable) -> Slot {
    Slot { table: table.table().to_owned(), unit: table.unit.clone(), period: table.period }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(batch: &str, rows: u64, errors: u64) -> Receipt {
        Receipt {
            sha256: String::new(),
            file: "f".into(),
            batch: batch.into(),
            sheet: None,
            table: "person".into(),
            received: NaiveDateTime::default(),
            encoding: "XLSX".into(),
            rows,
            errors,
        }
    }

    #[test]
    fn a_batch_names_form_unit_period_and_revision() {
        let id = BatchId::parse("T-PERSON.5109A1.2025Q3.12").unwrap();
        assert_eq!((id.form.as_str(), id.unit.as_str(), id.revision), ("T-PERSON", "5109A1", 12));
        assert_eq!(id.period, Period::quarter(2025, 3));
        assert!(BatchId::parse("T-PERSON.5109A1.2025Q5.0").is_none());
    }

    #[test]
    fn a_returned_revision_does_not_replace_the_one_before() {
        let list = vec![receipt("T-PERSON.510903.202501.0", 5, 1), receipt("T-PERSON.510903.202501.1", 4, 4)];
        let mut receipts = Receipts::new(list);
        let slot = receipts.slots.keys().next().unwrap().clone();
        assert_eq!(receipts.in_force(&slot), Some(0));
        receipts.push(receipt("T-PERSON.510903.202501.2", 0, 0));
        assert_eq!(receipts.in_force(&slot), Some(2), "a nil return has no rows and is in force");
        let row = to_row(&receipts.list[0]);
        assert_eq!(from_row(row).unwrap(), receipts.list[0]);
    }
}
