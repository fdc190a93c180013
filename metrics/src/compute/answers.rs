//! Runs statements, a few at a time, each text once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use suixin_ingest::value::Value;
use suixin_warehouse::{Frame, Snapshot};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::error::MetricsError;
use crate::number::Num;
use crate::progress::Progress;

/// Statements under way at once: planning is half of the work, and it is one task's.
const AT_ONCE: usize = 4;

/// A statement, filled, and the definition that wants it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wanted {
    pub sql: String,
    pub id: String,
}

/// Results by the text of the statement: definitions that ask the same ask once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    frames: BTreeMap<String, Arc<Frame>>,
}

impl Answers {
    /// Runs what was not answered yet.
    pub(crate) async fn run(
        &mut self,
        snapshot: &Snapshot,
        wanted: impl IntoIterator<Item = Wanted>,
        stage: &str,
        progress: &dyn Progress,
    ) -> Result<(), MetricsError> {
        let mut asked = BTreeSet::new();
        let new = |w: &Wanted| !self.frames.contains_key(&w.sql) && asked.insert(w.sql.clone());
        let wanted: Vec<Wanted> = wanted.into_iter().filter(new).collect();
        let total = wanted.len() as u64;
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let mut running = JoinSet::new();
        for w in wanted {
            let (snapshot, turns) = (snapshot.clone(), Arc::clone(&turns));
            running.spawn(async move {
                let _turn = turns.acquire().await;
                let frame = snapshot.query(&w.sql).await;
                (w, frame)
            });
        }
        let mut done = 0;
        while let Some(finished) = running.join_next().await {
            let (w, frame) = finished.map_err(|e| stopped(&e))?;
            let frame = frame.map_err(|source| MetricsError::Statement { id: w.id, source })?;
            self.frames.insert(w.sql, Arc::new(frame));
            done += 1;
            progress.step(stage, done, total);
        }
        Ok(())
    }

    /// The rows of a statement.
    pub(crate) fn frame(&self, wanted: &Wanted) -> Result<&Frame, MetricsError> {
        self.frames.get(&wanted.sql).map(AsRef::as_ref).ok_or_else(|| bad(&wanted.id, "语句没有执行".to_owned()))
    }

    /// Key → number of a `k`, `v` statement. A row without a key does not count; of rows with one key the last stands.
    pub(crate) fn numbers(&self, wanted: &Wanted) -> Result<BTreeMap<String, Option<Num>>, MetricsError> {
        let frame = self.frame(wanted)?;
        let (k, v) = (column(wanted, frame, "k")?, column(wanted, frame, "v")?);
        let mut out = BTreeMap::new();
        for row in frame.rows.iter().filter(|r| !r[k].is_null()) {
            out.insert(row[k].to_string(), number(wanted, &row[v])?);
        }
        Ok(out)
    }

    /// Keys and texts of a `k`, `v` statement, as they come.
    pub(crate) fn pairs(&self, wanted: &Wanted) -> Result<Vec<(String, String)>, MetricsError> {
        let frame = self.frame(wanted)?;
        let (k, v) = (column(wanted, frame, "k")?, column(wanted, frame, "v")?);
        let rows = frame.rows.iter().filter(|r| !r[k].is_null());
        Ok(rows.map(|r| (r[k].to_string(), r[v].to_string())).collect())
    }

    /// Key → text of a `k`, `v` statement; of rows with one key the last stands.
    pub(crate) fn texts(&self, wanted: &Wanted) -> Result<BTreeMap<String, String>, MetricsError> {
        Ok(self.pairs(wanted)?.into_iter().collect())
    }
}

/// Place of a column that a statement must have.
pub(crate) fn column(wanted: &Wanted, frame: &Frame, name: &str) -> Result<usize, MetricsError> {
    frame.index_of(name).ok_or_else(|| bad(&wanted.id, format!("缺少列 {name}，实有 {}", frame.columns.join("、"))))
}

/// A number of a stored row of a definition.
pub(crate) fn number_of(id: &str, value: &Value) -> Result<Option<Num>, MetricsError> {
    number(&Wanted { sql: String::new(), id: id.to_owned() }, value)
}

/// A number as it is: decimals exactly, floats through their shortest text; NULL and not-a-number are no number.
pub(crate) fn number(wanted: &Wanted, value: &Value) -> Result<Option<Num>, MetricsError> {
    match value {
        Value::Null => Ok(None),
        Value::Float(f) if !f.is_finite() => Ok(None),
        Value::Float(f) => format!("{f}").parse().map(Some).map_err(|_| bad(&wanted.id, format!("{f} 不是数字"))),
        other => match other.as_decimal() {
            Some(d) => Ok(Some(Num::from(d))),
            None => Err(bad(&wanted.id, format!("v 应为数字，实为 {other}"))),
        },
    }
}

pub(crate) fn bad(id: &str, message: String) -> MetricsError {
    MetricsError::Result { id: id.to_owned(), message }
}

fn stopped(error: &tokio::task::JoinError) -> MetricsError {
    bad("统计语句", format!("执行中断：{error}"))
}
