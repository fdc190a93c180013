//! Where definition files come from: the binary, or a folder of the same layout.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::reader::SourceFile;
use crate::error::MetricsError;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/definitions");

/// The files that the product carries, by path.
#[must_use]
pub fn embedded() -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect(&EMBEDDED, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The TOML files of a folder, by path.
///
/// # Errors
/// When a file or folder cannot be read.
pub fn folder(dir: &Path) -> Result<Vec<SourceFile>, MetricsError> {
    let mut files = Vec::new();
    walk(dir, dir, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Writes the files that the product carries into a folder, for a bureau to change.
///
/// # Errors
/// When a file cannot be written.
pub fn export(dir: &Path) -> Result<usize, MetricsError> {
    let files = embedded();
    for file in &files {
        let path = dir.join(&*file.path);
        let parent = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(parent).map_err(|source| io(parent, source))?;
        std::fs::write(&path, &file.text).map_err(|source| io(&path, source))?;
    }
    Ok(files.len())
}

fn collect(dir: &Dir<'_>, files: &mut Vec<SourceFile>) {
    for file in dir.files().filter(|f| f.path().extension().is_some_and(|e| e == "toml")) {
        if let Some(text) = file.contents_utf8() {
            files.push(source_file(file.path(), text));
        }
    }
    for inner in dir.dirs() {
        collect(inner, files);
    }
}

fn walk(root: &Path, dir: &Path, files: &mut Vec<SourceFile>) -> Result<(), MetricsError> {
    for entry in std::fs::read_dir(dir).map_err(|source| io(dir, source))? {
        let path = entry.map_err(|source| io(dir, source))?.path();
        if path.is_dir() {
            walk(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).map_err(|source| io(&path, source))?;
            files.push(source_file(path.strip_prefix(root).unwrap_or(&path), &text));
        }
    }
    Ok(())
}

fn source_file(path: &Path, text: &str) -> SourceFile {
    let path: Vec<_> = path.iter().map(|p| p.to_string_lossy()).collect();
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    SourceFile { path: path.join("/").into(), text }
}

fn io(path: &Path, source: std::io::Error) -> MetricsError {
    MetricsError::File { path: PathBuf::from(path), source }
}
