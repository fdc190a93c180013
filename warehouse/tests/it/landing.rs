//! Deliveries: duplicates, foreign keys, waivers, the books.

use sha2::{Digest, Sha256};
use suixin_ingest::checked::{CheckedTable, Level, SentHeader};
use suixin_ingest::value::Value;
use suixin_warehouse::Intake;

use crate::support::{
    NOW, World, clock, codes, correction, edited, issue, list, needs, persons, quiet, table, waiting,
};

const A: &str = "510903";
const B: &str = "510904";
const DAY: &str = "2025-02-03T10:00:00";

#[tokio::test]
async fn the_same_delivery_again_changes_nothing() {
    let world = World::new().await;
    let files = || vec![world.file("a.xlsx", DAY, vec![persons(A, "202501", &["p1", "p2"])])];
    let first = world.land(files()).await;
    assert!(first.changed && first.issues.is_empty());
    let again = world.land(files()).await;
    assert_eq!((again.changed, &again.snapshot, codes(&again).as_str()), (false, &first.snapshot, "DQ001:"));
    assert_eq!(again.files[0].duplicate_of.as_deref(), Some("a.xlsx"));
    assert_eq!(world.list("SELECT count(*) FROM person").await, "2");
    assert_eq!(world.warehouse.snapshots().unwrap().len(), 1);
    assert_eq!(world.list("SELECT count(*) FROM dq_issue").await, "0");
}

#[tokio::test]
async fn the_same_bytes_twice_in_a_delivery_count_once() {
    let world = World::new().await;
    let mut copy = world.file("b.xlsx", DAY, vec![persons(A, "202501", &["p1"])]);
    let first = world.file("a.xlsx", DAY, vec![persons(A, "202501", &["p1"])]);
    copy.sha256.clone_from(&first.sha256);
    let landing = world.land(vec![copy, first]).await;
    assert_eq!(landing.files[1].duplicate_of.as_deref(), Some("a.xlsx"));
    assert_eq!(landing.files[0].tables[0].batch_id, "T-PERSON.510903.202501.0");
    assert_eq!(world.list("SELECT count(*) FROM submission_file").await, "1");
}

#[tokio::test]
async fn nil_returns_of_several_units_are_no_copies_of_each_other() {
    let world = World::new().await;
    let nil = |name: &str, unit: &str, period: &str| {
        let mut file = world.file(name, DAY, vec![persons(unit, period, &[])]);
        std::fs::write(&file.path, "headers").unwrap();
        file.sha256 = hex::encode(Sha256::digest("headers"));
        file
    };
    let files = || vec![nil("a.csv", A, "202501"), nil("b.csv", "510904", "202501"), nil("c.csv", A, "202502")];
    let landing = world.land(files()).await;
    assert!(landing.issues.is_empty(), "{}", codes(&landing));
    assert_eq!(world.list("SELECT count(DISTINCT batch_id) FROM submission_batch").await, "3");
    let again = world.land(files()).await;
    assert_eq!((again.changed, codes(&again).as_str()), (false, "DQ001:,DQ001:,DQ001:"));
}

#[tokio::test]
async fn a_refused_file_leaves_no_trace_and_may_come_again() {
    let world = World::new().await;
    let mut bad = world.file("a.xlsx", DAY, vec![]);
    bad.issues.push(issue("DQ023", Level::Error, 0));
    let landing = world.land(vec![bad]).await;
    assert!(!landing.changed && landing.files[0].refused);
    let good = world.file("a.xlsx", DAY, vec![persons(A, "202501", &["p1"])]);
    assert!(world.land(vec![good]).await.changed);
}

