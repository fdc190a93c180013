//! `suixin init`: a new warehouse with its configuration and the definitions that the office may change.

use std::sync::Arc;

use anyhow::{Context, Result};
use suixin_ingest::contract;
use suixin_warehouse::Warehouse;

use super::{Exit, Usage};
use crate::app;
use crate::cli::Global;
use crate::config::{self, Config};
use crate::output::say;

/// Folder of the definitions inside a warehouse.
pub(super) const DEFINITIONS: &str = "definitions";

pub(super) async fn run(global: &Global) -> Result<Exit> {
    let home = &global.home();
    if home.join("journal").exists() {
        return Err(
            Usage(format!("文件夹 {} 里已经有数据仓库；请换一个文件夹，原有数据没有改动", home.display())).into()
        );
    }
    std::fs::create_dir_all(home).with_context(|| format!("建不了文件夹 {}", home.display()))?;
    let exported = export(home)?;
    let config = Config { definitions: DEFINITIONS.to_owned(), ..Config::default() };
    std::fs::write(home.join(config::FILE), toml::to_string_pretty(&config)?).context("写不了配置文件")?;
    std::fs::create_dir_all(home.join(&config.inbox)).context("建不了收件文件夹")?;
    let (contracts, _) = app::load_definitions(home, &config)?;
    Warehouse::init(home, Arc::clone(&contracts)).await.context("建不了数据仓库")?;
    report(global, exported)?;
    Ok(Exit::Fine)
}

/// Writes the embedded definitions of all crates, without touching files that are there.
fn export(home: &std::path::Path) -> Result<usize> {
    let dir = home.join(DEFINITIONS);
    if dir.exists() {
        say(format!("定义文件夹 {} 已存在，沿用其中的定义", dir.display()));
        return Ok(0);
    }
    let failed = || format!("写不了定义文件夹 {}", dir.display());
    let mut count = contract::export_embedded(&dir.join("contracts")).with_context(failed)?;
    count += suixin_metrics::definitions::source::export(&dir.join("metrics")).with_context(failed)?;
    count += suixin_reports::outline::export_embedded(&dir.join("reports")).with_context(failed)?;
    Ok(count)
}

fn report(global: &Global, exported: usize) -> Result<()> {
    let home = global.home();
    let home = home.display();
    if global.json {
        return global.out().json(&serde_json::json!({ "home": global.home(), "definition_files": exported }));
    }
    global.out().line(format!("已在 {home} 新建数据仓库，放入 {exported} 个定义文件"))?;
    say(format!(
        "下一步：suixin ingest 报表文件夹 --home {home}\n\
         密钥在 {home}/vault 中，只有它能还原姓名和证号：请另行备份，妥善保管"
    ));
    Ok(())
}
