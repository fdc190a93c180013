//! From files to checked tables: recognise, normalise, check. Every mistake is located and coded; a file is taken,
//! taken in part (rows in quarantine) or refused whole, and the sender can see why.

mod block;
mod column;
mod copies;
mod hidden;
mod issues;
mod keys;
mod lanes;
mod locate;
mod origin;
mod own;
mod page;
mod plan;
mod prepare;
mod row;
mod rows;
mod sheet;
mod split;
mod steps;
mod total;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDateTime;

use crate::checked::{CheckedFile, Issue, Level, Signatures};
use crate::contract::Contracts;
use crate::normalise::{CodeBook, RegionBook};
use crate::read::child::ChildReader;
use crate::read::{self, Input, RawFile, ReadError};
use crate::recognise::{HeaderBook, Names, PathSays, is_own_sheet};
use crate::spill::{Room, SpillError};

use own::OwnSays;
use page::{Page, Spool};

pub use locate::{keep_headers, locate_column};
pub(crate) use total::{RowKind, kind_of};

/// Bytes of rows that a file holds in memory; beyond them they wait in private temporary files.
const MEMORY_BYTES: usize = 64 << 20;

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
    /// Where rows wait that memory should not hold, and how many bytes it may hold.
    spill: (PathBuf, usize),
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
            spill: (std::env::temp_dir(), MEMORY_BYTES),
        }
    }

    /// The same checker, reading workbooks (and very large texts) in child processes with limits.
    #[must_use]
    pub fn reading_in(mut self, child: ChildReader) -> Self {
        self.child = Some(child);
        self
    }

    /// The same checker, holding at most so many bytes of the rows of a file in memory (64 MiB unless said otherwise); the
    /// others wait in `folder` (the system's folder for temporary files) in files without names that only this user may
    /// read. They hold personal data in clear, so the folder must not be on a network or be backed up.
    #[must_use]
    pub fn spilling_to(mut self, folder: PathBuf, memory_bytes: usize) -> Self {
        self.spill = (folder, memory_bytes);
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
        let read = self.load(&source.path, &mut file);
        let done = read.and_then(|(raw, pages)| Ok(self.check_sheets(raw, pages, source, &mut file)?));
        if let Err(e) = done {
            file.issues.push(file_issue(&file.name, e.code(), e.to_string(), e.remedy()));
        }
        if file.refused() {
            file.tables.clear();
        }
        for table in &mut file.tables {
            table.received = source.received_forms.get(&table.form).copied();
        }
        file
    }

    fn load(&self, path: &Path, file: &mut CheckedFile) -> Result<(RawFile, Vec<Page>), ReadError> {
        let (folder, memory_bytes) = &self.spill;
        let input = Input::open(path, folder)?;
        (file.sha256, file.size_bytes) = input.digest()?;
        let mut spool = Spool::new(&self.headers, Room::new(folder, *memory_bytes));
        match &self.child {
            Some(child) if ChildReader::wants(&input.head()?, file.size_bytes) => {
                drop(input);
                child.stream(path, &mut spool)?;
            }
            _ => read::stream(&input, &mut spool)?,
        }
        Ok(spool.finish())
    }

    fn check_sheets(
        &self,
        raw: RawFile,
        pages: Vec<Page>,
        source: &Source,
        file: &mut CheckedFile,
    ) -> Result<(), SpillError> {
        file.encoding = raw.encoding;
        let path = PathSays::read(&source.hint, &self.names);
        let own = OwnSays::read(&raw.properties, &self.names);
        own.report_version(&self.contracts, file);
        for mut page in pages.into_iter().filter(|p| !is_own_sheet(&p.head)) {
            own.speak_for(&mut page.head);
            self.check_sheet(page, &path, file)?;
        }
        own.settle(&self.contracts, file);
        copies::settle(&self.contracts, file)?;
        if file.tables.is_empty() && !file.refused() {
            let issue = file_issue(
                &file.name,
                "DQ002",
                "文件里没有找到任何一张已知报表的表头".to_owned(),
                "请使用市局下发的报表模板，不要改动表头".to_owned(),
            );
            file.issues.push(issue);
        }
        Ok(())
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
