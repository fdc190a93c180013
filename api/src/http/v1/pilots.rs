//! `/v1/pilots`: the 13 pilots with their totals.

use axum::Json;
use axum::extract::{Query, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Web;
use crate::http::problem::{Problem, ProblemJson};
use crate::http::read::Now;
use crate::http::read::scores::{Total, scheme, totals};
use crate::http::v1::returns::Year;

/// Pilots and their totals.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pilots {
    /// Snapshot that was read.
    pub snapshot: String,
    /// Year.
    pub year: i32,
    /// Pilots by rank.
    pub items: Vec<Total>,
}

/// The pilots with their totals.
#[utoipa::path(get, path = "/v1/pilots", tag = "results", params(Year), responses(
    (status = 200, body = Pilots),
    (status = 404, description = "Not computed yet", body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn list(State(web): State<Web>, Query(asked): Query<Year>) -> Result<Json<Pilots>, Problem> {
    let now = Now::computed(&web, asked.year).await?;
    let items = totals(&now, scheme(&web, "PLT")?).await?;
    Ok(Json(Pilots { snapshot: now.snapshot.id().to_string(), year: now.year, items }))
}
