//! Explanations: what adds up, what is said, and whom they find.

use suixin_metrics::number::Num;
use suixin_metrics::{Definitions, Explanation, MetricsError, explain};

use crate::world::World;

async fn explained(world: &World, subject: &str, indicator: Option<&str>) -> Result<Explanation, MetricsError> {
    let defs = Definitions::embedded().unwrap();
    explain(&world.snapshot, &defs, subject, indicator, world.year, world.as_of()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_county_is_explained_down_to_the_statement() {
    let world = World::shared().await;
    let e = explained(world, "船山区", None).await.unwrap();
    let county = &e.scores[0];
    let expected = world.expected("totals");
    let row = expected.iter().find(|r| r["scheme"] == "CTY" && r["k"] == "510903").unwrap();
    assert_eq!((county.scheme.as_str(), &county.total, &county.rank.to_string()), ("CTY", &row["total"], &row["rank"]));
    let number = |s: &str| s.parse::<Num>().unwrap();
    let sum: Num = county.groups.iter().map(|g| number(&g.points)).collect::<Vec<_>>().iter().sum();
    let parts = &(&number(&county.core) + &number(&county.bonus)) + &number(&county.deduct);
    assert_eq!((sum, parts), (number(&county.total), number(&county.total)));
    assert!(county.veto.as_ref().unwrap().contains("CTY-V04"));
    let items = || county.groups.iter().flat_map(|g| &g.items);
    assert_eq!(items().count(), 62);
    assert!(items().all(|i| !i.statements[0].contains("${") && !i.arithmetic.is_empty() && !i.grounds.is_empty()));
    assert!(items().any(|i| i.na_reason.is_some()) && items().any(|i| i.one_more.is_some()));
    assert_eq!(e.scores[1].scheme, "SUP");
    assert!(serde_json::to_string(&e).unwrap().contains("\"one_more\":\"再得1分"));
    assert!(e.to_string().starts_with("2025年度县级综合评价：船山区（510903）\n  基本分"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subject_is_found_by_key_or_name_and_the_nearest_is_offered() {
    let world = World::shared().await;
    let one = explained(world, "燕山社区", Some("plt-301")).await.unwrap();
    assert_eq!((one.scores[0].subject.as_str(), one.scores[0].groups[0].items.len()), ("510903006002", 1));
    for (subject, indicator, words) in [
        ("船山", None, "没有评价对象 船山：是否想写 船山区？"),
        ("510903", Some("CTY-9O1"), "没有指标 CTY-9O1：是否想写 CTY-901？"),
    ] {
        assert_eq!(explained(world, subject, indicator).await.unwrap_err().to_string(), words);
    }
}
