//! The views for auditors, through the gate, over rows made by hand.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use suixin_ingest::contract::{Contracts, Kind, Table};
use suixin_ingest::value::Value;
use suixin_warehouse::{Limits, Snapshot, Warehouse};

const A: &str = "510903";

/// A row by column names; dates and numbers as the contract has them, the rest is NULL.
fn row(table: &Table, cells: &[(&str, &str)]) -> Vec<Value> {
    let mut row = vec![Value::Null; table.columns.len()];
    for (name, text) in cells {
        let place = table.index_of(name).unwrap();
        row[place] = match table.columns[place].kind {
            Kind::Date => Value::Date(text.parse::<NaiveDate>().unwrap()),
            Kind::Ts => Value::Ts(text.parse::<NaiveDateTime>().unwrap()),
            Kind::Int => Value::Int(text.parse().unwrap()),
            _ => Value::Str((*text).to_owned()),
        };
    }
    row
}

struct Told {
    contracts: Arc<Contracts>,
    snapshot: Snapshot,
    _home: tempfile::TempDir,
}

impl Told {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let contracts = Arc::new(Contracts::embedded().unwrap());
        let warehouse = Warehouse::init(&home.path().join("home"), Arc::clone(&contracts)).await.unwrap();
        Self { contracts, snapshot: warehouse.snapshot().await.unwrap(), _home: home }
    }

    fn with(mut self, table: &str, rows: &[&[(&str, &str)]]) -> Self {
        let contract = self.contracts.table(table).unwrap();
        let unit = contract.index_of("eval_unit_code");
        let rows = rows.iter().map(|cells| {
            let mut row = row(contract, cells);
            if let Some(place) = unit.filter(|p| row[*p].is_null()) {
                row[place] = Value::from(A);
            }
            row
        });
        self.snapshot = self.snapshot.with_table(table, rows.collect()).unwrap();
        self
    }

    async fn list(&self, sql: &str) -> Vec<String> {
        let frame = self.snapshot.query_gated(sql, &Limits::default()).await.unwrap();
        frame.rows.iter().map(|r| r.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")).collect()
    }
}

#[tokio::test]
async fn cases_stand_with_their_steps_what_is_due_and_the_correction_that_ended_them() {
    let hit = |id, run, status, seen| {
        [
            ("hit_id", id),
            ("rule_id", "R1"),
            ("rule_version", "1"),
            ("run_id", run),
            ("status_code", status),
            ("last_seen", seen),
        ]
    };
    let told = Told::new()
        .await
        .with("risk_rule", &[&[("rule_id", "R1"), ("version", "1"), ("sql_text", "SELECT * FROM person")]])
        .with(
            "risk_hit",
            &[
                &hit("YD1", "R20250301-S000017-aa", "20", "2025-03-01"),
                &hit("YD2", "R20250201-S000009-aa", "10", "2025-02-01"),
                &hit("YD3", "R20250301-S000017-aa", "10", "2025-03-01"),
            ],
        )
        .with(
            "risk_handling",
            &[
                &[
                    ("handling_id", "YD1-01"),
                    ("hit_id", "YD1"),
                    ("step", "1"),
                    ("action_date", "2025-03-03"),
                    ("conclusion", "20"),
                ],
                &[("handling_id", "YD1-02"), ("hit_id", "YD1"), ("step", "2"), ("due_date", "2025-03-10")],
            ],
        )
        .with(
            "submission_batch",
            &[
                &[("batch_id", "B1"), ("revision", "1"), ("received_ts", "2025-02-10T09:00:00"), ("status_code", "4")],
                &[("batch_id", "B2"), ("revision", "1"), ("received_ts", "2025-02-10T09:00:00"), ("status_code", "4")],
                &[("batch_id", "B3"), ("revision", "0"), ("received_ts", "2025-02-10T09:00:00"), ("status_code", "4")],
                &[("batch_id", "B4"), ("revision", "1"), ("received_ts", "2025-01-31T09:00:00"), ("status_code", "4")],
                &[("batch_id", "B5"), ("revision", "1"), ("received_ts", "2025-02-10T09:00:00"), ("status_code", "2")],
            ],
        )
        .with(
            "submission_file",
            &[
                &[("batch_id", "B1"), ("target_table", "person")],
                &[("batch_id", "B2"), ("target_table", "donor")],
                &[("batch_id", "B3"), ("target_table", "person")],
                &[("batch_id", "B4"), ("target_table", "person")],
                &[("batch_id", "B5"), ("target_table", "person")],
            ],
        );
    let cases = "SELECT hit_id, found_again, steps, last_date, next_step, due_date FROM risk_case ORDER BY hit_id";
    assert_eq!(told.list(cases).await, ["YD1 true 1 2025-03-03 2 2025-03-10", "YD2 false 0   ", "YD3 true 0   "]);
    assert_eq!(
        told.list("SELECT hit_id, batch_id FROM risk_correction").await,
        ["YD2 B1"],
        "the same table, later, taken in"
    );
    let steps = "SELECT handling_id, step_name, state FROM risk_step ORDER BY handling_id";
    assert_eq!(told.list(steps).await, ["YD1-01 推送 done", "YD1-02 说明 due"]);
}

