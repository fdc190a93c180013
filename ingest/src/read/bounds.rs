//! Limits that keep a hostile or broken file from eating the machine.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use super::ReadError;
use super::causes;
use super::marks::{Marks, read_marks};

/// Rows of a sheet; Excel has no more.
pub const MAX_ROWS: u32 = 1_048_576;
/// Columns of a sheet; no form has more than a tenth of it.
pub const MAX_COLUMNS: u32 = 512;
/// Used cells of a file.
pub const MAX_CELLS: u64 = 40_000_000;
/// Parts of a workbook.
const MAX_PARTS: usize = 2_000;
/// Unpacked size of a workbook in bytes.
const MAX_UNPACKED: u64 = 1 << 30;

/// Unpacked size of a part that is held in memory at once (shared strings above all).
const MAX_WHOLE_PART: u64 = 256 << 20;
/// Below this size a part may be packed as well as it likes.
const BOMB_BYTES: u64 = 16 << 20;
/// How many times larger a part may become: a real sheet becomes ten to fifty times larger.
const BOMB_RATIO: u64 = 200;

/// Whether a part unpacks to much out of nearly nothing.
pub(crate) fn is_bomb(unpacked: u64, packed: u64) -> bool {
    unpacked > BOMB_BYTES && unpacked / packed.max(1) > BOMB_RATIO
}

/// Looks into the directory of a workbook before the reader unpacks anything; hands over the marks of its sheets.
pub(super) fn check_zip<R: Read + Seek>(from: R) -> Result<BTreeMap<String, Marks>, ReadError> {
    let damaged = |e: zip::result::ZipError| {
        ReadError::unreadable(
            format!("文件不是完整的 Excel 工作簿（{}）", causes::of_zip(&e)),
            "文件可能没有传完或已损坏，请重新导出后再报",
        )
    };
    let mut zip = zip::ZipArchive::new(from).map_err(damaged)?;
    if zip.len() > MAX_PARTS {
        return Err(too_large(format!("工作簿有 {} 个部件", zip.len())));
    }
    let mut unpacked = 0_u64;
    for i in 0..zip.len() {
        let part = zip.by_index(i).map_err(damaged)?;
        unpacked = unpacked.saturating_add(part.size());
        refuse_size(part.name(), part.size(), part.compressed_size())?;
        refuse_part(part.name())?;
    }
    if unpacked > MAX_UNPACKED {
        return Err(too_large(format!("工作簿解压后有 {} MB", unpacked >> 20)));
    }
    check_real_size(&mut zip)?;
    read_marks(&mut zip).map_err(|sheet| {
        ReadError::unreadable(format!("工作表“{sheet}”已损坏"), "请在 Excel 或 WPS 中打开另存后重新报送")
    })
}

/// A part may lie about its size: count what really comes out.
fn check_real_size<R: Read + Seek>(zip: &mut zip::ZipArchive<R>) -> Result<(), ReadError> {
    for i in 0..zip.len() {
        let Ok(part) = zip.by_index(i) else { continue };
        let (claimed, name) = (part.size(), part.name().to_owned());
        let mut over = part.take(claimed.saturating_add(1));
        let really = std::io::copy(&mut over, &mut std::io::sink()).map_err(|e| {
            ReadError::unreadable(
                format!("工作簿部件 {name} 已损坏（{}）", crate::system::in_words(&e)),
                "请重新导出后再报",
            )
        })?;
        if really > claimed {
            return Err(too_large(format!("工作簿部件 {name} 的实际大小超过声明")));
        }
    }
    Ok(())
}

/// Everything but the sheets is held in memory at once.
fn refuse_size(name: &str, unpacked: u64, packed: u64) -> Result<(), ReadError> {
    let size_mb = unpacked >> 20;
    if is_bomb(unpacked, packed) {
        return Err(too_large(format!("工作簿部件 {name} 解压后有 {size_mb} MB，压缩比异常")));
    }
    let in_parts = name.starts_with("xl/worksheets/") || name.starts_with("xl/media/");
    if in_parts || unpacked <= MAX_WHOLE_PART {
        return Ok(());
    }
    if name == "xl/sharedStrings.xml" {
        let what = format!("工作簿的文字有 {size_mb} MB，超过 {} MB", MAX_WHOLE_PART >> 20);
        return Err(ReadError::unreadable(what, "请删除多余的工作表，分表报送，或导出为 CSV 后报送"));
    }
    Err(too_large(format!("工作簿部件 {name} 解压后有 {size_mb} MB")))
}

fn refuse_part(name: &str) -> Result<(), ReadError> {
    let lower = name.to_ascii_lowercase();
    let what = if lower.ends_with("vbaproject.bin") {
        "工作簿含有宏"
    } else if lower.starts_with("xl/externallinks/") {
        "工作簿引用了其他文件（外部链接）"
    } else {
        return Ok(());
    };
    Err(ReadError::Forbidden {
        what: what.to_owned(),
        remedy: "请把内容“选择性粘贴为数值”到空白 .xlsx 工作簿后重新报送".to_owned(),
    })
}

pub(super) fn too_large(what: String) -> ReadError {
    ReadError::unreadable(what, "超出一份报表的合理大小，请核对后分表报送")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_as_a_whole_has_a_largest_size() {
        let refusal = |name: &str, unpacked: u64, packed: u64| {
            refuse_size(name, unpacked, packed).err().map(|e| (e.to_string(), e.remedy()))
        };
        let (texts, sheet) = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml");
        assert_eq!(refusal(texts, MAX_WHOLE_PART, 40 << 20), None);
        let (what, remedy) = refusal(texts, MAX_WHOLE_PART + (1 << 20), 40 << 20).unwrap();
        assert_eq!(what, "工作簿的文字有 257 MB，超过 256 MB");
        assert!(remedy.contains("CSV"));
        assert_eq!(refusal(sheet, 3 * MAX_WHOLE_PART, 40 << 20), None);
        assert!(refusal("xl/styles.xml", MAX_WHOLE_PART + 1, 40 << 20).is_some());
        assert!(refusal(sheet, 17 << 20, 1_000).unwrap().0.contains("压缩比异常"));
    }
}
