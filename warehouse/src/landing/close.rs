//! Closing a delivery: order, judgement, the rows in force, the paperwork, the received bytes, the vault, and one commit.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDateTime;
use suixin_ingest::checked::Issue;
use suixin_ingest::read::read_bytes_of;

use super::judge;
use super::paperwork::{self, Paper};
use super::receipts::{self, Receipt, Receipts, Slot, slot_of};
use super::settle::{Restated, Scope};
use super::stage::{StagedFile, StagedTable};
use super::{FileOutcome, Landing, Progress, TableOutcome, issues};
use crate::disk;
use crate::error::{At, Error, Result};
use crate::publish::{Drafts, Writer};
use crate::shape::shape_of;
use crate::vault::Pending;
use crate::warehouse::Inner;

/// Fewer rows than this in either period say nothing about a jump (DQ020).
const JUMP_MIN_ROWS: u64 = 20;
/// Rows named in a gathered warning.
const NAMED_ROWS: usize = 5;

pub(super) async fn close(
    inner: &Inner,
    mut files: Vec<StagedFile>,
    mut pending: Pending,
    clock: NaiveDateTime,
    progress: &dyn Progress,
) -> Result<Landing> {
    let mut writer = inner.writer().await?;
    let known = receipts::read(inner, &writer)?;
    receipts::put_in_order(&mut files, &known);
    if !files.iter().any(|f| f.lands() && !f.tables.is_empty()) {
        drop(writer);
        let id = inner.journal().id();
        return Ok(outcome(id, false, files));
    }
    progress.step("核对主键和外键", 0, 0);
    judge::judge(inner, &writer, &mut files)?;
    let fresh = new_receipts(&files);
    let mut all = known;
    for receipt in &fresh {
        all.push(receipt.clone());
    }
    let mut drafts = settle(inner, &mut writer, &mut files, &all, clock, progress)?;
    report_jumps(&mut files, &all);
    let paper = Paper { receipts: &all, fresh: &fresh, files: &files };
    pending.extend(paperwork::write(inner, &mut writer, &paper, &mut drafts)?);
    progress.step("存档原件", 0, 0);
    for file in files.iter().filter(|f| f.lands() && !f.tables.is_empty()) {
        keep(inner, &file.path, &file.sha256)?;
    }
    inner.vault.seal(&pending)?;
    progress.step("提交", 0, 0);
    let mut batches: Vec<String> = fresh.iter().map(|r| r.batch.clone()).collect();
    batches.sort();
    batches.dedup();
    let landed = files.iter().filter(|f| f.lands()).count();
    let id = writer.publish(drafts, batches, &format!("入库 {landed} 个文件"), clock).await?;
    Ok(outcome(id, true, files))
}

fn new_receipts(files: &[StagedFile]) -> Vec<Receipt> {
    let mut out: BTreeMap<(usize, String, String, String), Receipt> = BTreeMap::new();
    for (place, file) in files.iter().enumerate().filter(|(_, f)| f.lands()) {
        for table in &file.tables {
            let key = (place, table.batch_id(), table.sheet.clone(), table.table().to_owned());
            let receipt = out.entry(key).or_insert_with(|| Receipt {
                sha256: file.sha256.clone(),
                file: file.name.clone(),
                batch: table.batch_id(),
                sheet: Some(table.sheet.clone()).filter(|s| !s.is_empty()),
                table: table.table().to_owned(),
                received: table.received.unwrap_or(file.received),
                encoding: file.encoding.clone(),
                rows: 0,
                errors: 0,
            });
            receipt.rows += table.rows_read;
            receipt.errors += table.rows_read - table.accepted();
        }
    }
    out.into_values().collect()
}

/// Tables of the delivery by table and sending unit, as places of file and table.
fn scopes(files: &[StagedFile]) -> BTreeMap<(String, String), Vec<(usize, usize)>> {
    let mut out: BTreeMap<(String, String), Vec<(usize, usize)>> = BTreeMap::new();
    for (f, file) in files.iter().enumerate().filter(|(_, file)| file.lands()) {
        for (t, table) in file.tables.iter().enumerate() {
            out.entry((table.table().to_owned(), table.unit.clone())).or_default().push((f, t));
        }
    }
    out
}

