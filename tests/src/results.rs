//! Comparison of values, scores, totals and suspicions with the answers that are expected.
//!
//! Counts and points are compared exactly, values to a relative 1e-5 (the answers were divided in floats). Suspicions of
//! rules that read the product's own records (RSK-J03, K01, K02) are left out; keys that hold personal numbers or names are
//! compared through their tokens; batches are compared by rule, unit and amount, as their names differ.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rust_decimal::Decimal;
use suixin_ingest::contract::VaultKind;
use suixin_ingest::value::Value;
use suixin_metrics::Definitions;
use suixin_metrics::window::usual_as_of;
use suixin_warehouse::{Snapshot, Warehouse};

use crate::landed::{Fault, clock};
use crate::samples::{Line, field, lines};

/// Computes, scores and runs the risk rules of a year, and saves everything.
///
/// # Errors
/// When a statement fails.
pub async fn evaluate(warehouse: &Warehouse, year: i32) -> Result<(), Fault> {
    let definitions = Definitions::embedded()?;
    let as_of = usual_as_of(year);
    let quiet = |_: &str, _: u64, _: u64| ();
    let evaluation = suixin_metrics::compute(&warehouse.snapshot().await?, &definitions, year, as_of, &quiet).await?;
    suixin_metrics::save(warehouse, &evaluation, clock()).await?;
    let hits = suixin_metrics::run_risks(&warehouse.snapshot().await?, &definitions, year, as_of).await?;
    suixin_metrics::save_risks(warehouse, &definitions, &hits, as_of, clock()).await?;
    Ok(())
}

/// The year that the answers in a folder are about.
///
/// # Errors
/// When the list of values cannot be read or is empty.
pub fn year(folder: &Path) -> Result<i32, Fault> {
    let values = lines(&folder.join("expected_indicators.csv"))?;
    let year = values.iter().filter_map(|line| field(line, "period").get(..4)?.parse().ok()).max();
    year.ok_or_else(|| "expected_indicators.csv names no year".into())
}

/// Compares all results with the answers in a folder; returns the differences in words.
///
/// # Errors
/// When a list or table cannot be read.
pub async fn compare(warehouse: &Warehouse, folder: &Path) -> Result<Vec<String>, Fault> {
    let snapshot = warehouse.snapshot().await?;
    let mut out = values(&snapshot, &lines(&folder.join("expected_indicators.csv"))?).await?;
    out.extend(scores(&snapshot, &lines(&folder.join("expected_scores.csv"))?).await?);
    out.extend(totals(&snapshot, &lines(&folder.join("expected_totals.csv"))?).await?);
    out.extend(risks(warehouse, &snapshot, &lines(&folder.join("expected_risks.csv"))?).await?);
    Ok(out)
}

async fn table(snapshot: &Snapshot, sql: &str, keys: usize) -> Result<BTreeMap<Vec<String>, Vec<Value>>, Fault> {
    let frame = snapshot.query(sql).await?;
    let rows = frame.rows.into_iter().map(|mut row| {
        let rest = row.split_off(keys);
        (row.iter().map(ToString::to_string).collect(), rest)
    });
    Ok(rows.collect())
}

fn key(line: &Line, names: &[&str]) -> Vec<String> {
    names.iter().map(|n| field(line, n).to_owned()).collect()
}

async fn values(snapshot: &Snapshot, expected: &[Line]) -> Result<Vec<String>, Fault> {
    let sql = "SELECT indicator_id, subject_id, period, numerator, denominator, value, is_na FROM eval_value";
    let mut found = table(snapshot, sql, 3).await?;
    let mut out = Vec::new();
    for line in expected {
        let key = key(line, &["indicator_id", "k", "period"]);
        let Some(row) = found.remove(&key) else {
            out.push(format!("value {key:?}: not computed"));
            continue;
        };
        let same = printed(field(line, "numerator"), &row[0])
            && printed(field(line, "denominator"), &row[1])
            && close(field(line, "value"), &row[2])
            && field(line, "is_na") == row[3].to_string();
        if !same {
            out.push(format!("value {key:?}: expected {line:?}, found {row:?}"));
        }
    }
    out.extend(found.keys().map(|k| format!("value {k:?}: not expected")));
    Ok(out)
}

