//! Keeping a warehouse: copying it for safety, and sweeping up what crashes left. Nothing that a snapshot names is ever
//! removed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::Serialize;

use crate::delta;
use crate::disk;
use crate::error::{At, Error, Result};
use crate::journal::{Commit, Journal, SnapshotId, TableChange};
use crate::publish::Draft;
use crate::warehouse::{Inner, Warehouse};

/// What a backup did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupReport {
    /// The newest snapshot in the copy.
    pub snapshot: String,
    /// Files copied now; those of an earlier backup to the same place are not copied again.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What sweeping did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SweepReport {
    /// The newest snapshot; a new one when Delta logs had to be brought back to the journal.
    pub snapshot: String,
    /// Tables whose Delta log was ahead of the journal.
    pub tables: Vec<String>,
    /// Data files that no snapshot names, removed.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Warehouse {
    /// Copies everything into another folder, which is then a warehouse of its own: open it to restore. Files that are there
    /// already are kept, so that a daily backup copies what is new. It holds the key of the vault: guard it like this one.
    ///
    /// # Errors
    /// `Io` when something cannot be read or written; then the copy must not be used.
    pub fn backup(&self, to: &Path) -> Result<BackupReport> {
        let inner = &self.inner;
        inner.journal_mut().refresh(&inner.layout)?;
        let journal = inner.journal().clone();
        let target = disk::Layout::new(to);
        disk::make_private_dir(to)?;
        let mut copy = Copy { from: inner.layout.home.clone(), to: to.to_owned(), files: 0, bytes: 0 };
        for file in named_files(inner, &journal)? {
            copy.file(&file)?;
        }
        disk::make_private_dir(&target.vault())?;
        copy.file(Path::new("vault/key.v1"))?;
        inner.vault.copy_to(&target.vault().join("sealed.sqlite"))?;
        // The log and the mark of its end; the lock is not copied.
        for file in below(&inner.layout.audit())?.into_iter().filter(|f| f.extension().is_none_or(|e| e == "jsonl")) {
            copy.replace(&Path::new("audit").join(file))?;
        }
        disk::make_private_dir(&target.scratch())?;
        // The journal comes last: until then the copy shows what an earlier backup showed.
        journal.write_copy(&inner.layout, &target)?;
        Ok(BackupReport { snapshot: journal.id().to_string(), files: copy.files, bytes: copy.bytes })
    }

    /// A copy in an empty folder to try things out in, which goes away with the folder: data files are shared with this one
    /// and originals of returns are left out, so that it takes little time and room.
    ///
    /// # Errors
    /// `Io` when something cannot be read or written; otherwise as [`Warehouse::open`].
    pub async fn rehearsal(&self, to: &Path) -> Result<Self> {
        let inner = &self.inner;
        inner.journal_mut().refresh(&inner.layout)?;
        let journal = inner.journal().clone();
        let target = disk::Layout::new(to);
        for file in named_files(inner, &journal)?.into_iter().filter(|f| !f.starts_with("received")) {
            share(&inner.layout.home.join(&file), &to.join(&file))?;
        }
        disk::make_private_dir(&target.vault())?;
        let key = Path::new("vault/key.v1");
        share(&inner.layout.home.join(key), &to.join(key))?;
        inner.vault.copy_to(&target.vault().join("sealed.sqlite"))?;
        disk::make_private_dir(&target.scratch())?;
        journal.write_copy(&inner.layout, &target)?;
        Self::open(to, Arc::clone(&inner.contracts)).await
    }

    /// Brings Delta logs that a crash left ahead back to the journal, and removes data files that no snapshot names.
    ///
    /// # Errors
    /// `Busy` while somebody writes; `Io` and `Storage` when files cannot be read or removed.
    pub async fn sweep(&self, clock: NaiveDateTime) -> Result<SweepReport> {
        let writer = self.inner.writer().await?;
        let mut changes = BTreeMap::new();
        for (table, state) in writer.tables.clone() {
            let newest = delta::load(&self.inner.layout.table(&table), &table).await;
            if !newest.is_ok_and(|t| t.version() == Some(state.delta_version)) {
                let change: TableChange = writer.show(&table, Draft::default(), clock).await?;
                changes.insert(table, change);
            }
        }
        let tables: Vec<String> = changes.keys().cloned().collect();
        let named = named_files(&self.inner, &self.inner.journal())?;
        let (files, bytes) = remove_unnamed(&self.inner, &named)?;
        let snapshot = if tables.is_empty() { self.inner.journal().id() } else { self.record(changes, clock)? };
        drop(writer);
        Ok(SweepReport { snapshot: snapshot.to_string(), tables, files, bytes })
    }

    fn record(&self, tables: BTreeMap<String, TableChange>, ts: NaiveDateTime) -> Result<SnapshotId> {
        let audit = self.inner.audit.head()?;
        let commit = Commit { ts, reason: "清理中断的提交".to_owned(), batches: Vec::new(), audit, tables };
        self.inner.journal_mut().append(&self.inner.layout, commit)
    }
}

