//! Specifications and data with mistakes, absence of four kinds, and the tests of robustness.

use super::files::{column, numbers, ran, sheet, spec};

const TWO: &str = "[[indicator]]\nid = \"x\"\n[[indicator]]\nid = \"y\"\n";
const MEAN: &str = "[[stage]]\ndo = \"aggregate\"\nmethod = \"arithmetic\"\n";

#[test]
fn every_mistake_is_told_with_its_place() {
    let text = "titel = \"x\"\n[[indicator]]\nid = \"x\"\nweight = -1\n[[stage]]\ndo = \"normalize\"\n[[stage]]\ndo = \"normalise\"\nmethod = \"minmx\"\ncolumns = [\"z\"]\n";
    let told = spec(text).unwrap_err().to_string();
    for part in [
        "spec.toml:1:1",
        "不认识的键 titel",
        "是否想写 title",
        "spec.toml:4:10",
        "spec.toml:6:6",
        "是否想写 normalise",
        "spec.toml:9:10",
        "是否想写 minmax",
    ] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
}

#[test]
fn what_is_no_number_is_refused_with_its_line() {
    let told = ran(&format!("{TWO}{MEAN}"), "unit,x,y\n甲,1,2\n乙,85%,NaN\n甲,1,1\n").unwrap_err().to_string();
    for part in ["第3行 x：“85%”", "第3行 y：“NaN”", "单位 甲 重复"] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
    let told = ran(&format!("{TWO}{MEAN}"), "unit,x,yy\n甲,1,2\n").unwrap_err().to_string();
    assert!(told.contains("没有列 y：是否想写 yy？"), "{told}");
}

/// Missing, not applicable, true zero and withheld: four cells, four fates.
#[test]
fn four_kinds_of_absence() {
    let data = "unit,x,y\n甲,0,8\n乙,,6\n丙,不适用,4\n丁,不公开,2\n戊,10,0\n";
    let told = ran(&format!("{TWO}{MEAN}"), data).unwrap_err().to_string();
    assert!(told.contains("丁 的 x 不公开") && told.contains("withheld"), "{told}");
    let imputed = "[[stage]]\ndo = \"impute\"\nmethod = \"mean\"\n";
    let report = ran(&format!("{TWO}{imputed}{MEAN}withheld = \"lowest\"\n[[stage]]\ndo = \"rank\"\n"), data).unwrap();
    // 乙 gets the mean of 0 and 10; 丙 is judged by y alone; 丁 counts as the lowest, 0.
    let scores = numbers(sheet(&report, "result"), "score");
    let found = ["甲", "乙", "丙", "丁", "戊"].map(|u| scores[u]);
    assert_eq!(found, [4.0, 5.5, 4.0, 1.0, 5.0]);
    assert_eq!(sheet(&report, "01_impute_record").rows.len(), 1);
    assert_eq!(column(sheet(&report, "01_impute"), "x")["丁"].text(), "不公开");
    let ranks = numbers(sheet(&report, "02_aggregate"), "index");
    assert_eq!(ranks["甲"].to_bits(), ranks["丙"].to_bits());
    let tied = numbers(sheet(&report, "result"), "rank");
    assert_eq!((tied["甲"], tied["丙"], tied["丁"]), (3.0, 3.0, 5.0));
    let none = ran(&format!("{TWO}{MEAN}withheld = \"no_score\"\n[[stage]]\ndo = \"rank\"\n"), data).unwrap();
    assert_eq!((none.units.len(), none.units[4].unit.as_str(), none.units[4].score), (5, "丁", None));
}

#[test]
fn an_earlier_period_gives_what_is_missing() {
    let data = "unit,year,x,y\n甲,2023,3,1\n甲,2024,,1\n甲,2025,,1\n乙,2025,5,1\n乙,2024,4,1\n";
    let head = "[data]\nunit = \"unit\"\nperiod = \"year\"\n";
    let stage = |age: &str| format!("[[stage]]\ndo = \"impute\"\nmethod = \"previous\"\n{age}");
    let report = ran(&format!("{head}{TWO}{}{MEAN}", stage("")), data).unwrap();
    let record = &sheet(&report, "01_impute_record").rows;
    assert_eq!(record.len(), 1);
    assert_eq!(record[0].iter().map(super::files::text).collect::<Vec<_>>(), ["甲", "x", "3", "上期值", "2023"]);
    let young = ran(&format!("{head}{TWO}{}{MEAN}", stage("max_age = 1\n")), data).unwrap();
    assert!(sheet(&young, "01_impute_record").rows.is_empty());
}

