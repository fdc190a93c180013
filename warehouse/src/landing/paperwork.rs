//! The books about what was received: batches, files and mistakes. A batch is a form, unit, period and revision; several
//! files and tables may share one.
//!
//! `status_code` of a batch: 2 when it had rows and none was taken in; 5 when each of its tables was replaced by a later
//! revision that is in force; 4 otherwise. A mistake counts as fixed when the tables of its sheet were replaced in this
//! way, be it before the correction came or in one delivery with it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use suixin_ingest::calendar::WorkCalendar;
use suixin_ingest::checked::{Issue, Level, Signatures};
use suixin_ingest::value::Value;

use super::receipts::{BatchId, Receipt, Receipts, Slot, to_row};
use super::stage::StagedFile;
use crate::cells;
use crate::datafile;
use crate::disk::sha256_hex;
use crate::error::Result;
use crate::publish::{Drafts, Writer};
use crate::rewrite::{Replace, TableWrite, with_unit};
use crate::shape::shape_of;
use crate::vault::Pending;
use crate::warehouse::Inner;

/// What the books are written from.
pub(super) struct Paper<'a> {
    /// Everything received, this delivery included.
    pub receipts: &'a Receipts,
    /// What this delivery brought.
    pub fresh: &'a [Receipt],
    pub files: &'a [StagedFile],
}

/// Writes the three tables; returns the names of signatories for the vault.
pub(super) fn write(inner: &Inner, writer: &mut Writer<'_>, paper: &Paper<'_>, drafts: &mut Drafts) -> Result<Pending> {
    let before = stored(inner, writer, "submission_batch", 0)?;
    let batches = batch_rows(inner, paper, &before);
    let issues = issue_rows(inner, writer, paper)?;
    let files = paper.fresh.iter().map(to_row).collect();
    let mut pending = Pending::new();
    for (table, replace, rows) in [
        ("submission_file", Replace::Append, files),
        ("submission_batch", Replace::Key, batches),
        ("dq_issue", if paper.corrects() { Replace::Key } else { Replace::Append }, issues),
    ] {
        let (draft, sealed) = inner.draft(writer, TableWrite { table: table.to_owned(), replace, rows })?;
        drafts.insert(table.to_owned(), draft);
        pending.extend(sealed);
    }
    Ok(pending)
}

/// All rows of a table that the product fills, by the text of a column.
fn stored(inner: &Inner, writer: &Writer<'_>, table: &str, column: usize) -> Result<BTreeMap<String, Vec<Vec<Value>>>> {
    let shape = shape_of(&inner.shapes, table)?;
    let mut out: BTreeMap<String, Vec<Vec<Value>>> = BTreeMap::new();
    for file in writer.state(table).iter().flat_map(|s| s.files.values()) {
        let batch = with_unit(shape, &datafile::read(&inner.layout.table(table), shape, file, None)?, file)?;
        for row in cells::rows(&batch) {
            let key = row.get(column).map(ToString::to_string).unwrap_or_default();
            out.entry(key).or_default().push(row);
        }
    }
    Ok(out)
}

impl Paper<'_> {
    /// Whether the delivery brings a revision of something.
    fn corrects(&self) -> bool {
        self.fresh.iter().filter_map(|r| BatchId::parse(&r.batch)).any(|id| id.revision > 0)
    }
}

/// Rows of `submission_batch` that are new or change.
fn batch_rows(inner: &Inner, paper: &Paper<'_>, before: &BTreeMap<String, Vec<Vec<Value>>>) -> Vec<Vec<Value>> {
    let mut of_batch: BTreeMap<&str, Vec<&Receipt>> = BTreeMap::new();
    for receipt in &paper.receipts.list {
        of_batch.entry(&receipt.batch).or_default().push(receipt);
    }
    let touched: BTreeSet<BatchId> = paper.fresh.iter().filter_map(|r| BatchId::parse(&r.batch)).collect();
    let concerned =
        |id: &BatchId| touched.iter().any(|t| (&t.form, &t.unit, t.period) == (&id.form, &id.unit, id.period));
    let mut rows = Vec::new();
    for (batch, receipts) in of_batch {
        let Some(id) = BatchId::parse(batch).filter(|id| concerned(id)) else { continue };
        let old = before.get(batch).and_then(|r| r.first());
        let row = batch_row(inner, paper, &id, batch, &receipts, old);
        if old != Some(&row) {
            rows.push(row);
        }
    }
    rows
}

