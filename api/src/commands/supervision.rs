//! `suixin supervision`: how the units supervise.

use anyhow::Result;
use suixin_ingest::period::Period;

use super::{Exit, Usage, unit_code};
use crate::app::App;
use crate::cli::Global;
use crate::cli::supervision::{Supervision, SupervisionStatus};
use crate::ops::supervision::{self, FindingLine, Round, Supervised, Went};

pub(super) async fn run(global: &Global, args: &Supervision) -> Result<Exit> {
    let Supervision::Status(args) = args;
    let app = global.open().await?;
    let SupervisionStatus { period, unit } = args;
    let period = period_of(period)?;
    let unit = unit.as_ref().map(|u| unit_code(&app.contracts, u)).transpose()?;
    let found = supervision::status(&app, period, unit.as_deref()).await?;
    if global.json {
        global.out().json(&found)?;
    } else {
        print(global, &app, &found)?;
    }
    let fine = found.rounds.iter().all(|r| !matches!(r.went, Went::Late | Went::Missing))
        && found.findings.iter().all(|f| f.overdue_days == 0)
        && found.zero_issue.is_empty();
    Ok(if fine { Exit::Fine } else { Exit::Finding })
}

/// `2025`, `2025-Q1` or `2025-03`, with or without the dash.
fn period_of(given: &str) -> Result<Period> {
    let wrong = || Usage(format!("期间 {given} 写法不对，应为 2025、2025-Q1 或 2025-03"));
    Ok(given.replace('-', "").to_ascii_uppercase().parse().map_err(|_| wrong())?)
}

fn print(global: &Global, app: &App, found: &Supervised) -> Result<()> {
    let out = global.out();
    if found.rounds.is_empty() {
        return out.line("这一期间没有应开展的督导；应报清单由 suixin ingest 按工作日历生成");
    }
    let rows: Vec<Vec<String>> = found.rounds.iter().map(|r| round(app, r)).collect();
    let headers = ["单位", "期间", "录入期限", "次数", "情况", "不足2人", "5日后录入", "发现问题", "台账问题"];
    out.table(&headers, &rows, &[3, 5, 6, 7, 8])?;
    let number = |went: Went| found.rounds.iter().filter(|r| r.went == went).count();
    out.line(format!(
        "应开展 {}，已开展 {}，迟 {}，缺 {}，未到期 {}",
        found.rounds.len() - number(Went::Exempt),
        number(Went::Done),
        number(Went::Late),
        number(Went::Missing),
        number(Went::NotDue)
    ))?;
    findings(global, app, found)?;
    for unit in &found.zero_issue {
        let name = app.contracts.unit_name(unit);
        out.line(format!("零问题预警：{name} 最近六个月的月督导没有发现一个问题，请市级抽查"))?;
    }
    Ok(())
}

fn round(app: &App, r: &Round) -> Vec<String> {
    vec![
        app.contracts.unit_name(&r.unit).to_owned(),
        r.period.clone(),
        r.due.map(|d| d.to_string()).unwrap_or_default(),
        r.held.to_string(),
        r.went.title().to_owned(),
        r.one_inspector.to_string(),
        r.entered_late.to_string(),
        r.issues.to_string(),
        r.issues_listed.map(|n| n.to_string()).unwrap_or_default(),
    ]
}

/// Findings that are not closed, and those that came back.
fn findings(global: &Global, app: &App, found: &Supervised) -> Result<()> {
    let out = global.out();
    let wanted = |f: &&FindingLine| !f.state.starts_with("closed") || f.repeated || f.repeat_of.is_some();
    let listed: Vec<&FindingLine> = found.findings.iter().filter(wanted).collect();
    let overdue = listed.iter().filter(|f| f.overdue_days > 0).count();
    let repeated = found.findings.iter().filter(|f| f.repeated || f.repeat_of.is_some()).count();
    if !listed.is_empty() {
        let rows: Vec<Vec<String>> = listed.iter().map(|f| finding(app, f)).collect();
        out.table(&["编号", "单位", "程度", "问题", "发现", "整改时限", "情况", "重复"], &rows, &[])?;
    }
    out.line(format!("问题 {} 个，逾期未改 {overdue} 个，重复 {repeated} 个", found.findings.len()))
}

fn finding(app: &App, f: &FindingLine) -> Vec<String> {
    let state = match f.state.as_str() {
        "open" => "整改中".to_owned(),
        "overdue" => format!("逾期未改 {} 天", f.overdue_days),
        "rectified" => "待验收".to_owned(),
        "rectified_late" => "待验收（逾期整改）".to_owned(),
        "closed_late" => "已销号（逾期整改）".to_owned(),
        _ => "已销号".to_owned(),
    };
    let repeat = match (&f.repeat_of, f.repeated) {
        (Some(before), true) => format!("是，同 {before}"),
        (Some(before), false) => format!("未报重复，与 {before} 相同"),
        (None, true) => "是".to_owned(),
        (None, false) => String::new(),
    };
    let date = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    vec![
        f.issue.clone(),
        app.contracts.unit_name(&f.unit).to_owned(),
        app.contracts.code_name("severity", &f.severity).unwrap_or(&f.severity).to_owned(),
        f.description.clone(),
        date(f.found),
        date(f.due),
        state,
        repeat,
    ]
}
