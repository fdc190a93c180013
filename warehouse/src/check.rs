//! Comparing the journal with what is on disk: quickly at opening, thoroughly for `verify`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::cells;
use crate::datafile::{self, DataFile};
use crate::delta;
use crate::disk;
use crate::error::{Error, Result};
use crate::journal::{TableState, Tables};
use crate::vault::token_bits;
use crate::warehouse::Inner;

/// What re-hashing everything found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct VerifyReport {
    /// Records of the journal.
    pub commits: u64,
    /// Data files of all snapshots that were re-hashed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Received returns that were re-hashed.
    pub received: u64,
    /// Sealed texts that were opened and hashed to their token again.
    pub sealed: u64,
    /// Records of the audit log.
    pub audit_records: u64,
    /// What does not fit, one line each; empty: all is whole.
    pub findings: Vec<String>,
    /// What is odd and harmless, such as files that a crash left behind.
    pub notes: Vec<String>,
}

/// Sizes and presence of what the newest snapshot needs.
pub(crate) fn quick(inner: &Inner) -> Vec<String> {
    let journal = inner.journal();
    let mut findings: Vec<String> = journal.missing_tail(&inner.layout).into_iter().collect();
    for (name, state) in &journal.tables {
        let folder = inner.layout.table(name);
        findings.extend(state.files.values().filter_map(|f| wrong_size(&folder, name, f)));
        let log = delta::log_file(&folder, state.delta_version);
        if std::fs::metadata(&log).map_or(0, |m| m.len()) == 0 {
            findings.push(format!("表 {name}：缺少 Delta 日志 {}，或其为空", log.display()));
        }
    }
    findings
}

fn wrong_size(folder: &Path, table: &str, file: &DataFile) -> Option<String> {
    match std::fs::metadata(folder.join(&file.path)) {
        Err(_) => Some(format!("表 {table}：缺少数据文件 {}", file.path)),
        Ok(meta) if meta.len() != file.size_bytes => {
            Some(format!("表 {table}：数据文件 {} 应有 {} 字节，实有 {} 字节", file.path, file.size_bytes, meta.len()))
        }
        Ok(_) => None,
    }
}

/// Stored tables must have the columns that the contracts say.
pub(crate) fn contracts_fit(inner: &Inner) -> Result<()> {
    for (name, state) in &inner.journal().tables {
        let fits = inner.shapes.get(name).is_some_and(|shape| shape.digest == state.shape);
        if !fits && !state.files.is_empty() {
            return Err(Error::ContractChanged { table: name.clone() });
        }
    }
    Ok(())
}

/// Re-hashes everything.
pub(crate) async fn thorough(inner: &Inner) -> Result<VerifyReport> {
    inner.journal_mut().refresh(&inner.layout)?;
    let mut report = VerifyReport { findings: quick(inner), ..VerifyReport::default() };
    let (tables, ever, commits) = everything(inner);
    report.commits = commits;
    for (table, files) in &ever {
        rehash(&inner.layout.table(table), table, files.values(), &mut report);
    }
    for (table, state) in &tables {
        delta_agrees(inner, table, state, &mut report).await?;
    }
    received(inner, &tables, &mut report)?;
    let (sealed, unreadable) = inner.vault.check()?;
    report.sealed = sealed;
    if unreadable > 0 {
        report.findings.push(format!("密封库有 {unreadable} 条打不开"));
    }
    unsealed(inner, &tables, &mut report)?;
    let pin = inner.journal().records.last().map(|r| r.body.audit.clone());
    let audit = inner.audit.verify(pin.as_ref())?;
    report.audit_records = audit.records;
    report.findings.extend(audit.problems.iter().map(|p| format!("审计日志 {p}")));
    Ok(report)
}

/// Files ever added, by table and path.
type Ever = BTreeMap<String, BTreeMap<String, DataFile>>;

fn everything(inner: &Inner) -> (Tables, Ever, u64) {
    let journal = inner.journal();
    let mut ever = Ever::new();
    for (table, change) in journal.records.iter().flat_map(|r| &r.body.tables) {
        let files = ever.entry(table.clone()).or_default();
        files.extend(change.add.iter().map(|f| (f.path.clone(), f.clone())));
    }
    (journal.tables.clone(), ever, journal.records.len() as u64)
}

