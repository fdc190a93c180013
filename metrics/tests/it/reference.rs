//! The whole of a synthetic year: values, points, totals, ranks, grades and risk hits are those of the reference.

use suixin_metrics::{Definitions, run_risks};

use crate::world::{World, compare};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_is_scored_as_the_reference_scores_it() {
    let world = World::shared().await;
    let evaluation = World::evaluated().await;
    let none = Vec::<String>::new();
    assert_eq!(compare::values(evaluation, &world.expected("indicators")), none);
    assert_eq!(compare::scores(evaluation, &world.expected("scores")), none);
    assert_eq!(compare::totals(evaluation, &world.expected("totals")), none);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rules_find_what_the_reference_finds() {
    let world = World::shared().await;
    let defs = Definitions::embedded().unwrap();
    let hits = run_risks(&world.snapshot, &defs, world.year, world.as_of()).await.unwrap();
    assert_eq!(compare::risks(&hits, &world.tokens, &world.expected("risks")), Vec::<String>::new());
}
