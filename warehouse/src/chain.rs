//! Append-only files of JSON lines in which every record carries the hash of the one before it, so that nothing can be
//! changed, dropped or put in between unnoticed. What a record means is not known here.
//!
//! A line is `{"seq":1,"prev":"…","body":{…},"hash":"…"}`; `hash` is the SHA-256 of the line without its last member.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::disk::sha256_hex;
use crate::error::{At, Result};

/// `prev` of the first record.
pub(crate) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const HASH_MEMBER: &str = ",\"hash\":\"";
const TAIL: usize = HASH_MEMBER.len() + 64 + 2;

/// The last record that counts, and where the next one goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    /// Sequence number, 0 before the first record.
    pub seq: u64,
    /// Hash of that record.
    pub hash: String,
    /// Bytes of the file that hold whole records.
    pub bytes: u64,
}

impl Head {
    pub fn start() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned(), bytes: 0 }
    }
}

/// A record with its links.
#[derive(Debug, Clone)]
pub(crate) struct Linked<T> {
    pub seq: u64,
    pub hash: String,
    pub body: T,
}

#[derive(Serialize, Deserialize)]
struct Payload<T> {
    seq: u64,
    prev: String,
    body: T,
}

/// A record that does not follow from the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Line from 1, counted from where reading began.
    pub line: usize,
    /// What is wrong, in Chinese.
    pub problem: String,
}

/// What reading a chain gives.
pub(crate) struct Reading<T> {
    pub records: Vec<Linked<T>>,
    pub head: Head,
    /// Bytes after the last whole record: an append that a crash cut off. They do not count.
    pub torn: bool,
    /// The first record that does not fit; reading stops before it.
    pub broken: Option<Broken>,
}

/// Reads the records that follow `from`. A missing file is an empty one.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, from: &Head) -> Result<Reading<T>> {
    let mut text = Vec::new();
    match File::open(path) {
        Ok(mut file) => {
            file.seek(SeekFrom::Start(from.bytes)).at("读取", path)?;
            file.read_to_end(&mut text).at("读取", path)?;
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(e).at("读取", path),
    }
    let mut reading = Reading { records: Vec::new(), head: from.clone(), torn: false, broken: None };
    for (i, line) in text.split_inclusive(|b| *b == b'\n').enumerate() {
        let Some(whole) = line.strip_suffix(b"\n") else {
            reading.torn = true;
            break;
        };
        match unlink(whole, &reading.head) {
            Ok(record) => {
                let bytes = reading.head.bytes + line.len() as u64;
                reading.head = Head { seq: record.seq, hash: record.hash.clone(), bytes };
                reading.records.push(record);
            }
            Err(problem) => {
                reading.broken = Some(Broken { line: i + 1, problem });
                break;
            }
        }
    }
    Ok(reading)
}

/// Where reading a file begins that continues the chain of earlier files: the links of its first record.
pub(crate) fn start_of(path: &Path) -> Result<Option<Head>> {
    #[derive(Deserialize)]
    struct Links {
        seq: u64,
        prev: String,
    }
    let mut first = String::new();
    BufReader::new(File::open(path).at("读取", path)?).read_line(&mut first).at("读取", path)?;
    let links: Option<Links> = serde_json::from_str(&first).ok();
    Ok(links.and_then(|l| Some(Head { seq: l.seq.checked_sub(1)?, hash: l.prev, bytes: 0 })))
}

fn unlink<T: DeserializeOwned>(line: &[u8], head: &Head) -> Result<Linked<T>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "不是文本".to_owned())?;
    let cut = text.len().checked_sub(TAIL).ok_or("记录不完整")?;
    let hash =
        text.get(cut..).and_then(|tail| tail.strip_prefix(HASH_MEMBER)?.strip_suffix("\"}")).ok_or("记录没有哈希")?;
    let payload = format!("{}}}", text.get(..cut).unwrap_or_default());
    if sha256_hex(payload.as_bytes()) != hash {
        return Err("记录内容与其哈希不符".to_owned());
    }
    let Payload { seq, prev, body } = serde_json::from_str(&payload).map_err(|e| format!("记录读不了：{e}"))?;
    if prev != head.hash || seq != head.seq + 1 {
        return Err(format!("第 {} 条之后接的不是下一条", head.seq));
    }
    Ok(Linked { seq, hash: hash.to_owned(), body })
}

/// The line of the next record, with its newline, and its hash.
fn link<T: Serialize>(head: &Head, body: &T) -> io::Result<(String, String)> {
    let payload = Payload { seq: head.seq + 1, prev: head.hash.clone(), body };
    let mut text = serde_json::to_string(&payload).map_err(io::Error::other)?;
    let hash = sha256_hex(text.as_bytes());
    text.pop();
    Ok((format!("{text}{HASH_MEMBER}{hash}\"}}\n"), hash))
}

/// Appends one record durably and returns the new head. On failure the file is as before.
pub(crate) fn append<T: Serialize>(path: &Path, head: &Head, body: &T) -> Result<Head> {
    let write = || {
        let (line, hash) = link(head, body)?;
        let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        // What a crash left behind the last whole record goes first.
        file.set_len(head.bytes)?;
        file.seek(SeekFrom::Start(head.bytes))?;
        if let Err(e) = file.write_all(line.as_bytes()).and_then(|()| file.sync_all()) {
            // Best effort: the torn line would not count anyway.
            file.set_len(head.bytes).ok();
            return Err(e);
        }
        Ok(Head { seq: head.seq + 1, hash, bytes: head.bytes + line.len() as u64 })
    };
    write().at("追加记录", path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three(path: &Path) -> Head {
        (0..3).fold(Head::start(), |head, i| append(path, &head, &format!("r{i}")).unwrap())
    }

    #[test]
    fn what_was_appended_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.jsonl");
        let head = three(&path);
        let all = read::<String>(&path, &Head::start()).unwrap();
        assert_eq!(all.records.iter().map(|r| r.body.as_str()).collect::<Vec<_>>(), ["r0", "r1", "r2"]);
        assert_eq!((all.head.clone(), all.torn, all.broken), (head, false, None));
        assert!(read::<String>(&path, &all.head).unwrap().records.is_empty());
    }

    #[test]
    fn a_torn_tail_does_not_count_and_is_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.jsonl");
        let head = three(&path);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"seq\":4,\"pr").unwrap();
        let all = read::<String>(&path, &Head::start()).unwrap();
        assert_eq!((all.records.len(), all.torn, all.head == head), (3, true, true));
        append(&path, &all.head, &"r3".to_owned()).unwrap();
        let again = read::<String>(&path, &Head::start()).unwrap();
        assert_eq!((again.records.len(), again.torn, again.broken), (4, false, None));
    }

    #[test]
    fn a_changed_or_missing_record_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c.jsonl");
        three(&path);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\"r1\"", "\"rx\"")).unwrap();
        assert_eq!(read::<String>(&path, &Head::start()).unwrap().broken.unwrap().line, 2);
        let without: String =
            text.lines().enumerate().filter(|(i, _)| *i != 1).map(|(_, l)| format!("{l}\n")).collect();
        std::fs::write(&path, without).unwrap();
        let found = read::<String>(&path, &Head::start()).unwrap().broken.unwrap();
        assert!(found.problem.contains("第 1 条之后"), "{found:?}");
    }
}
