//! What the cell reader does not tell about an old workbook (`.xls`): the records of its stream are walked once before it
//! is read. Macros, links to other files and encryption are refused, and so is a sheet whose used corner lies so far out that
//! the dense range of the cell reader would eat the machine.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write};

use super::bounds::too_large;
use super::{Marks, ReadError, cell_ref};
use crate::system::in_words;

/// Cells of the used rectangles of all sheets: a full sheet of sixty columns.
const MAX_RECTANGLE: u64 = 4_000_000;
/// Hidden rows and uncalculated cells that are named.
const NAMED: usize = 20;

/// An old workbook after the look.
pub(super) struct Scanned {
    /// The marks of its sheets by name.
    pub marks: BTreeMap<String, Marks>,
    /// A container that holds nothing but the stream of records: the cell reader follows the chains of a damaged container
    /// in circles until the memory is full.
    pub container: Vec<u8>,
}

/// Looks at the records of an old workbook.
pub(super) fn scan(bytes: &[u8]) -> Result<Scanned, ReadError> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|e| damaged(&in_words(&e)))?;
    if file.walk().any(|e| e.is_storage() && matches!(e.name(), "_VBA_PROJECT_CUR" | "VBA" | "Macros")) {
        return Err(forbidden("工作簿含有宏"));
    }
    let name = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"].into_iter().find(|n| file.is_stream(n));
    let name = name.ok_or_else(|| damaged("里面没有工作簿"))?;
    let mut stream = Vec::new();
    let whole = file.open_stream(name).map_err(|e| damaged(&in_words(&e)))?;
    whole.take(bytes.len() as u64).read_to_end(&mut stream).map_err(|e| damaged(&in_words(&e)))?;
    let marks = Scan::default().run(&stream)?;
    let container = contain(name, &stream).map_err(|e| damaged(&in_words(&e)))?;
    Ok(Scanned { marks, container })
}

fn contain(name: &str, stream: &[u8]) -> io::Result<Vec<u8>> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    file.create_stream(name)?.write_all(stream)?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

fn damaged(cause: &str) -> ReadError {
    ReadError::unreadable(
        format!("旧版工作簿（.xls）读不了（{cause}）"),
        "请在 Excel 或 WPS 中“另存为”.xlsx 后重新报送",
    )
}

fn forbidden(what: &str) -> ReadError {
    ReadError::Forbidden {
        what: what.to_owned(),
        remedy: "请把内容“选择性粘贴为数值”到空白 .xlsx 工作簿后重新报送".to_owned(),
    }
}

/// The state while the records pass.
#[derive(Default)]
struct Scan {
    /// Offset of each sheet's records → name.
    names: BTreeMap<usize, String>,
    /// Number formats of the file that show percent.
    percent_formats: Vec<u16>,
    /// For each cell style, its number format.
    styles: Vec<u16>,
    sheet: Option<String>,
    marks: BTreeMap<String, Marks>,
    /// Used rectangle of the sheet: first row, first column, last row, last column.
    used: Option<(u32, u32, u32, u32)>,
    cells: u64,
}

impl Scan {
    fn run(mut self, stream: &[u8]) -> Result<BTreeMap<String, Marks>, ReadError> {
        let mut at = 0;
        while let Some(head) = stream.get(at..at + 4) {
            let (kind, size) = (word(head, 0), usize::from(word(head, 2)));
            let data = stream.get(at + 4..at + 4 + size).unwrap_or_default();
            self.record(at, kind, data)?;
            at += 4 + size;
        }
        self.close()?;
        Ok(self.marks)
    }

    fn record(&mut self, at: usize, kind: u16, data: &[u8]) -> Result<(), ReadError> {
        match kind {
            0x0809 => {
                self.close()?;
                self.sheet = self.names.get(&at).cloned();
            }
            0x002F => return Err(ReadError::unreadable("文件已加密，无法读取", "请去除打开密码后重新报送")),
            0x01AE if is_external(data) => return Err(forbidden("工作簿引用了其他文件（外部链接）")),
            0x0085 => self.name(data),
            0x041E if data.contains(&b'%') => self.percent_formats.push(word(data, 0)),
            0x00E0 => self.styles.push(word(data, 2)),
            0x0006 | 0x0201 | 0x0203..=0x0205 | 0x027E | 0x00FD | 0x00D6 => self.cell(kind, data),
            0x00BD | 0x00BE => self.cells(kind, data),
            _ => self.mark(kind, data),
        }
        Ok(())
    }

