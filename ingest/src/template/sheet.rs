//! One table on its sheet: attachment line, title, unit line, header, total, example, rows, signatures.
//!
//! The total stands above the rows and the signatures below the drawn ones: however many rows are pasted, nothing is in
//! their way, and the total is always in sight.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    ConditionalFormatFormula, Format, FormatAlign, Formula, ProtectionOptions, Worksheet, XlsxError,
};

use crate::contract::{Kind, Table};
use crate::read::cell_ref;
use crate::value::Value;

use super::choices::Choices;
use super::columns::Design;
use super::example::{Sample, sample};
use super::look;
use super::plan::{Entry, Plan};
use super::rows::{self, Shown};
use super::rules::{Cells, rule};

/// Rows that are drawn for filling in, beside those filled already.
const DRAWN_ROWS: u32 = 40;
/// Last row that is looked after, from 1.
const LAST_ROW: u32 = 5_000;
/// Rows from 0.
const TITLE: u32 = 1;
const UNIT_LINE: u32 = 2;
const HEADER: u32 = 3;

/// What is to be written.
pub(super) struct Task<'a, 'b> {
    pub plan: &'b Plan<'a>,
    pub entry: &'b Entry<'a>,
    /// Number of the attachment, from 1.
    pub number: u32,
    pub choices: &'b Choices<'a>,
    pub rows: &'b [BTreeMap<String, Value>],
}

/// Where things stand; rows from 0.
struct Layout {
    total: Option<u32>,
    example: u32,
    /// First data row.
    first: u32,
    footer: u32,
    last_column: u16,
}

/// The name of the sheet of a table.
pub(super) fn sheet_name(table: &Table) -> String {
    table.title.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect()
}

pub(super) fn write(sheet: &mut Worksheet, task: &Task<'_, '_>) -> Result<(), XlsxError> {
    let designs = task.choices.designs(&task.entry.table.name);
    let layout = layout(task, designs);
    sheet.set_name(sheet_name(task.entry.table))?;
    columns(sheet, designs)?;
    head(sheet, task, designs, &layout)?;
    total(sheet, task, designs, &layout)?;
    example(sheet, task, designs, &layout)?;
    data(sheet, task, designs, &layout)?;
    footer(sheet, &layout)?;
    validations(sheet, task, designs, &layout)?;
    page(sheet, task, &layout)
}

