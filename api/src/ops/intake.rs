//! Taking returns in: gather, check, land, and keep the list of what was due.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use suixin_ingest::calendar::{Expected, expected_returns};
use suixin_ingest::check::Checker;
use suixin_ingest::checked::{CheckedFile, Issue, Level};
use suixin_ingest::contract::Contracts;
use suixin_ingest::delivery::{self, CheckedStream, ReceivedTimes};
use suixin_ingest::value::Value;
use suixin_warehouse::{Landing, Replace, Snapshot, TableWrite};

use crate::app::App;
use crate::ops::Progress;

/// What to take in.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// Folders and files.
    pub paths: Vec<PathBuf>,
    /// Of their files only these.
    pub only: Option<BTreeSet<PathBuf>>,
    /// List of times of receipt, for returns that arrived before the warehouse did.
    pub received: Option<PathBuf>,
    /// List of what was due, instead of the calendar.
    pub expected: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Files looked at.
    pub files: usize,
    /// What the warehouse made of them.
    pub landing: Landing,
}

impl Outcome {
    /// Number of mistakes that keep something out.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.issues(Level::Error).count()
    }

    /// Issues of a level.
    pub fn issues(&self, level: Level) -> impl Iterator<Item = &Issue> {
        self.landing.issues.iter().filter(move |i| i.level == level)
    }
}

/// Takes a delivery in: everything becomes visible at once, or nothing does. Only a few files are in memory at a time.
///
/// # Errors
/// When a path or list cannot be read or the warehouse cannot be written; mistakes in returns are no errors here.
pub async fn run(app: &App, intake: &Intake, progress: Progress<'_>) -> Result<Outcome> {
    let (total, stream) = stream(app, intake)?;
    if let Some(list) = &intake.expected {
        load_expected(app, list).await?;
    }
    let mut landing = app.warehouse.intake();
    let mut years = BTreeSet::new();
    for (done, file) in (1_u64..).zip(stream) {
        years.extend(file.tables.iter().filter_map(|t| t.period.get(..4)?.parse::<i32>().ok()));
        landing.add(file).context("入库失败，仓库保持原样")?;
        progress("读取和校验报表", done, total);
    }
    let tell = |stage: &str, done: u64, total: u64| progress(stage, done, total);
    let landing = landing.close(app.clock.now(), &tell).await.context("入库失败，仓库保持原样")?;
    if intake.expected.is_none() && landing.changed {
        ensure_expected(app, &years).await?;
    }
    Ok(Outcome { files: usize::try_from(total).unwrap_or(usize::MAX), landing })
}

/// Reads and checks the files without landing them; all of them are in memory afterwards.
///
/// # Errors
/// When a path or list cannot be read.
pub fn check(app: &App, intake: &Intake, progress: Progress<'_>) -> Result<Vec<CheckedFile>> {
    let (total, stream) = stream(app, intake)?;
    Ok((1..).zip(stream).map(|(done, file)| (progress("读取和校验报表", done, total), file).1).collect())
}

fn stream(app: &App, intake: &Intake) -> Result<(u64, CheckedStream)> {
    let received = intake.received.as_deref().map_or_else(|| Ok(ReceivedTimes::new()), delivery::read_received)?;
    let mut sources = delivery::gather(&intake.paths, &received, app.clock.now())?;
    sources.retain(|s| intake.only.as_ref().is_none_or(|only| only.contains(&s.path)));
    let total = sources.len() as u64;
    Ok((total, CheckedStream::start(Arc::new(Checker::new(Arc::clone(&app.contracts))), sources)))
}

/// Makes the list of returns due for years that have none yet.
async fn ensure_expected(app: &App, years: &BTreeSet<i32>) -> Result<()> {
    let snapshot = app.warehouse.snapshot().await?;
    let known = expected_rows(&snapshot).await?;
    let has = |year: i32| known.iter().any(|r| r[2].as_str().is_some_and(|p| p.starts_with(&year.to_string())));
    // The opening stock is dated before the first year: only years with twelve months of returns owe anything.
    let first = years.iter().next_back().copied();
    let new: Vec<Expected> =
        first.into_iter().filter(|y| !has(*y)).flat_map(|y| expected_returns(&app.contracts, y)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let rows = new.into_iter().map(row_of).collect();
    let write = TableWrite { table: "submission_expected".to_owned(), replace: Replace::Append, rows };
    app.warehouse.commit(vec![write], "应报清单（按报表和工作日历生成）", app.clock.now()).await?;
    Ok(())
}

/// Loads a list of what was due; its years replace what stood there.
async fn load_expected(app: &App, path: &Path) -> Result<()> {
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
    let bad = || format!("应报清单 {} 有误", path.display());
    let mut reader = csv::Reader::from_path(path).with_context(bad)?;
    let headers = reader.headers().with_context(bad)?.clone();
    let at = |name: &str| {
        let place = headers.iter().position(|h| h.trim_start_matches('\u{feff}') == name);
        place.with_context(|| format!("应报清单 {} 缺少列 {name}", path.display()))
    };
    let (form, unit, period, due) = (at("template_code")?, at("eval_unit_code")?, at("period")?, at("due_date")?);
    let mut out = Vec::new();
    for record in reader.records() {
        let record = record.with_context(bad)?;
        let text = |i: usize| record.get(i).unwrap_or_default().to_owned();
        let line = record.position().map_or(0, csv::Position::line);
        let entry = Expected {
            form: text(form),
            unit: text(unit),
            period: text(period),
            due: text(due).parse().with_context(|| format!("应报清单第 {line} 行的日期“{}”有误", text(due)))?,
        };
        anyhow::ensure!(contracts.forms.contains_key(&entry.form), "应报清单第 {line} 行：没有报表“{}”", entry.form);
        out.push(entry);
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
