//! What crosses from `ingest` to `warehouse`: checked rows and located mistakes.

mod rows;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::value::Value;

pub use crate::spill::SpillError;
pub use rows::CheckedRows;

/// A received file after reading: its tables, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct CheckedFile {
    /// Path inside the delivery, with `/`.
    pub name: String,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// Length.
    pub size_bytes: u64,
    /// `XLSX`, `XLS`, `PARQUET`, `UTF-8`, `GB18030`, `UTF-16` or `JSON`.
    pub encoding: String,
    /// When it was received, Asia/Shanghai.
    pub received: NaiveDateTime,
    /// Where the bytes are now.
    pub path: PathBuf,
    /// Who signed it.
    pub signatures: Signatures,
    /// SHA-256 (hex) of the earlier file of which this is the annotated copy, corrected and sent in again.
    pub answers: Option<String>,
    /// The tables found in it; none when the file is refused.
    pub tables: Vec<CheckedTable>,
    /// Mistakes of the file as a whole; an error among them refuses the file.
    pub issues: Vec<Issue>,
}

impl CheckedFile {
    /// Whether the file as a whole is refused.
    #[must_use]
    pub fn refused(&self) -> bool {
        self.issues.iter().any(|i| i.level == Level::Error)
    }
}

/// The names under a return.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signatures {
    /// 填表人
    pub submitter: Option<String>,
    /// 审核人
    pub reviewer: Option<String>,
    /// 单位负责人
    pub head: Option<String>,
}

/// One table of a unit and period as one sheet (or file) carries it.
#[derive(Debug, Clone)]
pub struct CheckedTable {
    /// Table of the contract.
    pub table: String,
    /// Form that carries it.
    pub form: String,
    /// Unit that sent it; `510900` is the bureau.
    pub unit: String,
    /// Period in its canonical text.
    pub period: String,
    /// When its form was received, where the list of times says another one than for the file.
    pub received: Option<NaiveDateTime>,
    /// Whether it says that it corrects an earlier return (更正).
    pub correction: bool,
    /// Sheet, empty for CSV and JSON.
    pub sheet: String,
    /// Headers as sent, by contract column.
    pub headers: BTreeMap<usize, SentHeader>,
    /// Rows in the order of the sheet, the rejected ones among them.
    pub rows: CheckedRows,
    /// Number of data rows.
    pub rows_read: u64,
    /// Mistakes found in it.
    pub issues: Vec<Issue>,
    /// The total row disagrees (DQ014): nothing of the table is taken.
    pub refused: bool,
    /// Whether the total row agreed; `None` without one.
    pub total_ok: Option<bool>,
}

/// A header as the sender wrote it, with the column of the sheet (from 0) where the file has cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentHeader {
    /// The text.
    pub text: String,
    /// The column.
    pub column: Option<usize>,
}

/// A row in contract order. Personal data are still in clear; the warehouse makes tokens of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckedRow {
    /// Row of the sheet from 1; record of a CSV (header = 1); place in a JSON list from 1.
    pub row_no: u32,
    /// Values in contract order, derived columns filled.
    #[serde(with = "rows::stored")]
    pub values: Vec<Value>,
    /// Invalid ID numbers that are fine only if `person` holds the same number with a reason.
    pub awaiting_waiver: Vec<AwaitingWaiver>,
    /// Whether an error keeps the row out.
    pub rejected: bool,
}

/// An ID number that waits for a reason in `person` (DQ007).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AwaitingWaiver {
    /// Column in contract order.
    pub column: usize,
    /// What to report when there is no reason.
    pub issue: Issue,
}

/// How bad a mistake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The row, table or file is not taken.
    Error,
    /// It is taken, and somebody should look.
    Warning,
}

/// A mistake with its place, its code and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Code of the rule, `DQ001` to `DQ027`.
    pub code: String,
    /// Error or warning.
    pub level: Level,
    /// File inside the delivery.
    pub file: String,
    /// Sheet, empty for CSV and JSON.
    pub sheet: String,
    /// Row as in [`CheckedRow::row_no`]; `None`: the table or file as a whole.
    pub row: Option<u32>,
    /// Header as the sender wrote it.
    pub header: Option<String>,
    /// Cell such as `D17`, where the file has cells.
    pub cell: Option<String>,
    /// What is wrong, in Chinese; personal data are masked.
    pub message: String,
    /// What to do, in Chinese.
    pub remedy: String,
    /// The value as written; personal data are masked.
    pub raw_masked: Option<String>,
}
