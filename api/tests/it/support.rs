//! Warehouses to try the doors on, and requests to them.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::NaiveDate;
use serde_json::{Value as Json, json};
use suixin_api::app::App;
use suixin_api::clock::Clock;
use suixin_api::http::router;
use suixin_api::ops::evaluate;
use suixin_api::ops::intake::{self, Intake};
use suixin_ingest::contract::Contracts;
use suixin_warehouse::Warehouse;
use tempfile::TempDir;
use tower::ServiceExt;

pub const YEAR: i32 = 2025;

/// A warehouse in a folder that goes away with it.
pub struct World {
    pub app: App,
    pub home: TempDir,
}

/// An empty warehouse.
pub async fn empty() -> World {
    let home = tempfile::tempdir().unwrap();
    let clock = Clock::new(NaiveDate::from_ymd_opt(YEAR + 1, 1, 15));
    Warehouse::init(home.path(), Arc::new(Contracts::embedded().unwrap())).await.unwrap();
    let app = App::open(home.path(), clock).await.unwrap();
    World { app, home }
}

/// A warehouse with the returns of a sample whose path passes.
pub async fn with_returns(keep: impl Fn(&str) -> bool) -> World {
    let world = empty().await;
    let inbox = world.home.path().join("inbox");
    unpack(&inbox, keep);
    intake::run(&world.app, &Intake { paths: vec![inbox], ..Intake::default() }, &|_, _, _| {}).await.unwrap();
    world
}

pub fn unpack(to: &Path, keep: impl Fn(&str) -> bool) {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/2025-level0.zip");
    let mut archive = zip::ZipArchive::new(File::open(archive).unwrap()).unwrap();
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).unwrap();
        let name = entry.name().to_owned();
        if name.ends_with(".xlsx") && keep(&name) {
            let path = to.join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::io::copy(&mut entry, &mut File::create(path).unwrap()).unwrap();
        }
    }
}

/// The bureau's own data and a month of two units, scored; made once and only read.
pub fn scored() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let make = || {
            tokio::runtime::Runtime::new().unwrap().block_on(async {
                let world = with_returns(|n| {
                    n.contains("市局") || n.starts_with("202503/船山区") || n.starts_with("202503/安居区")
                })
                .await;
                evaluate::compute(&world.app, YEAR, &|_, _, _| {}).await.unwrap();
                evaluate::risks(&world.app, YEAR, &|_, _, _| {}).await.unwrap();
                world
            })
        };
        std::thread::Builder::new().stack_size(16 << 20).spawn(make).unwrap().join().unwrap()
    })
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn kind(&self) -> &str {
        self.headers.get("content-type").map_or("", |v| v.to_str().unwrap())
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }
}

pub async fn send(app: &App, request: Request<Body>) -> Answer {
    let response = router(app.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
}

pub async fn get(app: &App, path: &str) -> Answer {
    send(app, Request::get(path).body(Body::empty()).unwrap()).await
}

pub async fn query(app: &App, sql: &str) -> Answer {
    let body = json!({ "sql": sql }).to_string();
    send(app, Request::post("/v1/query").header("content-type", "application/json").body(body.into()).unwrap()).await
}

pub const HTML: &str = "text/html; charset=utf-8";
pub const JSON: &str = "application/json";
pub const PROBLEM: &str = "application/problem+json";
