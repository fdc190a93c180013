//! Cells, rows and sheets as read.

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
    Date(NaiveDateTime),
    /// True or false.
    Bool(bool),
    /// An error value such as `#REF!`.
    Error(String),
}

impl Cell {
    /// Whether nothing can be seen in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(s) => s.chars().all(is_blank_char),
            _ => false,
        }
    }

    /// The cell as a person sees it, trimmed.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(s) => s.trim_matches(is_blank_char).to_owned(),
            Self::Number(n) => format!("{n}"),
            Self::Date(d) => d.format("%Y-%m-%d").to_string(),
            Self::Bool(b) => if *b { "TRUE" } else { "FALSE" }.to_owned(),
            Self::Error(e) => e.clone(),
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

    /// Whether nothing can be seen in the row.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_blank)
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
    fn addresses() {
        assert_eq!(cell_ref(0, 1), "A1");
        assert_eq!(cell_ref(25, 9), "Z9");
        assert_eq!(cell_ref(26, 17), "AA17");
        assert_eq!(cell_ref(701, 2), "ZZ2");
        assert_eq!(cell_ref(702, 2), "AAA2");
    }
}
