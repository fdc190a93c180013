//! One sheet of the sender, cell for cell at the same addresses, with the marks.

use std::collections::{BTreeMap, BTreeSet};

use rust_xlsxwriter::{Color, Formula, IgnoreError, Note, Worksheet, XlsxError};

use crate::check::{RowKind, kind_of};
use crate::checked::Level;
use crate::normalise::date_serial;
use crate::read::{Cell, RawRow, Sheet};

use super::look::{Area, Formats, Shape};
use super::marks::{Mark, SheetMarks};

/// Rows from the top in which a header is looked for, and from which widths are taken.
const SEARCHED_ROWS: usize = 30;
const MEASURED_ROWS: usize = 500;
/// Notes on a sheet; a spreadsheet with more of them is slow to open, and the list names every mistake anyway.
const MAX_NOTES: usize = 3_000;
/// Cells of merged regions; a region as large as the sheet would fill the memory.
const MAX_MERGED: u64 = 200_000;
/// What a cell holds at most, in UTF-16 units.
const MAX_TEXT: usize = 32_767;

/// What is known of a sheet before it is written.
struct Known<'a> {
    /// Formulas of totals.
    sums: &'a BTreeMap<(u32, usize), String>,
    /// Rows of the header, indices into the list of rows.
    header: Option<(usize, usize)>,
    width: usize,
    /// First cells of what is merged over several columns.
    titles: BTreeSet<(u32, usize)>,
    /// Columns that hold long numbers as text.
    text_columns: Vec<bool>,
}

/// How many rows of data a sheet holds.
pub(super) fn count_rows(sheet: &Sheet) -> usize {
    let Some((_, last)) = find_header(sheet) else { return 0 };
    sheet.rows[last + 1..].iter().filter(|r| kind_of(r, None) == RowKind::Data).count()
}

pub(super) fn write(page: &mut Worksheet, sheet: &Sheet, marks: &SheetMarks) -> Result<(), XlsxError> {
    page.set_name(&marks.name)?;
    let known = study(sheet);
    let mut formats = Formats::default();
    merges(page, sheet, &mut formats, &known)?;
    for (index, row) in sheet.rows.iter().enumerate() {
        write_row(page, row, area(index, row, &known), &known, marks, &mut formats)?;
    }
    blanks(page, sheet, marks, &mut formats)?;
    notes(page, marks)?;
    finish(page, sheet, marks, &known)
}

fn study(sheet: &Sheet) -> Known<'_> {
    let header = find_header(sheet);
    let width = sheet.rows.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    let mut text_columns = vec![false; width];
    let from = header.map_or(0, |h| h.1 + 1);
    for row in sheet.rows.iter().skip(from).take(MEASURED_ROWS) {
        for (column, cell) in row.cells.iter().enumerate() {
            text_columns[column] |= matches!(cell, Cell::Text(t) if is_long_number(t));
        }
    }
    let titles = sheet.marks.merges.iter().filter(|m| m.3 > m.1).map(|m| (m.0, m.1)).collect();
    Known { sums: &sheet.marks.sums, header, width, titles, text_columns }
}

/// Digits (and the letters of codes) that a numeric cell would shorten, or whose leading zero it would drop.
fn is_long_number(text: &str) -> bool {
    let plain = text.trim();
    let coded = plain.bytes().all(|b| b.is_ascii_alphanumeric()) && plain.bytes().any(|b| b.is_ascii_digit());
    coded && (plain.len() > 11 || plain.len() > 1 && plain.starts_with('0'))
}

/// The first and last row of the header: the first row that is filled with text nearly as wide as the table, and what
/// is merged with it. `None` where there is no table.
fn find_header(sheet: &Sheet) -> Option<(usize, usize)> {
    let texts = |r: &RawRow| r.cells.iter().filter(|c| matches!(c, Cell::Text(_)) && !c.is_blank()).count();
    let top: Vec<usize> = sheet.rows.iter().take(SEARCHED_ROWS).map(texts).collect();
    let most = top.iter().copied().max().filter(|n| *n >= 2)?;
    let at = top.iter().position(|n| *n * 10 >= most * 6 && *n >= 2)?;
    let no = sheet.rows[at].no;
    let lowest = sheet.marks.merges.iter().filter(|m| m.0 <= no && m.2 >= no).map(|m| m.2).max().unwrap_or(no);
    let last = sheet.rows.iter().rposition(|r| r.no <= lowest).unwrap_or(at).max(at);
    Some((at, last))
}

