//! A dry run: the delivery is taken into a copy of the warehouse that goes away, and what would change is compared with
//! what stands: rows table by table, and scores.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Serialize;
use suixin_metrics::{Evaluation, compute};
use suixin_warehouse::Snapshot;

use crate::app::App;
use crate::ops::intake::{self, Intake, Outcome};
use crate::ops::{Progress, basis};

/// What would change.
#[derive(Debug)]
pub struct Effect {
    /// What the warehouse would say of the delivery.
    pub outcome: Outcome,
    /// Tables that would change, by name.
    pub tables: Vec<TableEffect>,
    /// Scores that would move, of years that were evaluated.
    pub scores: Vec<Moved>,
    /// Years whose scores were compared.
    pub years: Vec<i32>,
}

/// Rows of a table before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableEffect {
    /// Name of the table.
    pub table: String,
    /// Its title.
    pub title: String,
    /// Rows in force now.
    pub before: u64,
    /// Rows in force afterwards.
    pub after: u64,
    /// Rows that would be replaced.
    pub replaced: u64,
}

/// A score that would move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Year.
    pub year: i32,
    /// Scheme.
    pub scheme: String,
    /// Key of the subject.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// Indicator, or `TOTAL`.
    pub indicator: String,
    /// Points now, two places; empty for a subject that is new.
    pub before: String,
    /// Points afterwards; empty for a subject that is gone.
    pub after: String,
    /// Rank now, on the total.
    pub rank_before: Option<usize>,
    /// Rank afterwards, on the total.
    pub rank_after: Option<usize>,
}

/// Takes a delivery into a copy and compares. Nothing of it stays.
///
/// # Errors
/// As taking it in and computing; also when there is no room for the copy.
pub async fn run(app: &App, intake: &Intake, progress: Progress<'_>) -> Result<Effect> {
    let folder =
        tempfile::Builder::new().prefix(".rehearsal-").tempdir_in(&app.home).context("试运行的临时文件夹建不了")?;
    let warehouse = app.warehouse.rehearsal(folder.path()).await.context("仓库复制不了，试运行没有进行")?;
    let trial = App { home: folder.path().to_owned(), warehouse, ..app.clone() };
    let outcome = intake::run(&trial, intake, progress).await?;
    let (before, after) = (app.warehouse.snapshot().await?, trial.warehouse.snapshot().await?);
    let mut effect =
        Effect { tables: tables(app, &before, &after).await?, outcome, scores: Vec::new(), years: Vec::new() };
    if effect.outcome.landing.changed {
        for evaluated in basis::evaluated(&before).await? {
            effect.years.push(evaluated.year);
            let as_of = evaluated.as_of.unwrap_or_else(|| app.clock.as_of(evaluated.year));
            let tell = |stage: &str, done: u64, total: u64| progress(stage, done, total);
            let now = compute(&before, &app.definitions, evaluated.year, as_of, &tell).await?;
            let then = compute(&after, &app.definitions, evaluated.year, as_of, &tell).await?;
            effect.scores.extend(moved(&now, &then));
        }
    }
    Ok(effect)
}

async fn tables(app: &App, before: &Snapshot, after: &Snapshot) -> Result<Vec<TableEffect>> {
    let mut changed = Vec::new();
    for table in app.contracts.tables.values().filter(|t| !t.is_system()) {
        let (old, new) = (replaced(before, &table.name).await?, replaced(after, &table.name).await?);
        let (rows_before, rows_after) = (before.row_count(&table.name), after.row_count(&table.name));
        if (old, rows_before) != (new, rows_after) {
            changed.push(TableEffect {
                table: table.name.clone(),
                title: table.title.clone(),
                before: rows_before,
                after: rows_after,
                replaced: new.saturating_sub(old),
            });
        }
    }
    Ok(changed)
}

async fn replaced(snapshot: &Snapshot, table: &str) -> Result<u64> {
    let rows = snapshot.query(&format!("SELECT COUNT(*) FROM history.{table}")).await?.rows;
    Ok(rows[0][0].to_string().parse().unwrap_or_default())
}

/// Points by subject, with the rank on the total.
type Points = BTreeMap<(String, String, String), (String, String, Option<usize>)>;

fn moved(now: &Evaluation, then: &Evaluation) -> Vec<Moved> {
    let (now, then_points, year) = (points(now), points(then), then.stamp.year);
    let keys: BTreeSet<_> = now.keys().chain(then_points.keys()).cloned().collect();
    let differs = keys.into_iter().filter(|k| now.get(k) != then_points.get(k));
    differs
        .map(|key| {
            let (old, new) = (now.get(&key), then_points.get(&key));
            let text = |p: Option<&(String, String, Option<usize>)>| p.map(|p| p.1.clone()).unwrap_or_default();
            let name = new.or(old).map(|p| p.0.clone()).unwrap_or_default();
            let (before, after) = (text(old), text(new));
            let (rank_before, rank_after) = (old.and_then(|p| p.2), new.and_then(|p| p.2));
            let (scheme, subject, indicator) = key;
            Moved { year, scheme, subject, name, indicator, before, after, rank_before, rank_after }
        })
        .collect()
}

fn points(evaluation: &Evaluation) -> Points {
    let mut all = Points::new();
    for result in &evaluation.schemes {
        for s in &result.scores {
            let key = |indicator: &str| (result.scheme.clone(), s.subject.key.clone(), indicator.to_owned());
            for item in &s.items {
                all.insert(key(&item.indicator), (s.subject.name.clone(), format!("{:.2}", item.points), None));
            }
            all.insert(key("TOTAL"), (s.subject.name.clone(), format!("{:.2}", s.total), Some(s.rank)));
        }
    }
    all
}
