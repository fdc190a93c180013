//! An appeal as a row of `eval_appeal`.

use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use super::Appeal;
use crate::error::MetricsError;
use crate::number::Num;
use crate::tables::{self, EVAL_APPEAL};

/// Every appeal, in the order of the ids.
pub(super) async fn stored(snapshot: &Snapshot) -> Result<Vec<Appeal>, MetricsError> {
    let rows = tables::stored(snapshot, &EVAL_APPEAL).await?;
    let mut all: Vec<Appeal> = rows.iter().filter_map(|row| appeal_of(row)).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(all)
}

/// The table has no column for the period: the id carries it.
fn appeal_of(row: &[Value]) -> Option<Appeal> {
    let cell = |column: &str| &row[EVAL_APPEAL.place(column)];
    let text = |column: &str| cell(column).to_string();
    let id = text("appeal_id");
    let year = id.split('-').nth(1)?.parse().ok()?;
    let points = |column: &str| cell(column).as_decimal().map(Num::from);
    Some(Appeal {
        id,
        scheme: text("scheme"),
        year,
        indicator: text("indicator_id"),
        subject: text("subject_id"),
        unit: text("eval_unit_code"),
        submitted: cell("submit_date").as_date()?,
        reason: text("reason"),
        due: cell("due_date").as_date()?,
        decided: cell("decide_date").as_date(),
        accepted: cell("accepted").as_str().map(|a| a == "Y"),
        before: points("score_before"),
        after: points("score_after"),
    })
}

pub(super) fn row_of(a: &Appeal) -> Vec<Value> {
    let text = |s: &str| Value::Str(s.to_owned());
    let points = |n: &Option<Num>| n.as_ref().and_then(Num::to_decimal).map_or(Value::Null, Value::Dec);
    let yes_no = |yes: bool| Value::from(if yes { "Y" } else { "N" });
    vec![
        text(&a.id),
        text(&a.scheme),
        text(&a.indicator),
        text(&a.subject),
        Value::Date(a.submitted),
        text(&a.reason),
        Value::Date(a.due),
        a.decided.map_or(Value::Null, Value::Date),
        a.accepted.map_or(Value::Null, yes_no),
        points(&a.before),
        points(&a.after),
        text(&a.unit),
    ]
}
