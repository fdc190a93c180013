//! The web door from outside: scenarios as data, uploads, refusals of the gate, the description against the routes, jobs.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use chrono::NaiveDate;
use serde_json::{Value as Json, json};
use suixin_api::app::App;
use suixin_api::clock::Clock;
use suixin_api::http::openapi::Description;
use suixin_api::http::{router, routes};
use suixin_api::ops::evaluate;
use suixin_api::ops::intake::{self, Intake};
use suixin_api::schedule::{Job, Outcome, Runner};
use suixin_ingest::contract::Contracts;
use suixin_warehouse::Warehouse;
use tempfile::TempDir;
use tower::ServiceExt;
use utoipa::OpenApi;

const YEAR: i32 = 2025;

/// A warehouse in a folder that goes away with it.
struct World {
    app: App,
    home: TempDir,
}

/// An empty warehouse.
async fn empty() -> World {
    let home = tempfile::tempdir().unwrap();
    let clock = Clock::new(NaiveDate::from_ymd_opt(YEAR + 1, 1, 15));
    Warehouse::init(home.path(), Arc::new(Contracts::embedded().unwrap())).await.unwrap();
    let app = App::open(home.path(), clock).await.unwrap();
    World { app, home }
}

/// A warehouse with the returns of a sample whose path passes.
async fn with_returns(keep: impl Fn(&str) -> bool) -> World {
    let world = empty().await;
    let inbox = world.home.path().join("inbox");
    unpack(&inbox, keep);
    intake::run(&world.app, &Intake { paths: vec![inbox], ..Intake::default() }, &|_, _, _| {}).await.unwrap();
    world
}

fn unpack(to: &Path, keep: impl Fn(&str) -> bool) {
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
fn scored() -> &'static World {
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

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn kind(&self) -> &str {
        self.headers.get("content-type").map_or("", |v| v.to_str().unwrap())
    }

    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }
}

async fn send(app: &App, request: Request<Body>) -> Answer {
    let response = router(app.clone()).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
}

