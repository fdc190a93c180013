//! `suixin pull`: fetches returns from the configured sources into the inbox, or shows what would be fetched.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Exit, Usage};
use crate::app::App;
use crate::cli::{self, Global};
use crate::ops::pull::{self, Tried};
use crate::output::say;
use crate::sources::{self, Desk, Inspected, Outcome, Pulled, Source};

/// Slots listed on the screen for a source.
const SHOWN: usize = 100;

pub(super) async fn run(global: &Global, args: &cli::Pull) -> Result<Exit> {
    let app = global.open().await?;
    let all = pull::configured(&app)?;
    let wanted = wanted(&all, &args.names)?;
    let desk = pull::desk(&app, &all);
    if args.check {
        return check(global, &app, &desk, &wanted, args.full).await;
    }
    let tried = pull::run(&app, &desk, &wanted, args.full).await;
    if global.json {
        global.out().json(&json!({ "sources": tried.iter().map(as_json).collect::<Vec<_>>() }))?;
    } else {
        tried.iter().try_for_each(|t| report(global, &app, t))?;
        next_step(&app, &desk, &tried);
    }
    Ok(if tried.iter().all(|t| t.result.is_ok()) { Exit::Fine } else { Exit::Finding })
}

fn wanted<'s>(all: &'s [Source], names: &[String]) -> Result<Vec<&'s Source>> {
    let known = || all.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join("、");
    if all.is_empty() {
        return Err(Usage("suixin.toml 里没有来源；请按使用手册写 [[source]]".to_owned()).into());
    }
    if let Some(name) = names.iter().find(|n| all.iter().all(|s| s.name != **n)) {
        return Err(Usage(format!("没有来源“{name}”；已配置的来源：{}", known())).into());
    }
    Ok(all.iter().filter(|s| names.is_empty() || names.contains(&s.name)).collect())
}

fn as_json(tried: &Tried) -> Value {
    match &tried.result {
        Ok(pulled) => json!(pulled),
        Err(e) => json!({ "source": tried.source, "error": e.what, "remedy": e.remedy }),
    }
}

fn report(global: &Global, app: &App, tried: &Tried) -> Result<()> {
    let out = global.out();
    let pulled = match &tried.result {
        Ok(pulled) => pulled,
        Err(e) => return out.line(format!("来源 {} 失败：{}。{}", tried.source, e.what, e.remedy)),
    };
    let rows: Vec<Vec<String>> = pulled
        .slots
        .iter()
        .filter(|s| s.outcome == Outcome::Placed)
        .take(SHOWN)
        .map(|s| {
            vec![
                app.contracts.unit_name(&s.unit).to_owned(),
                s.period.clone(),
                s.rows.to_string(),
                s.version.to_string(),
            ]
        })
        .collect();
    out.line(summary(app, pulled))?;
    if rows.is_empty() { Ok(()) } else { out.table(&["单位", "报表期", "行数", "版次"], &rows, &[2, 3]) }
}

fn summary(app: &App, pulled: &Pulled) -> String {
    let title = app.contracts.table(&pulled.target).map_or(pulled.target.as_str(), |t| &t.title);
    let (all, placed) = (pulled.slots.len(), pulled.placed());
    let how = if pulled.full { "全部" } else { "有变动的" };
    format!(
        "来源 {}（{title}）：取{how} {all} 份，放入收件文件夹 {placed} 份，没有变化 {} 份",
        pulled.source,
        all - placed
    )
}

fn next_step(app: &App, desk: &Desk, tried: &[Tried]) {
    if tried.iter().any(|t| t.result.as_ref().is_ok_and(|p| p.placed() > 0)) {
        let (inbox, home) = (desk.inbox.display(), app.home.display());
        say(format!("下一步：suixin ingest {inbox} --home {home}（网页服务会按计划接收）"));
    }
}

async fn check(global: &Global, app: &App, desk: &Desk, wanted: &[&Source], full: bool) -> Result<Exit> {
    let (mut found, mut exit) = (Vec::new(), Exit::Fine);
    for source in wanted {
        match sources::inspect(source, desk, full).await {
            Ok(inspected) if global.json => found.push(json!(inspected)),
            Ok(inspected) => show(global, app, &inspected)?,
            Err(e) => {
                exit = Exit::Finding;
                found.push(json!({ "source": source.name, "error": e.what, "remedy": e.remedy }));
                if !global.json {
                    global.out().line(format!("来源 {} 失败：{}。{}", source.name, e.what, e.remedy))?;
                }
            }
        }
    }
    if global.json {
        global.out().json(&json!({ "check": true, "sources": found }))?;
    }
    Ok(exit)
}

fn show(global: &Global, app: &App, found: &Inspected) -> Result<()> {
    let out = global.out();
    out.line(format!("来源 {} 连接正常，没有写任何文件", found.source))?;
    let columns: Vec<Vec<String>> =
        found.columns.iter().map(|(from, kind, to)| vec![from.clone(), kind.clone(), to.clone()]).collect();
    out.table(&["来源列", "类型", "报表栏"], &columns, &[])?;
    if !found.left_over.is_empty() {
        out.line(format!("不取的列：{}", found.left_over.join("、")))?;
    }
    let slot = |(unit, period, rows): &(String, String, u64)| {
        vec![app.contracts.unit_name(unit).to_owned(), period.clone(), rows.to_string()]
    };
    let slots: Vec<Vec<String>> = found.slots.iter().take(SHOWN).map(slot).collect();
    let how = match &found.since {
        None => "将取全部".to_owned(),
        Some(since) => format!("自 {since} 起有变动、将整份重取"),
    };
    out.line(format!("{how} {} 份", found.slots.len()))?;
    if slots.is_empty() { Ok(()) } else { out.table(&["单位", "报表期", "行数"], &slots, &[2]) }
}