#[test]
fn a_stage_that_cannot_be_applied_says_why_and_what_to_do() {
    let data = "unit,x,y\n甲,1,5\n乙,2,5\n";
    let flat =
        ran(&format!("{TWO}[[stage]]\ndo = \"normalise\"\nmethod = \"minmax\"\n{MEAN}"), data).unwrap_err().to_string();
    assert!(flat.contains("环节“normalise”") && flat.contains("指标 y") && flat.contains("constant"), "{flat}");
    let less =
        ran(&format!("[[indicator]]\nid = \"x\"\ndirection = \"negative\"\n{MEAN}"), data).unwrap_err().to_string();
    assert!(less.contains("还不是越大越好") && less.contains("normalise"), "{less}");
    let early = ran(&format!("{TWO}[[stage]]\ndo = \"rank\"\n{MEAN}"), data).unwrap_err().to_string();
    assert!(early.contains("前面没有得分"), "{early}");
    let negative = ran(&format!("{TWO}[[stage]]\ndo = \"aggregate\"\nmethod = \"geometric\"\n"), "unit,x,y\n甲,-1,5\n")
        .unwrap_err();
    assert!(negative.to_string().contains("甲 的 x 有负数"), "{negative}");
}

const UNCERTAIN: &str = "[[stage]]\ndo = \"normalise\"\nmethod = \"minmax\"\nrange = [1, 100]\n[[stage]]\ndo = \"aggregate\"\nmethod = \"arithmetic\"\n";
const DATA: &str = "unit,x,y\n甲,9,1\n乙,1,9\n丙,6,6\n丁,0,0\n戊,10,10\n";

#[test]
fn monte_carlo_tells_who_is_settled() {
    let stage = "[[stage]]\ndo = \"monte_carlo\"\nruns = 400\nseed = 7\n[[stage.factor]]\nweights = \"simplex\"\n[[stage.factor]]\nstage = \"aggregate\"\n[[stage.factor.other]]\ndo = \"aggregate\"\nmethod = \"geometric\"\n";
    let report = ran(&format!("{TWO}{UNCERTAIN}{stage}"), DATA).unwrap();
    let ranks = sheet(&report, "03_monte_carlo_ranks");
    let (low, high) = (numbers(ranks, "low"), numbers(ranks, "high"));
    assert_eq!((low["戊"], high["戊"], low["丁"], high["丁"]), (1.0, 1.0, 5.0, 5.0));
    assert!(low["甲"] <= 2.0 && high["甲"] >= 4.0, "{low:?} {high:?}");
    let summary = numbers(sheet(&report, "03_monte_carlo_summary"), "value");
    assert_eq!((summary["first_stays_first"], summary["combinations"]), (1.0, 2.0));
    let pairs = sheet(&report, "03_monte_carlo_pairs");
    let verdict = |a: &str, b: &str| {
        let has = |r: &&Vec<_>| [super::files::text(&r[0]), super::files::text(&r[2])].iter().all(|u| u == a || u == b);
        pairs.rows.iter().find(has).map(|r| super::files::text(&r[5])).unwrap()
    };
    assert_eq!((verdict("甲", "乙").as_str(), verdict("戊", "丁").as_str()), ("否", "是"));
    let again = ran(&format!("{TWO}{UNCERTAIN}{stage}"), DATA).unwrap();
    assert_eq!(report, again);
    let other_seed = ran(&format!("{TWO}{UNCERTAIN}{}", stage.replace("seed = 7", "seed = 8")), DATA).unwrap();
    assert_ne!(report, other_seed);
}

/// A number that does not apply is no reason to be without a score.
#[test]
fn a_ranking_with_shared_weights_is_simulated() {
    let nested = "[[indicator]]\nid = \"x\"\nparent = \"A\"\n[[indicator]]\nid = \"y\"\nparent = \"A\"\n[[group]]\nid = \"A\"\nparent = \"T\"\n[[group]]\nid = \"T\"\n";
    let stage = "[[stage]]\ndo = \"monte_carlo\"\nruns = 20\n[[stage.factor]]\nweights = \"noise\"\n";
    let report = ran(&format!("{nested}{MEAN}{stage}"), "unit,x,y\n甲,9,不适用\n乙,1,2\n").unwrap();
    assert_eq!(numbers(sheet(&report, "02_monte_carlo_ranks"), "high")["甲"], 1.0);
    let gap = ran(&format!("{nested}{MEAN}{stage}"), "unit,x,y\n甲,不适用,不适用\n乙,1,2\n").unwrap_err().to_string();
    assert!(gap.contains("有单位没有得分"), "{gap}");
}