async fn get(app: &App, path: &str) -> Answer {
    send(app, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn query(app: &App, sql: &str) -> Answer {
    let body = json!({ "sql": sql }).to_string();
    send(app, Request::post("/v1/query").header("content-type", "application/json").body(body.into()).unwrap()).await
}

const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// The requests of `http.toml`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenarios {
    get: Vec<Scenario>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    path: String,
    status: u16,
    kind: String,
    has: Vec<String>,
}

impl Scenario {
    fn content_type(&self) -> &str {
        match self.kind.as_str() {
            "html" => HTML,
            "json" => JSON,
            "problem" => PROBLEM,
            other => other,
        }
    }
}

#[tokio::test]
async fn reading() {
    let app = &scored().app;
    let scenarios: Scenarios = toml::from_str(include_str!("http.toml")).unwrap();
    for scenario in &scenarios.get {
        let (path, answer) = (&scenario.path, get(app, &scenario.path).await);
        assert_eq!(
            (answer.status.as_u16(), answer.kind()),
            (scenario.status, scenario.content_type()),
            "{path}\n{}",
            answer.text
        );
        for part in &scenario.has {
            assert!(answer.text.contains(part), "{path} lacks {part}\n{}", answer.text);
        }
        assert!(
            answer.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(
            (&answer.headers["x-content-type-options"], answer.headers.contains_key("cache-control")),
            (&"nosniff".parse().unwrap(), true)
        );
        if answer.kind() == HTML {
            check_page(path, &answer);
        }
    }
}

/// No inline script or style, nothing from elsewhere, no personal data in clear.
fn check_page(path: &str, answer: &Answer) {
    let text = answer.text.replace("http://www.w3.org/2000/svg", "");
    for forbidden in ["<script", " style=", "<style", "http://", "https://", " onclick", "javascript:"] {
        assert!(!text.contains(forbidden), "{path} has {forbidden}");
    }
    let policy = answer.headers["referrer-policy"].to_str().unwrap();
    let form = text.contains("method=\"post\"");
    assert_eq!(policy, if form { "same-origin" } else { "no-referrer" }, "{path}");
}

/// SQL that must not run, and the status that it gets.
const REFUSED: &[(&str, u16)] = &[
    ("DROP TABLE person", 403),
    ("INSERT INTO person VALUES (1)", 403),
    ("COPY person TO 'x.csv'", 403),
    ("CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'", 403),
    ("CREATE TABLE t AS SELECT 1", 403),
    ("SET datafusion.execution.batch_size = 1", 403),
    ("SELECT 1; SELECT 2", 403),
    ("SELECT * FROM read_csv('/etc/passwd')", 403),
    ("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT * FROM r", 403),
    ("SELECT * FROM generate_series(1, 100000000)", 403),
    ("SELECT * FROM nosuch", 400),
    ("SELEC 1", 400),
    ("", 400),
];

#[tokio::test]
async fn the_gate_refuses_and_every_statement_is_on_record() {
    let app = &scored().app;
    let before = app.warehouse.audit_verify().unwrap().records;
    for (sql, status) in REFUSED {
        let answer = query(app, sql).await;
        assert_eq!((answer.status.as_u16(), answer.kind()), (*status, PROBLEM), "{sql}\n{}", answer.text);
        assert!(!answer.json()["detail"].as_str().unwrap().is_empty());
    }
    let answer = query(app, "SELECT eval_unit_code FROM dim_eval_unit ORDER BY 1").await;
    assert_eq!(
        (answer.status, answer.json()["rows"][0][0].clone()),
        (StatusCode::OK, json!("510900")),
        "{}",
        answer.text
    );
    let asked = REFUSED.len() as u64; // the empty one is none, the good one is
    assert!(app.warehouse.audit_verify().unwrap().records >= before + asked);

    let body = json!({ "sql": "SELECT '=1+1' AS a, 2 AS b", "limit": 5 }).to_string();
    let csv =
        Request::post("/v1/query").header("content-type", JSON).header("accept", "text/csv").body(body.into()).unwrap();
    let csv = send(app, csv).await;
    assert_eq!((csv.kind(), csv.text.as_str()), ("text/csv; charset=utf-8", "\u{feff}a,b\n'=1+1,2\n"));
    let limited = json!({ "sql": "SELECT * FROM dim_region", "limit": 3 }).to_string();
    let limited =
        send(app, Request::post("/v1/query").header("content-type", JSON).body(limited.into()).unwrap()).await.json();
    assert_eq!((limited["rows"].as_array().unwrap().len(), limited["truncated"].clone()), (3, json!(true)));

    let form = |sql: &str| {
        Request::post("/query")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("sql={sql}").into())
            .unwrap()
    };
    let page = send(app, form("SELECT+1+AS+n")).await;
    assert!(page.status == StatusCode::OK && page.text.contains("结果（1 行）"), "{}", page.text);
    let page = send(app, form("DROP+TABLE+person")).await;
    assert!(
        page.status == StatusCode::FORBIDDEN
            && page.text.contains("查询被拒绝")
            && page.text.contains("DROP TABLE person")
    );
}

#[tokio::test]
async fn without_an_audit_record_there_is_no_answer() {
    let world = empty().await;
    std::fs::create_dir(world.home.path().join("audit/202601.jsonl")).unwrap();
    let answer = query(&world.app, "SELECT 1").await;
    assert_eq!(
        (answer.status, answer.json()["type"].clone()),
        (StatusCode::SERVICE_UNAVAILABLE, json!("/problems/secured"))
    );
    assert!(!answer.text.contains("jsonl"), "the inside stays in the log: {}", answer.text);
}

#[tokio::test]
async fn foreign_names_and_foreign_pages_are_refused() {
    let app = &scored().app;
    for (host, status) in
        [("127.0.0.1:8080", 200), ("localhost", 200), ("evil.example", 403), ("127.0.0.1.evil.example", 403)]
    {
        let answer = send(app, Request::get("/v1/health").header("host", host).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{host}");
    }
    for (header, value) in [("sec-fetch-site", "cross-site"), ("origin", "http://evil.example"), ("origin", "null")] {
        let request =
            Request::post("/returns").header("host", "localhost").header(header, value).body(Body::empty()).unwrap();
        let answer = send(app, request).await;
        assert_eq!((answer.status, answer.kind()), (StatusCode::FORBIDDEN, HTML), "{header}: {value}");
    }
}

const HEADER: &str = "编号,渠道,主题,日期,受众人次,媒体层级,乡镇(街道)\n";

fn raw(name: &str, rows: &str) -> Request<Body> {
    Request::post(format!("/v1/returns?name={name}")).body(format!("{HEADER}{rows}").into()).unwrap()
}

/// `202503/船山区/宣传活动.csv`
const NAME: &str = "202503/%E8%88%B9%E5%B1%B1%E5%8C%BA/%E5%AE%A3%E4%BC%A0%E6%B4%BB%E5%8A%A8.csv";

#[tokio::test]
async fn uploads() {
    let world = with_returns(|n| n.starts_with("市局/")).await;
    let app = &world.app;
    let commits = || app.warehouse.snapshots().unwrap().len();
    let (before, good) = (commits(), "XC9001,微信,慈善政策宣传,2025-03-05,120,县级,\n");

    let bad = send(app, raw(NAME, &format!("{good}XC9002,飞鸽传书,主题,2025-13-45,多,县级,\n"))).await;
    assert_eq!((bad.status, bad.kind()), (StatusCode::UNPROCESSABLE_ENTITY, PROBLEM), "{}", bad.text);
    let issues = bad.json()["issues"].as_array().unwrap().clone();
    assert!(
        issues.len() >= 3 && issues.iter().all(|i| i["row"] == 3 && !i["remedy"].as_str().unwrap().is_empty()),
        "{}",
        bad.text
    );
    assert!(issues.iter().any(|i| i["header"] == "渠道" && i["code"] == "DQ006"), "{}", bad.text);
    assert_eq!(commits(), before, "a bad file changes nothing");

    let taken = send(app, raw(NAME, good)).await;
    assert_eq!((taken.status, taken.json()["changed"].clone()), (StatusCode::OK, json!(true)), "{}", taken.text);
    assert_eq!(taken.json()["files"][0]["tables"][0]["accepted"], 1);
    let after = commits();
    assert!(after > before);
    let again = send(app, raw(NAME, good)).await.json();
    assert_eq!((again["changed"].clone(), commits()), (json!(false), after), "the same bytes again do nothing");

    let some =
        send(app, raw(&format!("{NAME}&keep=true"), &format!("{good}XC9003,飞鸽传书,主题,2025-03-06,5,县级,\n")))
            .await
            .json();
    assert_eq!(
        (some["files"][0]["tables"][0]["accepted"].clone(), some["files"][0]["tables"][0]["rejected"].clone()),
        (json!(1), json!(1))
    );

    for (name, status) in [("..%2F..%2Fx.csv", 400), ("%2Fetc%2Fx.csv", 400), ("a%2F..%2Fx.csv", 400), ("", 400)] {
        assert_eq!(send(app, raw(name, good)).await.status.as_u16(), status, "{name}");
    }
    let unknown = send(app, Request::post("/v1/returns?name=x.csv").body("a,b\n1,2\n".into()).unwrap()).await;
    assert_eq!(
        (unknown.status, unknown.json()["issues"][0]["code"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("DQ002")),
        "{}",
        unknown.text
    );
    let big = Request::post("/v1/returns?name=x.csv")
        .header("content-length", (65 << 20).to_string())
        .body(Body::empty())
        .unwrap();
    let big = send(app, big).await;
    assert_eq!((big.status, big.kind()), (StatusCode::PAYLOAD_TOO_LARGE, PROBLEM));
    let left: Vec<_> = std::fs::read_dir(world.home.path().join("state"))
        .unwrap()
        .filter_map(|e| e.unwrap().file_name().into_string().ok())
        .collect();
    assert!(left.iter().all(|n| !n.starts_with("upload-")), "uploads are removed: {left:?}");
}

fn form(path: &str, fields: &[(&str, &str)], file: (&str, &str)) -> Request<Body> {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--B\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    let (name, text) = file;
    body += &format!(
        "--B\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--B--\r\n"
    );
    Request::post(path).header("content-type", "multipart/form-data; boundary=B").body(body.into()).unwrap()
}

#[tokio::test]
async fn the_form_shows_what_came_of_it() {
    let world = with_returns(|n| n.starts_with("市局/")).await;
    let app = &world.app;
    let place = [("unit", "510903"), ("period", "202503")];
    let bad = send(
        app,
        form("/returns", &place, ("宣传活动.csv", &format!("{HEADER}XC9102,飞鸽传书,主题,2025-03-06,5,县级,\n"))),
    )
    .await;
    assert_eq!((bad.status, bad.kind()), (StatusCode::UNPROCESSABLE_ENTITY, HTML));
    assert!(
        bad.text.contains("报表有错误，没有入库") && bad.text.contains("改正办法") && bad.text.contains("DQ006"),
        "{}",
        bad.text
    );
    let good = send(
        app,
        form("/returns", &place, ("宣传活动.csv", &format!("{HEADER}XC9101,微信,主题,2025-03-06,5,县级,\n"))),
    )
    .await;
    assert!(
        good.status == StatusCode::OK && good.text.contains("已收到并入库") && good.text.contains("船山区"),
        "{}",
        good.text
    );
    let none = send(app, form("/returns", &[], ("", ""))).await;
    assert!(none.status == StatusCode::BAD_REQUEST && none.text.contains("没有收到文件"), "{}", none.text);
    let wrong = send(app, form("/v1/returns", &[("period", "三月")], ("x.csv", HEADER))).await;
    assert_eq!((wrong.status, wrong.kind()), (StatusCode::BAD_REQUEST, PROBLEM));
}

#[tokio::test]
async fn packs_hand_out_what_the_manifest_names_and_nothing_else() {
    let world = empty().await;
    let dir = world.home.path().join("packs/2025");
    std::fs::create_dir_all(dir.join("charts")).unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(dir.join(name), text).unwrap();
        json!({ "path": name, "sha256": suixin_reports::manifest::sha256(text.as_bytes()), "size_bytes": text.len() })
    };
    let documents = [write("材料 2025.pdf", "%PDF"), write("charts/01-rank.svg", "<svg/>"), write("改过.xlsx", "x")];
    write("改过.xlsx", "y");
    write("秘密.txt", "not in the manifest");
    let named = json!({ "name": "x", "sha256": "" });
    let manifest = json!({
        "format": 1, "title": "材料", "year": 2025, "as_of": "2026-01-15", "snapshot": "S000001-00000000", "definitions_hash": "", "program_version": "",
        "brief_sha256": "", "outline": named, "templates": [], "fonts": [], "documents": documents, "datasets": [], "figures": [], "warnings": [],
    });
    write("manifest.json", &manifest.to_string());
    let app = &world.app;
    let list = get(app, "/v1/packs").await.json();
    let hrefs: Vec<&str> = list["files"].as_array().unwrap().iter().map(|f| f["href"].as_str().unwrap()).collect();
    assert_eq!(hrefs[..2], ["/v1/packs/%E6%9D%90%E6%96%99%202025.pdf", "/v1/packs/charts/01-rank.svg"]);
    for (path, status, kind) in [
        (hrefs[0], 200, "application/pdf"),
        (hrefs[1], 200, "image/svg+xml"),
        ("/v1/packs/manifest.json", 200, JSON),
        (hrefs[2], 500, PROBLEM),
    ] {
        let answer = get(app, path).await;
        assert_eq!((answer.status.as_u16(), answer.kind()), (status, kind), "{path}\n{}", answer.text);
    }
    for path in [
        "%E7%A7%98%E5%AF%86.txt",
        "../2025/manifest.json",
        "..%2F..%2Fsuixin.toml",
        "charts/../manifest.json",
        "charts",
        "",
    ] {
        assert_eq!(get(app, &format!("/v1/packs/{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let exports = app.warehouse.audit_verify().unwrap().records;
    assert_eq!(exports, 3, "every file handed out is on record");
}

#[tokio::test]
async fn the_description_is_complete() {
    let description = serde_json::to_value(Description::openapi()).unwrap();
    assert_eq!(description["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        described.extend(item.as_object().unwrap().keys().map(|method| (path.clone(), method.clone())));
    }
    let plain = |path: &str| path.replace("{*", "{");
    let routed: BTreeSet<_> =
        routes::V1.iter().flat_map(|r| r.methods.iter().map(move |m| (plain(r.path), (*m).to_owned()))).collect();
    assert_eq!(described, routed);

    let app = &scored().app;
    for route in routes::all() {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answers = route.methods.contains(&method.as_str().to_lowercase().as_str());
            let path = route.path.replace("{*", "{").replace(['{', '}'], "");
            let status = send(app, Request::builder().method(method.clone()).uri(&path).body(Body::empty()).unwrap())
                .await
                .status;
            assert_eq!(status != StatusCode::METHOD_NOT_ALLOWED, answers, "{method} {path}: {status}");
        }
    }
}

#[tokio::test]
async fn jobs_do_what_is_missing_and_no_more() {
    let world = empty().await;
    let inbox = world.home.path().join("inbox");
    unpack(&inbox, |n| n.contains("基础数据") || n == "202503/船山区/月报_船山区_202503.xlsx");
    std::fs::write(inbox.join("无关.csv"), "a,b\n1,2\n").unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    for entry in ["市局/基础数据_市局_2025.xlsx", "202503/船山区/月报_船山区_202503.xlsx", "无关.csv"]
    {
        File::options().write(true).open(inbox.join(entry)).unwrap().set_modified(long_ago).unwrap();
    }
    let runner = Runner::new(world.app.clone(), Arc::default());
    let run = async |job| runner.run(job).await.unwrap().unwrap();
    assert_eq!(run(Job::Render).await, Outcome::Idle, "nothing was scored");
    assert_eq!(run(Job::Ingest).await, Outcome::Done);
    assert_eq!(run(Job::Ingest).await, Outcome::Idle, "files are known by their bytes");
    assert!(inbox.join("无关.csv").exists(), "nothing is moved");
    assert_eq!(run(Job::Refresh).await, Outcome::Done);
    assert_eq!(run(Job::Refresh).await, Outcome::Idle, "the data did not change");

    let page = get(&world.app, "/jobs").await.text;
    assert!(
        page.contains("接收 3 个文件，其中退回 1 个")
            && page.contains("2025 年得分已重算")
            && page.contains("无需处理"),
        "{page}"
    );
    let returns = get(&world.app, "/returns").await.text;
    assert!(
        returns.contains("整份退回的文件（1 个）") && returns.contains("无关.csv") && returns.contains("DQ002"),
        "{returns}"
    );
    assert_eq!(get(&world.app, "/v1/jobs").await.json()["total"], 5);
}

/// An endpoint with one complaint.
async fn endpoint() -> String {
    let row = json!([{ "complaint_id": "TS1", "target_type": "org", "receive_date": "2025-03-05", "due_date": "2025-03-20",
                       "category": 5, "qi": "202503" }]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let pages = axum::Router::new().route("/", axum::routing::get(move || async move { axum::Json(row) }));
    tokio::spawn(async move { axum::serve(listener, pages).await });
    address.to_string()
}

#[tokio::test]
async fn the_ingest_job_fetches_from_sources_first() {
    let World { home, .. } = empty().await;
    let source = |name: &str, at: &str| {
        format!(
            "[[source]]\nname = '{name}'\nkind = 'http'\nurl = 'http://{at}/'\ntls = 'off'\ntarget = 'complaint'\n\
             unit = '船山区'\nperiod_column = 'qi'\nmax_seconds = 1\n"
        )
    };
    let sources = source("kaputt", "127.0.0.1:9") + &source("api", &endpoint().await);
    std::fs::write(home.path().join("suixin.toml"), sources).unwrap();
    let app = App::open(home.path(), Clock::new(NaiveDate::from_ymd_opt(YEAR + 1, 1, 15))).await.unwrap();
    let runner = Runner::new(app.clone(), Arc::default());
    assert_eq!(runner.run(Job::Ingest).await.unwrap().unwrap(), Outcome::Done);
    let page = get(&app, "/jobs").await.text;
    for part in ["从来源取得 1 份", "来源 kaputt 失败：连不上 127.0.0.1:9", "接收 1 个文件，其中退回 0 个"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let sql = "SELECT c.complaint_id, c.eval_unit_code, f.file_name FROM complaint c, submission_file f";
    let rows = app.warehouse.snapshot().await.unwrap().query(sql).await.unwrap().rows;
    let row: Vec<String> = rows[0].iter().map(ToString::to_string).collect();
    assert_eq!(row, ["TS1", "510903", "sources/api/202503/船山区/投诉举报_船山区_202503.csv"]);
    let again = runner.run(Job::Ingest).await.unwrap().unwrap();
    assert_eq!(again, Outcome::Failed, "nothing new, and a source that does not answer");
}
