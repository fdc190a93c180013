//! The journal: the one record that makes a change of many tables visible. A snapshot is a sequence number of it.
//! Delta's own commits are not durable and may be ahead of the journal after a crash; what the journal does not name does
//! not exist. This module knows neither Arrow nor Delta.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::chain::{self, Head, Linked};
use crate::datafile::DataFile;
use crate::disk::{self, Layout};
use crate::error::{Error, Result};

/// Names a snapshot: the sequence number of its journal record and the first eight hex digits of the record's hash,
/// as `S000017-1a2b3c4d`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId {
    seq: u64,
    mark: String,
}

impl SnapshotId {
    pub(crate) fn new(seq: u64, hash: &str) -> Self {
        Self { seq, mark: hash.get(..8).unwrap_or(hash).to_owned() }
    }

    /// Sequence number in the journal, from 1.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

impl fmt::Display for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{:06}-{}", self.seq, self.mark)
    }
}

impl Serialize for SnapshotId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for SnapshotId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unknown = || Error::Unknown { what: "快照", name: text.to_owned() };
        let (seq, mark) = text.strip_prefix('S').and_then(|t| t.split_once('-')).ok_or_else(unknown)?;
        let good = mark.len() == 8 && mark.bytes().all(|b| b.is_ascii_hexdigit());
        let seq = seq.parse().ok().filter(|_| good).ok_or_else(unknown)?;
        Ok(Self { seq, mark: mark.to_owned() })
    }
}

/// The body of a journal record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Commit {
    pub ts: NaiveDateTime,
    pub reason: String,
    /// Batches of returns that it brought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batches: Vec<String>,
    /// Head of the audit log at that time: what `audit_log` shows in the snapshot.
    pub audit: AuditPin,
    pub tables: BTreeMap<String, TableChange>,
}

/// A place in the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AuditPin {
    pub seq: u64,
    pub hash: String,
}

/// What a commit did to a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableChange {
    /// Version of the Delta table that shows the same files.
    pub delta_version: u64,
    /// SHA-256 of that version's log file.
    pub delta_log_sha256: String,
    /// Names and types of the columns (digest of the shape).
    pub shape: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<DataFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

/// A table as of a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TableState {
    pub delta_version: u64,
    pub delta_log_sha256: String,
    pub shape: String,
    /// Files by path.
    pub files: BTreeMap<String, DataFile>,
}

/// All tables as of a snapshot; cheap to clone.
pub(crate) type Tables = BTreeMap<String, Arc<TableState>>;

/// The journal as read so far.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    pub records: Vec<Linked<Commit>>,
    pub head: Head,
    pub tables: Tables,
}

/// The last sequence number, kept beside the journal so that a shortened journal is noticed.
#[derive(Serialize, Deserialize)]
struct HeadFile {
    seq: u64,
    hash: String,
}

impl Journal {
    pub fn empty() -> Self {
        Self { records: Vec::new(), head: Head::start(), tables: Tables::new() }
    }

    /// An empty journal on disk.
    pub fn init(layout: &Layout) -> Result<()> {
        disk::write_whole(&layout.journal(), b"")?;
        keep_head(layout, &Head::start())
    }

    /// Reads what was appended since, by this or another process.
    pub fn refresh(&mut self, layout: &Layout) -> Result<()> {
        let path = layout.journal();
        let length = std::fs::metadata(&path).map_or(0, |m| m.len());
        if length == self.head.bytes {
            return Ok(());
        }
        if length < self.head.bytes {
            return Err(Error::Damaged {
                findings: vec!["日志文件变短了，已有的记录不见了".to_owned()]
            });
        }
        let reading = chain::read::<Commit>(&path, &self.head)?;
        if let Some(broken) = reading.broken {
            let line = broken.line + self.records.len();
            return Err(Error::Damaged { findings: vec![format!("日志第 {line} 行：{}", broken.problem)] });
        }
        if reading.torn {
            tracing::warn!(
                bytes = reading.head.bytes,
                "the journal ends in a record that was cut off; it does not count"
            );
        }
        for record in reading.records {
            apply(&mut self.tables, &record.body);
            self.records.push(record);
        }
        self.head = reading.head;
        Ok(())
    }

    /// What the head file knows and the journal does not have.
    pub fn missing_tail(&self, layout: &Layout) -> Option<String> {
        let path = layout.journal_head();
        let Ok(text) = std::fs::read(&path) else {
            return Some(format!("日志头文件 {} 不见了", path.display()));
        };
        let Ok(kept) = serde_json::from_slice::<HeadFile>(&text) else {
            return Some(format!("日志头文件 {} 读不了", path.display()));
        };
        let same = match kept.seq {
            0 => true,
            seq => self.record(seq).is_some_and(|r| r.hash == kept.hash),
        };
        (!same).then(|| format!("日志应有第 {} 条记录，现只到第 {} 条，或内容已变", kept.seq, self.head.seq))
    }

    /// Appends a commit durably; from then on it is visible.
    pub fn append(&mut self, layout: &Layout, commit: Commit) -> Result<SnapshotId> {
        let head = chain::append(&layout.journal(), &self.head, &commit)?;
        // The commit stands with its record. An older head file is still true of it.
        if let Err(error) = keep_head(layout, &head) {
            tracing::warn!(%error, "the head file of the journal could not be renewed");
        }
        apply(&mut self.tables, &commit);
        let id = SnapshotId::new(head.seq, &head.hash);
        self.records.push(Linked { seq: head.seq, hash: head.hash.clone(), body: commit });
        self.head = head;
        Ok(id)
    }

