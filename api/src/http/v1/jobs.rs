//! `GET /v1/jobs`

use axum::Json;
use axum::extract::{Query, State};
use chrono::NaiveDateTime;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Web;
use crate::http::problem::{Problem, ProblemJson};
use crate::http::v1::{Page, Step};
use crate::schedule::{History, Run};

/// One run of a scheduled job.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Number, in the order of starting.
    pub id: i64,
    /// `ingest`, `refresh` or `render`.
    pub job: String,
    /// When it started, Asia/Shanghai.
    pub started: NaiveDateTime,
    /// When it ended.
    pub finished: Option<NaiveDateTime>,
    /// `running`, `done`, `idle`, `failed` or `interrupted`.
    pub outcome: &'static str,
    /// What it did, in Chinese.
    pub message: String,
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        let Run { id, job, started, finished, outcome, message } = run;
        Self { id, job, started, finished, outcome: outcome.code(), message }
    }
}

/// History of scheduled jobs, newest first.
#[utoipa::path(get, path = "/v1/jobs", tag = "service", params(Step), responses(
    (status = 200, body = Page<RunView>),
    (status = 400, body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(web): State<Web>, Query(step): Query<Step>) -> Result<Json<Page<RunView>>, Problem> {
    let (runs, total) = History::of(&web.app.home).runs(step.offset(), step.limit())?;
    Ok(Json(step.page(runs.into_iter().map(RunView::from).collect(), total)))
}