    /// BOUNDSHEET: offset, state, name (BIFF8: a byte of length, a byte that says 16 bit or 8 bit characters).
    fn name(&mut self, data: &[u8]) {
        let (Some(offset), Some(text)) = (data.get(..4), data.get(8..)) else { return };
        let offset = u32::from_le_bytes([offset[0], offset[1], offset[2], offset[3]]) as usize;
        let wide = data.get(7).is_some_and(|flag| flag & 1 == 1);
        let name = if wide {
            let units: Vec<u16> = text.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
            String::from_utf16_lossy(&units)
        } else {
            text.iter().map(|b| char::from(*b)).collect()
        };
        self.names.insert(offset, name);
    }

    fn mark(&mut self, kind: u16, data: &[u8]) {
        let Some(marks) = self.sheet.as_ref().map(|s| self.marks.entry(s.clone()).or_default()) else { return };
        match kind {
            // ROW: bit 5 of its options hides it.
            0x0208 if data.get(12).is_some_and(|o| o & 0x20 != 0) => {
                marks.hidden_row_count += 1;
                let room = marks.hidden_rows.len() < NAMED;
                marks.hidden_rows.extend(Some(u32::from(word(data, 0)) + 1).filter(|_| room));
            }
            // COLINFO.
            0x007D if data.get(8).is_some_and(|o| o & 1 != 0) => marks.hidden_columns = true,
            // FILTERMODE.
            0x009B => marks.filtered = true,
            _ => {}
        }
    }

    fn cell(&mut self, kind: u16, data: &[u8]) {
        let (row, column, style) = (u32::from(word(data, 0)), u32::from(word(data, 2)), word(data, 4));
        // A blank cell is none for the cell reader.
        if kind != 0x0201 {
            self.extend(row, column, column);
        }
        self.percent(row, column, style);
        // The result of a formula: 3 with FFFF behind it stands for nothing.
        let nothing = kind == 0x0006 && data.get(6) == Some(&3) && data.get(12..14) == Some(&[0xFF, 0xFF]);
        let marks = self.sheet.as_ref().and_then(|s| self.marks.get_mut(s)).filter(|_| nothing);
        if let Some(marks) = marks.filter(|m| m.uncalculated.len() < NAMED) {
            marks.uncalculated.push(cell_ref(column as usize, row + 1));
        }
    }

    /// MULRK and MULBLANK: several cells of a row.
    fn cells(&mut self, kind: u16, data: &[u8]) {
        if kind == 0x00BE || data.len() < 6 {
            return;
        }
        let (row, first, last) = (u32::from(word(data, 0)), u32::from(word(data, 2)), word(data, data.len() - 2));
        self.extend(row, first, u32::from(last));
        for (i, cell) in (0_u32..).zip(data[4..data.len() - 2].chunks_exact(6)) {
            self.percent(row, first + i, word(cell, 0));
        }
    }

    fn extend(&mut self, row: u32, first: u32, last: u32) {
        let used = self.used.unwrap_or((row, first, row, last));
        self.used = Some((used.0.min(row), used.1.min(first), used.2.max(row), used.3.max(last)));
        // Sheets without any marks have an entry too.
        if let Some(sheet) = self.sheet.as_ref().filter(|s| !self.marks.contains_key(*s)) {
            self.marks.insert(sheet.clone(), Marks::default());
        }
    }

    fn percent(&mut self, row: u32, column: u32, style: u16) {
        let format = self.styles.get(usize::from(style)).copied().unwrap_or(0);
        let is_percent = matches!(format, 9 | 10) || self.percent_formats.contains(&format);
        if let Some(marks) = self.sheet.as_ref().and_then(|s| self.marks.get_mut(s)).filter(|_| is_percent) {
            marks.percents.insert((row + 1, column));
        }
    }

    /// The end of a sheet: its rectangle counts.
    fn close(&mut self) -> Result<(), ReadError> {
        let Some((top, left, bottom, right)) = self.used.take() else { return Ok(()) };
        self.cells += u64::from(bottom - top + 1) * u64::from(right.saturating_sub(left) + 1);
        if self.cells > MAX_RECTANGLE {
            return Err(too_large(format!("工作簿的单元格太多（用到第{}行第{}列）", bottom + 1, right + 1)));
        }
        Ok(())
    }
}

/// SUPBOOK: 0401 stands for the file itself, 3A01 for functions of add-ins; anything else is the path of another file.
fn is_external(data: &[u8]) -> bool {
    data.len() > 4 && !matches!(word(data, 2), 0x0401 | 0x3A01)
}

fn word(data: &[u8], at: usize) -> u16 {
    data.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}
