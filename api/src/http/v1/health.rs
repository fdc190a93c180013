//! `GET /v1/health`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Web;
use crate::http::problem::{Problem, ProblemJson};

/// That the program works and its warehouse can be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; a warehouse that cannot be read is an error.
    pub status: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Newest snapshot.
    pub snapshot: String,
    /// Hash of the definitions in force.
    pub definitions: String,
}

/// Whether the program works.
#[utoipa::path(get, path = "/v1/health", tag = "service", responses(
    (status = 200, body = Health),
    (status = 500, body = ProblemJson, content_type = "application/problem+json"),
))]
pub(crate) async fn get(State(web): State<Web>) -> Result<Json<Health>, Problem> {
    let snapshot = web.app.warehouse.snapshot().await?.id().to_string();
    let definitions = web.app.definitions.hash().to_owned();
    Ok(Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION"), snapshot, definitions }))
}
