//! All rows of a table: data, totals and signatures told apart, cells read, totals and keys checked.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::checked::{CheckedFile, CheckedRow, CheckedRows, CheckedTable, Level};
use crate::normalise::Refusal;
use crate::read::{RawRow, Sheet, cell_ref};
use crate::recognise::{HeaderMatch, is_serial};
use crate::spill::{Rows, SpillError};

use super::block::{Block, Look};
use super::issues::Issues;
use super::keys::{self, KeyPlaces, Keys};
use super::lanes;
use super::page::Page;
use super::plan::shares_remark;
use super::row::RowReader;
use super::total::{self, Magnitude, RowKind, Sums};

/// Rows of a block, and rows of a table from which on it is worth while to start threads.
const BLOCK: usize = 1_024;
const MANY: usize = 4 * BLOCK;

pub(super) fn read_rows(
    reader: &RowReader<'_>,
    page: &Page,
    found: &HeaderMatch,
    out: &mut CheckedTable,
    file: &mut CheckedFile,
) -> Result<(), SpillError> {
    let keys = KeyPlaces::new(reader.table);
    let serial = serial_column(&page.head, found);
    let look = Look { reader, keys: &keys, serial, taken: taken(found, serial) };
    let mut pass = Pass::new(reader, page, found);
    let threads = if page.len() < MANY { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) };
    let new_block = || Block::new(&look, threads > 1);
    let check_part = |places| {
        let mut block = new_block();
        page.part(places, |row| look.check(row, &mut block)).map(|()| block)
    };
    let check_rows = |rows: Vec<Cow<'_, RawRow>>| {
        let mut block = new_block();
        rows.iter().for_each(|row| look.check(row, &mut block));
        Ok(block)
    };
    let mut take = |block: Result<Block, SpillError>| pass.take(block?, file);
    match page.parts(reader.table, found) {
        Some(parts) => lanes::in_order(threads, parts.map(Ok), check_part, &mut take)?,
        None => lanes::in_order(threads, Blocks(page.data(reader.table, found)), check_rows, &mut take)?,
    }
    let Pass { rows, keys: mut seen, totals, subtotals, magnitudes, others, mut issues } = pass;
    out.rows_read = rows.len() as u64;
    out.rows = CheckedRows::new(rows);
    reject_duplicates(reader, (&keys, &mut seen), &mut out.rows, &mut issues)?;
    check_sums(reader, page, found, (&totals, &subtotals), out, &mut issues)?;
    for (plan, magnitude) in reader.plans.iter().zip(&magnitudes) {
        let remarks = [magnitude.looks_wrong(), shares_remark(plan)];
        issues.extend(remarks.into_iter().flatten().map(|what| reader.place.whole(Level::Warning, what)));
    }
    report_unknown_headers(reader, &others, &mut issues);
    out.issues = issues.finish();
    Ok(())
}

/// For each column of the sheet, whether it is taken.
fn taken(found: &HeaderMatch, serial: Option<usize>) -> Vec<bool> {
    let places: BTreeSet<usize> = found.columns.values().map(|(at, _)| *at).chain(serial).collect();
    (0..places.last().map_or(0, |last| last + 1)).map(|c| places.contains(&c)).collect()
}

/// Rows in blocks.
struct Blocks<R>(R);

impl<T, E, R: Iterator<Item = Result<T, E>>> Iterator for Blocks<R> {
    type Item = Result<Vec<T>, E>;

    fn next(&mut self) -> Option<Self::Item> {
        let block: Result<Vec<T>, E> = self.0.by_ref().take(BLOCK).collect();
        if block.as_ref().is_ok_and(Vec::is_empty) { None } else { Some(block) }
    }
}

/// What the blocks of a table give together.
struct Pass {
    rows: Rows<CheckedRow>,
    keys: Keys,
    totals: Vec<RawRow>,
    /// With the number of data rows above.
    subtotals: Vec<(usize, RawRow)>,
    magnitudes: Vec<Magnitude>,
    /// Columns that are not taken: header, filled cells.
    others: BTreeMap<usize, (String, usize)>,
    issues: Issues,
}

impl Pass {
    fn new(reader: &RowReader<'_>, page: &Page, found: &HeaderMatch) -> Self {
        Self {
            rows: Rows::new(page.room()),
            keys: Keys::default(),
            totals: Vec::new(),
            subtotals: Vec::new(),
            magnitudes: reader.plans.iter().map(|_| Magnitude::default()).collect(),
            others: found.unknown.iter().map(|(at, h)| (*at, (h.clone(), 0))).collect(),
            issues: Issues::default(),
        }
    }

    /// The next block in the order of the sheet.
    fn take(&mut self, block: Block, file: &mut CheckedFile) -> Result<(), SpillError> {
        let above = self.rows.len();
        for (at, kind, raw) in block.apart {
            match kind {
                RowKind::Total => self.totals.push(raw),
                RowKind::Subtotal => self.subtotals.push((above + at, raw)),
                _ => sign(&raw, file),
            }
        }
        self.issues.extend(block.issues.into_iter());
        self.magnitudes.iter_mut().zip(&block.magnitudes).for_each(|(sum, more)| sum.join(more));
        block.others.into_iter().for_each(|(at, filled)| self.others.entry(at).or_default().1 += filled);
        block.keys.into_iter().for_each(|key| self.keys.see(key));
        block.rows.hand_on(&mut self.rows)
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
    (keys, seen): (&KeyPlaces, &mut Keys),
    rows: &mut CheckedRows,
    issues: &mut Issues,
) -> Result<(), SpillError> {
    let repeated = seen.repeated();
    if repeated.is_empty() {
        return Ok(());
    }
    let places = keys::key_places(reader.table);
    let shown = places.first().and_then(|k| reader.plans.iter().find(|p| p.index == *k));
    let (mut firsts, mut twins, mut text) = (BTreeSet::new(), Vec::new(), String::new());
    for (i, row) in rows.read().enumerate() {
        let row = row?;
        let may_be = !row.rejected && repeated.binary_search(&keys.short(&row, &mut text)).is_ok();
        if may_be && !firsts.insert(keys::exact(&places, &row)) {
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
