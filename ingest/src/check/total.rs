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
    Footer,
    Example,
    Blank,
}

/// Tells data from totals, signatures, examples and blank rows by the first filled cell.
pub(crate) fn kind_of(row: &RawRow) -> RowKind {
    let Some(first) = row.cells.iter().find(|c| !c.is_blank()) else { return RowKind::Blank };
    let Cell::Text(_) = first else { return RowKind::Data };
    let text: String = first.shown().chars().filter(|c| !crate::read::is_blank_char(*c)).collect();
    match text.as_str() {
        "合计" | "总计" | "合计:" | "合计：" | "共计" => RowKind::Total,
        "小计" | "小计:" | "小计：" => RowKind::Subtotal,
        _ if text.ends_with("小计") && text.chars().count() <= 20 => RowKind::Subtotal,
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
        let Ok(stated) = parse_number(total.cell(plan.source)) else { continue };
        let Some(sum) = sum(plan, detail) else { continue };
        if (stated.value - sum).abs() > Decimal::new(1, 2) {
            return Some(Refusal::new(
                "DQ014",
                format!(
                    "合计行“{}”（{}）为 {}，明细之和为 {}，整表退回",
                    plan.header,
                    cell_ref(plan.source, total.no),
                    stated.value.normalize(),
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
    cells.map(|c| parse_number(c).ok().map(|a| if a.own_unit { a.value / plan.factor } else { a.value })).sum()
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
