//! Workbooks. Cells are streamed by position, so that a sheet that claims a billion cells costs only what it holds.

use std::collections::BTreeMap;

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};

use super::bounds::{self, MAX_CELLS, MAX_COLUMNS, MAX_ROWS};
use super::causes;
use super::input::ReadSeek;
use super::{Cell, Input, RawFile, RawRow, ReadError, Sheet, Sink};

type Book<'a> = Xlsx<Box<dyn ReadSeek + 'a>>;

pub(super) fn read(input: &Input<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let mut marks = bounds::check_zip(input.reader()?)?;
    let mut book: Book<'_> = Xlsx::new(input.reader()?).map_err(|e| damaged(&e))?;
    let list: Vec<(String, bool)> =
        book.sheets_metadata().iter().map(|s| (s.name.clone(), s.visible != SheetVisible::Visible)).collect();
    let properties: BTreeMap<String, String> =
        book.workbook_properties().map(|p| p.custom_properties.into_iter().collect()).unwrap_or_default();
    sink.file(RawFile { encoding: "XLSX".to_owned(), sheets: Vec::new(), properties })?;
    let mut left = MAX_CELLS;
    for (name, hidden) in list {
        let marks = marks.remove(&name).unwrap_or_default();
        let from_1904 = book.has_1904_epoch();
        sink.sheet(Sheet { name: name.clone(), hidden, has_cells: true, marks, from_1904, ..Sheet::default() })?;
        let before = left;
        if stream_rows(&mut book, &name, &mut left, &mut |row| sink.row(row))? == Order::Broken {
            left = before;
            sink.again()?;
            let mut rows = Vec::new();
            stream_rows(&mut book, &name, &mut left, &mut |row| {
                rows.push(row);
                Ok(())
            })?;
            // A writer may break the order; addresses count.
            rows.sort_by_key(|r| r.no);
            rows.into_iter().try_for_each(|row| sink.row(row))?;
        }
    }
    Ok(())
}

/// Whether the rows came in the order of their numbers.
#[derive(Debug, PartialEq, Eq)]
enum Order {
    Kept,
    Broken,
}

fn stream_rows(
    book: &mut Book<'_>,
    name: &str,
    left: &mut u64,
    take: &mut dyn FnMut(RawRow) -> Result<(), ReadError>,
) -> Result<Order, ReadError> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A sheet of another kind, such as a chart, holds no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Order::Kept),
        Err(e) => return Err(in_sheet(name, &e)),
    };
    let mut order = Order::Kept;
    let mut open: Option<RawRow> = None;
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
        if let Some(done) = open.take_if(|r| r.no != row + 1) {
            if done.no > row + 1 {
                order = Order::Broken;
            }
            take(done)?;
        }
        put(open.get_or_insert_with(|| RawRow { no: row + 1, cells: Vec::new() }), column as usize, value);
    }
    open.into_iter().try_for_each(take)?;
    Ok(order)
}

fn put(row: &mut RawRow, column: usize, value: Cell) {
    if row.cells.len() <= column {
        row.cells.resize(column + 1, Cell::Empty);
    }
    row.cells[column] = value;
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
    ReadError::unreadable(format!("工作簿已损坏（{}）", causes::of_xlsx(e)), "请在 Excel 或 WPS 中打开另存后重新报送")
}

fn in_sheet(name: &str, e: &XlsxError) -> ReadError {
    ReadError::unreadable(
        format!("工作表“{name}”已损坏（{}）", causes::of_xlsx(e)),
        "请在 Excel 或 WPS 中打开另存后重新报送",
    )
}
