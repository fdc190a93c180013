//! `suixin compute`: values, points, totals, ranks and grades of a year.

use anyhow::Result;
use serde_json::json;

use super::Exit;
use crate::cli::{Global, PeriodArg};
use crate::ops::evaluate;
use crate::output::say;
use crate::progress::Stages;

pub(super) async fn run(global: &Global, args: &PeriodArg) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.year(app.clock);
    let stages = Stages::new();
    let evaluation = evaluate::compute(&app, year, &|stage, done, total| stages.tell(stage, done, total)).await?;
    stages.finish();
    let rows: Vec<(String, String, usize, usize)> = evaluation
        .schemes
        .iter()
        .map(|s| (s.definition.id().to_owned(), s.definition.title.clone(), s.values.len(), s.scores.len()))
        .collect();
    if global.json {
        let schemes: Vec<_> = rows
            .iter()
            .map(|(id, title, values, subjects)| json!({ "scheme": id, "title": title, "values": values, "subjects": subjects }))
            .collect();
        global.out().json(&json!({
            "year": year, "as_of": app.clock.as_of(year), "read_snapshot": evaluation.stamp.snapshot,
            "definitions": evaluation.stamp.definitions, "schemes": schemes, "published": evaluation.published,
        }))?;
        return Ok(Exit::Fine);
    }
    let shown: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(id, title, values, subjects)| vec![id, title, subjects.to_string(), values.to_string()])
        .collect();
    global.out().table(&["方案", "名称", "对象", "指标值"], &shown, &[2, 3])?;
    global.out().line(format!("{year}年评价已算好并存入仓库（数据快照 {}）", evaluation.stamp.snapshot))?;
    if !evaluation.published.is_empty() {
        let kept: Vec<&str> = evaluation.published.iter().map(String::as_str).collect();
        say(format!("{} 的结果已发布，没有重算；{}", kept.join("、"), evaluate::REMEDY));
    }
    say("下一步：suixin score --scheme CTY 看排名，suixin explain 对象 看说明，suixin risks 排查疑点");
    Ok(Exit::Fine)
}
