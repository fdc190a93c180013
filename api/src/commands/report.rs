//! `suixin report`: prints and verifies packs.

use std::collections::BTreeSet;

use anyhow::Result;
use serde_json::json;
use suixin_reports::Output;

use super::Exit;
use crate::cli::{Global, Medium, Render, Report, Verify};
use crate::ops::pack;
use crate::output::say;
use crate::progress::Stages;

/// Differences listed on the screen.
const SHOWN: usize = 40;

pub(super) async fn run(global: &Global, args: Report) -> Result<Exit> {
    match args {
        Report::Render(args) => render(global, &args).await,
        Report::Verify(args) => verify(global, &args).await,
    }
}

async fn render(global: &Global, args: &Render) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let stages = Stages::new();
    let outputs = outputs(&args.format);
    let tell = |stage: &str, done, total| stages.tell(stage, done, total);
    let made = pack::render_as(&app, year, args.out.as_deref(), &outputs, &tell).await?;
    stages.finish();
    if global.json {
        global.out().json(&json!({ "dir": made.dir, "files": made.files, "figures": made.manifest.figures.len(),
            "formats": made.manifest.outputs, "level": made.manifest.level, "snapshot": made.manifest.snapshot, "warnings": made.manifest.warnings }))?;
        return Ok(Exit::Fine);
    }
    made.manifest.warnings.iter().for_each(|w| say(format!("提醒：{w}")));
    for file in &made.files {
        global.out().line(made.dir.join(file).display().to_string())?;
    }
    let charts = made.manifest.documents.iter().filter(|d| d.path.ends_with(".svg")).count();
    global.out().line(format!(
        "印制完成：{} 个数字，{charts} 幅图，快照 {}",
        made.manifest.figures.len(),
        made.manifest.snapshot
    ))?;
    Ok(Exit::Fine)
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
