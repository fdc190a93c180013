//! `GET /v1/snapshots`

use axum::Json;
use axum::extract::{Query, State};
use chrono::NaiveDateTime;
use serde::Serialize;
use suixin_warehouse::SnapshotInfo;
use utoipa::ToSchema;

use crate::http::Web;
use crate::http::problem::{Problem, ProblemJson};
use crate::http::v1::{Page, Step};

/// One commit of the warehouse: what it shows is a snapshot.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnapshotView {
    /// Name, such as `S000017-1a2b3c4d`.
    pub id: String,
    /// Sequence number.
    pub seq: u64,
    /// When, Asia/Shanghai.
    pub ts: NaiveDateTime,
    /// Why.
    pub reason: String,
    /// Batches of returns that it brought.
    pub batches: usize,
    /// Tables that it changed.
    pub tables: Vec<String>,
    /// Rows in the files that it added.
    pub rows: u64,
}

impl From<SnapshotInfo> for SnapshotView {
    fn from(s: SnapshotInfo) -> Self {
        Self {
            id: s.id,
            seq: s.seq,
            ts: s.ts,
            reason: s.reason,
            batches: s.batches.len(),
            tables: s.tables,
            rows: s.rows,
        }
    }
}

/// All snapshots, newest first.
///
/// # Errors
/// When the journal cannot be read.
pub fn all(web: &Web) -> Result<Vec<SnapshotView>, Problem> {
    let mut list = web.app.warehouse.snapshots()?;
    list.reverse();
    Ok(list.into_iter().map(SnapshotView::from).collect())
}

/// Snapshots, newest first.
#[utoipa::path(get, path = "/v1/snapshots", tag = "data", params(Step), responses(
    (status = 200, body = Page<SnapshotView>),
    (status = 400, body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(web): State<Web>,
    Query(step): Query<Step>,
) -> Result<Json<Page<SnapshotView>>, Problem> {
    Ok(Json(step.of(all(&web)?)))
}
