//! `suixin score`: the ranking of a scheme.

use anyhow::Result;
use serde_json::json;

use super::{Exit, Usage};
use crate::app::App;
use crate::cli::{Global, Scheme, Score};
use crate::ops::{evaluate, published};

pub(super) async fn run(global: &Global, args: &Score) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    print(global, &app, args.scheme, year).await?;
    Ok(Exit::Fine)
}

/// Prints the ranking; nothing computed is a mistake of the caller.
pub(super) async fn print(global: &Global, app: &App, scheme: Scheme, year: i32) -> Result<()> {
    let list = evaluate::ranking(app, scheme.code(), year).await?;
    if list.is_empty() {
        return Err(Usage(format!(
            "{year}年还没有 {} 方案的得分；请先执行 suixin compute --period {year}",
            scheme.code()
        ))
        .into());
    }
    let published = published::list(app, Some(year)).await?.into_iter().find(|p| p.scheme == scheme.code());
    if global.json {
        return global
            .out()
            .json(&json!({ "scheme": scheme.code(), "year": year, "ranking": list, "published": published }));
    }
    let grouped = list.iter().any(|r| !r.group.is_empty());
    let nominees = scheme == Scheme::Awd;
    let rows: Vec<Vec<String>> = list
        .iter()
        .map(|r| {
            let rank = r.rank.map_or_else(String::new, |n| n.to_string());
            let mut row = if grouped { vec![r.group.clone()] } else { Vec::new() };
            row.extend([
                rank,
                r.name.clone(),
                r.subject.clone(),
                r.core.clone(),
                r.bonus.clone(),
                r.deduct.clone(),
                r.total.clone(),
            ]);
            // Awards are not graded: the last column says who may be nominated.
            row.push(if nominees {
                if r.eligible { "符合" } else { "不符合" }.to_owned()
            } else {
                r.grade.clone()
            });
            row
        })
        .collect();
    let last = if nominees { "资格" } else { "等次" };
    let mut headers = vec!["名次", "对象", "编号", "基本分", "加分", "扣分", "总分", last];
    let mut right = vec![0, 3, 4, 5, 6];
    if grouped {
        headers.insert(0, "类别");
        right = vec![1, 4, 5, 6, 7];
    }
    global.out().table(&headers, &rows, &right)?;
    if let Some(published) = published {
        global.out().line(published.to_string())?;
    }
    Ok(())
}
