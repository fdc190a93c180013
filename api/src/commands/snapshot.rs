//! `suixin snapshot list`: the commits of the warehouse.

use anyhow::Result;

use super::Exit;
use crate::cli::{Global, Snapshot};

pub(super) async fn run(global: &Global, args: &Snapshot) -> Result<Exit> {
    let Snapshot::List = args;
    let app = global.open().await?;
    let list = app.warehouse.snapshots()?;
    if global.json {
        global.out().json(&list)?;
        return Ok(Exit::Fine);
    }
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|s| {
            let ts = s.ts.format("%Y-%m-%d %H:%M:%S").to_string();
            vec![
                s.id.clone(),
                ts,
                s.reason.clone(),
                s.batches.len().to_string(),
                s.tables.len().to_string(),
                s.rows.to_string(),
            ]
        })
        .collect();
    global.out().table(&["快照", "时间", "缘由", "批次", "涉及表", "写入行"], &rows, &[3, 4, 5])?;
    Ok(Exit::Fine)
}
