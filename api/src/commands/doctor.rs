//! `suixin doctor`: journal, files, vault, audit chain and definitions.

use anyhow::Result;

use suixin_warehouse::{Error, Kind};

use super::Exit;
use crate::app::{App, load_definitions};
use crate::cli::Global;
use crate::config::{self, Config};

pub(super) async fn run(global: &Global) -> Result<Exit> {
    let app = match global.open().await {
        Err(e) if e.chain().any(|c| c.downcast_ref::<Error>().is_some_and(|w| w.kind() == Kind::Damaged)) => {
            let findings: Vec<String> = e.chain().map(ToString::to_string).collect();
            return damaged(global, &findings);
        }
        opened => opened?,
    };
    let report = app.warehouse.verify().await?;
    let audit = app.warehouse.audit_verify()?;
    if global.json {
        global
            .out()
            .json(&serde_json::json!({ "warehouse": report, "audit": audit, "definitions": app.definitions.hash() }))?;
    } else {
        let out = global.out();
        out.line(format!(
            "日志 {} 条，数据文件 {} 个（{:.1} MB）",
            report.commits,
            report.files,
            report.bytes as f64 / 1e6
        ))?;
        out.line(format!(
            "收到的原件 {} 份，密封值 {} 个，审计记录 {} 条",
            report.received, report.sealed, report.audit_records
        ))?;
        out.line(format!("定义 {}，报表契约 {}", short(app.definitions.hash()), short(&app.contracts.hash)))?;
        for line in report.notes.iter().chain(&own_definitions(&app)?).chain(&report.findings) {
            out.line(line)?;
        }
        out.line(if report.findings.is_empty() {
            "体检正常"
        } else {
            "体检发现问题，请按上面的提示处理"
        })?;
    }
    Ok(if report.findings.is_empty() { Exit::Fine } else { Exit::Finding })
}

/// A note when the folder of definitions says something else than the program: by intent, or because it is older.
fn own_definitions(app: &App) -> Result<Option<String>> {
    let (contracts, definitions) = load_definitions(&app.home, &Config::default())?;
    let same = contracts.hash == app.contracts.hash && definitions.hash() == app.definitions.hash();
    Ok((!same).then(|| {
        format!(
            "提示：定义文件夹 {} 与本程序自带的定义不同。自己改过的属正常；如系升级程序所致，可把 {} 中的 definitions 改为空，\
             改用程序自带的定义",
            app.config.definitions,
            config::FILE
        )
    }))
}

/// What is so damaged that it is not opened.
fn damaged(global: &Global, findings: &[String]) -> Result<Exit> {
    if global.json {
        global.out().json(&serde_json::json!({ "warehouse": { "findings": findings } }))?;
    } else {
        global.out().line(findings.join("\n"))?;
    }
    Ok(Exit::Finding)
}

fn short(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
}
