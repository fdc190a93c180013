//! Scheduled work.

use std::fs::File;
use std::sync::Arc;

use suixin_api::schedule::{Job, Outcome, Runner};

use crate::support::{empty, get, unpack};

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
