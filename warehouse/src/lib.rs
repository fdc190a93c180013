//! `suixin-warehouse`: checked returns in, pinned snapshots out. Versioned tables as Delta Lake, one journal that is the
//! commit, one way to query, the vault for personal data, the audit log.
//!
//! * [`Warehouse`]: `init`, `open`, `land` (or [`Warehouse::intake`] for a large delivery, file by file), `commit` for the
//!   tables that the product fills, `snapshot`, `snapshot_at`, `snapshots`, `file`, `token`, `reveal`, `audit`,
//!   `audit_verify`, `verify`, `backup`, `sweep`.
//! * [`Snapshot`]: `query` and `export` for SQL of our own, `query_gated` and `export_gated` for SQL that a person wrote,
//!   `check_sql`, `with_table` for what-if questions, `for_units` for a session that holds only some units' files.
//! * [`sql`]: the parser of the same dialect.
//!
//! It must not know indicators, reports, HTTP, accounts or file formats of returns. See its README for what must stay true.
//!
//! Files are read and written in the task that calls; a server gives landing and commits a thread of their own.

mod audit;
mod cells;
mod chain;
mod check;
mod datafile;
mod delta;
mod digest;
mod disk;
mod error;
mod journal;
mod landing;
mod publish;
mod query;
mod rewrite;
mod shape;
pub mod sql;
mod upkeep;
mod vault;
mod warehouse;

pub use audit::{AuditEntry, AuditReport};
pub use check::VerifyReport;
pub use error::{Error, Kind, Result};
pub use journal::SnapshotId;
pub use landing::{Delivery, FileOutcome, Intake, Landing, Progress, TableOutcome};
pub use query::{Fault, Format, Frame, Limits, Name, Snapshot};
pub use rewrite::{Replace, TableWrite};
pub use upkeep::{BackupReport, SweepReport};
pub use warehouse::{Principal, SnapshotInfo, Warehouse};
