//! What a crash or a hand leaves behind, and other readers of the same tables.

use std::fs;
use std::path::{Path, PathBuf};

use deltalake_core::{DeltaTable, ensure_table_uri};
use suixin_ingest::value::Value;
use suixin_warehouse::{Kind, Replace, TableWrite, Warehouse};

use crate::support::{NOW, World, clock, contracts, needs, persons};

const A: &str = "510903";

async fn two_landings() -> World {
    let world = World::new().await;
    world.land(vec![world.file("1.xlsx", "2025-02-01T08:00:00", vec![persons(A, "202501", &["p1", "p2"])])]).await;
    world
}

/// Puts the journal back to where it was, as if the process had died before it was written.
fn forget_last(world: &World, journal: &[u8], head: &[u8]) {
    fs::write(world.home().join("journal/journal.jsonl"), journal).unwrap();
    fs::write(world.home().join("journal/HEAD"), head).unwrap();
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { out.extend(files(&path)) } else { out.push(path) }
    }
    out.sort();
    out
}

async fn delta_rows(world: &World, table: &str) -> usize {
    let url = ensure_table_uri(world.home().join("tables").join(table).to_string_lossy()).unwrap();
    let table: DeltaTable = deltalake_core::open_table(url).await.unwrap();
    let context = deltalake_core::datafusion::prelude::SessionContext::new();
    let provider = table.table_provider().await.unwrap();
    context.read_table(provider).unwrap().count().await.unwrap()
}

#[tokio::test]
async fn a_crash_between_delta_and_journal_leaves_the_old_snapshot_and_the_next_landing_works() {
    let world = two_landings().await;
    let journal = fs::read(world.home().join("journal/journal.jsonl")).unwrap();
    let head = fs::read(world.home().join("journal/HEAD")).unwrap();
    let second = || vec![world.file("2.xlsx", "2025-03-01T08:00:00", vec![persons(A, "202502", &["p3"])])];
    world.land(second()).await;
    forget_last(&world, &journal, &head);

    let reopened = world.reopen().await;
    let snapshot = reopened.snapshot().await.unwrap();
    assert_eq!(crate::support::list(&snapshot, "SELECT count(*) FROM person").await, "2");
    assert_eq!(delta_rows(&world, "person").await, 3, "Delta is ahead");
    let report = reopened.verify().await.unwrap();
    assert!(report.findings.is_empty() && !report.notes.is_empty(), "{report:?}");

    let third = vec![world.file("3.xlsx", "2025-04-01T08:00:00", vec![persons(A, "202503", &["p4", "p5"])])];
    reopened.land(suixin_warehouse::Delivery { files: third }, clock(NOW), &crate::support::quiet).await.unwrap();
    let snapshot = reopened.snapshot().await.unwrap();
    assert_eq!(crate::support::list(&snapshot, "SELECT count(*) FROM person").await, "4");
    assert_eq!(delta_rows(&world, "person").await, 4, "leftovers are out of the Delta log again");
    let again = reopened
        .land(suixin_warehouse::Delivery { files: second() }, clock(NOW), &crate::support::quiet)
        .await
        .unwrap();
    assert!(again.changed, "what was never committed is no duplicate");
    assert!(reopened.verify().await.unwrap().findings.is_empty());
}

#[tokio::test]
async fn a_torn_delta_commit_that_the_journal_does_not_know_is_moved_aside() {
    let world = two_landings().await;
    let torn = world.home().join("tables/person/_delta_log/00000000000000000002.json");
    fs::write(&torn, "{\"add\":{\"path\":\"half").unwrap();
    let new_table = world.home().join("tables/need_item/_delta_log");
    fs::create_dir_all(&new_table).unwrap();
    fs::write(new_table.join("00000000000000000000.json"), "{\"proto").unwrap();
    let warehouse = world.reopen().await;
    let report = warehouse.verify().await.unwrap();
    assert_eq!((report.findings.len(), report.notes.len()), (0, 1), "{report:?}");
    let tables = vec![persons(A, "202502", &["p3"]), needs(A, "202502", &[("n1", "p3", "10")])];
    world.land(vec![world.file("2.xlsx", "2025-03-01T08:00:00", tables)]).await;
    assert_eq!((delta_rows(&world, "person").await, delta_rows(&world, "need_item").await), (3, 1));
    assert!(world.reopen().await.verify().await.unwrap().notes.is_empty());
}

