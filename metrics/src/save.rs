//! Writes an evaluation into `eval_scheme`, `eval_indicator`, `eval_value` and `eval_score`, as one commit.
//!
//! Invariant: rows of the same scheme and period are replaced as a whole, rows of other periods stay. Saving the same
//! evaluation twice leaves the same rows.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use serde_json::json;
use suixin_ingest::value::Value;
use suixin_warehouse::{Replace, Snapshot, SnapshotId, TableWrite, Warehouse};

use crate::definitions::{Indicator, Scheme};
use crate::error::MetricsError;
use crate::evaluation::{Evaluation, IndicatorValue, ItemScore, Measured, Outcome, SchemeResult, Stamp, SubjectScore};
use crate::number::Num;
use crate::published::{Notice, keep_marks, publications, published_schemes};
use crate::restated::Saved;
use crate::tables::{self, EVAL_INDICATOR, EVAL_SCHEME, EVAL_SCORE, EVAL_VALUE, SystemTable};

/// `eval_value.source` of a value that an appeal set right.
const CORRECTED: &str = "3";

/// Saves an evaluation. A score that differs from the one saved before notes what it was; a result that was published
/// meanwhile stays as it is.
///
/// # Errors
/// When the warehouse cannot be read or written.
pub async fn save(
    warehouse: &Warehouse,
    evaluation: &Evaluation,
    clock: NaiveDateTime,
) -> Result<SnapshotId, MetricsError> {
    let newest = warehouse.snapshot().await?;
    let published = published_schemes(&newest, evaluation.stamp.year).await?;
    let results: Vec<&SchemeResult> = evaluation.schemes.iter().filter(|r| !published.contains(&r.scheme)).collect();
    if results.is_empty() {
        return Ok(newest.id().clone());
    }
    let stamp = &evaluation.stamp;
    let scores = results.iter().flat_map(|r| score_rows(r, stamp)).collect();
    let reason = format!("评价计分 {}年 基准日{}", stamp.year, stamp.as_of);
    let writes = writes(warehouse, (&results, stamp), scores).await?;
    Ok(warehouse.commit(writes, &reason, clock).await?)
}

/// Saves the restated result of a published scheme with what it was restated for; its totals carry the notice on.
pub(crate) async fn save_published(
    warehouse: &Warehouse,
    (evaluation, notice): (&Evaluation, &Notice),
    cause: TableWrite,
    reason: &str,
    clock: NaiveDateTime,
) -> Result<SnapshotId, MetricsError> {
    let results: Vec<&SchemeResult> = evaluation.schemes.iter().collect();
    let rows = results.iter().flat_map(|r| score_rows(r, &evaluation.stamp)).collect();
    let mut writes = writes(warehouse, (&results, &evaluation.stamp), keep_marks(rows, notice)).await?;
    writes.push(cause);
    Ok(warehouse.commit(writes, reason, clock).await?)
}

async fn writes(
    warehouse: &Warehouse,
    (results, stamp): (&[&SchemeResult], &Stamp),
    mut scores: Vec<Vec<Value>>,
) -> Result<Vec<TableWrite>, MetricsError> {
    let newest = warehouse.snapshot().await?;
    let frozen = published_versions(&newest).await?;
    let schemes = results.iter().map(|r| scheme_row(&r.definition, &frozen)).collect();
    let indicators = results.iter().flat_map(|r| &r.indicators).map(indicator_row).collect();
    let values = results.iter().flat_map(|r| r.values.iter().map(|v| value_row(r, v, stamp))).collect();
    let saved = Saved::of(&newest, None).await?;
    scores.iter_mut().for_each(|row| saved.note(row));
    Ok(vec![
        write(&EVAL_SCHEME, Replace::Key, schemes),
        write(&EVAL_INDICATOR, Replace::Key, indicators),
        replacing(warehouse, &EVAL_VALUE, values).await?,
        replacing(warehouse, &EVAL_SCORE, scores).await?,
    ])
}

