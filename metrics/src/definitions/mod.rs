//! The definitions: indicators, schemes, risk rules, awards and datasets, read from TOML files with SQL inside.
//!
//! Invariant: a definition that is loaded is whole; whatever is wrong in a file is reported with its place, all mistakes
//! at once, and nothing wrong is used. Reading knows no data: `check` plans the statements against a snapshot.

pub mod award;
pub(crate) mod canonical;
pub mod casework;
pub mod check;
pub mod common;
pub mod dataset;
mod dated;
pub mod indicator;
pub mod mistake;
pub mod plan;
pub mod reader;
pub mod risk_rule;
pub mod scheme;
pub mod source;
pub mod sql;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

pub use award::{Awards, Category};
pub use casework::{Action, Casework, Conclusion, Need};
pub use common::{Head, Status};
pub use dataset::{DatasetColumn, DatasetDef, Format};
pub use indicator::{Indicator, Kind, NaPolicy};
pub use mistake::{Mistake, Place};
pub use reader::SourceFile;
pub use risk_rule::{RiskRule, Severity};
pub use scheme::{Grade, RankBy, Scheme};
pub use sql::Sql;

use crate::error::MetricsError;
use check::Weight;
use reader::Reader;

/// Every definition that metrics works by.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    /// Indicators, every version, by scheme file order and id.
    pub indicators: Vec<Indicator>,
    /// Scheme id → its newest version.
    pub schemes: BTreeMap<String, Scheme>,
    /// Every version of every scheme.
    pub scheme_versions: Vec<Scheme>,
    /// Risk rules, every version, by id.
    pub rules: Vec<RiskRule>,
    /// Dataset id → dataset.
    pub datasets: BTreeMap<String, DatasetDef>,
    /// The rules of recommendation for awards; every version.
    pub awards: Vec<Awards>,
    /// How suspicions are handled; every version.
    pub casework: Vec<Casework>,
    hash: String,
}

/// Definitions as far as they could be read, with every mistake.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What is whole.
    pub definitions: Definitions,
    /// What is not, in the order of the files.
    pub mistakes: Vec<Mistake>,
    weights: Vec<Weight>,
    unreadable: BTreeSet<String>,
}

impl Definitions {
    /// The definitions that the product carries.
    ///
    /// # Errors
    /// When they have a mistake, which a test rules out.
    pub fn embedded() -> Result<Self, MetricsError> {
        Draft::of(source::embedded()).whole()
    }

    /// The definitions in a folder of the same layout.
    ///
    /// # Errors
    /// When the folder cannot be read, or with every mistake in it.
    pub fn load(dir: &Path) -> Result<Self, MetricsError> {
        Draft::load(dir)?.whole()
    }

    /// SHA-256 (hex) over the canonical text of all definitions: layout and comments do not count.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The version of a scheme in force on `day`.
    #[must_use]
    pub fn scheme_on(&self, id: &str, day: NaiveDate) -> Option<&Scheme> {
        self.scheme_versions.iter().find(|s| s.id() == id && s.head.in_force(day))
    }

    /// The schemes in force on `day`, in the order of scoring.
    #[must_use]
    pub fn schemes_on(&self, day: NaiveDate) -> Vec<&Scheme> {
        let mut schemes: Vec<&Scheme> = self.scheme_versions.iter().filter(|s| s.head.in_force(day)).collect();
        schemes.sort_by_key(|s| (s.order, s.id()));
        schemes
    }

    /// The indicators of a scheme in force on `day`.
    #[must_use]
    pub fn indicators_on(&self, scheme: &str, day: NaiveDate) -> Vec<&Indicator> {
        self.indicators.iter().filter(|i| i.scheme == scheme && i.head.in_force(day)).collect()
    }

    /// The enabled risk rules in force on `day`.
    #[must_use]
    pub fn rules_on(&self, day: NaiveDate) -> Vec<&RiskRule> {
        self.rules.iter().filter(|r| r.enabled && r.head.in_force(day)).collect()
    }