    /// Writes the head file of a home to this head.
    pub fn keep_head(&self, layout: &Layout) -> Result<()> {
        keep_head(layout, &self.head)
    }

    pub fn record(&self, seq: u64) -> Option<&Linked<Commit>> {
        self.records.get(usize::try_from(seq.checked_sub(1)?).ok()?)
    }

    pub fn id(&self) -> SnapshotId {
        SnapshotId::new(self.head.seq, &self.head.hash)
    }

    /// The tables as they stood at a snapshot.
    pub fn tables_at(&self, id: &SnapshotId) -> Result<Tables> {
        if *id == SnapshotId::new(0, chain::GENESIS) {
            return Ok(Tables::new());
        }
        let found = self.record(id.seq).filter(|r| SnapshotId::new(r.seq, &r.hash) == *id);
        if found.is_none() {
            return Err(Error::Unknown { what: "快照", name: id.to_string() });
        }
        if id.seq == self.head.seq {
            return Ok(self.tables.clone());
        }
        let mut tables = Tables::new();
        for record in self.records.iter().take_while(|r| r.seq <= id.seq) {
            apply(&mut tables, &record.body);
        }
        Ok(tables)
    }
}

fn keep_head(layout: &Layout, head: &Head) -> Result<()> {
    let kept = HeadFile { seq: head.seq, hash: head.hash.clone() };
    let text = serde_json::to_vec(&kept).map_err(|e| Error::storage("journal", e))?;
    disk::write_whole(&layout.journal_head(), &text)
}

fn apply(tables: &mut Tables, commit: &Commit) {
    for (name, change) in &commit.tables {
        let state = Arc::make_mut(tables.entry(name.clone()).or_default());
        state.delta_version = change.delta_version;
        state.delta_log_sha256.clone_from(&change.delta_log_sha256);
        state.shape.clone_from(&change.shape);
        for path in &change.remove {
            state.files.remove(path);
        }
        for file in &change.add {
            state.files.insert(file.path.clone(), file.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(table: &str, add: &[&str], remove: &[&str]) -> Commit {
        let file = |p: &&str| DataFile {
            path: (*p).to_owned(),
            unit: None,
            current: true,
            size_bytes: 1,
            rows: 2,
            sha256: String::new(),
        };
        let change = TableChange {
            add: add.iter().map(file).collect(),
            remove: remove.iter().map(|p| (*p).to_owned()).collect(),
            ..TableChange::default()
        };
        Commit {
            ts: NaiveDateTime::default(),
            reason: "test".into(),
            batches: Vec::new(),
            audit: AuditPin { seq: 0, hash: chain::GENESIS.into() },
            tables: BTreeMap::from([(table.to_owned(), change)]),
        }
    }

    fn journal(dir: &std::path::Path) -> (Layout, Journal, Vec<SnapshotId>) {
        let layout = Layout::new(dir);
        disk::make_dir(layout.journal().parent().unwrap()).unwrap();
        let mut journal = Journal::empty();
        let commits = [commit("a", &["1", "2"], &[]), commit("a", &["3"], &["1"]), commit("b", &["x"], &[])];
        let ids = commits.into_iter().map(|c| journal.append(&layout, c).unwrap()).collect();
        (layout, journal, ids)
    }

    #[test]
    fn a_snapshot_is_what_the_records_up_to_it_say() {
        let dir = tempfile::tempdir().unwrap();
        let (_, journal, ids) = journal(dir.path());
        let paths = |tables: &Tables, t: &str| tables.get(t).map(|s| s.files.keys().cloned().collect::<Vec<_>>());
        assert_eq!(paths(&journal.tables_at(&ids[0]).unwrap(), "a").unwrap(), ["1", "2"]);
        assert_eq!(paths(&journal.tables_at(&ids[2]).unwrap(), "a").unwrap(), ["2", "3"]);
        assert_eq!(paths(&journal.tables_at(&ids[1]).unwrap(), "b"), None);
        let wrong = SnapshotId::new(1, "ffffffff");
        assert!(journal.tables_at(&wrong).is_err());
        assert_eq!(ids[1].to_string().parse::<SnapshotId>().unwrap(), ids[1]);
        assert!("S1-zz".parse::<SnapshotId>().is_err());
    }

    #[test]
    fn another_process_sees_what_was_appended() {
        let dir = tempfile::tempdir().unwrap();
        let (layout, mut writer, _) = journal(dir.path());
        let mut reader = Journal::empty();
        reader.refresh(&layout).unwrap();
        assert_eq!((reader.head.clone(), reader.tables.clone()), (writer.head.clone(), writer.tables.clone()));
        let id = writer.append(&layout, commit("b", &["y"], &["x"])).unwrap();
        reader.refresh(&layout).unwrap();
        assert_eq!(reader.id(), id);
    }

    #[test]
    fn a_shortened_journal_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let (layout, ..) = journal(dir.path());
        let text = std::fs::read_to_string(layout.journal()).unwrap();
        let two: String = text.lines().take(2).map(|l| format!("{l}\n")).collect();
        std::fs::write(layout.journal(), two).unwrap();
        let mut journal = Journal::empty();
        journal.refresh(&layout).unwrap();
        assert!(journal.missing_tail(&layout).unwrap().contains("第 3 条"));
    }
}