/// Everything that some snapshot needs, relative to the home folder.
fn named_files(inner: &Inner, journal: &Journal) -> Result<BTreeSet<PathBuf>> {
    let mut out = BTreeSet::new();
    for (table, change) in journal.records.iter().flat_map(|r| &r.body.tables) {
        let folder = Path::new("tables").join(table);
        out.extend(change.add.iter().map(|f| folder.join(&f.path)));
    }
    for (table, state) in &journal.tables {
        let folder = Path::new("tables").join(table);
        out.extend((0..=state.delta_version).map(|v| delta::log_file(&folder, v)));
    }
    let received = below(&inner.layout.home.join("received"))?;
    out.extend(received.into_iter().filter(|f| f.extension().is_none()).map(|f| Path::new("received").join(f)));
    Ok(out)
}

/// The same file under a second name, or a copy where the disk has no such names. Only for files that never change.
fn share(from: &Path, to: &Path) -> Result<()> {
    if let Some(dir) = to.parent() {
        disk::make_private_dir(dir)?;
    }
    fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ())).at("复制", from)
}

/// Removes data files of tables that are not named. Delta logs are left to Delta.
fn remove_unnamed(inner: &Inner, named: &BTreeSet<PathBuf>) -> Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for file in below(&inner.layout.tables())? {
        let is_log = file.components().any(|c| c.as_os_str() == "_delta_log");
        let relative = Path::new("tables").join(&file);
        if is_log || named.contains(&relative) {
            continue;
        }
        let path = inner.layout.home.join(&relative);
        bytes += fs::metadata(&path).at("读取", &path)?.len();
        fs::remove_file(&path).at("删除", &path)?;
        files += 1;
    }
    Ok((files, bytes))
}

/// Files below a folder, relative to it, in order. A folder that is not there has none.
fn below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next).at("读取", &next)? {
            let path = entry.at("读取", &next)?.path();
            if path.is_dir() {
                open.push(path);
            } else if let Ok(relative) = path.strip_prefix(dir) {
                out.push(relative.to_owned());
            }
        }
    }
    out.sort();
    Ok(out)
}

/// Copies files from one home to another, each durable when done.
struct Copy {
    from: PathBuf,
    to: PathBuf,
    files: u64,
    bytes: u64,
}

impl Copy {
    /// A file that never changes: one of the same length is there already.
    fn file(&mut self, relative: &Path) -> Result<()> {
        let (from, to) = (self.from.join(relative), self.to.join(relative));
        let length = fs::metadata(&from).at("读取", &from)?.len();
        if fs::metadata(&to).is_ok_and(|m| m.len() == length) { Ok(()) } else { self.replace(relative) }
    }

    fn replace(&mut self, relative: &Path) -> Result<()> {
        let (from, to) = (self.from.join(relative), self.to.join(relative));
        if let Some(dir) = to.parent() {
            disk::make_private_dir(dir)?;
        }
        let half = to.with_extension("half");
        self.bytes += fs::copy(&from, &half).at("复制", &from)?;
        self.files += 1;
        disk::sync(&half)?;
        fs::rename(&half, &to).at("写入", &to)?;
        disk::sync_parent(&to)
    }
}

impl Journal {
    /// Writes the records read so far as the journal of another home.
    fn write_copy(&self, from: &disk::Layout, to: &disk::Layout) -> Result<()> {
        let path = from.journal();
        let text = fs::read(&path).at("读取", &path)?;
        let whole = usize::try_from(self.head.bytes).ok().and_then(|n| text.get(..n));
        let whole = whole.ok_or_else(|| Error::Damaged { findings: vec!["日志文件变短了".to_owned()] })?;
        if let Some(dir) = to.journal().parent() {
            disk::make_dir(dir)?;
        }
        disk::write_whole(&to.journal(), whole)?;
        self.keep_head(to)
    }
}
