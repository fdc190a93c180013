//! Worked cases of the scoring, with schemes and indicators written for them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{Inputs, Values, score};
use crate::compute::value_of;
use crate::definitions::{Definitions, Draft, Indicator, SourceFile};
use crate::evaluation::{Outcome, Subject, SubjectScore};
use crate::number::num;

const HEAD: &str = "version = \"1\"\neffective_from = 2024-01-01\nstatus = \"PROPOSAL\"\nclause = \"四-(四)\"\n";

const SCHEME: &str = r#"
id = "CTY"
title = "t"
subject_name = "s"
order = 1
full_score = 100
bonus_cap = 10
deduct_cap = 15
rank_by = ["total", "core", "CTY-1"]
subjects = "SELECT 1 AS k"
scopes = { kind = "SELECT 1 AS k, 2 AS v" }
grades = [
    { code = "A", name = "a", from = 95, conditional = true },
    { code = "1", name = "优秀", from = 90 },
    { code = "2", name = "良好", from = 80 },
    { code = "3", name = "合格", from = 60 },
    { code = "4", name = "不合格" },
]
"#;

/// A scheme with indicators: id, first-level group, kind, weight, NA policy, whether it has a denominator, rule.
struct Case {
    defs: Definitions,
    values: Values,
    scopes: BTreeMap<String, BTreeMap<String, String>>,
    top: BTreeSet<String>,
    keys: BTreeSet<String>,
}

type Row<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, bool, &'a str);

impl Case {
    fn new(rows: &[Row<'_>]) -> Self {
        let mut files = vec![SourceFile { path: "schemes/CTY.toml".into(), text: format!("{HEAD}{SCHEME}") }];
        for (id, level1, kind, weight, na, denominator, rule) in rows {
            let mut text =
                format!("id = \"{id}\"\n{HEAD}scheme = \"CTY\"\nlevel1 = \"{level1}\"\nlevel2 = \"\"\nname = \"n\"\n");
            let unit = if *denominator { "%" } else { "个" };
            let _ = write!(
                text,
                "kind = \"{kind}\"\ndefinition = \"d\"\nunit = \"{unit}\"\ndirection = \"+\"\nweight = {weight}\n"
            );
            let _ = write!(
                text,
                "period = \"年\"\nna_policy = \"{na}\"\ntables = []\nnumerator = \"SELECT 1 AS k, 1 AS v\"\n"
            );
            if *denominator {
                text.push_str("denominator = \"SELECT 1 AS k, 1 AS v\"\n");
            }
            let _ = write!(text, "[rule]\ntext = \"\"\n{rule}\n");
            files.push(SourceFile { path: format!("indicators/CTY/{id}.toml").into(), text });
        }
        let draft = Draft::of(files);
        assert_eq!(draft.mistakes, []);
        let (values, scopes) = (Values::new(), BTreeMap::new());
        Self { defs: draft.definitions, values, scopes, top: BTreeSet::new(), keys: BTreeSet::new() }
    }

    /// What a statement gave: `3/4`, `3`, `/0`, or nothing.
    fn given(mut self, key: &str, id: &str, value: &str) -> Self {
        let i = self.defs.indicators.iter().find(|i| i.id() == id).unwrap();
        let (n, d) = value.split_once('/').unwrap_or((value, ""));
        let number = |s: &str| (!s.is_empty()).then(|| num(s));
        let measured = value_of(i.denominator.is_some(), i.na_policy, number(n), number(d));
        self.values.entry(id.to_owned()).or_default().insert(key.to_owned(), measured);
        self.keys.insert(key.to_owned());
        self
    }

    fn scores(&self) -> Vec<SubjectScore> {
        let indicators: Vec<&Indicator> = self.defs.indicators.iter().collect();
        let subject = |key: &String| Subject {
            key: key.clone(),
            name: key.clone(),
            group: String::new(),
            unit: key.clone(),
            kind: "unit".to_owned(),
        };
        score(&Inputs {
            scheme: &self.defs.schemes["CTY"],
            indicators: &indicators,
            subjects: &self.keys.iter().map(subject).collect::<Vec<_>>(),
            values: &self.values,
            scopes: &self.scopes,
            top_grade: &self.top,
        })
    }

    fn one(&self) -> SubjectScore {
        self.scores().remove(0)
    }
}

const SHARE: &str = "code = \"R08\"\ntarget = 1.0";

/// One core indicator of 100 points, in proportion to a share.
fn whole() -> Row<'static> {
    ("CTY-1", "一", "core", "100", "N3", true, SHARE)
}

fn total(s: &SubjectScore) -> String {
    format!("{:.2}", s.total)
}

