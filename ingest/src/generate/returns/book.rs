//! Workbooks.

use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use crate::generate::GenerateError;
use crate::generate::day::Day;
use crate::generate::store::create;

use super::cells::{Out, SERIAL_OFFSET};
use super::context::Context;
use super::grid::{Grid, Merge, lay_out};
use super::sheet::Sheet;

struct Formats {
    date: Format,
    time: Format,
    merged: Format,
}

/// Writes sheets into one workbook; returns the layout of each, without its lines.
pub(super) fn write(
    context: &Context<'_>,
    path: &Path,
    sheets: &mut [Sheet<'_>],
    date: Day,
    note_sheet: bool,
) -> Result<Vec<Grid>, GenerateError> {
    // The file is made first, so that a missing folder is our own error.
    create(path)?;
    let mut grids = Vec::with_capacity(sheets.len());
    let written = start(context.plan.year, note_sheet).and_then(|(mut book, formats)| {
        for sheet in sheets {
            // One grid at a time: the lines of a big sheet are dropped as soon as the workbook has them.
            let mut grid = lay_out(context, sheet, date);
            let lines = std::mem::take(&mut grid.lines);
            let page = book.add_worksheet();
            page.set_name(sheet_name(&sheet.info.table.title))?;
            write_grid(page, &grid.merges, &lines, &formats)?;
            grids.push(grid);
        }
        book.save(path)
    });
    written.map_err(|source| GenerateError::Workbook { path: path.to_owned(), source })?;
    Ok(grids)
}

/// The name of a sheet: the title of the table without the characters that are forbidden there.
pub(super) fn sheet_name(title: &str) -> String {
    title.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect()
}

fn start(year: i32, note_sheet: bool) -> Result<(Workbook, Formats), XlsxError> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(u16::try_from(year + 1).unwrap_or(2000), 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    if note_sheet {
        let sheet = book.add_worksheet();
        sheet.set_name("填报说明")?;
        sheet.write_string(0, 0, "填报说明")?;
        sheet.write_string(1, 0, "1.请按月填报,金额以表头单位为准;2.身份证号请设为文本格式。")?;
    }
    let formats = Formats {
        date: Format::new().set_num_format("yyyy-mm-dd"),
        time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        merged: Format::new().set_align(FormatAlign::Center).set_bold(),
    };
    Ok((book, formats))
}

fn write_grid(sheet: &mut Worksheet, merges: &[Merge], lines: &[Vec<Out>], formats: &Formats) -> Result<(), XlsxError> {
    for (r1, c1, r2, c2, text) in merges {
        sheet.merge_range(*r1, *c1, *r2, *c2, text, &formats.merged)?;
    }
    let merged_rows = merges.iter().map(|m| m.2 + 1).max().unwrap_or(0);
    for (row, line) in (0u32..).zip(lines) {
        for (column, cell) in (0u16..).zip(line) {
            let merged =
                row < merged_rows && merges.iter().any(|m| (m.0..=m.2).contains(&row) && (m.1..=m.3).contains(&column));
            if !merged {
                write_cell(sheet, (row, column), cell, formats)?;
            }
        }
    }
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Out,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Out::Blank => return Ok(()),
        Out::Text(text) => sheet.write_string(row, column, text)?,
        Out::Number(number) => sheet.write_number(row, column, *number)?,
        Out::Date(day) => {
            sheet.write_number_with_format(row, column, f64::from(day.0 + SERIAL_OFFSET), &formats.date)?
        }
        Out::Time(moment) => {
            let serial = moment.0 as f64 / 86_400.0 + f64::from(SERIAL_OFFSET);
            sheet.write_number_with_format(row, column, serial, &formats.time)?
        }
    };
    Ok(())
}
