//! An indicator: one or two statements that give a number a subject, and the rule that turns it into points.

use super::common::Head;
use super::reader::Reader;
use super::sql::Sql;
use crate::number::Num;
use crate::rules::r09::Veto;
use crate::rules::{Direction, Rule};

/// What part an indicator plays in the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Core points.
    Core,
    /// Bonus.
    Bonus,
    /// Deduction.
    Deduct,
    /// Veto.
    Veto,
    /// Condition of eligibility.
    Eligibility,
}

impl Kind {
    const WORDS: [(&'static str, Self); 5] = [
        ("core", Self::Core),
        ("bonus", Self::Bonus),
        ("deduct", Self::Deduct),
        ("veto", Self::Veto),
        ("elig", Self::Eligibility),
    ];

    /// Its code in the code set `ind_kind`.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::WORDS.iter().find(|(_, k)| *k == self).map_or("", |(w, _)| w)
    }
}

/// What is done when an indicator has no denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NaPolicy {
    /// N1: it does not apply; its weight goes to the others.
    NotApplicable,
    /// N2: full marks, for nothing was due and nothing is wrong.
    Full,
    /// N3: nothing, for the absence is the failure.
    Zero,
}

impl NaPolicy {
    const WORDS: [(&'static str, Self); 3] = [("N1", Self::NotApplicable), ("N2", Self::Full), ("N3", Self::Zero)];

    /// `N1`, `N2` or `N3`.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::WORDS.iter().find(|(_, p)| *p == self).map_or("", |(w, _)| w)
    }
}

/// A third-level indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// Id, version, effective period, status, clause, basis.
    pub head: Head,
    /// Scheme it belongs to, e.g. `CTY`.
    pub scheme: String,
    /// Group of subjects it is for (award category); `None` or `ALL`: all of them.
    pub category: Option<String>,
    /// First-level group.
    pub level1: String,
    /// Second-level group.
    pub level2: String,
    /// Its own name (third level).
    pub name: String,
    /// Part in the score.
    pub kind: Kind,
    /// What it measures, in words.
    pub definition: String,
    /// Unit of the value; `%`: the value is a ratio.
    pub unit: String,
    /// Which values are better.
    pub direction: Direction,
    /// Target, for people.
    pub target: Option<String>,
    /// Weight in points; negative for a deduction.
    pub weight: Num,
    /// Periods it is computed for, in words, e.g. `月/年`.
    pub period: String,
    /// What is done without a denominator.
    pub na_policy: NaPolicy,
    /// Keyed by the edition of the year and not by a subject: a limit for the whole edition.
    pub by_edition: bool,
    /// Tables it reads.
    pub tables: Vec<String>,
    /// `k`, `v`: the numerator, or the value itself when there is no denominator.
    pub numerator: Sql,
    /// `k`, `v`: the denominator.
    pub denominator: Option<Sql>,
    /// How points are given.
    pub rule: Rule,
    /// The rule in words.
    pub rule_text: String,
    /// The parameters as JSON, as they are written.
    pub rule_params: serde_json::Value,
}

impl Indicator {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let directions = [("+", Direction::Up), ("-", Direction::Down), ("range", Direction::Range)];
        let (rule, rule_text, rule_params) = read_rule(table);
        Self {
            head: Head::read(table),
            scheme: table.text("scheme"),
            category: table.opt_text("category"),
            level1: table.text("level1"),
            level2: table.text("level2"),
            name: table.text("name"),
            kind: table.must_choose("kind", &Kind::WORDS, Kind::Core),
            definition: table.text("definition"),
            unit: table.text("unit"),
            direction: table.must_choose("direction", &directions, Direction::Up),
            target: table.opt_text("target"),
            weight: table.number("weight"),
            period: table.text("period"),
            na_policy: table.must_choose("na_policy", &NaPolicy::WORDS, NaPolicy::Zero),
            by_edition: table.choice("keyed_by", &[("subject", false), ("edition", true)]).unwrap_or(false),
            tables: table.texts("tables"),
            numerator: table.sql("numerator"),
            denominator: table.opt_sql("denominator"),
            rule,
            rule_text,
            rule_params,
        }
    }

    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.head.id
    }

    /// Whether it is for a subject of `group`.
    #[must_use]
    pub fn is_for(&self, group: &str) -> bool {
        self.category.as_deref().is_none_or(|c| c == "ALL" || c == group)
    }

    /// Its statements, the numerator first.
    pub fn statements(&self) -> impl Iterator<Item = &Sql> {
        std::iter::once(&self.numerator).chain(&self.denominator)
    }
}

/// The `[rule]` table: the rule, its words, and its parameters as JSON. A rule that cannot be read is a mistake already;
/// a veto, which gives no points, stands in for it so that the rest of the file is read too.
fn read_rule(table: &Reader<'_>) -> (Rule, String, serde_json::Value) {
    let nothing = Rule::R09(Veto::Disqualify);
    let Some(table) = table.table("rule") else { return (nothing, String::new(), serde_json::Value::Null) };
    let rule = Rule::read(&table);
    let text = table.text("text");
    let mut params = table.json();
    if let Some(map) = params.as_object_mut() {
        map.retain(|k, _| k != "code" && k != "text");
    }
    match rule {
        Some(rule) => {
            table.finish();
            (rule, text, params)
        }
        // With a wrong code nobody knows which parameters it should have.
        None => (nothing, text, params),
    }
}
