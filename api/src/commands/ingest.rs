//! `suixin ingest`: takes returns in and lists what is wrong with them.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;
use suixin_ingest::checked::{Issue, Level};
use suixin_ingest::contract::Contracts;

use super::Exit;
use crate::cli::{self, Global};
use crate::ops::annotate;
use crate::ops::intake::{self, Intake, Outcome};
use crate::ops::rehearse::{self, Effect};
use crate::output::say;
use crate::progress::Stages;

/// Mistakes listed on the screen; all of them stand in the warehouse.
const SHOWN: usize = 200;
/// The code of a copy of a file received before: nothing has to be mended.
const COPY: &str = "DQ001";
/// Restated tables listed on the screen.
const SHOWN_RESTATED: usize = 20;

pub(super) async fn run(global: &Global, args: cli::Ingest) -> Result<Exit> {
    let app = global.open().await?;
    let stages = Stages::new();
    let tell = |stage: &str, done, total| stages.tell(stage, done, total);
    let intake = Intake { paths: args.paths, only: None, received: args.received, expected: args.expected };
    if args.dry_run {
        let effect = rehearse::run(&app, &intake, &tell).await?;
        stages.finish();
        return dry_run(global, &effect, args.warnings);
    }
    let outcome = intake::run(&app, &intake, &tell).await?;
    stages.finish();
    // Before anything is printed: whoever reads may close the pipe at any line.
    let annotated = args.annotate.as_ref().map(|dir| annotate::write(&outcome, dir)).transpose()?;
    report(global, &app.contracts, &outcome, args.warnings)?;
    if let (Some(written), Some(dir)) = (annotated, &args.annotate) {
        say(format!("写出退回件 {written} 份，在 {}", dir.display()));
    }
    Ok(exit_of(&outcome))
}

/// A copy of what was received before is nothing to mend.
fn exit_of(outcome: &Outcome) -> Exit {
    if outcome.issues(Level::Error).any(|i| i.code != COPY) { Exit::Finding } else { Exit::Fine }
}

fn dry_run(global: &Global, effect: &Effect, warnings: bool) -> Result<Exit> {
    let (outcome, out) = (&effect.outcome, global.out());
    let (errors, issues) = (outcome.errors(), &outcome.landing.issues);
    let exit = exit_of(outcome);
    if global.json {
        out.json(&json!({
            "dry_run": true, "files": outcome.files, "errors": errors, "issues": issues, "tables": effect.tables,
            "years": effect.years, "scores": effect.scores,
        }))?;
        return Ok(exit);
    }
    list(global, issues.iter().filter(|i| warnings || i.level == Level::Error))?;
    out.line(format!(
        "试运行 {} 个文件：错误 {errors} 处，警告 {} 处；仓库没有改动",
        outcome.files,
        issues.len() - errors
    ))?;
    if effect.tables.is_empty() {
        out.line("接收这些文件，各表数据都不会变")?;
        return Ok(exit);
    }
    let rows: Vec<Vec<String>> = effect
        .tables
        .iter()
        .map(|t| {
            [t.title.clone(), t.table.clone()]
                .into_iter()
                .chain([t.before, t.after, t.replaced].map(|n| n.to_string()))
                .collect()
        })
        .collect();
    out.line("\n接收后各表的变化")?;
    out.table(&["表", "表名", "现有行", "接收后", "被替换"], &rows, &[2, 3, 4])?;
    scores(global, effect)?;
    Ok(exit)
}

/// The scores that would move; those of whole subjects first of all.
fn scores(global: &Global, effect: &Effect) -> Result<()> {
    let out = global.out();
    if effect.years.is_empty() {
        return out.line("还没有计算过得分，不比较得分的变动");
    }
    if effect.scores.is_empty() {
        return out.line("得分和名次都不会变");
    }
    let rank = |r: Option<usize>| r.map_or_else(String::new, |r| r.to_string());
    let totals_first = effect.scores.iter().filter(|m| m.indicator == "TOTAL");
    let rows: Vec<Vec<String>> = totals_first
        .chain(effect.scores.iter().filter(|m| m.indicator != "TOTAL"))
        .take(SHOWN)
        .map(|m| {
            let what = if m.indicator == "TOTAL" { "总分".to_owned() } else { m.indicator.clone() };
            let (year, scheme) = (m.year.to_string(), m.scheme.clone());
            let ranks = [rank(m.rank_before), rank(m.rank_after)];
            [year, scheme, m.name.clone(), what, m.before.clone(), m.after.clone()].into_iter().chain(ranks).collect()
        })
        .collect();
    out.line("\n得分的变动")?;
    out.table(&["年度", "方案", "对象", "指标", "现得分", "接收后", "现名次", "接收后名次"], &rows, &[4, 5, 6, 7])?;
    if effect.scores.len() > SHOWN {
        out.line(format!("……另有 {} 项，加 --json 看全部", effect.scores.len() - SHOWN))?;
    }
    Ok(())
}

fn report(global: &Global, contracts: &Contracts, outcome: &Outcome, warnings: bool) -> Result<()> {
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
    let copies = |i: &&Issue| i.code == COPY;
    list(global, landing.issues.iter().filter(|i| (warnings || i.level == Level::Error) && !copies(i)))?;
    if duplicates > 0 {
        global.out().line(format!(
            "{duplicates} 个文件与已收到的完全相同，没有再计；误发的不必处理，要更正的请改好后注明“更正”再报"
        ))?;
    }
    let errors = outcome.errors();
    let warned = landing.issues.len() - errors;
    global.out().line(format!(
        "接收 {} 个文件（重复 {duplicates}，整份退回 {refused}）：入库 {accepted} 行，退回 {rejected} 行；错误 {errors} 处，警告 {warned} 处",
        outcome.files
    ))?;
    restated(global, contracts, landing)?;
    let state = if landing.changed { "仓库已更新" } else { "没有新的内容，仓库保持原样" };
    global.out().line(format!("{state}，快照 {}", landing.snapshot))?;
    if errors > 0 {
        by_code(&landing.issues);
    }
    Ok(())
}

/// Tables that replace an earlier version, whether the sender said so or not.
fn restated(global: &Global, contracts: &Contracts, landing: &suixin_warehouse::Landing) -> Result<()> {
    let tables = landing.files.iter().flat_map(|f| f.tables.iter().map(move |t| (f, t)));
    let again: Vec<_> = tables.filter(|(_, t)| t.revision > 0 && !t.returned).collect();
    for (file, t) in again.iter().take(SHOWN_RESTATED) {
        global.out().line(format!(
            "{}：{} {} 的“{}”第 {} 次更正，替换以前报的，新表里没有的行视为撤销",
            file.file,
            contracts.unit_name(&t.unit),
            t.period,
            contracts.table(&t.table).map_or(t.table.as_str(), |known| &known.title),
            t.revision
        ))?;
    }
    if again.len() > SHOWN_RESTATED {
        global.out().line(format!("……共更正 {} 张表", again.len()))?;
    }
    Ok(())
}

fn list<'a>(global: &Global, issues: impl Iterator<Item = &'a Issue>) -> Result<()> {
    let all: Vec<&Issue> = issues.collect();
    for issue in all.iter().take(SHOWN) {
        global.out().line(line(issue))?;
    }
    if all.len() > SHOWN {
        global.out().line(format!("……另有 {} 处，加 --json 输出全部", all.len() - SHOWN))?;
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
    let raw = issue.raw_masked.as_ref().filter(|raw| !issue.message.contains(*raw));
    let raw = raw.map_or_else(String::new, |raw| format!("（{raw}）"));
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