#[tokio::test]
async fn precision_counts_what_was_concluded_in_a_quarter_and_the_one_before() {
    let hit = |id, status| [("hit_id", id), ("rule_id", "R1"), ("status_code", status)];
    let step = |id, hit, day, state| {
        [
            ("handling_id", id),
            ("hit_id", hit),
            ("step", "5"),
            ("action_date", day),
            ("due_date", "2025-02-15"),
            ("conclusion", state),
        ]
    };
    let told = Told::new()
        .await
        .with("risk_hit", &[&hit("1", "60"), &hit("2", "60"), &hit("3", "62"), &hit("4", "60"), &hit("5", "50")])
        .with(
            "risk_handling",
            &[
                &step("1", "1", "2024-12-31", "60"),
                &step("2a", "2", "2024-11-01", "60"),
                &step("2b", "2", "2024-12-01", "50"),
                &step("2c", "2", "2025-01-01", "60"),
                &step("3", "3", "2025-03-31", "62"),
                &step("4", "4", "2025-07-01", "60"),
                &step("5", "5", "2025-01-01", "50"),
            ],
        );
    let sql = "SELECT quarter, concluded, false_alarms, precision_pct, concluded_2q, false_alarms_2q FROM risk_precision ORDER BY 1";
    let wanted = ["2024Q4 1 1 0.00 1 1", "2025Q1 2 1 50.00 3 2", "2025Q3 1 1 0.00 1 1"];
    assert_eq!(told.list(sql).await, wanted, "a reopened case counts where it was concluded last; open ones do not");
    let late = "SELECT hit_id FROM risk_step WHERE state = 'late' ORDER BY 1";
    assert_eq!(told.list(late).await, ["3", "4"]);
}

async fn supervised() -> Told {
    let due = |period, day, exempt| {
        [("template_code", "T-SUPISSUE"), ("period", period), ("due_date", day), ("exempt", exempt)]
    };
    let visit = |id, kind, period, day, recorded, issues| {
        [
            ("supervision_id", id),
            ("sup_type", kind),
            ("period", period),
            ("sup_date", day),
            ("record_date", recorded),
            ("issue_count", issues),
            ("inspectors", "2"),
            ("target_type", "unit"),
            ("target_id", A),
        ]
    };
    Told::new()
        .await
        .with(
            "submission_expected",
            &[
                &due("202501", "2025-02-06", "N"),
                &due("202502", "2025-03-03", "N"),
                &due("202503", "2025-04-03", "N"),
                &due("202504", "2025-05-06", "N"),
                &due("202505", "2025-06-03", "Y"),
                &due("202506", "2025-07-03", "N"),
                &[("template_code", "T-NEED"), ("period", "202507"), ("due_date", "2025-07-03"), ("exempt", "N")],
            ],
        )
        .with("submission_batch", &[&[("batch_id", "B"), ("received_ts", "2025-05-06T20:00:00")]])
        .with(
            "supervision",
            &[
                &visit("D1", "1", "202501", "2025-01-31", "2025-02-06", "2"),
                &visit("D2", "1", "202502", "2025-02-01", "2025-03-04", "0"),
                &visit("D3", "1", "202503", "2025-04-02", "2025-04-03", "0"),
                &visit("D4", "2", "2025Q1", "2025-03-31", "2025-04-03", "1"),
            ],
        )
        .with("supervision_issue", &[])
}

