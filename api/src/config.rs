//! The configuration of a warehouse: `suixin.toml` in its folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Name of the file in the folder of a warehouse.
pub const FILE: &str = "suixin.toml";

/// What an office sets; every key may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name of the office on reports.
    pub office: String,
    /// Folder with definition files, relative to the warehouse; empty: the definitions inside the program.
    pub definitions: String,
    /// Folder that is watched for returns.
    pub inbox: String,
    /// Folder into which packs are written.
    pub packs: String,
    /// Address on which `serve` listens. Only this machine unless the office decides otherwise.
    pub listen: String,
    /// Whether `listen` may be an address that other machines reach. The pages have no sign-in: only with a guard in front.
    pub allow_remote: bool,
    /// When the jobs of `serve` run.
    pub schedule: Schedule,
}

/// Times of the jobs as cron expressions (second minute hour day month weekday), Asia/Shanghai; empty: never.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// Takes in the inbox.
    pub ingest: String,
    /// Computes and scores when data have changed.
    pub refresh: String,
    /// Prints the pack when scores have changed.
    pub render: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            office: "遂宁市民政局".to_owned(),
            definitions: String::new(),
            inbox: "inbox".to_owned(),
            packs: "packs".to_owned(),
            listen: "127.0.0.1:8080".to_owned(),
            allow_remote: false,
            schedule: Schedule::default(),
        }
    }
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            ingest: "0 */10 * * * *".to_owned(),
            refresh: "0 5 * * * *".to_owned(),
            render: "0 30 6 * * *".to_owned(),
        }
    }
}

impl Config {
    /// Reads the configuration of a warehouse; a missing file means the defaults.
    ///
    /// # Errors
    /// When the file cannot be read or holds unknown keys.
    pub fn read(home: &Path) -> Result<Self> {
        let path = home.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).with_context(|| format!("配置文件 {} 有误", path.display())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(e) => Err(e).with_context(|| format!("读不了配置文件 {}", path.display())),
        }
    }

    /// The folder of the definitions, `None` for those inside the program.
    #[must_use]
    pub fn definitions_dir(&self, home: &Path) -> Option<PathBuf> {
        (!self.definitions.is_empty()).then(|| home.join(&self.definitions))
    }
}
