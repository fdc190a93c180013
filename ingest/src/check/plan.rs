//! Which column of the sheet is read as which column of the contract, and how its numbers are meant.

use rust_decimal::Decimal;

use crate::contract::{Kind, Table};
use crate::normalise::{CodeBook, Refusal, parse_number};
use crate::read::{Cell, RawRow, Sheet};
use crate::recognise::{HeaderMatch, TitleSays, header_key, split_unit};

use super::column::{ColumnPlan, Percent};
use super::rows::serial_column;
use super::total::{RowKind, kind_of};

pub(super) fn plan_columns<'a>(
    table: &'a Table,
    found: &HeaderMatch,
    title: &TitleSays,
    sheet: &Sheet,
    codes: &'a CodeBook,
) -> Vec<ColumnPlan<'a>> {
    let plan = |(index, (source, header)): (&usize, &(usize, String))| {
        let column = table.columns.get(*index)?;
        let is_amount = column.kind == Kind::Dec2 && column.unit == "元";
        let by_line = title.amount_factor.filter(|_| is_amount);
        let is_percent = column.unit == "%";
        Some(ColumnPlan {
            index: *index,
            column,
            source: *source,
            header: header.clone(),
            factor: Decimal::from(header_factor(header).or(by_line).unwrap_or(1)),
            codes: codes.of(column),
            percent: if is_percent { percent_of(sheet, found, *source) } else { Percent::Points },
            from_1904: sheet.from_1904,
            typed: sheet.has_cells,
        })
    };
    found.columns.iter().filter_map(plan).collect()
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

/// What the plain numbers of a column in percent tell together; examples and totals say nothing about the data.
fn percent_of(sheet: &Sheet, found: &HeaderMatch, column: usize) -> Percent {
    let serial = serial_column(sheet, found);
    let rows = sheet.rows.get(found.data_from..).unwrap_or_default().iter();
    let plain = rows.filter(|r| kind_of(r, serial) == RowKind::Data).filter_map(|r| plain_number(r, column));
    let (mut shares, mut points) = (false, false);
    for n in plain {
        shares |= n > 0.0 && n < 1.0;
        points |= n > 1.0;
    }
    match (shares, points) {
        (true, false) => Percent::Shares,
        (true, true) => Percent::Unclear,
        (false, _) => Percent::Points,
    }
}

fn plain_number(row: &RawRow, column: usize) -> Option<f64> {
    match row.cell(column) {
        Cell::Number(n) => Some(*n),
        Cell::Text(t) => t.trim().parse().ok(),
        _ => None,
    }
}

/// Numbers shown as 95 % are written so, in the columns whose unit is percent: the file holds 0.95.
pub(super) fn write_percents(table: &Table, found: &HeaderMatch, sheet: &mut Sheet) {
    let of_column = |index: &usize| table.columns.get(*index).is_some_and(|c| c.unit == "%");
    let columns: Vec<usize> = found.columns.iter().filter(|(i, _)| of_column(i)).map(|(_, (at, _))| *at).collect();
    for row in &mut sheet.rows {
        for column in &columns {
            let shown = u32::try_from(*column).is_ok_and(|c| sheet.marks.percents.contains(&(row.no, c)));
            let share = parse_number(row.cell(*column)).ok().filter(|a| shown && !a.was_text);
            if let Some(share) = share {
                row.cells[*column] = Cell::Text(format!("{}%", (share.value * Decimal::ONE_HUNDRED).normalize()));
            }
        }
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
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn an_example_and_a_total_say_nothing_about_shares() {
        let row = |no: u32, first: &str, n: f64| RawRow { no, cells: vec![Cell::Text(first.into()), Cell::Number(n)] };
        let of = |rows: Vec<RawRow>| {
            let found = HeaderMatch {
                table: String::new(),
                header_from: 0,
                data_from: 0,
                columns: BTreeMap::new(),
                unknown: Vec::new(),
                missing: Vec::new(),
            };
            percent_of(&Sheet { rows, ..Sheet::default() }, &found, 1)
        };
        let around = |data: RawRow| of(vec![row(1, "示例：甲", 50.0), data, row(3, "合计", 1.3)]);
        assert_eq!(around(row(2, "甲", 0.25)), Percent::Shares);
        assert_eq!(around(row(2, "甲", 25.0)), Percent::Points);
        assert_eq!(of(vec![row(1, "甲", 0.25), row(2, "乙", 25.0)]), Percent::Unclear);
    }
}
