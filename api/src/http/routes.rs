//! Every route on one screen.

use axum::routing::{MethodRouter, get, post};

use crate::http::{Web, assets, openapi, pages, v1};

/// A path, the methods that it answers, and who answers.
pub struct Route {
    /// Path with its parameters.
    pub path: &'static str,
    /// Methods in lower case.
    pub methods: &'static [&'static str],
    /// The handler of each method.
    pub service: fn() -> MethodRouter<Web>,
}

const GET: &[&str] = &["get"];
const GET_POST: &[&str] = &["get", "post"];

const fn route(path: &'static str, methods: &'static [&'static str], service: fn() -> MethodRouter<Web>) -> Route {
    Route { path, methods, service }
}

/// Pages for people.
pub const PAGES: [Route; 11] = [
    route("/", GET, || get(pages::home::get)),
    route("/units/{code}", GET, || get(pages::subject::unit)),
    route("/pilots/{code}", GET, || get(pages::subject::pilot)),
    route("/returns", GET_POST, || get(pages::returns::get).post(pages::returns::post)),
    route("/figures/{*id}", GET, || get(pages::figure::get)),
    route("/query", GET_POST, || get(pages::query::get).post(pages::query::post)),
    route("/jobs", GET, || get(pages::jobs::get)),
    route("/snapshots", GET, || get(pages::snapshots::get)),
    route("/problems", GET, || get(pages::problem::list)),
    route("/problems/{slug}", GET, || get(pages::problem::one)),
    route("/assets/{name}", GET, || get(assets::get)),
];

/// The interface for programs.
pub const V1: [Route; 18] = [
    route("/v1/units", GET, || get(v1::units::list)),
    route("/v1/units/{code}", GET, || get(v1::units::one)),
    route("/v1/pilots", GET, || get(v1::pilots::list)),
    route("/v1/indicators", GET, || get(v1::indicators::list)),
    route("/v1/indicators/{id}", GET, || get(v1::indicators::one)),
    route("/v1/scores", GET, || get(v1::scores::list)),
    route("/v1/scores/{scheme}/{subject}", GET, || get(v1::scores::explain)),
    route("/v1/returns", GET_POST, || get(v1::returns::state).post(v1::returns::upload)),
    route("/v1/returns/issues", GET, || get(v1::returns::issues)),
    route("/v1/figures", GET, || get(v1::figures::list)),
    route("/v1/figures/{*id}", GET, || get(v1::figures::one)),
    route("/v1/snapshots", GET, || get(v1::snapshots::list)),
    route("/v1/query", &["post"], || post(v1::query::post)),
    route("/v1/packs", GET, || get(v1::packs::list)),
    route("/v1/packs/{*file}", GET, || get(v1::packs::one)),
    route("/v1/jobs", GET, || get(v1::jobs::list)),
    route("/v1/health", GET, || get(v1::health::get)),
    route("/v1/openapi.json", GET, || get(openapi::get)),
];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Route> {
    PAGES.iter().chain(&V1)
}
