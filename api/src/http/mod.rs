//! The web door: pages for people, `/v1` for programs, and the server that carries both together with the schedule.
//! It reads through a snapshot and writes through [`crate::ops`]; it knows no formula, and asks nothing of any other host.

mod assets;
mod guard;
mod listen;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod read;
mod record;
pub mod routes;
pub mod upload;
pub mod v1;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::sync::Mutex;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::trace::TraceLayer;

pub use listen::serve;

use crate::app::App;

/// Largest request body.
pub const MAX_BODY_BYTES: usize = 64 << 20;

/// What every handler works on.
#[derive(Clone)]
pub struct Web {
    /// The opened warehouse.
    pub app: App,
    /// Held by whoever writes: an upload, or a job of the schedule.
    pub writer: Arc<Mutex<()>>,
}

/// All routes with their guards, without the schedule.
pub fn router(app: App) -> Router {
    router_of(Web { app, writer: Arc::default() })
}

fn router_of(web: Web) -> Router {
    let mut router = Router::new();
    for route in routes::all() {
        router = router.route(route.path, (route.service)());
    }
    router
        .fallback(|| async { axum::http::StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(from_fn(guard::limit_time))
        .layer(from_fn_with_state(web.clone(), guard::check_origin))
        .layer(from_fn_with_state(web.clone(), guard::dress_errors))
        .layer(from_fn(guard::set_headers))
        .layer(TraceLayer::new_for_http())
        .with_state(web)
}
