//! Total rows: 合计 must equal the sum of the detail (DQ014), and amounts must fit the unit line (DQ013).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::contract::{Kind, Table};
use crate::normalise::{Refusal, parse_number};
use crate::read::{Cell, RawRow, cell_ref};
use crate::recognise::is_example;

use super::column::ColumnPlan;

/// The words before the names under a return.
const SIGNS: [&str; 7] = ["填表人", "填报人", "制表人", "审核人", "单位负责人", "负责人", "联系电话"];

/// What a row below the header is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    Data,
    Total,
    Subtotal,
    /// Counted from the start of the year: never added.
    Cumulative,
    Footer,
    Example,
    Blank,
}

/// Tells data from totals, signatures, examples and blank rows by the first filled cell; a column that counts the rows is left out.
pub(crate) fn kind_of(row: &RawRow, serial: Option<usize>) -> RowKind {
    let mut filled = row.cells.iter().enumerate().filter(|(i, c)| Some(*i) != serial && !c.is_blank()).map(|(_, c)| c);
    let serial_text = serial.map(|i| row.cell(i)).filter(|c| matches!(c, Cell::Text(_)) && !c.is_blank());
    let Some(first) = serial_text.or_else(|| filled.next()) else { return RowKind::Blank };
    let Cell::Text(_) = first else { return RowKind::Data };
    let text: String = first.shown().chars().filter(|c| !crate::read::is_blank_char(*c)).collect();
    let short = text.chars().count() <= 20;
    match text.trim_end_matches([':', '：']) {
        "合计" | "总计" | "共计" | "总合计" => RowKind::Total,
        word if short && word.ends_with("小计") => RowKind::Subtotal,
        "累计" | "本年累计" | "本月止累计" | "年初至今累计" => RowKind::Cumulative,
        _ if is_example(&text) => RowKind::Example,
        _ if is_footer(&text) => RowKind::Footer,
        _ => RowKind::Data,
    }
}

fn is_footer(text: &str) -> bool {
    ["填表人", "填报人", "制表人", "审核人", "单位负责人", "负责人", "联系电话", "备注", "注", "说明"]
        .iter()
        .any(|w| text.strip_prefix(w).is_some_and(|rest| rest.starts_with([':', '：'])))
}

