//! `suixin case`: handling suspicions. Lists show tokens, never names.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;
use suixin_metrics::casework::{Case as Handled, Entry, Finding};
use suixin_metrics::definitions::Severity;

use super::{Exit, Usage, unit_code};
use crate::app::App;
use crate::cli::Global;
use crate::cli::case::{Case, CaseList, CaseStep, CaseTolerance, Doer, Whitelist};
use crate::ops::casework::{self, Ask, AskEntry, AskTolerance, Filter, Line, RulePrecision, Shown};
use crate::output::say;

/// Lines that are listed without `--json`.
const SHOWN: usize = 200;

pub(super) async fn run(global: &Global, args: Case) -> Result<Exit> {
    let app = global.open().await?;
    match args {
        Case::List(args) => list(global, &app, &args).await,
        Case::Show { id } => show(global, &app, &casework::show(&app, &id).await?),
        Case::Step(args) => step(global, &app, args).await,
        Case::Actions => actions(global, &app),
        Case::Tolerance(args) => tolerance(global, &app, args).await,
        Case::Whitelist(args) => whitelist(global, &app, args).await,
        Case::Precision => precision(global, &casework::precision(&app).await?),
    }
}

async fn list(global: &Global, app: &App, args: &CaseList) -> Result<Exit> {
    let filter = Filter {
        rule: args.rule.as_ref().map(|r| r.to_ascii_uppercase()),
        unit: args.unit.as_ref().map(|u| unit_code(&app.contracts, u)).transpose()?,
        status: args.status.as_ref().map(|s| status_code(app, s)).transpose()?,
        level: args.level.clone(),
        overdue: args.overdue,
    };
    let lines = casework::list(app, &filter).await?;
    let exit = if lines.iter().any(|l| l.overdue_days > 0) { Exit::Finding } else { Exit::Fine };
    if global.json {
        global.out().json(&lines)?;
        return Ok(exit);
    }
    let rows: Vec<Vec<String>> = lines.iter().take(SHOWN).map(|l| line(app, l)).collect();
    let headers = ["编号", "规则", "名称", "等级", "单位", "金额", "首次命中", "状态", "待办", "期限", "逾期天数"];
    global.out().table(&headers, &rows, &[5, 10])?;
    if lines.len() > SHOWN {
        global.out().line(format!("……另有 {} 条，加条件或加 --json 看全部", lines.len() - SHOWN))?;
    }
    let overdue = lines.iter().filter(|l| l.overdue_days > 0).count();
    global
        .out()
        .line(format!("{} 条，其中逾期 {overdue} 条。疑点只是线索，须经核查认定；疑点多少不计分", lines.len()))?;
    Ok(exit)
}

fn line(app: &App, l: &Line) -> Vec<String> {
    let amount = l.amount.map(|a| a.to_string()).unwrap_or_default();
    let status = words(app, "hit_status", &l.status);
    // What is new and does not show any more need not be pushed.
    let status = if l.found_again || l.status != "10" { status } else { format!("{status}（最近未再命中）") };
    vec![
        l.id.clone(),
        l.rule.clone(),
        l.rule_name.clone(),
        words(app, "risk_level", &l.level),
        app.contracts.unit_name(&l.unit).to_owned(),
        amount,
        l.first_seen.map(|d| d.to_string()).unwrap_or_default(),
        status,
        l.next_step.as_deref().map(step_name).unwrap_or_default().to_owned(),
        l.due.map(|d| d.to_string()).unwrap_or_default(),
        if l.overdue_days > 0 { l.overdue_days.to_string() } else { String::new() },
    ]
}

fn words(app: &App, set: &str, code: &str) -> String {
    app.contracts.code_name(set, code).unwrap_or(code).to_owned()
}

fn step_name(code: &str) -> &str {
    const NAMES: [(&str, &str); 7] =
        [("1", "推送"), ("2", "说明"), ("3", "初核"), ("4", "复核"), ("5", "认定"), ("6", "整改"), ("7", "销号")];
    NAMES.iter().find(|(c, _)| *c == code).map_or(code, |(_, name)| name)
}

fn status_code(app: &App, given: &str) -> Result<String> {
    let set = app.contracts.code_sets.get("hit_status").map(|s| s.codes.as_slice()).unwrap_or_default();
    let known = || set.iter().map(|c| format!("{} {}", c.code, c.name)).collect::<Vec<_>>().join("、");
    let found = set.iter().find(|c| c.code == given || c.name == given).map(|c| c.code.clone());
    Ok(found.ok_or_else(|| Usage(format!("没有状态 {given}；可用的有 {}", known())))?)
}

