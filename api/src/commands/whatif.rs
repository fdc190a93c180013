//! `suixin whatif`: scores and ranks with other weights, targets or rules, beside the official ones.

use anyhow::Result;
use suixin_metrics::number::Num;
use suixin_metrics::whatif::{Side, WhatIf};

use super::Exit;
use crate::cli::{Global, Whatif};
use crate::ops::whatif::{self, Tried};
use crate::output::say;

pub(super) async fn run(global: &Global, args: Whatif) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let tried = Tried {
        files: args.patch,
        sets: args.set,
        without_indicators: args.without_indicator,
        without_units: args.without_unit,
    };
    let found = whatif::run(&app, args.scheme.code(), year, &tried).await?;
    if global.json {
        global.out().json(&found)?;
        return Ok(Exit::Fine);
    }
    print(global, &found)?;
    say("以上为试算，正式结果没有改动");
    Ok(Exit::Fine)
}

fn print(global: &Global, found: &WhatIf) -> Result<()> {
    let out = global.out();
    out.line(format!("{}年度{}试算（基准日{}，数据快照{}）", found.year, found.title, found.as_of, found.snapshot))?;
    for c in &found.changes {
        let before = if c.before.is_empty() { "（未写）" } else { &c.before };
        out.line(format!("  {}：{before} → {}", c.path, c.after))?;
    }
    found.notes.iter().try_for_each(|note| out.line(format!("  {note}")))?;
    let grouped = found.subjects.iter().any(|s| !s.group.is_empty());
    let mut headers =
        vec!["对象", "正式总分", "试算总分", "相差", "正式名次", "试算名次", "升降", "正式等次", "试算等次"];
    if grouped {
        headers.insert(0, "类别");
    }
    let first = usize::from(grouped);
    let rows: Vec<Vec<String>> = found.subjects.iter().map(|s| row(s, grouped)).collect();
    out.table(&headers, &rows, &(first + 1..first + 7).collect::<Vec<_>>())
}

fn row(s: &Side, grouped: bool) -> Vec<String> {
    let mut row = if grouped { vec![s.group.clone()] } else { Vec::new() };
    let official = &s.official;
    row.extend([s.name.clone(), format!("{:.2}", official.total)]);
    let Some(other) = &s.alternative else {
        row.extend(["不参评", "", &official.rank.to_string(), "", "", &official.grade, ""].map(str::to_owned));
        return row;
    };
    row.extend([
        format!("{:.2}", other.total),
        s.difference.as_ref().map(signed).unwrap_or_default(),
        official.rank.to_string(),
        other.rank.to_string(),
        s.places.map(places).unwrap_or_default(),
        official.grade.clone(),
        other.grade.clone(),
    ]);
    row
}

fn signed(n: &Num) -> String {
    if *n > Num::zero() { format!("+{n:.2}") } else { format!("{n:.2}") }
}

/// Places gained or lost, in words.
fn places(n: i64) -> String {
    match n {
        0 => "不变".to_owned(),
        n if n > 0 => format!("升{n}"),
        n => format!("降{}", -n),
    }
}
