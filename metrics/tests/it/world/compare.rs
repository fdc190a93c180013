//! Compares an evaluation with the expected files of a world, completely.

use std::collections::BTreeMap;

use suixin_metrics::evaluation::Outcome;
use suixin_metrics::number::Num;
use suixin_metrics::{Evaluation, RiskHit};

use super::Records;

/// Differences, one line each; empty: the same.
pub fn values(evaluation: &Evaluation, expected: &Records) -> Vec<String> {
    let mut found = BTreeMap::new();
    for v in evaluation.schemes.iter().flat_map(|s| &s.values) {
        found.insert((v.indicator.clone(), v.subject.clone(), v.period.clone()), &v.measured);
    }
    let mut wrong = Vec::new();
    for r in expected {
        let key = (r["indicator_id"].clone(), r["k"].clone(), r["period"].clone());
        let Some(m) = found.remove(&key) else {
            wrong.push(format!("{key:?}: missing"));
            continue;
        };
        // Numerators and denominators are printed with four places.
        let same = near(m.numerator.as_ref(), &r["numerator"], 5.1e-5)
            && near(m.denominator.as_ref(), &r["denominator"], 5.1e-5)
            && near(m.value.as_ref(), &r["value"], 1e-8)
            && m.is_na == (r["is_na"] == "true");
        if !same {
            wrong.push(format!("{key:?}: {m:?}, expected {} / {} = {}", r["numerator"], r["denominator"], r["value"]));
        }
    }
    wrong.extend(found.keys().map(|k| format!("{k:?}: not expected")));
    wrong
}

/// Relative 1e-5 or what printing lost; absence exactly.
fn near(found: Option<&Num>, expected: &str, printed: f64) -> bool {
    let found: Option<f64> = found.map(|n| n.to_string().parse().unwrap());
    let expected: Option<f64> = expected.parse().ok();
    match (found, expected) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= (1e-5 * b.abs()).max(printed),
        _ => false,
    }
}

pub fn scores(evaluation: &Evaluation, expected: &Records) -> Vec<String> {
    let mut found = BTreeMap::new();
    for scheme in &evaluation.schemes {
        for s in &scheme.scores {
            for item in &s.items {
                found.insert((scheme.scheme.clone(), s.subject.key.clone(), item.indicator.clone()), item);
            }
        }
    }
    let mut wrong = Vec::new();
    for r in expected {
        let key = (r["scheme"].clone(), r["k"].clone(), r["indicator_id"].clone());
        let Some(item) = found.remove(&key) else {
            wrong.push(format!("{key:?}: missing"));
            continue;
        };
        let note = match item.outcome {
            Outcome::Dropped => "dropped",
            Outcome::FullByDefault => "na:N2",
            Outcome::ZeroByDefault => "na:N3",
            Outcome::Veto => "veto",
            Outcome::Passed => "pass",
            Outcome::Failed => "fail",
            Outcome::Scored | Outcome::Nothing | Outcome::NoVeto => "",
        };
        let dropped = r["note"] == "dropped";
        let points = if dropped { String::new() } else { format!("{:.2}", item.points) };
        let same = points == two(&r["points"])
            && (dropped || item.max.rounded(8).to_string() == r["max_points"])
            && (note == r["note"] || ["bonus", "deduct"].contains(&r["note"].as_str()));
        if !same {
            wrong.push(format!("{key:?}: {item:?}, expected {} of {} {}", r["points"], r["max_points"], r["note"]));
        }
    }
    wrong.extend(found.keys().map(|k| format!("{k:?}: not expected")));
    wrong
}

pub fn totals(evaluation: &Evaluation, expected: &Records) -> Vec<String> {
    let mut found = BTreeMap::new();
    for scheme in &evaluation.schemes {
        for s in &scheme.scores {
            found.insert((scheme.scheme.clone(), s.subject.key.clone()), s);
        }
    }
    let mut wrong = Vec::new();
    for r in expected {
        let key = (r["scheme"].clone(), r["k"].clone());
        let Some(s) = found.remove(&key) else {
            wrong.push(format!("{key:?}: missing"));
            continue;
        };
        let same = s.subject.group == r["group"]
            && [(&s.core, "core"), (&s.bonus, "bonus"), (&s.deduct, "deduct"), (&s.total, "total")]
                .iter()
                .all(|(n, name)| format!("{n:.2}") == two(&r[*name]))
            && s.rank.to_string() == r["rank"]
            && (key.0 == "AWD" || s.grade.as_deref() == Some(r["grade"].as_str()))
            && s.veto_cap.as_deref().unwrap_or("") == r["veto_cap"]
            && s.eligible.to_string() == r["eligible"];
        if !same {
            wrong.push(format!("{key:?}: {} {:?} rank {}, expected {r:?}", s.total, s.grade, s.rank));
        }
    }
    wrong.extend(found.keys().map(|k| format!("{k:?}: not expected")));
    wrong
}

/// A number with two places; nothing stays nothing.
fn two(text: &str) -> String {
    text.parse::<Num>().map_or_else(|_| text.to_owned(), |n| format!("{n:.2}"))
}

pub fn risks(hits: &[RiskHit], tokens: &BTreeMap<String, String>, expected: &Records) -> Vec<String> {
    let clear = |key: &str| {
        key.split('|').map(|part| tokens.get(part).map_or(part, String::as_str)).collect::<Vec<_>>().join("|")
    };
    let mut found: BTreeMap<_, _> = hits
        .iter()
        .map(|h| {
            let amount = h.amount.as_ref().map_or_else(String::new, |a| format!("{a:.2}"));
            ((h.rule.clone(), h.entity_type.clone(), clear(&h.entity_key)), (h.unit.clone(), amount))
        })
        .collect();
    let mut wrong = Vec::new();
    for r in expected {
        let key = (r["rule_id"].clone(), r["entity_type"].clone(), r["entity_key"].clone());
        let same = (r["eval_unit_code"].clone(), r["amount"].clone());
        match found.remove(&key) {
            Some(hit) if hit == same => {}
            other => wrong.push(format!("{key:?}: {other:?}, expected {same:?}")),
        }
    }
    wrong.extend(found.keys().map(|k| format!("{k:?}: not expected")));
    wrong
}
