//! The return as a file: UTF-8 CSV with a line above the header that says table, unit, period and version, as a return
//! says it. Pure but for the writer it is given.
//!
//! Each row carries its number in front (序号), so that no first value can be mistaken for a total, a signature or an
//! example; each filled cell is quoted, so that no value can be mistaken for a separator. The same rows give the same
//! bytes; no time stands in the file. Only the version differs where the same rows come back after others were sent:
//! what was received before is a copy, and a copy changes nothing.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::error::{Kind, Result, SourceError};

/// What the first line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Title {
    /// Chinese title of the table.
    pub table: String,
    /// Name of the unit.
    pub unit: String,
    /// Period.
    pub period: String,
}

impl Title {
    /// The first line; it has the same length for every version.
    fn line(&self, version: u32) -> String {
        let Self { table, unit, period } = self;
        format!("\"{table}表\",\"填报单位：{unit}\",\"报表期：{period}\",\"第{version:06}版\"\n")
    }
}

/// A file that is being written.
pub(super) struct ReturnFile {
    path: PathBuf,
    title: Title,
    out: BufWriter<File>,
    hash: Sha256,
    line: String,
    rows: u64,
}

/// A file that was written; its version is still open.
#[derive(Debug)]
pub(super) struct Written {
    /// Where it stands.
    pub path: PathBuf,
    /// Rows.
    pub rows: u64,
    /// SHA-256 (hex) of all but the first line.
    pub body_sha256: String,
    title: Title,
}

impl ReturnFile {
    /// Begins a file that only its owner can read.
    pub fn create(path: &Path, title: Title, headers: &[&str]) -> Result<Self> {
        let out = BufWriter::new(create(path).map_err(|e| SourceError::disk(path, &e))?);
        let mut file = Self { path: path.to_owned(), title, out, hash: Sha256::new(), line: String::new(), rows: 0 };
        file.put(&file.title.line(1)).map_err(|e| SourceError::disk(path, &e))?;
        file.line.push_str("\"序号\"");
        for header in headers {
            file.line.push(',');
            quote(&mut file.line, header);
        }
        file.end_line()?;
        Ok(file)
    }

    /// Adds a row; `None` and an empty text are an empty cell.
    ///
    /// # Errors
    /// When a value holds a control character, which no return may hold, or the disk says no.
    pub fn row<'v>(&mut self, values: impl Iterator<Item = Option<&'v str>>) -> Result<()> {
        self.rows += 1;
        self.line.push_str(&self.rows.to_string());
        for (column, value) in values.enumerate() {
            self.line.push(',');
            let Some(value) = value.filter(|v| !v.is_empty()) else { continue };
            if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                return Err(control(self.rows, column));
            }
            quote(&mut self.line, value);
        }
        self.end_line()
    }

    fn end_line(&mut self) -> Result<()> {
        self.line.push('\n');
        self.hash.update(self.line.as_bytes());
        let line = std::mem::take(&mut self.line);
        let done = self.put(&line);
        self.line = line;
        self.line.clear();
        done.map_err(|e| SourceError::disk(&self.path, &e))
    }

    fn put(&mut self, text: &str) -> std::io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    /// Ends the file.
    pub fn finish(self) -> Result<Written> {
        let failed = |e: &dyn std::fmt::Display| SourceError::disk(&self.path, e);
        self.out.into_inner().map_err(|e| failed(&e))?;
        let body_sha256 = hex::encode(self.hash.finalize());
        Ok(Written { path: self.path, rows: self.rows, body_sha256, title: self.title })
    }
}

