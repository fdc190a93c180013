//! No clear personal value outside the vault and the returns as received.

use std::fs;
use std::path::Path;

use suixin_ingest::contract::VaultKind;
use suixin_ingest::value::Value;
use suixin_warehouse::{Kind, Principal};

use crate::support::{NOW, World, clock, needs, table};

const PLANTED: [&str; 5] = ["欧阳种植", "510903199001011234", "13912345678", "种植路八十八号", "6217000000000012345"];

fn person() -> suixin_ingest::checked::CheckedTable {
    let row = [
        ("pid_token", Value::from(PLANTED[1])),
        ("person_name", PLANTED[0].into()),
        ("phone", PLANTED[2].into()),
        ("bank_account_token", PLANTED[4].into()),
        ("id_valid", Value::Bool(true)),
    ];
    table("person", "510903", "202501", &[&row])
}

fn household() -> suixin_ingest::checked::CheckedTable {
    table("household", "510903", "202501", &[&[("household_id", "h1".into()), ("address", PLANTED[3].into())]])
}

/// Files below a folder that hold a text, as it is or compressed by no more than a page.
fn holding(dir: &Path, needle: &str, out: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_none_or(|n| n != "received") {
                holding(&path, needle, out);
            }
        } else if fs::read(&path).unwrap().windows(needle.len()).any(|w| w == needle.as_bytes()) {
            out.push(path.display().to_string());
        }
    }
}

#[tokio::test]
async fn nothing_planted_is_found_in_any_file_but_the_returns() {
    let world = World::new().await;
    // A row that fails must not tell either.
    let lost = needs("510903", "202501", &[("n1", "510903199001019999", "10")]);
    let mut file = world.file("a.xlsx", "2025-02-01T08:00:00", vec![person(), household(), lost]);
    file.signatures.head = Some(PLANTED[0].to_owned());
    let landing = world.land(vec![file]).await;
    let told = format!("{landing:?}");
    for needle in PLANTED.into_iter().chain(["510903199001019999"]) {
        let mut found = Vec::new();
        holding(&world.home(), needle, &mut found);
        assert_eq!(found, Vec::<String>::new(), "{needle}");
        assert!(!told.contains(needle), "{needle} is in an outcome or a message");
    }
    // Compressed pages hide text from a search: look at the values too.
    for table in ["person", "household", "need_item", "dq_issue", "submission_batch"] {
        let rows = format!("{:?}", world.snapshot().await.query(&format!("SELECT * FROM {table}")).await.unwrap().rows);
        assert!(PLANTED.iter().all(|p| !rows.contains(p)), "{table}");
    }
}

#[tokio::test]
async fn one_person_is_opened_for_a_purpose_and_on_record() {
    let world = World::new().await;
    world.land(vec![world.file("a.xlsx", "2025-02-01T08:00:00", vec![person(), household()])]).await;
    let who = Principal { account: "u1".to_owned(), role: "audit".to_owned() };
    let token = world.list("SELECT pid_token FROM person").await;
    assert_eq!(token, world.warehouse.token(VaultKind::Id, PLANTED[1]));
    let reveal = |kind, purpose| world.warehouse.reveal(kind, &token, &who, purpose, clock(NOW));
    assert_eq!(reveal(VaultKind::Id, " ").unwrap_err().kind(), Kind::Refused);
    assert_eq!(reveal(VaultKind::Id, "入户核查").unwrap().as_deref(), Some(PLANTED[1]));
    assert_eq!(reveal(VaultKind::Name, "入户核查").unwrap(), None, "a token of one kind opens nothing of another");
    let report = world.warehouse.audit_verify().unwrap();
    assert_eq!((report.records, report.problems.len()), (2, 0));
    // Without a log there is no answer.
    let log = world.home().join("audit");
    fs::rename(&log, world.home().join("gone")).unwrap();
    fs::write(&log, "in the way").unwrap();
    assert_eq!(reveal(VaultKind::Id, "入户核查").unwrap_err().kind(), Kind::Secured);
}

#[tokio::test]
async fn the_audit_log_of_a_snapshot_is_the_one_of_its_commit() {
    let world = World::new().await;
    let who = Principal { account: "u1".to_owned(), role: "audit".to_owned() };
    world.warehouse.reveal(VaultKind::Id, "T1:0", &who, "核查", clock(NOW)).unwrap();
    world.land(vec![world.file("a.xlsx", "2025-02-01T08:00:00", vec![household()])]).await;
    world.warehouse.reveal(VaultKind::Id, "T1:0", &who, "核查", clock(NOW)).unwrap();
    let sql = "SELECT log_id, action, purpose FROM audit_log";
    assert_eq!(world.list(sql).await, "L000000001 unmask 核查");
}