/// Compares a total row with the sums of the detail, in the unit of the sheet, tolerance 0.01.
/// A column of which some cell is no number is not compared: its own mistake is reported already.
pub(super) fn check_total(
    table: &Table,
    plans: &[ColumnPlan<'_>],
    detail: &[&RawRow],
    total: &RawRow,
) -> Option<Refusal> {
    for plan in plans.iter().filter(|p| is_amount(table, p)) {
        let Some(stated) = in_unit(plan, total.cell(plan.source)) else { continue };
        let Some(sum) = sum(plan, detail) else { continue };
        if (stated - sum).abs() > Decimal::new(1, 2) {
            return Some(Refusal::new(
                "DQ014",
                format!(
                    "合计行“{}”（{}）为 {}，明细之和为 {}，整表退回",
                    plan.header,
                    cell_ref(plan.source, total.no),
                    stated.normalize(),
                    sum.normalize()
                ),
                "请核对明细和合计后，以“更正”重报本表",
            ));
        }
    }
    None
}

fn is_amount(table: &Table, plan: &ColumnPlan<'_>) -> bool {
    matches!(plan.column.kind, Kind::Dec2 | Kind::Int) && !table.natural_key.contains(&plan.column.name)
}

fn sum(plan: &ColumnPlan<'_>, detail: &[&RawRow]) -> Option<Decimal> {
    let cells = detail.iter().map(|r| r.cell(plan.source)).filter(|c| !plan.is_nothing(c));
    cells.map(|c| in_unit(plan, c)).sum()
}

/// A number in the unit of the sheet: a cell may say its own.
fn in_unit(plan: &ColumnPlan<'_>, cell: &Cell) -> Option<Decimal> {
    let amount = parse_number(cell).ok()?;
    if amount.own_unit { amount.value.checked_div(plan.factor) } else { Some(amount.value) }
}

/// Compares subtotals with the rows that they close (or open, where each township begins with its own). A subtotal may
/// cover several groups, as one of a township does over those of its villages.
pub(super) fn check_subtotals(
    table: &Table,
    plans: &[ColumnPlan<'_>],
    detail: &[&RawRow],
    subtotals: &[(usize, &RawRow)],
) -> Option<(u32, Refusal)> {
    let opening = subtotals.first().is_some_and(|(at, _)| *at == 0);
    for plan in plans.iter().filter(|p| is_amount(table, p)) {
        let Some(sums) = running_sums(plan, detail) else { continue };
        let bounds = || subtotals.iter().map(|(at, _)| *at).chain([0, detail.len()]);
        for (at, row) in subtotals {
            let Some(stated) = in_unit(plan, row.cell(plan.source)) else { continue };
            let covers = |other: usize| if opening { sums[other] - sums[*at] } else { sums[*at] - sums[other] };
            let mut groups = bounds().filter(|b| if opening { b > at } else { b < at });
            if !groups.any(|other| (covers(other) - stated).abs() <= Decimal::new(1, 2)) {
                let what = format!(
                    "小计行“{}”（{}）为 {}，与所含明细之和不符，整表退回",
                    plan.header,
                    cell_ref(plan.source, row.no),
                    stated.normalize()
                );
                return Some((row.no, Refusal::new("DQ014", what, "请核对明细和小计后，以“更正”重报本表")));
            }
        }
    }
    None
}

/// The sum of the first n rows for every n; `None` when some cell is no number.
fn running_sums(plan: &ColumnPlan<'_>, detail: &[&RawRow]) -> Option<Vec<Decimal>> {
    let mut sums = vec![Decimal::ZERO];
    for row in detail {
        let more = sum(plan, &[row])?;
        sums.push(sums.last().copied().unwrap_or_default().checked_add(more)?);
    }
    Some(sums)
}

/// DQ013: the unit line says 万元 and the amounts look like 元.
pub(super) fn unit_looks_wrong(plan: &ColumnPlan<'_>, detail: &[&RawRow]) -> Option<Refusal> {
    if plan.factor <= Decimal::ONE {
        return None;
    }
    let mut values: Vec<Decimal> =
        detail.iter().filter_map(|r| parse_number(r.cell(plan.source)).ok()).map(|a| a.value).collect();
    values.sort_unstable();
    let median = *values.get(values.len() / 2)?;
    (median > Decimal::from(1_000_000))
        .then(|| Refusal::new("DQ013", "单位写的是万元，但数字像是以元填写", "请核对单位行与金额"))
}

/// The names under a return: 填表人, 审核人, 单位负责人.
pub(super) fn signatures(row: &RawRow) -> BTreeMap<&'static str, String> {
    let text = row.cells.iter().filter(|c| !c.is_blank()).map(Cell::shown).collect::<Vec<_>>().join(" ");
    let mut out = BTreeMap::new();
    for (word, key) in [
        ("填表人", "submitter"),
        ("填报人", "submitter"),
        ("制表人", "submitter"),
        ("审核人", "reviewer"),
        ("负责人", "head"),
    ] {
        let Some((_, rest)) = text.split_once(word) else { continue };
        let name = rest.trim_start_matches([':', '：', ' ', '　']);
        let name: String =
            name.chars().take_while(|c| !crate::read::is_blank_char(*c) && !matches!(c, ':' | '：')).collect();
        // Between 填表人 and 审核人 of an unsigned form stands no name.
        if (2..=20).contains(&name.chars().count()) && !SIGNS.contains(&name.as_str()) {
            out.entry(key).or_insert(name);
        }
    }
    out
}
