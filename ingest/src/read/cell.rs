//! Cells, rows and sheets as read.

use std::borrow::Cow;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

/// A cell with the type that the file gives it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Text as written.
    Text(String),
    /// Number.
    Number(f64),
    /// A number shown as a date.
    #[serde(with = "stamp")]
    Date(NaiveDateTime),
    /// True or false.
    Bool(bool),
    /// An error value such as `#REF!`.
    Error(String),
}

/// A cell whose text stands elsewhere: the same kinds in the same order, so that a packed cell can be looked at in place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) enum CellView<'a> {
    Empty,
    Text(&'a str),
    Number(f64),
    #[serde(with = "stamp")]
    Date(NaiveDateTime),
    Bool(bool),
    Error(&'a str),
}

impl CellView<'_> {
    /// As [`Cell::is_blank`].
    pub fn is_blank(self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(s) => s.chars().all(is_blank_char),
            _ => false,
        }
    }

    fn to_cell(self) -> Cell {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(s) => Cell::Text(s.to_owned()),
            Self::Number(n) => Cell::Number(n),
            Self::Date(d) => Cell::Date(d),
            Self::Bool(b) => Cell::Bool(b),
            Self::Error(e) => Cell::Error(e.to_owned()),
        }
    }
}

/// A time as numbers: its text takes longer to write and to read than all the rest of a row.
mod stamp {
    use chrono::{DateTime, NaiveDateTime};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<S: Serializer>(time: &NaiveDateTime, to: S) -> Result<S::Ok, S::Error> {
        let time = time.and_utc();
        (time.timestamp(), time.timestamp_subsec_nanos()).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDateTime, D::Error> {
        let (seconds, nanos) = Deserialize::deserialize(from)?;
        let time = DateTime::from_timestamp(seconds, nanos);
        time.map(|t| t.naive_utc()).ok_or_else(|| D::Error::custom("a time out of range"))
    }
}

impl Cell {
    /// Whether nothing can be seen in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.view().is_blank()
    }

    pub(crate) fn view(&self) -> CellView<'_> {
        match self {
            Self::Empty => CellView::Empty,
            Self::Text(s) => CellView::Text(s),
            Self::Number(n) => CellView::Number(*n),
            Self::Date(d) => CellView::Date(*d),
            Self::Bool(b) => CellView::Bool(*b),
            Self::Error(e) => CellView::Error(e),
        }
    }

    /// Becomes a text, or nothing where the text is empty; the memory of a text before is used again.
    pub(crate) fn write(&mut self, text: &str) {
        match self {
            _ if text.is_empty() => *self = Self::Empty,
            Self::Text(old) => {
                old.clear();
                old.push_str(text);
            }
            _ => *self = Self::Text(text.to_owned()),
        }
    }

    /// The cell as a person sees it, trimmed.
    #[must_use]
    pub fn shown(&self) -> String {
        self.seen().into_owned()
    }

    /// As [`Cell::shown`]; text is lent.
    #[must_use]
    pub fn seen(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(s) => Cow::Borrowed(s.trim_matches(is_blank_char)),
            Self::Number(n) => Cow::Owned(format!("{n}")),
            Self::Date(d) => Cow::Owned(d.format("%Y-%m-%d").to_string()),
            Self::Bool(b) => Cow::Borrowed(if *b { "TRUE" } else { "FALSE" }),
            Self::Error(e) => Cow::Borrowed(e),
        }
    }
}

/// Blanks that people and programs leave around a value: white space, no-break and full-width blanks, zero-width marks.
#[must_use]
pub fn is_blank_char(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{00a0}' | '\u{3000}' | '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}')
}

/// A row of a sheet; the cells stand at their column numbers from 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RawRow {
    /// Row of the sheet from 1.
    pub no: u32,
    /// Cells up to the last used one.
    pub cells: Vec<Cell>,
}

