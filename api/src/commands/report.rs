//! `suixin report`: prints and verifies packs.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::json;
use suixin_reports::{Outline, Output};

use super::Exit;
use crate::cli::{Diff, Global, Medium, Render, Report, Verify};
use crate::ops::editions::{self, Arrived};
use crate::ops::pack::{self, Made, Wanted};
use crate::output::say;
use crate::progress::Stages;

/// Differences listed on the screen.
const SHOWN: usize = 40;

pub(super) async fn run(global: &Global, args: Report) -> Result<Exit> {
    match args {
        Report::List => list(global).await,
        Report::Render(args) => render(global, &args).await,
        Report::Verify(args) => verify(global, &args).await,
        Report::Diff(args) => diff(global, &args).await,
    }
}

async fn render(global: &Global, args: &Render) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let stages = Stages::new();
    let tell = |stage: &str, done: u64, total: u64| stages.tell(stage, done, total);
    let (out, outputs) = (args.out.as_deref(), outputs(&args.format));
    let made = match &args.product {
        None => vec![pack::render_as(&app, year, out, &outputs, &tell).await?],
        Some(product) => {
            let wanted = Wanted { product, subject: args.subject.as_deref(), outputs: &outputs };
            pack::render_product(&app, year, wanted, out, &tell).await?
        }
    };
    stages.finish();
    if global.json {
        let copies: Vec<_> = made.iter().map(as_json).collect();
        global.out().json(&json!({ "copies": copies }))?;
        return Ok(Exit::Fine);
    }
    made.iter().try_for_each(|m| tell_made(global, m))?;
    Ok(Exit::Fine)
}

fn as_json(made: &Made) -> serde_json::Value {
    let m = &made.manifest;
    json!({ "product": m.product, "subject": m.subject, "dir": made.dir, "files": made.files,
        "figures": m.figures.len(), "formats": m.outputs, "level": m.level, "snapshot": m.snapshot, "warnings": m.warnings })
}

/// The products with what is needed to print them.
async fn list(global: &Global) -> Result<Exit> {
    let app = global.open().await?;
    let products = pack::products(&app)?;
    if global.json {
        let one = |o: &Outline| json!({ "id": o.id, "name": o.name, "level": o.level, "each": o.each });
        global.out().json(&products.iter().map(one).collect::<Vec<_>>())?;
        return Ok(Exit::Fine);
    }
    let row = |o: &Outline| {
        let copies = if o.each.is_some() { "每个对象一份" } else { "一份" };
        vec![o.id.clone(), o.name.clone(), format!("{:?}", o.level), copies.to_owned()]
    };
    let rows: Vec<Vec<String>> = products.iter().map(row).collect();
    global.out().table(&["编号", "产品", "分级", "份数"], &rows, &[])?;
    global.out().line("印制：suixin report render --product 编号 [--subject 对象]；不写 --product 印联席会议材料")?;
    Ok(Exit::Fine)
}

fn tell_made(global: &Global, made: &Made) -> Result<()> {
    made.manifest.warnings.iter().for_each(|w| say(format!("提醒：{w}")));
    for file in &made.files {
        global.out().line(made.dir.join(file).display().to_string())?;
    }
    let charts = made.manifest.documents.iter().filter(|d| d.path.ends_with(".svg")).count();
    global.out().line(format!(
        "印制完成：{} 个数字，{charts} 幅图，快照 {}",
        made.manifest.figures.len(),
        made.manifest.snapshot
    ))
}

/// The formats asked for; all if none is.
fn outputs(asked: &[Medium]) -> BTreeSet<Output> {
    let output = |medium: &Medium| match medium {
        Medium::Pdf => Output::Pdf,
        Medium::Docx => Output::Docx,
        Medium::Html => Output::Html,
        Medium::Pptx => Output::Pptx,
        Medium::Xlsx => Output::Xlsx,
        Medium::Charts => Output::Charts,
    };
    if asked.is_empty() { Output::all() } else { asked.iter().map(output).collect() }
}

/// What a restated document says otherwise than the first, and why.
async fn diff(global: &Global, args: &Diff) -> Result<Exit> {
    let app = global.open().await?;
    let found = editions::compare(&app, &args.before, &args.after).await?;
    let exit = if found.restatement.figures.is_empty() { Exit::Fine } else { Exit::Finding };
    let out = global.out();
    if global.json {
        out.json(&found)?;
        return Ok(exit);
    }
    let [before, after] = &found.snapshots;
    out.line(format!("原版快照 {before}，新版快照 {after}"))?;
    let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "（没有印）".to_owned());
    let moved: Vec<Vec<String>> =
        found.restatement.figures.iter().map(|m| vec![m.id.clone(), text(&m.before), text(&m.after)]).collect();
    out.line(format!("\n数字不同的 {} 处", moved.len()))?;
    listed(global, &["编号", "原版", "新版"], &moved)?;
    let row = |a: &Arrived| {
        let which = if a.revision == "0" { "首次报送".to_owned() } else { format!("第{}次更正", a.revision) };
        vec![a.unit.clone(), a.period.clone(), a.form.clone(), which, a.received.clone(), a.file.clone()]
    };
    let arrived: Vec<Vec<String>> = found.returns.iter().map(row).collect();
    out.line(format!("\n两版之间收到的报表 {} 份", arrived.len()))?;
    listed(global, &["单位", "报表期", "报表", "情况", "收到时间", "文件"], &arrived)?;
    if !found.restatement.definitions.is_empty() {
        out.line(format!("\n口径不同的数据集：{}", found.restatement.definitions.join("、")))?;
    }
    for (differs, what) in [(found.restatement.outline, "提纲"), (found.restatement.program, "程序版本")] {
        if differs {
            out.line(format!("{what}不同"))?;
        }
    }
    Ok(exit)
}

/// As many rows as fit a screen, and how many more there are.
fn listed(global: &Global, headers: &[&str], rows: &[Vec<String>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    global.out().table(headers, &rows[..rows.len().min(SHOWN)], &[])?;
    if rows.len() > SHOWN {
        global.out().line(format!("……另有 {} 条，加 --json 看全部", rows.len() - SHOWN))?;
    }
    Ok(())
}

async fn verify(global: &Global, args: &Verify) -> Result<Exit> {
    let app = global.open().await?;
    let stages = Stages::new();
    let found = pack::verify(&app, &args.dir, &|stage, done, total| stages.tell(stage, done, total)).await?;
    stages.finish();
    if global.json {
        global.out().json(&json!({ "same": found.is_empty(), "differences": found }))?;
    } else if found.is_empty() {
        global.out().line("核验一致：文件未被改动，数字重算相同")?;
    } else {
        for line in found.iter().take(SHOWN) {
            global.out().line(line)?;
        }
        global.out().line(format!("核验不一致：{} 处", found.len()))?;
    }
    Ok(if found.is_empty() { Exit::Fine } else { Exit::Finding })
}
