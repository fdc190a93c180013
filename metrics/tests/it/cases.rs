//! Worked cases of the scoring, as data: one file a rule or policy in `tests/data/cases`, each with its indicators, what is
//! given for each subject, and what must come out. All that is wrong is told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use suixin_metrics::compute::value_of;
use suixin_metrics::definitions::{Draft, Indicator, SourceFile};
use suixin_metrics::evaluation::{Subject, SubjectScore};
use suixin_metrics::number::Num;
use suixin_metrics::score::{Inputs, Values, score};

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
grades = [
    { code = "1", name = "优秀", from = 90 },
    { code = "2", name = "良好", from = 80 },
    { code = "3", name = "合格", from = 60 },
    { code = "4", name = "不合格" },
]
"#;

/// A file of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    indicators: Vec<Item>,
    cases: Vec<Case>,
}

/// An indicator; what is missing is core, `一`, N3, counted, more is better.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: String,
    #[serde(default = "core")]
    kind: String,
    #[serde(default = "first")]
    level1: String,
    weight: toml::Value,
    #[serde(default = "counted")]
    unit: String,
    #[serde(default = "up")]
    direction: String,
    #[serde(default = "zero")]
    na: String,
    rule: toml::Table,
}

/// Subject → indicator → `3/4`, `3`, `/0` or nothing; subject → indicator or what of the total → expected.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    given: BTreeMap<String, BTreeMap<String, String>>,
    expect: BTreeMap<String, BTreeMap<String, String>>,
}

/// A panel of judges: marks that count, marks of those who recused themselves, and the mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judges {
    pub name: String,
    pub nomination: String,
    pub marks: Vec<toml::Value>,
    pub recused: Vec<toml::Value>,
    pub mean: String,
}

/// The panels of judges that were worked by hand.
pub fn judges() -> Vec<Judges> {
    #[derive(Deserialize)]
    struct File {
        marks: Vec<Judges>,
    }
    toml::from_str::<File>(&std::fs::read_to_string(folder().join("judges.toml")).unwrap()).unwrap().marks
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases")
}

fn core() -> String {
    "core".to_owned()
}
fn first() -> String {
    "一".to_owned()
}
fn counted() -> String {
    "个".to_owned()
}
fn up() -> String {
    "+".to_owned()
}
fn zero() -> String {
    "N3".to_owned()
}

impl Item {
    /// A value in percent has a denominator.
    fn file(&self) -> SourceFile {
        let mut text = format!("id = \"{}\"\n{HEAD}scheme = \"CTY\"\nlevel2 = \"\"\nname = \"n\"\n", self.id);
        let Self { level1, kind, unit, direction, weight, na, .. } = self;
        let _ = write!(
            text,
            "level1 = \"{level1}\"\nkind = \"{kind}\"\ndefinition = \"d\"\nunit = \"{unit}\"\n\
             direction = \"{direction}\"\nweight = {weight}\nperiod = \"年\"\nna_policy = \"{na}\"\ntables = []\n\
             numerator = \"SELECT 1 AS k, 1 AS v\"\n"
        );
        if unit == "%" {
            text.push_str("denominator = \"SELECT 1 AS k, 1 AS v\"\n");
        }
        let _ = write!(text, "[rule]\ntext = \"\"\n{}", self.rule);
        SourceFile { path: format!("indicators/CTY/{}.toml", self.id).into(), text }
    }
}

impl Cases {
    /// The scheme, with an indicator that gets nothing and takes what is left of the full score.
    fn indicators(&self) -> (Draft, String) {
        let mut files = vec![SourceFile { path: "schemes/CTY.toml".into(), text: format!("{HEAD}{SCHEME}") }];
        files.extend(self.indicators.iter().map(Item::file));
        let counts = self.indicators.iter().filter(|i| i.kind == "core");
        let sum: f64 = counts.map(|i| i.weight.to_string().parse::<f64>().unwrap()).sum();
        if sum < 100.0 {
            let rule = "code = \"R07\"\nfull_if = 1".parse().unwrap();
            let weight = toml::Value::Float(100.0 - sum);
            let (kind, level1, unit, direction, na) = (core(), "〇".to_owned(), counted(), up(), zero());
            files.push(Item { id: "CTY-999".to_owned(), kind, level1, weight, unit, direction, na, rule }.file());
        }
        let draft = Draft::of(files);
        let wrong: Vec<String> = draft.mistakes.iter().map(ToString::to_string).collect();
        (draft, wrong.join("\n"))
    }