impl RawRow {
    /// The cell of a column, `Empty` beyond the end.
    #[must_use]
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    /// Becomes a copy of a row; the memory of texts before is used again.
    pub(crate) fn copy(&mut self, from: &RowView<'_>) {
        self.no = from.no;
        self.cells.resize(from.cells.len(), Cell::Empty);
        for (cell, view) in self.cells.iter_mut().zip(&from.cells) {
            match view {
                CellView::Text(text) if !text.is_empty() => cell.write(text),
                other => *cell = other.to_cell(),
            }
        }
    }

    /// Whether nothing can be seen in the row.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
    }
}

/// A row whose texts stand elsewhere; packed as a [`RawRow`] is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct RowView<'a> {
    pub no: u32,
    #[serde(borrow)]
    pub cells: Vec<CellView<'a>>,
}

impl RowView<'_> {
    pub fn to_row(&self) -> RawRow {
        RawRow { no: self.no, cells: self.cells.iter().map(|c| c.to_cell()).collect() }
    }
}

/// A sheet as read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// Name, empty for CSV and JSON.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// Whether a cell has an address such as `D17`.
    pub has_cells: bool,
    /// What the file says of itself beside its cells.
    pub said: Said,
    /// Hidden rows and columns, merged regions.
    pub marks: super::Marks,
    /// Whether day numbers count from 1904 (workbooks of old Macintoshes) and not from 1900.
    pub from_1904: bool,
    /// Used rows in order.
    pub rows: Vec<RawRow>,
}

/// What a JSON return, or a workbook made by this program, says of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// 报表
    pub table: Option<String>,
    /// 填报单位
    pub unit: Option<String>,
    /// 报表期
    pub period: Option<String>,
    /// Form code, where a template names it.
    pub form: Option<String>,
}

/// The address of a cell: column from 0, row from 1.
#[must_use]
pub fn cell_ref(column: usize, row: u32) -> String {
    let mut letters = Vec::new();
    let mut n = column + 1;
    while n > 0 {
        let digit = u8::try_from((n - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        n = (n - 1) / 26;
    }
    letters.iter().rev().collect::<String>() + &row.to_string()
}

/// The row (from 1) and column (from 0) of an address such as `D17`, as [`cell_ref`] writes it.
#[must_use]
pub fn cell_place(address: &str) -> Option<(u32, usize)> {
    let (letters, digits) = address.split_at(address.find(|c: char| c.is_ascii_digit())?);
    let column = letters.bytes().try_fold(0_usize, |n, b| {
        b.is_ascii_uppercase().then(|| n.checked_mul(26)?.checked_add(usize::from(b - b'A') + 1))?
    })?;
    Some((digits.parse().ok()?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() {
        for (column, row) in [(0, 1), (25, 9), (26, 17), (701, 2), (702, 1_048_576)] {
            assert_eq!(cell_place(&cell_ref(column, row)), Some((row, column)));
        }
        for wrong in ["", "17", "D", "d17", "D17x", "AAAAAAAAAAAAAAAAAAAA1"] {
            assert_eq!(cell_place(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_packed_row_is_looked_at_in_place() {
        let time = "1949-10-01T15:00:00.5".parse().unwrap();
        let cells = [Cell::Empty, Cell::Text("郪江".into()), Cell::Number(0.1), Cell::Date(time), Cell::Bool(true)];
        let row = RawRow { no: 7, cells: cells.into_iter().chain([Cell::Error("#REF!".into())]).collect() };
        let packed = postcard::to_stdvec(&row).unwrap();
        let view: RowView<'_> = postcard::from_bytes(&packed).unwrap();
        assert_eq!((view.to_row(), postcard::from_bytes::<RawRow>(&packed).unwrap()), (row.clone(), row));
        assert_eq!(postcard::to_stdvec(&view).unwrap(), packed);
        let mut copy = RawRow { no: 3, cells: vec![Cell::Text("早".into()); 9] };
        copy.copy(&view);
        assert_eq!(copy, view.to_row());
    }

    #[test]
    fn addresses() {
        assert_eq!(cell_ref(0, 1), "A1");
        assert_eq!(cell_ref(25, 9), "Z9");
        assert_eq!(cell_ref(26, 17), "AA17");
        assert_eq!(cell_ref(701, 2), "ZZ2");
        assert_eq!(cell_ref(702, 2), "AAA2");
    }
}
