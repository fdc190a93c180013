//! `suixin status`: what was due, what came, what is late, missing or sent back.

use anyhow::Result;
use serde_json::json;

use super::Exit;
use crate::cli::{Global, PeriodArg};
use crate::ops::returns::{self, OpenReturn, UnitReturns};
use crate::schedule::{History, RefusedFile};

/// Open returns listed on the screen.
const SHOWN: usize = 60;

pub(super) async fn run(global: &Global, args: &PeriodArg) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.year(app.clock);
    let (units, open) = returns::state(&app, year).await?;
    let refused = History::of(&app.home).refused()?;
    if global.json {
        let refused: Vec<_> = refused.iter().map(|f| json!({ "file": f.name, "seen": f.seen })).collect();
        global.out().json(
            &json!({ "year": year, "as_of": app.clock.today(), "units": units, "open": open, "refused": refused }),
        )?;
    } else {
        global.out().line(format!("{year}年报送情况（截至{}）", app.clock.today()))?;
        print_units(global, &units)?;
        global.out().line(returns::SCOPE)?;
        if units.iter().all(|u| u.expected + u.not_due == 0) {
            global.out().line(format!("{year}年没有应报清单：接收该年报表后自动生成，或用 ingest --expected 加载"))?;
        } else {
            print_open(global, &open)?;
        }
        print_refused(global, &refused)?;
    }
    Ok(if open.iter().any(|o| o.received.is_none()) { Exit::Finding } else { Exit::Fine })
}

/// Returns that were sent back whole: the warehouse holds nothing of them.
fn print_refused(global: &Global, refused: &[RefusedFile]) -> Result<()> {
    if refused.is_empty() {
        return Ok(());
    }
    let row = |f: &RefusedFile| {
        let issues: Vec<serde_json::Value> = serde_json::from_str(&f.issues).unwrap_or_default();
        let said = |i: &serde_json::Value, name: &str| i[name].as_str().unwrap_or_default().to_owned();
        let why = issues.first().map_or_else(String::new, |i| format!("{}（{}）", said(i, "message"), said(i, "code")));
        vec![f.seen.format("%Y-%m-%d").to_string(), f.name.clone(), why]
    };
    global.out().line("\n整份退回、没有入库的文件")?;
    let rows: Vec<Vec<String>> = refused.iter().take(SHOWN).map(row).collect();
    global.out().table(&["日期", "文件", "原因"], &rows, &[])?;
    if refused.len() > SHOWN {
        global.out().line(format!("……另有 {} 个", refused.len() - SHOWN))?;
    }
    Ok(())
}

pub(super) fn print_units(global: &Global, units: &[UnitReturns]) -> Result<()> {
    let rate = |part: i64, whole: i64| {
        if whole == 0 { "—".to_owned() } else { format!("{:.1}%", 100.0 * part as f64 / whole as f64) }
    };
    let rows: Vec<Vec<String>> = units
        .iter()
        .map(|u| {
            let numbers = [u.expected, u.received, u.on_time, u.late, u.missing, u.not_due, u.returned, u.error_rows];
            let mut row = vec![u.name.clone()];
            row.extend(numbers.map(|n| n.to_string()));
            row.push(rate(u.received, u.expected));
            row.push(rate(u.on_time, u.expected));
            row
        })
        .collect();
    let headers = ["单位", "应报", "已报", "按时", "迟报", "漏报", "未到期", "有退回", "退回行数", "报送率", "按时率"];
    global.out().table(&headers, &rows, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
}

fn print_open(global: &Global, open: &[OpenReturn]) -> Result<()> {
    if open.is_empty() {
        return global.out().line("没有漏报和迟报");
    }
    let rows: Vec<Vec<String>> = open
        .iter()
        .take(SHOWN)
        .map(|o| {
            let received =
                o.received.map_or_else(|| "漏报".to_owned(), |d| format!("{d} 迟{}天", (d - o.due).num_days()));
            vec![o.name.clone(), o.period.clone(), format!("{} {}", o.form, o.title), o.due.to_string(), received]
        })
        .collect();
    global.out().table(&["单位", "报表期", "报表", "应报日期", "情况"], &rows, &[])?;
    if open.len() > SHOWN {
        global.out().line(format!("……另有 {} 份，加 --json 看全部", open.len() - SHOWN))?;
    }
    Ok(())
}
