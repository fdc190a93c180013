//! `suixin check`: every mistake in the definitions at once.

use anyhow::Result;
use serde_json::json;
use suixin_ingest::contract::Contracts;
use suixin_metrics::Draft;
use suixin_metrics::definitions::check;

use super::Exit;
use crate::app::App;
use crate::cli::Global;
use crate::config::Config;

pub(super) async fn run(global: &Global) -> Result<Exit> {
    let home = global.home();
    let config = Config::read(&home)?;
    let dir = config.definitions_dir(&home);
    let mut lines: Vec<String> = Vec::new();
    let contracts = match &dir {
        Some(dir) => Contracts::load(&dir.join("contracts")),
        None => Contracts::embedded(),
    };
    if let Err(e) = &contracts {
        lines.extend(e.0.iter().map(ToString::to_string));
    }
    let draft = match &dir {
        Some(dir) => Draft::load(&dir.join("metrics"))?,
        None => Draft::embedded(),
    };
    lines.extend(draft.mistakes.iter().map(ToString::to_string));
    let outlines = suixin_reports::outline::check(dir.as_deref().map(|d| d.join("reports")).as_deref(), &draft.definitions.datasets);
    lines.extend(outlines.iter().map(ToString::to_string));
    // Statements are planned against the warehouse's tables, when there is one and the files can be read at all.
    if lines.is_empty() && home.join("journal").exists() {
        let app = App::open(&home, global.clock()).await?;
        let found = check::statements(&app.definitions, &app.warehouse.snapshot().await?).await?;
        lines.extend(found.iter().map(ToString::to_string));
    }
    report(global, dir.is_some(), &lines)?;
    Ok(if lines.is_empty() { Exit::Fine } else { Exit::Finding })
}

fn report(global: &Global, own: bool, lines: &[String]) -> Result<()> {
    if global.json {
        return global.out().json(&json!({ "mistakes": lines }));
    }
    for line in lines {
        global.out().line(line)?;
    }
    let which = if own { "仓库中的定义文件" } else { "程序自带的定义" };
    global.out().line(if lines.is_empty() { format!("{which}没有错误") } else { format!("{which}有 {} 处错误", lines.len()) })
}
