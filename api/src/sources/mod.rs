//! Sources: returns that are fetched from databases and HTTP endpoints instead of being sent.
//!
//! A pull never writes to the warehouse. It writes return files into the inbox, as a unit would, and ingestion does
//! the rest: the same checks, the same mistakes, the same trace to file and row. One file holds one *slot*, a table of
//! a unit for a period, whole; a later file of the same slot replaces it. A watermark column therefore tells which
//! slots changed, never which rows to add.
//!
//! Must not know the warehouse, indicators, HTTP of our own; what a value means, ingestion says.

mod check;
mod check_place;
#[cfg(test)]
mod check_tests;
mod columns;
mod config;
mod error;
mod fault;
mod file;
mod http;
mod inbox;
mod keys;
mod mysql;
mod postgres;
mod pull;
mod raw;
mod secret;
mod session;
mod slot;
mod sql;
mod state;
#[cfg(test)]
mod testing;
mod tls;
mod watermark;

pub use check::check;
pub use config::Source;
pub use error::{Kind, SourceError};
pub use inbox::FOLDER;
pub use keys::{Mistake, Mistakes};
pub use pull::{Desk, Inspected, Outcome, Pulled, PulledSlot, inspect, last_pulled, pull};
pub use raw::RawSources;
