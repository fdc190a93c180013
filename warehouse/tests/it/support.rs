//! A small project and returns made by hand.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDateTime;
use sha2::{Digest, Sha256};
use suixin_ingest::checked::{AwaitingWaiver, CheckedFile, CheckedRow, CheckedTable, Issue, Level, Signatures};
use suixin_ingest::contract::Contracts;
use suixin_ingest::value::Value;
use suixin_warehouse::{Delivery, Landing, Snapshot, Warehouse};

/// Tables of the small project: persons and their needs, visits, one table of the bureau, the books.
const TABLES: [&str; 13] = [
    "audit_log",
    "dim_region",
    "dim_workday",
    "dq_issue",
    "eval_scheme",
    "household",
    "monitor_alert",
    "need_item",
    "person",
    "submission_batch",
    "submission_expected",
    "submission_file",
    "visit_survey",
];

pub fn contracts() -> Arc<Contracts> {
    let mut contracts = Contracts::embedded().unwrap();
    contracts.tables.retain(|name, _| TABLES.contains(&name.as_str()));
    Arc::new(contracts)
}

pub fn clock(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

pub const NOW: &str = "2025-06-01T09:00:00";

/// A warehouse in a folder that goes away, and a folder for returns.
pub struct World {
    pub dir: tempfile::TempDir,
    pub warehouse: Warehouse,
}

impl World {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let warehouse = Warehouse::init(&dir.path().join("home"), contracts()).await.unwrap();
        Self { dir, warehouse }
    }

    pub fn home(&self) -> std::path::PathBuf {
        self.dir.path().join("home")
    }

    pub async fn reopen(&self) -> Warehouse {
        Warehouse::open(&self.home(), contracts()).await.unwrap()
    }

    pub async fn land(&self, files: Vec<CheckedFile>) -> Landing {
        self.land_at(files, NOW).await
    }

    pub async fn land_at(&self, files: Vec<CheckedFile>, now: &str) -> Landing {
        self.warehouse.land(Delivery { files }, clock(now), &quiet).await.unwrap()
    }

    pub async fn snapshot(&self) -> Snapshot {
        self.warehouse.snapshot().await.unwrap()
    }

    /// The first column of a query's rows, joined by commas.
    pub async fn list(&self, sql: &str) -> String {
        list(&self.snapshot().await, sql).await
    }

    /// A file with the given tables; its bytes are its name and the date of receipt.
    pub fn file(&self, name: &str, received: &str, tables: Vec<CheckedTable>) -> CheckedFile {
        file(self.dir.path(), name, received, tables)
    }
}

pub async fn list(snapshot: &Snapshot, sql: &str) -> String {
    let rows = snapshot.query(sql).await.unwrap().rows;
    rows.iter().map(|r| r.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(",")
}

pub fn quiet(_: &str, _: u64, _: u64) {}

pub fn file(dir: &Path, name: &str, received: &str, tables: Vec<CheckedTable>) -> CheckedFile {
    let bytes = format!("{name}|{received}");
    let path = dir.join(name);
    std::fs::write(&path, &bytes).unwrap();
    CheckedFile {
        name: name.to_owned(),
        sha256: hex::encode(Sha256::digest(&bytes)),
        size_bytes: bytes.len() as u64,
        encoding: "XLSX".to_owned(),
        received: clock(received),
        path,
        signatures: Signatures::default(),
        answers: None,
        tables,
        issues: Vec::new(),
    }
}

/// A table of one unit and month whose rows give some columns; the rest is NULL.
pub fn table(table: &str, unit: &str, period: &str, rows: &[&[(&str, Value)]]) -> CheckedTable {
    let contracts = contracts();
    let contract = contracts.table(table).unwrap();
    let form = contracts.form_of(table).unwrap().0.code.clone();
    let row = |(i, cells): (usize, &&[(&str, Value)])| {
        let mut values = vec![Value::Null; contract.columns.len()];
        for (column, value) in *cells {
            values[contract.index_of(column).unwrap()] = value.clone();
        }
        CheckedRow { row_no: u32::try_from(i).unwrap() + 5, values, awaiting_waiver: Vec::new(), rejected: false }
    };
    let rows: Vec<CheckedRow> = rows.iter().enumerate().map(row).collect();
    CheckedTable {
        table: table.to_owned(),
        form,
        unit: unit.to_owned(),
        period: period.to_owned(),
        received: None,
        correction: false,
        sheet: contract.title.clone(),
        headers: BTreeMap::new(),
        rows_read: rows.len() as u64,
        rows: rows.into(),
        issues: Vec::new(),
        refused: false,
        total_ok: None,
    }
}

/// Persons by number; `id_valid` is true.
pub fn persons(unit: &str, period: &str, numbers: &[&str]) -> CheckedTable {
    let rows: Vec<Vec<(&str, Value)>> =
        numbers.iter().map(|n| vec![("pid_token", (*n).into()), ("id_valid", Value::Bool(true))]).collect();
    table("person", unit, period, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// Needs: id, number of the person, status.
pub fn needs(unit: &str, period: &str, rows: &[(&str, &str, &str)]) -> CheckedTable {
    let rows: Vec<Vec<(&str, Value)>> = rows
        .iter()
        .map(|(id, pid, status)| {
            vec![("need_id", (*id).into()), ("pid_token", (*pid).into()), ("status_code", (*status).into())]
        })
        .collect();
    table("need_item", unit, period, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

pub fn correction(mut table: CheckedTable) -> CheckedTable {
    table.correction = true;
    table
}

/// The table with its rows changed.
pub fn edited(mut table: CheckedTable, edit: impl FnOnce(&mut Vec<CheckedRow>)) -> CheckedTable {
    let mut rows = table.rows.to_vec();
    edit(&mut rows);
    table.rows = rows.into();
    table
}

pub fn waiting(table: CheckedTable, row: usize, column: &str) -> CheckedTable {
    let column = contracts().table(&table.table).unwrap().index_of(column).unwrap();
    let wait = AwaitingWaiver { column, issue: issue("DQ007", Level::Error, row) };
    edited(table, |rows| rows[row].awaiting_waiver.push(wait))
}

pub fn issue(code: &str, level: Level, row: usize) -> Issue {
    Issue {
        code: code.to_owned(),
        level,
        file: String::new(),
        sheet: String::new(),
        row: u32::try_from(row).ok(),
        header: None,
        cell: None,
        message: "问题".to_owned(),
        remedy: "办法".to_owned(),
        raw_masked: None,
    }
}

/// Codes of the issues, in order, with the rows they name.
pub fn codes(landing: &Landing) -> String {
    let one = |i: &Issue| format!("{}:{}", i.code, i.row.map(|r| r.to_string()).unwrap_or_default());
    landing.issues.iter().map(one).collect::<Vec<_>>().join(",")
}
