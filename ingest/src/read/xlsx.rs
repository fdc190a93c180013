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
                rows.push(row.clone());
                Ok(())
            })?;
            // A writer may break the order; addresses count.
            rows.sort_by_key(|r| r.no);
            rows.iter().try_for_each(|row| sink.row(row))?;
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
    take: &mut dyn FnMut(&RawRow) -> Result<(), ReadError>,
) -> Result<Order, ReadError> {
    let mut reader = match book.worksheet_cells_reader(name) {
        Ok(reader) => reader,
        // A sheet of another kind, such as a chart, holds no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Order::Kept),
        Err(e) => return Err(in_sheet(name, &e)),
    };
    let mut order = Order::Kept;
    let mut open = Open::default();
    while let Some(cell) = reader.next_cell().map_err(|e| in_sheet(name, &e))? {
        let value = cell.get_value();
        if is_empty(value) {
            continue;
        }
        let (row, column) = cell.get_position();
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(bounds::too_large(format!("工作表“{name}”用到了第 {} 行第 {} 列", row + 1, column + 1)));
        }
        *left = left.checked_sub(1).ok_or_else(|| bounds::too_large("工作簿的单元格太多".to_owned()))?;
        if open.row.no != row + 1 {
            if open.row.no > row + 1 {
                order = Order::Broken;
            }
            open.close(take)?;
            open.row.no = row + 1;
        }
        convert(value, open.cell(column as usize, is_text(value)));
    }
    open.close(take)?;
    Ok(order)
}

/// The row to which cells come; rows count from 1. The memory of a row that was taken serves the next one.
#[derive(Default)]
struct Open {
    row: RawRow,
    /// Texts of earlier rows.
    spare: Vec<Cell>,
}

impl Open {
    fn cell(&mut self, column: usize, for_text: bool) -> &mut Cell {
        let cells = &mut self.row.cells;
        while cells.len() <= column {
            cells.push(Cell::Empty);
        }
        let cell = &mut cells[column];
        if for_text && *cell == Cell::Empty {
            *cell = self.spare.pop().unwrap_or_default();
        }
        cell
    }

    fn close(&mut self, take: &mut dyn FnMut(&RawRow) -> Result<(), ReadError>) -> Result<(), ReadError> {
        if self.row.no > 0 {
            take(&self.row)?;
        }
        self.spare.clear();
        self.spare.extend(self.row.cells.drain(..).filter(|c| matches!(c, Cell::Text(_))));
        Ok(())
    }
}

fn is_text(value: &DataRef<'_>) -> bool {
    matches!(value, DataRef::String(_) | DataRef::SharedString(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_))
}

fn is_empty(value: &DataRef<'_>) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => s.is_empty(),
        DataRef::SharedString(s) => s.is_empty(),
        _ => false,
    }
}

fn convert(value: &DataRef<'_>, cell: &mut Cell) {
    match value {
        DataRef::Int(i) => *cell = Cell::Number(*i as f64),
        DataRef::Float(f) => *cell = Cell::Number(*f),
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => cell.write(s),
        DataRef::SharedString(s) => cell.write(s),
        DataRef::Bool(b) => *cell = Cell::Bool(*b),
        DataRef::DateTime(d) => *cell = d.as_datetime().map_or(Cell::Number(d.as_f64()), Cell::Date),
        DataRef::Error(e) => *cell = Cell::Error(e.to_string()),
        DataRef::Empty => *cell = Cell::Empty,
    }
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
