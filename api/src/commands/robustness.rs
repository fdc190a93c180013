//! `suixin robustness`: how far a ranking hangs on its weights.

use anyhow::Result;
use suixin_metrics::robustness::{Pair, Robust, Robustness, robustness};

use super::Exit;
use crate::cli::{Global, Score};

/// Pairs listed on the screen.
const SHOWN: usize = 40;

pub(super) async fn run(global: &Global, args: &Score) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let snapshot = app.warehouse.snapshot().await?;
    let found = robustness(&snapshot, &app.definitions, args.scheme.code(), year).await?;
    if global.json {
        global.out().json(&found)?;
    } else {
        print(global, &found)?;
    }
    Ok(Exit::Fine)
}

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

fn print(global: &Global, found: &Robustness) -> Result<()> {
    let out = global.out();
    out.line(format!(
        "{}年 {} 排名的稳健性：各指标分值独立浮动±{:.0}%，试算{}次；官方得分和名次不变",
        found.year,
        found.scheme,
        100.0 * found.spread,
        found.trials
    ))?;
    let row = |s: &Robust| {
        let interval = if s.best == s.worst { s.best.to_string() } else { format!("{}—{}", s.best, s.worst) };
        vec![s.rank.to_string(), s.name.clone(), interval, s.middle.to_string(), percent(s.first)]
    };
    let rows: Vec<Vec<String>> = found.subjects.iter().map(row).collect();
    out.table(&["名次", "对象", "5%至95%区间", "中间名次", "居首比例"], &rows, &[0, 2, 3, 4])?;
    if found.pairs.is_empty() {
        out.line("先后次序均有95%以上的试算能够确认")?;
    } else {
        out.line(format!("\n分不出先后的对象（{} 对，确认其先后的试算不足95%）", found.pairs.len()))?;
        let row = |p: &Pair| vec![p.ahead_name.clone(), p.behind_name.clone(), percent(p.share)];
        let rows: Vec<Vec<String>> = found.pairs.iter().take(SHOWN).map(row).collect();
        out.table(&["名次在前", "名次在后", "试算中在前"], &rows, &[2])?;
        if found.pairs.len() > SHOWN {
            out.line(format!("……另有 {} 对，加 --json 看全部", found.pairs.len() - SHOWN))?;
        }
    }
    if !found.flat.is_empty() {
        let names: Vec<String> = found.flat.iter().map(|f| format!("{} {}", f.indicator, f.name)).collect();
        out.line(format!("\n各对象得分率相同、不影响排名的指标：{}", names.join("、")))?;
    }
    Ok(())
}