fn rehash<'a>(folder: &Path, table: &str, files: impl Iterator<Item = &'a DataFile>, report: &mut VerifyReport) {
    for file in files {
        report.files += 1;
        report.bytes += file.size_bytes;
        match disk::sha256_of(&folder.join(&file.path)) {
            Ok(found) if found == file.sha256 => {}
            Ok(_) => report.findings.push(format!("表 {table}：数据文件 {} 的内容已变", file.path)),
            // A file of the newest snapshot has been named by the quick look already.
            Err(_) => push_once(&mut report.findings, format!("表 {table}：缺少数据文件 {}", file.path)),
        }
    }
}

fn push_once(list: &mut Vec<String>, line: String) {
    if !list.contains(&line) {
        list.push(line);
    }
}

/// Delta's log must show what the journal shows; a newer version is what a crash left.
async fn delta_agrees(inner: &Inner, table: &str, state: &TableState, report: &mut VerifyReport) -> Result<()> {
    let folder = inner.layout.table(table);
    let log = delta::log_file(&folder, state.delta_version);
    if disk::sha256_of(&log).ok().as_deref() != Some(state.delta_log_sha256.as_str()) {
        report.findings.push(format!("表 {table}：Delta 日志第 {} 版的内容已变", state.delta_version));
        return Ok(());
    }
    let newest = delta::load(&folder, table).await.ok().filter(|t| t.version() == Some(state.delta_version));
    let Some(newest) = newest else {
        report.notes.push(format!("表 {table}：Delta 日志比本仓库日志新，是中断的提交所留，下次写入时自动改正"));
        return Ok(());
    };
    let shown: BTreeSet<String> = delta::shown(&newest)?.into_keys().collect();
    if !shown.iter().eq(state.files.keys()) {
        report.findings.push(format!("表 {table}：Delta 日志所列文件与本仓库日志不同"));
    }
    Ok(())
}

/// Every token in force has its clear text in the vault.
fn unsealed(inner: &Inner, tables: &Tables, report: &mut VerifyReport) -> Result<()> {
    let sealed = inner.vault.tokens()?;
    for (name, state) in tables {
        let Some(shape) = inner.shapes.get(name) else { continue };
        let personal = shape.columns.iter().filter(|c| c.vault.is_some());
        let places: Vec<usize> = personal.filter_map(|c| shape.file_index(&c.name)).collect();
        if places.is_empty() {
            continue;
        }
        let folder = inner.layout.table(name);
        let mut lost = BTreeSet::new();
        for file in state.files.values().filter(|f| f.current && wrong_size(&folder, name, f).is_none()) {
            let batch = datafile::read(&folder, shape, file, Some(&places))?;
            let tokens = cells::rows(&batch).into_iter().flatten().filter_map(|v| token_bits(v.as_str()?));
            lost.extend(tokens.filter(|t| !sealed.contains(t)));
        }
        if !lost.is_empty() {
            report.findings.push(format!("表 {name}：有 {} 个代号在密封库里没有原文", lost.len()));
        }
    }
    Ok(())
}

/// Every return that was landed is there byte for byte.
fn received(inner: &Inner, tables: &Tables, report: &mut VerifyReport) -> Result<()> {
    let Some((shape, state)) = inner.shapes.get("submission_file").zip(tables.get("submission_file")) else {
        return Ok(());
    };
    let Some(place) = shape.file_index("file_sha256") else { return Ok(()) };
    let mut hashes = BTreeSet::new();
    for file in state.files.values().filter(|f| wrong_size(&inner.layout.table("submission_file"), "", f).is_none()) {
        let batch = datafile::read(&inner.layout.table("submission_file"), shape, file, Some(&[place]))?;
        hashes.extend(cells::rows(&batch).into_iter().flatten().map(|v| v.to_string()));
    }
    for sha256 in hashes {
        report.received += 1;
        if disk::sha256_of(&inner.layout.received(&sha256)).ok().as_deref() != Some(sha256.as_str()) {
            report.findings.push(format!("收到的文件 {sha256} 不见了或内容已变"));
        }
    }
    Ok(())
}
