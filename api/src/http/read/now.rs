//! On what an answer stands: the newest snapshot, the year evaluated, the day of computing.

use anyhow::Context;
use chrono::{Datelike, NaiveDate};
use serde_json::Value as Json;
use suixin_ingest::value::Value;
use suixin_warehouse::{Frame, Snapshot};

use crate::http::Web;
use crate::http::problem::{Kind, Problem};
use crate::ops::basis;

/// The ground of an answer.
#[derive(Clone)]
pub struct Now {
    /// Snapshot that is read.
    pub snapshot: Snapshot,
    /// Year asked for, or the newest evaluated one, or the year before today's.
    pub year: i32,
    /// Day up to which outcomes are counted.
    pub as_of: NaiveDate,
    /// Snapshot whose data were evaluated; `None`: the year has no scores yet.
    pub evaluated: Option<String>,
    /// Evaluated years, newest first.
    pub years: Vec<i32>,
}

impl Now {
    /// The ground for a year.
    ///
    /// # Errors
    /// When the year is none, or the warehouse cannot be read.
    pub async fn of(web: &Web, asked: Option<i32>) -> Result<Self, Problem> {
        if asked.is_some_and(|y| !(2000..=2100).contains(&y)) {
            return Err(Problem::new(Kind::BadRequest, "年度应在 2000 到 2100 之间"));
        }
        let snapshot = web.app.warehouse.snapshot().await?;
        let found = basis::evaluated(&snapshot).await.map_err(Problem::internal)?;
        let years: Vec<i32> = found.iter().map(|e| e.year).collect();
        let clock = web.app.clock;
        let year = asked.or(years.first().copied()).unwrap_or(clock.today().year() - 1);
        let evaluated = found.into_iter().find(|e| e.year == year);
        let as_of = evaluated.as_ref().and_then(|e| e.as_of).unwrap_or_else(|| clock.as_of(year));
        Ok(Self { snapshot, year, as_of, evaluated: evaluated.map(|e| e.snapshot), years })
    }

    /// The ground for a year that must have been evaluated.
    ///
    /// # Errors
    /// `NotComputed` when it was not; otherwise as [`Now::of`].
    pub async fn computed(web: &Web, asked: Option<i32>) -> Result<Self, Problem> {
        let now = Self::of(web, asked).await?;
        if now.evaluated.is_none() {
            return Err(Problem::new(Kind::NotComputed, format!("{} 年还没有计算得分", now.year)));
        }
        Ok(now)
    }
}

/// Runs SQL of ours; that it fails is our fault, whatever the engine says.
///
/// # Errors
/// `Internal`.
pub async fn frame(snapshot: &Snapshot, sql: &str) -> Result<Frame, Problem> {
    snapshot.query(sql).await.with_context(|| sql.to_owned()).map_err(Problem::internal)
}

/// The rows of [`frame`].
///
/// # Errors
/// As [`frame`].
pub async fn rows(snapshot: &Snapshot, sql: &str) -> Result<Vec<Vec<Value>>, Problem> {
    Ok(frame(snapshot, sql).await?.rows)
}

/// The JSON in a cell of `explain`; `Null` where there is none.
#[must_use]
pub fn explained(cell: &Value) -> Json {
    cell.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// Does long work away from the threads that answer requests.
///
/// # Errors
/// What the work says, or that it ended without an answer.
pub async fn heavy<T, F>(work: impl FnOnce() -> F + Send + 'static) -> Result<T, Problem>
where
    F: Future<Output = anyhow::Result<T>>,
    T: Send + 'static,
{
    let here = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || here.block_on(work())).await;
    Ok(done.map_err(Problem::internal)??)
}
