//! Steps that were decided and wait to be written into the warehouse: operational state in SQLite beside the history of jobs.
//!
//! A step is claimed here first, so that two people cannot take the same one, then recorded in the audit log, then
//! written into the warehouse, and only then forgotten. What a crash leaves claimed is written by the next call.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::NaiveDateTime;
use rusqlite::{Connection, ErrorCode, params};
use suixin_metrics::casework::Step;

use crate::commands::Usage;
use crate::schedule::History;

/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS case_step (
    hit_id TEXT NOT NULL,
    no INTEGER NOT NULL,
    unit TEXT NOT NULL,
    body TEXT NOT NULL,
    audited INTEGER NOT NULL,
    claimed TEXT NOT NULL,
    PRIMARY KEY (hit_id, no)) STRICT, WITHOUT ROWID;";

/// A step of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Number of the suspicion.
    pub case: String,
    /// Unit it belongs to.
    pub unit: String,
    /// The step.
    pub step: Step,
}

/// The register of one warehouse folder. Each call opens it anew: calls are rare and other processes write too.
#[derive(Debug, Clone)]
pub struct Register {
    path: PathBuf,
}

impl Register {
    /// The register of a warehouse folder.
    #[must_use]
    pub fn of(home: &Path) -> Self {
        Self { path: History::of(home).file().to_owned() }
    }

    fn open(&self) -> Result<Connection> {
        if let Some(dir) = self.path.parent() {
            std::fs::create_dir_all(dir).with_context(|| format!("建不了文件夹 {}", dir.display()))?;
        }
        let db = Connection::open(&self.path).with_context(|| format!("打不开办理登记 {}", self.path.display()))?;
        db.busy_timeout(PATIENCE)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.execute_batch(SCHEMA)?;
        Ok(db)
    }

    /// Claims steps, all or none.
    ///
    /// # Errors
    /// [`Usage`] when somebody else is taking one of them; otherwise when the database cannot be written.
    pub fn claim(&self, claims: &[Claim], now: NaiveDateTime) -> Result<()> {
        let mut db = self.open()?;
        let write = db.transaction()?;
        let sql = "INSERT INTO case_step (hit_id, no, unit, body, audited, claimed) VALUES (?1, ?2, ?3, ?4, 0, ?5)";
        let now = now.format("%Y-%m-%dT%H:%M:%S").to_string();
        for claim in claims {
            let body = serde_json::to_string(&claim.step)?;
            let done = write.execute(sql, params![claim.case, claim.step.no, claim.unit, body, now]);
            if let Err(rusqlite::Error::SqliteFailure(e, _)) = &done
                && e.code == ErrorCode::ConstraintViolation
            {
                return Err(Usage(format!(
                    "疑点 {} 的这一环节另有人正在办理；请稍后用 suixin case show 查看",
                    claim.case
                ))
                .into());
            }
            done?;
        }
        Ok(write.commit()?)
    }

    /// Marks claims as recorded in the audit log: from now on they must be written into the warehouse.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn confirm(&self, claims: &[Claim]) -> Result<()> {
        self.each(claims, "UPDATE case_step SET audited = 1 WHERE hit_id = ?1 AND no = ?2")
    }

    /// Forgets claims: given up, or written into the warehouse.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn forget(&self, claims: &[Claim]) -> Result<()> {
        self.each(claims, "DELETE FROM case_step WHERE hit_id = ?1 AND no = ?2")
    }

    /// What a stopped program left: recorded steps that must still be written. Claims that were never recorded are dropped
    /// once they are older than `before`.
    ///
    /// # Errors
    /// When the database cannot be read or holds something else.
    pub fn left_over(&self, before: NaiveDateTime) -> Result<Vec<Claim>> {
        let db = self.open()?;
        let before = before.format("%Y-%m-%dT%H:%M:%S").to_string();
        db.execute("DELETE FROM case_step WHERE audited = 0 AND claimed < ?1", params![before])?;
        let mut statement =
            db.prepare("SELECT hit_id, unit, body FROM case_step WHERE audited = 1 ORDER BY hit_id, no")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get::<_, String>(2)?)))?;
        rows.map(|row| {
            let (case, unit, body) = row?;
            let step = serde_json::from_str(&body).with_context(|| format!("办理登记里 {case} 的内容读不了"))?;
            Ok(Claim { case, unit, step })
        })
        .collect()
    }

    fn each(&self, claims: &[Claim], sql: &str) -> Result<()> {
        let mut db = self.open()?;
        let write = db.transaction()?;
        for claim in claims {
            write.execute(sql, params![claim.case, claim.step.no])?;
        }
        Ok(write.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(no: u32) -> Claim {
        let step = Step {
            no,
            step: "1".into(),
            people: vec!["T1:0".into()],
            unit: "510900".into(),
            day: "2025-03-03".parse().unwrap(),
            due: None,
            content: "推送说明".into(),
            evidence: None,
            state: "20".into(),
            recovered: None,
            next: None,
        };
        Claim { case: "YD1".into(), unit: "510903".into(), step }
    }

    #[test]
    fn a_step_is_claimed_once_and_kept_until_it_is_written() {
        let home = tempfile::tempdir().unwrap();
        let register = Register::of(home.path());
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        register.claim(&[claim(1)], at("2025-03-03T09:00:00")).unwrap();
        assert!(register.claim(&[claim(2), claim(1)], at("2025-03-03T09:00:01")).unwrap_err().is::<Usage>());
        assert_eq!(register.left_over(at("2025-03-03T08:59:00")).unwrap(), [], "not recorded yet");
        register.claim(&[claim(2)], at("2025-03-03T09:00:02")).unwrap();
        register.confirm(&[claim(2)]).unwrap();
        assert_eq!(register.left_over(at("2025-03-03T10:00:00")).unwrap(), [claim(2)], "the one given up is gone");
        register.claim(&[claim(1)], at("2025-03-03T10:00:00")).unwrap();
        register.forget(&[claim(1), claim(2)]).unwrap();
        assert_eq!(register.left_over(at("2025-03-04T10:00:00")).unwrap(), []);
    }
}
