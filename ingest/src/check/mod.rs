//! From files to checked tables: recognise, normalise, check. Every mistake is located and coded; a file is taken,
//! taken in part (rows in quarantine) or refused whole, and the sender can see why.

mod column;
mod copies;
mod fill;
mod hidden;
mod issues;
mod origin;
mod own;
mod plan;
mod row;
mod rows;
mod sheet;
mod split;
mod total;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDateTime;
use sha2::{Digest, Sha256};

use crate::checked::{CheckedFile, Issue, Level, Signatures};
use crate::contract::Contracts;
use crate::normalise::{CodeBook, RegionBook};
use crate::read::child::ChildReader;
use crate::read::{self, RawFile, ReadError};
use crate::recognise::{HeaderBook, Names, PathSays, is_own_sheet};

use own::OwnSays;

pub use sheet::locate_column;
pub(crate) use total::{RowKind, kind_of};

/// Checks files against the contracts; made once, used for many files, from several threads.
#[derive(Debug)]
pub struct Checker {
    contracts: Arc<Contracts>,
    headers: HeaderBook,
    names: Names,
    codes: CodeBook,
    regions: RegionBook,
    /// Where workbooks of strangers are read; in process without one.
    child: Option<ChildReader>,
}

/// A file of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Path inside the delivery, with `/`.
    pub name: String,
    /// Path whose folders and file name are compared with the content; at least `name`.
    pub hint: String,
    /// Where the bytes are.
    pub path: PathBuf,
    /// When it was received.
    pub received: NaiveDateTime,
    /// When single forms in it were received, where that differs.
    pub received_forms: BTreeMap<String, NaiveDateTime>,
}

impl Checker {
    /// A checker for these contracts.
    #[must_use]
    pub fn new(contracts: Arc<Contracts>) -> Self {
        Self {
            headers: HeaderBook::new(&contracts),
            names: Names::new(&contracts),
            codes: CodeBook::new(&contracts),
            regions: RegionBook::new(&contracts),
            contracts,
            child: None,
        }
    }

    /// The same checker, reading workbooks (and very large texts) in child processes with limits.
    #[must_use]
    pub fn reading_in(mut self, child: ChildReader) -> Self {
        self.child = Some(child);
        self
    }

    /// The contracts that are checked against.
    #[must_use]
    pub fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    /// Reads and checks one file. Never fails: what is wrong with the file stands in its issues.
    #[must_use]
    pub fn check(&self, source: &Source) -> CheckedFile {
        let mut file = CheckedFile {
            name: source.name.clone(),
            sha256: String::new(),
            size_bytes: 0,
            encoding: String::new(),
            received: source.received,
            path: source.path.clone(),
            signatures: Signatures::default(),
            answers: None,
            tables: Vec::new(),
            issues: Vec::new(),
        };
        match self.load(&source.path, &mut file) {
            Ok(raw) => self.check_sheets(raw, source, &mut file),
            Err(e) => file.issues.push(file_issue(&file.name, e.code(), e.to_string(), e.remedy())),
        }
        if file.refused() {
            file.tables.clear();
        }
        for table in &mut file.tables {
            table.received = source.received_forms.get(&table.form).copied();
        }
        file
    }

    fn load(&self, path: &Path, file: &mut CheckedFile) -> Result<RawFile, ReadError> {
        let bytes = read::read_bytes_of(path)?;
        file.size_bytes = bytes.len() as u64;
        file.sha256 = hex::encode(Sha256::digest(&bytes));
        match &self.child {
            Some(child) if ChildReader::wants(&bytes) => {
                drop(bytes);
                child.read(path)
            }
            _ => read::read_bytes(&bytes),
        }
    }

    fn check_sheets(&self, raw: RawFile, source: &Source, file: &mut CheckedFile) {
        file.encoding = raw.encoding;
        let path = PathSays::read(&source.hint, &self.names);
        let own = OwnSays::read(&raw.properties, &self.names);
        own.report_version(&self.contracts, file);
        for mut sheet in raw.sheets.into_iter().filter(|s| !is_own_sheet(s)) {
            own.speak_for(&mut sheet);
            self.check_sheet(sheet, &path, file);
        }
        own.settle(&self.contracts, file);
        copies::settle(&self.contracts, file);
        if file.tables.is_empty() && !file.refused() {
            let issue = file_issue(
                &file.name,
                "DQ002",
                "文件里没有找到任何一张已知报表的表头".to_owned(),
                "请使用市局下发的报表模板，不要改动表头".to_owned(),
            );
            file.issues.push(issue);
        }
    }
}

fn file_issue(file: &str, code: &str, message: String, remedy: String) -> Issue {
    Issue {
        code: code.to_owned(),
        level: Level::Error,
        file: file.to_owned(),
        sheet: String::new(),
        row: None,
        header: None,
        cell: None,
        message,
        remedy,
        raw_masked: None,
    }
}
