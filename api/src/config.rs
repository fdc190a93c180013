//! The configuration of a warehouse: `suixin.toml` in its folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::commands::Usage;
use crate::sources::RawSources;

/// Name of the file in the folder of a warehouse.
pub const FILE: &str = "suixin.toml";

/// What an office sets; every key may be left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Databases and endpoints that returns are fetched from; checked by [`crate::ops::pull::configured`].
    #[serde(rename = "source", skip_serializing_if = "RawSources::is_empty")]
    pub sources: RawSources,
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
            sources: RawSources::default(),
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
            Ok(text) => {
                let wrong = |e| Usage(format!("配置文件 {} {}", path.display(), told(&text, &e))).into();
                toml::from_str(&text).map_err(wrong)
            }
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

/// Where the mistake is and what it is. The line itself is not repeated: somebody may have written a password into it.
fn told(text: &str, e: &toml::de::Error) -> String {
    let before = e.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    match e.message().strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
        Some(key) => format!("第 {line} 行有误：没有“{key}”这个设置，请核对名称"),
        None => format!("第 {line} 行有误：写法不对，请核对引号、方括号和取值"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config> {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(FILE), text).unwrap();
        Config::read(home.path())
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = toml::to_string_pretty(&Config::default()).unwrap();
        assert!(!written.contains("source"), "{written}");
        assert_eq!(read(&written).unwrap(), Config::default());
        let with_source = format!("{written}\n[[source]]\nname = 'his'\n");
        assert!(!read(&with_source).unwrap().sources.is_empty());
    }

    #[test]
    fn a_mistake_is_told_by_its_line_and_never_repeats_it() {
        let wrong = read("office = '甲'\n[[source]]\npassword = 'geheim\n").unwrap_err().to_string();
        assert!(wrong.contains("第 3 行有误：写法不对") && !wrong.contains("geheim"), "{wrong}");
        let unknown = read("office = '甲'\nofice = '乙'\n").unwrap_err().to_string();
        assert!(unknown.contains("第 2 行有误") && unknown.contains("ofice"), "{unknown}");
        let shown = format!("{:?}", read("[[source]]\npassword = 'geheim'\n").unwrap());
        assert!(!shown.contains("geheim"), "{shown}");
    }
}
