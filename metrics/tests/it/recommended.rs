//! Recommendation lists of the synthetic year.

use suixin_metrics::awards::Verdict;
use suixin_metrics::{Definitions, recommend};

use crate::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_keep_to_quota_conditions_and_reserve() {
    let world = World::shared().await;
    let defs = Definitions::embedded().unwrap();
    let evaluation = World::evaluated().await;
    let r = recommend(&world.snapshot, &defs, evaluation).await.unwrap();
    assert_eq!(
        r.lists.iter().map(|l| (l.category.as_str(), l.quota)).collect::<Vec<_>>(),
        [
            ("U", Some(3)),
            ("P", Some(5)),
            ("O", Some(3)),
            ("E", Some(3)),
            ("I", Some(3)),
            ("G", Some(3)),
            ("R", Some(8)),
        ]
    );
    let eligible = world.expected("totals");
    for list in &r.lists {
        let count = |v: Verdict| list.entries.iter().filter(|e| e.verdict == v).count();
        assert!(count(Verdict::Recommended) <= list.quota.unwrap());
        for entry in &list.entries {
            let row = eligible.iter().find(|t| t["k"] == entry.nomination).unwrap();
            assert_eq!(row["eligible"] == "false", entry.verdict == Verdict::Excluded, "{entry}");
            assert!(entry.evidence.iter().any(|e| e.condition) && entry.evidence.iter().any(|e| !e.points.is_empty()));
        }
    }
    assert!(r.lists.iter().all(|l| l.public_days == 5));
    let pilots = &r.lists[0].entries;
    assert!(pilots[0].verdict == Verdict::Recommended && pilots[0].priority.as_ref().unwrap().contains("试点年度评价"));
    let text = r.to_string();
    assert!(text.contains("推荐名单") && text.contains("不代表表彰决定") && !text.contains("评选结果"));
    assert_eq!(r.limits, ["AWD-E06 县处级以上干部占比：0%，要求不超过20%，符合"]);
}
