//! An open source, whichever it is.

use super::columns::{Planned, SeenColumn};
use super::config::{Dialect, Place, Source};
use super::error::Result;
use super::http::Http;
use super::mysql::Mysql;
use super::postgres::Postgres;
use super::slot::{RawSlot, Slot};

/// Takes the cells of a row, in the order of the planned columns.
pub(super) type RowSink<'a> = &'a mut (dyn FnMut(&[Option<&str>]) -> Result<()> + Send);

/// What a source says about its slots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// Slots in its own words.
    pub slots: Vec<RawSlot>,
    /// Highest value of the watermark column, taken before any later change could be missed.
    pub newest: Option<String>,
}

/// An open source. Everything it answers belongs to one state of the source: a snapshot of a database; an endpoint has
/// none, so its highest watermark is taken before rows are fetched.
pub(super) enum Session<'a> {
    Postgres(Postgres<'a>),
    Mysql(Mysql<'a>),
    Http(Http<'a>),
}

impl<'a> Session<'a> {
    /// Connects.
    pub async fn open(source: &'a Source) -> Result<Self> {
        Ok(match &source.place {
            Place::Database(d) if d.dialect == Dialect::Postgres => Self::Postgres(Postgres::open(source, d).await?),
            Place::Database(d) => Self::Mysql(Mysql::open(source, d).await?),
            Place::Http(endpoint) => Self::Http(Http::open(source, endpoint)?),
        })
    }

    /// The columns of the source; of an endpoint those of the rows changed since.
    pub async fn columns(&mut self, since: Option<&str>) -> Result<Vec<SeenColumn>> {
        match self {
            Self::Postgres(s) => s.columns().await,
            Self::Mysql(s) => s.columns().await,
            Self::Http(s) => s.columns(since).await,
        }
    }

    /// The slots with rows changed since; `None`: all.
    pub async fn slots(&mut self, since: Option<&str>) -> Result<Survey> {
        match self {
            Self::Postgres(s) => s.slots(since).await,
            Self::Mysql(s) => s.slots(since).await,
            Self::Http(s) => s.slots(),
        }
    }

    /// All rows of a slot.
    pub async fn rows(&mut self, slot: &Slot, words: &[RawSlot], planned: &[Planned], sink: RowSink<'_>) -> Result<()> {
        match self {
            Self::Postgres(s) => s.rows(slot, words, planned, sink).await,
            Self::Mysql(s) => s.rows(slot, words, planned, sink).await,
            Self::Http(s) => s.rows(slot, words, planned, sink).await,
        }
    }
}