fn area(index: usize, row: &RawRow, known: &Known<'_>) -> Area {
    let filled = row.cells.iter().filter(|c| !c.is_blank()).count();
    match known.header {
        Some((first, _)) if index < first => Area::Top,
        Some((_, last)) if index <= last => Area::Header,
        Some(_) if filled > 1 && kind_of(row, None) != RowKind::Footer => Area::Table,
        _ => Area::Loose,
    }
}

fn write_row(
    page: &mut Worksheet,
    row: &RawRow,
    area: Area,
    known: &Known<'_>,
    marks: &SheetMarks,
    formats: &mut Formats,
) -> Result<(), XlsxError> {
    let Some(at) = (row.no + marks.shift).checked_sub(1) else { return Ok(()) };
    let framed = matches!(area, Area::Table | Area::Header);
    let width = if framed { known.width } else { row.cells.len() };
    for index in 0..width {
        let Ok(column) = u16::try_from(index) else { break };
        let level = marks.cells.get(&(at, column)).map(|m| m.level);
        let long = area == Area::Table && known.text_columns[index];
        let cell = row.cell(index);
        let merged = area == Area::Top && !cell.is_blank() && known.titles.contains(&(row.no, index));
        let format = formats.get(if merged { Area::Title } else { area }, shape(cell, long), level);
        match cell {
            Cell::Empty if framed || level.is_some() => {
                page.write_blank(at, column, format)?;
            }
            Cell::Empty => {}
            Cell::Text(text) => {
                page.write_string_with_format(at, column, fitting(text), format)?;
            }
            // A total goes on adding up while the rows above it are corrected.
            Cell::Number(n) if known.sums.contains_key(&(row.no, index)) => {
                let sum = Formula::new(&known.sums[&(row.no, index)]).set_result(n.to_string());
                page.write_formula_with_format(at, column, sum, format)?;
            }
            Cell::Number(n) => {
                page.write_number_with_format(at, column, *n, format)?;
            }
            Cell::Date(d) if is_serial(d) => {
                page.write_number_with_format(at, column, date_serial(*d), format)?;
            }
            Cell::Date(d) => {
                page.write_string_with_format(at, column, d.format("%Y-%m-%d").to_string(), format)?;
            }
            Cell::Bool(b) => {
                page.write_boolean_with_format(at, column, *b, format)?;
            }
            // A formula that yields the error, so that it is still an error and not a word when it comes back.
            Cell::Error(e) => {
                let formula = Formula::new(if e == "#N/A" { "NA()" } else { "1/0" }).set_result(e.as_str());
                page.write_formula_with_format(at, column, formula, format)?;
            }
        }
    }
    Ok(())
}

fn shape(cell: &Cell, long: bool) -> Shape {
    match cell {
        Cell::Text(t) if t.starts_with(['=', '+', '-', '@']) => Shape::Quoted,
        Cell::Text(t) if long || is_long_number(t) => Shape::Text,
        Cell::Date(d) if d.time() == chrono::NaiveTime::MIN => Shape::Date,
        Cell::Date(_) => Shape::Time,
        // Typed again into a cell of text, a number that was cut to 15 digits keeps all of them.
        Cell::Number(_) | Cell::Empty if long => Shape::Text,
        _ => Shape::General,
    }
}

/// Before March 1900 the date systems of spreadsheets disagree by a day.
fn is_serial(date: &chrono::NaiveDateTime) -> bool {
    date_serial(*date) >= 61.0
}

fn fitting(text: &str) -> String {
    let mut room = MAX_TEXT;
    text.chars().take_while(|c| room.checked_sub(c.len_utf16()).map(|left| room = left).is_some()).collect()
}