    /// The award rules in force on `day`.
    #[must_use]
    pub fn awards_on(&self, day: NaiveDate) -> Option<&Awards> {
        self.awards.iter().find(|a| a.head.in_force(day))
    }

    /// How suspicions are handled on `day`.
    #[must_use]
    pub fn casework_on(&self, day: NaiveDate) -> Option<&Casework> {
        self.casework.iter().find(|c| c.head.in_force(day))
    }
}

impl Draft {
    /// Reads a folder.
    ///
    /// # Errors
    /// When it cannot be read; mistakes inside the files are in the draft.
    pub fn load(dir: &Path) -> Result<Self, MetricsError> {
        Ok(Self::of(source::folder(dir)?))
    }

    /// Reads files, in the order of their paths.
    #[must_use]
    pub fn of(mut files: Vec<SourceFile>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut draft = Self::default();
        let mut hash = Sha256::new();
        for file in &files {
            draft.add(file, &mut hash);
        }
        draft.definitions.hash = hex::encode(hash.finalize());
        draft.definitions.settle();
        let found = check::across(&draft.definitions, &draft.weights, &draft.unreadable);
        draft.mistakes.extend(found);
        draft.tidy();
        draft
    }

    /// The definitions, if there is no mistake.
    ///
    /// # Errors
    /// With every mistake.
    pub fn whole(self) -> Result<Definitions, MetricsError> {
        if self.mistakes.is_empty() { Ok(self.definitions) } else { Err(MetricsError::Definitions(self.mistakes)) }
    }

    pub(crate) fn tidy(&mut self) {
        self.mistakes.sort();
        self.mistakes.dedup();
    }

    fn add(&mut self, file: &SourceFile, hash: &mut Sha256) {
        let (table, errors) = DeTable::parse_recoverable(&file.text);
        if !errors.is_empty() {
            self.mistakes.extend(errors.iter().map(|e| syntax_mistake(file, e)));
            self.unreadable.extend(file.path.split('/').nth(1).map(str::to_owned));
            return;
        }
        let table = table.into_inner();
        hash.update(canonical::json_of_table(&table).to_string().as_bytes());
        hash.update(b"\n");
        let found = RefCell::new(Vec::new());
        let reader = Reader::new(file, &table, 0, &found);
        let read = self.definitions.read(file, reader);
        let mistakes = found.into_inner();
        if let Some(Definition::Indicator(i)) = &read {
            self.weights.push(Weight::of(i));
        }
        if let (Some(definition), true) = (read, mistakes.is_empty()) {
            self.definitions.accept(definition);
        }
        self.mistakes.extend(mistakes);
    }
}

enum Definition {
    Indicator(Box<Indicator>),
    Scheme(Box<Scheme>),
    Rule(Box<RiskRule>),
    Dataset(Box<DatasetDef>),
    Awards(Box<Awards>),
    Casework(Box<Casework>),
}

impl Definitions {
    fn read(&self, file: &SourceFile, reader: Reader<'_>) -> Option<Definition> {
        let definition = match file.path.split('/').next() {
            Some("indicators") => Some(Definition::Indicator(Box::new(Indicator::read(&reader)))),
            Some("schemes") => Some(Definition::Scheme(Box::new(Scheme::read(&reader)))),
            Some("rules") => Some(Definition::Rule(Box::new(RiskRule::read(&reader)))),
            Some("datasets") => Some(Definition::Dataset(Box::new(DatasetDef::read(&reader)))),
            Some("awards.toml") => Some(Definition::Awards(Box::new(Awards::read(&reader)))),
            Some("casework.toml") => Some(Definition::Casework(Box::new(Casework::read(&reader)))),
            _ => {
                let remedy =
                    "定义文件放在 indicators、schemes、rules、datasets 目录下，或为 awards.toml、casework.toml";
                reader.complain(&reader.place(), "不知道这个文件是什么定义", remedy);
                return None;
            }
        };
        if definition.is_some() {
            reader.finish();
        }
        definition
    }

