//! Reading: types, history, overlays, and what the gate lets through in a running session.

use std::time::Duration;

use suixin_ingest::value::Value;
use suixin_warehouse::{Format, Kind, Limits, Replace, TableWrite, Warehouse};

use crate::support::{World, contracts, list, needs, persons, table};

const A: &str = "510903";

/// Statements in the manner of the indicators and risk rules.
const STATEMENTS: [&str; 9] = [
    "SELECT eval_unit_code AS k, COUNT(DISTINCT date_trunc('month',visit_date)) AS v FROM visit_survey WHERE visit_date BETWEEN DATE '2025-01-01' AND DATE '2025-12-31' GROUP BY eval_unit_code",
    "SELECT eval_unit_code AS k, 2 AS v FROM dim_region WHERE is_pilot='Y'",
    "SELECT 'person' AS entity_type, pid_token AS entity_key, eval_unit_code, 0.0 AS amount, concat(id_no_masked,' 无证原因',COALESCE(no_id_reason,'未填')) AS evidence FROM person WHERE id_valid=false",
    "SELECT a.pid_token, CAST(MIN(a.register_date) AS VARCHAR) FROM need_item a JOIN person p ON p.pid_token=a.pid_token WHERE a.register_date>p.birth_date + INTERVAL '31 day' GROUP BY a.pid_token",
    "SELECT eval_unit_code, COUNT(*) FILTER (WHERE received_ts>CAST(due_date + INTERVAL '5 day' AS TIMESTAMP)) FROM submission_batch GROUP BY 1 HAVING SUM(row_count)>0.6*SUM(error_rows)",
    "SELECT pid_token, string_agg(DISTINCT eval_unit_code, ',') FROM person GROUP BY pid_token HAVING COUNT(DISTINCT eval_unit_code)>1",
    "SELECT x.k, median(x.n), stddev_pop(x.n) FROM (SELECT eval_unit_code AS k, date_part('month', register_date) AS m, COUNT(*) AS n FROM need_item GROUP BY 1,2) x GROUP BY x.k",
    "SELECT need_id, row_number() OVER (PARTITION BY pid_token ORDER BY register_date), lag(register_date) OVER (PARTITION BY pid_token ORDER BY register_date) FROM need_item",
    "SELECT l.account_id, SUM(row_count) FROM audit_log l WHERE action='export' AND (date_part('hour',ts)<7 OR date_part('hour',ts)>=20) AND ts>CAST(DATE '2026-01-15' - INTERVAL '30 day' AS TIMESTAMP) GROUP BY l.account_id",
];

#[tokio::test]
async fn statements_of_the_definitions_plan_and_run_on_empty_tables() {
    let world = World::new().await;
    let snapshot = world.snapshot().await;
    for sql in STATEMENTS {
        assert!(!snapshot.check_sql(sql).await.unwrap().is_empty(), "{sql}");
        assert!(snapshot.query(sql).await.unwrap().rows.is_empty(), "{sql}");
        snapshot.query_gated(sql, &Limits::default()).await.unwrap();
    }
    let columns = snapshot.check_sql("SELECT 1 AS a, 'x' AS b, 1.5 AS c, DATE '2025-01-01' AS d").await.unwrap();
    let types: Vec<&str> = columns.iter().map(|(_, t)| t.as_str()).collect();
    assert_eq!(types, ["BIGINT", "VARCHAR", "DOUBLE", "DATE"]);
    assert_eq!(snapshot.query("SELECT nonesuch FROM person").await.unwrap_err().kind(), Kind::Query);
}

#[tokio::test]
async fn every_table_of_the_full_project_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let contracts = std::sync::Arc::new(suixin_ingest::contract::Contracts::embedded().unwrap());
    let warehouse = Warehouse::init(dir.path(), std::sync::Arc::clone(&contracts)).await.unwrap();
    let snapshot = warehouse.snapshot().await.unwrap();
    for table in contracts.tables.values() {
        let frame = snapshot.query(&format!("SELECT * FROM {}", table.name)).await.unwrap();
        let width = table.columns.len() + if table.is_system() { 0 } else { contracts.lineage.len() };
        assert_eq!(frame.columns.len(), width, "{}", table.name);
        assert!(frame.columns.iter().zip(&table.columns).all(|(have, want)| *have == want.name));
        let history = snapshot.query(&format!("SELECT * FROM history.{}", table.name)).await;
        assert_eq!(history.is_ok(), !table.is_system(), "{}", table.name);
    }
}