#[tokio::test]
async fn sweeping_removes_what_no_snapshot_names_and_nothing_else() {
    let world = two_landings().await;
    let journal = fs::read(world.home().join("journal/journal.jsonl")).unwrap();
    let head = fs::read(world.home().join("journal/HEAD")).unwrap();
    let first = world.snapshot().await;
    world.land(vec![world.file("2.xlsx", "2025-03-01T08:00:00", vec![persons(A, "202502", &["p3"])])]).await;
    forget_last(&world, &journal, &head);
    let warehouse = world.reopen().await;
    let report = warehouse.sweep(clock(NOW)).await.unwrap();
    assert_eq!(report.tables, ["person", "submission_batch", "submission_file"]);
    assert!(report.files >= 3 && report.bytes > 0, "{report:?}");
    assert_eq!(delta_rows(&world, "person").await, 2);
    let verified = warehouse.verify().await.unwrap();
    assert_eq!((verified.findings.len(), verified.notes.len()), (0, 0), "{verified:?}");
    let old = warehouse.snapshot_at(first.id()).await.unwrap();
    assert_eq!(crate::support::list(&old, "SELECT count(*) FROM person").await, "2");
    let again = warehouse.sweep(clock(NOW)).await.unwrap();
    assert_eq!((again.files, again.tables.len(), again.snapshot), (0, 0, report.snapshot));
}

#[tokio::test]
async fn a_backup_is_a_warehouse_of_its_own() {
    let world = two_landings().await;
    let first = world.snapshot().await;
    let copy = world.dir.path().join("copy");
    let report = world.warehouse.backup(&copy).unwrap();
    assert_eq!(report.snapshot, first.id().to_string());
    world.land(vec![world.file("2.xlsx", "2025-03-01T08:00:00", vec![persons(A, "202502", &["p3"])])]).await;
    let again = world.warehouse.backup(&copy).unwrap();
    assert!(again.files > 0 && again.files < report.files + 20);
    let restored = Warehouse::open(&copy, contracts()).await.unwrap();
    assert_eq!(restored.verify().await.unwrap().findings, Vec::<String>::new());
    let (ours, theirs) = (world.snapshot().await, restored.snapshot().await.unwrap());
    assert_eq!(ours.id(), theirs.id());
    let sql = "SELECT * FROM person ORDER BY pid_token";
    assert_eq!(ours.query(sql).await.unwrap(), theirs.query(sql).await.unwrap());
    assert_eq!(
        crate::support::list(&restored.snapshot_at(first.id()).await.unwrap(), "SELECT count(*) FROM person").await,
        "2"
    );
    let who = suixin_warehouse::Principal { account: "u".into(), role: "audit".into() };
    let kind = suixin_ingest::contract::VaultKind::Id;
    let clear = restored.reveal(kind, &restored.token(kind, "p3"), &who, "核查", clock(NOW)).unwrap();
    assert_eq!(clear.as_deref(), Some("p3"));
}

#[tokio::test]
async fn delta_readers_agree_across_checkpoints() {
    let world = World::new().await;
    let write = |n: i64| {
        let mut row = vec![Value::Null; contracts().table("dq_issue").unwrap().columns.len()];
        row[0] = format!("{n:03}").into();
        vec![TableWrite { table: "dq_issue".into(), replace: Replace::Append, rows: vec![row] }]
    };
    for n in 0..40 {
        world.warehouse.commit(write(n), "t", clock(NOW)).await.unwrap();
    }
    let log = world.home().join("tables/dq_issue/_delta_log");
    assert!(
        log.join("_last_checkpoint").exists() && log.join("00000000000000000001.json").exists(),
        "commits are kept"
    );
    assert_eq!(delta_rows(&world, "dq_issue").await, 40);
    assert!(world.reopen().await.verify().await.unwrap().findings.is_empty());
}

