//! What a score was before it was restated. A saved row carries the points and the value of the last computing that
//! differed, so that a changed score says what it changed from, however often it is computed again.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value as Json};
use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use crate::error::MetricsError;
use crate::evaluation::SubjectScore;
use crate::number::Num;
use crate::tables::{self, EVAL_SCORE};

const POINTS: &str = "points_before";
const VALUE: &str = "value_before";
const SNAPSHOT: &str = "snapshot_before";

/// A score as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Before {
    /// Points, two places.
    pub points: String,
    /// Value of the indicator, if it had one.
    pub value: Option<String>,
    /// Snapshot that was read for it.
    pub snapshot: String,
}

impl fmt::Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "原为{}分（", self.points)?;
        if let Some(value) = &self.value {
            write!(f, "指标值{value}，")?;
        }
        write!(f, "数据快照{}）", self.snapshot)
    }
}

/// A row of `eval_score` as it stands.
#[derive(Debug, Clone)]
struct Row {
    score: String,
    explain: Map<String, Json>,
}

/// The saved scores by scheme, subject, period and indicator.
#[derive(Debug, Default)]
pub(crate) struct Saved(BTreeMap<[String; 4], Row>);

impl Saved {
    /// Those of a subject, or all.
    pub(crate) async fn of(snapshot: &Snapshot, subject: Option<&str>) -> Result<Self, MetricsError> {
        let rows = match subject {
            None => tables::stored(snapshot, &EVAL_SCORE).await?,
            Some(key) => {
                let sql = format!(
                    "SELECT {} FROM eval_score WHERE subject_id='{}'",
                    EVAL_SCORE.columns.join(", "),
                    key.replace('\'', "''")
                );
                snapshot.query(&sql).await?.rows
            }
        };
        Ok(Self::from_rows(&rows))
    }

    pub(crate) fn from_rows(rows: &[Vec<Value>]) -> Self {
        let row = |r: &Vec<Value>| Row { score: points(&r[EVAL_SCORE.place("score")]), explain: explained(r) };
        Self(rows.iter().map(|r| (key(r), row(r))).collect())
    }

    /// Writes into a new row what it was before, if it was another; or what it was before that.
    pub(crate) fn note(&self, row: &mut [Value]) {
        let mut explain = explained(row);
        let Some(old) = self.0.get(&key(row)).filter(|_| !explain.is_empty()) else { return };
        let now = (points(&row[EVAL_SCORE.place("score")]), value_of(&explain));
        let before = if (old.score.clone(), value_of(&old.explain)) == now {
            before_of(&old.explain)
        } else {
            Some(self.stand(&key(row), old))
        };
        let Some(before) = before else { return };
        explain.insert(POINTS.to_owned(), before.points.into());
        explain.insert(VALUE.to_owned(), before.value.into());
        explain.insert(SNAPSHOT.to_owned(), before.snapshot.into());
        row[EVAL_SCORE.place("explain")] = Value::Str(Json::Object(explain).to_string());
    }

    /// What a score was before, when it is `points` (two places) now: the saved one if that differs, or what was noted with
    /// it.
    pub(crate) fn before(
        &self,
        scheme: &str,
        subject: &str,
        year: i32,
        indicator: &str,
        points: &str,
    ) -> Option<Before> {
        let key = [scheme, subject, &year.to_string(), indicator].map(str::to_owned);
        let row = self.0.get(&key)?;
        if row.score == points { before_of(&row.explain) } else { Some(self.stand(&key, row)) }
    }

    /// Whether the saved scores of a subject differ from these. Nothing saved differs from nothing.
    pub(crate) fn differs(&self, scheme: &str, s: &SubjectScore, year: i32) -> bool {
        let saved = |indicator: &str| {
            self.0
                .get(&[scheme, &s.subject.key, &year.to_string(), indicator].map(str::to_owned))
                .map(|r| r.score.as_str())
        };
        let differs = |indicator: &str, points: &Num| saved(indicator).is_some_and(|p| p != format!("{points:.2}"));
        differs("TOTAL", &s.total) || s.items.iter().any(|i| differs(&i.indicator, &i.points))
    }

    fn stand(&self, key: &[String; 4], row: &Row) -> Before {
        let total = [&key[0], &key[1], &key[2], "TOTAL"].map(str::to_owned);
        let snapshot = self.0.get(&total).and_then(|t| t.explain.get("snapshot")?.as_str());
        Before {
            points: row.score.clone(),
            value: value_of(&row.explain),
            snapshot: snapshot.unwrap_or_default().to_owned(),
        }
    }
}

fn key(row: &[Value]) -> [String; 4] {
    ["scheme", "subject_id", "period", "indicator_id"].map(|c| row[EVAL_SCORE.place(c)].to_string())
}

fn points(score: &Value) -> String {
    score.as_decimal().map_or_else(String::new, |d| format!("{d:.2}"))
}

fn explained(row: &[Value]) -> Map<String, Json> {
    let text = row[EVAL_SCORE.place("explain")].as_str().unwrap_or_default();
    serde_json::from_str(text).unwrap_or_default()
}

fn value_of(explain: &Map<String, Json>) -> Option<String> {
    explain.get("value")?.as_str().map(str::to_owned)
}

fn before_of(explain: &Map<String, Json>) -> Option<Before> {
    let text = |name: &str| explain.get(name)?.as_str().map(str::to_owned);
    Some(Before { points: text(POINTS)?, value: text(VALUE), snapshot: text(SNAPSHOT).unwrap_or_default() })
}
