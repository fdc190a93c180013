//! Scheduled work.

use std::fs::File;
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::json;
use suixin_api::app::App;
use suixin_api::clock::Clock;
use suixin_api::schedule::{Job, Outcome, Runner};

use crate::support::{World, YEAR, empty, get, unpack};

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
