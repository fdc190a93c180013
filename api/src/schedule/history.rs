//! The history of jobs, and the files of the inbox that were looked at: operational state in SQLite, not data.
//! A record is on disk when a call returns (WAL, synchronous FULL).

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::NaiveDateTime;
use rusqlite::{Connection, OptionalExtension, params};

/// Name of the database in the folder of a warehouse.
const FILE: &str = "state/suixin.sqlite";
/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS job_run (
    id INTEGER PRIMARY KEY,
    job TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT,
    outcome TEXT NOT NULL,
    message TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS job_run_by_job ON job_run (job, id);
CREATE TABLE IF NOT EXISTS inbox_file (
    sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    seen TEXT NOT NULL,
    refused INTEGER NOT NULL,
    issues TEXT NOT NULL,
    PRIMARY KEY (sha256, name)) STRICT, WITHOUT ROWID;";

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is still at work.
    Running,
    /// It changed something.
    Done,
    /// There was nothing to do.
    Idle,
    /// It failed and changed nothing.
    Failed,
    /// The program was stopped while it ran.
    Interrupted,
}

impl Outcome {
    const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Running, "running", "运行中"),
        (Self::Done, "done", "完成"),
        (Self::Idle, "idle", "无需处理"),
        (Self::Failed, "failed", "失败"),
        (Self::Interrupted, "interrupted", "中断"),
    ];

    /// Its word in the database and for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(o, ..)| *o == self).map_or("", |(_, code, _)| code)
    }

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        Self::ALL.iter().find(|(o, ..)| *o == self).map_or("", |(.., title)| title)
    }

    fn of(code: &str) -> Self {
        Self::ALL.iter().find(|(_, c, _)| *c == code).map_or(Self::Interrupted, |(o, ..)| *o)
    }
}

/// One run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Number, in the order of starting.
    pub id: i64,
    /// Name of the job.
    pub job: String,
    /// When it started, Asia/Shanghai.
    pub started: NaiveDateTime,
    /// When it ended; `None` while it runs.
    pub finished: Option<NaiveDateTime>,
    /// How it ended.
    pub outcome: Outcome,
    /// What it did, in Chinese.
    pub message: String,
}

/// The database of one warehouse folder. Each call opens it anew: calls are rare and other processes write too.
#[derive(Debug, Clone)]
pub struct History {
    path: PathBuf,
}

impl History {
    /// The history of a warehouse folder.
    #[must_use]
    pub fn of(home: &Path) -> Self {
        Self { path: home.join(FILE) }
    }

    /// The database itself, for other operational state that belongs beside it.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.path
    }

    fn open(&self) -> Result<Connection> {
        if let Some(dir) = self.path.parent() {
            std::fs::create_dir_all(dir).with_context(|| format!("建不了文件夹 {}", dir.display()))?;
        }
        let db = Connection::open(&self.path).with_context(|| format!("打不开任务记录 {}", self.path.display()))?;
        db.busy_timeout(PATIENCE)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.execute_batch(SCHEMA)?;
        Ok(db)
    }

    /// Records that a job starts; returns the number of the run.
    ///
    /// # Errors
    /// When the database cannot be written, as all of these.
    pub fn start(&self, job: &str, now: NaiveDateTime) -> Result<i64> {
        let db = self.open()?;
        let sql = "INSERT INTO job_run (job, started, outcome, message) VALUES (?1, ?2, ?3, '')";
        db.execute(sql, params![job, text(now), Outcome::Running.code()])?;
        Ok(db.last_insert_rowid())
    }

    /// Records how a run ended.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn finish(&self, id: i64, now: NaiveDateTime, outcome: Outcome, message: &str) -> Result<()> {
        let sql = "UPDATE job_run SET finished = ?2, outcome = ?3, message = ?4 WHERE id = ?1";
        self.open()?.execute(sql, params![id, text(now), outcome.code(), message])?;
        Ok(())
    }

    /// Ends the runs that a stopped program left open. Only the process that runs the jobs may call it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn close_open(&self, now: NaiveDateTime) -> Result<usize> {
        let sql = "UPDATE job_run SET finished = ?1, outcome = 'interrupted', message = '程序在运行中停止' WHERE outcome = 'running'";
        Ok(self.open()?.execute(sql, params![text(now)])?)
    }

    /// When a job last started a run that succeeded, whether there was something to do or not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_success(&self, job: &str) -> Result<Option<NaiveDateTime>> {
        let sql = "SELECT started FROM job_run WHERE job = ?1 AND outcome IN ('done', 'idle') ORDER BY id DESC LIMIT 1";
        let found: Option<String> = self.open()?.query_row(sql, params![job], |r| r.get(0)).optional()?;
        Ok(found.and_then(|t| t.parse().ok()))
    }

    /// Runs, newest first, and how many there are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn runs(&self, offset: usize, limit: usize) -> Result<(Vec<Run>, usize)> {
        let db = self.open()?;
        let total: i64 = db.query_row("SELECT COUNT(*) FROM job_run", [], |r| r.get(0))?;
        let sql =
            "SELECT id, job, started, finished, outcome, message FROM job_run ORDER BY id DESC LIMIT ?1 OFFSET ?2";
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map(params![limit as i64, offset as i64], run_of)?;
        Ok((rows.collect::<rusqlite::Result<_>>()?, usize::try_from(total).unwrap_or(0)))
    }

    /// For each file, by SHA-256 and name, whether it was never looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn unseen(&self, files: &[(String, String)]) -> Result<Vec<bool>> {
        let db = self.open()?;
        let mut statement = db.prepare("SELECT 1 FROM inbox_file WHERE sha256 = ?1 AND name = ?2")?;
        files.iter().map(|(sha, name)| Ok(!statement.exists(params![sha, name])?)).collect()
    }

    /// Remembers files of the inbox that were looked at, whatever came of it.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn remember(&self, files: &[SeenFile], now: NaiveDateTime) -> Result<()> {
        let mut db = self.open()?;
        let write = db.transaction()?;
        let sql = "INSERT OR IGNORE INTO inbox_file (sha256, name, seen, refused, issues) VALUES (?1, ?2, ?3, ?4, ?5)";
        for f in files {
            write.execute(sql, params![f.sha256, f.name, text(now), f.refused, f.issues])?;
        }
        Ok(write.commit()?)
    }

    /// Files of the inbox that were refused whole, newest first: the warehouse keeps nothing of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn refused(&self) -> Result<Vec<RefusedFile>> {
        let db = self.open()?;
        let mut statement =
            db.prepare("SELECT name, seen, issues FROM inbox_file WHERE refused = 1 ORDER BY seen DESC, name")?;
        let file = |r: &rusqlite::Row<'_>| {
            let seen = r.get::<_, String>(1)?.parse().unwrap_or_default();
            Ok(RefusedFile { name: r.get(0)?, seen, issues: r.get(2)? })
        };
        Ok(statement.query_map([], file)?.collect::<rusqlite::Result<_>>()?)
    }
}

