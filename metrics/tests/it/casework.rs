//! Handling suspicions by the product's own definition: every step with its role, state and level, every condition, the
//! days, the tolerance test, the whitelist, clues that come together; and what a case leaves in the tables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::NaiveDate;
use suixin_ingest::calendar::WorkCalendar;
use suixin_ingest::contract::Contracts;
use suixin_ingest::value::Value;
use suixin_metrics::casework::{
    Case, Due, Entry, Facts, Finding, Listing, Request, Step, Verdict, handling_rows, hit_rows, judge, load, plan,
    plan_end, plan_entry, raise_recurring, tolerance_row,
};
use suixin_metrics::definitions::{Casework, Need, Severity, source};
use suixin_metrics::{Definitions, Draft, run_risks, save_risks};
use suixin_warehouse::{Replace, TableWrite};

use crate::world::World;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn definition() -> Casework {
    Definitions::embedded().unwrap().casework_on(day("2025-06-01")).unwrap().clone()
}

fn calendar() -> WorkCalendar {
    WorkCalendar::new(&Contracts::embedded().unwrap())
}

fn taken(no: u32, step: &str, who: &str, state: &str) -> Step {
    Step {
        no,
        step: step.into(),
        people: vec![who.into()],
        unit: "510903".into(),
        day: day("2025-03-03"),
        due: None,
        content: String::new(),
        evidence: None,
        state: state.into(),
        recovered: None,
        next: None,
    }
}

const TODAY: &str = "2025-04-01";

/// A case in a state, explained by `T:explainer` and reviewed by `T:reviewer`, not drawn for the city unless it is H.
fn case(level: Severity, state: &str) -> Case {
    let steps =
        vec![taken(1, "1", "T:pusher", "20"), taken(2, "2", "T:explainer", "30"), taken(3, "3", "T:reviewer", state)];
    Case {
        id: "YD0123456789ABCDEF".into(),
        key: format!("{:08x}", 95),
        rule: "RSK-A02".into(),
        level,
        unit: "510903".into(),
        entity_type: "person".into(),
        entity: "T1:00".into(),
        state: state.into(),
        steps,
        due: None,
        facts: Facts { found_again: true, ..Facts::default() },
    }
}

/// A request and a case of this state and level for which every condition of the step holds.
fn granted(definition: &Casework, action: &str, level: Severity, state: &str) -> (Case, Request) {
    let needs = &definition.action(action).unwrap().needs;
    let mut case = case(level, state);
    if needs.contains(&Need::Escalated) {
        case.steps.push(taken(4, "1", "T:pusher", state));
    }
    if needs.contains(&Need::Overdue) {
        case.due = Some(Due { step: "3".into(), day: day("2025-03-31") });
    }
    if needs.contains(&Need::Whitelisted) {
        case.facts.whitelisted_until = Some(day("2025-12-31"));
    }
    if needs.contains(&Need::Resubmitted) {
        (case.facts.found_again, case.facts.corrected_by) = (false, vec!["B7".into()]);
    }
    case.facts.tolerance = needs.contains(&Need::Tolerated).then(|| "1".to_owned());
    let request = Request {
        action: action.into(),
        role: definition.action(action).unwrap().roles[0].clone(),
        people: vec!["T:x".into(), "T:y".into()],
        reason: "核对台账".into(),
        evidence: Some("材料1".into()),
        recovered: needs.contains(&Need::Correction).then(|| "10.00".parse().unwrap()),
        ..Request::default()
    };
    (case, request)
}

fn refusal(definition: &Casework, case: &Case, request: &Request) -> String {
    static CALENDAR: LazyLock<WorkCalendar> = LazyLock::new(calendar);
    plan(definition, &CALENDAR, case, request, day(TODAY)).map_or_else(|e| e.to_string(), |_| String::new())
}