fn settle(
    inner: &Inner,
    writer: &mut Writer<'_>,
    files: &mut [StagedFile],
    receipts: &Receipts,
    clock: NaiveDateTime,
    progress: &dyn Progress,
) -> Result<Drafts> {
    let mut drafts = Drafts::new();
    let scopes = scopes(files);
    let total = scopes.len() as u64;
    for (done, ((table, unit), places)) in (0_u64..).zip(&scopes) {
        progress.step("写入数据表", done, total);
        let shape = shape_of(&inner.shapes, table)?;
        let parts: Vec<&StagedTable> = places.iter().map(|(f, t)| &files[*f].tables[*t]).collect();
        let scope = Scope { shape, unit, parts, receipts, clock };
        let restated = scope.settle(inner, writer, drafts.entry(table.clone()).or_default())?;
        report_restated(files, places, &restated);
    }
    Ok(drafts)
}

/// DQ018, one a table of a file.
fn report_restated(files: &mut [StagedFile], places: &[(usize, usize)], restated: &Restated) {
    for (part, rows) in restated {
        let Some((f, t)) = places.get(*part).copied() else { continue };
        let file = &mut files[f];
        let table = &file.tables[t];
        let mut numbers: Vec<u32> = rows.iter().filter_map(|r| table.row_no.get(*r as usize).copied()).collect();
        numbers.sort_unstable();
        let shown: Vec<u32> = numbers.iter().copied().take(NAMED_ROWS).collect();
        let issue = issues::restated(&file.name, table, numbers.len() as u64, &shown);
        file.tables[t].issues.push(issue);
    }
}

/// DQ020, one a slot: at its last table in force.
fn report_jumps(files: &mut [StagedFile], receipts: &Receipts) {
    let mut last: BTreeMap<Slot, (usize, usize)> = BTreeMap::new();
    for (f, file) in files.iter().enumerate().filter(|(_, file)| file.lands()) {
        for (t, table) in file.tables.iter().enumerate() {
            if receipts.in_force(&slot_of(table)) == Some(table.revision) {
                last.insert(slot_of(table), (f, t));
            }
        }
    }
    for (slot, (f, t)) in last {
        let before = Slot { period: slot.period.previous(), ..slot.clone() };
        let (Some(now), Some(before)) = (receipts.count(&slot), receipts.count(&before)) else { continue };
        let change = now.rows.abs_diff(before.rows);
        if now.rows.min(before.rows) >= JUMP_MIN_ROWS && change * 10 > before.rows * 3 {
            let file = &mut files[f];
            let issue = issues::jump(&file.name, &file.tables[t], now, before);
            file.tables[t].issues.push(issue);
        }
    }
}

/// Keeps a return byte for byte under the hash of its bytes.
fn keep(inner: &Inner, from: &Path, sha256: &str) -> Result<()> {
    let path = inner.layout.received(sha256);
    if path.is_file() {
        return Ok(());
    }
    let unread = |e| Error::Input(format!("文件“{}”读不了：{e}", from.display()));
    let bytes = read_bytes_of(from).map_err(unread)?;
    if disk::sha256_hex(&bytes) != sha256 {
        return Err(Error::Input(format!("文件“{}”在校验之后被改动，请重新导入", from.display())));
    }
    if let Some(dir) = path.parent() {
        disk::make_private_dir(dir)?;
    }
    // A file that a crash left half-written has the name of this one with another ending.
    let half = path.with_extension("part");
    if half.exists() {
        std::fs::remove_file(&half).at("删除", &half)?;
    }
    disk::write_private(&half, &bytes)?;
    std::fs::rename(&half, &path).at("写入", &path)?;
    disk::sync_parent(&path)
}

fn outcome(snapshot: crate::journal::SnapshotId, changed: bool, files: Vec<StagedFile>) -> Landing {
    let mut landing = Landing { snapshot, changed, files: Vec::new(), issues: Vec::new() };
    for mut file in files {
        landing.issues.append(&mut file.issues);
        if let Some(earlier) = &file.duplicate_of {
            landing.issues.push(issues::duplicate(&file, earlier));
        }
        let lands = file.lands();
        let mut tables = Vec::new();
        for mut table in std::mem::take(&mut file.tables) {
            if lands {
                let found: &mut Vec<Issue> = &mut table.issues;
                landing.issues.append(found);
                tables.push(table_outcome(&table));
            }
        }
        landing.files.push(FileOutcome {
            file: file.name,
            sha256: file.sha256,
            duplicate_of: file.duplicate_of,
            refused: file.refused,
            tables,
        });
    }
    landing
}

fn table_outcome(table: &StagedTable) -> TableOutcome {
    TableOutcome {
        sheet: table.sheet.clone(),
        table: table.table().to_owned(),
        form: table.form.clone(),
        unit: table.unit.clone(),
        period: table.period.to_string(),
        revision: table.revision,
        accepted: table.accepted(),
        rejected: table.rows_read - table.accepted(),
        batch_id: table.batch_id(),
        returned: table.returned(),
    }
}
