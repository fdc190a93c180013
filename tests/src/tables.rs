//! Comparison of the tables with the truth, column by column; personal values through their tokens.

use std::collections::BTreeMap;
use std::path::Path;

use suixin_ingest::contract::{Column, Table, VaultKind};
use suixin_warehouse::Warehouse;

use crate::landed::Fault;
use crate::samples::{Line, field, lines};

/// Compares every table that the folder `truth` holds; returns the differences in words, at most ten a table.
///
/// # Errors
/// When a file or table cannot be read.
pub async fn compare(warehouse: &Warehouse, truth: &Path) -> Result<Vec<String>, Fault> {
    let snapshot = warehouse.snapshot().await?;
    let mut out = Vec::new();
    let tables: Vec<Table> = warehouse.contracts().tables.values().filter(|t| !t.is_system()).cloned().collect();
    for table in tables {
        let path = truth.join(format!("{}.csv", table.name));
        if !path.exists() {
            continue;
        }
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        let frame = snapshot.query(&format!("SELECT {} FROM {}", names.join(", "), table.name)).await?;
        let found = count(frame.rows.iter().map(|r| r.iter().map(ToString::to_string).collect()));
        let expected =
            count(lines(&path)?.iter().map(|l| table.columns.iter().map(|c| expect(warehouse, c, l)).collect()));
        out.extend(differences(&table.name, &found, &expected));
    }
    Ok(out)
}

type Rows = BTreeMap<Vec<String>, i64>;

fn count(rows: impl Iterator<Item = Vec<String>>) -> Rows {
    let mut out = Rows::new();
    rows.for_each(|r| *out.entry(r).or_default() += 1);
    out
}

/// The text that a column must show: the truth holds raw values beside tokens, and clear names.
fn expect(warehouse: &Warehouse, column: &Column, line: &Line) -> String {
    let raw = column.name.strip_suffix("_token").map(|n| format!("{n}_raw"));
    let clear = raw.map_or_else(|| field(line, &column.name).to_owned(), |n| field(line, &n).to_owned());
    match column.vault {
        Some(_) if clear.is_empty() => clear,
        Some(kind) => warehouse.token(kind, &normal(kind, &clear)),
        None => clear,
    }
}

fn normal(kind: VaultKind, clear: &str) -> String {
    if kind == VaultKind::Name { suixin_ingest::normalise::person_name(clear) } else { clear.to_owned() }
}

fn differences(table: &str, found: &Rows, expected: &Rows) -> Vec<String> {
    let more = |a: &Rows, b: &Rows, word: &str| -> Vec<String> {
        let rows = a.iter().filter(|(row, n)| b.get(*row).copied().unwrap_or(0) < **n);
        rows.take(10).map(|(row, _)| format!("{table}: {word} {}", row.join("|"))).collect()
    };
    let mut out = more(found, expected, "found, not expected:");
    out.extend(more(expected, found, "expected, not found:"));
    out
}
