//! Computes scores and looks for suspicions for the years whose data changed since they were last scored.

use std::collections::BTreeSet;

use anyhow::Result;
use suixin_ingest::period::Period;

use super::Done;
use super::staleness::years_behind;
use crate::app::App;
use crate::ops::evaluate;

/// Computes what is behind.
///
/// # Errors
/// When a statement fails or the warehouse cannot be read or written.
pub(super) async fn run(app: &App) -> Result<Done> {
    let years = years_behind(&app.warehouse.snapshots()?, &owing(app).await?);
    if years.is_empty() {
        return Ok(Done::idle("数据没有变化"));
    }
    let (mut told, mut computed) = (Vec::new(), false);
    for year in years {
        if all_published(app, year).await? {
            told.push(evaluate::all_published(year));
            continue;
        }
        computed = true;
        evaluate::compute(app, year, &|_, _, _| {}).await?;
        let (hits, saved) = evaluate::risks(app, year, &|_, _, _| {}).await?;
        told.push(format!("{year} 年得分已重算，疑点 {} 条（新增 {} 条）", hits.len(), saved.new));
    }
    Ok(if computed { Done::changed(told.join("；")) } else { Done::idle(told.join("；")) })
}

/// Whether every scheme that was scored for a year is published.
async fn all_published(app: &App, year: i32) -> Result<bool> {
    let snapshot = app.warehouse.snapshot().await?;
    let published = suixin_metrics::publications(&snapshot, Some(year)).await?;
    let last = Period::of_year(year).last();
    let schemes = app.definitions.schemes_on(last);
    Ok(!schemes.is_empty() && schemes.iter().all(|s| published.iter().any(|p| p.scheme == s.id())))
}

/// The years for which returns are due.
async fn owing(app: &App) -> Result<BTreeSet<i32>> {
    let snapshot = app.warehouse.snapshot().await?;
    let rows = snapshot.query("SELECT DISTINCT substr(period, 1, 4) FROM submission_expected").await?.rows;
    Ok(rows.iter().filter_map(|r| r[0].as_str()?.parse().ok()).collect())
}
