//! `suixin ingest`: takes returns in and lists what is wrong with them.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;
use suixin_ingest::checked::{Issue, Level};

use super::Exit;
use crate::cli::{self, Global};
use crate::ops::intake::{self, Intake, Outcome};
use crate::output::say;
use crate::progress::Stages;

/// Mistakes listed on the screen; all of them stand in the warehouse.
const SHOWN: usize = 200;

pub(super) async fn run(global: &Global, args: cli::Ingest) -> Result<Exit> {
    let app = global.open().await?;
    let stages = Stages::new();
    let tell = |stage: &str, done, total| stages.tell(stage, done, total);
    let intake = Intake { paths: args.paths, only: None, received: args.received, expected: args.expected };
    if args.dry_run {
        let files = intake::check(&app, &intake, &tell)?;
        stages.finish();
        let issues: Vec<Issue> = files
            .iter()
            .flat_map(|f| f.issues.iter().chain(f.tables.iter().flat_map(|t| &t.issues)))
            .cloned()
            .collect();
        return dry_run(global, files.len(), &issues, args.warnings);
    }
    let outcome = intake::run(&app, &intake, &tell).await?;
    stages.finish();
    report(global, &outcome, args.warnings)?;
    Ok(if outcome.errors() > 0 { Exit::Finding } else { Exit::Fine })
}

fn dry_run(global: &Global, files: usize, issues: &[Issue], warnings: bool) -> Result<Exit> {
    let errors = issues.iter().filter(|i| i.level == Level::Error).count();
    if global.json {
        global.out().json(&json!({ "dry_run": true, "files": files, "errors": errors, "issues": issues }))?;
    } else {
        list(global, issues.iter().filter(|i| warnings || i.level == Level::Error))?;
        global
            .out()
            .line(format!("试校验 {files} 个文件：错误 {errors} 处，警告 {} 处；没有入库", issues.len() - errors))?;
    }
    Ok(if errors > 0 { Exit::Finding } else { Exit::Fine })
}

fn report(global: &Global, outcome: &Outcome, warnings: bool) -> Result<()> {
    let landing = &outcome.landing;
    let tables = landing.files.iter().flat_map(|f| &f.tables);
    let (accepted, rejected) = tables.fold((0, 0), |(a, r), t| (a + t.accepted, r + t.rejected));
    let duplicates = landing.files.iter().filter(|f| f.duplicate_of.is_some()).count();
    let refused = landing.files.iter().filter(|f| f.refused).count();
    if global.json {
        return global.out().json(&json!({
            "files": outcome.files, "duplicates": duplicates, "refused": refused, "accepted_rows": accepted,
            "rejected_rows": rejected, "snapshot": landing.snapshot.to_string(), "changed": landing.changed,
            "issues": landing.issues,
        }));
    }
    list(global, landing.issues.iter().filter(|i| warnings || i.level == Level::Error))?;
    let errors = outcome.errors();
    let warned = landing.issues.len() - errors;
    global.out().line(format!(
        "接收 {} 个文件（重复 {duplicates}，整份退回 {refused}）：入库 {accepted} 行，退回 {rejected} 行；错误 {errors} 处，警告 {warned} 处",
        outcome.files
    ))?;
    let state = if landing.changed { "仓库已更新" } else { "没有新的内容，仓库保持原样" };
    global.out().line(format!("{state}，快照 {}", landing.snapshot))?;
    if errors > 0 {
        by_code(&landing.issues);
    }
    Ok(())
}

fn list<'a>(global: &Global, issues: impl Iterator<Item = &'a Issue>) -> Result<()> {
    let all: Vec<&Issue> = issues.collect();
    for issue in all.iter().take(SHOWN) {
        global.out().line(line(issue))?;
    }
    if all.len() > SHOWN {
        global.out().line(format!("……另有 {} 处，全部见表 dq_issue，或加 --json 输出", all.len() - SHOWN))?;
    }
    Ok(())
}

/// “202503/船山区/月报.xlsx [需求清单] D17 登记日期：日期无法识别（近期）。请按…填写 [DQ015 错误]”
fn line(issue: &Issue) -> String {
    let mut place = issue.file.clone();
    if !issue.sheet.is_empty() {
        place += &format!(" [{}]", issue.sheet);
    }
    match (&issue.cell, issue.row) {
        (Some(cell), _) => place += &format!(" {cell}"),
        (None, Some(row)) => place += &format!(" 第{row}行"),
        (None, None) => {}
    }
    if let Some(header) = &issue.header {
        place += &format!(" {header}");
    }
    let raw = issue.raw_masked.as_ref().map_or_else(String::new, |raw| format!("（{raw}）"));
    let level = if issue.level == Level::Error { "错误" } else { "警告" };
    format!("{place}：{}{raw}。{} [{} {level}]", issue.message, issue.remedy, issue.code)
}

fn by_code(issues: &[Issue]) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for issue in issues.iter().filter(|i| i.level == Level::Error) {
        *counts.entry(&issue.code).or_default() += 1;
    }
    let text: Vec<String> = counts.iter().map(|(code, n)| format!("{code} {n}处")).collect();
    say(format!("错误按规则：{}", text.join("，")));
}
