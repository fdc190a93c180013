//! Ledgers that go on: the rows of earlier periods that are still open, as the form of the next period shows them.
//! Personal values are left out unless a purpose is stated; then each is opened with an audit record before it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use suixin_ingest::contract::{CITY, Column, FormTable, Sender, Table, VaultKind};
use suixin_ingest::period::Period;
use suixin_ingest::template::Prefill;
use suixin_ingest::value::Value;
use suixin_warehouse::{Principal, Snapshot};

use crate::app::App;

/// Rows that a template can hold comfortably; a ledger that is longer is no form to fill in by hand.
pub const ROWS: usize = 4_000;

/// The open rows of a unit before a period, table by table, of one form or of all.
///
/// # Errors
/// When the warehouse, the audit log or the vault cannot be read, or a ledger is longer than [`ROWS`].
pub async fn open_rows(
    app: &App,
    form: Option<&str>,
    unit: &str,
    period: Period,
    purpose: Option<&str>,
) -> Result<Prefill> {
    let sender = if unit == CITY { Sender::City } else { Sender::Unit };
    let snapshot = app.warehouse.snapshot().await?;
    let mut out = Prefill::new();
    for (code, entry) in app.contracts.forms.values().flat_map(|f| f.tables.iter().map(|t| (f.code.as_str(), t))) {
        let asked = form.is_none_or(|f| f.eq_ignore_ascii_case(code));
        let goes_on = entry.sender == sender && period.frequency() == Some(entry.frequency);
        let (true, Some(table)) = (asked && goes_on, app.contracts.table(&entry.table)) else { continue };
        let rows = rows_of(app, &snapshot, (table, entry), (unit, period), purpose).await?;
        if !rows.is_empty() {
            out.insert(table.name.clone(), rows);
        }
    }
    Ok(out)
}

async fn rows_of(
    app: &App,
    snapshot: &Snapshot,
    (table, entry): (&Table, &FormTable),
    (unit, period): (&str, Period),
    purpose: Option<&str>,
) -> Result<Vec<BTreeMap<String, Value>>> {
    let Some(closed_by) = &entry.closed_by else { return Ok(Vec::new()) };
    let columns: Vec<&Column> =
        table.form_columns().map(|(_, c)| c).filter(|c| c.vault.is_none() || purpose.is_some()).collect();
    let names: Vec<String> = columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
    let sql = format!(
        "SELECT {} FROM \"{}\" WHERE \"{closed_by}\" IS NULL AND split_part(batch_id, '.', 2) = '{unit}' \
         AND split_part(batch_id, '.', 3) < '{period}' ORDER BY {}",
        names.join(", "),
        table.name,
        table.natural_key.join(", ")
    );
    let frame = snapshot.query(&sql).await?;
    if frame.rows.len() > ROWS {
        anyhow::bail!(
            "“{}”未办结的有{}行，超过一份表能列的{ROWS}行；请不带 --continue 取空表",
            table.title,
            frame.rows.len()
        );
    }
    let row = |values: Vec<Value>| {
        let filled = columns.iter().zip(values).filter(|(_, v)| !v.is_null());
        filled.map(|(c, v)| Ok((c.name.clone(), clear(app, c, v, purpose)?))).collect()
    };
    frame.rows.into_iter().map(row).collect()
}

/// A personal value in clear.
fn clear(app: &App, column: &Column, value: Value, purpose: Option<&str>) -> Result<Value> {
    let (Some(kind), Some(purpose)) = (column.vault, purpose) else { return Ok(value) };
    let who = Principal { account: "cli".to_owned(), role: "local".to_owned() };
    let opened = open(app, kind, &value, &who, purpose)?;
    Ok(opened.map_or(Value::Null, Value::Str))
}

fn open(app: &App, kind: VaultKind, token: &Value, who: &Principal, purpose: &str) -> Result<Option<String>> {
    let token = token.to_string();
    app.warehouse.reveal(kind, &token, who, purpose, app.clock.now()).context("还原不了姓名或证号，没有写出任何表")
}