#[tokio::test]
async fn a_table_can_be_overlaid_without_touching_the_snapshot() {
    let world = World::new().await;
    world.land(vec![world.file("a.xlsx", "2025-02-01T08:00:00", vec![persons(A, "202501", &["p1", "p2"])])]).await;
    let snapshot = world.snapshot().await;
    let width = contracts().table("person").unwrap().columns.len();
    let mut row = vec![Value::Null; width];
    row[0] = "某人的证号".into();
    let what_if = snapshot.with_table("person", vec![row]).unwrap();
    assert_eq!(list(&what_if, "SELECT count(*), bool_and(is_current) FROM person").await, "1 true");
    assert!(list(&what_if, "SELECT pid_token FROM person").await.starts_with("T1:"));
    assert_eq!((what_if.row_count("person"), snapshot.row_count("person")), (1, 2));
    assert_eq!(list(&snapshot, "SELECT count(*) FROM person").await, "2");
    assert_eq!(snapshot.with_table("person", vec![vec![]]).err().unwrap().kind(), Kind::Input);
}

#[tokio::test]
async fn filters_on_the_unit_read_only_its_files() {
    let world = World::new().await;
    let file = |unit: &str| {
        world.file(
            &format!("{unit}.xlsx"),
            "2025-02-01T08:00:00",
            vec![persons(unit, "202501", &["p1"]), needs(unit, "202501", &[("n1", "p1", "10")])],
        )
    };
    world.land(vec![file(A), file("5109A1")]).await;
    let snapshot = world.snapshot().await;
    let plan = list(&snapshot, "EXPLAIN SELECT * FROM person WHERE eval_unit_code='5109A1' AND is_current").await;
    assert!(plan.contains("eval_unit_code=5109A1") && !plan.contains("eval_unit_code=510903"), "{plan}");
    assert!(!plan.contains(&world.home().display().to_string()), "a plan names no path of this machine");
    assert_eq!(list(&snapshot, "SELECT count(*) FROM person WHERE eval_unit_code IN ('510903','5109A1')").await, "2");
    assert_eq!(
        list(
            &snapshot,
            "SELECT n.eval_unit_code FROM need_item n JOIN person p USING (pid_token, eval_unit_code) ORDER BY 1"
        )
        .await,
        "510903,5109A1"
    );
}

#[tokio::test]
async fn the_gate_bounds_rows_and_time_and_keeps_to_the_tables() {
    let world = World::new().await;
    let day = |d: u32| [("cal_date", Value::Date(chrono::NaiveDate::from_ymd_opt(2025, 1, d).unwrap()))];
    let days: Vec<_> = (1..=20).map(day).collect();
    let rows: Vec<&[(&str, Value)]> = days.iter().map(<[_; 1]>::as_slice).collect();
    world
        .land(vec![world.file("w.xlsx", "2025-01-01T08:00:00", vec![table("dim_workday", "510900", "2025", &rows)])])
        .await;
    let snapshot = world.snapshot().await;
    let few = Limits { max_rows: 7, ..Limits::default() };
    let frame = snapshot.query_gated("SELECT * FROM dim_workday", &few).await.unwrap();
    assert_eq!((frame.rows.len(), frame.truncated), (7, true));
    let exact = Limits { max_rows: 20, ..Limits::default() };
    assert!(!snapshot.query_gated("SELECT * FROM dim_workday", &exact).await.unwrap().truncated);
    let short = Limits { timeout: Duration::from_millis(300), ..Limits::default() };
    let endless = "SELECT count(*) FROM generate_series(1,100000) a, generate_series(1,100000) b, generate_series(1,100000) c WHERE a.value+b.value=c.value*7";
    assert_eq!(snapshot.query_gated(endless, &short).await.unwrap_err().kind(), Kind::Limit);
    for (sql, kind) in [
        ("SELECT repeat('x', 9999) FROM generate_series(1, 7000)", Kind::Limit),
        ("SELECT * FROM '/etc/passwd'", Kind::Query),
        ("SELECT * FROM 'tables/dim_workday'", Kind::Query),
        ("DROP TABLE dim_workday", Kind::Refused),
        ("SELECT 1; SELECT 2", Kind::Refused),
        ("SELECT * FROM generate_series(1, 1000000000)", Kind::Refused),
        ("", Kind::Query),
    ] {
        assert_eq!(snapshot.query_gated(sql, &Limits::default()).await.unwrap_err().kind(), kind, "{sql}");
    }
    for sql in ["SHOW TABLES", "DESCRIBE dim_workday", "EXPLAIN SELECT 1", "SELECT count(*) FROM history.dim_workday"] {
        assert!(!snapshot.query_gated(sql, &Limits::default()).await.unwrap().rows.is_empty(), "{sql}");
    }
}

