//! Small stories told in tables, against single indicators: what a statement must do at its edges.

use std::collections::BTreeMap;

use suixin_ingest::contract::Contracts;
use suixin_ingest::value::Value;
use suixin_metrics::{Definitions, Evaluation, compute};
use suixin_warehouse::Snapshot;

use crate::world::World;

/// Rows with these columns filled; the others get the smallest thing that fits.
fn rows(table: &str, columns: &[&str], data: &[&[&str]]) -> Vec<Vec<Value>> {
    let contracts = Contracts::embedded().unwrap();
    let table = contracts.table(table).unwrap().clone();
    data.iter()
        .map(|line| {
            let given: BTreeMap<&str, &str> = columns.iter().copied().zip(line.iter().copied()).collect();
            table.columns.iter().map(|c| crate::world::told(c, given.get(c.name.as_str()).copied())).collect()
        })
        .collect()
}

async fn evaluate(snapshot: &Snapshot) -> Evaluation {
    let defs = Definitions::embedded().unwrap();
    let as_of = "2026-01-15".parse().unwrap();
    compute(snapshot, &defs, 2025, as_of, &|_: &str, _: u64, _: u64| {}).await.unwrap()
}

fn value(e: &Evaluation, scheme: &str, indicator: &str, key: &str) -> String {
    let values = e.scheme(scheme).unwrap().year_values(2025);
    values[indicator][key].value.as_ref().map_or_else(|| "NA".to_owned(), ToString::to_string)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn judges_who_recuse_themselves_do_not_count() {
    let world = World::shared().await;
    let columns = ["nomination_id", "indicator_id", "judge_id", "score", "recused"];
    let mark =
        |n: &'static str, judge: &'static str, score: &'static str, recused| [n, "AWD-U04", judge, score, recused];
    // TJ0003: five marks count, highest and lowest go, the recused 10 never counts: (80 + 82 + 90) / 3.
    // TJ0005: four marks count, so all four: (60 + 70 + 80 + 90) / 4; a recused fifth would have dropped two of them.
    let story = [
        mark("TJ0003", "1", "70", "N"),
        mark("TJ0003", "2", "80", "N"),
        mark("TJ0003", "3", "82", "N"),
        mark("TJ0003", "4", "90", "N"),
        mark("TJ0003", "5", "99", "N"),
        mark("TJ0003", "6", "10", "Y"),
        mark("TJ0005", "1", "60", "N"),
        mark("TJ0005", "2", "70", "N"),
        mark("TJ0005", "3", "80", "N"),
        mark("TJ0005", "4", "90", "N"),
        mark("TJ0005", "5", "100", "Y"),
    ];
    let lines: Vec<&[&str]> = story.iter().map(|l| &l[..]).collect();
    let told = world.snapshot.with_table("award_score", rows("award_score", &columns, &lines)).unwrap();
    let e = evaluate(&told).await;
    assert_eq!(value(&e, "AWD", "AWD-U04", "TJ0003"), "84");
    assert_eq!(value(&e, "AWD", "AWD-U04", "TJ0005"), "75");
    assert_eq!(value(&e, "AWD", "AWD-U04", "TJ0007"), "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dates_at_the_edges_of_the_year_and_of_the_term() {
    let world = World::shared().await;
    let columns = ["referral_id", "eval_unit_code", "sent_date", "accept_date"];
    let referrals = rows(
        "referral",
        &columns,
        &[
            &["1", "510903", "2024-12-31", "2024-12-31"],
            &["2", "510903", "2025-01-01", "2025-01-06"],
            &["3", "510903", "2025-12-31", "2026-01-06"],
            &["4", "510903", "2026-01-01", "2026-01-01"],
            &["5", "510904", "2025-06-01", ""],
        ],
    );
    let told = world.snapshot.with_table("referral", referrals).unwrap();
    let e = evaluate(&told).await;
    // The first and the last day belong to the year; five days is in time, six is late; nobody accepted is 0, none sent NA.
    assert_eq!(value(&e, "CTY", "CTY-401", "510903"), "0.5");
    assert_eq!(value(&e, "CTY", "CTY-401", "510904"), "0");
    assert_eq!(value(&e, "CTY", "CTY-401", "510921"), "NA");
}
