//! Recomputes a published result, and restates it with a value that an appeal set right.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::Serialize;
use suixin_warehouse::{Snapshot, SnapshotId, TableWrite, Warehouse};

use super::{Notice, Publication, differing, on_its_snapshot, refused};
use crate::compute::{Alteration, number_of};
use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::evaluation::{Evaluation, Measured, SchemeResult, SubjectScore};
use crate::number::Num;
use crate::restated::Saved;
use crate::save::save_published;

/// What a restatement changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restatement {
    /// Points of the indicator before, two places.
    pub before: String,
    /// Points of the indicator now.
    pub after: String,
    /// Subjects whose total, rank or grade changed, by rank now.
    pub shifts: Vec<Shift>,
}

/// A subject whose result changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// Key.
    pub subject: String,
    /// Name.
    pub name: String,
    /// Total before and now, two places.
    pub total: (String, String),
    /// Rank before and now.
    pub rank: (usize, usize),
    /// Grade (code) before and now; none where the scheme does not grade.
    pub grade: (Option<String>, Option<String>),
}

/// A published result, recomputed from what it read; it must give the points that are saved.
///
/// # Errors
/// `Refused` naming whose points differ; else as `compute`.
pub async fn recomputed(
    warehouse: &Warehouse,
    defs: &Definitions,
    p: &Publication,
) -> Result<Evaluation, MetricsError> {
    let newest = warehouse.snapshot().await?;
    let alteration = corrections(&newest, &p.scheme, p.year).await?;
    let evaluation = on_its_snapshot(warehouse, defs, p, (&alteration, false)).await?;
    let saved = Saved::of(&newest, None).await?;
    let whose = differing(&saved, &evaluation);
    if whose.is_empty() {
        return Ok(evaluation);
    }
    let names: Vec<String> = whose.into_iter().take(5).collect();
    Err(refused(format!(
        "{}年 {} 已存的得分重算后不一致（{}等）：计算之后定义有改动；请恢复当时的定义，或重新计算后再办理",
        p.year,
        p.scheme,
        names.join("、")
    )))
}

/// A restated result that is not saved yet.
#[derive(Debug)]
pub(super) struct Restated {
    /// What it changes.
    pub change: Restatement,
    evaluation: Evaluation,
    notice: Notice,
}

/// Restates a published result with a value set right. Nothing else changes: every other value is the one that was
/// published.
///
/// # Errors
/// As [`recomputed`]; `Refused` when the value changes no score.
pub(super) async fn restate(
    warehouse: &Warehouse,
    defs: &Definitions,
    p: &Publication,
    (appeal, indicator, subject): (&str, &str, &str),
    measured: Measured,
) -> Result<Restated, MetricsError> {
    let before = recomputed(warehouse, defs, p).await?;
    let mut alteration = corrections(&warehouse.snapshot().await?, &p.scheme, p.year).await?;
    alteration.corrected.insert((indicator.to_owned(), subject.to_owned()), measured);
    let mut evaluation = on_its_snapshot(warehouse, defs, p, (&alteration, true)).await?;
    let change = compare(&before, &evaluation, indicator, subject);
    if change.before == change.after && change.shifts.is_empty() {
        let message =
            format!("更正后 {subject} 的 {indicator} 仍为{}分，没有变化：请核对更正的数值，或不予采纳", change.after);
        return Err(refused(message));
    }
    let mut notice = p.notice.clone();
    notice.restated.push(appeal.to_owned());
    // What it was computed with stays what was published, whatever else changed in the definition files.
    evaluation.stamp.definitions.clone_from(&p.definitions);
    Ok(Restated { change, evaluation, notice })
}

impl Restated {
    /// Saves it together with the row of the appeal, as one commit.
    pub(super) async fn save(
        &self,
        warehouse: &Warehouse,
        appeal: TableWrite,
        reason: &str,
        clock: NaiveDateTime,
    ) -> Result<SnapshotId, MetricsError> {
        save_published(warehouse, (&self.evaluation, &self.notice), appeal, reason, clock).await
    }
}

/// The values of a scheme and year that appeals set right.
pub(crate) async fn corrections(snapshot: &Snapshot, scheme: &str, year: i32) -> Result<Alteration, MetricsError> {
    let scheme = scheme.replace('\'', "''");
    let sql = format!(
        "SELECT indicator_id, subject_id, numerator, denominator, value, is_na FROM eval_value \
         WHERE scheme='{scheme}' AND period='{year}' AND source='3'"
    );
    let mut corrected = BTreeMap::new();
    for row in snapshot.query(&sql).await?.rows {
        let id = row[0].to_string();
        let number = |n: usize| number_of(&id, &row[n]);
        let (numerator, denominator) = (number(2)?, number(3)?);
        let value = exact(numerator.as_ref(), denominator.as_ref(), number(4)?);
        let measured = Measured { is_na: value.is_none(), numerator, denominator, value };
        corrected.insert((id.clone(), row[1].to_string()), measured);
    }
    Ok(Alteration { corrected, ..Alteration::default() })
}

/// A ratio as exactly as its two sides have it; the table keeps twelve places of it.
fn exact(numerator: Option<&Num>, denominator: Option<&Num>, value: Option<Num>) -> Option<Num> {
    let stored = value?;
    match (numerator, denominator) {
        (Some(n), Some(d)) if !d.is_zero() => Some(n / d),
        _ => Some(stored),
    }
}

fn compare(before: &Evaluation, after: &Evaluation, indicator: &str, subject: &str) -> Restatement {
    let points = |e: &Evaluation| {
        let score = e.schemes.first().and_then(|r| r.score(subject));
        let item = score.and_then(|s| s.items.iter().find(|i| i.indicator == indicator));
        item.map_or_else(String::new, |i| format!("{:.2}", i.points))
    };
    let shifts = match (before.schemes.first(), after.schemes.first()) {
        (Some(old), Some(new)) => new.scores.iter().filter_map(|s| shift(old, s)).collect(),
        _ => Vec::new(),
    };
    Restatement { before: points(before), after: points(after), shifts }
}

fn shift(before: &SchemeResult, now: &SubjectScore) -> Option<Shift> {
    let old = before.score(&now.subject.key)?;
    let total = |s: &SubjectScore| format!("{:.2}", s.total);
    let shift = Shift {
        subject: now.subject.key.clone(),
        name: now.subject.name.clone(),
        total: (total(old), total(now)),
        rank: (old.rank, now.rank),
        grade: (old.grade.clone(), now.grade.clone()),
    };
    let same = shift.total.0 == shift.total.1 && shift.rank.0 == shift.rank.1 && shift.grade.0 == shift.grade.1;
    (!same).then_some(shift)
}
