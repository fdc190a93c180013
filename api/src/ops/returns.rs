//! The state of returns: expected, received, on time, late, missing, sent back — unit by unit.

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;
use suixin_ingest::value::Value;

use crate::app::App;

/// What is counted, to be said beside every such table.
pub const SCOPE: &str = "按应报日期统计：截至当日已到应报日期的报表，延期的按新日期，免报的不计；\
    考核指标 CTY-205 按评价期和数据截止日计算，与此表口径不同";

/// The state of a unit's returns.
#[derive(Debug, Clone, Serialize)]
pub struct UnitReturns {
    /// Unit code.
    pub unit: String,
    /// Unit name.
    pub name: String,
    /// Returns due by the day.
    pub expected: i64,
    /// Of these, received by the day.
    pub received: i64,
    /// Of these, received when due or before.
    pub on_time: i64,
    /// Received after the due day.
    pub late: i64,
    /// Due and not received.
    pub missing: i64,
    /// Not due yet.
    pub not_due: i64,
    /// Received with rows sent back.
    pub returned: i64,
    /// Rows sent back.
    pub error_rows: i64,
}

/// A return that is due and missing, or came late.
#[derive(Debug, Clone, Serialize)]
pub struct OpenReturn {
    /// Form code.
    pub form: String,
    /// Form title.
    pub title: String,
    /// Unit code.
    pub unit: String,
    /// Unit name.
    pub name: String,
    /// Period.
    pub period: String,
    /// Due day.
    pub due: NaiveDate,
    /// Day of receipt; `None`: missing.
    pub received: Option<NaiveDate>,
}

const STATE: &str = "
WITH first AS (
  SELECT template_code, eval_unit_code, period, MIN(received_ts) AS received_ts,
         SUM(error_rows) AS error_rows
  FROM submission_batch GROUP BY template_code, eval_unit_code, period)
SELECT e.eval_unit_code, e.template_code, e.period, e.due_date, f.received_ts, COALESCE(f.error_rows, 0) AS error_rows
FROM submission_expected e
LEFT JOIN first f ON f.template_code = e.template_code AND f.eval_unit_code = e.eval_unit_code AND f.period = e.period
WHERE e.exempt = 'N' AND substr(e.period, 1, 4) = '${year}'
ORDER BY e.eval_unit_code, e.period, e.template_code";

/// The state of the returns of a year, for each unit in the order of the code set, and the open ones.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn state(app: &App, year: i32) -> Result<(Vec<UnitReturns>, Vec<OpenReturn>)> {
    let snapshot = app.warehouse.snapshot().await?;
    let rows = snapshot.query(&STATE.replace("${year}", &year.to_string())).await?.rows;
    let today = app.clock.today();
    let mut units: Vec<UnitReturns> =
        app.contracts.units().into_iter().map(|u| empty(u, app.contracts.unit_name(u))).collect();
    let mut open = Vec::new();
    for row in &rows {
        let Some(entry) = units.iter_mut().find(|u| Some(u.unit.as_str()) == row[0].as_str()) else { continue };
        count(entry, row, today);
        open.extend(open_return(app, entry, row, today));
    }
    Ok((units, open))
}

fn empty(unit: &str, name: &str) -> UnitReturns {
    let (unit, name) = (unit.to_owned(), name.to_owned());
    UnitReturns {
        unit,
        name,
        expected: 0,
        received: 0,
        on_time: 0,
        late: 0,
        missing: 0,
        not_due: 0,
        returned: 0,
        error_rows: 0,
    }
}

fn count(entry: &mut UnitReturns, row: &[Value], today: NaiveDate) {
    let (due, received) = (row[3].as_date(), row[4].as_date().filter(|d| *d <= today));
    let errors = row[5].as_decimal().and_then(|d| i64::try_from(d).ok()).unwrap_or(0);
    if received.is_none() && due.is_some_and(|d| d >= today) {
        entry.not_due += 1;
        return;
    }
    entry.expected += 1;
    match received {
        Some(day) if Some(day) > due => entry.late += 1,
        Some(_) => entry.on_time += 1,
        None => entry.missing += 1,
    }
    entry.received += i64::from(received.is_some());
    entry.returned += i64::from(errors > 0);
    entry.error_rows += errors;
}

fn open_return(app: &App, unit: &UnitReturns, row: &[Value], today: NaiveDate) -> Option<OpenReturn> {
    let (due, received) = (row[3].as_date()?, row[4].as_date().filter(|d| *d <= today));
    let late = received.is_some_and(|d| d > due);
    let missing = received.is_none() && due < today;
    let form = row[1].to_string();
    (late || missing).then(|| OpenReturn {
        title: app.contracts.forms.get(&form).map_or_else(String::new, |f| f.title.clone()),
        form,
        unit: unit.unit.clone(),
        name: unit.name.clone(),
        period: row[2].to_string(),
        due,
        received,
    })
}
