//! The list of what is due: made from forms and the calendar of working days, or loaded; and what is granted to a unit for
//! one return: a later day, or that it need not be sent. What was granted stands with its approval in the list, and in the
//! audit log before it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use serde::Serialize;
use suixin_ingest::calendar::{Expected, expected_returns, newly_expected};
use suixin_ingest::contract::Contracts;
use suixin_ingest::period::Period;
use suixin_ingest::value::Value;
use suixin_warehouse::{AuditEntry, Replace, Snapshot, TableWrite};

use crate::app::App;
use crate::commands::Usage;

/// One return of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Form, e.g. `T-PERSON`.
    pub form: String,
    /// Unit, as a code.
    pub unit: String,
    /// Period.
    pub period: Period,
}

/// What is done about its deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// It may come until this day.
    Extend {
        /// New last day.
        to: NaiveDate,
        /// Who approved it.
        by: String,
        /// Why.
        reason: String,
    },
    /// It need not come.
    Exempt {
        /// Who approved it.
        by: String,
        /// Why.
        reason: String,
    },
    /// As the calendar has it, again.
    Restore,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Form.
    pub form: String,
    /// Unit.
    pub unit: String,
    /// Period.
    pub period: String,
    /// Last day on which it is on time.
    pub due: NaiveDate,
    /// Whether it need not come.
    pub exempt: bool,
    /// What was granted, by whom and why; empty where nothing was.
    pub grant: String,
}

/// The list of a year; `granted`: only lines about which something was decided.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn list(app: &App, year: i32, granted: bool) -> Result<Vec<Due>> {
    let rows = expected_rows(&app.warehouse.snapshot().await?).await?;
    let due = rows.iter().filter_map(|row| due_of(row));
    Ok(due.filter(|d| d.period.starts_with(&year.to_string()) && !(granted && d.grant.is_empty())).collect())
}

/// Decides about the deadline of a return and says how it stands now.
///
/// # Errors
/// [`Usage`] when the return is not on the list, or the day lies before the one of the calendar; otherwise when audit log or
/// warehouse cannot be written.
pub async fn grant(app: &App, of: &Return, grant: &Grant) -> Result<Due> {
    let snapshot = app.warehouse.snapshot().await?;
    let rows = expected_rows(&snapshot).await?;
    let period = of.period.to_string();
    let is_it = |d: &Due| d.form == of.form && d.unit == of.unit && d.period == period;
    let Some(now) = rows.iter().filter_map(|row| due_of(row)).find(is_it) else {
        let name = app.contracts.unit_name(&of.unit);
        return Err(
            Usage(format!("应报清单里没有 {name} {period} 的 {}；用 suixin deadline list 查看清单", of.form)).into()
        );
    };
    let calendar = expected_returns(&app.contracts, of.period.year()).into_iter();
    let by_calendar =
        calendar.filter(|e| e.form == now.form && e.unit == now.unit && e.period == now.period).map(|e| e.due);
    let original = by_calendar.last().unwrap_or(now.due);
    let (due, exempt, words) = decide(grant, original)?;
    let then = Due { due, exempt, grant: words, ..now.clone() };
    if then == now {
        return Ok(now);
    }
    record(app, &then)?;
    let reason = format!("报送期限 {} {} {}", then.form, then.unit, then.period);
    let write =
        TableWrite { table: "submission_expected".to_owned(), replace: Replace::Key, rows: vec![row_of_due(&then)] };
    app.warehouse.commit(vec![write], &reason, app.clock.now()).await.context("仓库写不了，期限没有改动")?;
    Ok(then)
}

/// Last day, whether it need not come, and the decision in words.
fn decide(grant: &Grant, original: NaiveDate) -> Result<(NaiveDate, bool, String)> {
    Ok(match grant {
        Grant::Extend { to, .. } if *to <= original => {
            return Err(Usage(format!("延期后的日期 {to} 应晚于原应报日期 {original}")).into());
        }
        Grant::Extend { to, by, reason } => {
            (*to, false, format!("延期：原应报{original}，延至{to}；批准：{by}；事由：{reason}"))
        }
        Grant::Exempt { by, reason } => (original, true, format!("免报；批准：{by}；事由：{reason}")),
        Grant::Restore => (original, false, String::new()),
    })
}

