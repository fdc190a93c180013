//! The audit log: who did what to which object, when and why. Append-only, hash-chained, durable before the answer; a file
//! a month, one chain through all of them. If it cannot be written, the answer is no. It knows nothing of accounts or rights.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use suixin_ingest::value::Value;

use crate::chain::{self, GENESIS, Head, Linked};
use crate::disk;
use crate::error::{At, Error, Result};
use crate::journal::AuditPin;

/// Names the last record, so that a shortened log is noticed.
const MARK: &str = "HEAD";

/// One thing that somebody did. No field may hold personal data in clear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When, Asia/Shanghai.
    pub ts: NaiveDateTime,
    /// Account that did it; `system` for scheduled work.
    pub account: String,
    /// Role in which it was done (code set `role`).
    pub role: String,
    /// `query`, `export`, `unmask`, `import`, `score`, `approve` or `login`.
    pub action: String,
    /// Table, report, token or statement concerned.
    pub object: String,
    /// Rows concerned, where they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Stated purpose; required for `unmask`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

/// What re-hashing the whole log found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Records that follow from one another.
    pub records: u64,
    /// Hash of the last of them; kept elsewhere it proves later that nothing before it changed.
    pub head: String,
    /// What does not fit, one line each; empty: the log is whole.
    pub problems: Vec<String>,
}

/// The log of one home folder.
pub(crate) struct Audit {
    dir: PathBuf,
    state: Mutex<State>,
}

struct State {
    file: String,
    head: Head,
}

impl Audit {
    pub fn open(dir: &Path) -> Result<Self> {
        disk::make_private_dir(dir)?;
        let audit = Self { dir: dir.to_owned(), state: Mutex::new(State { file: String::new(), head: Head::start() }) };
        audit.head()?;
        Ok(audit)
    }

    /// Appends one entry; it is durable when this returns.
    pub fn append(&self, entry: &AuditEntry) -> Result<()> {
        let secured = |e: Error| Error::Audit(e.to_string());
        let mut state = self.state()?;
        // Other processes append too: take turns, and see first what they wrote.
        let lock = self.dir.join("append.lock");
        let turn = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .at("打开", &lock)
            .map_err(secured)?;
        turn.lock().at("锁定", &lock).map_err(secured)?;
        self.catch_up(&mut state).map_err(secured)?;
        // The clock may go back (or be a test's): the file never does, so that names and chain have one order.
        let month = entry.ts.format("%Y%m.jsonl").to_string().max(state.file.clone());
        if month != state.file {
            state.file = month;
            state.head.bytes = 0;
        }
        let path = self.dir.join(&state.file);
        let fresh = state.head.bytes == 0;
        if self.mark().map_err(secured)?.is_some_and(|mark| mark.seq > state.head.seq) {
            return Err(Error::Audit("审计日志比以前短，可能被截去；请执行 suixin doctor 核对".to_owned()));
        }
        state.head = chain::append(&path, &state.head, entry).map_err(secured)?;
        let mark = AuditPin { seq: state.head.seq, hash: state.head.hash.clone() };
        let text = serde_json::to_string(&mark).map_err(|e| Error::Audit(e.to_string()))?;
        disk::write_whole(&self.dir.join(MARK), text.as_bytes()).map_err(secured)?;
        if fresh { disk::sync_parent(&path).map_err(secured) } else { Ok(()) }
    }

    /// The last record, including those of other processes.
    pub fn head(&self) -> Result<AuditPin> {
        let mut state = self.state()?;
        self.catch_up(&mut state)?;
        Ok(AuditPin { seq: state.head.seq, hash: state.head.hash.clone() })
    }

    /// The records up to a place, as rows of the table `audit_log` in contract order.
    pub fn table_rows(&self, until: u64) -> Result<Vec<Vec<Value>>> {
        let mut rows = Vec::new();
        let mut prev = GENESIS.to_owned();
        for record in self.walk()?.0.into_iter().take_while(|r| r.seq <= until) {
            let hash = record.hash.clone();
            rows.push(table_row(record, prev));
            prev = hash;
        }
        Ok(rows)
    }

    /// Re-hashes the log, and compares it with what is known of it elsewhere: the last record seen here, the mark beside
    /// the log, and the pin of the last commit.
    pub fn verify(&self, pin: Option<&AuditPin>) -> Result<AuditReport> {
        let (records, head, mut problems) = self.walk()?;
        let seen = self.state()?.head.clone();
        let seen = AuditPin { seq: seen.seq, hash: seen.hash };
        let mark = self.mark()?;
        if mark.is_none() && !records.is_empty() {
            problems.push(format!("缺少末尾标记 {MARK}"));
        }
        for (known, what) in [(Some(&seen), "打开时"), (mark.as_ref(), "末尾标记"), (pin, "最近一次提交时")]
        {
            let Some(known) = known.filter(|k| k.seq > 0) else { continue };
            match usize::try_from(known.seq - 1).ok().and_then(|n| records.get(n)) {
                None => problems.push(format!("{what}有 {} 条，现在只剩 {} 条", known.seq, head.seq)),
                Some(record) if record.hash != known.hash => {
                    problems.push(format!("第 {} 条与{what}的不同", known.seq));
                }
                Some(_) => {}
            }
        }
        problems.dedup();
        Ok(AuditReport { records: records.len() as u64, head: head.hash, problems })
    }