/// Scheme and version of everything that is published.
async fn published_versions(snapshot: &Snapshot) -> Result<BTreeSet<(String, String)>, MetricsError> {
    Ok(publications(snapshot, None).await?.into_iter().map(|p| (p.scheme, p.version)).collect())
}

fn write(table: &SystemTable, replace: Replace, rows: Vec<Vec<Value>>) -> TableWrite {
    TableWrite { table: table.name.to_owned(), replace, rows }
}

/// The table with these rows instead of all its rows of the same schemes and periods.
async fn replacing(
    warehouse: &Warehouse,
    table: &SystemTable,
    rows: Vec<Vec<Value>>,
) -> Result<TableWrite, MetricsError> {
    let (scheme, period) = (table.place("scheme"), table.place("period"));
    let of = |row: &[Value]| (row[scheme].to_string(), row[period].to_string());
    let new: BTreeSet<_> = rows.iter().map(|r| of(r)).collect();
    let mut all = tables::stored(&warehouse.snapshot().await?, table).await?;
    all.retain(|row| !new.contains(&of(row)));
    all.extend(rows);
    Ok(write(table, Replace::All, all))
}

fn scheme_row(s: &Scheme, published: &BTreeSet<(String, String)>) -> Vec<Value> {
    let frozen = s.frozen || published.contains(&(s.id().to_owned(), s.head.version.clone()));
    vec![
        text(s.id()),
        text(&s.head.version),
        Value::Date(s.head.effective_from),
        s.head.effective_to.map_or(Value::Null, Value::Date),
        number(&s.full_score),
        number(&s.bonus_cap),
        number(&-&s.deduct_cap),
        s.approve_doc.as_deref().map_or(Value::Null, text),
        text(if frozen { "Y" } else { "N" }),
    ]
}

fn indicator_row(i: &Indicator) -> Vec<Value> {
    let denominator = i.denominator.as_ref().map_or_else(String::new, |d| format!("\n-- 分母\n{}", d.text()));
    vec![
        text(i.id()),
        text(&i.head.version),
        text(&i.scheme),
        text(&i.level1),
        text(&i.level2),
        text(&i.name),
        text(i.kind.code()),
        number(&i.weight),
        text(i.rule.code()),
        text(&i.rule_params.to_string()),
        text(&format!("{}{denominator}", i.numerator.text())),
    ]
}

fn value_row(r: &SchemeResult, v: &IndicatorValue, stamp: &Stamp) -> Vec<Value> {
    vec![
        text(&r.scheme),
        text(&r.version),
        text(&v.indicator),
        text(&v.kind),
        text(&v.subject),
        text(&v.period),
        optional(v.measured.numerator.as_ref()),
        optional(v.measured.denominator.as_ref()),
        optional(v.measured.value.as_ref()),
        Value::Bool(v.measured.is_na),
        text(if v.corrected { CORRECTED } else { "1" }),
        text(&stamp.snapshot),
    ]
}

/// The rows of `eval_score`: one an indicator, then CORE, BONUS, DEDUCT and TOTAL. Rank and grade stand on the TOTAL row;
/// veto cap, eligibility, snapshot and the hash of the definitions in its `explain`.
pub(crate) fn score_rows(r: &SchemeResult, stamp: &Stamp) -> Vec<Vec<Value>> {
    let values = r.year_values(stamp.year);
    let mut rows = Vec::new();
    for s in &r.scores {
        for item in &s.items {
            let indicator = r.indicators.iter().find(|i| i.id() == item.indicator);
            let measured = values.get(item.indicator.as_str()).and_then(|v| v.get(s.subject.key.as_str()));
            let explain = indicator.map(|i| item_explain(i, item, measured.copied())).unwrap_or_default();
            rows.push(score_row(r, s, stamp, &item.indicator, &item.points, &item.max, explain));
        }
        let d = &r.definition;
        let parts = [
            ("CORE", &s.core, d.full_score.clone()),
            ("BONUS", &s.bonus, d.bonus_cap.clone()),
            ("DEDUCT", &s.deduct, -&d.deduct_cap),
        ];
        for (name, points, max) in parts {
            rows.push(score_row(r, s, stamp, name, points, &max, String::new()));
        }
        let mut total = score_row(r, s, stamp, "TOTAL", &s.total, &d.full_score, total_explain(r, s, stamp));
        total[EVAL_SCORE.place("rank_no")] = Value::Int(i64::try_from(s.rank).unwrap_or(i64::MAX));
        total[EVAL_SCORE.place("grade")] = s.grade.as_deref().map_or(Value::Null, text);
        rows.push(total);
    }
    rows
}

