//! Reads and checks every file of a folder, of whatever kind, and prints a line for each: a tool to try the reader on
//! collections of workbooks. `cargo run --release -p suixin-ingest --example read_all -- DIR`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use suixin_ingest::check::Checker;
use suixin_ingest::contract::Contracts;
use suixin_ingest::delivery::gather;
use suixin_ingest::read;

/// A file that takes longer is reported as slow.
const SLOW: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = PathBuf::from(std::env::args().nth(1).ok_or("DIR is missing")?);
    let checker = Checker::new(Arc::new(Contracts::embedded()?));
    let mut out = std::io::stdout().lock();
    let (mut files, mut read_well, mut slow) = (0, 0, 0);
    let mut slowest = Duration::ZERO;
    for path in files_under(&dir)? {
        let start = Instant::now();
        let said = match read::read_file(&path) {
            Ok(file) => {
                read_well += 1;
                let rows: usize = file.sheets.iter().map(|s| s.rows.len()).sum();
                format!("{} {} sheets {rows} rows", file.encoding, file.sheets.len())
            }
            Err(e) => format!("{} {e}", e.code()),
        };
        let now = "2025-04-02T10:00:00".parse()?;
        let checked: Vec<_> =
            gather(std::slice::from_ref(&path), &Default::default(), now)?.iter().map(|s| checker.check(s)).collect();
        let tables: Vec<_> = checked.iter().flat_map(|f| &f.tables).collect();
        let good: usize = tables.iter().map(|t| t.rows.iter().filter(|r| !r.rejected).count()).sum();
        let issues: Vec<_> =
            checked.iter().flat_map(|f| f.issues.iter().chain(f.tables.iter().flat_map(|t| &t.issues))).collect();
        let mut codes: Vec<String> =
            issues.iter().map(|i| format!("{}{}", i.code, if i.row.is_some() { "r" } else { "" })).collect();
        codes.sort();
        let digest = tables.iter().flat_map(|t| &t.rows).filter(|r| !r.rejected).fold(0_u64, |h, r| {
            r.values
                .iter()
                .flat_map(|v| v.to_string().into_bytes())
                .fold(h, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)))
        });
        let took = start.elapsed();
        slowest = slowest.max(took);
        slow += u32::from(took > SLOW);
        files += 1;
        let name = path.strip_prefix(&dir).unwrap_or(&path).display();
        writeln!(
            out,
            "{name}\t{said}\t{} tables {good} rows {digest:016x}\t{}\t{} ms",
            tables.len(),
            codes.join(" "),
            took.as_millis()
        )?;
    }
    writeln!(out, "{files} files, {read_well} read, {} refused, {slow} slow, slowest {slowest:?}", files - read_well)?;
    Ok(())
}

fn files_under(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            out.extend(files_under(&path)?);
        } else if path.is_file() {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}
