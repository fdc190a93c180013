//! Runs probes: the rows of a table with where each came from.

use std::collections::BTreeMap;

use serde::Serialize;
use suixin_ingest::contract::{Contracts, Table};
use suixin_ingest::value::Value;
use suixin_warehouse::{Result, Snapshot};

use super::ROWS_LISTED;
use crate::lineage::Probe;

const LINEAGE: [&str; 3] = ["batch_id", "src_sheet", "src_row"];

/// Rows of a base table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedTable {
    /// The table.
    pub table: String,
    /// Its Chinese name.
    pub title: String,
    /// Columns that identify a row.
    pub key: Vec<String>,
    /// How many rows there are.
    pub total: u64,
    /// The rows, the first [`ROWS_LISTED`] of them.
    pub rows: Vec<TracedRow>,
}

/// A row and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TracedRow {
    /// Values of the key columns; personal data are tokens.
    pub key: Vec<String>,
    /// Batch; none for rows that the product makes itself.
    pub batch_id: Option<String>,
    /// File as received.
    pub file: Option<String>,
    /// SHA-256 of the file.
    pub sha256: Option<String>,
    /// Sheet; none where the file has none.
    pub sheet: Option<String>,
    /// Row of the sheet, from 1.
    pub row: Option<i64>,
}

/// Where the bytes of a batch are: batch and sheet → name and SHA-256 of the file.
pub(super) type Files = BTreeMap<(String, String), (String, String)>;

/// The rows that a probe finds; `None` for a table that the contracts do not know.
pub(super) async fn rows(snapshot: &Snapshot, contracts: &Contracts, probe: &Probe) -> Result<Option<TracedTable>> {
    let Some(table) = contracts.table(&probe.table) else { return Ok(None) };
    let (columns, width) = (columns_of(table), table.natural_key.len());
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let sql = probe.sql(&names);
    // An outer join gives rows of nothing: a row has a key.
    let real = format!("\"{}\" IS NOT NULL", table.natural_key.first().map_or(names[0], String::as_str));
    // By file, sheet and row where there are such columns, then by key.
    let order: Vec<String> = (width + 1..=columns.len()).chain(1..=width).map(|n| n.to_string()).collect();
    let listed = format!(
        "SELECT *, COUNT(*) OVER () AS total FROM ({sql}) AS found WHERE {real} ORDER BY {} LIMIT {ROWS_LISTED}",
        order.join(", ")
    );
    let frame = snapshot.query(&listed).await?;
    let total = frame.rows.first().and_then(|r| r.last()).and_then(Value::as_decimal);
    Ok(Some(TracedTable {
        table: table.name.clone(),
        title: table.title.clone(),
        key: table.natural_key.clone(),
        total: total.and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        rows: frame.rows.iter().map(|row| traced(&row[..columns.len()], width)).collect(),
    }))
}

/// Natural key, then lineage where a table has it.
fn columns_of(table: &Table) -> Vec<String> {
    let lineage = if table.is_system() { &LINEAGE[..0] } else { &LINEAGE[..] };
    table.natural_key.iter().map(String::as_str).chain(lineage.iter().copied()).map(str::to_owned).collect()
}

fn traced(row: &[Value], width: usize) -> TracedRow {
    let text = |place: usize| row.get(place).filter(|v| !v.is_null()).map(ToString::to_string);
    let number = row.get(width + 2).and_then(|v| if let Value::Int(n) = v { Some(*n) } else { None });
    TracedRow {
        key: row.iter().take(width).map(ToString::to_string).collect(),
        batch_id: text(width),
        file: None,
        sha256: None,
        sheet: text(width + 1).filter(|s| !s.is_empty()),
        row: number,
    }
}

/// Writes the file into each row.
pub(super) async fn name_files(snapshot: &Snapshot, table: &mut TracedTable) -> Result<()> {
    let mut batches: Vec<&str> = table.rows.iter().filter_map(|r| r.batch_id.as_deref()).collect();
    batches.sort_unstable();
    batches.dedup();
    if batches.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = batches.iter().map(|b| format!("'{}'", b.replace('\'', "''"))).collect();
    let sql = format!(
        "SELECT batch_id, COALESCE(sheet_name, '') AS sheet, file_name, file_sha256 FROM submission_file \
         WHERE target_table='{}' AND batch_id IN ({}) ORDER BY received_ts, file_name",
        table.table,
        list.join(", ")
    );
    let frame = snapshot.query(&sql).await?;
    let files: Files = frame
        .rows
        .iter()
        .map(|r| ((r[0].to_string(), r[1].to_string()), (r[2].to_string(), r[3].to_string())))
        .collect();
    for row in &mut table.rows {
        let key = (row.batch_id.clone().unwrap_or_default(), row.sheet.clone().unwrap_or_default());
        if let Some((file, sha256)) = files.get(&key) {
            row.file = Some(file.clone());
            row.sha256 = Some(sha256.clone());
        }
    }
    Ok(())
}
