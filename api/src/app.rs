//! What every door works on: the warehouse of a folder, its definitions and the clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use suixin_ingest::check::Checker;
use suixin_ingest::contract::Contracts;
use suixin_ingest::read::child::{ChildReader, Limits};
use suixin_metrics::Definitions;
use suixin_warehouse::Warehouse;

use crate::clock::Clock;
use crate::config::Config;

/// The first argument of a process that only reads one file for another.
pub const READ_APART: &str = "read-in-child";

/// Bytes of the rows of a return that stay in memory while it is checked; beyond them they wait in files.
const ROWS_IN_MEMORY: usize = 64 << 20;

/// An opened warehouse with all that belongs to it.
#[derive(Clone)]
pub struct App {
    /// Folder of the warehouse.
    pub home: PathBuf,
    /// Its configuration.
    pub config: Arc<Config>,
    /// Contracts of tables and forms.
    pub contracts: Arc<Contracts>,
    /// Indicators, schemes, rules and datasets.
    pub definitions: Arc<Definitions>,
    /// The warehouse itself.
    pub warehouse: Warehouse,
    /// Today.
    pub clock: Clock,
    /// Reads workbooks in a process of its own; `None`: in this one.
    pub reader: Option<ChildReader>,
}

impl App {
    /// Opens the warehouse of a folder.
    ///
    /// # Errors
    /// When there is none, when it is damaged, or when its configuration or definitions are faulty.
    pub async fn open(home: &Path, clock: Clock) -> Result<Self> {
        let config = Config::read(home)?;
        let (contracts, definitions) = load_definitions(home, &config)?;
        let warehouse = Warehouse::open(home, Arc::clone(&contracts)).await.context("打不开数据仓库")?;
        Ok(Self {
            home: home.to_owned(),
            config: Arc::new(config),
            contracts,
            definitions: Arc::new(definitions),
            warehouse,
            clock,
            reader: None,
        })
    }
}

impl App {
    /// The same, reading what others send in child processes with limits of memory and time.
    #[must_use]
    pub fn reading_apart(mut self) -> Self {
        let child = |program| ChildReader::new(program, vec![READ_APART.to_owned()], Limits::default());
        self.reader = std::env::current_exe().ok().map(child);
        self
    }

    /// What checks returns.
    #[must_use]
    pub fn checker(&self) -> Checker {
        let scratch = self.home.join("scratch");
        let mut checker = Checker::new(Arc::clone(&self.contracts));
        // The system's folder for temporary files is memory on many machines.
        if scratch.is_dir() {
            checker = checker.spilling_to(scratch, ROWS_IN_MEMORY);
        }
        match &self.reader {
            Some(child) => checker.reading_in(child.clone()),
            None => checker,
        }
    }
}

/// The definitions that a warehouse works with.
///
/// # Errors
/// All mistakes of the definition files at once.
pub fn load_definitions(home: &Path, config: &Config) -> Result<(Arc<Contracts>, Definitions)> {
    let (contracts, definitions) = match config.definitions_dir(home) {
        Some(dir) => (Contracts::load(&dir.join("contracts"))?, Definitions::load(&dir.join("metrics"))?),
        None => (Contracts::embedded()?, Definitions::embedded()?),
    };
    Ok((Arc::new(contracts), definitions))
}
