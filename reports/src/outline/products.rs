//! The products that the office sends out: one outline a file, embedded in the program or standing in a folder of definitions.
//!
//! A product with `each` is made once for every row of that dataset; `${subject}` in its outline stands for the row's key.

use std::collections::BTreeMap;
use std::path::Path;

use super::Outline;
use crate::error::{ReportError, Result};

/// Stands for the key of the subject in an outline.
const SUBJECT: &str = "${subject}";
/// A subject for checking an outline before there is one.
const SAMPLE: &str = "000000";
/// Folder of the outlines among the definitions.
const FOLDER: &str = "outlines";

const EMBEDDED: [(&str, &str); 10] = [
    ("joint-meeting", include_str!("../../definitions/outlines/joint-meeting.toml")),
    ("county", include_str!("../../definitions/outlines/county.toml")),
    ("pilot", include_str!("../../definitions/outlines/pilot.toml")),
    ("projects", include_str!("../../definitions/outlines/projects.toml")),
    ("organisations", include_str!("../../definitions/outlines/organisations.toml")),
    ("supervision", include_str!("../../definitions/outlines/supervision.toml")),
    ("data-quality", include_str!("../../definitions/outlines/data-quality.toml")),
    ("awards", include_str!("../../definitions/outlines/awards.toml")),
    ("bonus", include_str!("../../definitions/outlines/bonus.toml")),
    ("audit", include_str!("../../definitions/outlines/audit.toml")),
];

/// A product: its outline as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Id, which is also the name of its file.
    pub id: String,
    source: String,
}

impl Product {
    /// The products, those of a folder of definitions before the embedded ones of the same id; the joint meeting's first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn all(dir: Option<&Path>) -> Result<Vec<Self>> {
        let own = |id: &str, source: String| Self { id: id.to_owned(), source };
        let mut all: Vec<Self> = EMBEDDED.iter().map(|(id, source)| own(id, (*source).to_owned())).collect();
        for (id, source) in dir.map(|d| files(&d.join(FOLDER))).transpose()?.unwrap_or_default() {
            match all.iter_mut().find(|p| p.id == id) {
                Some(known) => known.source = source,
                None => all.push(own(&id, source)),
            }
        }
        Ok(all)
    }

    /// A product by its id.
    ///
    /// # Errors
    /// [`ReportError::Product`] naming the known ones; when the folder cannot be read.
    pub fn find(dir: Option<&Path>, id: &str) -> Result<Self> {
        let all = Self::all(dir)?;
        let known = || all.iter().map(|p| p.id.as_str()).collect::<Vec<_>>().join("、");
        let found = all.iter().find(|p| p.id == id).cloned();
        found.ok_or_else(|| ReportError::Product { id: id.to_owned(), known: known() })
    }

    /// Its outline, for a subject where it is made for each of several; without one for checking.
    ///
    /// # Errors
    /// All mistakes of syntax at once; [`ReportError::Subject`] for a key that cannot stand in an outline.
    pub fn outline(&self, subject: Option<&str>) -> Result<Outline> {
        let key = subject.unwrap_or(SAMPLE);
        if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
            return Err(ReportError::Subject(key.to_owned()));
        }
        let outline = Outline::parse(&format!("{}.toml", self.id), &self.source.replace(SUBJECT, key))?;
        Ok(Outline { subject: subject.map(str::to_owned), ..outline })
    }
}

/// Id → text of the outlines in a folder; none where there is no such folder.
fn files(dir: &Path) -> Result<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    if !dir.exists() {
        return Ok(out);
    }
    for entry in std::fs::read_dir(dir).map_err(ReportError::file(dir))? {
        let path = entry.map_err(ReportError::file(dir))?.path();
        let id = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        if path.extension().is_some_and(|e| e == "toml") && !id.starts_with('.') {
            out.insert(id, std::fs::read_to_string(&path).map_err(ReportError::file(&path))?);
        }
    }
    Ok(out)
}

/// Writes the embedded outlines into a folder of definitions; returns how many.
///
/// # Errors
/// When a file cannot be written.
pub fn export_embedded(dir: &Path) -> std::io::Result<usize> {
    let dir = dir.join(FOLDER);
    std::fs::create_dir_all(&dir)?;
    for (id, source) in EMBEDDED {
        std::fs::write(dir.join(format!("{id}.toml")), source)?;
    }
    Ok(EMBEDDED.len())
}
