//! Annotated returns: a file as its sender wrote it, written anew as a workbook in which every mistake is marked where it
//! stands, with a first sheet that lists them and leads to them.
//!
//! The rows keep their numbers and the columns their letters, values keep their types, and text stays text whatever it
//! begins with. What the sender sent is only read. Corrected and sent in again, the copy counts as a correction and names
//! its original ([`crate::checked::CheckedFile::answers`]). This module knows neither contracts nor checks: it shows the
//! issues that it is handed.

mod copy;
mod findings;
mod look;
mod marks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use sha2::{Digest, Sha256};

use crate::checked::Issue;
use crate::read::{self, RawFile, ReadError, Sheet};
use crate::recognise::own;

use marks::Marked;

/// Why an annotated copy cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum AnnotateError {
    /// The file as sent cannot be read from the disk.
    #[error("原报文件读不出来：{0}。请确认文件还在原处后重试")]
    Io(#[from] std::io::Error),
    /// The workbook cannot be written.
    #[error("退回件写不成：{0}。请把这条信息报给系统管理员")]
    Workbook(#[from] XlsxError),
}

/// Writes the annotated copy of the file at a path. `name` is its name in the delivery; `issues` are the mistakes of this
/// file and its tables, and of no other. A file that nobody can read (encrypted, damaged, with macros) gives a copy that
/// holds the list alone.
///
/// # Errors
/// When the file is gone or the workbook cannot be written.
pub fn write(path: &Path, name: &str, issues: &[Issue]) -> Result<Vec<u8>, AnnotateError> {
    write_bytes(&std::fs::read(path)?, name, issues)
}

/// As [`write`], for bytes at hand.
///
/// # Errors
/// When the workbook cannot be written.
pub fn write_bytes(bytes: &[u8], name: &str, issues: &[Issue]) -> Result<Vec<u8>, AnnotateError> {
    let sha256 = hex::encode(Sha256::digest(bytes));
    let raw = read::read_bytes(bytes).unwrap_or_else(|_: ReadError| nothing());
    let sheets: Vec<&Sheet> = raw.sheets.iter().filter(|s| !is_made_again(s)).collect();
    let marked = Marked::new(&sheets, issues);
    let mut book = Workbook::new();
    book.set_properties(&properties(&raw, &sheets, name, &sha256)?);
    let facts = findings::Facts { file: name, sha256: &sha256, rows: sheets.iter().map(|s| copy::count_rows(s)).sum() };
    findings::write(book.add_worksheet(), &marked, &facts)?;
    for (sheet, marks) in sheets.iter().zip(&marked.sheets) {
        copy::write(book.add_worksheet(), sheet, marks)?;
    }
    Ok(book.save_to_buffer()?)
}

/// The name of the annotated copy of a file: `校验结果_月报_船山区_202503.xlsx`. Unit and period stay readable in it.
#[must_use]
pub fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let stem = stem.strip_prefix(own::FINDINGS).map_or(stem, |rest| rest.trim_start_matches('_'));
    format!("{}_{stem}.xlsx", own::FINDINGS)
}

fn nothing() -> RawFile {
    RawFile { encoding: String::new(), sheets: Vec::new(), properties: BTreeMap::new() }
}

/// The list of mistakes of an earlier copy makes room for the new one; the dictionary served drop-downs that are gone.
fn is_made_again(sheet: &Sheet) -> bool {
    own::is_own_sheet(sheet) && !sheet.name.starts_with(own::INSTRUCTIONS)
}

/// What the file said of itself goes with it. The document's time is fixed, so that the same file and mistakes give the
/// same bytes.
fn properties(raw: &RawFile, sheets: &[&Sheet], name: &str, sha256: &str) -> Result<DocProperties, XlsxError> {
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let mut out = DocProperties::new()
        .set_title(own::FINDINGS)
        .set_creation_datetime(&made)
        .set_custom_property(own::ORIGINAL_SHA256, sha256)
        .set_custom_property(own::ORIGINAL_NAME, raw.properties.get(own::ORIGINAL_NAME).map_or(name, String::as_str));
    let said = sheets.first().map(|s| &s.said);
    let beside = |text: fn(&read::Said) -> Option<&String>| said.and_then(text).cloned();
    let all = [
        (own::TEMPLATE_ID, None),
        (own::TEMPLATE_VERSION, None),
        (own::UNIT, beside(|s| s.unit.as_ref())),
        (own::PERIOD, beside(|s| s.period.as_ref())),
        (own::TABLE, beside(|s| s.table.as_ref())),
    ];
    for (key, said) in all {
        if let Some(value) = raw.properties.get(key).cloned().or(said) {
            out = out.set_custom_property(key, value.as_str());
        }
    }
    Ok(out)
}
