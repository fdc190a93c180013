//! Reading files as counties send them into plain sheets of cells: workbooks, CSV, JSON and Parquet.
//!
//! Nothing is interpreted here beyond the type that the file itself gives to a cell. What a file is, is decided by its
//! first bytes and never by its name.

mod archive;
mod biff;
mod bounds;
pub(crate) mod causes;
mod cell;
pub mod child;
mod csv_file;
mod decode;
mod input;
mod json_file;
mod marks;
mod parquet_file;
mod sink;
mod xls;
mod xlsx;

use std::collections::BTreeMap;
use std::path::Path;

use crate::spill::SpillError;
use crate::system::in_words;

pub use archive::{archive_of, files_in, read_bytes_of};
pub use bounds::{MAX_CELLS, MAX_COLUMNS, MAX_ROWS};
pub use cell::{Cell, RawRow, Said, Sheet, cell_place, cell_ref, is_blank_char};
pub(crate) use cell::{CellView, RowView};
pub(crate) use input::Input;
pub use marks::Marks;
pub(crate) use sink::Sink;

/// Bytes of an old workbook: a full sheet of sixty columns has fewer.
const MAX_OLE_BYTES: u64 = 64 << 20;

/// A file as read.
#[derive(Debug, Default)]
pub struct RawFile {
    /// `XLSX`, `XLS`, `PARQUET`, `UTF-8`, `GB18030`, `UTF-16` or `JSON`.
    pub encoding: String,
    /// Its sheets; one without a name for CSV, JSON and Parquet.
    pub sheets: Vec<Sheet>,
    /// Custom document properties of a workbook, by name.
    pub properties: BTreeMap<String, String>,
}

/// Why a file cannot be read at all. The texts are for the sender.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The disk says no.
    #[error("文件读不出来：{}", in_words(.0))]
    Io(#[from] std::io::Error),
    /// The rows do not fit into memory, and the disk does not take them.
    #[error("{0}")]
    Spill(#[from] SpillError),
    /// No bytes.
    #[error("文件是空的")]
    Empty,
    /// Neither a workbook nor a table in text.
    #[error("{what}")]
    NotReadable {
        /// What was seen.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// Refused for safety: macros, external links.
    #[error("{what}")]
    Forbidden {
        /// What was seen.
        what: String,
        /// What to do.
        remedy: String,
    },
}

impl ReadError {
    fn unreadable(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::NotReadable { what: what.into(), remedy: remedy.into() }
    }

    /// The code of the data quality rule.
    #[must_use]
    pub fn code(&self) -> &'static str {
        if matches!(self, Self::Forbidden { .. }) { "DQ023" } else { "DQ002" }
    }

    /// What the sender should do.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Io(_) => "请检查文件是否存在、是否正被占用，然后再报".to_owned(),
            Self::Spill(_) => "这不是报表的错误，请系统管理员检查临时文件夹和磁盘空间后重新接收".to_owned(),
            Self::Empty => "请确认导出成功后重新报送；本期没有数据的，请保留表头作零报告".to_owned(),
            Self::NotReadable { remedy, .. } | Self::Forbidden { remedy, .. } => remedy.clone(),
        }
    }
}

/// Reads a file into sheets.
///
/// # Errors
/// When the file is empty, damaged, encrypted, of another kind, too large, or carries macros or external links.
pub fn read_file(path: &Path) -> Result<RawFile, ReadError> {
    collect(&Input::open(path, &std::env::temp_dir())?)
}

/// Reads the bytes of a file into sheets; see [`read_file`].
///
/// # Errors
/// As [`read_file`].
pub fn read_bytes(bytes: &[u8]) -> Result<RawFile, ReadError> {
    collect(&Input::of(bytes))
}

fn collect(input: &Input<'_>) -> Result<RawFile, ReadError> {
    let mut out = sink::Collect::default();
    stream(input, &mut out)?;
    Ok(out.file)
}

/// Reads a file and hands its sheets and rows on as they come. What was handed on before an error counts for nothing.
pub(crate) fn stream(input: &Input<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    // The readers of workbooks are other people's code; a fault in them must not stop the other files of a delivery.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| stream_by_kind(input, sink))).unwrap_or_else(|_| {
        Err(ReadError::unreadable("文件的内部结构异常，无法读取", "请在 Excel 或 WPS 中打开、另存后重新报送"))
    })
}

fn stream_by_kind(input: &Input<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    match input.head()?.as_slice() {
        [] => Err(ReadError::Empty),
        [b'P', b'K', ..] => match archive::refusal(input.reader()?) {
            Some(refusal) => Err(refusal),
            None => xlsx::read(input, sink),
        },
        head if head.starts_with(parquet_file::MAGIC) => parquet_file::read(input, sink),
        head if head.starts_with(parquet_file::ENCRYPTED) => {
            Err(ReadError::unreadable("文件已加密，无法读取", "请不加密导出后重新报送"))
        }
        [0xD0, 0xCF, 0x11, 0xE0, ..] => read_ole(input, sink),
        _ => read_text(input, sink),
    }
}

/// An old workbook is read as a whole, so that its size is its memory.
fn read_ole(input: &Input<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let size_bytes = input.size_bytes()?;
    if size_bytes > MAX_OLE_BYTES {
        let what = format!("旧版工作簿（.xls）有 {} MB，超过 {} MB", size_bytes.div_ceil(1 << 20), MAX_OLE_BYTES >> 20);
        return Err(ReadError::unreadable(what, "请在 Excel 或 WPS 中“另存为”.xlsx，或分表后重新报送"));
    }
    let bytes = input.bytes()?;
    if is_encrypted(&bytes) {
        return Err(ReadError::unreadable("文件已加密，无法读取", "请去除打开密码后重新报送"));
    }
    sink::hand_over(xls::read(&bytes)?, sink)
}

/// An encrypted workbook is an OLE container with a stream of this name.
fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|w| w == name)
}

fn read_text(input: &Input<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let text = decode::survey(input)?;
    match text.first {
        None => Err(ReadError::Empty),
        Some('{' | '[') => json_file::read(input, &text, sink),
        Some('<') => {
            Err(ReadError::unreadable("这是网页格式的文件，不是工作簿", "请在 Excel 或 WPS 中“另存为”.xlsx 后重新报送"))
        }
        Some(_) => csv_file::read(input, &text, sink),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    #[test]
    fn an_old_workbook_has_a_largest_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("旧.xls");
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).unwrap();
        file.set_len(super::MAX_OLE_BYTES + 1).unwrap();
        let refusal = super::read_file(&path).unwrap_err();
        assert_eq!(refusal.to_string(), "旧版工作簿（.xls）有 65 MB，超过 64 MB");
        assert!(refusal.remedy().contains(".xlsx"));
    }
}
