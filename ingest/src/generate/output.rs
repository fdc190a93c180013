//! The output folder: only an empty one, or one that carries our marker, is written to.

use std::fs;
use std::path::Path;

use super::GenerateError;

const MARKER: &str = ".suixin-generated";
const TEXT: &str = "这个文件夹由 suixin generate 生成，全部是虚构数据；再次生成会覆盖其中的报表。\n";
/// What we write beside the folders of periods.
const OURS: [&str; 8] = [
    "市局",
    "truth",
    ".spill",
    "manifest.csv",
    "templates.csv",
    "expected_rejects.csv",
    "planted_risks.csv",
    "world.json",
];

/// Makes the folder ready: refuses a foreign one, and takes away what an earlier run has written.
pub(super) fn prepare(out: &Path) -> Result<(), GenerateError> {
    let io = |e| GenerateError::io(out, e);
    fs::create_dir_all(out).map_err(io)?;
    let mut entries: Vec<_> = fs::read_dir(out).map_err(io)?.collect::<Result<_, _>>().map_err(io)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let marker = out.join(MARKER);
    if !entries.is_empty() && !marker.is_file() {
        return Err(GenerateError::NotEmpty(out.to_owned()));
    }
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if OURS.contains(&name.as_str()) || name.parse::<crate::period::Period>().is_ok() {
            let gone = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            gone.map_err(|e| GenerateError::io(&path, e))?;
        }
    }
    fs::write(&marker, TEXT).map_err(|e| GenerateError::io(&marker, e))
}

/// Takes away what was only needed on the way.
pub(super) fn finish(out: &Path) -> Result<(), GenerateError> {
    let spill = out.join(".spill");
    if spill.is_dir() { fs::remove_dir_all(&spill).map_err(|e| GenerateError::io(&spill, e)) } else { Ok(()) }
}
