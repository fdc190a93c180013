//! What if: the patch that was asked for, put on the definitions of the warehouse.

use std::path::PathBuf;

use anyhow::{Context, Result};
use suixin_metrics::definitions::source;
use suixin_metrics::whatif::{Assignment, Patch, WhatIf, what_if};

use crate::app::App;

/// What is tried.
#[derive(Debug, Clone, Default)]
pub struct Tried {
    /// Patch files.
    pub files: Vec<PathBuf>,
    /// `path=value` each.
    pub sets: Vec<String>,
    /// Indicators left out.
    pub without_indicators: Vec<String>,
    /// Units left out, by name or code.
    pub without_units: Vec<String>,
}

/// Scores a scheme with what is tried, beside the official result. Nothing is written.
///
/// # Errors
/// With every mistake of the patch; when it changes no score; when the warehouse cannot be read.
pub async fn run(app: &App, scheme: &str, year: i32, tried: &Tried) -> Result<WhatIf> {
    let patch = patch(app, tried)?;
    let files = match app.config.definitions_dir(&app.home) {
        Some(dir) => source::folder(&dir.join("metrics"))?,
        None => source::embedded(),
    };
    let asked = (scheme, year, app.clock.as_of(year));
    Ok(what_if(&app.warehouse, (&app.definitions, files), asked, &patch).await?)
}

fn patch(app: &App, tried: &Tried) -> Result<Patch> {
    let mut patch = Patch::default();
    for path in &tried.files {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("补丁文件 {name} 读不了"))?;
        patch = patch.and(Patch::read(&name, &text)?);
    }
    let assignments = tried.sets.iter().map(|s| Assignment::of_flag(s)).collect::<Result<_, _>>()?;
    let mut patch = patch.and(Patch {
        assignments,
        without_indicators: tried.without_indicators.clone(),
        without_units: tried.without_units.clone(),
    });
    let code = |given: &String| {
        let units = app.contracts.units();
        let named = units.into_iter().find(|code| *code == given || app.contracts.unit_name(code) == given);
        named.map_or_else(|| given.clone(), str::to_owned)
    };
    patch.without_units = patch.without_units.iter().map(code).collect();
    Ok(patch)
}
