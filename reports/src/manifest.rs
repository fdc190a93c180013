//! The manifest of a pack: what was printed, from which snapshot, by which definitions, fonts and templates.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::brief::Privacy;
use crate::error::{ReportError, Result};
use crate::figure::Figure;
use crate::output::Output;

/// Name of the manifest in a pack's folder.
pub const FILE: &str = "manifest.json";

/// What a pack is and where it came from. It holds no time of day and no name of a machine: same brief, same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub format: u32,
    /// The outline's id: which product it is.
    #[serde(default = "joint_meeting")]
    pub product: String,
    /// Whom it is about, where the product is made for each of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Title of the pack.
    pub title: String,
    /// Year evaluated.
    pub year: i32,
    /// Day up to which outcomes were counted.
    pub as_of: NaiveDate,
    /// Snapshot of the warehouse.
    pub snapshot: String,
    /// SHA-256 over all definitions.
    pub definitions_hash: String,
    /// Version of the program.
    pub program_version: String,
    /// SHA-256 of the brief in canonical JSON.
    pub brief_sha256: String,
    /// Formats of the pack; manifests that do not say it are of packs that had three.
    #[serde(default = "first_outputs")]
    pub outputs: BTreeSet<Output>,
    /// Highest privacy class of what is shown; it is printed on every document.
    #[serde(default = "public")]
    pub level: Privacy,
    /// The outline.
    pub outline: Hashed,
    /// Page templates.
    pub templates: Vec<Hashed>,
    /// Typefaces.
    pub fonts: Vec<Hashed>,
    /// Files of the pack, by path.
    pub documents: Vec<Document>,
    /// Datasets that figures came from.
    pub datasets: Vec<Hashed>,
    /// Every number that was printed.
    pub figures: Vec<Figure>,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

/// Manifests did not name the product while there was only one.
fn joint_meeting() -> String {
    crate::outline::JOINT_MEETING.to_owned()
}

fn first_outputs() -> BTreeSet<Output> {
    [Output::Pdf, Output::Xlsx, Output::Charts].into()
}

fn public() -> Privacy {
    Privacy::S0
}

/// A name with a hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashed {
    /// Name.
    pub name: String,
    /// SHA-256, lower-case hex.
    pub sha256: String,
}

/// A file of the pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Path inside the pack, with `/`.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its size.
    pub size_bytes: u64,
}

/// A file that is not as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Path inside the pack.
    pub path: String,
    /// What is wrong with it.
    pub kind: DifferenceKind,
}

/// Ways in which a file can differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// It is not there.
    Missing,
    /// Its bytes are others.
    Changed,
    /// The manifest does not name it.
    Unknown,
}

/// SHA-256 of bytes, lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

impl Hashed {
    /// A name with the hash of some bytes.
    #[must_use]
    pub fn of(name: impl Into<String>, bytes: &[u8]) -> Self {
        Self { name: name.into(), sha256: sha256(bytes) }
    }
}

/// Reads the manifest in a folder.
///
/// # Errors
/// If it is not there or no manifest.
pub fn read_manifest(dir: &Path) -> Result<Manifest> {
    let path = dir.join(FILE);
    let bytes = fs::read(&path).map_err(ReportError::file(&path))?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// Compares the files of a pack with its manifest; empty if all are the same.
///
/// # Errors
/// If the manifest or a file cannot be read.
pub fn verify_manifest(dir: &Path) -> Result<Vec<Difference>> {
    let manifest = read_manifest(dir)?;
    let mut found = Vec::new();
    for document in &manifest.documents {
        let path = dir.join(&document.path);
        if !path.is_file() {
            found.push(Difference { path: document.path.clone(), kind: DifferenceKind::Missing });
            continue;
        }
        let bytes = fs::read(&path).map_err(ReportError::file(&path))?;
        if sha256(&bytes) != document.sha256 {
            found.push(Difference { path: document.path.clone(), kind: DifferenceKind::Changed });
        }
    }
    let mut present = Vec::new();
    files(dir, "", &mut present)?;
    let known = |path: &String| path == FILE || manifest.documents.iter().any(|d| d.path == *path);
    let unknown = present.into_iter().filter(|p| !known(p));
    found.extend(unknown.map(|path| Difference { path, kind: DifferenceKind::Unknown }));
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Paths of all files below a folder, with `/`.
fn files(dir: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(dir).map_err(ReportError::file(dir))? {
        let entry = entry.map_err(ReportError::file(dir))?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{path}/"), found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}
