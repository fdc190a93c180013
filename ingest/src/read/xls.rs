//! Old workbooks (BIFF8, `.xls`). Their sheets have at most 65,536 rows of 256 columns.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, SheetVisible, Xls, XlsError};

use super::biff;
use super::bounds::{self, MAX_CELLS};
use super::causes;
use super::{Cell, Marks, RawFile, RawRow, ReadError, Sheet};

pub(super) fn read(bytes: &[u8]) -> Result<RawFile, ReadError> {
    let biff::Scanned { mut marks, container } = biff::scan(bytes)?;
    let mut book: Xls<Cursor<Vec<u8>>> = Xls::new(Cursor::new(container)).map_err(|e| damaged(&e))?;
    let list: Vec<(String, bool)> =
        book.sheets_metadata().iter().map(|s| (s.name.clone(), s.visible != SheetVisible::Visible)).collect();
    let mut left = MAX_CELLS;
    let mut sheets = Vec::new();
    for (name, hidden) in list {
        let range = book.worksheet_range(&name).map_err(|e| damaged(&e))?;
        let size = (range.height() * range.width()) as u64;
        left = left.checked_sub(size).ok_or_else(|| bounds::too_large("工作簿的单元格太多".to_owned()))?;
        let marks = Marks { merges: merges(&book, &name), ..marks.remove(&name).unwrap_or_default() };
        let (top, start) = range.start().map_or((0, 0), |(r, c)| (r, c as usize));
        let rows = (top + 1..).zip(range.rows()).map(|(no, row)| RawRow { no, cells: cells(row, start) });
        let rows = rows.filter(|r| !r.is_blank()).collect();
        sheets.push(Sheet {
            name,
            hidden,
            has_cells: true,
            marks,
            from_1904: book.has_1904_epoch(),
            rows,
            ..Sheet::default()
        });
    }
    Ok(RawFile { encoding: "XLS".to_owned(), sheets, properties: BTreeMap::new() })
}

fn merges(book: &Xls<Cursor<Vec<u8>>>, name: &str) -> Vec<(u32, usize, u32, usize)> {
    let regions = book.merge_cells_by_sheet_name(name).unwrap_or_default();
    let place = |d: &calamine::Dimensions| (d.start.0 + 1, d.start.1 as usize, d.end.0 + 1, d.end.1 as usize);
    regions.iter().map(place).collect()
}

fn cells(row: &[Data], start: usize) -> Vec<Cell> {
    let used = row.iter().rposition(|c| *c != Data::Empty).map_or(0, |last| last + 1);
    std::iter::repeat_n(Cell::Empty, start).chain(row[..used].iter().map(convert)).collect()
}

fn convert(value: &Data) -> Cell {
    match value {
        Data::Int(i) => Cell::Number(*i as f64),
        Data::Float(f) => Cell::Number(*f),
        Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s) if !s.is_empty() => Cell::Text(s.clone()),
        Data::Bool(b) => Cell::Bool(*b),
        Data::DateTime(d) => d.as_datetime().map_or(Cell::Number(d.as_f64()), Cell::Date),
        Data::Error(e) => Cell::Error(e.to_string()),
        _ => Cell::Empty,
    }
}

fn damaged(e: &XlsError) -> ReadError {
    ReadError::unreadable(
        format!("旧版工作簿（.xls）读不了（{}）", causes::of_xls(e)),
        "请在 Excel 或 WPS 中“另存为”.xlsx 后重新报送",
    )
}
