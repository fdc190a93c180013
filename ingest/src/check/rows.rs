//! All rows of a table: data, totals and signatures told apart, cells read, totals and keys checked.

use std::collections::{BTreeMap, BTreeSet};

use crate::checked::{CheckedFile, CheckedRow, CheckedRows, CheckedTable, Level};
use crate::normalise::Refusal;
use crate::read::{RawRow, Sheet, cell_ref};
use crate::recognise::{HeaderMatch, is_serial};
use crate::spill::{Rows, SpillError};

use super::issues::Issues;
use super::keys::{self, Keys};
use super::page::Page;
use super::plan::shares_remark;
use super::row::RowReader;
use super::total::{self, Magnitude, RowKind, Sums};

pub(super) fn read_rows(
    reader: &RowReader<'_>,
    page: &Page,
    found: &HeaderMatch,
    out: &mut CheckedTable,
    file: &mut CheckedFile,
) -> Result<(), SpillError> {
    let mut issues = Issues::default();
    let mut pass = Pass::new(reader, page, found);
    for raw in page.data(reader.table, found) {
        let raw = raw?;
        pass.take(&raw, &mut issues, file)?;
    }
    let Pass { rows, mut keys, totals, subtotals, magnitudes, others, .. } = pass;
    out.rows_read = rows.len() as u64;
    out.rows = CheckedRows::new(rows);
    reject_duplicates(reader, &mut keys, &mut out.rows, &mut issues)?;
    check_sums(reader, page, found, (&totals, &subtotals), out, &mut issues)?;
    for (plan, magnitude) in reader.plans.iter().zip(&magnitudes) {
        let remarks = [magnitude.looks_wrong(), shares_remark(plan)];
        issues.extend(remarks.into_iter().flatten().map(|what| reader.place.whole(Level::Warning, what)));
    }
    report_unknown_headers(reader, &others, &mut issues);
    out.issues = issues.finish();
    Ok(())
}

/// What one pass over the rows of a table gathers.
struct Pass<'a> {
    reader: &'a RowReader<'a>,
    serial: Option<usize>,
    rows: Rows<CheckedRow>,
    keys: Keys,
    totals: Vec<RawRow>,
    /// With the number of data rows above.
    subtotals: Vec<(usize, RawRow)>,
    magnitudes: Vec<Magnitude>,
    /// Whether a column of the sheet is taken.
    taken: Vec<bool>,
    /// Columns that are not: header, filled cells.
    others: BTreeMap<usize, (String, usize)>,
}

impl<'a> Pass<'a> {
    fn new(reader: &'a RowReader<'a>, page: &Page, found: &HeaderMatch) -> Self {
        let serial = serial_column(&page.head, found);
        let places: BTreeSet<usize> = found.columns.values().map(|(at, _)| *at).chain(serial).collect();
        let width = places.last().map_or(0, |last| last + 1);
        Self {
            reader,
            serial,
            rows: Rows::new(page.room()),
            keys: Keys::new(reader.table),
            totals: Vec::new(),
            subtotals: Vec::new(),
            magnitudes: reader.plans.iter().map(|_| Magnitude::default()).collect(),
            taken: (0..width).map(|c| places.contains(&c)).collect(),
            others: found.unknown.iter().map(|(at, h)| (*at, (h.clone(), 0))).collect(),
        }
    }

    fn take(&mut self, raw: &RawRow, issues: &mut Issues, file: &mut CheckedFile) -> Result<(), SpillError> {
        match total::kind_of(raw, self.serial) {
            RowKind::Data => self.take_data(raw, issues)?,
            RowKind::Total => self.totals.push(raw.clone()),
            RowKind::Subtotal => self.subtotals.push((self.rows.len(), raw.clone())),
            RowKind::Footer => sign(raw, file),
            RowKind::Cumulative | RowKind::Example | RowKind::Blank => {}
        }
        Ok(())
    }

