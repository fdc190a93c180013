//! Where a contract column stands on a sheet, to show the cell that a value came from.

use crate::contract::Contracts;
use crate::read::{Cell, RawRow, Sheet};
use crate::recognise::{HeaderBook, HeaderMatch};

use super::page::{note_used, within};
use super::split::bands;

/// Rows from the top that are kept: titles and the first header stand in them.
const HEAD: usize = 40;
/// Rows above and below one of known headers that may belong to the same header.
const AROUND: usize = 2;

/// Keeps of a sheet what [`locate_column`] needs: its first rows, and those around every row that may begin a header.
pub fn keep_headers(contracts: &Contracts, sheet: &mut Sheet) {
    let book = HeaderBook::new(contracts);
    let mut keep: Vec<bool> = (0..sheet.rows.len()).map(|i| i < HEAD).collect();
    for (i, _) in sheet
        .rows
        .iter()
        .enumerate()
        .skip(HEAD - AROUND)
        .filter(|(_, r)| book.may_begin(r.cells.iter().map(Cell::view)))
    {
        let end = keep.len().min(i + AROUND + 1);
        keep[i - AROUND..end].fill(true);
    }
    let mut keep = keep.into_iter();
    sheet.rows.retain(|_| keep.next().unwrap_or(false));
}

/// The column of a sheet (from 0) in which a contract column stands; of several tables on the sheet the named one counts,
/// whether they stand one under the other or side by side.
#[must_use]
pub fn locate_column(contracts: &Contracts, sheet: &Sheet, table: &str, column: &str) -> Option<usize> {
    let look = Look { contracts, book: HeaderBook::new(contracts), table };
    let index = contracts.table(table)?.index_of(column)?;
    let found = look.below(&sheet.rows).or_else(|| look.beside(&sheet.rows))?;
    found.columns.get(&index).map(|(at, _)| *at)
}

struct Look<'a> {
    contracts: &'a Contracts,
    book: HeaderBook,
    table: &'a str,
}

impl Look<'_> {
    fn find(&self, rows: &[RawRow]) -> Option<HeaderMatch> {
        self.book.find(self.contracts, rows, &|t| usize::from(t.name == self.table) * 10_000)
    }

    /// The header of the table, the first one of the rows or one below it.
    fn below(&self, rows: &[RawRow]) -> Option<HeaderMatch> {
        let mine = |f: &HeaderMatch| f.table == self.table;
        let first = self.find(rows)?;
        if mine(&first) {
            return Some(first);
        }
        let further =
            (first.data_from..rows.len()).filter(|i| self.book.may_begin(rows[*i].cells.iter().map(Cell::view)));
        let around = |i: usize| &rows[i.saturating_sub(AROUND).max(first.data_from)..rows.len().min(i + AROUND + 1)];
        further.filter_map(|i| self.find(around(i))).find(mine)
    }

    /// The header of the table between blank columns.
    fn beside(&self, rows: &[RawRow]) -> Option<HeaderMatch> {
        let mut used = Vec::new();
        let from = self.find(rows)?.header_from;
        rows[from..].iter().for_each(|row| note_used(&mut used, row));
        let bands = bands(&used);
        let part = |band: &std::ops::Range<usize>| -> Vec<RawRow> { rows.iter().map(|r| within(r, band)).collect() };
        bands.iter().filter(|_| bands.len() > 1).find_map(|band| self.below(&part(band)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYMENTS: [&str; 9] =
        ["发放编号", "领取人身份证号", "发放渠道", "所属月份", "金额", "形式", "发放日期", "状态", "收款户名"];
    const COMPLAINTS: [&str; 9] = [
        "投诉编号",
        "被投诉对象类型",
        "被投诉对象",
        "受理日期",
        "办理时限",
        "办结日期",
        "是否属实",
        "类别",
        "所属镇街",
    ];

    fn row(no: u32, texts: &[&str]) -> RawRow {
        let cells = texts.iter().map(|t| if t.is_empty() { Cell::Empty } else { Cell::Text((*t).to_owned()) });
        RawRow { no, cells: cells.collect() }
    }

    #[test]
    fn both_tables_of_a_sheet_can_be_located() {
        let contracts = Contracts::embedded().unwrap();
        let mut below = Sheet { rows: vec![row(1, &PAYMENTS)], ..Sheet::default() };
        below
            .rows
            .extend((2..200).map(|no| row(no, &["FF1", "x", "C1", "202503", "1", "1", "2025-03-01", "1", "张三"])));
        below.rows.extend([row(201, &["投诉举报表"]), row(202, &COMPLAINTS), row(203, &["TS1", "1", "某公司"])]);
        keep_headers(&contracts, &mut below);
        assert_eq!(below.rows.iter().map(|r| r.no).max(), Some(203));
        assert_eq!(below.rows.len(), 40 + 4);
        let line = [PAYMENTS.as_slice(), &["", ""], &COMPLAINTS].concat();
        let values = [["1"; 9].as_slice(), &["", ""], &["2"; 9]].concat();
        let beside = Sheet { rows: vec![row(1, &line), row(2, &values)], ..Sheet::default() };
        for (sheet, start) in [(&below, 0), (&beside, 11)] {
            assert_eq!(locate_column(&contracts, sheet, "aid_payment", "amount"), Some(4));
            assert_eq!(locate_column(&contracts, sheet, "complaint", "receive_date"), Some(start + 3), "{start}");
            assert_eq!(locate_column(&contracts, sheet, "donor", "donor_id"), None);
        }
    }
}
