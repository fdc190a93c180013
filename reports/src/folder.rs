//! Files into a folder that appears whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{ReportError, Result};

/// Writes files (path and bytes) beside the target, then puts the whole folder in its place.
///
/// # Errors
/// If a file cannot be written or a folder moved.
pub fn replace(out_dir: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    let fresh = beside(out_dir, "new");
    let old = beside(out_dir, "old");
    remove(&fresh)?;
    remove(&old)?;
    for (path, bytes) in files {
        let target = fresh.join(path);
        let folder = target.parent().unwrap_or(&fresh);
        fs::create_dir_all(folder).map_err(ReportError::file(folder))?;
        fs::write(&target, bytes).map_err(ReportError::file(&target))?;
    }
    if out_dir.exists() {
        fs::rename(out_dir, &old).map_err(ReportError::file(out_dir))?;
    }
    fs::rename(&fresh, out_dir).map_err(ReportError::file(out_dir))?;
    remove(&old)
}

/// A hidden folder next to another, so that renaming stays on one file system.
fn beside(dir: &Path, suffix: &str) -> PathBuf {
    let name = dir.file_name().map_or_else(|| "pack".to_owned(), |n| n.to_string_lossy().into_owned());
    dir.with_file_name(format!(".{name}.{suffix}"))
}

fn remove(dir: &Path) -> Result<()> {
    if dir.exists() { fs::remove_dir_all(dir).map_err(ReportError::file(dir)) } else { Ok(()) }
}