#[tokio::test]
async fn a_long_chain_does_not_overflow_the_stack_of_a_worker_thread() {
    let world = World::new().await;
    let snapshot = world.snapshot().await;
    let chain = format!("SELECT 1{}", "+1".repeat(799));
    let deep = format!("SELECT {}1{}", "(".repeat(40), ")".repeat(40));
    for sql in [chain, deep] {
        let snapshot = snapshot.clone();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            // How long it takes is not asked here: without optimisation it takes many seconds.
            let patient = Limits { timeout: Duration::from_secs(3_600), ..Limits::default() };
            runtime.block_on(snapshot.query_gated(&sql, &patient)).map(|f| f.rows.len())
        };
        let answer = std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
        assert!(answer.is_ok() || answer.unwrap_err().kind() == Kind::Query);
    }
}

#[tokio::test]
async fn a_session_of_a_unit_holds_only_its_own_files() {
    let world = World::new().await;
    let file =
        |unit: &str| world.file(&format!("{unit}.xlsx"), "2025-02-01T08:00:00", vec![persons(unit, "202501", &["p1"])]);
    world.land(vec![file(A), file("510904")]).await;
    let snapshot = world.snapshot().await;
    let own = snapshot.for_units(&[A], &["dim_workday"]);
    assert_eq!(list(&own, "SELECT eval_unit_code FROM person").await, A);
    assert_eq!(list(&own, "SELECT unit FROM (SELECT eval_unit_code AS unit FROM submission_batch)").await, A);
    assert_eq!((own.row_count("person"), snapshot.row_count("person")), (1, 2));
    let plan = list(&own, "EXPLAIN SELECT * FROM person WHERE eval_unit_code='510904'").await;
    assert!(!plan.contains("is_current=true/part"), "{plan}");
    assert_eq!(list(&own, "SELECT count(*) FROM dim_workday").await, "0");
    for hidden in ["dq_issue", "submission_file", "audit_log", "eval_scheme"] {
        let answer = own.query_gated(&format!("SELECT * FROM {hidden}"), &Limits::default()).await;
        assert_eq!(answer.unwrap_err().kind(), Kind::Query, "{hidden}");
    }
}

