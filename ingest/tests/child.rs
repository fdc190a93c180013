//! Reading in a child process: this program starts itself as the child.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rust_xlsxwriter::Workbook;
use suixin_ingest::check::{Checker, Source};
use suixin_ingest::contract::Contracts;
use suixin_ingest::read::child::{ChildReader, Limits, serve};
use suixin_ingest::read::read_file;

const HIDDEN: &str = "read-in-child";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let [_, hidden, memory, path] = args.as_slice()
        && hidden == HIDDEN
    {
        return serve(memory.parse().unwrap(), Path::new(path));
    }
    let tests: [(&str, fn()); 4] = [
        ("the_same_as_in_process", the_same_as_in_process),
        ("a_lack_of_memory_is_a_mistake_of_the_file", a_lack_of_memory_is_a_mistake_of_the_file),
        ("a_delay_is_a_mistake_of_the_file", a_delay_is_a_mistake_of_the_file),
        ("a_checker_reads_workbooks_in_a_child", a_checker_reads_workbooks_in_a_child),
    ];
    println!("\nrunning {} tests", tests.len());
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
    println!("\ntest result: ok. {} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n", tests.len());
    ExitCode::SUCCESS
}

fn reader(memory_bytes: u64, time: Duration) -> ChildReader {
    ChildReader::new(std::env::current_exe().unwrap(), vec![HIDDEN.to_owned()], Limits { memory_bytes, time })
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts").join(name)
}

fn the_same_as_in_process() {
    let reader = reader(1 << 30, Duration::from_secs(60));
    for name in
        ["plain_xlsx.xlsx", "hidden_rows_xls.xls", "csv_gb18030_rare.csv", "macro_workbook.xlsm", "truncated.xlsx"]
    {
        match (read_file(&fixture(name)), reader.read(&fixture(name))) {
            (Ok(a), Ok(b)) => assert_eq!((a.encoding, a.sheets), (b.encoding, b.sheets), "{name}"),
            (Err(a), Err(b)) => assert_eq!((a.code(), a.to_string()), (b.code(), b.to_string()), "{name}"),
            (a, b) => panic!("{name}: {a:?} {b:?}"),
        }
    }
}

/// A workbook whose texts alone need more than the limit.
fn a_lack_of_memory_is_a_mistake_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.xlsx");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..200_000 {
        sheet.write_string(row, 0, format!("第{row}户的情况记录，内容较长，内容较长，内容较长")).unwrap();
        sheet.write_string(row, 1, format!("又一段第{row}户的情况记录，内容较长，内容较长")).unwrap();
    }
    book.save(&path).unwrap();
    let error = reader(40 << 20, Duration::from_secs(60)).read(&path).unwrap_err();
    assert_eq!(error.code(), "DQ002");
    assert!(error.to_string().contains("内存"), "{error}");
    assert!(!error.remedy().is_empty());
}

fn a_delay_is_a_mistake_of_the_file() {
    let start = Instant::now();
    let error = reader(1 << 30, Duration::ZERO).read(&fixture("plain_xlsx.xlsx")).unwrap_err();
    assert!(error.to_string().contains("没有读完"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

fn a_checker_reads_workbooks_in_a_child() {
    let checker = Checker::new(Arc::new(Contracts::embedded().unwrap()));
    let source = Source {
        name: "202503/船山区/报表.xlsx".to_owned(),
        hint: "202503/船山区/报表.xlsx".to_owned(),
        path: fixture("plain_xlsx.xlsx"),
        received: "2025-04-02T10:00:00".parse().unwrap(),
        received_forms: std::collections::BTreeMap::new(),
    };
    let late = checker.reading_in(reader(1 << 30, Duration::ZERO));
    assert!(late.check(&source).refused());
    let checker = Checker::new(Arc::new(Contracts::embedded().unwrap()));
    let file = checker.reading_in(reader(1 << 30, Duration::from_secs(60))).check(&source);
    assert_eq!((file.tables.len(), file.tables[0].rows.len()), (1, 4));
}
