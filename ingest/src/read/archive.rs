//! Archives of returns: a zip is a folder. Its files are read one by one out of the archive and are never unpacked to disk.
//!
//! A file inside is named by a path that goes on behind the archive (`包.zip/月报.xlsx`). Names are UTF-8 or, from Windows,
//! GB18030 without a mark.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::{Component, Path, PathBuf};

use encoding_rs::GB18030;
use zip::ZipArchive;

use super::ReadError;
use super::bounds::{is_bomb, too_large};
use super::causes;
use crate::system::in_words;

/// Files in an archive.
const MAX_FILES: usize = 2_000;
/// Unpacked size of all of them in bytes.
const MAX_UNPACKED: u64 = 2 << 30;
/// Unpacked size of one of them in bytes.
const MAX_FILE: u64 = 1 << 30;
/// Parts that only workbooks have.
const WORKBOOK: &str = "xl/workbook.xml";

/// The files of an archive on disk by their paths inside it, with `/`; `None` when it is a workbook.
///
/// # Errors
/// When it is no whole archive, is encrypted or too large, or holds a path that leads out of it.
pub fn files_in(path: &Path) -> Result<Option<Vec<String>>, ReadError> {
    list(&mut open(BufReader::new(File::open(path)?))?)
}

/// The bytes of a file on disk, or of a file inside an archive on disk.
///
/// # Errors
/// When there is no such file, or the archive is faulty.
pub fn read_bytes_of(path: &Path) -> Result<Vec<u8>, ReadError> {
    if archive_of(path).is_none() {
        return Ok(std::fs::read(path)?);
    }
    let mut bytes = Vec::new();
    copy_member(path, &mut bytes)?;
    Ok(bytes)
}

/// Unpacks the file inside an archive that a path leads to.
pub(super) fn copy_member(path: &Path, to: &mut dyn Write) -> Result<(), ReadError> {
    let archive = archive_of(path).ok_or(io::ErrorKind::NotFound).map_err(io::Error::from)?;
    let inside = path.strip_prefix(&archive).unwrap_or(path);
    let inside: Vec<String> = inside.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    read_member(&mut open(BufReader::new(File::open(&archive)?))?, &inside.join("/"), to)
}

/// The archive that a path leads into; `None` where the path itself is on disk, or nothing of it is.
#[must_use]
pub fn archive_of(path: &Path) -> Option<PathBuf> {
    if path.exists() {
        return None;
    }
    path.ancestors().skip(1).find(|a| a.is_file()).map(Path::to_owned)
}

/// Why an archive that was met where a workbook should be is not read.
pub(super) fn refusal<R: Read + Seek>(from: R) -> Option<ReadError> {
    let mut zip = match open(from) {
        Ok(zip) => zip,
        Err(e) => return Some(e),
    };
    let remedy = "请直接报送 .xlsx 工作簿、CSV，或把它们放在一个 zip 压缩包里（包内不要再套压缩包）";
    match list(&mut zip) {
        Ok(None) => None,
        Err(e) => Some(e),
        Ok(Some(files)) if files.iter().any(|f| f == "content.xml") => Some(ReadError::unreadable(
            "这是 OpenDocument 格式的文件，不是 Excel 工作簿",
            "请在 WPS 或 LibreOffice 中“另存为”.xlsx 后重新报送",
        )),
        Ok(Some(_)) => Some(ReadError::unreadable("压缩包里没有可以读取的报表，或压缩包里又套了压缩包", remedy)),
    }
}

fn open<R: Read + Seek>(from: R) -> Result<ZipArchive<R>, ReadError> {
    ZipArchive::new(from).map_err(|e| damaged(&causes::of_zip(&e)))
}

fn damaged(cause: &str) -> ReadError {
    ReadError::unreadable(
        format!("文件不是完整的工作簿或压缩包（{cause}）"),
        "文件可能没有传完或已损坏，请重新导出后再报",
    )
}

fn list<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Result<Option<Vec<String>>, ReadError> {
    if zip.index_for_name(WORKBOOK).is_some() {
        return Ok(None);
    }
    if zip.len() > MAX_FILES {
        return Err(too_large(format!("压缩包里有 {} 个文件", zip.len())));
    }
    let (mut names, mut unpacked) = (Vec::new(), 0_u64);
    for i in 0..zip.len() {
        let part = zip.by_index_raw(i).map_err(|e| damaged(&causes::of_zip(&e)))?;
        let name = name_of(part.name_raw()).filter(|n| is_safe(n) && !part.is_symlink());
        let name = name.ok_or_else(|| unsafe_path(part.name()))?;
        if part.encrypted() {
            return Err(ReadError::unreadable("压缩包已加密，无法读取", "请去除密码后重新报送"));
        }
        unpacked = unpacked.saturating_add(part.size());
        if is_bomb(part.size(), part.compressed_size()) || part.size() > MAX_FILE || unpacked > MAX_UNPACKED {
            return Err(too_large(format!("压缩包里的“{name}”解压后有 {} MB", part.size() >> 20)));
        }
        if !name.ends_with('/') {
            names.push(name);
        }
    }
    Ok(Some(names))
}

fn unsafe_path(name: &str) -> ReadError {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
    ReadError::Forbidden {
        what: format!("压缩包里的文件路径指向包外（{shown}）"),
        remedy: "请在本机重新打包，包内只放报表文件".to_owned(),
    }
}

fn name_of(raw: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => GB18030.decode_without_bom_handling_and_without_replacement(raw)?.into_owned(),
    };
    Some(text.replace('\\', "/"))
}

/// A relative path of plain names.
fn is_safe(name: &str) -> bool {
    let plain = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
    let drive = name.as_bytes().get(1) == Some(&b':');
    plain && !name.is_empty() && !drive && !name.chars().any(char::is_control)
}

fn read_member<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str, to: &mut dyn Write) -> Result<(), ReadError> {
    for i in 0..zip.len() {
        let raw = zip.by_index_raw(i).map_err(|e| damaged(&causes::of_zip(&e)))?;
        if name_of(raw.name_raw()).as_deref() != Some(name) {
            continue;
        }
        drop(raw);
        let part = zip.by_index(i).map_err(|e| damaged(&causes::of_zip(&e)))?;
        let size = part.size();
        if is_bomb(size, part.compressed_size()) || size > MAX_FILE {
            return Err(too_large(format!("解压后有 {} MB", size >> 20)));
        }
        // A part may lie about its size.
        let length = io::copy(&mut part.take(size + 1), to).map_err(not_unpacked)?;
        return if length == size { Ok(()) } else { Err(damaged("大小与目录不符")) };
    }
    Err(ReadError::Io(io::ErrorKind::NotFound.into()))
}

/// A full disk is no fault of the archive.
fn not_unpacked(e: io::Error) -> ReadError {
    use io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match e.kind() {
        StorageFull | QuotaExceeded | ReadOnlyFilesystem | PermissionDenied => ReadError::Io(e),
        _ => damaged(&in_words(&e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_inside_an_archive() {
        assert_eq!(name_of("三月\\月报.xlsx".as_bytes()).as_deref(), Some("三月/月报.xlsx"));
        assert_eq!(name_of(&GB18030.encode("郪江/崚.xls").0).as_deref(), Some("郪江/崚.xls"));
        for good in ["月报.xlsx", "三月/月报.xlsx", "三月/"] {
            assert!(is_safe(good), "{good}");
        }
        for bad in ["", "/月报.xlsx", "../月报.xlsx", "a/../../b", "C:/a.xlsx", "c:a.xlsx", "a\0.xlsx"] {
            assert!(!is_safe(bad), "{bad:?}");
        }
    }
}