/// Equal as far as it is printed: numerators and denominators are listed with four places.
fn printed(expected: &str, found: &Value) -> bool {
    match (expected.parse::<Decimal>().ok(), found.as_decimal()) {
        (Some(a), Some(b)) => (a - b).abs() <= Decimal::new(5, 5),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Equal to a relative 1e-5; a blank is no value.
fn close(expected: &str, found: &Value) -> bool {
    match (expected.parse::<Decimal>().ok(), found.as_decimal()) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() <= Decimal::new(1, 5) * a.abs().max(Decimal::new(1, 3)),
        _ => false,
    }
}

async fn scores(snapshot: &Snapshot, expected: &[Line]) -> Result<Vec<String>, Fault> {
    let sql = "SELECT scheme, subject_id, indicator_id, score FROM eval_score WHERE indicator_id NOT IN ('CORE', 'BONUS', 'DEDUCT', 'TOTAL')";
    let mut found = table(snapshot, sql, 3).await?;
    let mut out = Vec::new();
    for line in expected {
        let key = key(line, &["scheme", "k", "indicator_id"]);
        let points = field(line, "points").parse::<Decimal>().unwrap_or_default();
        match found.remove(&key).and_then(|row| row[0].as_decimal()) {
            Some(score) if score == points => {}
            other => out.push(format!("score {key:?}: expected {points}, found {other:?}")),
        }
    }
    out.extend(found.keys().map(|k| format!("score {k:?}: not expected")));
    Ok(out)
}

async fn totals(snapshot: &Snapshot, expected: &[Line]) -> Result<Vec<String>, Fault> {
    let sql = "SELECT scheme, subject_id, indicator_id, score, rank_no, grade, explain FROM eval_score
               WHERE indicator_id IN ('CORE', 'BONUS', 'DEDUCT', 'TOTAL')";
    let found = table(snapshot, sql, 3).await?;
    let mut out = Vec::new();
    for line in expected {
        let of = |part: &str| {
            found.get(&vec![field(line, "scheme").to_owned(), field(line, "k").to_owned(), part.to_owned()])
        };
        let number = |part: &str| of(part).and_then(|r| r[0].as_decimal());
        for (part, column) in [("CORE", "core"), ("BONUS", "bonus"), ("DEDUCT", "deduct"), ("TOTAL", "total")] {
            if number(part) != field(line, column).parse().ok() {
                out.push(format!(
                    "{part} of {}/{}: expected {}, found {:?}",
                    field(line, "scheme"),
                    field(line, "k"),
                    field(line, column),
                    number(part)
                ));
            }
        }
        let Some(total) = of("TOTAL") else { continue };
        let explain: serde_json::Value = serde_json::from_str(&total[3].to_string())?;
        let grade = if field(line, "scheme") == "AWD" { "" } else { field(line, "grade") };
        let shown = (
            total[1].to_string(),
            total[2].to_string(),
            explain["veto_cap"].as_str().unwrap_or("").to_owned(),
            explain["eligible"].to_string(),
        );
        let wanted = (
            field(line, "rank").to_owned(),
            grade.to_owned(),
            field(line, "veto_cap").to_owned(),
            field(line, "eligible").to_owned(),
        );
        if shown != wanted {
            out.push(format!(
                "total {}/{}: expected {wanted:?}, found {shown:?}",
                field(line, "scheme"),
                field(line, "k")
            ));
        }
    }
    let subjects: BTreeSet<_> = found.keys().map(|k| (&k[0], &k[1])).collect();
    if subjects.len() != expected.len() {
        out.push(format!("{} subjects scored, {} expected", subjects.len(), expected.len()));
    }
    Ok(out)
}

async fn risks(warehouse: &Warehouse, snapshot: &Snapshot, expected: &[Line]) -> Result<Vec<String>, Fault> {
    let sql = "SELECT rule_id, entity_type, entity_key, eval_unit_code, amount FROM risk_hit WHERE rule_id NOT IN ('RSK-J03', 'RSK-K01', 'RSK-K02')";
    let mut found: Vec<Vec<String>> =
        snapshot.query(sql).await?.rows.iter().map(|r| r.iter().map(ToString::to_string).collect()).collect();
    let mut out = Vec::new();
    for line in expected.iter().filter(|l| !["RSK-J03", "RSK-K01", "RSK-K02"].contains(&field(l, "rule_id"))) {
        let keys = spellings(warehouse, line);
        let amount = field(line, "amount").parse::<Decimal>().ok();
        let fits = |row: &Vec<String>| {
            row[0] == field(line, "rule_id")
                && row[1] == field(line, "entity_type")
                && (row[0] == "RSK-J02" || keys.contains(&row[2]))
                && row[3] == field(line, "eval_unit_code")
                && row[4].parse::<Decimal>().ok() == amount
        };
        match found.iter().position(fits) {
            Some(at) => drop(found.swap_remove(at)),
            None => out.push(format!("suspicion not found: {line:?}")),
        }
    }
    out.extend(found.iter().map(|row| format!("suspicion not expected: {row:?}")));
    Ok(out)
}

/// The keys that a suspicion may have: each part of the key as it is, or as the token of a number, account or name.
fn spellings(warehouse: &Warehouse, line: &Line) -> BTreeSet<String> {
    let raw = if field(line, "entity_raw").is_empty() { field(line, "entity_key") } else { field(line, "entity_raw") };
    let mut out = BTreeSet::from([String::new()]);
    for (i, part) in raw.split('|').enumerate() {
        let tokens = [VaultKind::Id, VaultKind::Account, VaultKind::Name].map(|kind| warehouse.token(kind, part));
        let join = |before: &String, p: &str| if i == 0 { p.to_owned() } else { format!("{before}|{p}") };
        let choices = || std::iter::once(part).chain(tokens.iter().map(String::as_str));
        out = out.iter().flat_map(|before| choices().map(move |p| join(before, p)).collect::<Vec<_>>()).collect();
    }
    out
}
