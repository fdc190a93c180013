//! The whole of a synthetic year: values, points, totals, ranks, grades and risk hits are those of the reference.

mod world;

use std::path::Path;

use chrono::NaiveDate;
use suixin_metrics::{Definitions, compute, run_risks};
use world::{World, compare};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_is_scored_as_the_reference_scores_it() {
    let world = World::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/world-2025.zip")).await;
    let defs = Definitions::embedded().unwrap();
    let as_of = NaiveDate::from_ymd_opt(2026, 1, 15).unwrap();
    let evaluation = compute(&world.snapshot, &defs, 2025, as_of, &|_: &str, _: u64, _: u64| {}).await.unwrap();
    assert_eq!(compare::values(&evaluation, &world.expected("indicators")), Vec::<String>::new());
    assert_eq!(compare::scores(&evaluation, &world.expected("scores")), Vec::<String>::new());
    assert_eq!(compare::totals(&evaluation, &world.expected("totals")), Vec::<String>::new());
    let hits = run_risks(&world.snapshot, &defs, 2025, as_of).await.unwrap();
    assert_eq!(compare::risks(&hits, &world.tokens, &world.expected("risks")), Vec::<String>::new());
}
