//! Month supervision and quarter dispatch of a period: what was due, done, late or missing, what was found and put right.
//! Read from the views over the returns; whether something is overdue is judged on today.

use anyhow::Result;
use chrono::NaiveDate;
use serde::Serialize;
use suixin_ingest::period::Period;
use suixin_ingest::value::Value;
use suixin_warehouse::{Frame, Snapshot};

use crate::app::App;

/// Supervision of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Supervised {
    /// The period.
    pub period: String,
    /// The day on which open matters are judged.
    pub today: NaiveDate,
    /// Months, and quarters that end in the period, unit by unit.
    pub rounds: Vec<Round>,
    /// Findings of the period.
    pub findings: Vec<FindingLine>,
    /// Units that found nothing in six months of supervision, at the end of the period.
    pub zero_issue: Vec<String>,
}

/// How a round that was due went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Went {
    /// Held, and entered in time.
    Done,
    /// Held or entered too late.
    Late,
    /// Not held.
    Missing,
    /// Still time.
    NotDue,
    /// Need not be held.
    Exempt,
}

impl Went {
    /// In words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Done => "已开展",
            Self::Late => "迟",
            Self::Missing => "缺",
            Self::NotDue => "未到期",
            Self::Exempt => "免",
        }
    }

    /// What the view says, on the day that counts here.
    fn of(state: &str, due: Option<NaiveDate>, today: NaiveDate) -> Self {
        match state {
            "done" => Self::Done,
            "late" => Self::Late,
            "exempt" => Self::Exempt,
            _ if due.is_some_and(|d| d < today) => Self::Missing,
            _ => Self::NotDue,
        }
    }
}

/// A month or a quarter of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Round {
    /// Unit, as a code.
    pub unit: String,
    /// `202503` or `2025Q1`.
    pub period: String,
    /// Day by which it must be entered.
    pub due: Option<NaiveDate>,
    /// Times that it was held.
    pub held: i64,
    /// How it went.
    pub went: Went,
    /// Visits by fewer than two people.
    pub one_inspector: i64,
    /// Visits entered more than five days later.
    pub entered_late: i64,
    /// Issues that the visits say they found.
    pub issues: i64,
    /// Of them those that are in the ledger; quarters have none.
    pub issues_listed: Option<i64>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingLine {
    /// Number.
    pub issue: String,
    /// Unit, as a code.
    pub unit: String,
    /// Severity (code set `severity`).
    pub severity: String,
    /// In words, as the unit reported it.
    pub description: String,
    /// Day on which it was found.
    pub found: Option<NaiveDate>,
    /// Day by which it must be put right.
    pub due: Option<NaiveDate>,
    /// `open`, `overdue`, `rectified`, `rectified_late`, `closed` or `closed_late`.
    pub state: String,
    /// Calendar days by which it is overdue; 0: it is not.
    pub overdue_days: i64,
    /// Whether the unit calls it a repeated one.
    pub repeated: bool,
    /// The same on the same target within a year before, whatever the unit calls it.
    pub repeat_of: Option<String>,
}

/// Supervision of a period on the newest snapshot; of one unit (a code), or of all.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn status(app: &App, period: Period, unit: Option<&str>) -> Result<Supervised> {
    on(&app.warehouse.snapshot().await?, app.clock.today(), period, unit).await
}

/// The same on a snapshot, as it stands on `today`.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn on(snapshot: &Snapshot, today: NaiveDate, period: Period, unit: Option<&str>) -> Result<Supervised> {
    let of = unit.map_or_else(String::new, |u| format!(" AND eval_unit_code = '{}'", u.replace('\'', "''")));
    Ok(Supervised {
        period: period.to_string(),
        today,
        rounds: rounds(snapshot, period, &of, today).await?,
        findings: findings(snapshot, period, &of, today).await?,
        zero_issue: zero_issue(snapshot, period, &of, today).await?,
    })
}