fn layout(task: &Task<'_, '_>, designs: &[Design<'_>]) -> Layout {
    let total = has_total(task.entry.table).then_some(HEADER + 1);
    let example = total.unwrap_or(HEADER) + 1;
    let filled = u32::try_from(task.rows.len()).unwrap_or(LAST_ROW);
    let last_column = u16::try_from(designs.len().saturating_sub(1)).unwrap_or(u16::MAX);
    Layout { total, example, first: example + 1, footer: example + 1 + filled + DRAWN_ROWS, last_column }
}

/// A table whose rows are amounts by their contract has a total; an amount that is only a property of a row makes none.
fn has_total(table: &Table) -> bool {
    table.form_columns().any(|(_, c)| c.kind == Kind::Dec2 && c.unit == "元" && !c.nullable)
}

fn is_summed(design: &Design<'_>) -> bool {
    design.column.kind == Kind::Dec2 && design.column.unit == "元" && !design.column.header.contains("单价")
}

fn columns(sheet: &mut Worksheet, designs: &[Design<'_>]) -> Result<(), XlsxError> {
    for (column, design) in (0u16..).zip(designs) {
        // Narrow tables still carry a title and a unit line.
        let least = if designs.len() < 6 { 24.0 } else { 0.0 };
        let width = if column == 0 { design.width().max(18.0) } else { design.width() };
        sheet.set_column_width(column, width.max(least))?;
        sheet.set_column_format(column, &look::aligned(look::open(design.num_format()), design.is_short()))?;
    }
    // Whole rows can be deleted only where every cell is unlocked.
    let next = u16::try_from(designs.len()).unwrap_or(0);
    sheet.set_column_range_format(next, 16_383, &Format::new().set_unlocked())?;
    Ok(())
}

fn head(sheet: &mut Worksheet, task: &Task<'_, '_>, designs: &[Design<'_>], at: &Layout) -> Result<(), XlsxError> {
    let (plan, table, last) = (task.plan, task.entry.table, at.last_column);
    let right = look::text().set_align(FormatAlign::Right);
    sheet.write_string_with_format(0, 0, format!("附件{}", task.number), &look::heading())?;
    let code = format!("表号：{}-{}（第{}版）", plan.form.code, task.number, plan.form.version);
    sheet.write_string_with_format(0, last, code, &right)?;
    sheet.merge_range(TITLE, 0, TITLE, last, &title(plan, table), &look::title())?;
    let unit = format!("填报单位：{}", plan.unit_full_name());
    sheet.write_string_with_format(UNIT_LINE, 0, unit, &look::text())?;
    let date = look::text().set_unlocked();
    sheet.write_string_with_format(UNIT_LINE, last / 2, "填报日期：    年  月  日", &date)?;
    let money = table.form_columns().any(|(_, c)| c.kind == Kind::Dec2 && c.unit == "元");
    let money = if money { "单位：元" } else { "" };
    sheet.write_string_with_format(UNIT_LINE, last, money, &right)?;
    for (column, design) in (0u16..).zip(designs) {
        header(sheet, column, design)?;
    }
    for (row, height) in [(0, 18.0), (TITLE, 34.0), (UNIT_LINE, 22.0), (HEADER, 36.0)] {
        sheet.set_row_height(row, height)?;
    }
    Ok(())
}

/// “船山区2025年3月需求清单表”; a title that ends with 表 already stays as it is.
fn title(plan: &Plan<'_>, table: &Table) -> String {
    let unit = if plan.unit == crate::contract::CITY { "遂宁市" } else { plan.unit_name() };
    let end = if table.title.ends_with('表') { "" } else { "表" };
    format!("{unit}{}{}{end}", plan.period.words(), table.title)
}

fn header(sheet: &mut Worksheet, column: u16, design: &Design<'_>) -> Result<(), XlsxError> {
    if design.is_required() {
        let (star, words) = (look::star(), look::header_words());
        let parts = [(&star, "*"), (&words, design.header.as_str())];
        sheet.write_rich_string_with_format(HEADER, column, &parts, &look::header())?;
    } else {
        sheet.write_string_with_format(HEADER, column, &design.header, &look::header())?;
    }
    Ok(())
}

fn total(sheet: &mut Worksheet, task: &Task<'_, '_>, designs: &[Design<'_>], at: &Layout) -> Result<(), XlsxError> {
    let Some(row) = at.total else { return Ok(()) };
    for (index, design) in designs.iter().enumerate() {
        let column = u16::try_from(index).unwrap_or(u16::MAX);
        if index > 0 && is_summed(design) {
            let (from, to) = (cell_ref(index, at.first + 1), cell_ref(index, LAST_ROW));
            let sum: f64 = task.rows.iter().map(|r| number(task.plan, design, r)).sum();
            let formula = Formula::new(format!("=SUM({from}:{to})")).set_result(format!("{}", round_fen(sum)));
            sheet.write_formula_with_format(row, column, formula, &look::total(design.num_format()))?;
        } else {
            sheet.write_blank(row, column, &look::total("@"))?;
        }
    }
    sheet.write_string_with_format(row, 0, "合计", &look::total("@").set_align(FormatAlign::Center))?;
    sheet.set_row_height(row, 20)?;
    Ok(())
}

fn number(plan: &Plan<'_>, design: &Design<'_>, row: &BTreeMap<String, Value>) -> f64 {
    if let Shown::Number(n) = rows::shown(plan, design, row) { n } else { 0.0 }
}

/// Adding zero makes the sum of no rows 0 and not -0.
fn round_fen(sum: f64) -> f64 {
    (sum * 100.0).round() / 100.0 + 0.0
}

fn example(sheet: &mut Worksheet, task: &Task<'_, '_>, designs: &[Design<'_>], at: &Layout) -> Result<(), XlsxError> {
    for (column, design) in (0u16..).zip(designs) {
        let shown = match sample(task.plan, task.choices, design, column == 0) {
            Sample::Text(text) => Shown::Text(text),
            Sample::Number(n) => Shown::Number(n),
            Sample::Date(d) => Shown::Date(d),
        };
        let format = look::aligned(look::example(design.num_format()).set_shrink(), column > 0 && design.is_short());
        rows::write(sheet, (at.example, column), &shown, &format)?;
    }
    sheet.set_row_height(at.example, 20)?;
    Ok(())
}

fn data(sheet: &mut Worksheet, task: &Task<'_, '_>, designs: &[Design<'_>], at: &Layout) -> Result<(), XlsxError> {
    let formats: Vec<Format> =
        designs.iter().map(|d| look::aligned(look::cell(d.num_format()), d.is_short())).collect();
    let empty = BTreeMap::new();
    for (row, filled) in (at.first..at.footer).zip(task.rows.iter().chain(std::iter::repeat(&empty))) {
        for ((column, design), format) in (0u16..).zip(designs).zip(&formats) {
            rows::write(sheet, (row, column), &rows::shown(task.plan, design, filled), format)?;
        }
        sheet.set_row_height(row, 20)?;
    }
    Ok(())
}

/// Signatures are typed behind the colons; on a narrow sheet all four share one cell.
fn footer(sheet: &mut Worksheet, at: &Layout) -> Result<(), XlsxError> {
    let words = ["填表人：", "审核人：", "单位负责人：", "联系电话："];
    let format = look::text().set_unlocked();
    sheet.set_row_height(at.footer, 26)?;
    if at.last_column < 7 {
        sheet.write_string_with_format(at.footer, 0, words.join("          "), &format)?;
        return Ok(());
    }
    for (i, word) in (0u16..).zip(words) {
        sheet.write_string_with_format(at.footer, i * (at.last_column + 1) / 4, word, &format)?;
    }
    Ok(())
}

fn validations(
    sheet: &mut Worksheet,
    task: &Task<'_, '_>,
    designs: &[Design<'_>],
    at: &Layout,
) -> Result<(), XlsxError> {
    let unit = task.plan.unit_name();
    let cells = Cells { table: task.entry.table, designs, first: at.first + 1, last: LAST_ROW, unit };
    let filled = format!("COUNTA({}:{})>0", cells.cell(0), cells.cell(designs.len().saturating_sub(1)));
    let missing = Format::new().set_background_color(look::MISSING);
    for (index, design) in designs.iter().enumerate() {
        let column = u16::try_from(index).unwrap_or(u16::MAX);
        // The row of the signatures lies between.
        let part = |from: u32, to: u32| format!("{}:{}", cell_ref(index, from), cell_ref(index, to));
        let ranges = format!("{} {}", part(at.first + 1, at.footer), part(at.footer + 2, LAST_ROW));
        let rule = rule(&cells, index)?.set_multi_range(&ranges);
        sheet.add_data_validation(at.first, column, LAST_ROW - 1, column, &rule)?;
        if design.is_required() {
            let blank = format!("=AND({filled},LEN(TRIM({}))=0)", cells.cell(index));
            let format = ConditionalFormatFormula::new().set_rule(blank.as_str()).set_format(&missing);
            sheet.add_conditional_format(at.first, column, LAST_ROW - 1, column, &format.set_multi_range(&ranges))?;
        }
    }
    Ok(())
}

fn page(sheet: &mut Worksheet, task: &Task<'_, '_>, at: &Layout) -> Result<(), XlsxError> {
    let options = ProtectionOptions {
        format_cells: true,
        format_columns: true,
        format_rows: true,
        insert_rows: true,
        delete_rows: true,
        sort: true,
        ..ProtectionOptions::new()
    };
    let frozen = at.total.unwrap_or(HEADER) + 1;
    sheet
        .protect_with_options(&options)
        .set_freeze_panes(frozen, 1)?
        .set_selection(at.first, 0, at.first, 0)?
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(TITLE, HEADER)?
        .set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3)
        .set_print_center_horizontally(true)
        .set_footer(format!("&L&9{}&C&9第 &P 页，共 &N 页", task.plan.form.code));
    Ok(())
}
