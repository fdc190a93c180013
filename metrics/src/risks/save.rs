//! Writes hits into `risk_hit` and rules into `risk_rule`, as one commit.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use suixin_ingest::value::Value;
use suixin_warehouse::{Replace, SnapshotId, TableWrite, Warehouse};

use super::hit::RiskHit;
use crate::casework::raise_recurring;
use crate::definitions::{Definitions, RiskRule, Severity};
use crate::error::MetricsError;
use crate::tables::{self, RISK_HIT, RISK_RULE};

/// Status of a hit that nobody has looked at.
const NEW: &str = "10";

/// What saving the hits did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedRisks {
    /// The snapshot after it.
    pub snapshot: SnapshotId,
    /// Hits seen for the first time.
    pub new: usize,
    /// Hits seen before and again.
    pub again: usize,
    /// Hits seen before and not now; they stay with the day they were last seen.
    pub not_found: usize,
}

/// Saves hits found as of `as_of`. A new hit is first seen on that day, or today if that is earlier; an old one
/// keeps its first day, its status and a level that was raised. Clues that come together raise one another.
///
/// # Errors
/// When the warehouse cannot be read or written.
pub async fn save_risks(
    warehouse: &Warehouse,
    defs: &Definitions,
    hits: &[RiskHit],
    as_of: NaiveDate,
    clock: NaiveDateTime,
) -> Result<SavedRisks, MetricsError> {
    let snapshot = warehouse.snapshot().await?;
    let key = RISK_HIT.place("hit_key");
    let stored = tables::stored(&snapshot, &RISK_HIT).await?;
    let stored: BTreeMap<String, Vec<Value>> = stored.into_iter().map(|row| (row[key].to_string(), row)).collect();
    let run = format!("R{}-{}", as_of.format("%Y%m%d"), snapshot.id());
    let mut rows: Vec<Vec<Value>> =
        hits.iter().map(|h| row(h, stored.get(&h.hit_key), &run, (as_of.min(clock.date()), clock.date()))).collect();
    if let Some(casework) = defs.casework_on(as_of) {
        raise_recurring(&mut rows, casework.recurrence_days);
    }
    let again = hits.iter().filter(|h| stored.contains_key(&h.hit_key)).count();
    let writes = vec![
        TableWrite {
            table: RISK_RULE.name.to_owned(),
            replace: Replace::Key,
            rows: defs.rules.iter().map(rule_row).collect(),
        },
        TableWrite { table: RISK_HIT.name.to_owned(), replace: Replace::Key, rows },
    ];
    let snapshot = warehouse.commit(writes, &format!("疑点筛查 基准日{as_of}"), clock).await?;
    Ok(SavedRisks { snapshot, new: hits.len() - again, again, not_found: stored.len() - again })
}

/// `days`: the day that the run stands for, on which a new hit counts as seen, and the day of the run.
fn row(hit: &RiskHit, before: Option<&Vec<Value>>, run: &str, days: (NaiveDate, NaiveDate)) -> Vec<Value> {
    let (stands_for, today) = days;
    let kept = |column: &str, otherwise: Value| before.map_or(otherwise, |row| row[RISK_HIT.place(column)].clone());
    let level =
        kept("level", Value::Null).as_str().and_then(Severity::of).map_or(hit.severity, |l| l.max(hit.severity));
    vec![
        kept("hit_id", text(&hit.hit_id())),
        text(&hit.rule),
        text(&hit.rule_version),
        text(run),
        text(&hit.entity_type),
        text(&hit.entity_key),
        text(&hit.hit_key),
        hit.amount.as_ref().and_then(crate::number::Num::to_decimal).map_or(Value::Null, Value::Dec),
        text(&hit.evidence_json()),
        kept("first_seen", Value::Date(stands_for)),
        Value::Date(today),
        kept("status_code", text(NEW)),
        text(level.code()),
        text(&hit.unit),
        kept("township_code", Value::Null),
        kept("village_code", Value::Null),
    ]
}

fn rule_row(rule: &RiskRule) -> Vec<Value> {
    vec![
        text(rule.id()),
        text(&rule.head.version),
        text(&rule.name),
        text(rule.severity.code()),
        text(&rule.params.to_string()),
        text(rule.sql.text()),
        text(if rule.enabled { "Y" } else { "N" }),
        text(&rule.owner),
    ]
}

fn text(s: &str) -> Value {
    Value::Str(s.to_owned())
}
