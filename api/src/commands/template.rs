//! `suixin template`: empty forms to fill in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;
use suixin_ingest::period::Period;
use suixin_ingest::template::{self, Prefill, TemplateError};

use super::{Exit, Usage};
use crate::app::load_definitions;
use crate::cli::{Global, Template};
use crate::config::Config;
use crate::ops::ledger;
use crate::output::say;

pub(super) async fn run(global: &Global, args: &Template) -> Result<Exit> {
    let home = global.home();
    let (contracts, _) = load_definitions(&home, &Config::read(&home)?)?;
    let period: Period = args
        .period
        .parse()
        .map_err(|_| Usage(format!("报表期 {} 写法不对，应为 202503、2025Q1、2025H1 或 2025", args.period)))?;
    let prefill = if args.goes_on { open_rows(global, args, period).await? } else { Prefill::new() };
    let books = match &args.form {
        Some(form) => {
            let form = form.to_ascii_uppercase();
            let bytes = template::write(&contracts, &form, &args.unit, period, &prefill).map_err(asked)?;
            BTreeMap::from([(format!("{form}_{}_{period}.xlsx", args.unit), bytes)])
        }
        None => template::pack(&contracts, &args.unit, period, &prefill).map_err(asked)?,
    };
    let written = write(&args.out, books)?;
    let rows: usize = prefill.values().map(Vec::len).sum();
    if global.json {
        global.out().json(&json!({ "files": written, "open_rows": rows }))?;
    } else {
        written.iter().try_for_each(|path| global.out().line(path.display().to_string()))?;
        let listed = if args.goes_on { format!("，列入未办结的 {rows} 行") } else { String::new() };
        say(format!("写出 {} 份空表{listed}；灰色示例行不会被取数，填好后用 suixin ingest 接收", written.len()));
    }
    Ok(Exit::Fine)
}

/// What earlier returns left open, for a unit given by name or code.
async fn open_rows(global: &Global, args: &Template, period: Period) -> Result<Prefill> {
    let app = global.open().await?;
    let unit = template::unit_code(&app.contracts, &args.unit).map_err(asked)?;
    ledger::open_rows(&app, args.form.as_deref(), &unit, period, args.purpose.as_deref()).await
}

/// What was asked for and is not there is the caller's fault.
fn asked(error: TemplateError) -> anyhow::Error {
    if error.is_request() { Usage(error.to_string()).into() } else { error.into() }
}

/// A file that is there already is left alone: somebody may have filled it in.
fn write(dir: &Path, books: BTreeMap<String, Vec<u8>>) -> Result<Vec<PathBuf>> {
    let paths: Vec<PathBuf> = books.keys().map(|name| dir.join(name)).collect();
    if let Some(there) = paths.iter().find(|p| p.exists()) {
        return Err(Usage(format!("{} 已经存在，没有覆盖；请用 --out 另指一个文件夹", there.display())).into());
    }
    for (path, bytes) in paths.iter().zip(books.values()) {
        let failed = || format!("{} 写不了", path.display());
        std::fs::create_dir_all(path.parent().unwrap_or(dir)).with_context(failed)?;
        std::fs::write(path, bytes).with_context(failed)?;
    }
    Ok(paths)
}
