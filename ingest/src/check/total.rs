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
    let shown = first.seen();
    // The words are hanzi, so that most rows of data are known by their first cell at once.
    if shown.is_ascii() {
        return RowKind::Data;
    }
    let text: String = shown.chars().filter(|c| !crate::read::is_blank_char(*c)).collect();
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
pub(super) fn check_total(sums: &Sums<'_, '_>, total: &RawRow) -> Option<Refusal> {
    for column in &sums.columns {
        let plan = column.plan;
        let Some(stated) = in_unit(plan, total.cell(plan.source)) else { continue };
        let Some(sum) = column.running else { continue };
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

/// Sums of the amounts of a table, gathered in one pass over its data rows.
pub(super) struct Sums<'a, 'p> {
    columns: Vec<Sum<'a, 'p>>,
    /// Numbers of data rows before which (and after the last) a sum is kept.
    bounds: Vec<usize>,
    rows: usize,
}

struct Sum<'a, 'p> {
    plan: &'a ColumnPlan<'p>,
    /// `None` from the first cell on that is no number.
    running: Option<Decimal>,
    /// The sum at each bound passed.
    at: Vec<Decimal>,
}

impl<'a, 'p> Sums<'a, 'p> {
    /// For the columns of amounts in which one of the stated rows says something.
    pub fn new<'r>(
        table: &Table,
        plans: &'a [ColumnPlan<'p>],
        stated: impl Iterator<Item = &'r RawRow> + Clone,
        mut bounds: Vec<usize>,
    ) -> Self {
        bounds.push(0);
        bounds.sort_unstable();
        bounds.dedup();
        let says = |plan: &&ColumnPlan<'_>| stated.clone().any(|row| in_unit(plan, row.cell(plan.source)).is_some());
        let plans = plans.iter().filter(|p| is_amount(table, p)).filter(says);
        let columns = plans.map(|plan| Sum { plan, running: Some(Decimal::ZERO), at: Vec::new() }).collect();
        Self { columns, bounds, rows: 0 }
    }

    /// Adds the next data row.
    pub fn add(&mut self, row: &RawRow) {
        self.keep();
        self.rows += 1;
        for column in &mut self.columns {
            let cell = row.cell(column.plan.source);
            if !column.plan.is_nothing(cell) {
                let more = in_unit(column.plan, cell);
                column.running = column.running.zip(more).and_then(|(sum, more)| sum.checked_add(more));
            }
        }
    }

    /// Keeps the sums where a bound is reached.
    pub fn keep(&mut self) {
        if self.bounds.binary_search(&self.rows).is_ok() {
            self.columns.iter_mut().for_each(|c| c.at.extend(c.running));
        }
    }
}

fn is_amount(table: &Table, plan: &ColumnPlan<'_>) -> bool {
    matches!(plan.column.kind, Kind::Dec2 | Kind::Int) && !table.natural_key.contains(&plan.column.name)
}

/// A number in the unit of the sheet: a cell may say its own.
fn in_unit(plan: &ColumnPlan<'_>, cell: &Cell) -> Option<Decimal> {
    let amount = parse_number(cell).ok()?;
    if amount.own_unit { amount.value.checked_div(plan.factor) } else { Some(amount.value) }
}

/// Compares subtotals with the rows that they close (or open, where each township begins with its own). A subtotal may
/// cover several groups, as one of a township does over those of its villages.
pub(super) fn check_subtotals(sums: &Sums<'_, '_>, subtotals: &[(usize, RawRow)]) -> Option<(u32, Refusal)> {
    let opening = subtotals.first().is_some_and(|(at, _)| *at == 0);
    for column in sums.columns.iter().filter(|c| c.running.is_some()) {
        let plan = column.plan;
        for (at, row) in subtotals {
            let Some(stated) = in_unit(plan, row.cell(plan.source)) else { continue };
            let Ok(here) = sums.bounds.binary_search(at) else { continue };
            let others = if opening { &column.at[here + 1..] } else { &column.at[..here] };
            let covers = |other: &Decimal| if opening { other - column.at[here] } else { column.at[here] - other };
            if !others.iter().any(|other| (covers(other) - stated).abs() <= Decimal::new(1, 2)) {
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

/// DQ013: the unit line says 万元 and the amounts look like 元, because their median is large.
#[derive(Default)]
pub(super) struct Magnitude {
    numbers: u64,
    plausible: u64,
}

impl Magnitude {
    pub fn add(&mut self, plan: &ColumnPlan<'_>, row: &RawRow) {
        if plan.factor <= Decimal::ONE {
            return;
        }
        if let Ok(amount) = parse_number(row.cell(plan.source)) {
            self.numbers += 1;
            self.plausible += u64::from(amount.value <= Decimal::from(1_000_000));
        }
    }

    /// Adds what was counted elsewhere.
    pub fn join(&mut self, other: &Self) {
        self.numbers += other.numbers;
        self.plausible += other.plausible;
    }

    /// The upper median is large exactly when no more than half of the numbers are not.
    pub fn looks_wrong(&self) -> Option<Refusal> {
        (self.numbers > 0 && self.plausible <= self.numbers / 2)
            .then(|| Refusal::new("DQ013", "单位写的是万元，但数字像是以元填写", "请核对单位行与金额"))
    }
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