/// One row of `submission_batch` in contract order.
fn batch_row(
    inner: &Inner,
    paper: &Paper<'_>,
    id: &BatchId,
    batch: &str,
    receipts: &[&Receipt],
    old: Option<&Vec<Value>>,
) -> Vec<Value> {
    let int = |n: u64| Value::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let first = receipts.iter().min_by_key(|r| (r.received, &r.file));
    let (rows, errors) = receipts.iter().fold((0, 0), |(rows, errors), r| (rows + r.rows, errors + r.errors));
    let received = first.map_or(Value::Null, |r| Value::Ts(r.received));
    let kept = |place: usize| old.and_then(|o| o.get(place)).cloned().unwrap_or_default();
    let signed = signatures(paper, batch);
    let name = |place: usize, fresh: Option<String>| {
        if kept(place).is_null() { fresh.map_or(Value::Null, Value::Str) } else { kept(place) }
    };
    let text = |pick: fn(&Receipt) -> &str| first.map_or(Value::Null, |r| pick(r).into());
    vec![
        batch.into(),
        id.form.as_str().into(),
        inner.contracts.forms.get(&id.form).map_or("1", |f| f.version.as_str()).into(),
        id.unit.as_str().into(),
        id.period.to_string().into(),
        Value::Int(i64::from(id.revision)),
        due(inner, id).or_else(|| received.as_date()).map_or(Value::Null, Value::Date),
        received,
        name(8, signed.submitter),
        name(9, signed.reviewer),
        name(10, signed.head),
        text(|r| &r.file),
        text(|r| &r.sha256),
        text(|r| &r.encoding),
        int(rows),
        int(errors),
        totals(paper, batch, &kept(16)),
        status(paper.receipts, id, receipts, rows, errors).into(),
    ]
}

fn status(all: &Receipts, id: &BatchId, receipts: &[&Receipt], rows: u64, errors: u64) -> &'static str {
    match (receipts.iter().all(|r| overtaken(all, id, r)), rows > 0 && rows == errors) {
        (true, _) => "5",
        (false, true) => "2",
        (false, false) => "4",
    }
}

/// Whether a later revision of the receipt's table is in force.
fn overtaken(all: &Receipts, id: &BatchId, receipt: &Receipt) -> bool {
    let slot = Slot { table: receipt.table.clone(), unit: id.unit.clone(), period: id.period };
    all.in_force(&slot).is_some_and(|revision| revision > id.revision)
}

/// The batches and sheets of which every table was overtaken; a batch as a whole has no sheet.
struct Settled(BTreeMap<(String, Option<String>), bool>);

impl Settled {
    fn of(all: &Receipts) -> Self {
        let mut settled = BTreeMap::new();
        for receipt in &all.list {
            let Some(id) = BatchId::parse(&receipt.batch) else { continue };
            let overtaken = overtaken(all, &id, receipt);
            let mut note = |sheet| {
                let both: &mut bool = settled.entry((receipt.batch.clone(), sheet)).or_insert(true);
                *both &= overtaken;
            };
            note(None);
            if let Some(sheet) = &receipt.sheet {
                note(Some(sheet.clone()));
            }
        }
        Self(settled)
    }

    /// Whether a mistake in this place counts as fixed. A mistake on a sheet without a table belongs to the batch.
    fn holds(&self, batch: &str, sheet: &str) -> bool {
        let of = |sheet: Option<&str>| self.0.get(&(batch.to_owned(), sheet.map(str::to_owned)));
        of(Some(sheet)).or_else(|| of(None)).is_some_and(|settled| *settled)
    }
}

