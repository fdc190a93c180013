//! Which column of the sheet is read as which column of the contract, and how its numbers are meant.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::contract::{Kind, Table};
use crate::normalise::{CodeBook, Refusal};
use crate::read::{Cell, RawRow};
use crate::recognise::{HeaderMatch, TitleSays, header_key, split_unit};
use crate::spill::SpillError;

use super::column::{ColumnPlan, Percent, decimal_places};
use super::page::Page;
use super::prepare::percent_columns;
use super::rows::serial_column;
use super::total::{RowKind, kind_of};

pub(super) fn plan_columns<'a>(
    table: &'a Table,
    found: &HeaderMatch,
    title: &TitleSays,
    page: &Page,
    codes: &'a CodeBook,
) -> Result<Vec<ColumnPlan<'a>>, SpillError> {
    let percents = percents(table, found, page)?;
    let sheet = &page.head;
    let plan = |(index, (source, header)): (&usize, &(usize, String))| {
        let column = table.columns.get(*index)?;
        let is_amount = column.kind == Kind::Dec2 && column.unit == "元";
        let by_line = title.amount_factor.filter(|_| is_amount);
        Some(ColumnPlan {
            index: *index,
            column,
            source: *source,
            header: header.clone(),
            factor: Decimal::from(header_factor(header).or(by_line).unwrap_or(1)),
            places: decimal_places(column),
            codes: codes.of(column),
            percent: percents.get(source).map_or(Percent::Points, Plain::meaning),
            from_1904: sheet.from_1904,
            typed: sheet.has_cells,
        })
    };
    Ok(found.columns.iter().filter_map(plan).collect())
}

/// The factor in “金额(万元)”.
fn header_factor(header: &str) -> Option<u32> {
    match split_unit(&header_key(header))?.1 {
        "万元" => Some(10_000),
        "亿元" => Some(100_000_000),
        "元" => Some(1),
        _ => None,
    }
}

/// What the plain numbers of each column in percent tell together; examples and totals say nothing about the data.
fn percents(table: &Table, found: &HeaderMatch, page: &Page) -> Result<BTreeMap<usize, Plain>, SpillError> {
    let mut seen: BTreeMap<usize, Plain> =
        percent_columns(table, found).into_iter().map(|c| (c, Plain::default())).collect();
    if !seen.is_empty() {
        let serial = serial_column(&page.head, found);
        for row in page.data(table, found) {
            let row = row?;
            note_plain(&row, serial, &mut seen);
        }
    }
    Ok(seen)
}

fn note_plain(row: &RawRow, serial: Option<usize>, seen: &mut BTreeMap<usize, Plain>) {
    if kind_of(row, serial) != RowKind::Data {
        return;
    }
    for (column, plain) in seen {
        if let Some(n) = plain_number(row, *column) {
            plain.shares |= n > 0.0 && n < 1.0;
            plain.points |= n > 1.0;
        }
    }
}

/// Whether a column holds numbers below and above one.
#[derive(Default)]
struct Plain {
    shares: bool,
    points: bool,
}

impl Plain {
    fn meaning(&self) -> Percent {
        match (self.shares, self.points) {
            (true, false) => Percent::Shares,
            (true, true) => Percent::Unclear,
            (false, _) => Percent::Points,
        }
    }
}

fn plain_number(row: &RawRow, column: usize) -> Option<f64> {
    match row.cell(column) {
        Cell::Number(n) => Some(*n),
        Cell::Text(t) => t.trim().parse().ok(),
        _ => None,
    }
}

/// DQ013: a column in percent was written in shares of one.
pub(super) fn shares_remark(plan: &ColumnPlan<'_>) -> Option<Refusal> {
    (plan.percent == Percent::Shares).then(|| {
        let what = format!("“{}”按小数填写（如0.95），已换算成百分数", plan.header);
        Refusal::new("DQ013", what, "请核对；今后请填写百分数，如95%填95")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_and_a_total_say_nothing_about_shares() {
        let row = |no: u32, first: &str, n: f64| RawRow { no, cells: vec![Cell::Text(first.into()), Cell::Number(n)] };
        let of = |rows: Vec<RawRow>| {
            let mut seen = BTreeMap::from([(1, Plain::default())]);
            rows.iter().for_each(|r| note_plain(r, None, &mut seen));
            seen[&1].meaning()
        };
        let around = |data: RawRow| of(vec![row(1, "示例：甲", 50.0), data, row(3, "合计", 1.3)]);
        assert_eq!(around(row(2, "甲", 0.25)), Percent::Shares);
        assert_eq!(around(row(2, "甲", 25.0)), Percent::Points);
        assert_eq!(of(vec![row(1, "甲", 0.25), row(2, "乙", 25.0)]), Percent::Unclear);
    }
}
