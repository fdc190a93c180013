//! The mark of a publication on the TOTAL rows of `eval_score`, and the flag of the scheme's version.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};
use suixin_ingest::value::Value;
use suixin_warehouse::{Replace, Snapshot, TableWrite};

use super::{Notice, Publication};
use crate::error::MetricsError;
use crate::tables::{EVAL_SCHEME, EVAL_SCORE};

const PUBLISHED: &str = "published";

/// The rows of a scheme and year.
pub(super) async fn stored_rows(snapshot: &Snapshot, scheme: &str, year: i32) -> Result<Vec<Vec<Value>>, MetricsError> {
    let columns = EVAL_SCORE.columns.join(", ");
    let scheme = scheme.replace('\'', "''");
    let sql = format!("SELECT {columns} FROM eval_score WHERE scheme='{scheme}' AND period='{year}'");
    Ok(snapshot.query(&sql).await?.rows)
}

/// The TOTAL rows of a year, or of all whole years.
pub(super) async fn total_rows(snapshot: &Snapshot, year: Option<i32>) -> Result<Vec<Vec<Value>>, MetricsError> {
    let columns = EVAL_SCORE.columns.join(", ");
    let period = year.map_or_else(|| "length(period)=4".to_owned(), |y| format!("period='{y}'"));
    let sql = format!("SELECT {columns} FROM eval_score WHERE indicator_id='TOTAL' AND {period}");
    Ok(snapshot.query(&sql).await?.rows)
}

/// The schemes whose result of a year is published in this snapshot.
pub(crate) async fn published_schemes(snapshot: &Snapshot, year: i32) -> Result<BTreeSet<String>, MetricsError> {
    let rows = total_rows(snapshot, Some(year)).await?;
    Ok(rows.iter().filter_map(|row| publication(row)).map(|p| p.scheme).collect())
}

/// The publication that a row speaks of.
pub(super) fn publication(row: &[Value]) -> Option<Publication> {
    let mark = explained(row).get(PUBLISHED)?.clone();
    unpublished(row, &serde_json::from_value(mark).ok()?)
}

/// What a publication of a saved result with this notice is; none for a row that is no total.
pub(super) fn unpublished(row: &[Value], notice: &Notice) -> Option<Publication> {
    let cell = |column: &str| row[EVAL_SCORE.place(column)].to_string();
    let explain = explained(row);
    let said = |name: &str| explain.get(name)?.as_str().map(str::to_owned);
    (cell("indicator_id") == "TOTAL").then_some(())?;
    Some(Publication {
        scheme: cell("scheme"),
        year: cell("period").parse().ok()?,
        version: cell("version"),
        notice: notice.clone(),
        as_of: said("as_of")?.parse().ok()?,
        snapshot: said("snapshot")?,
        definitions: said("definitions")?,
    })
}

/// A TOTAL row with the mark, or without it; none for other rows.
pub(super) fn marked(mut row: Vec<Value>, notice: Option<&Notice>) -> Option<Vec<Value>> {
    (row[EVAL_SCORE.place("indicator_id")].as_str() == Some("TOTAL")).then_some(())?;
    let mut explain = explained(&row);
    match notice {
        Some(notice) => explain.insert(PUBLISHED.to_owned(), serde_json::to_value(notice).ok()?),
        None => explain.remove(PUBLISHED),
    };
    row[EVAL_SCORE.place("explain")] = Value::Str(Json::Object(explain).to_string());
    Some(row)
}

/// New rows of a published result: the totals carry the mark on.
pub(crate) fn keep_marks(rows: Vec<Vec<Value>>, notice: &Notice) -> Vec<Vec<Value>> {
    rows.into_iter().map(|row| marked(row.clone(), Some(notice)).unwrap_or(row)).collect()
}

/// The row of a scheme's version with the flag that it may not be changed any more.
pub(super) async fn scheme_rows(
    snapshot: &Snapshot,
    scheme: &str,
    version: &str,
    flag: &str,
) -> Result<TableWrite, MetricsError> {
    let (columns, at) = (EVAL_SCHEME.columns.join(", "), EVAL_SCHEME.place("is_frozen"));
    let quoted = |s: &str| s.replace('\'', "''");
    let sql = format!(
        "SELECT {columns} FROM eval_scheme WHERE scheme='{}' AND version='{}'",
        quoted(scheme),
        quoted(version)
    );
    let mut rows = snapshot.query(&sql).await?.rows;
    rows.iter_mut().for_each(|row| row[at] = Value::from(flag));
    Ok(TableWrite { table: EVAL_SCHEME.name.to_owned(), replace: Replace::Key, rows })
}

fn explained(row: &[Value]) -> Map<String, Json> {
    let text = row[EVAL_SCORE.place("explain")].as_str().unwrap_or_default();
    serde_json::from_str(text).unwrap_or_default()
}
