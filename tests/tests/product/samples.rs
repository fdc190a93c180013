//! Two sample years, as plain workbooks and as counties really send them: every planted mistake is found at its place and
//! nothing else is called an error; tables, values, scores, totals and suspicions are as expected; a second landing and a
//! second evaluation change nothing.

use std::sync::Arc;

use suixin_ingest::contract::Contracts;
use suixin_tests::{landed, rejects, results, samples, tables};

#[track_caller]
fn none(what: &str, differences: &[String]) {
    assert!(differences.is_empty(), "{what}: {} differences\n{}", differences.len(), differences.join("\n"));
}

async fn check(name: &str) {
    let (returns, truth) = (samples::unpack(name).unwrap(), samples::unpack("2025-truth").unwrap());
    let home = tempfile::tempdir().unwrap();
    let (warehouse, landing) = landed::land(returns.path(), &home.path().join("home")).await.unwrap();
    none("mistakes", &rejects::compare_issues(returns.path(), &landing.issues).unwrap());
    none("rows", &rejects::compare_rows(returns.path(), &landing).unwrap());
    none("tables", &tables::compare(&warehouse, truth.path()).await.unwrap());

    results::evaluate(&warehouse, 2025).await.unwrap();
    none("results", &results::compare(&warehouse, returns.path()).await.unwrap());
    results::evaluate(&warehouse, 2025).await.unwrap();
    none("results of a second run", &results::compare(&warehouse, returns.path()).await.unwrap());

    let contracts = Arc::new(Contracts::embedded().unwrap());
    let again = landed::land_again(&warehouse, contracts, returns.path()).await.unwrap();
    assert!(!again.changed);
    assert_eq!(again.snapshot.to_string(), warehouse.snapshot().await.unwrap().id().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_workbooks() {
    check("2025-level0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn as_counties_really_send_them() {
    check("2025-level1").await;
}
