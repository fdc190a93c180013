//! Rows that wait on disk are checked as those in memory are: every layout, and tables of many frames with all that needs
//! more than one look at them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rust_xlsxwriter::{Format, Workbook};
use suixin_ingest::check::{Checker, Source};
use suixin_ingest::checked::CheckedFile;
use suixin_ingest::contract::Contracts;
use suixin_ingest::delivery;

const ROWS: u32 = 1_800;

fn contracts() -> Arc<Contracts> {
    static CONTRACTS: OnceLock<Arc<Contracts>> = OnceLock::new();
    Arc::clone(CONTRACTS.get_or_init(|| Arc::new(Contracts::embedded().unwrap())))
}

/// What was found, with every row, as text.
fn shown(checker: &Checker, sources: &[Source]) -> Vec<String> {
    let file = |s: &Source| {
        let CheckedFile { tables, issues, signatures, encoding, .. } = checker.check(s);
        let table = |t: suixin_ingest::checked::CheckedTable| {
            let head = format!("{} {} {} {:?} {:?} {:?}", t.table, t.unit, t.sheet, t.total_ok, t.headers, t.issues);
            let rows: Vec<String> = t.rows.into_rows().map(|r| format!("{:?}", r.unwrap())).collect();
            format!("{head} {} {} {rows:#?}", t.rows_read, t.refused)
        };
        let tables: Vec<String> = tables.into_iter().map(table).collect();
        format!("{} {encoding} {signatures:?} {issues:#?} {}", s.name, tables.join("\n"))
    };
    sources.iter().map(file).collect()
}

/// The same in memory and on disk; what was found.
fn the_same_either_way(folder: &Path) -> Vec<String> {
    let now = "2025-04-02T10:00:00".parse().unwrap();
    let sources = delivery::gather(&[folder.to_owned()], &BTreeMap::new(), now).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let in_memory = shown(&Checker::new(contracts()), &sources);
    let spilled = Checker::new(contracts()).spilling_to(scratch.path().to_owned(), 0);
    for (a, b) in in_memory.iter().zip(shown(&spilled, &sources)) {
        assert_eq!(*a, b);
    }
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    in_memory
}

#[test]
fn every_layout() {
    let layouts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts");
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("202503/船山区");
    std::fs::create_dir_all(&unit).unwrap();
    for entry in std::fs::read_dir(layouts).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.extension().unwrap() != "toml" {
            std::fs::copy(&path, unit.join(path.file_name().unwrap())).unwrap();
        }
    }
    assert!(the_same_either_way(folder.path()).len() > 100);
}

const HEADERS: [&str; 9] =
    ["发放编号", "领取人身份证号", "发放渠道", "所属月份", "金额", "形式", "发放日期", "状态", "所属乡镇(街道)"];

/// Row 700 is the twin of row 3, row 900 has no amount that can be read.
fn record(i: u32) -> [String; 9] {
    let no = if i == 700 { 3 } else { i };
    let amount = if i == 900 { "约一百".to_owned() } else { format!("{}.5", i % 90 + 1) };
    let day = format!("2025-03-{:02}", i % 31 + 1);
    let town = if i.is_multiple_of(9) { "介福路街道" } else { "" };
    [&format!("FF{no:05}"), "510903196001010012", "C1", "202503", &amount, "1", &day, "1", town].map(str::to_owned)
}

#[test]
fn a_long_csv_with_printed_headers_twins_and_a_second_table() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("202503/船山区");
    std::fs::create_dir_all(&unit).unwrap();
    let mut text = String::from("船山区2025年3月救助帮扶款物发放表\n");
    for i in 0..ROWS {
        if i.is_multiple_of(40) {
            writeln!(text, "{}", HEADERS.join(",")).unwrap();
        }
        writeln!(text, "{}", record(i).join(",")).unwrap();
    }
    text += "合计,,,,1.00,,,,\n填表人：张三,审核人：李四\n\n船山区2025年3月投诉举报表\n";
    text += "投诉编号,被投诉对象类型,被投诉对象,受理日期,办理时限,办结日期,是否属实,类别,所属镇街,村居名称\n";
    text += "TS01,1,某公司,2025-03-01,2025-03-11,,,5,,\n";
    std::fs::write(unit.join("发放.csv"), text).unwrap();
    let found = the_same_either_way(folder.path()).concat();
    for word in ["主键在本表内重复", "整表退回", "约一百", "complaint", "张三"] {
        // A table of which a cell is no number has no total to compare.
        assert_eq!(found.contains(word), word != "整表退回", "{word}");
    }
}

#[test]
fn a_long_sheet_with_merged_cells_subtotals_and_a_wrong_total() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("202503/船山区");
    std::fs::create_dir_all(&unit).unwrap();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "船山区2025年3月救助帮扶款物发放表").unwrap();
    sheet.write_row(1, 0, HEADERS).unwrap();
    let (mut at, mut sum) = (2, 0.0);
    for i in (0..ROWS).filter(|i| *i != 900) {
        if i.is_multiple_of(9) && i + 9 < 900 {
            sheet.merge_range(at, 8, at + 8, 8, "", &Format::new()).unwrap();
        }
        let record = record(i);
        for (column, text) in (0..).zip(&record).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(at, column, text).unwrap();
        }
        let amount: f64 = record[4].parse().unwrap();
        sheet.write_number(at, 4, amount).unwrap();
        sum += amount;
        at += 1;
        if i == 899 {
            sheet.write_string(at, 0, "上半部小计").unwrap();
            sheet.write_number(at, 4, sum).unwrap();
            at += 1;
        }
    }
    sheet.write_string(at, 0, "合计").unwrap();
    sheet.write_number(at, 4, sum + 1.0).unwrap();
    book.save(unit.join("发放.xlsx")).unwrap();
    let found = the_same_either_way(folder.path()).concat();
    assert!(found.contains("整表退回") && found.contains("合计行") && !found.contains("小计行"), "{found}");
    // Rows of the merged cells bear the township of the first.
    assert!(found.matches("510903006").count() > 800);
}
