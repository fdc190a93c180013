//! The day up to which an evaluation counts outcomes: the day asked for, or fifteen days after the year's end. What was
//! evaluated already is explained, traced and printed on the day it was evaluated for.

use anyhow::Result;
use chrono::NaiveDate;
use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use crate::clock::Clock;

/// An evaluation that was saved.
#[derive(Debug, Clone)]
pub struct Evaluated {
    /// Its year.
    pub year: i32,
    /// The day up to which it counts outcomes.
    pub as_of: Option<NaiveDate>,
    /// The snapshot that it read.
    pub snapshot: String,
}

const TOTALS: &str = "
SELECT period, MAX(explain) AS explain FROM eval_score
WHERE scheme = 'CTY' AND indicator_id = 'TOTAL' AND length(period) = 4
GROUP BY period ORDER BY period DESC";

/// The saved evaluations of whole years, newest first.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn evaluated(snapshot: &Snapshot) -> Result<Vec<Evaluated>> {
    Ok(snapshot.query(TOTALS).await?.rows.iter().filter_map(|row| read(row)).collect())
}

fn read(row: &[Value]) -> Option<Evaluated> {
    let explain: serde_json::Value = row[1].as_str().and_then(|text| serde_json::from_str(text).ok())?;
    let said = |name: &str| explain[name].as_str();
    Some(Evaluated {
        year: row[0].as_str()?.parse().ok()?,
        as_of: said("as_of").and_then(|day| day.parse().ok()),
        snapshot: said("snapshot").unwrap_or_default().to_owned(),
    })
}

/// The day on which the results of a year stand: that of its evaluation, or the one that it would be computed for.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn as_of(snapshot: &Snapshot, clock: Clock, year: i32) -> Result<NaiveDate> {
    let saved = evaluated(snapshot).await?.into_iter().find(|e| e.year == year).and_then(|e| e.as_of);
    Ok(saved.unwrap_or_else(|| clock.as_of(year)))
}
