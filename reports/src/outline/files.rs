//! The embedded outline as a file that an office can change.

use std::path::Path;

use super::{JOINT_MEETING, Outline};
use crate::error::ReportError;

/// Name of the outline in a folder of definitions.
const FILE: &str = "outlines/joint-meeting.toml";

/// Writes the embedded outline into a folder.
///
/// # Errors
/// When the file cannot be written.
pub fn export_embedded(dir: &Path) -> std::io::Result<usize> {
    let path = dir.join(FILE);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::write(path, JOINT_MEETING)?;
    Ok(1)
}

impl Outline {
    /// The outline of a folder of definitions, or the embedded one where the folder has none.
    ///
    /// # Errors
    /// All mistakes of syntax at once; a file that cannot be read.
    pub fn load(dir: Option<&Path>) -> crate::Result<Self> {
        match dir.map(|d| d.join(FILE)).filter(|p| p.exists()) {
            Some(path) => {
                let source =
                    std::fs::read_to_string(&path).map_err(|e| ReportError::File { path: path.clone(), source: e })?;
                Self::parse(FILE, &source)
            }
            None => Self::joint_meeting(),
        }
    }
}