#[test]
fn sobol_says_which_choice_matters() {
    let stage = "[[stage]]\ndo = \"sobol\"\nbase = 300\nof = \"score\"\nunit = \"甲\"\n[[stage.factor]]\nweights = \"simplex\"\n[[stage.factor]]\nname = \"idle\"\nstage = \"aggregate\"\n[[stage.factor.other]]\ndo = \"aggregate\"\nmethod = \"arithmetic\"\n";
    let report = ran(&format!("{TWO}{UNCERTAIN}{stage}"), DATA).unwrap();
    let found = sheet(&report, "03_sobol_indices");
    let (first, total) = (numbers(found, "first"), numbers(found, "total"));
    assert_eq!((first["idle"], total["idle"]), (0.0, 0.0));
    assert!((first["weights"] - 1.0).abs() < 0.15 && (total["weights"] - 1.0).abs() < 0.15, "{first:?} {total:?}");
}

#[test]
fn leaving_one_out() {
    let report = ran(&format!("{TWO}{UNCERTAIN}[[stage]]\ndo = \"leave_one_out\"\n"), DATA).unwrap();
    let ranks = sheet(&report, "03_leave_one_out_ranks");
    assert_eq!(numbers(ranks, "nominal_rank")["甲"], 3.0);
    assert_eq!((numbers(ranks, "without_x")["甲"], numbers(ranks, "without_y")["甲"]), (4.0, 2.0));
    assert_eq!(column(sheet(&report, "03_leave_one_out_summary"), "first_stays_first")["x"].text(), "是");
}

/// Weights by judgement go on without the one that is left out.
#[test]
fn leaving_out_one_that_was_judged() {
    let three = format!("{TWO}[[indicator]]\nid = \"z\"\n");
    let judged = "[[stage]]\ndo = \"weigh\"\nmethod = \"ahp\"\n[[stage.matrix]]\nof = \"index\"\norder = [\"x\", \"y\", \"z\"]\nrows = [[1, 2, 4], [\"1/2\", 1, 2], [\"1/4\", \"1/2\", 1]]\n";
    let data = "unit,x,y,z\n甲,3,1,0\n乙,1,2,9\n丙,0,3,1\n";
    let report = ran(&format!("{three}{judged}{MEAN}[[stage]]\ndo = \"leave_one_out\"\n"), data).unwrap();
    let ranks = sheet(&report, "03_leave_one_out_ranks");
    // Without x, y counts 2/3 and z 1/3: 乙 4.33, 丙 2.33, 甲 0.67.
    assert_eq!(["甲", "乙", "丙"].map(|u| numbers(ranks, "without_x")[u]), [3.0, 1.0, 2.0]);
}

#[test]
fn the_audit_finds_what_says_the_same_and_what_says_nothing() {
    let three = format!("{TWO}[[indicator]]\nid = \"z\"\n");
    let data = "unit,x,y,z\n甲,1,2,5\n乙,2,4.1,5\n丙,3,6,5\n丁,4,8,5\n戊,5,10,6\n";
    let report = ran(&format!("{three}{MEAN}[[stage]]\ndo = \"audit\"\n"), data).unwrap();
    let told = report.warnings.join("\n");
    assert!(told.contains("指标 z 区分度低") && told.contains("x与y的相关系数为1.00：重复度高"), "{told}");
    assert!(!told.contains("指标 x 区分度低"), "{told}");
    let weights = numbers(sheet(&report, "02_audit_weights"), "effective_weight");
    assert!((weights["x"] - 1.0 / 3.0).abs() < 1e-15);
}

#[test]
fn groups_with_methods_of_their_own() {
    let text = "[[indicator]]\nid = \"x\"\nparent = \"A\"\n[[indicator]]\nid = \"y\"\nparent = \"A\"\n[[group]]\nid = \"A\"\nparent = \"T\"\n[[group]]\nid = \"T\"\n";
    let stage = "[[stage]]\ndo = \"aggregate\"\nmethod = \"arithmetic\"\ngroups = { A = \"harmonic\" }\n";
    let report = ran(&format!("{text}{stage}"), "unit,x,y\n甲,2,6\n乙,0,6\n").unwrap();
    let scores = numbers(sheet(&report, "01_aggregate"), "T");
    assert!((scores["甲"] - 3.0).abs() < 1e-12 && scores["乙"] == 0.0, "{scores:?}");
}
