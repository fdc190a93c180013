//! Taking returns in. A delivery is landed whole: its files are staged (tokens, Arrow, digests), put in order, judged
//! against each other and against what is stored, and then one commit shows the result, or nothing changes.
//!
//! The rules of rows in force are in [`standing`], those of revisions in [`receipts`], those of foreign keys and waivers in
//! [`judge`]. This module knows nothing of file formats: cells were read and checked by `suixin-ingest`.

mod close;
mod issues;
mod judge;
mod paperwork;
mod receipts;
mod settle;
mod spill;
mod stage;
mod standing;

use chrono::NaiveDateTime;
use serde::Serialize;
use suixin_ingest::checked::{CheckedFile, Issue};

use crate::error::Result;
use crate::journal::SnapshotId;
use crate::warehouse::Warehouse;

pub use stage::Intake;

/// Files that belong together: foreign keys are judged when all of them have been read.
#[derive(Debug, Clone, Default)]
pub struct Delivery {
    /// In any order.
    pub files: Vec<CheckedFile>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Landing {
    /// The snapshot that shows it; the one from before when nothing changed.
    pub snapshot: SnapshotId,
    /// Whether anything changed.
    pub changed: bool,
    /// Files in the order in which they were processed.
    pub files: Vec<FileOutcome>,
    /// All mistakes: those of reading and those found at closing.
    pub issues: Vec<Issue>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileOutcome {
    /// Path inside the delivery.
    pub file: String,
    /// SHA-256 of its bytes, the name under which it is kept.
    pub sha256: String,
    /// Name of the identical file received before; then nothing of this one counts.
    pub duplicate_of: Option<String>,
    /// Refused whole: nothing of it is recorded.
    pub refused: bool,
    /// Its tables; empty when it is a duplicate or refused.
    pub tables: Vec<TableOutcome>,
}

/// What became of a table in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableOutcome {
    /// Sheet, empty for CSV and JSON.
    pub sheet: String,
    /// Table of the contract.
    pub table: String,
    /// Form that carries it.
    pub form: String,
    /// Unit that sent it.
    pub unit: String,
    /// Period in its canonical text.
    pub period: String,
    /// 0 for the first receipt, counted up for every further file.
    pub revision: u32,
    /// Rows taken in.
    pub accepted: u64,
    /// Rows kept out.
    pub rejected: u64,
    /// The batch it belongs to.
    pub batch_id: String,
    /// Returned to the sender: it had rows and none could be taken, so what stood before still stands.
    pub returned: bool,
}

/// Hears how far long work has come: the stage in Chinese, steps done, steps in all (0: unknown).
pub trait Progress: Sync {
    /// Called from time to time, from the task that works.
    fn step(&self, stage: &str, done: u64, total: u64);
}

impl<F: Fn(&str, u64, u64) + Sync> Progress for F {
    fn step(&self, stage: &str, done: u64, total: u64) {
        self(stage, done, total);
    }
}

impl Warehouse {
    /// Lands a delivery as one commit. The same delivery again changes nothing.
    ///
    /// # Errors
    /// When the warehouse cannot be written; mistakes in returns are no errors but part of the [`Landing`].
    pub async fn land(&self, delivery: Delivery, clock: NaiveDateTime, progress: &dyn Progress) -> Result<Landing> {
        let mut intake = self.intake();
        let total = delivery.files.len() as u64;
        for (done, file) in (0_u64..).zip(delivery.files) {
            progress.step("暂存", done, total);
            intake.add(file)?;
        }
        intake.close(clock, progress).await
    }

    /// Starts a delivery that is handed over file by file, so that a large one need not be in memory as values.
    #[must_use]
    pub fn intake(&self) -> Intake {
        Intake::new(self.clone())
    }
}
