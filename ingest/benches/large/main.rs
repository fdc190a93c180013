//! Large returns beside peers: the checker, and what others need merely to read the same file, in the same run.
//!
//! `cargo bench -p suixin-ingest --bench large -- (workbook|csv) [ROWS] [--python PYTHON]` writes a return of synthetic
//! people, lets each contender read it in a process of its own, and prints the ratio of their times and the peak memory of
//! each with its children. Linux only: memory is read from `/proc`. The folder for temporary files must hold the return
//! and, beyond the checker's memory, its rows twice.

mod data;
mod measure;

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use calamine::{Reader, Xlsx};
use suixin_ingest::check::{Checker, Source};
use suixin_ingest::contract::Contracts;
use suixin_ingest::read::child::{ChildReader, Limits, serve};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    if let ["read-in-child", memory, path] = words.as_slice() {
        return memory.parse().map_or(ExitCode::FAILURE, |memory| serve(memory, Path::new(path)));
    }
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(std::io::stderr(), "{e}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Outcome<()> {
    match words {
        ["write-workbook", path, rows] => data::write_workbook(Path::new(path), rows.parse()?),
        ["write-csv", path, rows] => data::write_csv(Path::new(path), &utf_8_of(Path::new(path)), rows.parse()?),
        ["check", path] => say(&check(Path::new(path))?),
        ["calamine", path] => say(&read_plainly(Path::new(path))?),
        [kind @ ("workbook" | "csv"), rest @ ..] => compare(kind, rest),
        _ => Err("large (workbook|csv) [ROWS] [--python PYTHON]".into()),
    }
}

fn say(what: &str) -> Outcome<()> {
    Ok(writeln!(std::io::stdout(), "{what}")?)
}

/// Writes the return and lets all contenders read it, ours first.
fn compare(kind: &str, rest: &[&str]) -> Outcome<()> {
    let python = rest.iter().position(|w| *w == "--python").and_then(|i| rest.get(i + 1)).unwrap_or(&"python3");
    let rows = rest.first().and_then(|r| r.parse().ok());
    let (rows, ending) =
        if kind == "csv" { (rows.unwrap_or(10_000_000), "csv") } else { (rows.unwrap_or(500_000), "xlsx") };
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(format!("救助帮扶款物发放_船山区_202503.{ending}"));
    let ourselves = || Command::new("/proc/self/exe");
    let written = ourselves().arg(format!("write-{kind}")).arg(&path).arg(rows.to_string()).status()?;
    if !written.success() {
        return Err("the return was not written".into());
    }
    say(&format!("{rows} rows, {} MB", std::fs::metadata(&path)?.len() >> 20))?;
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers");
    let script = |name: &str| {
        let mut command = Command::new(python);
        command.arg(peers.join(name));
        command
    };
    let with = |mut command: Command, word: &str| {
        command.arg(word);
        command
    };
    let of = |mut command: Command, path: &Path| {
        command.arg(path);
        command
    };
    let mut contenders = vec![("suixin checker", of(with(ourselves(), "check"), &path))];
    if kind == "csv" {
        contenders.push(("DuckDB read_csv, typed", of(script("duckdb_csv.py"), &utf_8_of(&path))));
    } else {
        contenders.push(("openpyxl read-only", of(script("openpyxl_read.py"), &path)));
        contenders.push(("calamine, cells only", of(with(ourselves(), "calamine"), &path)));
    }
    report(contenders)
}

/// Where the same rows stand in UTF-8.
fn utf_8_of(path: &Path) -> PathBuf {
    path.with_extension("utf8")
}

fn report(contenders: Vec<(&str, Command)>) -> Outcome<()> {
    let mut ours = None;
    for (name, mut command) in contenders {
        let found = measure::run(&mut command)?;
        let first = *ours.get_or_insert(found.seconds);
        let ratio = found.seconds / first;
        say(&format!("{name}: {ratio:.2} times our time, peak {} MB; {}", found.peak_bytes >> 20, found.said.trim()))?;
    }
    Ok(())
}

/// Checks as the product does: reading in a child, rows handed on one by one.
fn check(path: &Path) -> Outcome<String> {
    let child = ChildReader::new(PathBuf::from("/proc/self/exe"), vec!["read-in-child".to_owned()], Limits::default());
    let folder = path.parent().ok_or("no folder")?.to_owned();
    let checker = Checker::new(Arc::new(Contracts::embedded()?)).reading_in(child).spilling_to(folder, 64 << 20);
    let name = path.file_name().ok_or("no name")?.to_string_lossy().into_owned();
    let source = Source {
        hint: format!("202503/船山区/{name}"),
        name,
        path: path.to_owned(),
        received: "2025-04-02T10:00:00".parse()?,
        received_forms: Default::default(),
    };
    let file = checker.check(&source);
    let issues = file.issues.len() + file.tables.iter().map(|t| t.issues.len()).sum::<usize>();
    let mut good = 0_u64;
    for table in file.tables {
        for row in table.rows.into_rows() {
            good += u64::from(!row?.rejected);
        }
    }
    Ok(format!("{good} good rows, {issues} mistakes"))
}

/// Every cell of every sheet, nothing kept.
fn read_plainly(path: &Path) -> Outcome<String> {
    let mut book: Xlsx<_> = calamine::open_workbook(path)?;
    let mut cells = 0_u64;
    for name in book.sheet_names() {
        let mut reader = book.worksheet_cells_reader(&name)?;
        while reader.next_cell()?.is_some() {
            cells += 1;
        }
    }
    Ok(format!("{cells} cells"))
}
