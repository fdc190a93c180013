//! The result of an evaluation: values, points, totals, ranks, grades.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use suixin_warehouse::Snapshot;

use crate::definitions::{Definitions, Indicator, Scheme};
use crate::number::Num;

/// Somebody or something that is evaluated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Subject {
    /// Key: unit code, village code, project id, organisation id, nomination id.
    pub key: String,
    /// Name for people; the key where it has none.
    pub name: String,
    /// Group inside which it is ranked; empty: one group.
    pub group: String,
    /// Unit it belongs to.
    pub unit: String,
    /// Its kind, from the code set `subject_type`.
    pub kind: String,
}

/// What a statement gave for one key, before it became decimals of the tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measured {
    /// Numerator; `None`: no row.
    pub numerator: Option<Num>,
    /// Denominator; `None`: no row, or the indicator has none.
    pub denominator: Option<Num>,
    /// Value; `None` when it does not apply.
    pub value: Option<Num>,
    /// Whether it does not apply.
    pub is_na: bool,
}

/// A value of an indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorValue {
    /// Indicator id.
    pub indicator: String,
    /// Key of the subject, or the edition.
    pub subject: String,
    /// Kind of the subject.
    pub kind: String,
    /// Period, e.g. `2025`, `2025Q3`.
    pub period: String,
    /// What was measured.
    pub measured: Measured,
    /// Whether an appeal set it right.
    pub corrected: bool,
}

/// How an indicator came to its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// By its rule.
    Scored,
    /// N1: does not apply, its weight went to others.
    Dropped,
    /// N2: nothing was due, full marks.
    FullByDefault,
    /// N3: absence is the failure, nothing.
    ZeroByDefault,
    /// A bonus or deduction without a value: nothing.
    Nothing,
    /// No case.
    NoVeto,
    /// A veto case.
    Veto,
    /// Condition passed.
    Passed,
    /// Condition failed.
    Failed,
}

/// Points of one indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemScore {
    /// Indicator id.
    pub indicator: String,
    /// Points, two places.
    pub points: Num,
    /// Points it could have given: the weight after the weights of indicators that do not apply were shared out.
    pub max: Num,
    /// How it came to its points.
    pub outcome: Outcome,
    /// Rank in the scope, for rules by rank.
    pub rank: Option<usize>,
    /// The arithmetic, step by step, in Chinese.
    pub arithmetic: String,
}

/// Points of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectScore {
    /// Who.
    pub subject: Subject,
    /// Indicators, in the order of the definitions.
    pub items: Vec<ItemScore>,
    /// Core points.
    pub core: Num,
    /// Bonus, capped.
    pub bonus: Num,
    /// Deduction, capped, zero or less.
    pub deduct: Num,
    /// Core and bonus and deduction.
    pub total: Num,
    /// Rank in its group; equal ranks are shared.
    pub rank: usize,
    /// Grade, after a veto; `None` where the scheme does not grade.
    pub grade: Option<String>,
    /// Grade that the total alone would have.
    pub grade_by_total: Option<String>,
    /// What a veto caps the grade at, or `disqualified`.
    pub veto_cap: Option<String>,
    /// Whether every condition of eligibility is met and nothing disqualifies.
    pub eligible: bool,
}

/// The result of one scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeResult {
    /// Scheme id.
    pub scheme: String,
    /// Version of the scheme in force for the period.
    pub version: String,
    /// The scheme in force.
    pub definition: Scheme,
    /// Its indicators in force.
    pub indicators: Vec<Indicator>,
    /// Values, of the year and of shorter periods.
    pub values: Vec<IndicatorValue>,
    /// Points, by group, rank and name.
    pub scores: Vec<SubjectScore>,
}

/// What a result is a function of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stamp {
    /// Year.
    pub year: i32,
    /// Day as of which it was computed.
    pub as_of: NaiveDate,
    /// Snapshot that was read.
    pub snapshot: String,
    /// Hash of the definitions.
    pub definitions: String,
}

impl Stamp {
    /// Of a result that is about to be computed.
    #[must_use]
    pub fn new(snapshot: &Snapshot, defs: &Definitions, year: i32, as_of: NaiveDate) -> Self {
        Self { year, as_of, snapshot: snapshot.id().to_string(), definitions: defs.hash().to_owned() }
    }
}

/// The result of all schemes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Year, day, snapshot, definitions.
    pub stamp: Stamp,
    /// Results in the order of scoring.
    pub schemes: Vec<SchemeResult>,
    /// Schemes whose result is published and so was not computed again.
    pub published: BTreeSet<String>,
}

impl Evaluation {
    /// The result of a scheme.
    #[must_use]
    pub fn scheme(&self, id: &str) -> Option<&SchemeResult> {
        self.schemes.iter().find(|s| s.scheme == id)
    }
}

impl SchemeResult {
    /// The score of a subject.
    #[must_use]
    pub fn score(&self, key: &str) -> Option<&SubjectScore> {
        self.scores.iter().find(|s| s.subject.key == key)
    }

    /// Indicator → key → what was measured, for the year.
    #[must_use]
    pub fn year_values(&self, year: i32) -> BTreeMap<&str, BTreeMap<&str, &Measured>> {
        let year = year.to_string();
        let mut out: BTreeMap<&str, BTreeMap<&str, &Measured>> = BTreeMap::new();
        for v in self.values.iter().filter(|v| v.period == year) {
            out.entry(&v.indicator).or_default().insert(&v.subject, &v.measured);
        }
        out
    }
}