impl Written {
    /// Writes the version into the first line and the whole file to the disk itself.
    pub fn stamp(&self, version: u32) -> Result<()> {
        let write = || -> std::io::Result<()> {
            let mut file = std::fs::OpenOptions::new().write(true).open(&self.path)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(self.title.line(version).as_bytes())?;
            file.sync_all()
        };
        write().map_err(|e| SourceError::disk(&self.path, &e))
    }
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn quote(line: &mut String, text: &str) {
    line.push('"');
    for (i, part) in text.split('"').enumerate() {
        if i > 0 {
            line.push_str("\"\"");
        }
        line.push_str(part);
    }
    line.push('"');
}

fn control(row: u64, column: usize) -> SourceError {
    let what = format!("第 {row} 行第 {} 列有控制字符，不能写进报表", column + 1);
    SourceError::new(Kind::Data, what, "请在来源系统改正这一格，或在 query 里去掉控制字符（行和列按拉取的顺序数）")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use suixin_ingest::check::{Checker, Source};
    use suixin_ingest::contract::{CITY, Contracts, Frequency, Sender};
    use suixin_ingest::period::Period;

    use super::*;

    fn write(dir: &Path, rows: &[&[Option<&str>]], version: u32) -> (Vec<u8>, String) {
        let path = dir.join("x.csv");
        let _ = std::fs::remove_file(&path);
        let title = Title { table: "需求清单".into(), unit: "船山区".into(), period: "202503".into() };
        let mut file = ReturnFile::create(&path, title, &["需求编号", "办结说明"]).unwrap();
        for row in rows {
            file.row(row.iter().copied()).unwrap();
        }
        let written = file.finish().unwrap();
        written.stamp(version).unwrap();
        (std::fs::read(&path).unwrap(), written.body_sha256)
    }

    #[test]
    fn the_same_rows_are_the_same_bytes_and_hard_values_are_quoted() {
        let dir = tempfile::tempdir().unwrap();
        let rows: [&[Option<&str>]; 2] = [&[Some("合计"), None], &[Some("a,\"b\"\r\n😀;\t"), Some("")]];
        let (bytes, sha) = write(dir.path(), &rows, 1);
        let expected = "\"需求清单表\",\"填报单位：船山区\",\"报表期：202503\",\"第000001版\"\n\"序号\",\"需求编号\",\"办结说明\"\n1,\"合计\",\n2,\"a,\"\"b\"\"\r\n😀;\t\",\n";
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), expected);
        assert_eq!(write(dir.path(), &rows, 1), (bytes.clone(), sha.clone()));
        let (later, same) = write(dir.path(), &rows, 2);
        assert_eq!((later.len(), &same), (bytes.len(), &sha));
        assert_ne!(later, bytes);
        assert_ne!(write(dir.path(), &rows[..1], 1).1, sha);
    }

    #[test]
    fn a_control_character_is_refused_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let title = Title { table: "甲".into(), unit: "乙".into(), period: "2025".into() };
        let mut file = ReturnFile::create(&dir.path().join("x.csv"), title, &["a", "b"]).unwrap();
        let wrong = file.row([Some("x"), Some("y\u{1}")].into_iter()).unwrap_err();
        assert!(wrong.what.contains("第 1 行第 2 列"), "{wrong}");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &[], 1);
        let mode = std::fs::metadata(dir.path().join("x.csv")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    /// Every table of every form is recognised by what the file says alone, with and without rows.
    #[test]
    fn ingestion_recognises_the_file_of_every_table() {
        let contracts = Arc::new(Contracts::embedded().unwrap());
        let checker = Checker::new(Arc::clone(&contracts));
        let dir = tempfile::tempdir().unwrap();
        let entries = contracts.forms.values().flat_map(|f| &f.tables);
        let mut tables = 0;
        for entry in entries {
            let table = contracts.table(&entry.table).unwrap();
            let unit = if entry.sender == Sender::City { CITY } else { "5109A1" };
            let period = match entry.frequency {
                Frequency::Month => Period::month(2025, 3),
                Frequency::Quarter => Period::quarter(2025, 1),
                Frequency::Year | Frequency::Once => Period::of_year(2025),
            };
            let headers: Vec<String> = table.form_columns().map(|(_, c)| c.form_header()).collect();
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            for rows in [0_u64, 2] {
                let path = dir.path().join(format!("{}{rows}.csv", table.name));
                let unit_name = contracts.unit_name(unit).to_owned();
                let title = Title { table: table.title.clone(), unit: unit_name, period: period.to_string() };
                let mut file = ReturnFile::create(&path, title, &headers).unwrap();
                (0..rows).for_each(|_| file.row(headers.iter().map(|_| Some("合计"))).unwrap());
                file.finish().unwrap();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let received = "2026-01-15T08:00:00".parse().unwrap();
                let source = Source { hint: name.clone(), name, path, received, received_forms: Default::default() };
                let checked = checker.check(&source);
                let found: Vec<_> = checked
                    .tables
                    .iter()
                    .map(|t| (t.table.as_str(), t.unit.as_str(), t.period.as_str(), t.rows_read))
                    .collect();
                assert_eq!(
                    found,
                    [(table.name.as_str(), unit, period.to_string().as_str(), rows)],
                    "{:?}",
                    checked.issues
                );
                assert_eq!(checked.tables[0].headers.len(), headers.len(), "{}", table.name);
            }
            tables += 1;
        }
        assert!(tables > 40, "{tables}");
    }
}
