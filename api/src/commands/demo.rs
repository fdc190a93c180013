//! `suixin demo`: a synthetic year through the whole product, in a folder of its own, made anew each time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::NaiveDate;
use suixin_ingest::contract::Contracts;
use suixin_ingest::generate::{self, Plan};
use suixin_warehouse::Warehouse;

use super::{Exit, Usage, score, status};
use crate::app::App;
use crate::cli::{Demo, Global, Scheme};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::ops::intake::{self, Intake, Outcome};
use crate::ops::{evaluate, pack, returns};
use crate::output::say;
use crate::progress::Stages;

/// Lies in a folder that a demo may remove.
const MARKER: &str = ".suixin-demo";
/// The year of the demo.
const YEAR: i32 = 2025;

pub(super) async fn run(global: &Global, args: &Demo) -> Result<Exit> {
    let home = global.home.clone().unwrap_or_else(|| PathBuf::from("suixin-demo"));
    let today = global.as_of.or_else(|| NaiveDate::from_ymd_opt(YEAR + 1, 1, 15)).unwrap_or_default();
    start_anew(&home)?;
    let stages = Stages::new();
    let tell = |stage: &str, done, total| stages.tell(stage, done, total);

    let inbox = home.join("inbox");
    let plan = Plan::new(args.seed, args.persons, YEAR, 1);
    generate::generate(&plan, &Contracts::embedded()?, &inbox, &mut |stage, done, total| tell(stage, done, total))?;
    let app = open(&home, &args.listen, Clock::new(Some(today))).await?;
    let received = Some(inbox.join("manifest.csv"));
    let outcome = intake::run(&app, &Intake { paths: vec![inbox], received, ..Intake::default() }, &tell).await?;
    evaluate::compute(&app, YEAR, &tell).await?;
    evaluate::risks(&app, YEAR, &tell).await?;
    let made = pack::render(&app, YEAR, None, &tell).await?;
    stages.finish();

    summary(global, &app, &outcome, &made).await?;
    if args.no_serve {
        return Ok(Exit::Fine);
    }
    super::serve::listen(app, &args.listen).await
}

/// Removes what an earlier demo made; a folder that no demo made is left alone.
fn start_anew(home: &Path) -> Result<()> {
    let used = home.read_dir().is_ok_and(|mut d| d.next().is_some());
    if used && !home.join(MARKER).exists() {
        return Err(
            Usage(format!("文件夹 {} 不是演示建的，没有改动；请用 --home 另指一个文件夹", home.display())).into()
        );
    }
    if used {
        std::fs::remove_dir_all(home).with_context(|| format!("清不掉上次的演示 {}", home.display()))?;
    }
    std::fs::create_dir_all(home).with_context(|| format!("建不了文件夹 {}", home.display()))?;
    Ok(std::fs::write(home.join(MARKER), "这个文件夹由 suixin demo 建立，下次演示会整个重做。\n")?)
}

async fn open(home: &Path, listen: &str, clock: Clock) -> Result<App> {
    let config = Config { listen: listen.to_owned(), ..Config::default() };
    std::fs::write(home.join(config::FILE), toml::to_string_pretty(&config)?)?;
    Warehouse::init(home, Arc::new(Contracts::embedded()?)).await.context("建不了数据仓库")?;
    App::open(home, clock).await
}

async fn summary(global: &Global, app: &App, outcome: &Outcome, made: &pack::Made) -> Result<()> {
    let out = global.out();
    let (units, open) = returns::state(app, YEAR).await?;
    if global.json {
        let files: Vec<_> = made.files.iter().map(|f| made.dir.join(f)).collect();
        return out.json(&serde_json::json!({
            "home": app.home, "snapshot": app.warehouse.snapshot().await?.id().to_string(), "returns": units,
            "errors": outcome.errors(), "files": files,
        }));
    }
    out.line(format!("\n县级综合评价（{YEAR}年，截至{}）", app.clock.as_of(YEAR)))?;
    score::print(global, app, Scheme::Cty, YEAR).await?;
    out.line("\n试点村（社区）评价")?;
    score::print(global, app, Scheme::Plt, YEAR).await?;
    out.line("\n报送情况")?;
    status::print_units(global, &units)?;
    let missing = open.iter().filter(|o| o.received.is_none()).count();
    out.line(format!(
        "漏报 {missing} 份，迟报 {} 份；报表中查出错误 {} 处（已退回隔离，不影响其余数据）",
        open.len() - missing,
        outcome.errors()
    ))?;
    out.line("\n印制的材料")?;
    for file in &made.files {
        out.line(format!("  {}", made.dir.join(file).display()))?;
    }
    say(format!("数据均为合成，人员和证号不属于任何人。仓库：{}", app.home.display()));
    Ok(())
}
