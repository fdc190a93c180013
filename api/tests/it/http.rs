//! The web door from outside: scenarios as data, refusals of the gate, packs, the description against the routes.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::json;
use suixin_api::http::openapi::Description;
use suixin_api::http::routes;
use utoipa::OpenApi;

use crate::support::{Answer, HTML, JSON, PROBLEM, empty, get, query, scored, send};

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