#[test]
fn every_step_is_there_for_its_states_roles_and_levels_only() {
    let definition = definition();
    let roles = ["perf", "sec", "audit", "county", "township"];
    let mut counted = 0;
    for action in &definition.actions {
        for state in &definition.states {
            for role in roles {
                for level in [Severity::High, Severity::Medium, Severity::Low] {
                    let (case, mut request) = granted(&definition, &action.id, level, &state.code);
                    request.role = role.to_owned();
                    let fits = action.from.contains(&state.code)
                        && action.roles.iter().any(|r| r == role)
                        && action.levels.contains(&level);
                    let refused = refusal(&definition, &case, &request);
                    assert_eq!(refused.is_empty(), fits, "{} {} {role} {level:?}: {refused}", action.id, state.code);
                    counted += 1;
                }
            }
        }
    }
    assert_eq!(counted, definition.actions.len() * 9 * 5 * 3);
}

#[test]
fn the_states_are_those_of_the_code_set_and_only_the_work_of_people_leads_out_of_the_first() {
    let contracts = Contracts::embedded().unwrap();
    let codes = contracts.code_sets["hit_status"].codes.iter().map(|c| (c.code.clone(), c.name.clone()));
    let definition = definition();
    assert_eq!(
        definition.states.iter().map(|s| (s.code.clone(), s.name.clone())).collect::<Vec<_>>(),
        codes.collect::<Vec<_>>()
    );
    let out: Vec<&str> =
        definition.actions.iter().filter(|a| a.from.contains(&"70".to_owned())).map(|a| a.id.as_str()).collect();
    assert_eq!(out, Vec::<&str>::new(), "what was handed over does not come back");
}

#[test]
fn every_condition_refuses_with_what_to_do() {
    type Spoil = fn(&mut Case, &mut Request);
    let cases: [(&str, &str, Severity, Spoil, &str); 20] = [
        ("explain", "20", Severity::High, |_, r| r.reason = " ".into(), "没有写明理由"),
        ("explain", "20", Severity::High, |_, r| r.evidence = None, "没有写明佐证"),
        ("explain", "20", Severity::High, |_, r| r.people.clear(), "没有写明经办人"),
        ("explain", "20", Severity::High, |_, r| r.reason = "见11010519491231002X".into(), "证件号"),
        ("review", "30", Severity::High, |_, r| r.people = vec!["T:x".into(), "T:x".into()], "须有两人"),
        ("review", "30", Severity::High, |_, r| r.people[0] = "T:explainer".into(), "说明人不能办理"),
        ("verify", "40", Severity::High, |_, r| r.people[0] = "T:reviewer".into(), "初核人不能再作市级复核"),
        ("push", "10", Severity::High, |c, _| c.facts.newer_returns = true, "先执行 suixin risks"),
        ("push", "10", Severity::High, |c, _| c.facts.found_again = false, "没有再命中"),
        (
            "push",
            "10",
            Severity::High,
            |c, _| c.facts.whitelisted_until = Some(day("2025-04-01")),
            "在白名单内（到 2025-04-01）",
        ),
        ("push", "10", Severity::High, |c, _| c.facts.missing_basis = vec!["T-ALERT 202503".into()], "T-ALERT 202503"),
        ("exclude_listed", "10", Severity::Low, |c, _| c.facts.whitelisted_until = None, "没有有效的白名单"),
        ("self_correct", "10", Severity::Medium, |c, _| c.facts.found_again = true, "没有查到使它消失的更正报表"),
        ("exclude_locally", "40", Severity::Medium, |c, _| c.key = "00000013".into(), "属于市级复核的范围"),
        ("tolerate", "50", Severity::High, |c, _| c.facts.tolerance = Some("2".into()), "没有“予以容错”的认定"),
        ("correct", "50", Severity::High, |_, r| r.recovered = None, "没有纠正的依据"),
        ("escalate", "30", Severity::High, |c, _| c.due.as_mut().unwrap().day = day(TODAY), "还没有逾期"),
        ("escalate", "30", Severity::High, |c, _| c.due = None, "没有正在计时的环节"),
        ("take_over", "30", Severity::High, |c, _| drop(c.steps.pop()), "还没有提级督办"),
        ("verify", "40", Severity::High, |c, _| c.steps[2].day = day("2025-04-02"), "不能早于它"),
    ];
    let definition = definition();
    for (action, state, level, spoil, words) in cases {
        let (mut case, mut request) = granted(&definition, action, level, state);
        assert_eq!(refusal(&definition, &case, &request), "", "{action}");
        spoil(&mut case, &mut request);
        let refused = refusal(&definition, &case, &request);
        assert!(refused.contains(words), "{action}: {refused}");
    }
    let (mut case, mut request) = granted(&definition, "review", Severity::High, "30");
    (case.state, request.role, request.reason) = ("10".into(), "audit".into(), String::new());
    let refused = refusal(&definition, &case, &request);
    assert!(refused.matches('；').count() >= 3, "everything is said at once: {refused}");
    request.action = "shove".into();
    assert!(refusal(&definition, &case, &request).contains("push 推送说明"));
}

