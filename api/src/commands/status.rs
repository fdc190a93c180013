//! `suixin status`: what was due, what came, what is late, missing or sent back.

use anyhow::Result;
use serde_json::json;

use super::Exit;
use crate::cli::{Global, PeriodArg};
use crate::ops::returns::{self, OpenReturn, UnitReturns};

/// Open returns listed on the screen.
const SHOWN: usize = 60;

pub(super) async fn run(global: &Global, args: &PeriodArg) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.year(app.clock);
    let (units, open) = returns::state(&app, year).await?;
    if global.json {
        global.out().json(&json!({ "year": year, "as_of": app.clock.today(), "units": units, "open": open }))?;
    } else {
        print_units(global, &units)?;
        print_open(global, &open)?;
    }
    Ok(if open.iter().any(|o| o.received.is_none()) { Exit::Finding } else { Exit::Fine })
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