#[test]
fn exactly_ninety_is_excellent_and_rounding_comes_first() {
    for (value, points, grade) in [
        ("90/100", "90.00", "1"),
        ("89.995/100", "90.00", "1"),
        ("89.9949/100", "89.99", "2"),
        ("80/100", "80.00", "2"),
        ("59.99/100", "59.99", "4"),
    ] {
        let s = Case::new(&[whole()]).given("a", "CTY-1", value).one();
        assert_eq!((total(&s).as_str(), s.grade.as_deref()), (points, Some(grade)), "{value}");
    }
}

#[test]
fn a_tie_for_first_is_shared_and_leaves_a_gap() {
    let mut case = Case::new(&[whole()]);
    for (key, value) in [("b", "90/100"), ("a", "90/100"), ("c", "80/100")] {
        case = case.given(key, "CTY-1", value);
    }
    let ranks: Vec<_> = case.scores().iter().map(|s| (s.subject.key.clone(), s.rank)).collect();
    assert_eq!(ranks, [("a".to_owned(), 1), ("b".to_owned(), 1), ("c".to_owned(), 3)]);
}

#[test]
fn equal_totals_are_parted_by_core_and_then_by_the_indicator() {
    let bonus = ("CTY-B1", "加", "bonus", "10", "N1", false, "code = \"R05\"\nper = 1\ncap = 10");
    let case = Case::new(&[whole(), bonus])
        .given("a", "CTY-1", "80/100")
        .given("a", "CTY-B1", "5")
        .given("b", "CTY-1", "85/100")
        .given("b", "CTY-B1", "");
    let order: Vec<_> = case.scores().iter().map(|s| (s.subject.key.clone(), total(s), s.rank)).collect();
    assert_eq!(order, [("b".to_owned(), "85.00".to_owned(), 1), ("a".to_owned(), "85.00".to_owned(), 2)]);
    // Equal core too: the value of CTY-1 parts those whose points are equal by rounding.
    let case = Case::new(&[whole()]).given("a", "CTY-1", "80.001/100").given("b", "CTY-1", "80.002/100");
    let order: Vec<_> = case.scores().iter().map(|s| (s.subject.key.clone(), total(s), s.rank)).collect();
    assert_eq!(order, [("b".to_owned(), "80.00".to_owned(), 1), ("a".to_owned(), "80.00".to_owned(), 2)]);
}

#[test]
fn bonus_and_deductions_are_capped_and_the_total_may_exceed_full_score() {
    let bonus = ("CTY-B1", "加", "bonus", "20", "N1", false, "code = \"R05\"\nper = 1\ncap = 20");
    let deduct = ("CTY-D1", "扣", "deduct", "-30", "N2", false, "code = \"R06\"\nper = 1\ncap = 30");
    let case = Case::new(&[whole(), bonus, deduct]);
    let s = case.given("a", "CTY-1", "100/100").given("a", "CTY-B1", "14").given("a", "CTY-D1", "").one();
    assert_eq!((total(&s), s.bonus.to_string()), ("110.00".to_owned(), "10".to_owned()));
    let s = Case::new(&[whole(), bonus, deduct]).given("a", "CTY-1", "50/100").given("a", "CTY-D1", "29").one();
    assert_eq!((total(&s), s.deduct.to_string()), ("35.00".to_owned(), "-15".to_owned()));
}

#[test]
fn a_veto_caps_the_grade_of_ninety_six_points_and_the_points_stay() {
    let veto = ("CTY-V1", "否", "veto", "0", "N2", false, "code = \"R09\"\neffect = \"grade_cap\"\ngrade = \"4\"");
    let mild = ("CTY-V2", "否", "veto", "0", "N2", false, "code = \"R09\"\neffect = \"grade_cap\"\ngrade = \"3\"");
    let case = |hard: &str, soft: &str| {
        Case::new(&[whole(), veto, mild])
            .given("a", "CTY-1", "96/100")
            .given("a", "CTY-V1", hard)
            .given("a", "CTY-V2", soft)
            .one()
    };
    let s = case("1", "");
    assert_eq!((total(&s).as_str(), s.grade.as_deref(), s.grade_by_total.as_deref()), ("96.00", Some("4"), Some("1")));
    assert_eq!((s.veto_cap.as_deref(), s.eligible), (Some("4"), true));
    assert_eq!(case("", "2").grade.as_deref(), Some("3"));
    assert_eq!(case("1", "2").grade.as_deref(), Some("4"));
    let s = case("0", "");
    assert_eq!((s.grade.as_deref(), s.veto_cap), (Some("1"), None));
}