/// The earliest due day of the form's tables with this length of period.
fn due(inner: &Inner, id: &BatchId) -> Option<NaiveDate> {
    let calendar = WorkCalendar::new(&inner.contracts);
    let tables = inner.contracts.forms.get(&id.form)?.tables.iter();
    tables
        .filter(|t| Some(t.frequency) == id.period.frequency())
        .filter_map(|t| t.due)
        .map(|due| calendar.due_date(due, id.period))
        .min()
}

/// The first signature found among the files of a batch.
fn signatures(paper: &Paper<'_>, batch: &str) -> Signatures {
    let mut out = Signatures::default();
    for file in paper.files.iter().filter(|f| f.lands() && f.tables.iter().any(|t| t.batch_id() == batch)) {
        let Signatures { submitter, reviewer, head } = file.signatures.clone();
        out.submitter = out.submitter.or(submitter);
        out.reviewer = out.reviewer.or(reviewer);
        out.head = out.head.or(head);
    }
    out
}

/// `N` when a total row disagreed, `Y` when one agreed, NULL without one.
fn totals(paper: &Paper<'_>, batch: &str, kept: &Value) -> Value {
    let tables = paper.files.iter().filter(|f| f.lands()).flat_map(|f| &f.tables).filter(|t| t.batch_id() == batch);
    let fresh: Vec<bool> = tables.filter_map(|t| t.total_ok).collect();
    if kept.as_str() == Some("N") || fresh.contains(&false) {
        "N".into()
    } else if fresh.is_empty() {
        kept.clone()
    } else {
        "Y".into()
    }
}

/// Rows of `dq_issue`: the new ones, and stored ones that are fixed from now on.
fn issue_rows(inner: &Inner, writer: &Writer<'_>, paper: &Paper<'_>) -> Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    let settled = Settled::of(paper.receipts);
    if paper.corrects() {
        for mut row in stored(inner, writer, "dq_issue", 1)?.into_values().flatten() {
            let text = |place: usize| row.get(place).and_then(Value::as_str).unwrap_or_default();
            if text(9) == "N" && settled.holds(text(1), text(2)) {
                row.pop();
                row.push("Y".into());
                rows.push(row);
            }
        }
    }
    let mut seen = BTreeMap::new();
    for file in paper.files.iter().filter(|f| f.lands()) {
        let Some(first) = file.tables.first().map(|t| t.batch_id()) else { continue };
        let of_file = file.issues.iter().map(|i| (first.clone(), i));
        let of_tables = file.tables.iter().flat_map(|t| t.issues.iter().map(|i| (t.batch_id(), i)));
        for (batch, issue) in of_file.chain(of_tables) {
            rows.push(issue_row(file, &batch, issue, settled.holds(&batch, &issue.sheet), &mut seen));
        }
    }
    Ok(rows)
}

fn issue_row(
    file: &StagedFile,
    batch: &str,
    issue: &Issue,
    fixed: bool,
    seen: &mut BTreeMap<String, u32>,
) -> Vec<Value> {
    let place = format!(
        "{batch}|{}|{}|{:?}|{:?}|{:?}|{}",
        file.sha256, issue.sheet, issue.row, issue.cell, issue.header, issue.code
    );
    let number = seen.entry(place.clone()).and_modify(|n| *n += 1).or_insert(0);
    let digest = sha256_hex(format!("{place}|{number}").as_bytes());
    let optional = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::text);
    vec![
        format!("DQ-{}", digest.get(..20).unwrap_or(&digest)).into(),
        batch.into(),
        Value::text(issue.sheet.as_str()),
        issue.row.map_or(Value::Null, |r| Value::Int(i64::from(r))),
        optional(&issue.cell),
        issue.code.as_str().into(),
        if issue.level == Level::Error { "E" } else { "W" }.into(),
        format!("{}。{}", issue.message, issue.remedy).into(),
        optional(&issue.raw_masked),
        if fixed { "Y" } else { "N" }.into(),
    ]
}
