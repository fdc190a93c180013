//! Sample returns (synthetic, seed 2025, 300 persons) kept as archives under `fixtures/`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A line of a CSV by column name.
pub type Line = BTreeMap<String, String>;

/// Unpacks a sample into a folder of its own, removed when the value is dropped.
///
/// # Errors
/// When the archive cannot be read or unpacked.
pub fn unpack(name: &str) -> io::Result<tempfile::TempDir> {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(format!("{name}.zip"));
    let dir = tempfile::tempdir()?;
    zip::ZipArchive::new(File::open(archive)?)
        .map_err(io::Error::other)?
        .extract(dir.path())
        .map_err(io::Error::other)?;
    Ok(dir)
}

/// All lines of a CSV.
///
/// # Errors
/// When it cannot be read.
pub fn lines(path: &Path) -> io::Result<Vec<Line>> {
    let mut reader = csv::Reader::from_path(path).map_err(io::Error::other)?;
    reader.deserialize().collect::<Result<_, _>>().map_err(io::Error::other)
}

/// A field of a line, empty where there is none.
#[must_use]
pub fn field<'a>(line: &'a Line, name: &str) -> &'a str {
    line.get(name).map_or("", String::as_str)
}

/// Folder with a sample: an unpacked archive, or a folder named by the caller.
#[must_use]
pub fn path(dir: &tempfile::TempDir, file: &str) -> PathBuf {
    dir.path().join(file)
}
