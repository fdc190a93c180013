//! Workbooks. Cells are streamed by position, so that a sheet that claims a billion cells costs only what it holds.

use std::io::{BufReader, Cursor};

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};

use super::bounds::{self, MAX_CELLS, MAX_COLUMNS, MAX_ROWS};
use super::{Cell, RawFile, RawRow, ReadError, Sheet};

type Book<'a> = Xlsx<BufReader<Cursor<&'a [u8]>>>;

pub(super) fn read(bytes: &[u8]) -> Result<RawFile, ReadError> {
    let mut marks = bounds::check_zip(bytes)?;
    let mut book: Book<'_> = Xlsx::new(BufReader::new(Cursor::new(bytes))).map_err(|e| damaged(&e))?;
    let list: Vec<(String, bool)> =
        book.sheets_metadata().iter().map(|s| (s.name.clone(), s.visible != SheetVisible::Visible)).collect();
    let mut left = MAX_CELLS;
    let mut sheets = Vec::new();
    for (name, hidden) in list {
        let rows = read_rows(&mut book, &name, &mut left)?;
        let marks = marks.remove(&name).unwrap_or_default();
        let from_1904 = book.has_1904_epoch();
        sheets.push(Sheet { name, hidden, has_cells: true, marks, from_1904, rows, ..Sheet::default() });
    }
    let properties = book.workbook_properties().map(|p| p.custom_properties.into_iter().collect()).unwrap_or_default();
    Ok(RawFile { encoding: "XLSX".to_owned(), sheets, properties })
}

fn read_rows(book: &mut Book<'_>, name: &str, left: &mut u64) -> Result<Vec<RawRow>, ReadError> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A sheet of another kind, such as a chart, holds no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Vec::new()),
        Err(e) => return Err(in_sheet(name, &e)),
    };
    let mut rows: Vec<RawRow> = Vec::new();
    while let Some(cell) = reader.next_cell().map_err(|e| in_sheet(name, &e))? {
        let value = convert(cell.get_value());
        if value == Cell::Empty {
            continue;
        }
        let (row, column) = cell.get_position();
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(bounds::too_large(format!("工作表“{name}”用到了第 {} 行第 {} 列", row + 1, column + 1)));
        }
        *left = left.checked_sub(1).ok_or_else(|| bounds::too_large("工作簿的单元格太多".to_owned()))?;
        put(&mut rows, row + 1, column as usize, value);
    }
    // A writer may break the order; addresses count.
    if !rows.is_sorted_by_key(|r| r.no) {
        rows.sort_by_key(|r| r.no);
    }
    Ok(rows)
}

fn put(rows: &mut Vec<RawRow>, no: u32, column: usize, value: Cell) {
    if rows.last().is_none_or(|r| r.no != no) {
        rows.push(RawRow { no, cells: Vec::new() });
    }
    if let Some(row) = rows.last_mut() {
        if row.cells.len() <= column {
            row.cells.resize(column + 1, Cell::Empty);
        }
        row.cells[column] = value;
    }
}

fn convert(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Int(i) => Cell::Number(*i as f64),
        DataRef::Float(f) => Cell::Number(*f),
        DataRef::String(s) => text(s),
        DataRef::SharedString(s) => text(s),
        DataRef::Bool(b) => Cell::Bool(*b),
        DataRef::DateTime(d) => d.as_datetime().map_or(Cell::Number(d.as_f64()), Cell::Date),
        DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => text(s),
        DataRef::Error(e) => Cell::Error(e.to_string()),
        DataRef::Empty => Cell::Empty,
    }
}

fn text(s: &str) -> Cell {
    if s.is_empty() { Cell::Empty } else { Cell::Text(s.to_owned()) }
}

fn damaged(e: &XlsxError) -> ReadError {
    if matches!(e, XlsxError::Password) {
        return ReadError::unreadable("文件已加密，无法读取", "请去除打开密码后重新报送");
    }
    ReadError::unreadable(format!("工作簿已损坏（{e}）"), "请在 Excel 或 WPS 中打开另存后重新报送")
}

fn in_sheet(name: &str, e: &XlsxError) -> ReadError {
    ReadError::unreadable(format!("工作表“{name}”已损坏（{e}）"), "请在 Excel 或 WPS 中打开另存后重新报送")
}
