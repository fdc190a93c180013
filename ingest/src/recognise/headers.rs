//! Headers: which table they belong to, on one to three rows, with synonyms and units.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use crate::contract::{Contracts, Table};
use crate::normalise::is_plain;
use crate::read::{CellView, RawRow};

/// Rows from the top in which the header is looked for.
const SEARCHED_ROWS: usize = 30;
/// Rows that a header may have.
const MAX_HEADER_ROWS: usize = 3;

/// Bytes that a header has at most.
const LONGEST: usize = 90;

/// A header as compared: half-width, without blanks and line breaks.
#[must_use]
pub fn header_key(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    text.nfkc().filter(|c| !c.is_whitespace() && !crate::read::is_blank_char(*c)).collect()
}

/// All headers that the contracts know.
#[derive(Debug)]
pub struct HeaderBook {
    /// Header key → (table, column in contract order).
    known: BTreeMap<String, Vec<(String, usize)>>,
    /// Whether a header may begin with a byte: most values of data begin with one that none has.
    first_bytes: [bool; 256],
}

/// A header found on a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderMatch {
    /// The table.
    pub table: String,
    /// Index (in the list of rows) of the first data row.
    pub data_from: usize,
    /// Index of the first header row.
    pub header_from: usize,
    /// Contract column → (column of the sheet, header as written).
    pub columns: BTreeMap<usize, (usize, String)>,
    /// Headers that no column of the table has.
    pub unknown: Vec<(usize, String)>,
    /// Headers of mandatory columns that are missing.
    pub missing: Vec<String>,
}

impl HeaderBook {
    /// Collects the headers of all tables that are sent in.
    #[must_use]
    pub fn new(contracts: &Contracts) -> Self {
        let mut known: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
        let sent = contracts.tables.values().filter(|t| !t.is_system());
        for table in sent {
            for (index, column) in table.form_columns() {
                let header = column.form_header();
                let others = contracts.synonyms.get(&header).into_iter().flatten();
                for spelling in std::iter::once(&header).chain(others) {
                    add(&mut known, &header_key(spelling), &table.name, index);
                }
                // An export may also carry the catalogue's own header.
                add(&mut known, &header_key(&column.header), &table.name, index);
            }
        }
        let mut first_bytes = [false; 256];
        known.keys().filter_map(|k| k.bytes().next()).for_each(|b| first_bytes[usize::from(b)] = true);
        Self { known, first_bytes }
    }

    /// Finds the header of a sheet; `prefers` says how well a table fits the title, the sheet and the file name.
    #[must_use]
    pub fn find(
        &self,
        contracts: &Contracts,
        rows: &[RawRow],
        prefers: &dyn Fn(&Table) -> usize,
    ) -> Option<HeaderMatch> {
        let mut best: Option<(Rank, HeaderMatch)> = None;
        for from in 0..rows.len().min(SEARCHED_ROWS) {
            // Below a complete header only its own lower rows can make it better.
            if best.as_ref().is_some_and(|(rank, found)| rank.0 && from > found.header_from + 1) {
                break;
            }
            for height in 1..=MAX_HEADER_ROWS.min(rows.len() - from) {
                let written = self.look_up(&rows[from..from + height]);
                for table in candidates(&written).into_iter().filter_map(|t| contracts.table(t)) {
                    let found = match_table(table, &written, from, height);
                    let rank = (found.missing.is_empty(), prefers(table), points(&found, height));
                    if is_plausible(&found) && best.as_ref().is_none_or(|(r, _)| rank > *r) {
                        best = Some((rank, found));
                    }
                }
            }
        }
        best.map(|(_, found)| found)
    }

    /// Whether a row may be (the lowest row of) a header: most of its first cells are known headers. Cheap, since it is
    /// asked for every row of every sheet.
    pub(crate) fn may_begin<'a>(&self, cells: impl Iterator<Item = CellView<'a>>) -> bool {
        let mut first = cells.filter(|c| !c.is_blank()).take(3);
        let known = |cell: CellView<'_>| match cell {
            CellView::Text(t) if t.len() <= LONGEST => !self.columns_of(t).is_empty(),
            _ => false,
        };
        let mut hits = 0;
        let mut misses = 0;
        while let Some(cell) = first.next().filter(|_| misses < 2) {
            if known(cell) { hits += 1 } else { misses += 1 }
        }
        hits >= 2
    }

    /// The header of each column (the lowest filled cell of the header rows) with the columns that it may stand for.
    fn look_up(&self, rows: &[RawRow]) -> Vec<Written<'_>> {
        let width = rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
        let lowest = |column: usize| rows.iter().rev().map(|r| r.cell(column)).find(|c| !c.is_blank());
        // The star of a mandatory column is no part of its header.
        let plain = |shown: String| shown.trim_start_matches(['*', '＊']).to_owned();
        let headers = (0..width).filter_map(|c| Some((c, plain(lowest(c)?.shown()))));
        headers.map(|(at, header)| Written { at, columns: self.columns_of(&header), header }).collect()
    }

    fn columns_of(&self, header: &str) -> &[(String, usize)] {
        let key = header_key(header);
        let may_be = key.bytes().next().is_some_and(|b| self.first_bytes[usize::from(b)]);
        if !may_be {
            return &[];
        }
        let found = self.known.get(key.as_ref()).or_else(|| self.known.get(split_unit(&key)?.0));
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

/// Complete, fits the title, points.
type Rank = (bool, usize, i64);

/// A header as written, with what it may stand for.
struct Written<'a> {
    at: usize,
    header: String,
    columns: &'a [(String, usize)],
}

