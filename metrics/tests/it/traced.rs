//! From figures down to rows: the rows found are those that were counted.

use suixin_metrics::trace::Trace;
use suixin_metrics::{Definitions, Depth, run_datasets, save, trace};
use suixin_warehouse::Snapshot;

use crate::world::World;

async fn traced(world: &World, snapshot: &Snapshot, figure: &str) -> Trace {
    trace(snapshot, &Definitions::embedded().unwrap(), figure, world.year, world.as_of(), Depth::Rows).await.unwrap()
}

fn total(trace: &Trace, part: usize, table: &str) -> u64 {
    trace.parts[part].tables.iter().find(|t| t.table == table).map_or(0, |t| t.total)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_rows_as_were_counted() {
    let world = World::shared().await;
    let evaluation = World::evaluated().await;
    let counted = |scheme: &str, id: &str, key: &str| {
        let values = evaluation.scheme(scheme).unwrap().year_values(world.year);
        let m = values[id][key].clone();
        (m.numerator.map_or(0, |n| n.to_string().parse().unwrap()), m.denominator.unwrap().to_string().parse().unwrap())
    };
    // A plain count, a count of persons out of a derived table, and rows below grouped and numbered rows.
    for (id, key, table) in [
        ("CTY-402", "510904", "need_item"),
        ("CTY-303", "510904", "list_library_status"),
        ("CTY-301", "510903", "person"),
    ] {
        let t = traced(world, &world.snapshot, &format!("CTY/{key}/{id}")).await;
        let (n, d): (u64, u64) = counted("CTY", id, key);
        assert_eq!(total(&t, 0, table), n, "{id}");
        if id != "CTY-303" {
            assert_eq!(total(&t, 1, table), d, "{id}");
        }
    }
    let key = evaluation.scheme("PRJ").unwrap().scores[0].subject.key.clone();
    let t = traced(world, &world.snapshot, &format!("PRJ/{key}/PRJ-402")).await;
    assert_eq!(total(&t, 1, "project_beneficiary"), counted("PRJ", "PRJ-402", &key).1);
    assert!(total(&t, 1, "assessment") >= 2 * counted("PRJ", "PRJ-402", &key).1);
}

/// Of a dataset the rows that its number counts, also where a row of totals stands below or a window ranks them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_rows_as_a_dataset_counts() {
    let world = World::shared().await;
    let defs = Definitions::embedded().unwrap();
    let asked = [
        ("people_units", "persons", "person"),
        ("award_summary", "nominated", "award_nomination"),
        ("alert_summary", "red", "monitor_alert"),
        ("complaint_summary", "upheld", "complaint"),
        ("headline", "matched", "need_item"),
    ];
    let ids: Vec<String> = asked.iter().map(|(id, ..)| (*id).to_owned()).collect();
    let sets = run_datasets(&world.snapshot, &defs, world.year, world.as_of(), Some(&ids)).await.unwrap();
    for (id, column, table) in asked {
        let set = &sets[id];
        let place = set.index_of(column).unwrap();
        for row in &set.rows {
            let t = traced(world, &world.snapshot, &format!("{id}/{}/{column}", set.row_key(row))).await;
            assert_eq!(total(&t, 0, table).to_string(), row[place].to_string(), "{id} {}", row[0]);
            assert_eq!(t.value.as_deref(), Some(row[place].to_string().as_str()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scores_are_followed_to_the_rows_behind_them() {
    let (world, own) = (World::shared().await, World::open().await);
    save(&own.warehouse, World::evaluated().await, own.clock()).await.unwrap();
    let stored = own.warehouse.snapshot().await.unwrap();
    let scores = stored.query("SELECT * FROM eval_score").await.unwrap().rows;
    let snapshot = world.snapshot.with_table("eval_score", scores).unwrap();
    // The bonus of a county for its pilots rests on their totals, and these on their own indicators.
    let t = traced(world, &snapshot, "CTY/510903/CTY-B01").await;
    assert_eq!(total(&t, 0, "pilot_site"), 2);
    assert!(t.parts.iter().any(|p| p.figure == "PLT/510903006002/PLT-301"), "{t}");
    assert!(t.to_string().contains("三单三库一基金建设情况"));
    // A figure of a report rests on a score, and this on rows.
    let t = traced(world, &snapshot, "county_totals/510903/total").await;
    assert!(t.parts.iter().any(|p| p.figure == "CTY/510903/CTY-402" && !p.tables.is_empty()), "{t}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_figure_may_be_asked_for_by_name() {
    let world = World::shared().await;
    for (given, id) in [
        ("CTY/船山区/CTY-402", "CTY/510903/CTY-402"),
        ("cty/510903/cty-402", "CTY/510903/CTY-402"),
        ("people_units/船山区/persons", "people_units/510903/persons"),
    ] {
        let (named, keyed) = (traced(world, &world.snapshot, given).await, traced(world, &world.snapshot, id).await);
        assert_eq!(named, keyed, "{given}");
        assert_eq!(named.figure, id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_figure_is_answered_with_the_nearest() {
    let world = World::shared().await;
    let defs = Definitions::embedded().unwrap();
    for (figure, words) in [
        ("CTY/510903/CTY-40", "没有指标 CTY-40：是否想写 CTY-40"),
        ("CTY/51090/CTY-402", "没有评价对象 51090：是否想写 5109"),
        ("county_totls/510903/total", "没有数据集 county_totls：是否想写 county_totals"),
        ("county_totals/510903/totl", "没有列 county_totals/…/totl：是否想写 total"),
        ("county_totals", "没有图数 county_totals：编号应写成"),
    ] {
        let error = trace(&world.snapshot, &defs, figure, world.year, world.as_of(), Depth::Rows).await.unwrap_err();
        assert!(error.to_string().starts_with(words), "{error}");
    }
}
