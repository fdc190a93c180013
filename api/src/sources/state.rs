//! What is remembered between pulls, in SQLite beside the history of jobs: how far each source was read, and which
//! version of each slot was put into the inbox. Operational state, not data: without it everything is fetched again,
//! and what was received before is a copy.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::NaiveDateTime;
use rusqlite::{Connection, OptionalExtension, params};
use suixin_ingest::period::Period;

use super::error::{Kind, Result, SourceError};
use super::slot::Slot;

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS source (
    name TEXT NOT NULL PRIMARY KEY,
    definition TEXT NOT NULL,
    watermark TEXT,
    pulled TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS source_slot (
    target TEXT NOT NULL,
    unit TEXT NOT NULL,
    period TEXT NOT NULL,
    source TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (target, unit, period)) STRICT, WITHOUT ROWID;";

/// How far a source was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remembered {
    /// SHA-256 of the definition it was read by: another one starts anew.
    pub definition: String,
    /// Highest value of the watermark column.
    pub watermark: Option<String>,
    /// When it was last pulled with success, Asia/Shanghai.
    pub pulled: NaiveDateTime,
}

/// The last version of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// The source that gave it.
    pub source: String,
    /// SHA-256 of all but the first line.
    pub body_sha256: String,
    /// Its number.
    pub version: u32,
}

/// The database. Each call opens it anew: calls are rare and other processes write too.
#[derive(Debug, Clone)]
pub(super) struct State {
    path: PathBuf,
}

impl State {
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    fn open(&self) -> Result<Connection> {
        if let Some(dir) = self.path.parent() {
            std::fs::create_dir_all(dir).map_err(|e| SourceError::disk(dir, &e))?;
        }
        let open = || -> rusqlite::Result<Connection> {
            let db = Connection::open(&self.path)?;
            db.busy_timeout(PATIENCE)?;
            db.pragma_update(None, "journal_mode", "WAL")?;
            db.pragma_update(None, "synchronous", "FULL")?;
            db.execute_batch(SCHEMA)?;
            Ok(db)
        };
        open().map_err(|e| self.failed(&e))
    }

    fn failed(&self, e: &rusqlite::Error) -> SourceError {
        SourceError::disk(&self.path, e)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T> {
        work(&mut self.open()?).map_err(|e| self.failed(&e))
    }

    /// How far a source was read, `None` before the first pull.
    pub fn source(&self, name: &str) -> Result<Option<Remembered>> {
        let sql = "SELECT definition, watermark, pulled FROM source WHERE name = ?1";
        self.with(|db| {
            db.query_row(sql, params![name], |r| {
                let pulled = r.get::<_, String>(2)?.parse().unwrap_or_default();
                Ok(Remembered { definition: r.get(0)?, watermark: r.get(1)?, pulled })
            })
            .optional()
        })
    }

    /// Remembers how far a source was read; on the disk when the call returns.
    pub fn remember(&self, name: &str, what: &Remembered) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO source (name, definition, watermark, pulled) VALUES (?1, ?2, ?3, ?4)";
        let pulled = what.pulled.format("%Y-%m-%dT%H:%M:%S").to_string();
        self.with(|db| db.execute(sql, params![name, what.definition, what.watermark, pulled]).map(|_| ()))
    }

    /// The last version of a slot.
    pub fn version(&self, target: &str, slot: &Slot) -> Result<Option<Version>> {
        let sql =
            "SELECT source, body_sha256, version FROM source_slot WHERE target = ?1 AND unit = ?2 AND period = ?3";
        self.with(|db| {
            db.query_row(sql, params![target, slot.unit, slot.period.to_string()], |r| {
                Ok(Version { source: r.get(0)?, body_sha256: r.get(1)?, version: r.get(2)? })
            })
            .optional()
        })
    }

    /// Records versions that are about to be put into the inbox, all or none.
    pub fn announce(&self, target: &str, versions: &[(Slot, Version)]) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO source_slot (target, unit, period, source, body_sha256, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.with(|db| {
            let write = db.transaction()?;
            for (slot, v) in versions {
                write.execute(
                    sql,
                    params![target, slot.unit, slot.period.to_string(), v.source, v.body_sha256, v.version],
                )?;
            }
            write.commit()
        })
    }

    /// The slots of a table that a source gave.
    pub fn slots_of(&self, target: &str, source: &str) -> Result<Vec<Slot>> {
        let sql = "SELECT unit, period FROM source_slot WHERE target = ?1 AND source = ?2 ORDER BY period, unit";
        let rows: Vec<(String, String)> = self.with(|db| {
            let mut statement = db.prepare(sql)?;
            let rows = statement.query_map(params![target, source], |r| Ok((r.get(0)?, r.get(1)?)))?;
            rows.collect()
        })?;
        let slot = |(unit, period): (String, String)| {
            let period: Period = period.parse().map_err(|_| {
                SourceError::new(
                    Kind::Disk,
                    format!("状态库 {} 里有认不出的报表期", self.path.display()),
                    "请从备份恢复",
                )
            })?;
            Ok(Slot { period, unit })
        };
        rows.into_iter().map(slot).collect()
    }
}

/// The version that a slot gets: the last one when nothing changed, else the next one.
///
/// # Errors
/// When another source that is still configured gives this slot: two would replace each other for ever.
pub(super) fn plan_version(
    last: Option<Version>,
    source: &str,
    body_sha256: &str,
    others: &[String],
) -> Result<Version> {
    let number = match last {
        None => 1,
        Some(v) if v.source != source && others.contains(&v.source) => {
            let what = format!("来源 {} 已经报送同一张表的同一单位、同一期", v.source);
            return Err(SourceError::new(
                Kind::Config,
                what,
                "两个来源会互相替换：请用 unit、first_period 或 query 分开",
            ));
        }
        Some(v) if v.body_sha256 == body_sha256 => v.version,
        Some(v) => v.version + 1,
    };
    Ok(Version { source: source.to_owned(), body_sha256: body_sha256.to_owned(), version: number })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(source: &str, sha: &str, version: u32) -> Version {
        Version { source: source.into(), body_sha256: sha.into(), version }
    }

    #[test]
    fn what_was_remembered_is_there_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state/x.sqlite");
        let pulled = "2026-01-15T08:00:00".parse().unwrap();
        let what = Remembered { definition: "d".into(), watermark: Some("7".into()), pulled };
        assert_eq!(State::at(&path).source("his").unwrap(), None);
        State::at(&path).remember("his", &what).unwrap();
        assert_eq!(State::at(&path).source("his").unwrap(), Some(what));
        let slot = Slot { period: Period::month(2025, 3), unit: "510903".into() };
        State::at(&path).announce("need_item", &[(slot.clone(), version("his", "a", 2))]).unwrap();
        assert_eq!(State::at(&path).version("need_item", &slot).unwrap(), Some(version("his", "a", 2)));
        assert_eq!(State::at(&path).slots_of("need_item", "his").unwrap(), [slot]);
    }

    #[test]
    fn the_same_content_keeps_its_version_and_content_that_comes_back_gets_a_new_one() {
        let of = |last, sha: &str| plan_version(last, "his", sha, &["other".to_owned()]).map(|v| v.version);
        assert_eq!(of(None, "a").unwrap(), 1);
        assert_eq!(of(Some(version("his", "a", 4)), "a").unwrap(), 4);
        assert_eq!(of(Some(version("his", "a", 4)), "b").unwrap(), 5);
        assert_eq!(of(Some(version("gone", "a", 4)), "b").unwrap(), 5, "a source that was renamed");
        assert!(of(Some(version("other", "a", 4)), "b").unwrap_err().what.contains("other"));
    }
}