fn merges(page: &mut Worksheet, sheet: &Sheet, formats: &mut Formats, known: &Known<'_>) -> Result<(), XlsxError> {
    let mut room = MAX_MERGED;
    let header = known.header.map_or((0, 0), |(a, b)| (sheet.rows[a].no, sheet.rows[b].no));
    for (top, left, bottom, right) in &sheet.marks.merges {
        let size = u64::from(bottom.saturating_sub(*top) + 1) * (right.saturating_sub(*left) as u64 + 1);
        let (Some(left_over), Ok(first), Ok(last)) =
            (room.checked_sub(size), u16::try_from(*left), u16::try_from(*right))
        else {
            continue;
        };
        room = left_over;
        let area = if *top < header.0 {
            Area::Top
        } else if *top <= header.1 {
            Area::Header
        } else {
            Area::Table
        };
        let format = formats.get(area, Shape::General, None);
        let centred = format.clone().set_align(rust_xlsxwriter::FormatAlign::Center);
        match page.merge_range(top - 1, first, bottom - 1, last, "", &centred) {
            // Regions that overlap, or of one cell: no spreadsheet shows them, and no value hangs on them.
            Ok(_) | Err(XlsxError::MergeRangeOverlaps(..) | XlsxError::MergeRangeSingleCell) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// Marks on rows that hold nothing: a cell that is missing altogether.
fn blanks(page: &mut Worksheet, sheet: &Sheet, marks: &SheetMarks, formats: &mut Formats) -> Result<(), XlsxError> {
    for ((row, column), mark) in &marks.cells {
        let no = (row + 1).saturating_sub(marks.shift);
        let found = sheet.rows.binary_search_by_key(&no, |r| r.no).ok().and_then(|i| sheet.rows.get(i));
        if found.is_none_or(|r| r.cells.len() <= usize::from(*column)) {
            page.write_blank(*row, *column, formats.get(Area::Table, Shape::General, Some(mark.level)))?;
        }
    }
    Ok(())
}

fn notes(page: &mut Worksheet, marks: &SheetMarks) -> Result<(), XlsxError> {
    // Errors first: they are what must be changed.
    let of = |level: Level| marks.cells.iter().filter(move |(_, m)| m.level == level);
    for ((row, column), mark) in of(Level::Error).chain(of(Level::Warning)).take(MAX_NOTES) {
        page.insert_note(*row, *column, &note(mark))?;
    }
    Ok(())
}

fn note(mark: &Mark) -> Note {
    let text: String = mark.note.chars().take(1_500).collect();
    let lines: usize = text.lines().map(|l| l.chars().count().div_ceil(20).max(1)).sum();
    let height = u32::try_from(lines.min(20)).unwrap_or(20) * 18 + 14;
    Note::new(text).add_author_prefix(false).set_width(290).set_height(height).set_font_name("宋体").set_font_size(9)
}

fn finish(page: &mut Worksheet, sheet: &Sheet, marks: &SheetMarks, known: &Known<'_>) -> Result<(), XlsxError> {
    page.set_default_row_height(18);
    widths(page, sheet, known)?;
    for index in known.header.into_iter().flat_map(|(first, last)| first..=last) {
        page.set_row_height((sheet.rows[index].no + marks.shift).max(1) - 1, 30)?;
    }
    for (row, _) in known.titles.iter().filter(|(no, _)| known.header.is_some_and(|h| *no < sheet.rows[h.0].no)) {
        page.set_row_height(row - 1, 26)?;
    }
    if let Some((_, last)) = known.header {
        page.set_freeze_panes(sheet.rows[last].no + marks.shift, 0)?;
    }
    if let (Some(row), Ok(column)) = (sheet.rows.last(), u16::try_from(known.width.max(1) - 1)) {
        page.ignore_error_range(0, 0, row.no.max(1) - 1 + marks.shift, column, IgnoreError::NumberStoredAsText)?;
    }
    let colour = match marks.cells.values().map(|m| m.level).min() {
        Some(Level::Error) => Color::RGB(0x00C0_0000),
        Some(Level::Warning) => Color::RGB(0x00FF_C000),
        None => Color::RGB(0x0070_AD47),
    };
    page.set_tab_color(colour).set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(())
}

/// As wide as the rows of the table need; titles and signatures may run over their neighbours.
fn widths(page: &mut Worksheet, sheet: &Sheet, known: &Known<'_>) -> Result<(), XlsxError> {
    let in_table = |(index, row): &(usize, &RawRow)| matches!(area(*index, row, known), Area::Table | Area::Header);
    let rows: Vec<&RawRow> = sheet.rows.iter().enumerate().filter(in_table).take(MEASURED_ROWS).map(|r| r.1).collect();
    for (index, column) in (0..known.width).zip(0u16..) {
        let widest = rows.iter().map(|r| width_of(r.cell(index))).max().unwrap_or(0);
        page.set_column_width(column, f64::from(u32::try_from(widest.clamp(8, 36)).unwrap_or(36)) + 2.0)?;
    }
    Ok(())
}

/// Half-width characters that a cell takes; a full-width one counts two.
fn width_of(cell: &Cell) -> usize {
    match cell {
        Cell::Date(d) if d.time() != chrono::NaiveTime::MIN => 19,
        other => {
            other.shown().lines().map(|l| l.chars().map(|c| 1 + usize::from(!c.is_ascii())).sum()).max().unwrap_or(0)
        }
    }
}
