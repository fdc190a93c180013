//! Templates that go on with what earlier returns left open.

use std::collections::BTreeMap;

use suixin_api::ops::intake::{self, Intake};
use suixin_api::ops::ledger;
use suixin_ingest::period::Period;
use suixin_ingest::template::{self, Prefill};
use suixin_ingest::value::Value;

use crate::support::{empty, with_returns};

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

fn complaint(id: &str, closed: Option<&str>) -> BTreeMap<String, Value> {
    let date = |text: &str| Value::Date(text.parse().unwrap());
    let mut row = BTreeMap::from([
        ("complaint_id".to_owned(), id.into()),
        ("target_type".to_owned(), "unit".into()),
        ("target_id".to_owned(), "510903".into()),
        ("receive_date".to_owned(), date("2025-02-03")),
        ("due_date".to_owned(), date("2025-02-18")),
        ("category".to_owned(), "5".into()),
    ]);
    if let Some(day) = closed {
        row.extend([("close_date".to_owned(), date(day)), ("is_true".to_owned(), "3".into())]);
    }
    row
}

#[tokio::test]
async fn a_template_lists_what_is_still_open() {
    let world = with_returns(|n| n.contains("基础数据")).await;
    let send = async |prefill: &Prefill, month: &str| {
        let path = world.home.path().join(format!("投诉举报_{month}.xlsx"));
        let bytes = template::write(&world.app.contracts, "T-COMPLAINT", "船山区", period(month), prefill).unwrap();
        std::fs::write(&path, bytes).unwrap();
        intake::run(&world.app, &Intake { paths: vec![path], ..Intake::default() }, &|_, _, _| {}).await.unwrap()
    };
    let open = async |unit: &str, month: &str| {
        ledger::open_rows(&world.app, Some("t-complaint"), unit, period(month), None).await.unwrap()
    };
    let february = Prefill::from([(
        "complaint".to_owned(),
        vec![complaint("TS1", None), complaint("TS2", Some("2025-02-10")), complaint("TS3", None)],
    )]);
    let outcome = send(&february, "202502").await;
    assert_eq!((outcome.landing.files[0].tables[0].accepted, outcome.errors()), (3, 0), "{:?}", outcome.landing.issues);

    let march = open("510903", "202503").await;
    assert_eq!(march["complaint"], [complaint("TS1", None), complaint("TS3", None)]);
    assert!(open("510903", "202502").await.is_empty(), "a month does not go on with itself");
    assert!(open("510904", "202503").await.is_empty(), "another unit");
    assert!(open("510903", "2025Q1").await.is_empty(), "a quarter has no complaints");

    // What the template lists comes back as it was, and one of them with its outcome.
    let sent = Prefill::from([("complaint".to_owned(), vec![complaint("TS1", Some("2025-03-04"))])]);
    send(&sent, "202503").await;
    assert_eq!(open("510903", "202504").await["complaint"], [complaint("TS3", None)]);
}

#[tokio::test]
async fn personal_values_are_opened_only_for_a_purpose_and_on_record() {
    let world = with_returns(|n| n.contains("市局/") || n.contains("/船山区/")).await;
    let snapshot = world.app.warehouse.snapshot().await.unwrap();
    let sql = "SELECT count(*) FROM need_item WHERE close_date IS NULL AND split_part(batch_id, '.', 2) = '510903'";
    let expected = snapshot.query(sql).await.unwrap().rows[0][0].to_string();
    let asked = async |purpose: Option<&'static str>| {
        let mut rows =
            ledger::open_rows(&world.app, Some("T-NEED"), "510903", period("202601"), purpose).await.unwrap();
        rows.remove("need_item").unwrap()
    };
    let (masked, before) = (asked(None).await, world.app.warehouse.audit_verify().unwrap().records);
    assert_eq!(masked.len().to_string(), expected);
    assert!(masked.iter().all(|row| !row.contains_key("pid_token")));
    let clear = asked(Some("核对需求办理情况")).await;
    let opened = clear.iter().filter(|r| r["pid_token"].as_str().is_some_and(|id| id.len() == 18)).count();
    assert_eq!((clear.len(), opened), (masked.len(), masked.len()));
    assert!(world.app.warehouse.audit_verify().unwrap().records >= before + opened as u64);
    let empty = empty().await;
    let none = ledger::open_rows(&empty.app, None, "510903", period("202601"), None).await.unwrap();
    assert!(none.is_empty());
}
