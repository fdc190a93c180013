//! Products beside the pack, robustness and award lists on a scored year.

use std::collections::BTreeSet;

use suixin_api::commands::Usage;
use suixin_api::ops::pack::{self, Wanted};
use suixin_api::ops::{awards, editions, evaluate};
use suixin_metrics::robustness::robustness;
use suixin_reports::Output;

use crate::support::{YEAR, scored};

fn quiet(_: &str, _: u64, _: u64) {}

fn on_big_stack(test: impl std::future::Future<Output = ()> + Send + 'static) {
    let run = move || tokio::runtime::Runtime::new().unwrap().block_on(test);
    std::thread::Builder::new().stack_size(16 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_product_is_printed_about_one_subject_and_can_be_verified() {
    let world = scored();
    on_big_stack(async move {
        let out = tempfile::tempdir().unwrap();
        let outputs = BTreeSet::from([Output::Pdf]);
        let wanted = |product, subject| Wanted { product, subject, outputs: &outputs };
        let dir = out.path().join("county");
        let county = wanted("county", Some("船山区"));
        let made = pack::render_product(&world.app, YEAR, county, Some(&dir), &quiet).await.unwrap();
        let [made] = made.as_slice() else { panic!("one copy: {}", made.len()) };
        assert_eq!(made.manifest.subject.as_deref(), Some("510903"));
        let total = made.manifest.figures.iter().find(|f| f.id == "county_totals/510903/total").unwrap();
        let ranking = evaluate::ranking(&world.app, "CTY", YEAR).await.unwrap();
        let own = ranking.iter().find(|r| r.subject == "510903").unwrap();
        assert!(
            total.texts.iter().any(|t| t.replace('−', "-").starts_with(&own.total)),
            "{:?} {}",
            total.texts,
            own.total
        );
        assert_eq!(pack::verify(&world.app, &made.dir, &quiet).await.unwrap(), Vec::<String>::new());

        // Another edition of it says the same; another subject is no edition of it.
        let again =
            pack::render_product(&world.app, YEAR, county, Some(&out.path().join("again")), &quiet).await.unwrap();
        let same = editions::compare(&world.app, &made.dir, &again[0].dir).await.unwrap();
        assert!(same.restatement.figures.is_empty() && same.returns.is_empty(), "{same:?}");
        let other = wanted("county", Some("安居区"));
        let other =
            pack::render_product(&world.app, YEAR, other, Some(&out.path().join("other")), &quiet).await.unwrap();
        assert!(editions::compare(&world.app, &made.dir, &other[0].dir).await.unwrap_err().is::<Usage>());

        for (product, subject) in [("county", Some("成都市")), ("projects", Some("船山区")), ("county-report", None)]
        {
            let refused = pack::render_product(&world.app, YEAR, wanted(product, subject), Some(&dir), &quiet).await;
            assert!(refused.unwrap_err().is::<Usage>(), "{product}");
        }
    });
}

#[test]
fn the_trials_of_a_ranking_contain_the_official_one() {
    let world = scored();
    on_big_stack(async move {
        let snapshot = world.app.warehouse.snapshot().await.unwrap();
        let found = robustness(&snapshot, &world.app.definitions, "CTY", YEAR).await.unwrap();
        assert_eq!(found, robustness(&snapshot, &world.app.definitions, "CTY", YEAR).await.unwrap(), "no chance in it");
        assert_eq!(found.subjects.len(), 8);
        for s in &found.subjects {
            assert!(s.best <= s.middle && s.middle <= s.worst && (0.0..=1.0).contains(&s.first), "{s:?}");
        }
        let first: f64 = found.subjects.iter().map(|s| s.first).sum();
        assert!(first >= 1.0, "in every trial somebody is first");
        let absent = robustness(&snapshot, &world.app.definitions, "CTY", YEAR + 1).await.unwrap_err();
        assert!(absent.to_string().contains("suixin compute"), "{absent}");
    });
}

#[test]
fn award_lists_carry_their_evidence() {
    let world = scored();
    on_big_stack(async move {
        let lists = awards::lists(&world.app, YEAR, &quiet).await.unwrap();
        assert_eq!(lists.recommendation.lists.len(), 7);
        for entry in lists.recommendation.lists.iter().flat_map(|l| &l.entries) {
            let unmet: Vec<_> = entry.evidence.iter().filter(|e| !e.met).collect();
            assert!(unmet.is_empty() || !entry.reasons.is_empty(), "{entry:?}");
            assert!(lists.names.contains_key(&entry.nomination));
        }
    });
}
