//! `suixin query`: read-only SQL, on record.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result};
use suixin_ingest::value::Value;
use suixin_warehouse::{AuditEntry, Frame, Limits};

use super::Exit;
use crate::app::App;
use crate::cli::{Format, Global, Query};
use crate::output::say;

/// Time that a query may take.
const LIMIT: Duration = Duration::from_secs(120);

pub(super) async fn run(global: &Global, args: &Query) -> Result<Exit> {
    let app = global.open().await?;
    let snapshot = match &args.at {
        Some(id) => app.warehouse.snapshot_at(&id.parse()?).await?,
        None => app.warehouse.snapshot().await?,
    };
    record(&app, &args.sql)?;
    let limits = Limits { max_rows: args.limit, timeout: LIMIT };
    let frame = snapshot.query_gated(&args.sql, &limits).await?;
    let format = if global.json { Format::Json } else { args.format };
    match format {
        Format::Table => table(global, &frame)?,
        Format::Csv => csv(&frame)?,
        Format::Json => json(&frame)?,
    }
    if frame.truncated {
        say(format!("结果超过 {} 行，只列出前面的；请加条件，或用 --limit 放宽", args.limit));
    }
    Ok(Exit::Fine)
}

/// Before the first row.
fn record(app: &App, sql: &str) -> Result<()> {
    let entry = AuditEntry {
        ts: app.clock.now(),
        account: "cli".to_owned(),
        role: "audit".to_owned(),
        action: "query".to_owned(),
        object: sql.to_owned(),
        rows: None,
        purpose: None,
    };
    app.warehouse.audit(&entry).context("审计日志写不了，查询没有执行")
}

fn table(global: &Global, frame: &Frame) -> Result<()> {
    let headers: Vec<&str> = frame.columns.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = frame.rows.iter().map(|r| r.iter().map(ToString::to_string).collect()).collect();
    let is_number =
        |i: &usize| frame.rows.iter().any(|r| matches!(r[*i], Value::Int(_) | Value::Dec(_) | Value::Float(_)));
    let right: Vec<usize> = (0..headers.len()).filter(is_number).collect();
    global.out().table(&headers, &rows, &right)?;
    global.out().line(format!("{} 行", rows.len()))
}

fn csv(frame: &Frame) -> Result<()> {
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(&frame.columns)?;
    for row in &frame.rows {
        out.write_record(row.iter().map(ToString::to_string))?;
    }
    Ok(out.flush()?)
}

fn json(frame: &Frame) -> Result<()> {
    let rows: Vec<serde_json::Map<String, serde_json::Value>> = frame
        .rows
        .iter()
        .map(|r| {
            frame.columns.iter().cloned().zip(r.iter().map(|v| serde_json::to_value(v).unwrap_or_default())).collect()
        })
        .collect();
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &rows)?;
    Ok(writeln!(out)?)
}