#[tokio::test]
async fn results_are_written_as_csv_json_and_parquet() {
    let world = World::new().await;
    let snapshot = world.snapshot().await;
    let sql = "SELECT 1 AS a, '甲,乙' AS b, CAST(2.50 AS DECIMAL(18,2)) AS c, NULL AS d, TIMESTAMP '2025-01-02 03:04:05' AS e";
    let mut csv = Vec::new();
    assert_eq!(snapshot.export(sql, Format::Csv, &mut csv).await.unwrap(), 1);
    assert_eq!(String::from_utf8(csv).unwrap(), "a,b,c,d,e\n1,\"甲,乙\",2.50,,2025-01-02 03:04:05\n");
    let mut json = Vec::new();
    snapshot.export(sql, Format::JsonLines, &mut json).await.unwrap();
    assert!(String::from_utf8(json).unwrap().starts_with(r#"{"a":1,"b":"甲,乙","c":2.50"#));
    let mut parquet = Vec::new();
    snapshot.export(sql, Format::Parquet, &mut parquet).await.unwrap();
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    let few = Limits { max_rows: 3, ..Limits::default() };
    let mut csv = Vec::new();
    let answer =
        snapshot.export_gated("SELECT value FROM generate_series(1, 9)", &few, Format::Csv, &mut csv).await.unwrap();
    assert_eq!((answer, csv.as_slice()), ((3, true), b"value\n1\n2\n3\n".as_slice()));
    let mut empty = Vec::new();
    snapshot.export("SELECT pid_token FROM person", Format::Csv, &mut empty).await.unwrap();
    assert_eq!(empty, b"pid_token\n");
}

#[tokio::test]
async fn a_condition_on_an_aggregate_without_groups_removes_its_row() {
    let world = World::new().await;
    world.land(vec![world.file("a.csv", "2025-02-03T09:00:00", vec![persons(A, "202501", &["1", "2"])])]).await;
    let snapshot = world.snapshot().await;
    let all = "SELECT eval_unit_code AS k, COUNT(*) AS n FROM person GROUP BY eval_unit_code UNION ALL SELECT '合计', COUNT(*) FROM person";
    assert_eq!(list(&snapshot, &format!("SELECT k, n FROM ({all}) g WHERE k = '{A}'")).await, format!("{A} 2"));
    assert_eq!(list(&snapshot, &format!("SELECT k, n FROM ({all}) g WHERE k = '合计'")).await, "合计 2");
    assert_eq!(list(&snapshot, "SELECT COUNT(*) AS n FROM person HAVING 1 = 2").await, "");
    // A count inside a row, which is rewritten into a join, is left as it was.
    let counted = "SELECT p.eval_unit_code, (SELECT COUNT(*) FROM need_item n WHERE n.pid_token = p.pid_token) AS n FROM person p";
    assert_eq!(list(&snapshot, counted).await, format!("{A} 0,{A} 0"));
}

#[tokio::test]
async fn a_column_may_be_named_explain() {
    let world = World::new().await;
    let snapshot = world.snapshot().await;
    let sql = "SELECT a, explain, 1 AS b FROM (SELECT 2 AS a, scheme AS explain FROM eval_scheme) s";
    assert!(snapshot.query(sql).await.unwrap().rows.is_empty());
    assert!(snapshot.query_gated(sql, &Limits::default()).await.unwrap().rows.is_empty());
}

#[tokio::test]
async fn a_wrong_name_is_answered_with_the_right_one() {
    let world = World::new().await;
    let snapshot = world.snapshot().await;
    for (sql, words) in [
        ("SELECT * FROM persn", "没有表“persn”；是否想写 person"),
        ("SELECT pid_tokn FROM person", "没有列“pid_tokn”；是否想写 pid_token"),
        ("SELECT pid_token FROM person a JOIN need_item b ON a.pid_token = b.pid_token", "几个表都有列“pid_token”"),
        ("SELECT mediann(id_valid) FROM person", "没有函数“mediann”；是否想写 median"),
        ("SELECT FROM person WHERE", "语法错误：语句到此就结束了"),
    ] {
        for error in
            [snapshot.query(sql).await.unwrap_err(), snapshot.query_gated(sql, &Limits::default()).await.unwrap_err()]
        {
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}

#[tokio::test]
async fn reporting_rates_are_tables_of_their_own() {
    let world = World::new().await;
    let due = |unit: &str, period: &str, day: &str, exempt: &str| {
        let text = |t: &str| Value::Str(t.to_owned());
        vec![text("T-PERSON"), text(unit), text(period), Value::Date(day.parse().unwrap()), text(exempt), Value::Null]
    };
    let rows = vec![
        due(A, "202501", "2025-02-05", "N"),
        due(A, "202502", "2025-03-05", "N"),
        due(A, "202503", "2025-04-07", "Y"),
        due(A, "202504", "2025-05-06", "N"),
        due(A, "202512", "2026-01-06", "N"),
    ];
    let write = TableWrite { table: "submission_expected".to_owned(), replace: Replace::Append, rows };
    world.warehouse.commit(vec![write], "应报", crate::support::clock(crate::support::NOW)).await.unwrap();
    world.land(vec![world.file("a.csv", "2025-02-05T18:00:00", vec![persons(A, "202501", &["1"])])]).await;
    world.land(vec![world.file("b.csv", "2025-05-07T09:00:00", vec![persons(A, "202502", &["1", "2"])])]).await;
    let states = "SELECT period, state FROM reporting_status ORDER BY period";
    assert_eq!(world.list(states).await, "202501 on_time,202502 late,202503 exempt,202504 missing,202512 not_due");
    let rate = "SELECT year, expected_reports, actual_reports, reporting_rate FROM reporting_rate";
    assert_eq!(world.list(rate).await, "2025 3 2 66.67");
    let on_time = "SELECT actual_reports_on_time, reporting_rate_on_time FROM reporting_rate_on_time";
    let frame = world.snapshot().await.query_gated(on_time, &Limits::default()).await.unwrap();
    assert_eq!(frame.rows[0].iter().map(ToString::to_string).collect::<Vec<_>>(), ["1", "33.33"]);
}