#[tokio::test]
async fn delta_readers_see_the_rows_in_force_and_the_replaced_ones() {
    let world = two_landings().await;
    world
        .land(vec![world.file("2.xlsx", "2025-03-01T08:00:00", vec![needs(A, "202501", &[("n1", "p1", "10")])])])
        .await;
    world
        .land(vec![world.file("3.xlsx", "2025-04-01T08:00:00", vec![needs(A, "202502", &[("n1", "p1", "50")])])])
        .await;
    let url = ensure_table_uri(world.home().join("tables/need_item").to_string_lossy()).unwrap();
    let table = deltalake_core::open_table(url).await.unwrap();
    let context = deltalake_core::datafusion::prelude::SessionContext::new();
    context.register_table("t", table.table_provider().await.unwrap()).unwrap();
    let sql = "SELECT need_id, status_code, eval_unit_code, is_current, batch_id, src_row, record_hash FROM t ORDER BY is_current";
    let theirs = context.sql(sql).await.unwrap().collect().await.unwrap();
    let theirs = deltalake_core::arrow::util::pretty::pretty_format_batches(&theirs).unwrap().to_string();
    let ours = sql.replace("FROM t", "FROM (SELECT * FROM need_item UNION ALL SELECT * FROM history.need_item)");
    let ours = world.snapshot().await.query(&ours).await.unwrap();
    assert_eq!(ours.rows.len(), 2);
    for row in ours.rows {
        for value in row {
            assert!(theirs.contains(&value.to_string()), "{value} is not in\n{theirs}");
        }
    }
    let protocol = table.snapshot().unwrap().protocol().clone();
    let text = format!("{protocol:?}").to_lowercase();
    assert!(!text.contains("deletion") && !text.contains("mapping"), "{text}");
}

#[tokio::test]
async fn what_is_missing_or_changed_is_named_and_not_opened() {
    let world = two_landings().await;
    let tables = world.home().join("tables/person");
    let data = files(&tables).into_iter().find(|p| p.extension().is_some_and(|e| e == "parquet")).unwrap();
    let log = tables.join("_delta_log/00000000000000000001.json");
    let journal = world.home().join("journal/journal.jsonl");
    for (path, damage) in [(&data, None), (&data, Some("short")), (&log, Some("")), (&journal, Some(""))] {
        let whole = fs::read(path).unwrap();
        match damage {
            None => fs::remove_file(path).unwrap(),
            Some(text) => fs::write(path, text).unwrap(),
        }
        let error = Warehouse::open(&world.home(), contracts()).await.err().unwrap();
        assert_eq!(error.kind(), Kind::Damaged, "{}", path.display());
        fs::write(path, whole).unwrap();
    }
    assert!(Warehouse::open(&world.home(), contracts()).await.is_ok());
}

#[tokio::test]
async fn verify_finds_bytes_changed_in_place() {
    let world = two_landings().await;
    let received = files(&world.home().join("received")).remove(0);
    let data = files(&world.home().join("tables/person"))
        .into_iter()
        .find(|p| p.extension().is_some_and(|e| e == "parquet"))
        .unwrap();
    for path in [received, data] {
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let report = world.reopen().await.verify().await.unwrap();
        assert_eq!(report.findings.len(), 1, "{report:?}");
        bytes[middle] ^= 1;
        fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(world.warehouse.verify().await.unwrap().findings, Vec::<String>::new());
}

#[tokio::test]
async fn a_changed_contract_of_a_stored_table_is_refused() {
    let world = two_landings().await;
    let mut changed = (*contracts()).clone();
    changed.tables.get_mut("person").unwrap().columns.pop();
    let error = Warehouse::open(&world.home(), std::sync::Arc::new(changed)).await.err().unwrap();
    assert_eq!(error.kind(), Kind::Input);
    let mut wider = (*contracts()).clone();
    wider.tables.get_mut("visit_survey").unwrap().columns.pop();
    assert!(
        Warehouse::open(&world.home(), std::sync::Arc::new(wider)).await.is_ok(),
        "a table without rows may change"
    );
}
