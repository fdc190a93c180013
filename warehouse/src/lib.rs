//! `suixin-warehouse`: versioned tables, one journal, one way to query, the vault and the audit log.
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
mod vault;
mod warehouse;

pub use audit::{AuditEntry, AuditReport};
pub use check::VerifyReport;
pub use error::{Error, Kind, Result};
pub use journal::SnapshotId;
pub use landing::{Delivery, FileOutcome, Intake, Landing, Progress, TableOutcome};
pub use query::{Frame, Limits, Snapshot};
pub use rewrite::{Replace, TableWrite};
pub use warehouse::{Principal, SnapshotInfo, Warehouse};
