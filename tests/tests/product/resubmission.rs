//! A correction that takes rows away moves exactly the figures that depend on them, and the row of the period before is in
//! force again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use suixin_ingest::check::{Checker, Source};
use suixin_ingest::contract::Contracts;
use suixin_metrics::Definitions;
use suixin_tests::{books, landed, results, samples};
use suixin_warehouse::Warehouse;

type Values = BTreeMap<(String, String, String), String>;

async fn county_values(warehouse: &Warehouse) -> Values {
    let sql = "SELECT indicator_id, subject_id, period, numerator, denominator FROM eval_value WHERE scheme = 'CTY'";
    let rows = warehouse.snapshot().await.unwrap().query(sql).await.unwrap().rows;
    let of = |r: &Vec<_>| r.iter().map(ToString::to_string).collect::<Vec<String>>();
    rows.iter().map(of).map(|r| ((r[0].clone(), r[1].clone(), r[2].clone()), format!("{} / {}", r[3], r[4]))).collect()
}

async fn text(warehouse: &Warehouse, sql: &str) -> Vec<String> {
    let rows = warehouse.snapshot().await.unwrap().query(sql).await.unwrap().rows;
    rows.iter().map(|r| r.iter().map(ToString::to_string).collect::<Vec<_>>().join("|")).collect()
}

async fn explained(warehouse: &Warehouse) -> String {
    let (snapshot, definitions) = (warehouse.snapshot().await.unwrap(), Definitions::embedded().unwrap());
    let day = landed::clock().date();
    suixin_metrics::explain(&snapshot, &definitions, "510903", Some("CTY-D04"), 2025, day).await.unwrap().to_string()
}

/// A nil return of 投诉举报 of 船山区 for March, in place of two rows.
async fn correct(warehouse: &Warehouse, dir: &std::path::Path) {
    let path = dir.join("更正_投诉举报_船山区_202503.xlsx");
    books::write(&path, "投诉举报", &books::complaints()[..3]).unwrap();
    let name = "更正_投诉举报_船山区_202503.xlsx".to_owned();
    let source = Source { hint: name.clone(), name, path, received: landed::clock(), received_forms: BTreeMap::new() };
    let mut intake = warehouse.intake();
    intake.add(Checker::new(Arc::new(Contracts::embedded().unwrap())).check(&source)).unwrap();
    let landing = intake.close(landed::clock(), &|_: &str, _: u64, _: u64| ()).await.unwrap();
    assert!(landing.changed);
    assert_eq!(landing.files[0].tables[0].revision, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_moves_what_depends_on_it_and_nothing_else() {
    let returns = samples::unpack("2025-level0").unwrap();
    let home = tempfile::tempdir().unwrap();
    let (warehouse, _) = landed::land(returns.path(), &home.path().join("home")).await.unwrap();
    results::evaluate(&warehouse, 2025).await.unwrap();
    let (before, said) = (county_values(&warehouse).await, explained(&warehouse).await);

    correct(&warehouse, home.path()).await;
    let current = "SELECT complaint_id, close_date FROM complaint WHERE complaint_id IN ('TS00005', 'TS00006')";
    assert_eq!(
        text(&warehouse, current).await,
        ["TS00005|"],
        "the row of February is in force again, without its outcome"
    );
    let replaced = "SELECT DISTINCT complaint_id FROM history.complaint WHERE complaint_id = 'TS00006'";
    assert_eq!(text(&warehouse, replaced).await, ["TS00006"]);

    results::evaluate(&warehouse, 2025).await.unwrap();
    let after = county_values(&warehouse).await;
    let moved: BTreeSet<_> =
        after.iter().filter(|(k, v)| before.get(*k) != Some(*v)).map(|(k, _)| (k.0.as_str(), k.1.as_str())).collect();
    let allowed = ["CTY-D02", "CTY-D04", "CTY-205", "CTY-206", "CTY-D01"];
    assert!(moved.contains(&("CTY-D04", "510903")) && moved.contains(&("CTY-D02", "510903")), "{moved:?}");
    assert!(moved.iter().all(|(indicator, unit)| *unit == "510903" && allowed.contains(indicator)), "{moved:?}");
    let now = explained(&warehouse).await;
    assert!(!said.contains("变动："), "{said}");
    assert!(now.contains("变动：原为") && now.contains("更正：T-COMPLAINT 202503 第1次更正，2026-01-15收到"), "{now}");
}