fn candidates<'a>(written: &[Written<'a>]) -> BTreeSet<&'a str> {
    written.iter().flat_map(|w| w.columns).map(|(table, _)| table.as_str()).collect()
}

fn match_table(table: &Table, written: &[Written<'_>], from: usize, height: usize) -> HeaderMatch {
    let mut columns = BTreeMap::new();
    let mut unknown = Vec::new();
    for w in written {
        let mut mine = w.columns.iter().filter(|(t, _)| *t == table.name).map(|(_, c)| *c);
        match mine.find(|c| !columns.contains_key(c)) {
            Some(column) => {
                columns.insert(column, (w.at, w.header.clone()));
            }
            None if is_serial(&w.header) => {}
            None => unknown.push((w.at, w.header.clone())),
        }
    }
    let missing = table.form_columns().filter(|(i, c)| !c.nullable && !columns.contains_key(i));
    let missing = missing.map(|(_, c)| c.form_header()).collect();
    HeaderMatch { table: table.name.clone(), data_from: from + height, header_from: from, columns, unknown, missing }
}

fn points(found: &HeaderMatch, height: usize) -> i64 {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX / 16);
    4 * count(found.columns.len()) - 2 * count(found.unknown.len()) - 8 * count(found.missing.len()) - count(height)
}

fn add(known: &mut BTreeMap<String, Vec<(String, usize)>>, key: &str, table: &str, column: usize) {
    let entry = known.entry(key.to_owned()).or_default();
    if !entry.iter().any(|(t, c)| t == table && *c == column) {
        entry.push((table.to_owned(), column));
    }
}

/// At least half of the headers are known, and at least two.
fn is_plausible(found: &HeaderMatch) -> bool {
    found.columns.len() >= 2 && found.columns.len() >= found.unknown.len() && found.missing.len() <= found.columns.len()
}

/// The unit at the end of a header: “金额(万元)”, “金额/万元”, “金额(单位:元)” → 金额 and the unit.
#[must_use]
pub fn split_unit(key: &str) -> Option<(&str, &str)> {
    let bracketed = key.strip_suffix([')', ']']).and_then(|k| k.rsplit_once(['(', '[']));
    let slashed = || key.rsplit_once(['/', ':', ',']).filter(|(_, unit)| UNITS.contains(unit));
    let (name, unit) = bracketed.or_else(slashed)?;
    Some((name, unit.strip_prefix("单位:").unwrap_or(unit)))
}

/// Units that stand behind a stroke; a header such as 救助事由/项目名 has none.
const UNITS: [&str; 9] = ["元", "万元", "亿元", "人", "人次", "户", "次", "小时", "%"];

/// Headers of columns that count the rows and carry no data.
const SERIAL: [&str; 6] = ["序号", "序", "编序", "No.", "NO", "行号"];

/// Whether a column only counts the rows.
#[must_use]
pub fn is_serial(header: &str) -> bool {
    SERIAL.contains(&header_key(header).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Cell;

    fn row(no: u32, cells: &[&str]) -> RawRow {
        let cells =
            cells.iter().map(|c| if c.is_empty() { Cell::Empty } else { Cell::Text((*c).to_owned()) }).collect();
        RawRow { no, cells }
    }

    #[test]
    fn two_rows_of_merged_headers_are_one() {
        let contracts = Contracts::embedded().unwrap();
        let book = HeaderBook::new(&contracts);
        let rows = [
            row(1, &["船山区2025年3月投诉举报表"]),
            row(3, &["基本信息", "", "", "受理日期", "办理时限", "办结日期", "是否属实", "类别", "所在地", ""]),
            row(4, &["投诉编号", "被投诉对象\n类型", "被投诉对象", "", "", "", "", "", "所属镇街", "村居名称"]),
            row(5, &["TS01", "1", "x", "2025-03-01", "2025-03-01", "", "", "5", "", ""]),
        ];
        let found = book.find(&contracts, &rows, &|_| 0).unwrap();
        assert_eq!((found.table.as_str(), found.header_from, found.data_from), ("complaint", 1, 3));
        assert_eq!(found.columns.len(), 10);
        assert!(found.missing.is_empty() && found.unknown.is_empty());
    }
}
