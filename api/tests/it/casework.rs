//! Handling suspicions and reading supervision as the commands do, on returns of a month.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use suixin_api::app::App;
use suixin_api::clock::Clock;
use suixin_api::ops::casework::{self, Ask, AskEntry, AskTolerance, Filter};
use suixin_api::ops::evaluate;
use suixin_api::ops::intake::{self, Intake};
use suixin_api::ops::supervision::{self, Went};
use suixin_ingest::contract::VaultKind;
use suixin_ingest::template::{self, Prefill};
use suixin_ingest::value::Value;
use suixin_metrics::casework::{Finding, Verdict};
use suixin_warehouse::Principal;

use crate::support::{World, YEAR, empty, query, with_returns};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The bureau's own data and returns that pass, with the risk rules run.
async fn world(keep: impl Fn(&str) -> bool) -> World {
    let world = with_returns(|n| n.contains("市局") || keep(n)).await;
    evaluate::risks(&world.app, YEAR, &|_, _, _| {}).await.unwrap();
    world
}

/// A unit's whole year.
fn year_of_a_unit(name: &str) -> bool {
    name.contains("/船山区/")
}

fn on(app: &App, date: &str) -> App {
    App { clock: Clock::new(Some(day(date))), ..app.clone() }
}

fn ask(action: &str, role: &str, by: &[&str]) -> Ask {
    Ask {
        action: action.into(),
        role: role.into(),
        by: by.iter().map(|n| (*n).to_owned()).collect(),
        reason: "核对台账".into(),
        evidence: Some("材料1".into()),
        despite_missing: Some("其余月份与本疑点无关".into()),
        ..Ask::default()
    }
}

async fn of_level(app: &App, level: &str) -> Vec<String> {
    let filter = Filter { level: Some(level.into()), status: Some("10".into()), ..Filter::default() };
    casework::list(app, &filter).await.unwrap().into_iter().map(|l| l.id).collect()
}

async fn refused(app: &App, id: &str, ask: &Ask) -> String {
    casework::step(app, &[id.to_owned()], ask).await.unwrap_err().to_string()
}

async fn state(app: &App, id: &str) -> String {
    casework::show(app, id).await.unwrap().line.status
}