    /// The last record as noted beside the log; `None` before the first.
    fn mark(&self) -> Result<Option<AuditPin>> {
        let path = self.dir.join(MARK);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(serde_json::from_str(&text).ok()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).at("读取", &path),
        }
    }

    fn walk(&self) -> Result<(Vec<Linked<AuditEntry>>, Head, Vec<String>)> {
        let (mut records, mut head, mut problems) = (Vec::new(), Head::start(), Vec::new());
        for file in self.files()? {
            head.bytes = 0;
            let reading = chain::read(&self.dir.join(&file), &head)?;
            records.extend(reading.records);
            head = reading.head;
            if let Some(broken) = reading.broken {
                problems.push(format!("{file} 第 {} 行：{}", broken.line, broken.problem));
                break;
            }
        }
        Ok((records, head, problems))
    }

    /// Reads on from the last known record, into newer files if there are any.
    fn catch_up(&self, state: &mut State) -> Result<()> {
        let files = self.files()?;
        // At the first look only the newest file matters; `verify` reads all of them.
        let first_look = state.file.is_empty();
        let skip = if first_look { files.len().saturating_sub(1) } else { 0 };
        let known = state.file.clone();
        for file in files.into_iter().skip(skip).filter(|f| *f >= known) {
            let path = self.dir.join(&file);
            if file != state.file {
                let start = if first_look { chain::start_of(&path)? } else { None };
                state.head = start.unwrap_or_else(|| state.head.clone());
                state.head.bytes = 0;
                state.file = file;
            }
            let length = fs::metadata(&path).at("读取", &path)?.len();
            if length == state.head.bytes {
                continue;
            }
            let reading = chain::read::<AuditEntry>(&path, &state.head)?;
            if let Some(broken) = reading.broken {
                return Err(Error::Audit(format!("{}：{}", state.file, broken.problem)));
            }
            state.head = reading.head;
        }
        Ok(())
    }

    fn files(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir).at("读取", &self.dir)? {
            let name = entry.at("读取", &self.dir)?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".jsonl") {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn state(&self) -> Result<std::sync::MutexGuard<'_, State>> {
        self.state.lock().map_err(|_| Error::Audit("上一次写入中断".to_owned()))
    }
}

fn table_row(record: Linked<AuditEntry>, prev: String) -> Vec<Value> {
    let AuditEntry { ts, account, role, action, object, rows, purpose } = record.body;
    vec![
        Value::Str(format!("L{:09}", record.seq)),
        Value::Ts(ts),
        Value::Str(account),
        Value::Str(role),
        Value::Str(action),
        Value::Str(object),
        rows.and_then(|n| i64::try_from(n).ok()).map_or(Value::Null, Value::Int),
        purpose.map_or(Value::Null, Value::Str),
        Value::Str(prev),
        Value::Str(record.hash),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(ts: &str, object: &str) -> AuditEntry {
        AuditEntry {
            ts: ts.parse().unwrap(),
            account: "u1".into(),
            role: "perf".into(),
            action: "query".into(),
            object: object.into(),
            rows: Some(3),
            purpose: None,
        }
    }

    #[test]
    fn one_chain_runs_through_the_months_even_when_the_clock_goes_back() {
        let dir = tempfile::tempdir().unwrap();
        let audit = Audit::open(dir.path()).unwrap();
        for (ts, object) in [("2025-01-31T09:00:00", "a"), ("2025-02-01T09:00:00", "b"), ("2025-01-01T09:00:00", "c")] {
            audit.append(&entry(ts, object)).unwrap();
        }
        assert_eq!(audit.files().unwrap(), ["202501.jsonl", "202502.jsonl"]);
        let report = Audit::open(dir.path()).unwrap().verify(None).unwrap();
        assert_eq!((report.records, report.problems.len()), (3, 0));
        let rows = audit.table_rows(2).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1][8], rows[0][9], "each row names the hash of the one before");
    }

    #[test]
    fn two_processes_take_turns() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (Audit::open(dir.path()).unwrap(), Audit::open(dir.path()).unwrap());
        for i in 0..4 {
            let who = if i % 2 == 0 { &a } else { &b };
            who.append(&entry("2025-01-01T09:00:00", &i.to_string())).unwrap();
        }
        assert_eq!(a.verify(None).unwrap().records, 4);
        assert_eq!(a.head().unwrap(), b.head().unwrap());
    }

    #[test]
    fn a_changed_record_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let audit = Audit::open(dir.path()).unwrap();
        for object in ["a", "b", "c"] {
            audit.append(&entry("2025-01-01T09:00:00", object)).unwrap();
        }
        let path = dir.path().join("202501.jsonl");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("\"object\":\"b\"", "\"object\":\"x\"")).unwrap();
        let report = audit.verify(None).unwrap();
        assert!(report.problems.iter().any(|p| p.contains("第 2 行")), "{report:?}");
        fs::write(&path, text.lines().take(2).map(|l| format!("{l}\n")).collect::<String>()).unwrap();
        let fresh = Audit::open(dir.path()).unwrap();
        assert!(!fresh.verify(None).unwrap().problems.is_empty(), "a shortened log");
        assert!(fresh.append(&entry("2025-01-01T10:00:00", "d")).is_err(), "nothing goes behind a shortened log");
        fs::remove_file(&path).unwrap();
        fs::remove_file(dir.path().join(MARK)).unwrap();
        let gone = Audit::open(dir.path()).unwrap();
        assert!(gone.verify(None).unwrap().problems.is_empty());
        let pin = AuditPin { seq: 2, hash: GENESIS.to_owned() };
        assert_eq!(gone.verify(Some(&pin)).unwrap().problems, ["最近一次提交时有 2 条，现在只剩 0 条"]);
    }
}
