//! A suspicion.

use std::collections::BTreeSet;

use serde_json::json;
use sha2::{Digest, Sha256};
use suixin_ingest::value::Value;

use crate::definitions::{RiskRule, Severity};
use crate::number::Num;

/// Unit of a hit that belongs to no county-level unit: the city.
const CITY: &str = "510900";

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskHit {
    /// Rule id.
    pub rule: String,
    /// Version of the rule.
    pub rule_version: String,
    /// Name of the rule.
    pub rule_name: String,
    /// How serious.
    pub severity: Severity,
    /// Kind of entity.
    pub entity_type: String,
    /// The entity; where a rule groups by period, day or item, that follows after `|`.
    pub entity_key: String,
    /// SHA-256 of rule, kind and key: the identity of the hit.
    pub hit_key: String,
    /// Unit it belongs to.
    pub unit: String,
    /// Amount concerned in 元, two places.
    pub amount: Option<Num>,
    /// Evidence, each in words.
    pub evidence: BTreeSet<String>,
}

impl RiskHit {
    pub(crate) fn new(
        rule: &RiskRule,
        entity_type: String,
        entity_key: String,
        unit: &Value,
        amount: Option<Num>,
        evidence: String,
    ) -> Self {
        let unit = unit.to_string();
        Self {
            rule: rule.id().to_owned(),
            rule_version: rule.head.version.clone(),
            rule_name: rule.name.clone(),
            severity: rule.severity,
            hit_key: hit_key(rule.id(), &entity_type, &entity_key),
            entity_type,
            entity_key,
            unit: if unit.is_empty() { CITY.to_owned() } else { unit },
            amount,
            evidence: BTreeSet::from([evidence]),
        }
    }

    /// Takes in another row with the same key.
    pub(crate) fn merge(&mut self, other: Self) {
        self.evidence.extend(other.evidence);
        self.amount = self.amount.take().max(other.amount);
        if other.unit < self.unit {
            self.unit = other.unit;
        }
    }

    /// The evidence as JSON text.
    #[must_use]
    pub fn evidence_json(&self) -> String {
        let words: Vec<&str> = self.evidence.iter().map(String::as_str).collect();
        json!({ "text": words.join("；"), "rule": self.rule, "rule_version": self.rule_version }).to_string()
    }

    /// The number of the hit, the same in every run.
    #[must_use]
    pub fn hit_id(&self) -> String {
        format!("YD{}", self.hit_key.chars().take(16).collect::<String>().to_uppercase())
    }
}

/// SHA-256 (hex) of `rule|type|key`.
#[must_use]
pub fn hit_key(rule: &str, entity_type: &str, entity_key: &str) -> String {
    hex::encode(Sha256::digest(format!("{rule}|{entity_type}|{entity_key}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_of_rule_type_and_key() {
        let key = hit_key("RSK-A01", "person", "T:1");
        assert_eq!(key, hex::encode(Sha256::digest("RSK-A01|person|T:1")));
        assert_ne!(key, hit_key("RSK-A01", "person", "T:2"));
    }
}
