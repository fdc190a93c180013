//! Reading the definition files, embedded or from a folder, with every mistake located.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::raw::{RawCalendar, RawCodes, RawTable};
use super::{Contracts, Division, Form, Table, check};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/definitions");

/// A mistake in a definition file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mistake {
    /// File, relative to the project.
    pub file: String,
    /// Line from 1; 0 where the mistake concerns the whole file.
    pub line: usize,
    /// Column from 1; 0 where unknown.
    pub column: usize,
    /// What is wrong, in Chinese.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{} {}。{}", self.file, self.line, self.column, self.message, self.remedy)
    }
}

/// All mistakes found in the definitions.
#[derive(Debug, thiserror::Error)]
#[error("定义文件有 {} 处错误：\n{}", .0.len(), .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct ContractErrors(pub Vec<Mistake>);

pub(super) fn embedded() -> Result<Contracts, ContractErrors> {
    let mut files = BTreeMap::new();
    collect_embedded(&EMBEDDED, &mut files);
    assemble(&files)
}

pub(super) fn from_dir(dir: &Path) -> Result<Contracts, ContractErrors> {
    let mut files = BTreeMap::new();
    collect_dir(dir, dir, &mut files).map_err(|e| {
        ContractErrors(vec![mistake(
            &dir.display().to_string(),
            0,
            0,
            format!("读不了定义文件夹：{e}"),
            "请检查路径和权限",
        )])
    })?;
    assemble(&files)
}

/// Writes the embedded definitions into a folder, which must not hold them yet.
///
/// # Errors
/// When a file cannot be written.
pub fn export_embedded(dir: &Path) -> std::io::Result<usize> {
    let mut files = BTreeMap::new();
    collect_embedded(&EMBEDDED, &mut files);
    for (name, text) in &files {
        let path = dir.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(files.len())
}

fn collect_embedded(dir: &Dir<'_>, out: &mut BTreeMap<String, String>) {
    for file in dir.files() {
        if let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            out.insert(name.replace('\\', "/"), text.to_owned());
        }
    }
    for sub in dir.dirs() {
        collect_embedded(sub, out);
    }
}

fn collect_dir(root: &Path, dir: &Path, out: &mut BTreeMap<String, String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_dir(root, &path, out)?;
        } else if path.extension().is_some_and(|e| e == "toml" || e == "csv") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            out.insert(name, std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn assemble(files: &BTreeMap<String, String>) -> Result<Contracts, ContractErrors> {
    let mut mistakes = Vec::new();
    let mut contracts = Contracts {
        tables: BTreeMap::new(),
        lineage: Vec::new(),
        code_sets: BTreeMap::new(),
        forms: BTreeMap::new(),
        divisions: Vec::new(),
        synonyms: BTreeMap::new(),
        holidays: BTreeMap::new(),
        hash: hash(files),
    };
    for (name, text) in files {
        add_file(&mut contracts, name, text, &mut mistakes);
    }
    check::references(&contracts, &mut mistakes);
    if mistakes.is_empty() { Ok(contracts) } else { Err(ContractErrors(mistakes)) }
}

fn add_file(contracts: &mut Contracts, name: &str, text: &str, mistakes: &mut Vec<Mistake>) {
    if name.starts_with("tables/") {
        add_table(contracts, name, text, mistakes);
    } else if name.starts_with("forms/") {
        if let Some(form) = parse::<Form>(name, text, mistakes) {
            contracts.forms.insert(form.code.clone(), form);
        }
    } else {
        add_single_file(contracts, name, text, mistakes);
    }
}

fn add_single_file(contracts: &mut Contracts, name: &str, text: &str, mistakes: &mut Vec<Mistake>) {
    match name {
        "codes.toml" => {
            if let Some(raw) = parse::<RawCodes>(name, text, mistakes) {
                contracts.code_sets = raw.sets.into_iter().map(|s| (s.id.clone(), s)).collect();
            }
        }
        "synonyms.toml" => contracts.synonyms = parse(name, text, mistakes).unwrap_or_default(),
        "calendar.toml" => {
            let years = parse::<RawCalendar>(name, text, mistakes).unwrap_or_default();
            contracts.holidays = years.into_iter().filter_map(|(y, h)| Some((y.parse().ok()?, h))).collect();
        }
        "divisions.csv" => contracts.divisions = parse_divisions(name, text, mistakes),
        _ => {}
    }
}

fn add_table(contracts: &mut Contracts, name: &str, text: &str, mistakes: &mut Vec<Mistake>) {
    let Some(raw) = parse::<RawTable>(name, text, mistakes) else { return };
    match raw.finish() {
        Ok(Table { name: table, columns, .. }) if table == "_lineage" => contracts.lineage = columns,
        Ok(table) => {
            contracts.tables.insert(table.name.clone(), table);
        }
        Err(message) => mistakes.push(mistake(name, 0, 0, message, "请改正后再查")),
    }
}

fn parse_divisions(name: &str, text: &str, mistakes: &mut Vec<Mistake>) -> Vec<Division> {
    let mut out = Vec::new();
    for (i, row) in csv::Reader::from_reader(text.as_bytes()).deserialize().enumerate() {
        match row {
            Ok(division) => out.push(division),
            Err(e) => mistakes.push(mistake(name, i + 2, 0, format!("区划表这一行读不了：{e}"), "请按表头补齐各列")),
        }
    }
    out
}

fn parse<T: DeserializeOwned>(name: &str, text: &str, mistakes: &mut Vec<Mistake>) -> Option<T> {
    match toml::from_str(text) {
        Ok(value) => Some(value),
        Err(e) => {
            let (line, column) = e.span().map_or((0, 0), |s| position(text, s.start));
            mistakes.push(mistake(name, line, column, e.message().to_owned(), "请按同类文件的写法改正"));
            None
        }
    }
}

/// Line and column (from 1) of a byte offset.
pub(super) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1;
    (line, column)
}

pub(super) fn mistake(
    file: &str,
    line: usize,
    column: usize,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Mistake {
    Mistake { file: file.to_owned(), line, column, message: message.into(), remedy: remedy.into() }
}

fn hash(files: &BTreeMap<String, String>) -> String {
    let mut sha = Sha256::new();
    for (name, text) in files {
        sha.update(name.as_bytes());
        sha.update([0]);
        sha.update(text.as_bytes());
        sha.update([0]);
    }
    hex::encode(sha.finalize())
}
