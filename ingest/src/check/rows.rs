//! All rows of a table: data, totals and signatures told apart, cells read, totals and keys checked.

use std::collections::{BTreeMap, BTreeSet};

use crate::checked::{CheckedFile, CheckedRow, CheckedTable, Level};
use crate::normalise::Refusal;
use crate::read::{RawRow, Sheet, cell_ref};
use crate::recognise::{HeaderMatch, is_serial};

use super::issues::Issues;
use super::plan::shares_remark;
use super::row::RowReader;
use super::total::{self, RowKind};

pub(super) fn read_rows(
    reader: &RowReader<'_>,
    sheet: &Sheet,
    found: &HeaderMatch,
    out: &mut CheckedTable,
    file: &mut CheckedFile,
) {
    let mut issues = Issues::default();
    let rows = sheet.rows.get(found.data_from..).unwrap_or_default();
    let serial = serial_column(sheet, found);
    let (mut detail, mut totals, mut subtotals) = (Vec::new(), Vec::new(), Vec::new());
    for raw in rows {
        match total::kind_of(raw, serial) {
            RowKind::Data => detail.push(raw),
            RowKind::Total => totals.push(raw),
            RowKind::Subtotal => subtotals.push((detail.len(), raw)),
            RowKind::Footer => sign(raw, file),
            RowKind::Cumulative | RowKind::Example | RowKind::Blank => {}
        }
    }
    out.rows = detail.iter().map(|raw| reader.read(raw, &mut issues)).collect();
    out.rows_read = out.rows.len() as u64;
    reject_duplicates(reader, &mut out.rows, &mut issues);
    check_totals(reader, &detail, &totals, out, &mut issues);
    if let Some((row, what)) = total::check_subtotals(reader.table, reader.plans, &detail, &subtotals) {
        refuse_table(reader, out, &mut issues, row, what);
    }
    for plan in reader.plans {
        let remarks = [total::unit_looks_wrong(plan, &detail), shares_remark(plan)];
        issues.extend(remarks.into_iter().flatten().map(|what| reader.place.whole(Level::Warning, what)));
    }
    report_unknown_headers(reader, found, sheet, &mut issues);
    out.issues = issues.finish();
}

fn sign(raw: &RawRow, file: &mut CheckedFile) {
    let mut names = total::signatures(raw);
    let signed = &mut file.signatures;
    signed.submitter = signed.submitter.take().or_else(|| names.remove("submitter"));
    signed.reviewer = signed.reviewer.take().or_else(|| names.remove("reviewer"));
    signed.head = signed.head.take().or_else(|| names.remove("head"));
}

/// DQ017: the first good row with a key stands, later ones in the same table do not.
fn reject_duplicates(reader: &RowReader<'_>, rows: &mut [CheckedRow], issues: &mut Issues) {
    let table = reader.table;
    let key: Vec<usize> = table.natural_key.iter().filter_map(|k| table.index_of(k)).collect();
    let shown = key.first().and_then(|k| reader.plans.iter().find(|p| p.index == *k));
    let mut seen = BTreeSet::new();
    for row in rows.iter_mut().filter(|r| !r.rejected) {
        let of_row: Vec<String> = key.iter().map(|k| row.values[*k].to_string()).collect();
        if !seen.insert(of_row) {
            row.rejected = true;
            row.awaiting_waiver.clear();
            let what = Refusal::new("DQ017", "主键在本表内重复，前面已有相同编号的一行", "请删除重复的行，或改正编号");
            issues.push(reader.place.at(Level::Error, row.row_no, shown.map(|p| (p.source, p.header.as_str())), what));
        }
    }
}

fn check_totals(
    reader: &RowReader<'_>,
    detail: &[&RawRow],
    totals: &[&RawRow],
    out: &mut CheckedTable,
    issues: &mut Issues,
) {
    for total in totals {
        let wrong = total::check_total(reader.table, reader.plans, detail, total);
        out.total_ok = Some(out.total_ok.unwrap_or(true) && wrong.is_none());
        if let Some(what) = wrong {
            refuse_table(reader, out, issues, total.no, what);
        }
    }
}

fn refuse_table(reader: &RowReader<'_>, out: &mut CheckedTable, issues: &mut Issues, row: u32, what: Refusal) {
    issues.push(reader.place.at(Level::Error, row, None, what));
    out.refused = true;
    out.rows.iter_mut().for_each(|r| r.rejected = true);
}

/// The column that only counts the rows.
pub(super) fn serial_column(sheet: &Sheet, found: &HeaderMatch) -> Option<usize> {
    let headers = sheet.rows.get(found.header_from..found.data_from)?;
    let cells = |r: &RawRow| r.cells.iter().position(|c| is_serial(&c.shown()));
    headers.iter().find_map(cells)
}

/// Columns that no contract column takes are named with their place and never dropped in silence; the file as received
/// keeps them.
fn report_unknown_headers(reader: &RowReader<'_>, found: &HeaderMatch, sheet: &Sheet, issues: &mut Issues) {
    let serial = serial_column(sheet, found);
    let taken: BTreeSet<usize> = found.columns.values().map(|(at, _)| *at).chain(serial).collect();
    let mut others: BTreeMap<usize, (&str, usize)> =
        found.unknown.iter().map(|(at, h)| (*at, (h.as_str(), 0))).collect();
    let data = sheet.rows.get(found.data_from..).unwrap_or_default();
    for row in data.iter().filter(|r| total::kind_of(r, serial) == RowKind::Data) {
        for (at, _) in row.cells.iter().enumerate().filter(|(at, c)| !taken.contains(at) && !c.is_blank()) {
            others.entry(at).or_insert(("", 0)).1 += 1;
        }
    }
    if others.is_empty() {
        return;
    }
    let names: Vec<String> = others.iter().map(|(at, (header, filled))| named(*at, header, *filled)).collect();
    let what = format!("多出的列没有取数：{}；原件已留存", names.join("、"));
    let remedy = "如需报送这些内容，请与市局联系";
    issues.push(reader.place.whole(Level::Warning, Refusal::new("DQ002", what, remedy)));
}

fn named(column: usize, header: &str, filled: usize) -> String {
    let letters = cell_ref(column, 1);
    let letters = letters.trim_end_matches('1');
    let name = if header.is_empty() { "无表头" } else { header };
    format!("{name}（{letters}列，{filled}行有内容）")
}