#[test]
fn other_ways_round_a_condition_are_those_of_the_domain() {
    let definition = definition();
    let (mut case, mut request) = granted(&definition, "push", Severity::Medium, "10");
    case.facts.missing_basis = vec!["T-ALERT 202503".into()];
    request.despite_missing = Some("与死亡比对无关".into());
    let step = plan(&definition, &calendar(), &case, &request, day(TODAY)).unwrap();
    assert!(step.content.contains("基础报表漏报仍推送：与死亡比对无关"), "{}", step.content);
    let (mut case, mut request) = granted(&definition, "correct", Severity::High, "50");
    (request.recovered, request.fix) = (None, Some("参数单3".into()));
    assert_eq!(refusal(&definition, &case, &request), "");
    (request.fix, case.facts.corrected_by) = (None, vec!["B7".into()]);
    let step = plan(&definition, &calendar(), &case, &request, day(TODAY)).unwrap();
    assert_eq!(step.evidence.unwrap(), "材料1；更正批次B7", "the corrected return is linked");
}

#[test]
fn days_are_working_days_over_holidays_and_by_level() {
    let definition = definition();
    for (level, wanted) in [(Severity::High, "2025-02-07"), (Severity::Medium, "2025-02-13")] {
        let (mut case, request) = granted(&definition, "push", level, "10");
        case.steps.clear();
        // The Sunday after is worked, then comes the Spring Festival.
        let step = plan(&definition, &calendar(), &case, &request, day("2025-01-24")).unwrap();
        assert_eq!(step.next, Some(Due { step: "2".into(), day: day(wanted) }));
        let pushed = case.after(step);
        assert!(!pushed.overdue(day(wanted)), "the last day is in time");
        assert!(pushed.overdue(day(wanted).succ_opt().unwrap()));
    }
}

#[test]
fn a_case_goes_from_push_to_correction_and_back() {
    let definition = definition();
    let mut case = case(Severity::High, "10");
    case.steps.clear();
    let mut go = |action: &str, role: &str, who: &[&str], on: &str| {
        let request = Request {
            action: action.into(),
            role: role.into(),
            people: who.iter().map(|w| (*w).to_owned()).collect(),
            reason: "理由".into(),
            evidence: Some("材料".into()),
            fix: (action == "correct").then(|| "参数单".to_owned()),
            ..Request::default()
        };
        let step = plan(&definition, &calendar(), &case, &request, day(on)).unwrap();
        case = case.clone().after(step.clone());
        step
    };
    go("push", "audit", &["T:p"], "2025-03-03");
    let explained = go("explain", "township", &["T:e"], "2025-03-11");
    assert_eq!((explained.due, explained.unit.as_str()), (Some(day("2025-03-10")), "510903"), "a day late");
    go("return", "county", &["T:r"], "2025-03-12");
    go("explain", "county", &["T:e"], "2025-03-13");
    go("review", "county", &["T:r", "T:s"], "2025-03-14");
    let verified = go("verify", "audit", &["T:v"], "2025-03-17");
    assert_eq!((verified.unit.as_str(), verified.state.as_str()), ("510900", "50"));
    let ordered = go("order", "audit", &["T:v"], "2025-03-18");
    assert_eq!(ordered.next, Some(Due { step: "7".into(), day: day("2025-04-16") }), "清明节 is off");
    let corrected = go("correct", "audit", &["T:v"], "2025-04-15");
    assert_eq!((corrected.due, corrected.next, corrected.state.as_str()), (Some(day("2025-04-16")), None, "62"));
    let reopened = go("reopen", "audit", &["T:v"], "2025-05-06");
    assert_eq!((reopened.no, reopened.state.as_str()), (9, "50"));
}

