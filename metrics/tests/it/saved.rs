//! What `save` and `save_risks` leave in the tables.

use chrono::Days;
use suixin_ingest::value::Value;
use suixin_metrics::{Definitions, run_risks, save, save_risks};
use suixin_warehouse::{Replace, TableWrite, Warehouse};

use crate::world::World;

async fn rows(warehouse: &Warehouse, sql: &str) -> Vec<Vec<String>> {
    let frame = warehouse.snapshot().await.unwrap().query(sql).await.unwrap();
    frame.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

fn text(s: &str) -> Value {
    Value::Str(s.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evaluation_replaces_its_scheme_and_period_and_nothing_else() {
    let world = World::open().await;
    let stored = |period: &str| {
        let year = vec!["CTY", "2024.1", "TOTAL", "510903", period].into_iter().map(text);
        year.chain([Value::Int(1), Value::Int(100), Value::Null, Value::Null, Value::Null]).collect::<Vec<_>>()
    };
    let rows_before = vec![stored("2024"), stored("2025")];
    let write = TableWrite { table: "eval_score".to_owned(), replace: Replace::Append, rows: rows_before };
    world.warehouse.commit(vec![write], "test", world.clock()).await.unwrap();
    let evaluation = World::evaluated().await;
    save(&world.warehouse, evaluation, world.clock()).await.unwrap();
    let all = "SELECT * FROM eval_score ORDER BY 1, 2, 3, 4, 5";
    let first = rows(&world.warehouse, all).await;
    save(&world.warehouse, evaluation, world.clock()).await.unwrap();
    assert_eq!(first, rows(&world.warehouse, all).await, "saving twice leaves the same rows");

    let old = rows(&world.warehouse, "SELECT period FROM eval_score WHERE version='2024.1'").await;
    assert_eq!(old, [["2024"]], "another period stays, the same period of an older version goes");
    let counts = "SELECT (SELECT COUNT(*) FROM eval_scheme) AS a, (SELECT COUNT(*) FROM eval_indicator) AS b, \
                  (SELECT COUNT(*) FROM eval_value) AS c";
    let values: usize = evaluation.schemes.iter().map(|s| s.values.len()).sum();
    assert_eq!(rows(&world.warehouse, counts).await, [["6".to_owned(), "189".to_owned(), values.to_string()]]);
    let twice = "SELECT indicator_id FROM eval_score GROUP BY scheme, version, indicator_id, subject_id, period HAVING COUNT(*)>1";
    assert!(rows(&world.warehouse, twice).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_total_is_the_sum_of_its_rows_and_says_rank_grade_and_veto() {
    let world = World::open().await;
    save(&world.warehouse, World::evaluated().await, world.clock()).await.unwrap();
    let wrong = "SELECT t.scheme, t.subject_id FROM eval_score t \
        JOIN (SELECT scheme, subject_id, SUM(score) AS s FROM eval_score WHERE indicator_id IN ('CORE','BONUS','DEDUCT') \
              GROUP BY scheme, subject_id) p ON p.scheme=t.scheme AND p.subject_id=t.subject_id \
        JOIN (SELECT e.scheme, e.subject_id, SUM(e.score) AS core, SUM(e.max_score) AS max FROM eval_score e \
              JOIN eval_indicator i ON i.indicator_id=e.indicator_id AND i.kind='core' GROUP BY e.scheme, e.subject_id) c \
             ON c.scheme=t.scheme AND c.subject_id=t.subject_id \
        JOIN eval_score k ON k.scheme=t.scheme AND k.subject_id=t.subject_id AND k.indicator_id='CORE' \
        WHERE t.indicator_id='TOTAL' AND (t.score<>p.s OR k.score<>c.core OR ABS(c.max-100)>0.001 OR t.rank_no IS NULL)";
    assert!(rows(&world.warehouse, wrong).await.is_empty());
    let vetoed =
        "SELECT \"explain\" FROM eval_score WHERE scheme='CTY' AND indicator_id='TOTAL' AND subject_id='510903'";
    let explain: serde_json::Value = serde_json::from_str(&rows(&world.warehouse, vetoed).await[0][0]).unwrap();
    assert_eq!((&explain["veto_cap"], &explain["eligible"]), (&"3".into(), &true.into()));
    assert_eq!(explain["vetoes"], serde_json::json!(["CTY-V04"]));
    assert_eq!(explain["definitions"].as_str().unwrap().len(), 64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_hit_keeps_its_first_day_its_status_and_a_raised_level() {
    let world = World::open().await;
    let defs = Definitions::embedded().unwrap();
    let hits = run_risks(&world.snapshot, &defs, world.year, world.as_of()).await.unwrap();
    let (warehouse, first) = (&world.warehouse, world.clock());
    let saved = save_risks(warehouse, &defs, &hits, world.as_of(), first).await.unwrap();
    assert_eq!((saved.new, saved.again, saved.not_found), (hits.len(), 0, 0));

    let one = "SELECT * FROM risk_hit WHERE rule_id='RSK-K03' ORDER BY hit_id LIMIT 1";
    let mut handled = warehouse.snapshot().await.unwrap().query(one).await.unwrap().rows.remove(0);
    (handled[11], handled[12]) = (text("40"), text("H"));
    let hit = handled[0].to_string();
    let write = TableWrite { table: "risk_hit".to_owned(), replace: Replace::Key, rows: vec![handled] };
    warehouse.commit(vec![write], "test", first).await.unwrap();

    let later = first + Days::new(31);
    let fewer: Vec<_> = hits.iter().filter(|h| h.rule != "RSK-A01").cloned().collect();
    let saved = save_risks(warehouse, &defs, &fewer, world.as_of(), later).await.unwrap();
    assert_eq!((saved.new, saved.again, saved.not_found), (0, fewer.len(), hits.len() - fewer.len()));
    let of = format!("SELECT first_seen, last_seen, status_code, level FROM risk_hit WHERE hit_id='{hit}'");
    let days = [first.date().to_string(), later.date().to_string()];
    let seen = world.as_of().to_string();
    assert_eq!(rows(warehouse, &of).await, [[seen.as_str(), &days[1], "40", "H"]], "the run stands for an earlier day");
    let gone = "SELECT DISTINCT last_seen, status_code FROM risk_hit WHERE rule_id='RSK-A01'";
    assert_eq!(rows(warehouse, gone).await, [[days[0].as_str(), "10"]]);
    assert_eq!(rows(warehouse, "SELECT COUNT(*) AS n FROM risk_rule").await, [["68"]]);
}
