//! Published results: frozen, open to appeals for five working days, changed by an upheld appeal and nothing else.

use std::sync::Arc;

use suixin_api::app::App;
use suixin_api::clock::Clock;
use suixin_api::commands::Usage;
use suixin_api::ops::evaluate;
use suixin_api::ops::published::{self, Act};
use suixin_metrics::definitions::{Draft, SourceFile, source};
use suixin_metrics::number::Num;
use suixin_metrics::published::appeals::{Decision, Right, State};
use suixin_metrics::{changes_since, explain_published};

use crate::support::{World, YEAR, with_returns};

async fn world() -> World {
    world_of("202503/船山区").await
}

/// The bureau's own data and the returns of a unit whose path contains this.
async fn world_of(part: &str) -> World {
    let world = with_returns(|n| n.contains("市局") || n.contains(part)).await;
    evaluate::compute(&world.app, YEAR, &|_, _, _| {}).await.unwrap();
    world
}

fn on(app: &App, day: &str) -> App {
    App { clock: Clock::new(Some(day.parse().unwrap())), ..app.clone() }
}

fn act(reason: &str) -> Act {
    Act { by: "局长办公会".to_owned(), reason: reason.to_owned() }
}

async fn rows(app: &App, sql: &str) -> Vec<Vec<String>> {
    let frame = app.warehouse.snapshot().await.unwrap().query(sql).await.unwrap();
    frame.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

const SCORES: &str = "SELECT subject_id, indicator_id, score, rank_no, grade FROM eval_score WHERE scheme='CTY' AND period='2025' \
                      ORDER BY 1, 2";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_published_result_stands_until_it_is_lifted() {
    let world = world().await;
    let app = on(&world.app, "2026-01-16");
    let done = published::publish(&app, "CTY", YEAR, "局长办公会").await.unwrap();
    // Friday; five working days, the day itself not counted.
    assert_eq!((done.notice.on.to_string(), done.notice.until.to_string()), ("2026-01-16".into(), "2026-01-23".into()));
    assert_eq!(published::list(&app, None).await.unwrap(), std::slice::from_ref(&done));
    assert_eq!(rows(&app, "SELECT scheme FROM eval_scheme WHERE is_frozen='Y'").await, [["CTY"]]);
    let twice = published::publish(&app, "CTY", YEAR, "局长办公会").await.unwrap_err().to_string();
    assert!(twice.contains("已于2026-01-16由局长办公会发布"), "{twice}");

    // Other data, another day: the published scheme keeps its scores, the others are computed.
    let before = rows(&app, SCORES).await;
    let later = on(&app, "2026-12-01");
    let evaluation = evaluate::compute(&later, YEAR, &|_, _, _| {}).await.unwrap();
    assert!(evaluation.published.contains("CTY") && evaluation.scheme("CTY").is_none());
    assert!(evaluation.scheme("PLT").is_some());
    assert_eq!(rows(&app, SCORES).await, before);
    assert_eq!(published::list(&app, Some(YEAR)).await.unwrap(), std::slice::from_ref(&done));
    let read = explain_published(&app.warehouse, &app.definitions, &[done.clone()], "510903", None).await.unwrap();
    assert!(read[0].published.as_ref().unwrap().contains("公示至2026-01-23") && !read[0].unsaved);

    published::lift(&app, "CTY", YEAR, &act("报表漏收")).await.unwrap();
    assert!(published::list(&app, None).await.unwrap().is_empty());
    assert!(rows(&app, "SELECT scheme FROM eval_scheme WHERE is_frozen='Y'").await.is_empty());
    assert!(published::lift(&app, "CTY", YEAR, &act("再撤")).await.is_err());
    let again = evaluate::compute(&later, YEAR, &|_, _, _| {}).await.unwrap();
    assert!(again.published.is_empty() && again.scheme("CTY").is_some());
    let audit = rows(&app, "SELECT object_name FROM audit_log WHERE action='approve' ORDER BY ts").await;
    assert!(audit.iter().any(|r| r[0].starts_with("publish CTY 2025 公示至2026-01-23")), "{audit:?}");
    assert!(audit.iter().any(|r| r[0].starts_with("unpublish CTY 2025 批准：局长办公会；事由：报表漏收")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_published_is_not_computed_again() {
    // A whole year: there are projects, organisations and nominations to evaluate.
    let world = world_of("/船山区/").await;
    let nothing = published::publish(&world.app, "CTY", 2024, "局长办公会").await.unwrap_err().to_string();
    assert!(nothing.contains("2024年还没有 CTY 方案的得分"), "{nothing}");
    for scheme in ["PRJ", "PLT", "ORG", "SUP", "CTY", "AWD"] {
        published::publish(&world.app, scheme, YEAR, "局长办公会").await.unwrap();
    }
    let refused = evaluate::compute(&world.app, YEAR, &|_, _, _| {}).await.unwrap_err();
    assert!(refused.is::<Usage>() && refused.to_string().contains("都已发布"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upheld_appeal_restates_one_value_and_says_what_changed() {
    let world = world().await;
    let app = on(&world.app, "2026-01-16");
    let open = async |app: &App, subject, indicator| {
        published::open(app, ("CTY", YEAR), (subject, indicator), "台账记录完整，见附件").await
    };
    assert!(open(&app, "船山区", "CTY-103").await.unwrap_err().to_string().contains("没有已发布的结果"));
    published::publish(&app, "CTY", YEAR, "局长办公会").await.unwrap();
    let late = open(&on(&app, "2026-01-24"), "船山区", "CTY-103").await.unwrap_err().to_string();
    assert!(late.contains("不在公示期内"), "{late}");
    assert!(open(&app, "船山区", "CTY-1O3").await.unwrap_err().to_string().contains("是否想写 CTY-103"));

    let appeal = open(&on(&app, "2026-01-23"), "船山区", "cty-103").await.unwrap();
    assert_eq!(
        (appeal.id.as_str(), appeal.unit.as_str(), appeal.due.to_string().as_str()),
        ("CTY-2025-001", "510903", "2026-02-06")
    );
    assert!(open(&app, "510903", "CTY-103").await.unwrap_err().to_string().contains("还在办理"));
    assert_eq!(appeal.state("2026-02-06".parse().unwrap()), State::Open);
    assert_eq!(appeal.state("2026-02-07".parse().unwrap()), State::Overdue);

    let before = rows(&app, SCORES).await;
    let deciding = on(&app, "2026-01-26");
    let value = Decision::Upheld(Right::Value("12".parse().unwrap()));
    let wrong = published::decide(&deciding, &appeal.id, &value, &act("核实")).await.unwrap_err().to_string();
    assert!(wrong.contains("--numerator"), "{wrong}");
    let right = Decision::Upheld(Right::Ratio("12".parse().unwrap(), "12".parse().unwrap()));
    let (decided, change) = published::decide(&deciding, &appeal.id, &right, &act("台账属实")).await.unwrap();
    let change = change.unwrap();
    let number = |text: &str| text.parse::<Num>().unwrap();
    assert_eq!(decided.after, Some(number(&change.after)));
    assert!(number(&change.after) > number(&change.before), "{change:?}");
    assert_ne!(change.before, change.after);
    let shift = change.shifts.iter().find(|s| s.subject == "510903").unwrap();
    assert_ne!(shift.total.0, shift.total.1);
    assert_eq!(decided.state(app.clock.today()), State::Upheld);
    assert!(decided.reason.ends_with("采纳：台账属实（局长办公会）"), "{}", decided.reason);

    // One indicator of one county moved, and what follows from it; it is published still, and says what it was.
    let moved = |r: &Vec<String>| r[0] == "510903" && ["CTY-103", "CORE", "TOTAL"].contains(&r[1].as_str());
    let same = |rows: Vec<Vec<String>>| -> Vec<[String; 3]> {
        rows.into_iter().filter(|r| !moved(r)).map(|r| [r[0].clone(), r[1].clone(), r[2].clone()]).collect()
    };
    assert_eq!(same(rows(&app, SCORES).await), same(before));
    let published_now = published::list(&app, Some(YEAR)).await.unwrap();
    assert_eq!(published_now[0].notice.restated, ["CTY-2025-001"]);
    let of = "SELECT source FROM eval_value WHERE indicator_id='CTY-103' AND subject_id='510903' AND period='2025'";
    assert_eq!(rows(&app, of).await, [["3"]]);
    let read =
        explain_published(&app.warehouse, &app.definitions, &published_now, "510903", Some("CTY-103")).await.unwrap();
    let item = &read[0].groups[0].items[0];
    let was = item.before.as_ref().unwrap();
    assert_eq!((&item.points, item.lost.as_str(), &was.points), (&change.after, "0.00", &change.before));
    let closed =
        published::decide(&deciding, &appeal.id, &Decision::Rejected, &act("再议")).await.unwrap_err().to_string();
    assert!(closed.contains("已于2026-01-26办结（采纳）"), "{closed}");

    // A second one rests on the first.
    let second = open(&app, "安居区", "CTY-103").await.unwrap();
    let (rejected, none) =
        published::decide(&deciding, &second.id, &Decision::Rejected, &act("查无依据")).await.unwrap();
    assert!(none.is_none() && rejected.state(app.clock.today()) == State::Rejected);
    let third = open(&app, "安居区", "CTY-103").await.unwrap();
    assert_eq!(third.id, "CTY-2025-003");
    let (upheld, _) = published::decide(&deciding, &third.id, &right, &act("补充材料属实")).await.unwrap();
    assert!(upheld.after > upheld.before);
    let both = "SELECT subject_id FROM eval_value WHERE source='3' ORDER BY 1";
    assert_eq!(rows(&app, both).await, [["510903"], ["510904"]]);
    let fourth = open(&app, "船山区", "CTY-205").await.unwrap();
    let (withdrawn, _) = published::decide(&deciding, &fourth.id, &Decision::Withdrawn, &act("误报")).await.unwrap();
    assert_eq!((withdrawn.state(app.clock.today()), withdrawn.accepted), (State::Withdrawn, None));
    assert_eq!(published::appeals(&app, YEAR).await.unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_since_another_year_is_parted_into_data_definition_and_rule() {
    let world = world().await;
    let best = "SELECT s.indicator_id FROM eval_score s JOIN eval_indicator i ON i.indicator_id=s.indicator_id \
                WHERE s.scheme='CTY' AND s.subject_id='510903' AND i.kind='core' AND i.rule_code='R08' AND s.score>0 \
                ORDER BY s.score DESC, 1 LIMIT 2";
    let best = rows(&world.app, best).await;
    let (measured, ruled) = (best[0][0].as_str(), best[1][0].as_str());
    let mut files = source::embedded();
    let mut renew = |id: &str, edit: &dyn Fn(&mut toml::Table)| {
        let at = files.iter().position(|f| f.path.ends_with(&format!("{id}.toml"))).unwrap();
        let old = files[at].text.clone();
        let from = "effective_from = 2024-01-01";
        files[at].text = old.replace(from, &format!("{from}\neffective_to = 2024-12-31"));
        let new =
            old.replace(from, "effective_from = 2025-01-01").replace("version = \"2025.1\"", "version = \"2025.2\"");
        let mut table: toml::Table = toml::from_str(&new).unwrap();
        edit(&mut table);
        let (path, text) = (format!("indicators/CTY/{id}.2025.toml").into(), toml::to_string(&table).unwrap());
        files.push(SourceFile { path, text });
    };
    // From 2025 on nothing is counted for the one, and the other asks for more than anybody has.
    renew(measured, &|t| {
        t.insert("numerator".to_owned(), "SELECT eval_unit_code AS k, 0 AS v FROM dim_eval_unit".into());
    });
    renew(ruled, &|t| {
        t["rule"].as_table_mut().unwrap().insert("target".to_owned(), 1_000_000.into());
    });
    let definitions = Arc::new(Draft::of(files).whole().unwrap());
    let app = App { definitions, ..world.app.clone() };
    let as_of = app.clock.as_of(YEAR);
    let asked = ("510903", None);
    let changes = changes_since(&app.warehouse, &app.definitions, asked, (2024, YEAR), as_of).await.unwrap();
    let county = changes.iter().find(|c| c.scheme == "CTY").unwrap();
    let sum = |p: &suixin_metrics::explain::Parts| &(&(&p.before + &p.data) + &p.definition) + &p.rule;
    let total = county.total.as_ref().unwrap();
    assert_eq!(sum(total), total.after);
    assert!(!county.items.is_empty() && county.items.iter().all(|i| sum(&i.points) == i.points.after));
    let of = |id: &str| &county.items.iter().find(|i| i.indicator == id).unwrap().points;
    let zero = suixin_metrics::number::Num::zero();
    assert!(of(measured).definition < zero && of(measured).rule == zero, "{}", of(measured));
    assert!(of(ruled).rule < zero && of(ruled).definition == zero, "{}", of(ruled));
    let same = changes_since(&app.warehouse, &app.definitions, asked, (YEAR, YEAR), as_of).await;
    assert!(same.unwrap_err().to_string().contains("与评价年度相同"));
}
