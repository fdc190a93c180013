//! Returns as they came, with their mistakes marked, to be handed back.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use suixin_ingest::annotate;
use suixin_ingest::checked::{Issue, Level};
use suixin_ingest::read;

use super::intake::Outcome;

/// The code of a copy of a file received before: there is nothing to mark in it.
const COPY: &str = "DQ001";

/// Writes an annotated copy of every file of a delivery that has errors, in folders like those it lay in. Returns how many.
///
/// # Errors
/// When a file cannot be read again or a copy cannot be written.
pub fn write(outcome: &Outcome, dir: &Path) -> Result<usize> {
    let mut by_file: BTreeMap<&str, Vec<Issue>> = BTreeMap::new();
    for issue in outcome.landing.issues.iter().filter(|i| i.code != COPY) {
        by_file.entry(&issue.file).or_default().push(issue.clone());
    }
    by_file.retain(|_, issues| issues.iter().any(|i| i.level == Level::Error));
    for (name, issues) in &by_file {
        let Some(path) = outcome.paths.get(*name) else { continue };
        let bytes = read::read_bytes_of(path).with_context(|| format!("{name} 读不了，退回件没有写"))?;
        let copy = annotate::write_bytes(&bytes, name, issues)?;
        let folder = Path::new(name).parent().map_or_else(|| dir.to_owned(), |parent| dir.join(parent));
        let target = folder.join(annotate::file_name(name));
        let failed = || format!("{} 写不了", target.display());
        std::fs::create_dir_all(&folder).with_context(failed)?;
        std::fs::write(&target, copy).with_context(failed)?;
    }
    Ok(by_file.len())
}