fn found(unmet: &[&str]) -> BTreeMap<String, Finding> {
    let one = |flag: &str| (flag.to_owned(), Finding { met: !unmet.contains(&flag), ground: "依据".into() });
    ["a", "b", "c", "d", "e"].map(one).into()
}

#[test]
fn tolerance_asks_for_all_five_and_for_the_last_three_in_part() {
    let (definition, calendar) = (definition(), calendar());
    let verdict = |unmet: &[&str], bars: &[&str], points: Option<&str>| {
        let bars: BTreeSet<String> = bars.iter().map(|b| (*b).to_owned()).collect();
        judge(&definition, &calendar, &found(unmet), &bars, points.map(|p| p.parse().unwrap()), day("2025-04-01"))
            .unwrap()
    };
    for (unmet, wanted) in [
        (&[][..], Verdict::Full),
        (&["a"], Verdict::Partial),
        (&["b"], Verdict::Partial),
        (&["c"], Verdict::None),
        (&["d"], Verdict::None),
        (&["e"], Verdict::None),
        (&["a", "b"], Verdict::Partial),
    ] {
        assert_eq!(verdict(unmet, &[], None).verdict, wanted, "{unmet:?}");
    }
    for bar in ["falsified", "repeated"] {
        assert_eq!(verdict(&[], &[bar], None).verdict, Verdict::None, "{bar}");
    }
    assert_eq!(verdict(&["d"], &["gain"], Some("2.5")).spared, Some("0.00".parse().unwrap()));
    assert_eq!(verdict(&[], &[], Some("2.25")).spared, Some("2.25".parse().unwrap()));
    let partly = verdict(&["a"], &[], Some("2.25"));
    assert_eq!((partly.spared, partly.flags.as_str()), (Some("1.13".parse().unwrap()), "bcde"), "half up");
    assert_eq!(partly.correct_by, Some(day("2025-04-29")), "twenty working days over 清明节 and a worked Sunday");
    assert!(partly.grounds[0].contains("不符合"));
}

#[test]
fn a_tolerance_test_with_gaps_or_contradictions_is_refused() {
    let (definition, calendar) = (definition(), calendar());
    let refused = |spoil: fn(&mut BTreeMap<String, Finding>), bars: &[&str], points: &str| {
        let mut findings = found(&[]);
        spoil(&mut findings);
        let bars: BTreeSet<String> = bars.iter().map(|b| (*b).to_owned()).collect();
        let judged = judge(&definition, &calendar, &findings, &bars, Some(points.parse().unwrap()), day(TODAY));
        judged.unwrap_err().to_string()
    };
    for flag in ["a", "b", "c", "d", "e"] {
        let mut findings = found(&[]);
        findings.remove(flag);
        let judged = judge(&definition, &calendar, &findings, &BTreeSet::new(), None, day(TODAY));
        assert!(judged.unwrap_err().to_string().contains(&format!("条件 {flag} ")), "{flag}");
    }
    assert!(
        refused(|f| f.get_mut("b").unwrap().ground = " ".into(), &[], "0").contains("条件 b 无明令禁止 没有写明依据")
    );
    assert!(refused(|f| drop(f.insert("z".into(), f["a"].clone())), &[], "0").contains("没有条件 z"));
    assert!(refused(|_| (), &["greed"], "0").contains("没有排除情形 greed"));
    assert!(refused(|_| (), &["gain"], "0").contains("相矛盾"));
    assert!(refused(|_| (), &[], "-1").contains("不小于 0"));
}

