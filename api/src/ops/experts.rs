//! Marks of experts: who judged whom although related. Identity numbers of a roster become tokens at once and are kept
//! nowhere.

use std::path::Path;

use anyhow::{Context, Result};
use suixin_ingest::contract::VaultKind;
use suixin_metrics::experts::{Experts, Roster, experts};

use crate::app::App;
use crate::commands::Usage;
use crate::ops::basis;

/// Headers of a roster: number of the judge, identity number.
const HEADERS: [[&str; 3]; 2] = [["评委编号", "专家编号", "judge_id"], ["身份证号", "证件号码", "id_number"]];

/// Looks at the marks of a year.
///
/// # Errors
/// When the roster cannot be read or lacks a column; when the warehouse cannot be read.
pub async fn run(app: &App, year: i32, roster: Option<&Path>) -> Result<Experts> {
    let roster = roster.map(|path| read_roster(app, path)).transpose()?.unwrap_or_default();
    let snapshot = app.warehouse.snapshot().await?;
    let as_of = basis::as_of(&snapshot, app.clock, year).await?;
    Ok(experts(&snapshot, &app.definitions, year, as_of, &roster).await?)
}

fn read_roster(app: &App, path: &Path) -> Result<Roster> {
    let bad = |line: u64, why: &str| Usage(format!("评委名册 {} 第 {line} 行：{why}", path.display()));
    let bytes = std::fs::read(path).with_context(|| format!("评委名册 {} 读不了", path.display()))?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headers = reader.headers().map_err(|_| bad(1, "不是 UTF-8 的 CSV；请另存为 CSV UTF-8"))?.clone();
    let at = |names: &[&str; 3]| {
        let is_it = |h: &str| names.contains(&h.trim_start_matches('\u{feff}').trim());
        headers.iter().position(is_it).ok_or_else(|| bad(1, &format!("缺少“{}”一列", names[0])))
    };
    let [number, identity] = HEADERS.each_ref().map(at);
    let (number, identity) = (number?, identity?);
    let mut roster = Roster::new();
    for (line, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|_| bad(line, "列数与表头不同，或不是 UTF-8"))?;
        let cell = |i: usize| record.get(i).unwrap_or_default().trim();
        let (judge, id) = (cell(number).to_owned(), cell(identity).to_ascii_uppercase());
        if judge.is_empty() || id.len() != 18 {
            return Err(bad(line, "应有评委编号和18位身份证号").into());
        }
        roster.insert(judge, app.warehouse.token(VaultKind::Id, &id));
    }
    Ok(roster)
}