fn show(global: &Global, app: &App, s: &Shown) -> Result<Exit> {
    if global.json {
        global.out().json(s)?;
        return Ok(Exit::Fine);
    }
    let out = global.out();
    let l = &s.line;
    out.line(format!("{} {} {}（{}级）", l.id, l.rule, l.rule_name, words(app, "risk_level", &l.level)))?;
    out.line(format!("单位 {}，对象 {} {}", app.contracts.unit_name(&l.unit), s.entity_type, s.entity))?;
    let again = if l.found_again { "最近一次筛查仍命中" } else { "最近一次筛查没有再命中" };
    out.line(format!("状态 {}，{again}", words(app, "hit_status", &l.status)))?;
    if let Some(due) = &s.due_step {
        let late = if l.overdue_days > 0 { format!("，已逾期 {} 天", l.overdue_days) } else { String::new() };
        out.line(format!("待办 {}，期限 {}{late}", step_name(&due.step), due.day))?;
    }
    let sampled =
        if s.sampled { "由市级复核" } else { "未抽中市级复核，县级可认定并报市级备案" };
    out.line(sampled)?;
    if let Some(until) = s.whitelisted_until {
        out.line(format!("在白名单内，到 {until}"))?;
    }
    if !s.corrected_by.is_empty() {
        out.line(format!("更正报表后不再命中：批次 {}", s.corrected_by.join("、")))?;
    }
    if let Some(result) = &s.tolerance {
        out.line(format!("容错认定：{}", words(app, "tol_result", result)))?;
    }
    out.table(&["序", "环节", "日期", "期限", "单位", "经办", "内容", "佐证", "状态"], &step_rows(app, s), &[])?;
    out.line("现在可办：")?;
    for (id, title, roles) in &s.can {
        let roles: Vec<String> = roles.iter().map(|r| words(app, "role", r)).collect();
        out.line(format!("  {id} {title}（{}）", roles.join("、")))?;
    }
    Ok(Exit::Fine)
}

fn step_rows(app: &App, s: &Shown) -> Vec<Vec<String>> {
    let row = |step: &casework::StepShown| {
        vec![
            step.no.to_string(),
            step_name(&step.step).to_owned(),
            step.day.to_string(),
            step.due.map(|d| d.to_string()).unwrap_or_default(),
            app.contracts.unit_name(&step.unit).to_owned(),
            step.people.join("、"),
            step.content.clone(),
            step.evidence.clone().unwrap_or_default(),
            words(app, "hit_status", &step.state),
        ]
    };
    s.steps.iter().map(row).collect()
}

async fn step(global: &Global, app: &App, args: CaseStep) -> Result<Exit> {
    let Doer { by, role } = args.doer;
    let ask = Ask {
        action: args.action,
        role,
        by,
        reason: args.reason,
        evidence: args.evidence,
        recovered: args.recovered,
        fix: args.fix,
        despite_missing: args.despite_missing,
    };
    let cases = casework::step(app, &args.ids, &ask).await?;
    if global.json {
        let one = |c: &Handled| json!({ "id": c.id, "status": c.state, "step": c.steps.last(), "due": c.due });
        global.out().json(&cases.iter().map(one).collect::<Vec<_>>())?;
        return Ok(Exit::Fine);
    }
    for case in &cases {
        let due =
            case.due.as_ref().map(|d| format!("；待办 {}，期限 {}", step_name(&d.step), d.day)).unwrap_or_default();
        global.out().line(format!("{} 现在是“{}”{due}", case.id, words(app, "hit_status", &case.state)))?;
    }
    Ok(Exit::Fine)
}