    fn take_data(&mut self, raw: &RawRow, issues: &mut Issues) -> Result<(), SpillError> {
        for (plan, magnitude) in self.reader.plans.iter().zip(&mut self.magnitudes) {
            magnitude.add(plan, raw);
        }
        let is_taken = |at: usize| self.taken.get(at).copied().unwrap_or(false);
        for (at, _) in raw.cells.iter().enumerate().filter(|(at, c)| !is_taken(*at) && !c.is_blank()) {
            self.others.entry(at).or_default().1 += 1;
        }
        let row = self.reader.read(raw, issues);
        if !row.rejected {
            self.keys.see(&row);
        }
        self.rows.push(row)
    }
}

fn sign(raw: &RawRow, file: &mut CheckedFile) {
    let mut names = total::signatures(raw);
    let signed = &mut file.signatures;
    signed.submitter = signed.submitter.take().or_else(|| names.remove("submitter"));
    signed.reviewer = signed.reviewer.take().or_else(|| names.remove("reviewer"));
    signed.head = signed.head.take().or_else(|| names.remove("head"));
}

/// DQ017: the first good row with a key stands, later ones in the same table do not.
fn reject_duplicates(
    reader: &RowReader<'_>,
    keys: &mut Keys,
    rows: &mut CheckedRows,
    issues: &mut Issues,
) -> Result<(), SpillError> {
    let repeated = keys.repeated();
    if repeated.is_empty() {
        return Ok(());
    }
    let places = keys::key_places(reader.table);
    let shown = places.first().and_then(|k| reader.plans.iter().find(|p| p.index == *k));
    let (mut seen, mut twins) = (BTreeSet::new(), Vec::new());
    for (i, row) in rows.read().enumerate() {
        let row = row?;
        let may_be = !row.rejected && repeated.binary_search(&keys.short(&row)).is_ok();
        if may_be && !seen.insert(keys::exact(&places, &row)) {
            twins.push(i);
            let what = Refusal::new("DQ017", "主键在本表内重复，前面已有相同编号的一行", "请删除重复的行，或改正编号");
            issues.push(reader.place.at(Level::Error, row.row_no, shown.map(|p| (p.source, p.header.as_str())), what));
        }
    }
    twins.into_iter().for_each(|i| rows.reject(i));
    Ok(())
}

/// Totals and subtotals against the data rows, in a second pass where there are any.
fn check_sums(
    reader: &RowReader<'_>,
    page: &Page,
    found: &HeaderMatch,
    (totals, subtotals): (&[RawRow], &[(usize, RawRow)]),
    out: &mut CheckedTable,
    issues: &mut Issues,
) -> Result<(), SpillError> {
    if totals.is_empty() && subtotals.is_empty() {
        return Ok(());
    }
    let stated = totals.iter().chain(subtotals.iter().map(|(_, row)| row));
    let bounds = subtotals.iter().map(|(at, _)| *at).chain([out.rows.len()]).collect();
    let mut sums = Sums::new(reader.table, reader.plans, stated, bounds);
    let serial = serial_column(&page.head, found);
    for raw in page.data(reader.table, found) {
        let raw = raw?;
        if total::kind_of(&raw, serial) == RowKind::Data {
            sums.add(&raw);
        }
    }
    sums.keep();
    for total in totals {
        let wrong = total::check_total(&sums, total);
        out.total_ok = Some(out.total_ok.unwrap_or(true) && wrong.is_none());
        if let Some(what) = wrong {
            refuse_table(reader, out, issues, total.no, what);
        }
    }
    if let Some((row, what)) = total::check_subtotals(&sums, subtotals) {
        refuse_table(reader, out, issues, row, what);
    }
    Ok(())
}

fn refuse_table(reader: &RowReader<'_>, out: &mut CheckedTable, issues: &mut Issues, row: u32, what: Refusal) {
    issues.push(reader.place.at(Level::Error, row, None, what));
    out.refused = true;
    out.rows.reject_all();
}

/// The column that only counts the rows.
pub(super) fn serial_column(sheet: &Sheet, found: &HeaderMatch) -> Option<usize> {
    let headers = sheet.rows.get(found.header_from..found.data_from)?;
    let cells = |r: &RawRow| r.cells.iter().position(|c| is_serial(&c.shown()));
    headers.iter().find_map(cells)
}

/// Columns that no contract column takes are named with their place and never dropped in silence; the file as received
/// keeps them.
fn report_unknown_headers(reader: &RowReader<'_>, others: &BTreeMap<usize, (String, usize)>, issues: &mut Issues) {
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
