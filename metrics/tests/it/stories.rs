//! Small stories told in tables, against single indicators: what a statement must do at its edges.

use std::collections::BTreeMap;

use suixin_ingest::contract::{Contracts, VaultKind};
use suixin_ingest::value::Value;
use suixin_metrics::experts::{Roster, experts};
use suixin_metrics::{Definitions, Evaluation, compute};
use suixin_warehouse::Snapshot;

use crate::world::World;

/// Rows with these columns filled; the others get the smallest thing that fits.
fn rows(table: &str, columns: &[&str], data: &[&[&str]]) -> Vec<Vec<Value>> {
    let contracts = Contracts::embedded().unwrap();
    let table = contracts.table(table).unwrap().clone();
    data.iter()
        .map(|line| {
            let given: BTreeMap<&str, &str> = columns.iter().copied().zip(line.iter().copied()).collect();
            table.columns.iter().map(|c| crate::world::told(c, given.get(c.name.as_str()).copied())).collect()
        })
        .collect()
}

async fn evaluate(snapshot: &Snapshot) -> Evaluation {
    let defs = Definitions::embedded().unwrap();
    let as_of = "2026-01-15".parse().unwrap();
    compute(snapshot, &defs, 2025, as_of, &|_: &str, _: u64, _: u64| {}).await.unwrap()
}

fn value(e: &Evaluation, scheme: &str, indicator: &str, key: &str) -> String {
    let values = e.scheme(scheme).unwrap().year_values(2025);
    values[indicator][key].value.as_ref().map_or_else(|| "NA".to_owned(), ToString::to_string)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn judges_who_recuse_themselves_do_not_count() {
    let world = World::shared().await;
    let columns = ["nomination_id", "indicator_id", "judge_id", "score", "recused"];
    let cases = crate::cases::judges();
    let mut told = Vec::new();
    for case in &cases {
        let given = case.marks.iter().map(|m| (m, "N")).chain(case.recused.iter().map(|m| (m, "Y")));
        for (judge, (mark, recused)) in given.enumerate() {
            told.push([case.nomination.clone(), "AWD-U04".into(), judge.to_string(), mark.to_string(), recused.into()]);
        }
    }
    let lines: Vec<Vec<&str>> = told.iter().map(|l| l.iter().map(String::as_str).collect()).collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    let told = world.snapshot.with_table("award_score", rows("award_score", &columns, &lines)).unwrap();
    let e = evaluate(&told).await;
    let panels = experts(&told, &Definitions::embedded().unwrap(), 2025, world.as_of(), &Roster::new()).await.unwrap();
    for case in &cases {
        assert_eq!(value(&e, "AWD", "AWD-U04", &case.nomination), case.mean, "{}", case.name);
        // Computed a second time, from the marks and not by the statement.
        let panel = panels.panels.iter().find(|p| p.subject == case.nomination && p.indicator == "AWD-U04").unwrap();
        let mean = panel.mean.as_ref().map_or_else(|| "0".to_owned(), ToString::to_string);
        assert_eq!((mean, panel.marks, panel.recused), (case.mean.clone(), case.marks.len(), case.recused.len()));
        assert_eq!(panel.trimmed, case.marks.len() >= 5, "{}", case.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_judge_with_a_declared_relation_is_named_with_what_the_mean_would_be_without_him() {
    let world = World::shared().await;
    let of = "SELECT o.pid_token, n.nomination_id, o.org_id FROM award_nomination n JOIN org_member o ON o.org_id=n.nominee_id \
              WHERE n.category='O' AND n.edition='2025' AND o.end_date IS NULL ORDER BY 2, 1 LIMIT 1";
    let found = world.snapshot.query(of).await.unwrap().rows.remove(0);
    let (member, nomination) = (found[0].to_string(), found[1].to_string());
    let marks = ["M1", "M2", "M3", "M4", "M5"].into_iter().zip(["70", "80", "82", "90", "99"]);
    let marks: Vec<Vec<&str>> = marks.map(|(j, m)| vec![nomination.as_str(), "AWD-O04", j, m, "N"]).collect();
    let marks: Vec<&[&str]> = marks.iter().map(Vec::as_slice).collect();
    let columns = ["nomination_id", "indicator_id", "judge_id", "score", "recused"];
    let declared = [["T:judge", member.as_str(), "1", "2025-03-01"]];
    let declared: Vec<&[&str]> = declared.iter().map(|l| &l[..]).collect();
    let names = ["pid_token", "related_pid_token", "relation", "declare_date"];
    let told = world.snapshot.with_table("award_score", rows("award_score", &columns, &marks)).unwrap();
    let told = told.with_table("relation_declare", rows("relation_declare", &names, &declared)).unwrap();

    let defs = Definitions::embedded().unwrap();
    let asked = async |roster: &Roster| experts(&told, &defs, 2025, world.as_of(), roster).await.unwrap();
    // A snapshot keeps identities as tokens, whatever they were told as.
    let token = |clear: &str| world.warehouse.token(VaultKind::Id, clear);
    let roster = Roster::from([("M1".to_owned(), token("T:nobody")), ("M5".to_owned(), token("T:judge"))]);
    let found = asked(&roster).await;
    let panel = found.panels.iter().find(|p| p.subject == nomination).unwrap();
    let against: Vec<_> = panel.conflicts.iter().map(|c| (c.judge.as_str(), c.why.as_str())).collect();
    assert_eq!(against, [("M5", "向该组织人员申报过利害关系")]);
    // Five marks: (80 + 82 + 90) / 3; without M5 four are left, and none is dropped: (70 + 80 + 82 + 90) / 4.
    let number = |n: &Option<suixin_metrics::number::Num>| n.as_ref().unwrap().to_string();
    assert_eq!((number(&panel.mean), number(&panel.mean_without)), ("84".to_owned(), "80.5".to_owned()));
    assert_eq!((number(&panel.points), number(&panel.points_without)), ("12.6".to_owned(), "12.08".to_owned()));
    assert!(found.unknown.contains("M2") && !found.unknown.contains("M1"));

    let member = Roster::from([("M2".to_owned(), member)]);
    let found = asked(&member).await;
    let panel = found.panels.iter().find(|p| p.subject == nomination).unwrap();
    assert_eq!(panel.conflicts.len(), 1, "a member of the nominated organisation");
    assert!(asked(&Roster::new()).await.panels.iter().all(|p| p.conflicts.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dates_at_the_edges_of_the_year_and_of_the_term() {
    let world = World::shared().await;
    let columns = ["referral_id", "eval_unit_code", "sent_date", "accept_date"];
    let referrals = rows(
        "referral",
        &columns,
        &[
            &["1", "510903", "2024-12-31", "2024-12-31"],
            &["2", "510903", "2025-01-01", "2025-01-06"],
            &["3", "510903", "2025-12-31", "2026-01-06"],
            &["4", "510903", "2026-01-01", "2026-01-01"],
            &["5", "510904", "2025-06-01", ""],
        ],
    );
    let told = world.snapshot.with_table("referral", referrals).unwrap();
    let e = evaluate(&told).await;
    // The first and the last day belong to the year; five days is in time, six is late; nobody accepted is 0, none sent NA.
    assert_eq!(value(&e, "CTY", "CTY-401", "510903"), "0.5");
    assert_eq!(value(&e, "CTY", "CTY-401", "510904"), "0");
    assert_eq!(value(&e, "CTY", "CTY-401", "510921"), "NA");
}
