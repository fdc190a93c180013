//! Who takes what a reader finds, in the order of the file.

use super::{RawFile, RawRow, ReadError, Sheet};

/// Takes a file as it is read. After an error nothing more comes.
pub(crate) trait Sink {
    /// The file as a whole, first: encoding and properties, without its sheets.
    fn file(&mut self, file: RawFile) -> Result<(), ReadError>;
    /// The next sheet, without its rows.
    fn sheet(&mut self, sheet: Sheet) -> Result<(), ReadError>;
    /// The next row of the last sheet.
    fn row(&mut self, row: &RawRow) -> Result<(), ReadError>;
    /// The next rows of the last sheet, packed as a list; `None` when they are no such thing.
    fn packed(&mut self, rows: &[u8]) -> Option<Result<(), ReadError>> {
        let rows: Vec<RawRow> = postcard::from_bytes(rows).ok()?;
        Some(rows.iter().try_for_each(|row| self.row(row)))
    }
    /// The rows of the last sheet come once more from the start, since they were out of order.
    fn again(&mut self) -> Result<(), ReadError>;
}

/// Hands on a file that was read as a whole.
pub(super) fn hand_over(mut file: RawFile, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let sheets = std::mem::take(&mut file.sheets);
    sink.file(file)?;
    for mut sheet in sheets {
        let rows = std::mem::take(&mut sheet.rows);
        sink.sheet(sheet)?;
        rows.iter().try_for_each(|row| sink.row(row))?;
    }
    Ok(())
}

/// Keeps everything in memory.
#[derive(Default)]
pub(super) struct Collect {
    pub file: RawFile,
}

impl Sink for Collect {
    fn file(&mut self, file: RawFile) -> Result<(), ReadError> {
        self.file = file;
        Ok(())
    }

    fn sheet(&mut self, sheet: Sheet) -> Result<(), ReadError> {
        self.file.sheets.push(sheet);
        Ok(())
    }

    fn row(&mut self, row: &RawRow) -> Result<(), ReadError> {
        if let Some(sheet) = self.file.sheets.last_mut() {
            sheet.rows.push(row.clone());
        }
        Ok(())
    }

    fn again(&mut self) -> Result<(), ReadError> {
        if let Some(sheet) = self.file.sheets.last_mut() {
            sheet.rows.clear();
        }
        Ok(())
    }
}
