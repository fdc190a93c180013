//! The one way a change becomes visible: data files are durable already, then the Delta logs, then the journal record.
//! What fails or crashes on the way leaves the old snapshot as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use chrono::NaiveDateTime;

use crate::datafile::{self, DataFile};
use crate::delta;
use crate::disk::WriteLock;
use crate::error::{Error, Result};
use crate::journal::{Commit, SnapshotId, TableChange, TableState, Tables};
use crate::shape::{Partition, Shape, shape_of};
use crate::warehouse::Inner;

/// What a commit will do to a table: files written and files no longer shown.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub add: Vec<DataFile>,
    pub remove: BTreeSet<String>,
}

impl Draft {
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// Drafts by table.
pub(crate) type Drafts = BTreeMap<String, Draft>;

/// The right to write: one process, one task; with the newest state at the time it was taken.
pub(crate) struct Writer<'a> {
    inner: &'a Inner,
    pub tables: Tables,
    next_seq: u64,
    files: usize,
    _task: tokio::sync::MutexGuard<'a, ()>,
    _process: WriteLock,
}

impl Inner {
    /// Takes the right to write.
    pub async fn writer(&self) -> Result<Writer<'_>> {
        let task = self.writing.lock().await;
        let process = WriteLock::take(&self.layout.lock())?;
        let mut journal = self.journal_mut();
        journal.refresh(&self.layout)?;
        let (tables, next_seq) = (journal.tables.clone(), journal.head.seq + 1);
        drop(journal);
        Ok(Writer { inner: self, tables, next_seq, files: 0, _task: task, _process: process })
    }
}

impl Writer<'_> {
    pub fn state(&self, table: &str) -> Option<&Arc<TableState>> {
        self.tables.get(table)
    }

    /// Writes rows (columns of a data file) as one sorted file of a partition.
    pub fn write(&mut self, shape: &Shape, partition: &Partition, batch: &RecordBatch) -> Result<DataFile> {
        let label = format!("{:06}-{:04}", self.next_seq, self.files);
        self.files += 1;
        let sorted = datafile::sorted(shape, batch)?;
        datafile::write(&self.inner.layout.table(shape.name()), shape, partition, &sorted, &label)
    }

    /// Shows the drafts to everybody: Delta logs first, then the journal.
    pub async fn publish(
        self,
        drafts: Drafts,
        batches: Vec<String>,
        reason: &str,
        ts: NaiveDateTime,
    ) -> Result<SnapshotId> {
        let mut changes = BTreeMap::new();
        for (table, draft) in drafts.into_iter().filter(|(_, d)| !d.is_empty()) {
            let change = self.show(&table, draft, ts).await?;
            changes.insert(table, change);
        }
        let audit = self.inner.audit.head()?;
        let commit = Commit { ts, reason: reason.to_owned(), batches, audit, tables: changes };
        let mut journal = self.inner.journal_mut();
        if journal.head.seq + 1 != self.next_seq {
            return Err(Error::Busy { path: self.inner.layout.lock() });
        }
        let id = journal.append(&self.inner.layout, commit)?;
        tracing::info!(snapshot = %id, reason, "committed");
        Ok(id)
    }

    /// Brings the Delta log of a table to the files it will have.
    pub async fn show(&self, table: &str, draft: Draft, ts: NaiveDateTime) -> Result<TableChange> {
        let shape = shape_of(&self.inner.shapes, table)?;
        let known = self.state(table).map(|s| s.delta_version);
        let mut wanted = self.state(table).map(|s| s.files.clone()).unwrap_or_default();
        wanted.retain(|path, _| !draft.remove.contains(path));
        wanted.extend(draft.add.iter().map(|f| (f.path.clone(), f.clone())));
        let version = delta::show(&self.inner.layout.table(table), shape, known, &wanted, ts).await?;
        Ok(TableChange {
            delta_version: version.number,
            delta_log_sha256: version.log_sha256,
            shape: shape.digest.clone(),
            add: draft.add,
            remove: draft.remove.into_iter().collect(),
        })
    }
}