#[tokio::test]
async fn a_row_that_names_nothing_is_taken_back_and_so_are_those_that_name_it() {
    let world = World::new().await;
    let visit = |id: &str, worker: Option<&str>| {
        let row = [
            ("visit_id", Value::from(id)),
            ("pid_token", "p1".into()),
            ("worker_id", worker.map_or(Value::Null, Value::from)),
        ];
        table("visit_survey", A, "202501", &[&row])
    };
    let mut need = needs(A, "202501", &[("n1", "p1", "10"), ("n2", "p9", "10"), ("n3", "p1", "10")]);
    let at = crate::support::contracts().table("need_item").unwrap().index_of("visit_id").unwrap();
    need = edited(need, |rows| rows[2].values[at] = "v9".into());
    need.headers.insert(at, SentHeader { text: "走访单号".to_owned(), column: Some(3) });
    let landing =
        world.land(vec![world.file("a.xlsx", DAY, vec![need, persons(A, "202501", &["p1"]), visit("v1", None)])]).await;
    assert_eq!(codes(&landing), "DQ019:6,DQ019:7");
    assert_eq!((landing.files[0].tables[0].accepted, landing.files[0].tables[0].rejected), (1, 2));
    let (person, named) = (&landing.issues[0], &landing.issues[1]);
    assert!(named.message.contains("“v9”") && !person.message.contains("p9"), "{} {}", person.message, named.message);
    assert_eq!(
        (named.header.as_deref(), named.cell.as_deref()),
        (Some("走访单号"), Some("D7")),
        "as the sender's sheet has it"
    );
    assert_eq!(world.list("SELECT need_id FROM need_item").await, "n1");
    // The person goes, and with him the needs that name him, in one delivery.
    let at = crate::support::contracts().table("person").unwrap().index_of("household_id").unwrap();
    let gone = edited(persons(A, "202502", &["p5"]), |rows| rows[0].values[at] = "h404".into());
    let landing =
        world.land(vec![world.file("b.xlsx", DAY, vec![needs(A, "202502", &[("n5", "p5", "10")]), gone])]).await;
    assert_eq!(codes(&landing), "DQ019:5,DQ019:5");
    assert!(landing.files[0].tables.iter().all(|t| t.returned));
}

#[tokio::test]
async fn foreign_keys_look_into_the_warehouse_and_through_the_whole_delivery() {
    let world = World::new().await;
    let need = world.file("n.xlsx", "2025-02-01T08:00:00", vec![needs(A, "202501", &[("n1", "p1", "10")])]);
    let person = world.file("p.xlsx", DAY, vec![persons(B, "202501", &["p1"])]);
    assert!(world.land(vec![need, person]).await.issues.is_empty(), "the forms have different due days");
    let later = world.file("n2.xlsx", DAY, vec![needs(A, "202502", &[("n2", "p1", "10"), ("n3", "p2", "10")])]);
    assert_eq!(codes(&world.land(vec![later]).await), "DQ019:6");
}

#[tokio::test]
async fn an_invalid_number_stands_only_where_person_gives_a_reason() {
    let world = World::new().await;
    let known =
        |valid: bool| table("person", A, "202501", &[&[("pid_token", "bad".into()), ("id_valid", Value::Bool(valid))]]);
    let need = |period| waiting(needs(A, period, &[("n1", "bad", "10"), ("n2", "bad", "10")]), 1, "pid_token");
    let refused = world.land(vec![world.file("a.xlsx", DAY, vec![known(true), need("202501")])]).await;
    assert_eq!(codes(&refused), "DQ007:1");
    let world = World::new().await;
    let landed = world.land(vec![world.file("a.xlsx", DAY, vec![known(false), need("202501")])]).await;
    assert_eq!((codes(&landed).as_str(), landed.files[0].tables[1].accepted), ("", 2));
    let later = world.land(vec![world.file("b.xlsx", DAY, vec![need("202502")])]).await;
    assert!(later.issues.is_empty(), "the reason may be in the warehouse already");
    // Without any such person the number is one mistake, not two.
    let world = World::new().await;
    let alone = world
        .land(vec![world.file(
            "a.xlsx",
            DAY,
            vec![waiting(needs(A, "202501", &[("n1", "bad", "10")]), 0, "pid_token")],
        )])
        .await;
    assert_eq!(codes(&alone), "DQ007:0");
}