/// Before it is done.
fn record(app: &App, then: &Due) -> Result<()> {
    let decision = if then.grant.is_empty() { "恢复原期限" } else { &then.grant };
    let entry = AuditEntry {
        ts: app.clock.now(),
        account: "cli".to_owned(),
        role: "perf".to_owned(),
        action: "approve".to_owned(),
        object: format!("submission_expected {} {} {} {decision}", then.form, then.unit, then.period),
        rows: Some(1),
        purpose: Some("报送期限".to_owned()),
    };
    app.warehouse.audit(&entry).context("审计日志写不了，期限没有改动")
}

fn due_of(row: &[Value]) -> Option<Due> {
    Some(Due {
        form: row[0].to_string(),
        unit: row[1].to_string(),
        period: row[2].to_string(),
        due: row[3].as_date()?,
        exempt: row[4].as_str() == Some("Y"),
        grant: row[5].to_string(),
    })
}

fn row_of_due(d: &Due) -> Vec<Value> {
    vec![
        Value::Str(d.form.clone()),
        Value::Str(d.unit.clone()),
        Value::Str(d.period.clone()),
        Value::Date(d.due),
        Value::from(if d.exempt { "Y" } else { "N" }),
        if d.grant.is_empty() { Value::Null } else { Value::Str(d.grant.clone()) },
    ]
}

/// Adds what becomes due by the arrival of these forms and periods to the list.
pub(super) async fn ensure(app: &App, arrived: &BTreeSet<(String, Period)>) -> Result<()> {
    let snapshot = app.warehouse.snapshot().await?;
    let rows = expected_rows(&snapshot).await?;
    let known: Vec<(String, Period)> =
        rows.iter().filter_map(|r| Some((r[0].to_string(), r[2].as_str()?.parse().ok()?))).collect();
    let new = newly_expected(&app.contracts, arrived, &known);
    if new.is_empty() {
        return Ok(());
    }
    let rows = new.into_iter().map(row_of).collect();
    let write = TableWrite { table: "submission_expected".to_owned(), replace: Replace::Append, rows };
    app.warehouse.commit(vec![write], "应报清单（按报表和工作日历生成）", app.clock.now()).await?;
    Ok(())
}

/// Loads a list of what was due; its years replace what stood there.
pub(super) async fn load(app: &App, path: &Path) -> Result<()> {
    let list = read_expected(path, &app.contracts)?;
    let years: BTreeSet<&str> = list.iter().filter_map(|e| e.period.get(..4)).collect();
    let snapshot = app.warehouse.snapshot().await?;
    let before = expected_rows(&snapshot).await?;
    let other = |row: &Vec<Value>| row[2].as_str().and_then(|p| p.get(..4)).is_none_or(|y| !years.contains(y));
    let rows: Vec<Vec<Value>> =
        before.iter().filter(|r| other(r)).cloned().chain(list.iter().cloned().map(row_of)).collect();
    if rows != before {
        let write = TableWrite { table: "submission_expected".to_owned(), replace: Replace::All, rows };
        app.warehouse.commit(vec![write], "应报清单（载入）", app.clock.now()).await?;
    }
    Ok(())
}

