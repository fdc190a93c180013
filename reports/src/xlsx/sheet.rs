//! One sheet: title, heads, real numbers, frozen panes, filter, print set-up.

use chrono::Datelike;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{ExcelDateTime, Worksheet};

use super::native;
use super::styles::Styles;
use crate::brief::Cell;
use crate::error::Result;
use crate::figure::Table;
use crate::number::{self, Format};
use crate::outline::Sheet;
use crate::page::{Plan, Source, plan};

/// Row of the heads; data follow.
pub const HEAD: u32 = 2;

/// Writes a table into a sheet; returns the number of rows.
pub fn write(
    sheet: &mut Worksheet,
    styles: &Styles,
    spec: &Sheet,
    table: &Table,
    title: &str,
    note: &str,
) -> Result<usize> {
    if table.dataset().key.is_empty() {
        return list(sheet, styles, table, title);
    }
    let plan = plan(&spec.table, table)?;
    let last = (plan.columns.len().max(2) - 1) as u16;
    sheet.merge_range(0, 0, 0, last, title, &styles.title)?;
    sheet.set_row_height(0, 30)?;
    sheet.merge_range(1, 0, 1, last, &remark(table, note), &styles.remark)?;
    for (x, source) in plan.columns.iter().enumerate() {
        column(sheet, styles, table, &plan, x as u16, source)?;
    }
    heads(sheet, &plan)?;
    let rows = plan.rows.len();
    sheet.set_freeze_panes(HEAD + 1, 1)?;
    if rows > 0 {
        sheet.autofilter(HEAD, 0, HEAD + rows as u32, last)?;
    }
    print_setup(sheet, HEAD)?;
    if let Some(chart) = &spec.chart {
        native::insert(sheet, spec, chart, table, &plan)?;
        // Table and chart on one page.
        sheet.set_print_fit_to_pages(1, 1);
    }
    Ok(rows)
}

/// The line under the title: the clauses of the work plan, and a note.
fn remark(table: &Table, note: &str) -> String {
    let basis = table.dataset().basis.replace(';', "、");
    let basis = if basis.is_empty() { String::new() } else { format!("依据：工作方案{basis}") };
    [basis.as_str(), note].into_iter().filter(|r| !r.is_empty()).collect::<Vec<_>>().join("；")
}

/// A dataset of one row: its columns one below the other.
fn list(sheet: &mut Worksheet, styles: &Styles, table: &Table, title: &str) -> Result<usize> {
    sheet.merge_range(0, 0, 0, 2, title, &styles.title)?;
    sheet.set_row_height(0, 30)?;
    sheet.merge_range(1, 0, 1, 2, &remark(table, ""), &styles.remark)?;
    for (x, head) in ["项目", "数值", "单位"].iter().enumerate() {
        sheet.write_with_format(HEAD, x as u16, *head, &styles.head)?;
    }
    let columns = &table.dataset().columns;
    for (c, def) in columns.iter().enumerate().take(if table.is_empty() { 0 } else { columns.len() }) {
        let row = HEAD + 1 + c as u32;
        let style = styles.of(def.format, true, false);
        sheet.write_with_format(row, 0, &def.title, &styles.text)?;
        value(sheet, (row, 1), table.cell(0, c), def.format, &style, &table.text(0, c))?;
        sheet.write_with_format(row, 2, &def.unit, &styles.centre)?;
    }
    for (x, width) in [34.0, 22.0, 12.0].into_iter().enumerate() {
        sheet.set_column_width(x as u16, width)?;
    }
    sheet.set_freeze_panes(HEAD + 1, 1)?;
    print_setup(sheet, HEAD)?;
    sheet.set_print_fit_to_pages(1, 1);
    Ok(columns.len())
}

fn column(sheet: &mut Worksheet, styles: &Styles, table: &Table, plan: &Plan, x: u16, source: &Source) -> Result<()> {
    sheet.write_with_format(HEAD, x, head(source), &styles.head)?;
    let texts: Vec<String> = source.cells.iter().map(|at| text(table, *at)).collect();
    let longest = texts.iter().map(|t| units(t)).fold(0.0, f64::max);
    let centred = longest <= 14.0;
    for (y, at) in source.cells.iter().enumerate() {
        let style = styles.of(source.format, centred, table.is_total(plan.rows[y]));
        let row = HEAD + 1 + y as u32;
        match at.map(|(r, c)| (table.cell(r, c), table.is_hidden(r, c))) {
            Some((cell, false)) => value(sheet, (row, x), cell, source.format, &style, &texts[y])?,
            _ => {
                sheet.write_with_format(row, x, &texts[y], &style)?;
            }
        }
    }
    let head_width = units(&source.title).min(20.0) / if units(&source.title) > 15.0 { 2.0 } else { 1.0 };
    sheet.set_column_width(x, (longest.min(46.0).max(head_width) + 2.5).max(7.0))?;
    Ok(())
}

/// The text is what the documents print; reading it records the figure.
fn text(table: &Table, at: Option<(usize, usize)>) -> String {
    at.map_or_else(|| number::MISSING.to_owned(), |(r, c)| table.text(r, c))
}

fn value(
    sheet: &mut Worksheet,
    (row, x): (u32, u16),
    cell: &Cell,
    format: Format,
    style: &rust_xlsxwriter::Format,
    text: &str,
) -> Result<()> {
    match (cell, format.is_number()) {
        (Cell::Int(_) | Cell::Dec(_), true) => {
            let shown =
                if format == Format::Wan { cell.as_decimal().map(|d| format.scaled(d)) } else { cell.as_decimal() };
            let number = shown.and_then(|d| d.to_f64()).unwrap_or(f64::NAN);
            sheet.write_number_with_format(row, x, number, style)?;
        }
        (Cell::Date(day), _) => {
            let part = |n: u32| u8::try_from(n).unwrap_or(1);
            let year = u16::try_from(day.year()).unwrap_or(1900);
            let date = ExcelDateTime::from_ymd(year, part(day.month()), part(day.day()))?;
            sheet.write_datetime_with_format(row, x, &date, style)?;
        }
        _ => {
            sheet.write_with_format(row, x, text, style)?;
        }
    }
    Ok(())
}

fn head(source: &Source) -> String {
    if source.unit.is_empty() { source.title.clone() } else { format!("{}\n（{}）", source.title, source.unit) }
}

fn heads(sheet: &mut Worksheet, plan: &Plan) -> Result<()> {
    let two = plan.columns.iter().any(|s| !s.unit.is_empty() || units(&s.title) > 15.0);
    let three = plan.columns.iter().any(|s| !s.unit.is_empty() && units(&s.title) > 15.0);
    sheet.set_row_height(
        HEAD,
        if three {
            46.0
        } else if two {
            33.0
        } else {
            20.0
        },
    )?;
    Ok(())
}

/// Width in digits: a hanzi takes two.
fn units(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() || c == '\u{2212}' { 1.1 } else { 2.1 }).sum()
}

/// A4 on its side, one page wide, heads on every page, 第 x 页.
pub fn print_setup(sheet: &mut Worksheet, head: u32) -> Result<()> {
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_repeat_rows(0, head)?
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_margins(0.5, 0.5, 0.7, 0.7, 0.3, 0.3)
        .set_footer("&C&\"宋体\"&9第 &P 页  共 &N 页");
    Ok(())
}