async fn told(app: &App, sql: &str) -> Vec<String> {
    let frame = app.warehouse.snapshot().await.unwrap().query(sql).await.unwrap();
    frame.rows.iter().map(|r| r.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")).collect()
}

fn findings(unmet: &str) -> BTreeMap<String, Finding> {
    let one = |flag: char| (flag.to_string(), Finding { met: !unmet.contains(flag), ground: "依据".into() });
    "abcde".chars().map(one).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspicion_is_carried_from_the_push_to_a_decision_and_back() {
    let world = world(year_of_a_unit).await;
    let app = on(&world.app, "2026-01-15");
    let ids = of_level(&app, "H").await;
    let (id, others) = ids.split_first().expect("a hit of level H");
    let one = std::slice::from_ref(id);

    assert!(refused(&app, id, &ask("push", "county", &["经办甲"])).await.contains("无权办理，应由 audit 办理"));
    let cases = casework::step(&app, one, &ask("push", "audit", &["经办甲"])).await.unwrap();
    assert_eq!(cases[0].due.as_ref().unwrap().day, day("2026-01-22"), "five working days");
    // Many at once, all or none: one of these is pushed already.
    let both = [others[0].clone(), id.clone()];
    assert!(casework::step(&app, &both, &ask("push", "audit", &["经办甲"])).await.is_err());
    assert_eq!(state(&app, &others[0]).await, "10");

    let overdue = Filter { overdue: true, ..Filter::default() };
    assert_eq!(casework::list(&on(&app, "2026-01-22"), &overdue).await.unwrap(), []);
    let late = on(&app, "2026-01-23");
    let lines = casework::list(&late, &overdue).await.unwrap();
    assert_eq!(lines.iter().map(|l| (l.id.as_str(), l.overdue_days)).collect::<Vec<_>>(), [(id.as_str(), 1)]);

    casework::step(&late, one, &ask("explain", "county", &["经办乙"])).await.unwrap();
    assert!(refused(&late, id, &ask("review", "county", &["经办乙", "经办丙"])).await.contains("说明人不能办理"));
    casework::step(&late, one, &ask("review", "county", &["经办丙", "经办丁"])).await.unwrap();
    casework::step(&late, one, &ask("verify", "audit", &["经办甲"])).await.unwrap();

    let mut test = AskTolerance {
        findings: findings("a"),
        bars: BTreeSet::new(),
        deduction: Some("2.5".parse().unwrap()),
        applied: None,
        role: "audit".into(),
        by: vec!["经办甲".into()],
    };
    let partly = casework::decide(&late, id, &test).await.unwrap();
    assert_eq!((partly.verdict, partly.spared), (Verdict::Partial, Some("1.25".parse().unwrap())));
    assert!(refused(&late, id, &ask("tolerate", "audit", &["经办甲"])).await.contains("没有“予以容错”的认定"));
    test.findings = findings("");
    assert_eq!(casework::decide(&late, id, &test).await.unwrap().verdict, Verdict::Full);
    assert_eq!(state(&late, id).await, "61");
    assert!(casework::decide(&late, id, &test).await.is_err(), "closed");
    assert_eq!(told(&late, "SELECT result, condition_flags, score_effect FROM tolerance_case").await, ["1 abcde 2.50"]);
    casework::step(&late, one, &ask("reopen", "audit", &["经办甲"])).await.unwrap();
    assert_eq!(state(&late, id).await, "50");

    // What CTY-902 counts: reviewed in the county by the day.
    let sql = "SELECT step, due_date IS NOT NULL AND action_date <= due_date FROM risk_handling WHERE step IN ('2', '3') AND action_date IS NOT NULL ORDER BY step";
    assert_eq!(told(&late, sql).await, ["2 false", "3 true"]);
    names_are_tokens(&late).await;
    let door = query(&late, "SELECT next_step, due_date FROM risk_case WHERE steps > 0").await;
    assert!(door.text.contains("2026-02-06"), "{}", door.text);
}

async fn names_are_tokens(app: &App) {
    let clear = "SELECT handling_id FROM risk_handling WHERE actor LIKE '%经办%' \
                 UNION ALL SELECT object_name FROM audit_log WHERE object_name LIKE '%经办乙%'";
    assert_eq!(told(app, clear).await, Vec::<String>::new());
    let token = app.warehouse.token(VaultKind::Name, "经办乙");
    assert_eq!(told(app, &format!("SELECT step FROM risk_handling WHERE actor = '{token}'")).await, ["2"]);
    let who = Principal { account: "test".into(), role: "audit".into() };
    let opened = app.warehouse.reveal(VaultKind::Name, &token, &who, "核对经办人", app.clock.now()).unwrap();
    assert_eq!(opened.as_deref(), Some("经办乙"));
    let log =
        told(app, "SELECT COUNT(*) FROM audit_log WHERE action = 'approve' AND object_name LIKE 'risk_case %'").await;
    assert_eq!(log, ["6"], "every step that was taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whitelisted_suspicion_is_not_pushed_while_the_entry_is_in_force() {
    let world = world(|n| n.starts_with("202503/船山区")).await;
    let app = on(&world.app, "2026-01-15");
    let id = of_level(&app, "M").await.remove(0);
    let entry = |by: &str, to: &str| AskEntry {
        rule: String::new(),
        entity: String::new(),
        case: Some(id.clone()),
        from: None,
        to: day(to),
        reason: "误登记，已报更正".into(),
        by: by.into(),
        approved_by: "批准乙".into(),
        role: "audit".into(),
    };
    assert!(
        casework::add(&app, &entry("批准乙", "2026-06-30"))
            .await
            .unwrap_err()
            .to_string()
            .contains("批准人不能是申请人")
    );
    assert!(
        casework::add(&app, &entry("申请甲", "2027-01-16")).await.unwrap_err().to_string().contains("最晚 2027-01-15")
    );
    let added = casework::add(&app, &entry("申请甲", "2026-01-20")).await.unwrap();
    assert_eq!(casework::whitelist(&app, true).await.unwrap(), std::slice::from_ref(&added));
    let push = ask("push", "audit", &["经办甲"]);
    assert!(refused(&app, &id, &push).await.contains("在白名单内（到 2026-01-20）"));
    let expired = on(&app, "2026-01-21");
    assert_eq!(casework::whitelist(&expired, true).await.unwrap(), []);
    assert!(!refused(&expired, &id, &ask("exclude_listed", "audit", &["经办甲"])).await.is_empty());
    casework::step(&app, &[id.clone()], &ask("exclude_listed", "audit", &["经办甲"])).await.unwrap();
    let all = casework::precision(&app).await.unwrap();
    assert_eq!(
        all.iter().map(|p| (p.quarter.as_str(), p.concluded, p.beyond_limit)).collect::<Vec<_>>(),
        [("2026Q1", 1, true)]
    );
    casework::step(&expired, &[id.clone()], &ask("reopen", "audit", &["经办甲"])).await.unwrap();
    assert_eq!(casework::precision(&app).await.unwrap(), []);
    let ended = casework::end(&app, &added.rule, &added.entity, "经办甲", "audit", "已更正").await.unwrap();
    assert_eq!(ended.to, day("2026-01-14"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspicion_that_a_corrected_return_ends_is_linked_to_it() {
    let world = world(year_of_a_unit).await;
    let app = on(&world.app, "2026-01-16");
    let rule = Filter { rule: Some("RSK-G01".into()), ..Filter::default() };
    let id = casework::list(&app, &rule).await.unwrap().remove(0).id;
    let donation = casework::show(&app, &id).await.unwrap().entity;
    let sql = format!(
        "SELECT b.period FROM donation d JOIN submission_batch b ON b.batch_id = d.batch_id \
         WHERE d.donation_id = '{donation}'"
    );
    let period = told(&app, &sql).await.remove(0);

    // The unit takes the rows back: the same form again, corrected, without a row.
    let path = world.home.path().join(format!("更正_T-DONATE_船山区_{period}.xlsx"));
    let bytes =
        template::write(&app.contracts, "T-DONATE", "船山区", period.parse().unwrap(), &Prefill::new()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    intake::run(&app, &Intake { paths: vec![path], ..Intake::default() }, &|_, _, _| {}).await.unwrap();
    let push = ask("push", "audit", &["经办甲"]);
    assert!(refused(&app, &id, &push).await.contains("先执行 suixin risks"), "something came in since the rules ran");
    evaluate::risks(&app, YEAR, &|_, _, _| {}).await.unwrap();

    let shown = casework::show(&app, &id).await.unwrap();
    assert!(!shown.line.found_again && shown.corrected_by.len() == 1, "{shown:?}");
    assert!(refused(&app, &id, &push).await.contains("没有再命中"));
    let closed = casework::step(&app, &[id.clone()], &ask("self_correct", "audit", &["经办甲"])).await.unwrap();
    let last = closed[0].steps.last().unwrap();
    assert_eq!(last.state, "62");
    assert!(last.evidence.as_ref().unwrap().contains(&shown.corrected_by[0]), "{last:?}");
}

#[tokio::test]
async fn supervision_of_a_period_is_judged_on_the_day_asked_for() {
    let world = empty().await;
    let contracts = &world.app.contracts;
    let rows = |table: &str, rows: &[&[(&str, Value)]]| -> Vec<Vec<Value>> {
        let contract = contracts.table(table).unwrap();
        let one = |cells: &&[(&str, Value)]| {
            let mut row = vec![Value::Null; contract.columns.len()];
            for (name, value) in *cells {
                row[contract.index_of(name).unwrap()] = value.clone();
            }
            row
        };
        rows.iter().map(one).collect()
    };
    let date = |text: &str| Value::Date(day(text));
    let due = |unit: &str, month: &str, by: &str| {
        [
            ("template_code", "T-SUPISSUE".into()),
            ("eval_unit_code", unit.into()),
            ("period", month.into()),
            ("due_date", date(by)),
            ("exempt", "N".into()),
        ]
    };
    let visit = [
        ("supervision_id", Value::from("D1")),
        ("sup_type", "1".into()),
        ("period", "202503".into()),
        ("sup_date", date("2025-03-10")),
        ("record_date", date("2025-03-20")),
        ("inspectors", Value::Int(1)),
        ("issue_count", Value::Int(2)),
        ("eval_unit_code", "510903".into()),
    ];
    let issue = [
        ("issue_id", Value::from("W1")),
        ("supervision_id", "D1".into()),
        ("category", "5".into()),
        ("severity", "1".into()),
        ("description", "台账更新不及时".into()),
        ("found_date", date("2025-03-10")),
        ("due_date", date("2025-04-09")),
        ("status_code", "1".into()),
        ("is_repeat", "Y".into()),
        ("eval_unit_code", "510903".into()),
    ];
    let snapshot = world.app.warehouse.snapshot().await.unwrap();
    let expected = [
        due("510903", "202503", "2025-04-03"),
        due("510904", "202503", "2025-04-03"),
        due("510903", "202504", "2025-05-06"),
    ];
    let expected: Vec<&[(&str, Value)]> = expected.iter().map(|e| &e[..]).collect();
    let snapshot = snapshot.with_table("submission_expected", rows("submission_expected", &expected)).unwrap();
    let snapshot = snapshot.with_table("supervision", rows("supervision", &[&visit])).unwrap();
    let snapshot = snapshot.with_table("supervision_issue", rows("supervision_issue", &[&issue])).unwrap();

    let of = |period: &str, unit: Option<&'static str>, today: &str| {
        let (snapshot, period, today) = (snapshot.clone(), period.parse().unwrap(), day(today));
        async move { supervision::on(&snapshot, today, period, unit).await.unwrap() }
    };
    let march = of("202503", None, "2025-04-09").await;
    let went: Vec<_> = march.rounds.iter().map(|r| (r.unit.as_str(), r.period.as_str(), r.went)).collect();
    let wanted = [
        ("510903", "202503", Went::Done),
        ("510904", "202503", Went::Missing),
        ("510903", "2025Q1", Went::Missing),
        ("510904", "2025Q1", Went::Missing),
    ];
    assert_eq!(went, wanted, "the quarter ends in March");
    let first = &march.rounds[0];
    assert_eq!((first.one_inspector, first.entered_late, first.issues, first.issues_listed), (1, 1, 2, Some(1)));
    assert_eq!((march.findings[0].state.as_str(), march.findings[0].overdue_days), ("open", 0), "the last day");
    assert!(march.findings[0].repeated);
    let later = of("2025", Some("510903"), "2025-05-06").await;
    assert_eq!((later.findings[0].state.as_str(), later.findings[0].overdue_days), ("overdue", 27));
    let went: Vec<_> = later.rounds.iter().map(|r| (r.period.as_str(), r.went)).collect();
    assert_eq!(went, [("202503", Went::Done), ("202504", Went::NotDue), ("2025Q1", Went::Missing)]);
    assert_eq!(of("2025Q2", Some("510903"), "2025-05-07").await.rounds[0].went, Went::Missing);
    assert_eq!(of("202503", None, "2025-04-03").await.rounds[1].went, Went::NotDue);
}