#[test]
fn a_veto_never_makes_a_grade_better() {
    let mild = ("CTY-V2", "否", "veto", "0", "N2", false, "code = \"R09\"\neffect = \"grade_cap\"\ngrade = \"3\"");
    let s = Case::new(&[whole(), mild]).given("a", "CTY-1", "40/100").given("a", "CTY-V2", "1").one();
    assert_eq!(s.grade.as_deref(), Some("4"));
}

#[test]
fn a_zero_denominator_follows_the_policy_of_the_indicator() {
    let rows = |na| {
        [
            ("CTY-1", "一", "core", "60", "N3", true, SHARE),
            ("CTY-2", "一", "core", "20", na, true, SHARE),
            ("CTY-3", "二", "core", "20", "N3", true, SHARE),
        ]
    };
    let score = |na| {
        Case::new(&rows(na)).given("a", "CTY-1", "1/2").given("a", "CTY-2", "5/0").given("a", "CTY-3", "1/1").one()
    };
    // N1: the 20 points of CTY-2 go to CTY-1 of the same group: 80 / 2 + 20.
    let s = score("N1");
    assert_eq!((total(&s).as_str(), s.items[1].outcome), ("60.00", Outcome::Dropped));
    assert_eq!((s.items[0].max.rounded(6).to_string(), s.items[1].max.to_string()), ("80".to_owned(), "0".to_owned()));
    // N2: full marks. N3: nothing.
    assert_eq!((total(&score("N2")).as_str(), score("N2").items[1].outcome), ("70.00", Outcome::FullByDefault));
    assert_eq!((total(&score("N3")).as_str(), score("N3").items[1].outcome), ("50.00", Outcome::ZeroByDefault));
}

#[test]
fn a_group_that_does_not_apply_at_all_goes_to_the_others() {
    let rows = [
        ("CTY-1", "一", "core", "60", "N3", true, SHARE),
        ("CTY-2", "二", "core", "25", "N1", true, SHARE),
        ("CTY-3", "三", "core", "15", "N3", true, SHARE),
    ];
    let s = Case::new(&rows).given("a", "CTY-1", "1/1").given("a", "CTY-2", "/").given("a", "CTY-3", "0/1").one();
    assert_eq!((total(&s).as_str(), s.items[0].max.rounded(6).to_string().as_str()), ("80.00", "80"));
    let s = Case::new(&[("CTY-1", "一", "core", "100", "N1", true, SHARE)]).given("a", "CTY-1", "/0").one();
    assert_eq!((total(&s).as_str(), s.items[0].outcome), ("0.00", Outcome::Dropped));
}

#[test]
fn points_by_rank_are_counted_inside_the_scope() {
    let by_rank = "code = \"R04\"\ntop = 1\nstep = 0.05\nfloor = 0.4\nscope = \"kind\"";
    let mut case = Case::new(&[("CTY-1", "一", "core", "100", "N3", false, by_rank)]);
    for (key, value) in [("a", "9"), ("b", "9"), ("c", "3"), ("d", "1"), ("e", "")] {
        case = case.given(key, "CTY-1", value);
    }
    let scope = [("a", "x"), ("b", "x"), ("c", "x"), ("d", "y"), ("e", "y")];
    case.scopes.insert("kind".to_owned(), scope.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    let mut points: Vec<_> = case.scores().iter().map(|s| (s.subject.key.clone(), total(s))).collect();
    points.sort();
    let expected = [("a", "100.00"), ("b", "100.00"), ("c", "95.00"), ("d", "100.00"), ("e", "95.00")];
    assert_eq!(points, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
}

#[test]
fn a_conditional_grade_is_for_those_named_only() {
    let mut case = Case::new(&[whole()]).given("a", "CTY-1", "97/100");
    assert_eq!(case.one().grade.as_deref(), Some("1"));
    case.top.insert("a".to_owned());
    assert_eq!(case.one().grade.as_deref(), Some("A"));
}

#[test]
fn a_condition_that_fails_or_a_veto_that_disqualifies_leaves_the_score() {
    let rule = "code = \"R12\"\nop = \"=\"\nvalue = 0";
    let condition = ("CTY-E1", "资", "elig", "0", "N3", false, rule);
    let out = ("CTY-V1", "否", "veto", "0", "N2", false, "code = \"R09\"\neffect = \"disqualify\"");
    let score = |fails: &str, veto: &str| {
        let case = Case::new(&[whole(), condition, out]).given("a", "CTY-1", "88/100");
        case.given("a", "CTY-E1", fails).given("a", "CTY-V1", veto).one()
    };
    assert!(score("0", "").eligible);
    assert!(!score("1", "").eligible);
    let s = score("0", "1");
    assert_eq!((s.eligible, total(&s).as_str(), s.veto_cap.as_deref()), (false, "88.00", Some("disqualified")));
}