#[tokio::test]
async fn a_long_table_is_judged_row_by_row_to_its_end() {
    let world = World::new().await;
    // More rows than are turned into Arrow at a time; the last ones name nobody, or an invalid number.
    let ids: Vec<String> = (0..9_000).map(|i| format!("n{i}")).collect();
    let rows: Vec<(&str, &str, &str)> = ids.iter().map(|id| (id.as_str(), "p1", "10")).collect();
    let at = |column: &str| crate::support::contracts().table("need_item").unwrap().index_of(column).unwrap();
    let (person, unit) = (at("pid_token"), at("eval_unit_code"));
    let need = edited(needs(A, "202501", &rows), |rows| {
        rows[0].rejected = true;
        rows[8_995].values[unit] = B.into();
        rows[8_998].values[person] = "p9".into();
        rows[8_999].values[person] = "bad".into();
    });
    let need = waiting(need, 8_999, "pid_token");
    let landing = world.land(vec![world.file("a.xlsx", DAY, vec![persons(A, "202501", &["p1"]), need])]).await;
    assert_eq!(codes(&landing), "DQ019:9003,DQ007:8999");
    assert_eq!(landing.files[0].tables[1].accepted, 8_997);
    let count = "SELECT count(*), count(DISTINCT need_id), min(eval_unit_code), max(src_row) FROM need_item";
    assert_eq!(world.list(count).await, format!("8997 8997 {A} 9002"));
}

#[tokio::test]
async fn the_books_say_what_was_received() {
    let world = World::new().await;
    let mut first = edited(persons(A, "202501", &["p1", "p2", "p3"]), |rows| rows[2].rejected = true);
    first.issues.push(issue("DQ005", Level::Error, 7));
    first.total_ok = Some(true);
    let mut file = world.file("a.xlsx", DAY, vec![first]);
    file.signatures.submitter = Some("王小明".to_owned());
    file.issues.push(issue("DQ022", Level::Warning, 0));
    world.land(vec![file]).await;
    // Another table of the same form comes later: the same batch.
    let household = table("household", A, "202501", &[&[("household_id", "h1".into())]]);
    world.land(vec![world.file("b.csv", "2025-02-07T10:00:00", vec![household])]).await;
    let batch = "SELECT batch_id, template_code, revision, due_date, received_ts, file_name, row_count, error_rows, footer_total_ok, status_code FROM submission_batch";
    assert_eq!(
        world.list(batch).await,
        "T-PERSON.510903.202501.0 T-PERSON 0 2025-02-05 2025-02-03 10:00:00 a.xlsx 4 1 Y 4"
    );
    let token = world.warehouse.token(suixin_ingest::contract::VaultKind::Name, "王小明");
    assert_eq!(world.list("SELECT submitter_name FROM submission_batch").await, token);
    assert_eq!(
        world.list("SELECT file_name, target_table, row_count, error_rows FROM submission_file ORDER BY 1").await,
        "a.xlsx person 3 1,b.csv household 1 0"
    );
    assert_eq!(world.list("SELECT rule_code, level, fixed FROM dq_issue ORDER BY 1").await, "DQ005 E N,DQ022 W N");
    // The correction makes the batch void, and its mistakes that no sheet tells apart fixed, but only when every table of
    // it was replaced.
    let again = world.file("c.xlsx", "2025-02-08T10:00:00", vec![correction(persons(A, "202501", &["p1"]))]);
    world.land(vec![again]).await;
    let status = "SELECT batch_id, status_code FROM submission_batch ORDER BY 1";
    assert_eq!(world.list(status).await, "T-PERSON.510903.202501.0 4,T-PERSON.510903.202501.1 4");
    assert_eq!(world.list("SELECT DISTINCT fixed FROM dq_issue").await, "N");
    let household = correction(table("household", A, "202501", &[&[("household_id", "h2".into())]]));
    world.land(vec![world.file("d.xlsx", "2025-02-09T10:00:00", vec![household])]).await;
    assert_eq!(world.list(status).await, "T-PERSON.510903.202501.0 5,T-PERSON.510903.202501.1 4");
    assert_eq!(world.list("SELECT DISTINCT fixed FROM dq_issue").await, "Y");
    assert_eq!(world.warehouse.verify().await.unwrap().findings, Vec::<String>::new());
}

