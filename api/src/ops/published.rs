//! Publishing results, and appeals against them, each on the audit log before it is done.

use anyhow::{Context, Result};
use chrono::NaiveDate;
use suixin_ingest::calendar::WorkCalendar;
use suixin_metrics::published::appeals::{self, Appeal, Claim, Decision};
use suixin_metrics::published::{self, Restatement};
use suixin_metrics::{Notice, Publication};
use suixin_warehouse::AuditEntry;

use crate::app::App;
use crate::commands::Usage;

/// A person's act and why it is done.
#[derive(Debug, Clone)]
pub struct Act {
    /// Who approved it: a post or a meeting.
    pub by: String,
    /// Why; empty where nothing has to be said.
    pub reason: String,
}

/// The published results of a year, or of all years.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn list(app: &App, year: Option<i32>) -> Result<Vec<Publication>> {
    Ok(suixin_metrics::publications(&app.warehouse.snapshot().await?, year).await?)
}

/// Publishes the saved result of a scheme and year.
///
/// # Errors
/// When nothing is saved, when it is published already or cannot be reproduced; when audit log or warehouse cannot be
/// written.
pub async fn publish(app: &App, scheme: &str, year: i32, by: &str) -> Result<Publication> {
    let today = app.clock.today();
    let until = after(app, today, scheme, year, |days| days.public)?;
    record(app, &format!("publish {scheme} {year} 公示至{until}"), by)?;
    let notice = Notice { by: by.to_owned(), on: today, until, restated: Vec::new() };
    let done = published::publish(&app.warehouse, &app.definitions, (scheme, year), notice, app.clock.now()).await;
    finished(app, done, &format!("publish {scheme} {year}"), by)
}

/// Lifts the publication of a scheme and year.
///
/// # Errors
/// When it is not published; when audit log or warehouse cannot be written.
pub async fn lift(app: &App, scheme: &str, year: i32, act: &Act) -> Result<Publication> {
    published::publication(&app.warehouse.snapshot().await?, scheme, year).await?;
    record(app, &format!("unpublish {scheme} {year} 批准：{}；事由：{}", act.by, act.reason), &act.reason)?;
    Ok(published::lift(&app.warehouse, scheme, year, app.clock.now()).await?)
}

/// The appeals of a year.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn appeals(app: &App, year: i32) -> Result<Vec<Appeal>> {
    Ok(appeals::appeals(&app.warehouse.snapshot().await?, year).await?)
}

/// Lodges an appeal: scheme and year, subject, indicator, reason.
///
/// # Errors
/// As [`appeals::open`]; when audit log or warehouse cannot be written.
pub async fn open(
    app: &App,
    (scheme, year): (&str, i32),
    (subject, indicator): (&str, &str),
    reason: &str,
) -> Result<Appeal> {
    let due = after(app, app.clock.today(), scheme, year, |days| days.appeal)?;
    record(app, &format!("appeal {scheme} {year} {subject} {indicator}"), reason)?;
    let claim = Claim { scheme, year, subject, indicator, reason, due };
    let done = appeals::open(&app.warehouse, &app.definitions, &claim, app.clock.now()).await;
    finished(app, done, &format!("appeal {scheme} {year} {subject} {indicator}"), reason)
}

/// Decides an appeal.
///
/// # Errors
/// As [`appeals::decide`]; when audit log or warehouse cannot be written.
pub async fn decide(app: &App, id: &str, decision: &Decision, act: &Act) -> Result<(Appeal, Option<Restatement>)> {
    if act.reason.trim().is_empty() {
        return Err(Usage("答复须写明理由；请用 --reason 写明".to_owned()).into());
    }
    let appeal = appeals::open_appeal(&app.warehouse.snapshot().await?, id).await?;
    let what = match decision {
        Decision::Upheld(_) => "upheld",
        Decision::Rejected => "rejected",
        Decision::Withdrawn => "withdrawn",
    };
    let words = if act.by.is_empty() { act.reason.clone() } else { format!("{}（{}）", act.reason, act.by) };
    record(app, &format!("appeal {} {what} {words}", appeal.id), &act.reason)?;
    let done = appeals::decide(&app.warehouse, &app.definitions, &appeal.id, (decision, &words), app.clock.now()).await;
    finished(app, done, &format!("appeal {} {what}", appeal.id), &act.reason)
}

/// Terms of a scheme in working days.
struct Days {
    public: u32,
    appeal: u32,
}

/// The last day of a term of a scheme that begins today; today itself does not count.
fn after(app: &App, today: NaiveDate, scheme: &str, year: i32, term: impl Fn(&Days) -> u32) -> Result<NaiveDate> {
    let last = suixin_ingest::period::Period::of_year(year).last();
    let found = app.definitions.scheme_on(scheme, last);
    let missing = || Usage(format!("{year}年没有生效的方案 {scheme}：请核对方案定义的生效期"));
    let s = found.ok_or_else(missing)?;
    let days = Days { public: s.public_days, appeal: s.appeal_days };
    Ok(WorkCalendar::new(&app.contracts).add_workdays(today, term(&days)))
}

/// Before it is done.
fn record(app: &App, object: &str, purpose: &str) -> Result<()> {
    let entry = AuditEntry {
        ts: app.clock.now(),
        account: "cli".to_owned(),
        role: "perf".to_owned(),
        action: "approve".to_owned(),
        object: object.to_owned(),
        rows: None,
        purpose: Some(purpose.to_owned()),
    };
    app.warehouse.audit(&entry).context("审计日志写不了，没有办理")
}

/// What was recorded and then refused is said to have come to nothing.
fn finished<T>(app: &App, done: Result<T, suixin_metrics::MetricsError>, object: &str, purpose: &str) -> Result<T> {
    if done.is_err() {
        record(app, &format!("{object} 未办成"), purpose)?;
    }
    Ok(done?)
}
