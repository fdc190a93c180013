//! Published results: a scheme's result of a year that was made public, and what holds from then on.
//!
//! Invariant: a published result is not computed again and not written over; it can be recomputed at any time from the
//! snapshot it read, the definitions and the values that appeals set right, and gives the same points. That it is
//! published stands on the TOTAL rows of `eval_score` (in `explain`), so that a snapshot alone says what was published in it.
//! Only an upheld appeal changes it, or publication is lifted with a reason.

pub mod appeals;
pub(crate) mod basis;
mod marks;
mod restate;

use std::collections::BTreeSet;
use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use suixin_warehouse::{Replace, Snapshot, TableWrite, Warehouse};

use crate::compute::compute_altered;
use crate::definitions::Definitions;
use crate::definitions::mistake::hint;
use crate::error::MetricsError;
use crate::evaluation::Evaluation;
use crate::restated::Saved;
use crate::tables::EVAL_SCORE;
use crate::window::Window;
pub(crate) use marks::{keep_marks, published_schemes};
use marks::{marked, stored_rows, total_rows};
pub(crate) use restate::corrections;
pub use restate::{Restatement, Shift, recomputed};

/// A published result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// Scheme.
    pub scheme: String,
    /// Year.
    pub year: i32,
    /// Version of the scheme.
    pub version: String,
    /// When, by whom, and until when it is open to appeals.
    #[serde(flatten)]
    pub notice: Notice,
    /// Day as of which it was computed.
    pub as_of: NaiveDate,
    /// Snapshot that it read.
    pub snapshot: String,
    /// Hash of the definitions it was computed with.
    pub definitions: String,
}

/// The notice of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Who published it: a post or a meeting, never a name.
    pub by: String,
    /// Day of publication.
    pub on: NaiveDate,
    /// Last day on which an appeal can be lodged.
    pub until: NaiveDate,
    /// Appeals that were upheld since, in their order.
    #[serde(default)]
    pub restated: Vec<String>,
}

impl fmt::Display for Publication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Notice { by, on, until, restated } = &self.notice;
        write!(f, "已于{on}由{by}发布，公示至{until}，依据数据快照{}", self.snapshot)?;
        if restated.is_empty() { Ok(()) } else { write!(f, "，采纳申诉{}", restated.join("、")) }
    }
}

/// The published results of a year, or of all years, by year and scheme.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn publications(snapshot: &Snapshot, year: Option<i32>) -> Result<Vec<Publication>, MetricsError> {
    let rows = total_rows(snapshot, year).await?;
    let mut found: Vec<Publication> = rows.iter().filter_map(|row| marks::publication(row)).collect();
    found.sort_by(|a, b| (a.year, &a.scheme).cmp(&(b.year, &b.scheme)));
    found.dedup_by(|a, b| (a.year, &a.scheme) == (b.year, &b.scheme));
    Ok(found)
}

/// The published result of a scheme and year.
///
/// # Errors
/// `NotFound` when it is not published.
pub async fn publication(snapshot: &Snapshot, scheme: &str, year: i32) -> Result<Publication, MetricsError> {
    let all = publications(snapshot, Some(year)).await?;
    let known: Vec<String> = all.iter().map(|p| p.scheme.clone()).collect();
    all.into_iter().find(|p| p.scheme == scheme).ok_or_else(|| MetricsError::NotFound {
        what: "已发布的结果",
        given: format!("{scheme} {year}"),
        hint: hint(scheme, known.iter().map(String::as_str)),
    })
}