    fn accept(&mut self, definition: Definition) {
        match definition {
            Definition::Indicator(i) => self.indicators.push(*i),
            Definition::Scheme(s) => self.scheme_versions.push(*s),
            Definition::Rule(r) => self.rules.push(*r),
            Definition::Awards(a) => self.awards.push(*a),
            Definition::Casework(c) => self.casework.push(*c),
            Definition::Dataset(d) => {
                self.datasets.insert(d.id.clone(), *d);
            }
        }
    }

    fn settle(&mut self) {
        for scheme in &self.scheme_versions {
            let newest =
                self.schemes.get(scheme.id()).is_none_or(|s| s.head.effective_from < scheme.head.effective_from);
            if newest {
                self.schemes.insert(scheme.id().to_owned(), scheme.clone());
            }
        }
        self.indicators.sort_by(|a, b| {
            (&a.scheme, a.id(), a.head.effective_from).cmp(&(&b.scheme, b.id(), b.head.effective_from))
        });
    }
}

fn syntax_mistake(file: &SourceFile, error: &toml::de::Error) -> Mistake {
    let offset = error.span().map_or(0, |s| s.start);
    let remedy = "按 TOML 格式改正：文本写在引号里，多行 SQL 写在三个引号之间";
    Place::at(&file.path, &file.text, offset).mistake(format!("TOML 写法有误：{}", error.message()), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_definitions_are_whole_and_complete() {
        let draft = Draft::of(source::embedded());
        assert_eq!(draft.mistakes, []);
        let d = draft.definitions;
        assert_eq!((d.indicators.len(), d.rules.len(), d.schemes.len()), (189, 68, 6));
        let order: Vec<_> =
            d.schemes_on(NaiveDate::from_ymd_opt(2025, 12, 31).unwrap()).iter().map(|s| s.id()).collect();
        assert_eq!(order, ["PRJ", "PLT", "ORG", "SUP", "CTY", "AWD"]);
        assert_eq!(d.hash().len(), 64);
    }

    #[test]
    fn two_versions_share_an_id_but_never_a_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let mut files = source::embedded();
        let at = files.iter().position(|f| f.path.ends_with("CTY-101.toml")).unwrap();
        let (from, version) = ("effective_from = 2024-01-01", "version = \"2025.1\"");
        let next = files[at].text.replace(from, "effective_from = 2026-07-01").replace(version, "version = \"2026.2\"");
        files.push(SourceFile { path: "indicators/CTY/CTY-101.2026.toml".into(), text: next });
        let mistakes = Draft::of(files.clone()).mistakes;
        assert!(mistakes.len() == 1 && mistakes[0].message.contains("生效期重叠"), "{mistakes:?}");

        files[at].text = files[at].text.replace(from, &format!("{from}\neffective_to = 2026-06-30"));
        let defs = Draft::of(files).whole().unwrap();
        let version = |on: &str| {
            let all = defs.indicators_on("CTY", day(on));
            all.into_iter().find(|i| i.id() == "CTY-101").unwrap().head.version.clone()
        };
        assert_eq!((version("2025-12-31"), version("2026-12-31")), ("2025.1".to_owned(), "2026.2".to_owned()));
    }

    #[test]
    fn layout_and_comments_do_not_change_the_hash() {
        let files = source::embedded();
        let mut noisy = files.clone();
        for f in &mut noisy {
            f.text = format!("# a remark\n\n{}", f.text);
        }
        noisy.reverse();
        assert_eq!(Draft::of(files.clone()).definitions.hash(), Draft::of(noisy).definitions.hash());
        let mut other = files;
        let changed = other.iter().position(|f| f.path.contains("CTY-101")).unwrap();
        other[changed].text = other[changed].text.replace("weight = 2", "weight = 3");
        assert_ne!(Draft::of(other).definitions.hash(), Draft::of(source::embedded()).definitions.hash());
    }
}
