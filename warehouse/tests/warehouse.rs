//! The warehouse from outside its modules.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use chrono::NaiveDateTime;
use suixin_ingest::contract::Contracts;
use suixin_ingest::value::Value;
use suixin_warehouse::{Kind, Limits, Replace, TableWrite, Warehouse};

fn clock(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn contracts() -> Arc<Contracts> {
    Arc::new(Contracts::embedded().unwrap())
}

fn scheme(version: &str, title: &str) -> Vec<Value> {
    let contracts = Contracts::embedded().unwrap();
    let table = contracts.table("eval_scheme").unwrap();
    let mut row = vec![Value::Null; table.columns.len()];
    row[table.index_of("scheme").unwrap()] = "CTY".into();
    row[table.index_of("version").unwrap()] = version.into();
    row[table.index_of("approve_doc").unwrap()] = title.into();
    row
}

fn write(replace: Replace, rows: Vec<Vec<Value>>) -> Vec<TableWrite> {
    vec![TableWrite { table: "eval_scheme".into(), replace, rows }]
}

#[tokio::test]
async fn system_tables_are_written_read_and_travelled_back() {
    let dir = tempfile::tempdir().unwrap();
    let warehouse = Warehouse::init(dir.path(), contracts()).await.unwrap();
    let now = clock("2025-11-24T10:00:00");
    let empty = warehouse.snapshot().await.unwrap();
    assert_eq!(empty.id().to_string(), "S000000-00000000");
    assert!(empty.query("SELECT * FROM eval_scheme").await.unwrap().rows.is_empty());

    let first = warehouse.commit(write(Replace::All, vec![scheme("1", "甲"), scheme("2", "乙")]), "t", now).await.unwrap();
    warehouse.commit(write(Replace::Key, vec![scheme("2", "丙"), scheme("3", "丁")]), "t", now).await.unwrap();
    let sql = "SELECT version FROM eval_scheme ORDER BY 1";
    let versions = |frame: suixin_warehouse::Frame| frame.rows.into_iter().map(|r| r[0].to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(versions(warehouse.snapshot().await.unwrap().query(sql).await.unwrap()), "1,2,3");
    let condition = vec![("version".to_owned(), Value::from("1"))];
    warehouse.commit(write(Replace::Where(condition), vec![]), "t", now).await.unwrap();
    warehouse.commit(write(Replace::Append, vec![scheme("9", "戊")]), "t", now).await.unwrap();

    let again = Warehouse::open(dir.path(), contracts()).await.unwrap();
    assert_eq!(versions(again.snapshot().await.unwrap().query(sql).await.unwrap()), "2,3,9");
    assert_eq!(versions(again.snapshot_at(&first).await.unwrap().query(sql).await.unwrap()), "1,2");
    assert_eq!(again.snapshots().unwrap().len(), 4);
    assert!(again.verify().await.unwrap().findings.is_empty());
}

#[tokio::test]
async fn what_is_not_for_writing_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let warehouse = Warehouse::init(dir.path(), contracts()).await.unwrap();
    let now = clock("2025-11-24T10:00:00");
    for table in ["person", "audit_log", "nonesuch"] {
        let write = TableWrite { table: table.into(), replace: Replace::Append, rows: vec![] };
        assert!(matches!(warehouse.commit(vec![write], "t", now).await.unwrap_err().kind(), Kind::Input | Kind::NotFound));
    }
    assert_eq!(Warehouse::init(dir.path(), contracts()).await.err().unwrap().kind(), Kind::Exists);
    let snapshot = warehouse.snapshot().await.unwrap();
    let limits = Limits::default();
    let gated = |sql: &'static str| snapshot.query_gated(sql, &limits);
    assert_eq!(gated("SELECT count(*) FROM person").await.unwrap().rows, [[Value::Int(0)]]);
    assert_eq!(gated("DROP TABLE person").await.unwrap_err().kind(), Kind::Refused);
    assert_eq!(gated("SELECT * FROM '/etc/passwd'").await.unwrap_err().kind(), Kind::Query);
}
