//! Prints the pack of the newest evaluated year when scores or suspicions are newer than it.

use anyhow::{Context, Result};

use super::Done;
use super::staleness::pack_behind;
use crate::app::App;
use crate::ops::pack;

/// Prints the pack.
///
/// # Errors
/// When a dataset fails or the pack cannot be written; then the old pack stays.
pub(super) async fn run(app: &App) -> Result<Done> {
    let Some(year) = evaluated_year(app).await? else { return Ok(Done::idle("还没有得分")) };
    let folder = app.home.join(&app.config.packs).join(year.to_string());
    let made_from = suixin_reports::read_manifest(&folder).ok().map(|m| m.snapshot);
    if !pack_behind(&app.warehouse.snapshots()?, made_from.as_deref()) {
        return Ok(Done::idle("得分没有变化"));
    }
    let made = pack::render(app, year, None, &|_, _, _| {}).await.context("材料没有印成，原有材料未动")?;
    Ok(Done::changed(format!("已印制 {year} 年材料，{} 个文件", made.files.len())))
}

async fn evaluated_year(app: &App) -> Result<Option<i32>> {
    let sql =
        "SELECT MAX(period) FROM eval_score WHERE scheme = 'CTY' AND indicator_id = 'TOTAL' AND length(period) = 4";
    let rows = app.warehouse.snapshot().await?.query(sql).await?.rows;
    Ok(rows.first().and_then(|r| r[0].as_str()?.parse().ok()))
}