    fn scores(&self, draft: &Draft, case: &Case) -> Vec<SubjectScore> {
        let mut values = Values::new();
        let indicators: Vec<&Indicator> = draft.definitions.indicators.iter().collect();
        for (key, given) in &case.given {
            for (id, value) in given {
                let i = indicators.iter().find(|i| i.id() == id).unwrap_or_else(|| panic!("no {id}"));
                let (n, d) = value.split_once('/').unwrap_or((value, ""));
                let number = |s: &str| (!s.is_empty()).then(|| s.parse::<Num>().unwrap());
                let measured = value_of(i.denominator.is_some(), i.na_policy, number(n), number(d));
                values.entry(id.clone()).or_default().insert(key.clone(), measured);
            }
        }
        let subject = |key: &String| Subject {
            key: key.clone(),
            name: key.clone(),
            group: String::new(),
            unit: key.clone(),
            kind: "unit".to_owned(),
        };
        score(&Inputs {
            scheme: &draft.definitions.schemes["CTY"],
            indicators: &indicators,
            subjects: &case.given.keys().map(subject).collect::<Vec<_>>(),
            values: &values,
            scopes: &BTreeMap::new(),
            top_grade: &BTreeSet::new(),
        })
    }
}

/// What came out under the name that a case asks by.
fn told(s: &SubjectScore, what: &str, expected: &str) -> String {
    let outcome =
        |id: &str| s.items.iter().find(|i| i.indicator == id).map(|i| serde_json::to_value(i.outcome).unwrap());
    match what {
        "total" => format!("{:.2}", s.total),
        "bonus" => format!("{:.2}", s.bonus),
        "deduct" => format!("{:.2}", s.deduct),
        "rank" => s.rank.to_string(),
        "grade" => s.grade.clone().unwrap_or_default(),
        "cap" => s.veto_cap.clone().unwrap_or_else(|| "无".to_owned()),
        "eligible" => if s.eligible { "是" } else { "否" }.to_owned(),
        "outcome" => {
            let id = expected.split(' ').next().unwrap();
            format!("{id} {}", outcome(id).unwrap().as_str().unwrap())
        }
        id => s.items.iter().find(|i| i.indicator == id).map_or("-".to_owned(), |i| format!("{:.2}", i.points)),
    }
}

/// Everything in a file that does not come out as it must; and how many things were asked.
fn check(path: &Path) -> (Vec<String>, usize) {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let file: Cases = toml::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    let (draft, wrong) = file.indicators();
    if !wrong.is_empty() {
        return (vec![format!("{name}: {wrong}")], 0);
    }
    let (mut found, mut asked) = (Vec::new(), 0);
    for case in &file.cases {
        let scores = file.scores(&draft, case);
        for (key, expect) in &case.expect {
            let s = scores.iter().find(|s| s.subject.key == *key).unwrap();
            for (what, expected) in expect {
                asked += 1;
                let got = told(s, what, expected);
                if got != *expected {
                    found.push(format!("{name}: {}: {key} {what}: {got}, not {expected}", case.name));
                }
            }
        }
    }
    (found, asked)
}

#[test]
fn every_rule_and_policy_comes_out_as_worked_by_hand() {
    let dir = folder();
    let rules = (1..=12).map(|n| format!("R{n:02}")).chain((1..=3).map(|n| format!("N{n}")));
    let mut wrong = Vec::new();
    for name in rules.chain(["totals".to_owned()]) {
        let (found, asked) = check(&dir.join(format!("{name}.toml")));
        assert!(asked > 0 || !found.is_empty(), "{name} asks nothing");
        wrong.extend(found);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