fn entry(from: &str, to: &str) -> Entry {
    Entry {
        rule: "RSK-A02".into(),
        entity: "T1:00".into(),
        from: day(from),
        to: day(to),
        reason: "误登记，已报殡葬更正".into(),
        approved_by: "T:boss".into(),
    }
}

#[test]
fn a_whitelist_entry_ends_within_twelve_months_and_covers_its_days_only() {
    let definition = definition();
    let none = Listing::default();
    let refused = |known: &Listing, e: Entry, by: &str| plan_entry(&definition, known, e, by).unwrap_err().to_string();
    let year = plan_entry(&definition, &none, entry("2025-03-01", "2026-03-01"), "T:clerk").unwrap();
    assert!(refused(&none, entry("2025-03-01", "2026-03-02"), "T:clerk").contains("截止日期最晚 2026-03-01"));
    assert!(refused(&none, entry("2025-03-01", "2025-02-28"), "T:clerk").contains("早于起始日期"));
    assert!(refused(&none, entry("2025-03-01", "2025-06-01"), "T:boss").contains("批准人不能是申请人"));
    assert!(refused(&none, Entry { reason: String::new(), ..year.clone() }, "T:clerk").contains("没有写明理由"));
    let known = Listing(vec![year.clone()]);
    assert!(refused(&known, entry("2026-03-01", "2026-06-01"), "T:clerk").contains("已有 2025-03-01 至 2026-03-01"));
    assert!(plan_entry(&definition, &known, entry("2026-03-02", "2026-06-01"), "T:clerk").is_ok());

    let case = case(Severity::High, "10");
    for (on, covered) in [("2025-02-28", false), ("2025-03-01", true), ("2026-03-01", true), ("2026-03-02", false)] {
        assert_eq!(known.covers(&case, day(on)).is_some(), covered, "{on}");
    }
    let other = Case { entity: "T1:01".into(), ..case };
    assert_eq!(known.covers(&other, day("2025-06-01")), None);
    let ended = plan_end(&known, "RSK-A02", "T1:00", day("2025-06-01")).unwrap();
    assert!(ended.in_force(day("2025-05-31")) && !ended.in_force(day("2025-06-01")));
    assert!(plan_end(&known, "RSK-A02", "T1:00", day("2026-04-01")).is_err());
}

#[test]
fn clues_that_come_together_raise_a_low_one_and_no_other() {
    let hit = |rule: &str, entity: &str, level: &str, seen: &str| {
        let text = |s: &str| Value::Str(s.to_owned());
        let mut row = vec![Value::Null; 16];
        (row[1], row[4], row[5], row[9], row[12]) =
            (text(rule), text("org"), text(entity), Value::Date(day(seen)), text(level));
        row
    };
    let mut rows = vec![
        hit("RSK-L1", "O1|202501", "L", "2025-01-01"),
        hit("RSK-M1", "O1", "M", "2025-04-01"),
        hit("RSK-L1", "O2", "L", "2025-01-01"),
        hit("RSK-M1", "O2", "M", "2025-04-02"),
        hit("RSK-L1", "O3", "L", "2025-01-01"),
        hit("RSK-L1", "O3|2", "L", "2025-01-02"),
        hit("RSK-L1", "O4", "L", "2025-01-01"),
        hit("RSK-H1", "O4", "H", "2025-01-01"),
    ];
    raise_recurring(&mut rows, 90);
    let levels: Vec<String> = rows.iter().map(|r| r[12].to_string()).collect();
    assert_eq!(levels, ["M", "M", "L", "M", "L", "L", "L", "H"], "90 days, 91 days, one rule, an H rule");
}

