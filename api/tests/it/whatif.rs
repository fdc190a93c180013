//! What if: the other result beside the official one, and nothing official changed.

use std::path::PathBuf;

use suixin_api::ops::evaluate;
use suixin_api::ops::whatif::{Tried, run};
use suixin_metrics::number::Num;

use crate::support::{YEAR, scored};

fn set(values: &[&str]) -> Tried {
    Tried { sets: values.iter().map(|s| (*s).to_owned()).collect(), ..Tried::default() }
}

fn num(text: &str) -> Num {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_results_stand_side_by_side_and_nothing_is_written() {
    let app = &scored().app;
    let before = app.warehouse.snapshots().unwrap().len();
    let official = evaluate::ranking(app, "CTY", YEAR).await.unwrap();

    let tried = run(app, "CTY", YEAR, &set(&["weights.CTY-205=10", "scheme.bonus_cap=1"])).await.unwrap();
    let sides: Vec<_> =
        tried.subjects.iter().map(|s| (s.subject.clone(), format!("{:.2}", s.official.total))).collect();
    let mut saved: Vec<_> = official.iter().map(|r| (r.subject.clone(), r.total.clone())).collect();
    let mut told = sides.clone();
    (saved.sort(), told.sort());
    assert_eq!(told, saved, "the official side is what is saved");
    for s in &tried.subjects {
        let other = s.alternative.as_ref().unwrap();
        assert_eq!(&other.total - &s.official.total, *s.difference.as_ref().unwrap());
        assert_eq!(s.places.unwrap(), s.official.rank as i64 - other.rank as i64);
    }
    assert_eq!((tried.changes[0].before.as_str(), tried.changes[0].after.as_str()), ("3", "10"));
    // The other 97 points share 90: every core indicator that scored by its value moved.
    assert!(tried.notes[0].contains("由合计97分按比例调整为90分"), "{:?}", tried.notes);
    assert!(tried.subjects.iter().any(|s| s.items.iter().any(|i| i.indicator != "CTY-205")));
    assert_eq!(app.warehouse.snapshots().unwrap().len(), before);
    assert_eq!(evaluate::ranking(app, "CTY", YEAR).await.unwrap()[0].total, official[0].total);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_indicator_or_a_unit_is_left_out() {
    let app = &scored().app;
    let best = "SELECT s.indicator_id FROM eval_score s JOIN eval_indicator i ON i.indicator_id=s.indicator_id \
                WHERE s.scheme='CTY' AND s.subject_id='510904' AND i.kind='core' ORDER BY s.score DESC, 1 LIMIT 1";
    let best = app.warehouse.snapshot().await.unwrap().query(best).await.unwrap().rows[0][0].to_string();
    let out = Tried {
        without_indicators: vec![best.to_lowercase()],
        without_units: vec!["船山区".to_owned()],
        ..Tried::default()
    };
    let tried = run(app, "CTY", YEAR, &out).await.unwrap();
    let gone = tried.subjects.iter().find(|s| s.subject == "510903").unwrap();
    assert!(gone.alternative.is_none() && gone.difference.is_none());
    let other = tried.subjects.iter().find(|s| s.subject == "510904").unwrap();
    let dropped = other.items.iter().find(|i| i.indicator == best).unwrap();
    assert!(*dropped.official.as_ref().unwrap() > num("0"), "it had points to lose");
    assert_eq!(dropped.alternative.as_ref().unwrap(), &num("0"));
    let ranks = tried.subjects.iter().filter_map(|s| s.alternative.as_ref()).map(|a| a.rank);
    assert_eq!(ranks.min(), Some(1), "somebody else may be first now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_is_said_in_the_unit_of_the_indicator_and_a_file_says_the_same_as_flags() {
    let world = scored();
    let flags = run(&world.app, "CTY", YEAR, &set(&["indicators.CTY-205.target=30"])).await.unwrap();
    let path = tempfile::tempdir().unwrap();
    let file = path.path().join("p.toml");
    std::fs::write(&file, "[indicators.CTY-205.rule]\nfull = 30\n").unwrap();
    let files = Tried { files: vec![file], ..Tried::default() };
    let filed = run(&world.app, "CTY", YEAR, &files).await.unwrap();
    assert_eq!(flags.subjects, filed.subjects);
    // R08 keeps its target as a ratio; it is said in percent all the same.
    let ratio = run(&world.app, "CTY", YEAR, &set(&["indicators.CTY-103.target=5"])).await.unwrap();
    assert_eq!((ratio.changes[0].before.as_str(), ratio.changes[0].after.as_str()), ("1.0", "0.05"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_or_changes_nothing_is_an_error_with_a_remedy() {
    let app = &scored().app;
    for (values, words) in [
        (vec!["wieghts.CTY-101=6"], "没有路径 wieghts.CTY-101；是否想写 weights？"),
        (vec!["weights.CTY-1O1=6"], "CTY 没有指标 CTY-1O1；是否想写 CTY-101？"),
        (vec!["indicators.CTY-205.rule.ful=95"], "不认识的键 ful；是否想写 full？"),
        (vec!["indicators.CTY-205.rul.full=95"], "没有参数 rul；是否想写 rule？"),
        (vec!["indicators.CTY-205.rule.full=高"], "full 的值类型不对；应为数字"),
        (vec!["indicators.CTY-205.name=别名"], "只是说明文字，改了不影响得分"),
        (vec!["scheme.version=3"], "不能试改"),
        (vec!["scheme.grades.9.from=95"], "没有代码为 9 的一项"),
        (vec!["weights.CTY-101=2"], "没有变化，weights.CTY-101 已经是 2"),
        (vec!["weights.CTY-101=0"], "--without-indicator"),
        (vec!["weights.CTY-101=60", "weights.CTY-102=50"], "其余指标没有可分的权重"),
        (vec!["indicators.CTY-B01.target=3"], "按 R03 计分，没有目标值；可改的有 rule.bands"),
        (vec!["scheme.deduct_cap=99"], "改动没有影响任何对象的得分"),
        (vec![], "没有写明要改什么"),
    ] {
        let told = run(app, "CTY", YEAR, &set(&values)).await.unwrap_err().to_string();
        assert!(told.contains(words), "{values:?}: {told}");
    }
    // All of them at once.
    let told = run(app, "CTY", YEAR, &set(&["weights.X=1", "scheme.bonus=2"])).await.unwrap_err().to_string();
    assert_eq!(told.lines().count(), 2, "{told}");
    let nowhere = Tried { without_units: vec!["成都市".to_owned()], ..Tried::default() };
    assert!(run(app, "CTY", YEAR, &nowhere).await.unwrap_err().to_string().contains("没有参评单位 成都市"));
    let missing = Tried { files: vec![PathBuf::from("没有.toml")], ..Tried::default() };
    assert!(run(app, "CTY", YEAR, &missing).await.unwrap_err().to_string().contains("没有.toml 读不了"));
}