fn read_expected(path: &Path, contracts: &Contracts) -> Result<Vec<Expected>> {
    let bad = |line: u64, why: &str| Usage(format!("应报清单 {} 第 {line} 行：{why}", path.display()));
    let bytes = std::fs::read(path).with_context(|| format!("应报清单 {} 读不了", path.display()))?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headers = reader.headers().map_err(|_| bad(1, "不是 UTF-8 的 CSV"))?.clone();
    let at = |name: &str| {
        let place = headers.iter().position(|h| h.trim_start_matches('\u{feff}') == name);
        place.ok_or_else(|| bad(1, &format!("缺少列 {name}")))
    };
    let (form, unit, period, due) = (at("template_code")?, at("eval_unit_code")?, at("period")?, at("due_date")?);
    let mut out = Vec::new();
    for (line, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|_| bad(line, "列数与表头不同，或不是 UTF-8"))?;
        let text = |i: usize| record.get(i).unwrap_or_default().to_owned();
        let (form, due) = (text(form), text(due));
        if !contracts.forms.contains_key(&form) {
            return Err(bad(line, &format!("没有报表“{form}”")).into());
        }
        let due = due.parse().map_err(|_| bad(line, &format!("日期“{due}”应如 2025-03-05")))?;
        out.push(Expected { form, unit: text(unit), period: text(period), due });
    }
    out.sort();
    Ok(out)
}

async fn expected_rows(snapshot: &Snapshot) -> Result<Vec<Vec<Value>>> {
    let sql = "SELECT template_code, eval_unit_code, period, due_date, exempt, exempt_reason FROM submission_expected \
               ORDER BY template_code, eval_unit_code, period";
    Ok(snapshot.query(sql).await?.rows)
}

fn row_of(e: Expected) -> Vec<Value> {
    vec![
        Value::Str(e.form),
        Value::Str(e.unit),
        Value::Str(e.period),
        Value::Date(e.due),
        Value::from("N"),
        Value::Null,
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use suixin_warehouse::Warehouse;

    use super::*;
    use crate::clock::Clock;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn arrived() -> BTreeSet<(String, Period)> {
        BTreeSet::from([("T-NEED".to_owned(), "202503".parse().unwrap())])
    }

    async fn app(home: &Path) -> App {
        Warehouse::init(home, Arc::new(Contracts::embedded().unwrap())).await.unwrap();
        let app = App::open(home, Clock::new(Some(day("2025-04-03")))).await.unwrap();
        ensure(&app, &arrived()).await.unwrap();
        app
    }

    #[tokio::test]
    async fn what_is_granted_stands_in_the_list_with_its_approval_and_can_be_taken_back() {
        let home = tempfile::tempdir().unwrap();
        let app = app(home.path()).await;
        let of = Return { form: "T-NEED".into(), unit: "510903".into(), period: "202503".parse().unwrap() };
        let original = list(&app, 2025, false).await.unwrap().into_iter();
        let original =
            original.filter(|d| d.form == of.form && d.unit == of.unit && d.period == "202503").last().unwrap();
        let extend =
            |to: &str| Grant::Extend { to: day(to), by: "局长办公会".into(), reason: "系统检修".into() };

        let refused = grant(&app, &of, &extend(&original.due.to_string())).await.unwrap_err();
        assert!(refused.is::<Usage>() && list(&app, 2025, true).await.unwrap().is_empty(), "{refused}");
        let extended = grant(&app, &of, &extend("2025-04-20")).await.unwrap();
        assert_eq!(list(&app, 2025, true).await.unwrap(), [extended.clone()]);
        assert!(extended.due == day("2025-04-20") && extended.grant.contains("批准：局长办公会；事由：系统检修"));
        // A second extension still names the day of the calendar, and a later delivery does not undo it.
        let further = grant(&app, &of, &extend("2025-04-25")).await.unwrap();
        assert!(further.grant.contains(&format!("原应报{}", original.due)));
        ensure(&app, &arrived()).await.unwrap();
        assert_eq!(list(&app, 2025, true).await.unwrap(), [further]);

        assert_eq!(grant(&app, &of, &Grant::Restore).await.unwrap(), original);
        let frame = app.warehouse.snapshot().await.unwrap();
        let recorded = frame.query("SELECT object_name FROM audit_log WHERE action = 'approve'").await.unwrap().rows;
        assert_eq!(recorded.len(), 3);
        let nobody = Return { period: "2025H1".parse().unwrap(), ..of };
        assert!(grant(&app, &nobody, &Grant::Restore).await.unwrap_err().is::<Usage>());
    }
}
