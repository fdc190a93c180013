//! Computes scores and looks for suspicions for the years whose data changed since they were last scored.

use std::collections::BTreeSet;

use anyhow::Result;

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
    let mut told = Vec::new();
    for year in years {
        evaluate::compute(app, year, &|_, _, _| {}).await?;
        let (hits, saved) = evaluate::risks(app, year, &|_, _, _| {}).await?;
        told.push(format!("{year} 年得分已重算，疑点 {} 条（新增 {} 条）", hits.len(), saved.new));
    }
    Ok(Done::changed(told.join("；")))
}

/// The years for which returns are due.
async fn owing(app: &App) -> Result<BTreeSet<i32>> {
    let snapshot = app.warehouse.snapshot().await?;
    let rows = snapshot.query("SELECT DISTINCT substr(period, 1, 4) FROM submission_expected").await?.rows;
    Ok(rows.iter().filter_map(|r| r[0].as_str()?.parse().ok()).collect())
}
