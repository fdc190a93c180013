//! `GET /v1/openapi.json`: the interface for programs in OpenAPI 3.1, made from the handlers themselves. A test holds its
//! paths and methods against the routes.

use axum::Json;
use utoipa::OpenApi;

use crate::http::v1;

/// The description of `/v1`.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "遂心善评 /v1",
        description = "Read results, returns, figures and packs; send returns; query by SQL. Errors are problem+json (RFC 9457); \
                       decimals are texts; times are Asia/Shanghai. The door has no accounts: it listens on this machine only.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "results", description = "Scores and how they came about"),
        (name = "returns", description = "State of returns, their mistakes, sending them"),
        (name = "reports", description = "Figures and packs"),
        (name = "data", description = "Snapshots and queries"),
        (name = "definitions", description = "Indicators"),
        (name = "service", description = "Health, jobs, this description")
    ),
    paths(
        v1::units::list, v1::units::one, v1::pilots::list, v1::indicators::list, v1::indicators::one, v1::scores::list,
        v1::scores::explain, v1::returns::state, v1::returns::upload, v1::returns::issues, v1::figures::list, v1::figures::one,
        v1::snapshots::list, v1::query::post, v1::packs::list, v1::packs::one, v1::jobs::list, v1::health::get, get,
    )
)]
pub struct Description;

/// This description.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "service", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(crate) async fn get() -> Json<utoipa::openapi::OpenApi> {
    Json(Description::openapi())
}