#[tokio::test]
async fn a_round_that_was_due_is_done_late_missing_or_still_to_come() {
    let told = supervised().await;
    let months =
        "SELECT period, held, entered_late, issues, issues_listed, state FROM supervision_month ORDER BY period";
    let wanted = [
        "202501 1 1 2 0 done",
        "202502 1 1 0 0 late",
        // Held in April for March.
        "202503 0 0 0 0 late",
        // The same visit is April's, as indicator SUP-101 counts it.
        "202504 1 0 0 0 done",
        "202505 0 0 0 0 exempt",
        "202506 0 0 0 0 not_due",
    ];
    assert_eq!(told.list(months).await, wanted);
    let quarters = "SELECT quarter, due_date, held, issues, state FROM supervision_quarter ORDER BY quarter";
    assert_eq!(told.list(quarters).await, ["2025Q1 2025-04-03 1 1 done", "2025Q2 2025-07-03 0 0 not_due"]);
    let later = told.with("submission_batch", &[&[("batch_id", "B"), ("received_ts", "2025-07-04T08:00:00")]]);
    let missing = "SELECT period, state FROM supervision_month WHERE period = '202506' \
                   UNION ALL SELECT quarter, state FROM supervision_quarter WHERE quarter = '2025Q2' ORDER BY 1";
    assert_eq!(later.list(missing).await, ["202506 missing", "2025Q2 missing"]);
}

#[tokio::test]
async fn findings_say_how_they_were_put_right_and_whether_they_came_back() {
    let issue = |id, said, found, due, status| {
        [
            ("issue_id", id),
            ("supervision_id", "D1"),
            ("category", "5"),
            ("description", said),
            ("found_date", found),
            ("due_date", due),
            ("status_code", status),
            ("is_repeat", "N"),
        ]
    };
    let rectified = |id, said, found, due, day, status| {
        let mut cells = issue(id, said, found, due, status).to_vec();
        cells.push(("rectified_date", day));
        cells
    };
    let late = rectified("W2", "乙", "2025-01-10", "2025-02-10", "2025-02-11", "4");
    let waiting = rectified("W3", "丙", "2025-01-10", "2025-02-10", "2025-02-10", "3");
    let told = supervised().await.with(
        "supervision_issue",
        &[
            &issue("W1", "甲", "2024-01-01", "2024-02-01", "4"),
            &late,
            &waiting,
            &issue("W4", "甲", "2024-12-31", "2025-05-06", "2"),
            &issue("W5", "甲", "2025-12-31", "2025-05-05", "2"),
            &issue("W6", "甲", "2026-12-31", "2027-05-05", "1"),
        ],
    );
    let sql = "SELECT issue_id, state, repeat_of FROM supervision_finding ORDER BY issue_id";
    let wanted = ["W1 closed ", "W2 closed_late ", "W3 rectified ", "W4 open W1", "W5 overdue W4", "W6 open W5"];
    assert_eq!(told.list(sql).await, wanted.map(|w| w.to_owned()), "2024 has 366 days, so W4 is 365 days after W1");
    let again = told.with(
        "supervision_issue",
        &[&issue("W1", "甲", "2024-01-01", "2024-02-01", "4"), &issue("W4", "甲", "2025-01-01", "2025-05-06", "2")],
    );
    assert_eq!(again.list(sql).await[1], "W4 open ", "more than a year later");
}

#[tokio::test]
async fn six_visits_in_six_months_without_an_issue_are_an_alarm() {
    let due = |period, day| [("template_code", "T-SUPISSUE"), ("period", period), ("due_date", day), ("exempt", "N")];
    let visit = |id, day, issues| {
        [("supervision_id", id), ("sup_type", "1"), ("period", "2025"), ("sup_date", day), ("issue_count", issues)]
    };
    let visits = |first: &'static str| {
        [
            visit("D1", "2025-01-31", first),
            visit("D2", "2025-02-01", "0"),
            visit("D3", "2025-03-01", "0"),
            visit("D4", "2025-04-01", "0"),
            visit("D5", "2025-05-01", "0"),
            visit("D6", "2025-06-30", "0"),
        ]
    };
    let sql = "SELECT period, visits, issues, alarm FROM supervision_zero_issue ORDER BY period";
    let told =
        Told::new().await.with("submission_expected", &[&due("202506", "2025-07-03"), &due("202507", "2025-08-04")]);
    let quiet = visits("0");
    let told = told.with("supervision", &quiet.iter().map(|v| &v[..]).collect::<Vec<_>>());
    assert_eq!(told.list(sql).await, ["202506 6 0 true", "202507 5 0 false"]);
    let found = visits("1");
    let told = told.with("supervision", &found.iter().map(|v| &v[..]).collect::<Vec<_>>());
    assert_eq!(told.list(sql).await, ["202506 6 1 false", "202507 5 0 false"]);
}