#[tokio::test]
async fn a_mistake_is_fixed_when_its_own_sheet_was_corrected() {
    let wrong = |table: CheckedTable, code: &str, sheet: &str| {
        let mut table = edited(table, |rows| rows[0].rejected = true);
        table.sheet = sheet.to_owned();
        let mut issue = issue(code, Level::Error, 7);
        issue.sheet = sheet.to_owned();
        table.issues.push(issue);
        table
    };
    let people = wrong(persons(A, "202501", &["p1", "p2"]), "DQ005", "人员");
    let homes: [&[(&str, Value)]; 2] = [&[("household_id", "h1".into())], &[("household_id", "h2".into())]];
    let homes = wrong(table("household", A, "202501", &homes), "DQ007", "家庭");
    let fixed = "SELECT rule_code, fixed FROM dq_issue ORDER BY 1";
    for apart in [true, false] {
        let world = World::new().await;
        let first = world.file("a.xlsx", DAY, vec![people.clone(), homes.clone()]);
        let mut again = correction(persons(A, "202501", &["p1", "p2"]));
        again.sheet = "人员".to_owned();
        let again = world.file("b.xlsx", "2025-02-08T10:00:00", vec![again]);
        if apart {
            world.land(vec![first]).await;
            world.land(vec![again]).await;
        } else {
            world.land(vec![first, again]).await;
        }
        assert_eq!(world.list(fixed).await, "DQ005 Y,DQ007 N", "apart: {apart}");
        // A correction that is itself returned fixes nothing.
        let mut returned =
            wrong(correction(table("household", A, "202501", &[&[("household_id", "h1".into())]])), "DQ007", "家庭");
        returned.refused = true;
        world.land(vec![world.file("c.xlsx", "2025-02-09T10:00:00", vec![returned])]).await;
        assert_eq!(world.list(fixed).await, "DQ005 Y,DQ007 N,DQ007 N", "apart: {apart}");
    }
}

#[tokio::test]
async fn a_jump_in_the_number_of_rows_is_pointed_out() {
    let world = World::new().await;
    let many = |from: usize, to: usize| (from..to).map(|i| format!("p{i}")).collect::<Vec<_>>();
    let land = |period: &'static str, numbers: Vec<String>| {
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        world.land(vec![world.file(&format!("{period}.xlsx"), DAY, vec![persons(A, period, &numbers)])])
    };
    assert_eq!(codes(&land("202501", many(0, 20)).await), "");
    assert_eq!(codes(&land("202502", many(20, 46)).await), "", "30 % is not more than 30 %");
    assert_eq!(codes(&land("202503", many(50, 90)).await), "DQ020:");
    assert_eq!(codes(&land("202504", many(100, 110)).await), "", "too few to say anything");
}

#[tokio::test]
async fn a_delivery_handed_over_file_by_file_lands_the_same() {
    let world = World::new().await;
    // Without memory for rows, all of them go through scratch files.
    let mut intake: Intake = world.warehouse.intake().with_memory(0);
    intake.add(world.file("b.xlsx", DAY, vec![needs(A, "202501", &[("n1", "p1", "10")])])).unwrap();
    intake.add(world.file("a.xlsx", DAY, vec![persons(A, "202501", &["p1"])])).unwrap();
    let landing = intake.close(clock(NOW), &quiet).await.unwrap();
    assert_eq!((landing.files.len(), landing.issues.len()), (2, 0));
    assert_eq!(world.list("SELECT p.pid_token=n.pid_token FROM person p, need_item n").await, "true");
    let scratch = std::fs::read_dir(world.home().join("scratch")).unwrap();
    assert!(
        scratch.flatten().all(|e| !e.file_name().to_string_lossy().starts_with("stage-")),
        "scratch files are gone"
    );
    assert_eq!(landing.files[0].file, "a.xlsx", "files are processed in the order of receipt and name");
    let path = world.file("a.xlsx", DAY, vec![]).sha256;
    assert_eq!(world.warehouse.file(&path).unwrap(), format!("a.xlsx|{DAY}").as_bytes());
    assert_eq!(
        list(&world.snapshot().await, "SELECT DISTINCT batch_id FROM need_item").await,
        "T-NEED.510903.202501.0"
    );
}
