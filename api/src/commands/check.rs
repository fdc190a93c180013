//! `suixin check`: every mistake in the definitions, and in the sources of the configuration, at once.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use serde_json::json;
use suixin_ingest::contract::Contracts;
use suixin_metrics::definitions::source;
use suixin_metrics::{Definitions, Draft};
use suixin_reports::{Catalogue, Privacy, Product, ReportError};
use suixin_warehouse::Warehouse;

use super::Exit;
use crate::cli::Global;
use crate::config::Config;
use crate::ops::pack;
use crate::sources;

pub(super) async fn run(global: &Global) -> Result<Exit> {
    let home = global.home();
    let config = Config::read(&home)?;
    let dir = config.definitions_dir(&home);
    let mut lines = contract_mistakes(dir.as_deref());
    let sources = source_mistakes(&config, dir.as_deref());
    let draft = match &dir {
        Some(dir) => Draft::load(&dir.join("metrics"))?,
        None => Draft::of(source::embedded()),
    };
    lines.extend(outline_mistakes(dir.as_deref(), &draft.definitions)?);
    // Statements are planned against the tables of the warehouse, when there is one.
    if lines.is_empty() && home.join("journal").exists() {
        let contracts =
            Arc::new(dir.as_deref().map_or_else(Contracts::embedded, |d| Contracts::load(&d.join("contracts")))?);
        let warehouse = Warehouse::open(&home, contracts).await?;
        lines.extend(draft.check(&warehouse.snapshot().await?).await.iter().map(ToString::to_string));
    } else {
        lines.extend(draft.mistakes.iter().map(ToString::to_string));
    }
    lines.extend(sources);
    report(global, dir.is_some(), &lines)?;
    Ok(if lines.is_empty() { Exit::Fine } else { Exit::Finding })
}

fn contract_mistakes(dir: Option<&Path>) -> Vec<String> {
    let contracts = dir.map_or_else(Contracts::embedded, |d| Contracts::load(&d.join("contracts")));
    contracts.err().map(|e| e.0.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

/// Mistakes of the sources; they are not looked for in contracts that are faulty themselves.
fn source_mistakes(config: &Config, dir: Option<&Path>) -> Vec<String> {
    let contracts = dir.map_or_else(Contracts::embedded, |d| Contracts::load(&d.join("contracts")));
    let checked = contracts.ok().map(|c| sources::check(&config.sources, &c));
    checked.and_then(Result::err).map(|e| e.0.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

fn outline_mistakes(dir: Option<&Path>, definitions: &Definitions) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for product in Product::all(dir.map(|d| d.join("reports")).as_deref())? {
        found.extend(match product.outline(None) {
            Ok(outline) => outline.check(&Datasets(definitions)),
            Err(ReportError::Outline(mistakes)) => mistakes.0,
            Err(e) => return Err(e.into()),
        });
    }
    Ok(found.iter().map(ToString::to_string).collect())
}

/// The datasets that an outline may use.
struct Datasets<'a>(&'a Definitions);

impl Catalogue for Datasets<'_> {
    fn datasets(&self) -> Vec<String> {
        self.0.datasets.keys().cloned().collect()
    }

    fn columns(&self, dataset: &str) -> Option<Vec<String>> {
        Some(self.0.datasets.get(dataset)?.columns.iter().map(|c| c.name.clone()).collect())
    }

    fn privacy(&self, dataset: &str) -> Option<Privacy> {
        Some(pack::class(&self.0.datasets.get(dataset)?.privacy))
    }
}

fn report(global: &Global, own: bool, lines: &[String]) -> Result<()> {
    if global.json {
        return global.out().json(&json!({ "mistakes": lines }));
    }
    for line in lines {
        global.out().line(line)?;
    }
    let which = if own { "仓库中的定义文件" } else { "程序自带的定义" };
    global.out().line(if lines.is_empty() {
        format!("{which}没有错误")
    } else {
        format!("{which}有 {} 处错误", lines.len())
    })
}
