//! Tables that the product fills, snapshots, and the lock.

use suixin_ingest::value::Value;
use suixin_warehouse::{Kind, Replace, TableWrite, Warehouse};

use crate::support::{NOW, World, clock, contracts, list};

fn scheme(version: &str) -> Vec<Value> {
    let contracts = contracts();
    let table = contracts.table("eval_scheme").unwrap();
    let mut row = vec![Value::Null; table.columns.len()];
    row[table.index_of("scheme").unwrap()] = "CTY".into();
    row[table.index_of("version").unwrap()] = version.into();
    row
}

fn write(replace: Replace, versions: &[&str]) -> Vec<TableWrite> {
    vec![TableWrite { table: "eval_scheme".into(), replace, rows: versions.iter().map(|v| scheme(v)).collect() }]
}

const VERSIONS: &str = "SELECT version FROM eval_scheme ORDER BY 1";

#[tokio::test]
async fn rows_are_replaced_by_key_by_condition_and_whole() {
    let world = World::new().await;
    let commit = |writes| world.warehouse.commit(writes, "t", clock(NOW));
    assert_eq!(world.snapshot().await.id().to_string(), "S000000-00000000");
    let first = commit(write(Replace::All, &["1", "2"])).await.unwrap();
    commit(write(Replace::Key, &["2", "3"])).await.unwrap();
    assert_eq!(world.list(VERSIONS).await, "1,2,3");
    let condition = vec![("version".to_owned(), Value::from("1"))];
    commit(write(Replace::Where(condition), &["4"])).await.unwrap();
    commit(write(Replace::Append, &["9"])).await.unwrap();
    assert_eq!(world.list(VERSIONS).await, "2,3,4,9");

    let again = world.reopen().await;
    assert_eq!(list(&again.snapshot_at(&first).await.unwrap(), VERSIONS).await, "1,2");
    assert_eq!(again.snapshots().unwrap().len(), 4);
    let id = first.to_string().replace('S', "T");
    assert_eq!(id.parse::<suixin_warehouse::SnapshotId>().unwrap_err().kind(), Kind::NotFound);
    commit(write(Replace::All, &[])).await.unwrap();
    assert_eq!(world.list(VERSIONS).await, "");
    assert_eq!(world.warehouse.verify().await.unwrap().findings, Vec::<String>::new());
}

#[tokio::test]
async fn a_commit_of_several_tables_is_one_record_or_none() {
    let world = World::new().await;
    let mut writes = write(Replace::All, &["1"]);
    writes.push(TableWrite { table: "dq_issue".into(), replace: Replace::Append, rows: vec![vec![Value::Int(1)]] });
    let error = world.warehouse.commit(writes, "t", clock(NOW)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    assert_eq!(world.list(VERSIONS).await, "");
    assert!(world.warehouse.snapshots().unwrap().is_empty());
}

#[tokio::test]
async fn submitted_tables_and_the_audit_log_are_not_written_directly() {
    let world = World::new().await;
    for table in ["person", "audit_log", "nonesuch"] {
        let write = TableWrite { table: table.into(), replace: Replace::Append, rows: vec![] };
        let error = world.warehouse.commit(vec![write], "t", clock(NOW)).await.unwrap_err();
        assert!(matches!(error.kind(), Kind::Input | Kind::NotFound), "{table}: {error}");
    }
}

#[tokio::test]
async fn there_is_one_writer_and_any_number_of_readers() {
    let world = World::new().await;
    let other = world.reopen().await;
    world.warehouse.commit(write(Replace::All, &["1"]), "t", clock(NOW)).await.unwrap();
    let seen = other.snapshot().await.unwrap();
    assert_eq!(list(&seen, VERSIONS).await, "1", "a reader sees what another process committed");
    let lock = std::fs::File::open(world.home().join("write.lock")).unwrap();
    lock.lock().unwrap();
    let refused = other.commit(write(Replace::All, &["2"]), "t", clock(NOW)).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Busy);
    lock.unlock().unwrap();
    other.commit(write(Replace::All, &["2"]), "t", clock(NOW)).await.unwrap();
    assert_eq!(list(&seen, VERSIONS).await, "1", "a pinned snapshot stays as it is");
    assert_eq!(world.list(VERSIONS).await, "2");
}

#[tokio::test]
async fn a_home_is_made_once_and_needed() {
    let world = World::new().await;
    assert_eq!(Warehouse::init(&world.home(), contracts()).await.err().unwrap().kind(), Kind::Exists);
    assert_eq!(Warehouse::open(world.dir.path(), contracts()).await.err().unwrap().kind(), Kind::NotFound);
}