fn score_row(
    r: &SchemeResult,
    s: &SubjectScore,
    stamp: &Stamp,
    indicator: &str,
    points: &Num,
    max: &Num,
    explain: String,
) -> Vec<Value> {
    vec![
        text(&r.scheme),
        text(&r.version),
        text(indicator),
        text(&s.subject.key),
        text(&stamp.year.to_string()),
        number(points),
        number(max),
        Value::Null,
        Value::Null,
        Value::text(explain),
    ]
}

/// What is needed to recompute the points by hand, and the arithmetic in words.
fn item_explain(i: &Indicator, item: &ItemScore, measured: Option<&Measured>) -> String {
    let shown = |n: Option<&Num>| n.map(ToString::to_string);
    json!({
        "text": item.arithmetic,
        "numerator": shown(measured.and_then(|m| m.numerator.as_ref())),
        "denominator": shown(measured.and_then(|m| m.denominator.as_ref())),
        "value": shown(measured.and_then(|m| m.value.as_ref())),
        "unit": i.unit,
        "rule": i.rule.code(),
        "params": i.rule_params,
        "rule_text": i.rule_text,
        "na_policy": i.na_policy.code(),
        "weight": i.weight.to_string(),
        "max": item.max.rounded(12).to_string(),
        "rank": item.rank,
        "points": format!("{:.2}", item.points),
        "outcome": item.outcome,
        "clause": i.head.clause,
        "version": i.head.version,
    })
    .to_string()
}

fn total_explain(r: &SchemeResult, s: &SubjectScore, stamp: &Stamp) -> String {
    let of = |outcome: Outcome| -> Vec<&str> {
        s.items.iter().filter(|i| i.outcome == outcome).map(|i| i.indicator.as_str()).collect()
    };
    json!({
        "text": total_text(s),
        "core": format!("{:.2}", s.core),
        "bonus": format!("{:.2}", s.bonus),
        "deduct": format!("{:.2}", s.deduct),
        "group": s.subject.group,
        "ranked_with": r.scores.iter().filter(|o| o.subject.group == s.subject.group).count(),
        "grade_by_total": s.grade_by_total,
        "veto_cap": s.veto_cap,
        "vetoes": of(Outcome::Veto),
        "eligible": s.eligible,
        "failed": of(Outcome::Failed),
        "dropped": of(Outcome::Dropped),
        "as_of": stamp.as_of,
        "snapshot": stamp.snapshot,
        "definitions": stamp.definitions,
    })
    .to_string()
}

/// `基本分 92.76 + 加分 0.00 − 扣分 0.00 = 92.76分`.
pub(crate) fn total_text(s: &SubjectScore) -> String {
    format!("基本分{:.2} + 加分{:.2} − 扣分{:.2} = {:.2}分", s.core, s.bonus, -&s.deduct, s.total)
}

fn text(s: &str) -> Value {
    Value::Str(s.to_owned())
}

/// Twelve places are the most that a table keeps; half up, as the warehouse would.
fn number(n: &Num) -> Value {
    n.rounded(12).to_decimal().map_or(Value::Null, Value::Dec)
}

fn optional(n: Option<&Num>) -> Value {
    n.map_or(Value::Null, number)
}