#[test]
fn mistakes_of_the_definition_are_found_with_place_and_remedy() {
    let mut files = source::embedded();
    let file = files.iter_mut().find(|f| &*f.path == "casework.toml").unwrap();
    for (from, to) in [
        ("to = \"30\"", "to = \"31\""),
        ("needs = [\"reason\", \"evidence\"]", "needs = [\"reason\", \"evidense\"]"),
        ("roles = [\"county\"]", "roles = [\"cuonty\"]"),
        ("next_workdays = { H = 5, M = 10 }", "next_workdays = { H = 5, X = 10 }"),
        ("partial = [\"c\", \"d\", \"e\"]", "partial = [\"c\", \"d\", \"f\"]"),
        ("sample_percent = 20", "sample_per_cent = 20"),
    ] {
        assert!(file.text.contains(from), "{from}");
        file.text = file.text.replacen(from, to, 1);
    }
    let mistakes: Vec<String> = Draft::of(files).mistakes.iter().map(ToString::to_string).collect();
    for words in [
        "31",
        "evidense",
        "cuonty",
        "没有等级 X",
        "没有写明下一环节",
        "容错条件 f",
        "sample_per_cent",
        "缺少 sample_percent",
        "30 已说明",
    ] {
        assert!(
            mistakes.iter().any(|m| m.contains(words) && m.starts_with("casework.toml:")),
            "{words}: {mistakes:#?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_read_back_from_what_its_steps_left_in_the_tables() {
    let world = World::open().await;
    let defs = Definitions::embedded().unwrap();
    let hits = run_risks(&world.snapshot, &defs, world.year, world.as_of()).await.unwrap();
    save_risks(&world.warehouse, &defs, &hits, world.as_of(), world.clock()).await.unwrap();
    let id = hits.iter().find(|h| h.severity == Severity::High).unwrap().hit_id();
    let today = world.clock().date();
    let read = || async {
        load(&world.warehouse.snapshot().await.unwrap(), std::slice::from_ref(&id)).await.unwrap().remove(0)
    };

    let definition = definition();
    for (action, role) in [("push", "audit"), ("explain", "county"), ("review", "county"), ("verify", "audit")] {
        let case = read().await;
        let people = vec![format!("T:{action}1"), format!("T:{action}2")];
        let request = Request {
            action: action.into(),
            role: role.into(),
            people,
            reason: "理由".into(),
            evidence: Some("材料".into()),
            ..Request::default()
        };
        let step = plan(&definition, &calendar(), &case, &request, today).unwrap();
        let rows = handling_rows(&id, &case.unit, &step);
        let states = BTreeMap::from([(id.clone(), step.state.clone())]);
        let hit = hit_rows(&world.warehouse.snapshot().await.unwrap(), &states).await.unwrap();
        assert_eq!(hit.len(), 1);
        let write = |table: &str, rows| TableWrite { table: table.to_owned(), replace: Replace::Key, rows };
        let writes = vec![write("risk_handling", rows), write("risk_hit", hit)];
        world.warehouse.commit(writes, "test", world.clock()).await.unwrap();
        let mut planned = case.after(step);
        for step in &mut planned.steps {
            step.next = None;
        }
        assert_eq!(read().await, planned, "{action}");
    }
    let verdict = judge(&definition, &calendar(), &found(&[]), &BTreeSet::new(), None, today).unwrap();
    let row = tolerance_row(&read().await, &verdict, today, today);
    let write = TableWrite { table: "tolerance_case".to_owned(), replace: Replace::Key, rows: vec![row] };
    world.warehouse.commit(vec![write], "test", world.clock()).await.unwrap();
    assert_eq!(read().await.facts.tolerance.as_deref(), Some("1"));
    let unknown = load(&world.warehouse.snapshot().await.unwrap(), &["YD0".to_owned()]).await.unwrap_err();
    assert!(unknown.to_string().contains("没有疑点 YD0"));
}
