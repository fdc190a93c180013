//! `suixin freeze`: publishes a result, lists what is published, lifts a publication.

use anyhow::Result;
use serde_json::json;
use suixin_metrics::Publication;

use super::{Exit, Usage};
use crate::app::App;
use crate::cli::{Freeze, FreezeWhat, Global};
use crate::ops::published::{self, Act};
use crate::output::say;

pub(super) async fn run(global: &Global, args: &Freeze) -> Result<Exit> {
    let app = global.open().await?;
    match &args.what {
        Some(FreezeWhat::List { period }) => {
            print(global, &app, &published::list(&app, *period).await?)?;
        }
        Some(FreezeWhat::Lift { scheme, period, approval }) => {
            let act = Act { by: approval.approved_by.clone(), reason: approval.reason.clone() };
            let year = period.year(app.clock);
            let lifted = published::lift(&app, scheme.code(), year, &act).await?;
            if global.json {
                global.out().json(&json!({ "lifted": lifted }))?;
            } else {
                global.out().line(format!("已撤销 {year}年 {} 结果的发布，可以重新计算", lifted.scheme))?;
                say(format!("下一步：suixin compute --period {year}，核对后再发布"));
            }
        }
        None => publish(global, &app, args).await?,
    }
    Ok(Exit::Fine)
}

async fn publish(global: &Global, app: &App, args: &Freeze) -> Result<()> {
    let missing = |what: &str| Usage(format!("缺少 {what}；加 --help 看用法"));
    let scheme = args.scheme.ok_or_else(|| missing("--scheme <方案>"))?;
    let by = args.approved_by.as_deref().ok_or_else(|| missing("--approved-by <批准人>"))?;
    let year = args.period.year(app.clock);
    let done = published::publish(app, scheme.code(), year, by).await?;
    if global.json {
        return global.out().json(&done);
    }
    print(global, app, std::slice::from_ref(&done))?;
    say(format!("{year}年 {} 的结果已发布；公示期内可用 suixin appeal open 提出申诉", done.scheme));
    Ok(())
}

fn print(global: &Global, app: &App, list: &[Publication]) -> Result<()> {
    if global.json {
        return global.out().json(&list);
    }
    let today = app.clock.today();
    let row = |p: &Publication| {
        let state = if today <= p.notice.until { "公示中" } else { "公示期满" };
        let hash: String = p.definitions.chars().take(12).collect();
        vec![
            p.year.to_string(),
            p.scheme.clone(),
            p.notice.on.to_string(),
            p.notice.by.clone(),
            p.notice.until.to_string(),
            state.to_owned(),
            p.snapshot.clone(),
            hash,
            p.notice.restated.join("、"),
        ]
    };
    let headers = ["年度", "方案", "发布日期", "批准", "公示至", "状态", "数据快照", "定义版本", "采纳的申诉"];
    global.out().table(&headers, &list.iter().map(row).collect::<Vec<_>>(), &[])
}
