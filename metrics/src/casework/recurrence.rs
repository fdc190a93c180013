//! Clues that come together: an L case is raised to M when two L or M rules find the same entity within so many days. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use suixin_ingest::value::Value;

use crate::definitions::Severity;
use crate::tables::RISK_HIT;

/// Raises rows of `risk_hit`; those that a person or an earlier run raised stay raised.
pub fn raise_recurring(rows: &mut [Vec<Value>], days: usize) {
    let place = |column| RISK_HIT.place(column);
    let (rule, kind, key) = (place("rule_id"), place("entity_type"), place("entity_key"));
    let (level, seen) = (place("level"), place("first_seen"));
    // Where a rule groups by day or item, that follows after `|`: the entity stands before it.
    let entity = |row: &[Value]| {
        let name = row[key].to_string();
        (row[kind].to_string(), name.split('|').next().unwrap_or_default().to_owned())
    };
    let of = |row: &[Value]| row[level].as_str().and_then(Severity::of);
    let mut found: BTreeMap<(String, String), BTreeSet<(NaiveDate, String)>> = BTreeMap::new();
    for row in rows.iter().filter(|r| of(r).is_some_and(|l| l < Severity::High)) {
        if let Some(day) = row[seen].as_date() {
            found.entry(entity(row)).or_default().insert((day, row[rule].to_string()));
        }
    }
    for row in rows.iter_mut().filter(|r| of(r) == Some(Severity::Low)) {
        let (Some(day), own) = (row[seen].as_date(), row[rule].to_string()) else { continue };
        let near =
            |(other, by): &(NaiveDate, String)| *by != own && (*other - day).num_days().unsigned_abs() <= days as u64;
        if found.get(&entity(row)).is_some_and(|all| all.iter().any(near)) {
            row[level] = Value::from(Severity::Medium.code());
        }
    }
}
