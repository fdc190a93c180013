//! Reading files as counties send them into plain sheets of cells: workbooks, CSV and JSON.
//!
//! Nothing is interpreted here beyond the type that the file itself gives to a cell. What a file is, is decided by its
//! first bytes and never by its name.

mod archive;
mod biff;
mod bounds;
mod cell;
pub mod child;
mod csv_file;
mod json_file;
mod marks;
mod xls;
mod xlsx;

use std::collections::BTreeMap;
use std::path::Path;

pub use archive::{archive_of, files_in, read_bytes_of};
pub use bounds::{MAX_CELLS, MAX_COLUMNS, MAX_ROWS};
pub use cell::{Cell, RawRow, Said, Sheet, cell_ref, is_blank_char};
pub use marks::Marks;

/// A file as read.
#[derive(Debug)]
pub struct RawFile {
    /// `XLSX`, `XLS`, `UTF-8`, `GB18030`, `UTF-16` or `JSON`.
    pub encoding: String,
    /// Its sheets; one without a name for CSV and JSON.
    pub sheets: Vec<Sheet>,
    /// Custom document properties of a workbook, by name.
    pub properties: BTreeMap<String, String>,
}

/// Why a file cannot be read at all. The texts are for the sender.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The disk says no.
    #[error("文件读不出来：{0}")]
    Io(#[from] std::io::Error),
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
    let bytes = read_bytes_of(path)?;
    read_bytes(&bytes)
}

/// Reads the bytes of a file into sheets; see [`read_file`].
///
/// # Errors
/// As [`read_file`].
pub fn read_bytes(bytes: &[u8]) -> Result<RawFile, ReadError> {
    // The readers of workbooks are other people's code; a fault in them must not stop the other files of a delivery.
    std::panic::catch_unwind(|| read_by_kind(bytes)).unwrap_or_else(|_| {
        Err(ReadError::unreadable("文件的内部结构异常，无法读取", "请在 Excel 或 WPS 中打开、另存后重新报送"))
    })
}

fn read_by_kind(bytes: &[u8]) -> Result<RawFile, ReadError> {
    match bytes {
        [] => Err(ReadError::Empty),
        [b'P', b'K', ..] => match archive::refusal(bytes) {
            Some(refusal) => Err(refusal),
            None => xlsx::read(bytes),
        },
        [0xD0, 0xCF, 0x11, 0xE0, ..] if is_encrypted(bytes) => {
            Err(ReadError::unreadable("文件已加密，无法读取", "请去除打开密码后重新报送"))
        }
        [0xD0, 0xCF, 0x11, 0xE0, ..] => xls::read(bytes),
        _ => read_text(bytes),
    }
}

/// An encrypted workbook is an OLE container with a stream of this name.
fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|w| w == name)
}

fn read_text(bytes: &[u8]) -> Result<RawFile, ReadError> {
    let (text, encoding) = csv_file::decode(bytes)?;
    let start = text.trim_start();
    if start.is_empty() {
        return Err(ReadError::Empty);
    }
    if start.starts_with(['{', '[']) {
        return json_file::read(&text);
    }
    if start.starts_with('<') {
        return Err(ReadError::unreadable(
            "这是网页格式的文件，不是工作簿",
            "请在 Excel 或 WPS 中“另存为”.xlsx 后重新报送",
        ));
    }
    csv_file::read(&text, encoding)
}