/// Publishes the saved result of a scheme and year. It must be reproducible: recomputed from what it says it read, it gives
/// the same points.
///
/// # Errors
/// `Refused` when nothing is saved, when it is published already, or when it cannot be reproduced; else as `compute`.
pub async fn publish(
    warehouse: &Warehouse,
    defs: &Definitions,
    (scheme, year): (&str, i32),
    notice: Notice,
    clock: NaiveDateTime,
) -> Result<Publication, MetricsError> {
    let snapshot = warehouse.snapshot().await?;
    let rows = stored_rows(&snapshot, scheme, year).await?;
    let stored = rows.iter().find_map(|row| marks::unpublished(row, &notice));
    let Some(publication) = stored else { return Err(not_saved(scheme, year)) };
    if let Some(there) = rows.iter().find_map(|row| marks::publication(row)) {
        let Notice { on, by, .. } = &there.notice;
        return Err(refused(format!("{year}年 {scheme} 的结果已于{on}由{by}发布，不能重复发布")));
    }
    recomputed(warehouse, defs, &publication).await?;
    let rows = rows.into_iter().filter_map(|row| marked(row, Some(&publication.notice))).collect();
    let write = TableWrite { table: EVAL_SCORE.name.to_owned(), replace: Replace::Key, rows };
    let frozen = marks::scheme_rows(&snapshot, scheme, &publication.version, "Y").await?;
    let reason = format!("发布评价结果 {scheme} {year}年 公示至{}", publication.notice.until);
    warehouse.commit(vec![write, frozen], &reason, clock).await?;
    Ok(publication)
}

/// Lifts a publication: the result may be computed again.
///
/// # Errors
/// `NotFound` when it is not published; else when the warehouse cannot be read or written.
pub async fn lift(
    warehouse: &Warehouse,
    scheme: &str,
    year: i32,
    clock: NaiveDateTime,
) -> Result<Publication, MetricsError> {
    let snapshot = warehouse.snapshot().await?;
    let lifted = publication(&snapshot, scheme, year).await?;
    let rows = stored_rows(&snapshot, scheme, year).await?.into_iter().filter_map(|row| marked(row, None)).collect();
    let write = TableWrite { table: EVAL_SCORE.name.to_owned(), replace: Replace::Key, rows };
    let mut writes = vec![write];
    let others = publications(&snapshot, None).await?;
    let version = &lifted.version;
    if !others.iter().any(|p| p.scheme == scheme && p.year != year && p.version == *version) {
        writes.push(marks::scheme_rows(&snapshot, scheme, version, "N").await?);
    }
    warehouse.commit(writes, &format!("撤销发布 {scheme} {year}年"), clock).await?;
    Ok(lifted)
}

/// The result of a scheme and year that people can rely on: the published one, or the saved one, recomputed from the
/// snapshot that it read; none where nothing is saved.
pub(crate) async fn official(
    warehouse: &Warehouse,
    scheme: &str,
    year: i32,
) -> Result<Option<Publication>, MetricsError> {
    let rows = stored_rows(&warehouse.snapshot().await?, scheme, year).await?;
    let nobody = Notice { by: String::new(), on: NaiveDate::MIN, until: NaiveDate::MIN, restated: Vec::new() };
    Ok(rows.iter().find_map(|row| marks::publication(row).or_else(|| marks::unpublished(row, &nobody))))
}

/// Computes a published result on the snapshot that it read, with what counts otherwise; shorter periods if wanted.
async fn on_its_snapshot(
    warehouse: &Warehouse,
    defs: &Definitions,
    p: &Publication,
    altered: (&crate::compute::Alteration, bool),
) -> Result<Evaluation, MetricsError> {
    let read = warehouse.snapshot_at(&p.snapshot.parse()?).await?;
    compute_altered(&read, defs, Window::year(p.year, p.as_of), &p.scheme, altered).await
}

/// The subjects whose saved points differ from these.
pub(crate) fn differing(saved: &Saved, evaluation: &Evaluation) -> BTreeSet<String> {
    let year = evaluation.stamp.year;
    let of = |r: &crate::evaluation::SchemeResult| -> Vec<String> {
        let differs = r.scores.iter().filter(|s| saved.differs(&r.scheme, s, year));
        differs.map(|s| s.subject.name.clone()).collect()
    };
    evaluation.schemes.iter().flat_map(of).collect()
}

fn not_saved(scheme: &str, year: i32) -> MetricsError {
    refused(format!("{year}年还没有 {scheme} 方案的得分，不能发布；请先执行 suixin compute --period {year}"))
}

pub(crate) fn refused(message: String) -> MetricsError {
    MetricsError::NotNow(message)
}