fn actions(global: &Global, app: &App) -> Result<Exit> {
    let definition = app.definitions.casework_on(app.clock.today());
    let all = definition.map(|d| d.actions.as_slice()).unwrap_or_default();
    let days = |d: &BTreeMap<Severity, u32>| {
        d.iter().rev().map(|(l, n)| format!("{}{n}", l.code())).collect::<Vec<_>>().join(" ")
    };
    let row = |a: &suixin_metrics::definitions::Action| {
        vec![
            a.id.clone(),
            a.title.clone(),
            a.from.join("、"),
            a.to.clone().unwrap_or_else(|| "不变".to_owned()),
            a.roles.iter().map(|r| words(app, "role", r)).collect::<Vec<_>>().join("、"),
            a.levels.iter().map(|l| l.code()).collect::<Vec<_>>().join(""),
            a.needs.iter().map(|n| n.title()).collect::<Vec<_>>().join("、"),
            days(&a.next_workdays),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    let headers = ["环节", "名称", "原状态", "办后状态", "角色", "等级", "须具备", "下一环节工作日"];
    if global.json {
        let named =
            |r: &Vec<String>| headers.iter().map(|h| (*h).to_owned()).zip(r.clone()).collect::<BTreeMap<_, _>>();
        global.out().json(&rows.iter().map(named).collect::<Vec<_>>())?;
    } else {
        global.out().table(&headers, &rows, &[])?;
    }
    Ok(Exit::Fine)
}

async fn tolerance(global: &Global, app: &App, args: CaseTolerance) -> Result<Exit> {
    let mut findings = BTreeMap::new();
    for (met, given) in args.met.iter().map(|g| (true, g)).chain(args.unmet.iter().map(|g| (false, g))) {
        let Some((flag, ground)) = given.split_once('=') else {
            return Err(Usage(format!("“{given}”写法不对，应为 条件=依据，如 a=先行先试方案第三条")).into());
        };
        if findings.insert(flag.trim().to_owned(), Finding { met, ground: ground.to_owned() }).is_some() {
            return Err(Usage(format!("条件 {flag} 认定了两次；每项只写一次")).into());
        }
    }
    let Doer { by, role } = args.doer;
    let bars = args.bar.into_iter().collect();
    let ask = AskTolerance { findings, bars, deduction: args.deduction, applied: args.applied, role, by };
    let decided = casework::decide(app, &args.id, &ask).await?;
    if global.json {
        global.out().json(&decided)?;
        return Ok(Exit::Fine);
    }
    for ground in &decided.grounds {
        global.out().line(ground)?;
    }
    let spared = decided.spared.map(|s| format!("，免扣 {s} 分")).unwrap_or_default();
    let until = decided.correct_by.map(|d| format!("，须在 {d} 前纠正")).unwrap_or_default();
    global.out().line(format!("认定：{}{spared}{until}", decided.verdict.title()))?;
    Ok(Exit::Fine)
}

async fn whitelist(global: &Global, app: &App, args: Whitelist) -> Result<Exit> {
    let entries = match args {
        Whitelist::List { in_force } => casework::whitelist(app, in_force).await?,
        Whitelist::End { rule, entity, reason, by, role } => {
            vec![casework::end(app, &rule, &entity, &by, &role, &reason).await?]
        }
        Whitelist::Add { case, rule, entity, from, to, reason, by, approved_by, role } => {
            let (rule, entity) = (rule.unwrap_or_default(), entity.unwrap_or_default());
            vec![casework::add(app, &AskEntry { rule, entity, case, from, to, reason, by, approved_by, role }).await?]
        }
    };
    if global.json {
        global.out().json(&entries)?;
        return Ok(Exit::Fine);
    }
    let today = app.clock.today();
    let row = |e: &Entry| {
        let state = if e.in_force(today) { "有效" } else { "无效" };
        vec![e.rule.clone(), e.entity.clone(), e.from.to_string(), e.to.to_string(), state.to_owned(), e.reason.clone()]
    };
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    global.out().table(&["规则", "对象", "起始", "截止", "现状", "理由"], &rows, &[])?;
    Ok(Exit::Fine)
}

fn precision(global: &Global, all: &[RulePrecision]) -> Result<Exit> {
    let beyond = all.iter().filter(|p| p.beyond_limit).count();
    let exit = if beyond > 0 { Exit::Finding } else { Exit::Fine };
    if global.json {
        global.out().json(&all)?;
        return Ok(exit);
    }
    let row = |p: &RulePrecision| {
        let pct = p.precision_pct.map(|d| format!("{d}%")).unwrap_or_default();
        let mark = if p.beyond_limit { "误报过多" } else { "" };
        let window = format!("{}/{}", p.window_false_alarms, p.window_concluded);
        vec![
            p.rule.clone(),
            p.quarter.clone(),
            p.concluded.to_string(),
            p.false_alarms.to_string(),
            pct,
            window,
            mark.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    global.out().table(&["规则", "季度", "办结", "误报", "准确率", "近几季误报/办结", "提示"], &rows, &[2, 3, 4, 5])?;
    if beyond > 0 {
        say("误报过多的规则由责任岗停用或修改参数，另立新版本并写明原因");
    }
    Ok(exit)
}
