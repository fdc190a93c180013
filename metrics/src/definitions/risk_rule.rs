//! A risk rule: a statement whose every row is a suspicion (疑点), never a verdict.

use super::common::Head;
use super::reader::Reader;
use super::sql::Sql;

/// How serious a suspicion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A clue only.
    Low,
    /// Middle.
    Medium,
    /// High.
    High,
}

impl Severity {
    const WORDS: [(&'static str, Self); 3] = [("L", Self::Low), ("M", Self::Medium), ("H", Self::High)];

    /// `L`, `M` or `H`.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::WORDS.iter().find(|(_, s)| *s == self).map_or("", |(w, _)| w)
    }

    /// The severity with this code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(w, _)| *w == code).map(|(_, s)| *s)
    }
}

/// A detection rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskRule {
    /// Id, version, effective period, status, clause, basis.
    pub head: Head,
    /// Group, e.g. `A 对象真实性`.
    pub group: String,
    /// Name.
    pub name: String,
    /// Why it is looked for.
    pub rationale: String,
    /// Kind of entity a hit is about.
    pub entity_type: String,
    /// How serious a hit is.
    pub severity: Severity,
    /// How often it is run, in words.
    pub period: String,
    /// Who keeps the rule.
    pub owner: String,
    /// When a hit is none.
    pub false_positive: String,
    /// What is done with a hit.
    pub handling: String,
    /// Whether it is run.
    pub enabled: bool,
    /// Tables it reads.
    pub tables: Vec<String>,
    /// `entity_type`, `entity_key`, `eval_unit_code`, `amount`, `evidence`.
    pub sql: Sql,
    /// Thresholds written in the statement, for people, as JSON.
    pub params: serde_json::Value,
}

impl RiskRule {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        Self {
            head: Head::read(table),
            group: table.text("group"),
            name: table.text("name"),
            rationale: table.text("rationale"),
            entity_type: table.text("entity_type"),
            severity: table.must_choose("severity", &Severity::WORDS, Severity::Low),
            period: table.text("period"),
            owner: table.text("owner"),
            false_positive: table.text("false_positive"),
            handling: table.text("handling"),
            enabled: table.opt_bool("enabled").unwrap_or(true),
            tables: table.texts("tables"),
            sql: table.sql("sql"),
            params: table.opt_table("params").map_or_else(|| serde_json::json!({}), |t| t.json()),
        }
    }

    /// Its identifier, e.g. `RSK-A01`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.head.id
    }
}