/// A file of the inbox that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenFile {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its name in the inbox.
    pub name: String,
    /// Whether it was refused whole.
    pub refused: bool,
    /// Its mistakes as JSON, if it was refused.
    pub issues: String,
}

/// A file of the inbox that was refused whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFile {
    /// Its name in the inbox.
    pub name: String,
    /// When it was looked at.
    pub seen: NaiveDateTime,
    /// Its mistakes as JSON.
    pub issues: String,
}

fn text(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%S").to_string()
}

fn run_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Run> {
    let time = |t: Option<String>| t.and_then(|t| t.parse::<NaiveDateTime>().ok());
    Ok(Run {
        id: row.get(0)?,
        job: row.get(1)?,
        started: time(row.get(2)?).unwrap_or_default(),
        finished: time(row.get(3)?),
        outcome: Outcome::of(&row.get::<_, String>(4)?),
        message: row.get(5)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn runs_are_kept_newest_first_and_the_last_success_is_found() {
        let home = tempfile::tempdir().unwrap();
        let history = History::of(home.path());
        let first = history.start("ingest", ts("2026-01-15T08:00:00")).unwrap();
        history.finish(first, ts("2026-01-15T08:00:05"), Outcome::Done, "接收 3 个文件").unwrap();
        let second = history.start("ingest", ts("2026-01-15T08:10:00")).unwrap();
        history.finish(second, ts("2026-01-15T08:10:01"), Outcome::Failed, "磁盘已满").unwrap();
        history.start("render", ts("2026-01-15T08:20:00")).unwrap();

        let again = History::of(home.path());
        assert_eq!(again.last_success("ingest").unwrap(), Some(ts("2026-01-15T08:00:00")));
        assert_eq!(again.last_success("render").unwrap(), None);
        assert_eq!(again.close_open(ts("2026-01-15T09:00:00")).unwrap(), 1);
        let (runs, total) = again.runs(0, 2).unwrap();
        assert_eq!((runs.len(), total), (2, 3));
        assert_eq!((runs[0].job.as_str(), runs[0].outcome), ("render", Outcome::Interrupted));
        assert_eq!(runs[1].message, "磁盘已满");
    }

    #[test]
    fn files_of_the_inbox_are_looked_at_once() {
        let home = tempfile::tempdir().unwrap();
        let history = History::of(home.path());
        let named = |sha: &str, name: &str| (sha.to_owned(), name.to_owned());
        let files = [named("a", "月报.xlsx"), named("a", "季报.xlsx"), named("b", "月报.xlsx")];
        assert_eq!(history.unseen(&files).unwrap(), [true, true, true]);
        let file = SeenFile { sha256: "a".into(), name: "月报.xlsx".into(), refused: true, issues: "[]".into() };
        history.remember(std::slice::from_ref(&file), ts("2026-01-15T08:00:00")).unwrap();
        history.remember(&[file], ts("2026-01-16T08:00:00")).unwrap();
        assert_eq!(history.unseen(&files).unwrap(), [false, true, true]);
        let refused = history.refused().unwrap();
        assert_eq!((refused.len(), refused[0].seen), (1, ts("2026-01-15T08:00:00")));
    }
}