async fn rounds(snapshot: &Snapshot, period: Period, of: &str, today: NaiveDate) -> Result<Vec<Round>> {
    let (first, last) = (period.first().format("%Y%m"), period.last().format("%Y%m"));
    let months = format!(
        "SELECT eval_unit_code, period, due_date, held, state, one_inspector, entered_late, issues, issues_listed
         FROM supervision_month WHERE period BETWEEN '{first}' AND '{last}'{of} ORDER BY eval_unit_code, period"
    );
    // A quarter belongs to the period in which it ends.
    let quarters = format!(
        "SELECT eval_unit_code, quarter, due_date, held, state, 0 AS one_inspector, 0 AS entered_late, issues, NULL AS issues_listed
         FROM supervision_quarter
         WHERE concat(substr(quarter, 1, 4), lpad(CAST(CAST(substr(quarter, 6) AS INT) * 3 AS VARCHAR), 2, '0'))
               BETWEEN '{first}' AND '{last}'{of} ORDER BY eval_unit_code, quarter"
    );
    let mut all = Vec::new();
    for sql in [months, quarters] {
        all.extend(snapshot.query(&sql).await?.rows.iter().map(|r| round(r, today)));
    }
    Ok(all)
}

fn round(row: &[Value], today: NaiveDate) -> Round {
    let due = row[2].as_date();
    Round {
        unit: row[0].to_string(),
        period: row[1].to_string(),
        due,
        held: count(&row[3]),
        went: Went::of(&row[4].to_string(), due, today),
        one_inspector: count(&row[5]),
        entered_late: count(&row[6]),
        issues: count(&row[7]),
        issues_listed: (!row[8].is_null()).then(|| count(&row[8])),
    }
}

async fn findings(snapshot: &Snapshot, period: Period, of: &str, today: NaiveDate) -> Result<Vec<FindingLine>> {
    let sql = format!(
        "SELECT issue_id, eval_unit_code, severity, description, found_date, due_date, state, is_repeat, repeat_of
         FROM supervision_finding WHERE found_date BETWEEN DATE '{}' AND DATE '{}'{of}
         ORDER BY due_date, issue_id",
        period.first(),
        period.last()
    );
    let frame: Frame = snapshot.query(&sql).await?;
    Ok(frame.rows.iter().map(|r| finding(r, today)).collect())
}

fn finding(row: &[Value], today: NaiveDate) -> FindingLine {
    let due = row[5].as_date();
    let said = row[6].to_string();
    // The view judges on the day of the newest receipt.
    let open = matches!(said.as_str(), "open" | "overdue");
    let days = due.filter(|_| open).map_or(0, |d| (today - d).num_days().max(0));
    let state = match (open, days > 0) {
        (true, true) => "overdue".to_owned(),
        (true, false) => "open".to_owned(),
        (false, _) => said,
    };
    FindingLine {
        issue: row[0].to_string(),
        unit: row[1].to_string(),
        severity: row[2].to_string(),
        description: row[3].to_string(),
        found: row[4].as_date(),
        due,
        state,
        overdue_days: days,
        repeated: row[7].as_str() == Some("Y"),
        repeat_of: row[8].as_str().map(str::to_owned),
    }
}

/// The alarm at the last month of the period that has begun.
async fn zero_issue(snapshot: &Snapshot, period: Period, of: &str, today: NaiveDate) -> Result<Vec<String>> {
    let month = period.last().min(today).format("%Y%m");
    let sql = format!(
        "SELECT eval_unit_code FROM supervision_zero_issue WHERE alarm AND period = '{month}'{of} ORDER BY eval_unit_code"
    );
    Ok(snapshot.query(&sql).await?.rows.iter().map(|r| r[0].to_string()).collect())
}

fn count(value: &Value) -> i64 {
    value.as_decimal().and_then(|d| i64::try_from(d).ok()).unwrap_or_default()
}
