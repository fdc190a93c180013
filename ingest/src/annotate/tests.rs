//! What was sent, its mistakes, the copy, and what comes of it when it is sent in again.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDateTime;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use sha2::{Digest, Sha256};

use super::{file_name, write};
use crate::check::{Checker, Source};
use crate::checked::{CheckedFile, Issue, Level};
use crate::contract::Contracts;
use crate::read::{Cell, RawFile, RawRow, cell_ref, read_bytes};
use crate::template::testing::{Book, Typed};

/// A file in a delivery folder of its own that goes away with the test.
struct Sent {
    checker: Checker,
    dir: PathBuf,
}

impl Sent {
    fn new(test: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("suixin-annotate-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Self { checker: Checker::new(Arc::new(Contracts::embedded().unwrap())), dir }
    }

    fn check(&self, name: &str, bytes: &[u8]) -> (PathBuf, CheckedFile) {
        let path = self.dir.join(name.replace('/', "_"));
        std::fs::write(&path, bytes).unwrap();
        let received: NaiveDateTime = "2025-04-07T09:00:00".parse().unwrap();
        let (name, hint) = (name.to_owned(), name.to_owned());
        let source = Source { name, hint, path: path.clone(), received, received_forms: BTreeMap::new() };
        let file = self.checker.check(&source);
        (path, file)
    }

    /// Checks a file and writes its annotated copy.
    fn annotate(&self, name: &str, bytes: &[u8]) -> (CheckedFile, Vec<Issue>, Vec<u8>) {
        let (path, file) = self.check(name, bytes);
        let issues = all_issues(&file);
        let copy = write(&path, name, &issues).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "the original is only read");
        assert_eq!(copy, write(&path, name, &issues).unwrap(), "the same bytes again");
        (file, issues, copy)
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.dir).unwrap_or_default();
    }
}

fn all_issues(file: &CheckedFile) -> Vec<Issue> {
    let waiting = file.tables.iter().flat_map(|t| &t.rows).flat_map(|r| &r.awaiting_waiver).map(|w| &w.issue);
    file.issues.iter().chain(file.tables.iter().flat_map(|t| &t.issues)).chain(waiting).cloned().collect()
}

/// Cells that are not empty by sheet and address.
fn cells(file: &RawFile, shift: u32) -> BTreeMap<(String, String), Cell> {
    let of_row = |sheet: &str, row: &RawRow| -> Vec<((String, String), Cell)> {
        let filled = row.cells.iter().enumerate().filter(|(_, c)| **c != Cell::Empty);
        filled.map(|(at, c)| ((sheet.to_owned(), cell_ref(at, row.no + shift)), c.clone())).collect()
    };
    file.sheets.iter().flat_map(|s| s.rows.iter().flat_map(|r| of_row(&s.name, r))).collect()
}

const HEADERS: [&str; 10] = [
    "投诉编号",
    "被投诉对象类型",
    "被投诉对象",
    "受理日期",
    "办理时限",
    "办结日期",
    "是否属实",
    "类别",
    "所属镇街",
    "村居名称",
];

/// A return with a title, merged cells, a blank row, all kinds of values, and mistakes.
fn complaints() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("投诉举报").unwrap();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let date = |d| ExcelDateTime::from_ymd(2025, 3, d).unwrap();
    sheet.merge_range(0, 0, 0, 9, "船山区2025年3月投诉举报表", &Format::new()).unwrap();
    sheet.write_string(1, 0, "填报单位：船山区民政局").unwrap();
    for (column, header) in (0u16..).zip(HEADERS) {
        sheet.write_string(2, column, header).unwrap();
    }
    sheet.write_string(2, 10, "自加的一栏").unwrap();
    for (row, key) in [(3, "0001"), (5, "0002"), (6, "0002"), (7, "0004")] {
        sheet.write_string(row, 0, key).unwrap();
        sheet.write_string(row, 1, "社会组织").unwrap();
        sheet.write_number(row, 5, 45_741).unwrap();
        sheet.write_string(row, 2, "=HYPERLINK(\"http://x\")").unwrap();
        sheet.write_datetime_with_format(row, 3, date(5), &day).unwrap();
        sheet.write_datetime_with_format(row, 4, date(20), &day).unwrap();
        sheet.write_string(row, 7, "5").unwrap();
    }
    sheet.write_string(3, 3, "近期").unwrap();
    sheet.write_formula(5, 6, Formula::new("1/0").set_result("#DIV/0!")).unwrap();
    sheet.write_boolean(7, 6, true).unwrap();
    sheet.merge_range(5, 8, 6, 8, "不存在镇", &Format::new()).unwrap();
    sheet.write_string(8, 0, "填表人：张三　审核人：李四").unwrap();
    book.add_worksheet().set_name("附页").unwrap().write_string(4, 1, "情况说明").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn the_copy_holds_the_same_cells_at_the_same_addresses() {
    let sent = Sent::new("same");
    let bytes = complaints();
    let (file, issues, copy) = sent.annotate("202503/船山区/投诉举报_船山区_202503.xlsx", &bytes);
    let codes: Vec<(&str, Option<&str>)> = issues.iter().map(|i| (i.code.as_str(), i.cell.as_deref())).collect();
    assert!(codes.contains(&("DQ015", Some("D4"))), "{codes:?}");
    let (original, mut again) = (read_bytes(&bytes).unwrap(), read_bytes(&copy).unwrap());
    assert_eq!(again.sheets.remove(0).name, "校验结果");
    let names = |f: &RawFile| f.sheets.iter().map(|s| s.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&original), names(&again));
    assert_eq!(cells(&original, 0), cells(&again, 0));
    assert_eq!(original.sheets[0].marks.merges, again.sheets[0].marks.merges);
    // Sent in again as it is, it has the same mistakes at the same places, and answers the original.
    let (_, second) = sent.check("202503/船山区/校验结果_投诉举报_船山区_202503.xlsx", &copy);
    let places = |issues: &[Issue]| issues.iter().map(|i| (i.code.clone(), i.cell.clone(), i.row)).collect::<Vec<_>>();
    assert_eq!(places(&issues), places(&all_issues(&second)));
    assert_eq!(second.answers.as_deref(), Some(file.sha256.as_str()));
    assert_eq!(file.answers, None);
    assert!(second.tables[0].correction && !file.tables[0].correction);
}

#[test]
fn every_mistake_is_coloured_noted_and_listed_with_a_link() {
    let sent = Sent::new("marks");
    let (_, issues, copy) = sent.annotate("投诉举报_船山区_202503.xlsx", &complaints());
    let book = Book::open(&copy);
    let (list, notes) = (book.text("xl/worksheets/sheet1.xml"), book.text("xl/comments1.xml"));
    for issue in &issues {
        // What concerns the sheet stands on its first cell.
        let cell = issue.cell.as_deref().unwrap_or("A1");
        // Of a merged region the first cell is shown.
        let shown = if cell == "I7" { "I6" } else { cell };
        assert!(notes.contains(&format!("ref=\"{shown}\"")), "{issue:?}");
        assert!(list.contains(&format!("location=\"'投诉举报'!{shown}\"")), "{issue:?}");
        assert!(notes.contains(&issue.remedy), "{issue:?}");
    }
    let found = read_bytes(&copy).unwrap().sheets.remove(0);
    assert!(issues.iter().any(|i| i.code == "DQ002" && i.row.is_none()), "{issues:?}");
    let errors = issues.iter().filter(|i| i.level == Level::Error).count();
    let summary = found.rows[2].cell(0).shown();
    assert_eq!(summary, format!("共有数据 4 行；错误 {errors} 处，警告 {} 处。", issues.len() - errors));
    let listed: Vec<String> = found.rows.iter().map(|r| r.cell(4).shown()).filter(|c| c.starts_with("DQ")).collect();
    assert_eq!(listed.len(), issues.len());
    let places: Vec<String> = found.rows.iter().map(|r| r.cell(2).shown()).collect();
    let at = places.iter().position(|p| p == "位置").unwrap();
    assert_eq!(places[at + 1], "整张表");
    let rows: Vec<u32> = places[at + 2..].iter().map(|p| p[1..].parse().unwrap()).collect();
    assert!(rows.is_sorted(), "by place: {rows:?}");
    assert_eq!(fill_of(&book, "投诉举报", "D4").as_deref(), Some("FFFFC7CE"));
    assert_eq!(fill_of(&book, "投诉举报", "C4"), None);
}

/// The colour behind a cell.
fn fill_of(book: &Book, sheet: &str, cell: &str) -> Option<String> {
    let (page, styles) = (book.text(&book.part_of(sheet)), book.text("xl/styles.xml"));
    let tag = page.split(&format!("<c r=\"{cell}\"")).nth(1)?.split('>').next()?;
    let style: usize = tag.split("s=\"").nth(1)?.split('"').next()?.parse().ok()?;
    let formats = styles.split("<cellXfs").nth(1)?.split("</cellXfs>").next()?;
    let format = formats.split("<xf ").nth(style + 1)?;
    let fill: usize = format.split("fillId=\"").nth(1)?.split('"').next()?.parse().ok()?;
    let found = styles.split("<fill>").nth(fill + 1)?;
    Some(found.split("fgColor rgb=\"").nth(1)?.split('"').next()?.to_owned())
}

#[test]
fn corrected_in_the_copy_it_is_taken_and_linked() {
    let sent = Sent::new("corrected");
    let (file, _, copy) = sent.annotate("202503/船山区/投诉举报_船山区_202503.xlsx", &complaints());
    assert!(file.tables[0].rows.iter().any(|r| r.rejected));
    let mut book = Book::open(&copy);
    let text = |t: &str| Typed::Text(t.to_owned());
    for (cell, typed) in [
        ("D4", text("2025-03-01")),
        ("G6", text("不属实")),
        ("A7", text("0003")),
        ("I6", text("介福路街道")),
        ("G8", text("属实")),
        ("G4", Typed::Nothing),
    ] {
        book.put("投诉举报", cell, &typed);
    }
    let (_, second) = sent.check("202503/船山区/校验结果_投诉举报_船山区_202503.xlsx", &book.save());
    let table = &second.tables[0];
    let errors: Vec<&Issue> = table.issues.iter().filter(|i| i.level == Level::Error).collect();
    assert!(errors.is_empty() && second.issues.is_empty(), "{errors:?} {:?}", second.issues);
    assert_eq!((table.rows.len(), table.rows.iter().filter(|r| r.rejected).count()), (4, 0));
    assert_eq!((table.correction, second.answers), (true, Some(file.sha256)));
    assert_eq!(second.signatures.submitter.as_deref(), Some("张三"));
}

#[test]
fn exports_without_cells_are_marked_by_row_and_header() {
    let sent = Sent::new("exports");
    let rows = "投诉编号,被投诉对象类型,被投诉对象,受理日期,办理时限,办结日期,是否属实,类别,所属镇街,村居名称\r\n\
                TS1,org,\"郪江\n镇\",2025-03-05,2025-03-20,,,5,,\r\nTS2,org,-1+1,近期,2025-03-20,,,5,,\r\n";
    let gb = encoding_rs::GB18030.encode(rows).0.into_owned();
    let json = r#"{"报表":"投诉举报","填报单位":"船山区","报表期":"202503","数据":[
        {"投诉编号":"TS1","被投诉对象类型":"org","被投诉对象":"某","受理日期":"2025-03-05","办理时限":"2025-03-20","类别":"5"},
        {"投诉编号":"TS2","被投诉对象类型":"org","被投诉对象":"某","受理日期":"近期","办理时限":"2025-03-20","类别":"5"}]}"#;
    let json = json.replace('\n', " ").into_bytes();
    for (name, bytes, shift, cell) in
        [("202503/船山区/投诉举报_船山区_202503.csv", gb, 0, "D3"), ("投诉举报.json", json, 1, "D3")]
    {
        let (file, issues, copy) = sent.annotate(name, &bytes);
        let wrong = issues.iter().find(|i| i.code == "DQ015").unwrap();
        assert!(wrong.cell.is_none());
        let mut again = read_bytes(&copy).unwrap();
        again.sheets.remove(0);
        again.sheets[0].name = String::new();
        assert_eq!(cells(&read_bytes(&bytes).unwrap(), shift), cells(&again, 0), "{name}");
        let mut book = Book::open(&copy);
        assert_eq!(fill_of(&book, "数据", cell).as_deref(), Some("FFFFC7CE"), "{name}");
        book.put("数据", cell, &Typed::Text("2025-03-06".to_owned()));
        // Under a name that says nothing: the copy remembers unit and period.
        let (_, second) = sent.check("改好的.xlsx", &book.save());
        let table = second.tables.first().unwrap_or_else(|| panic!("{name}: {:?}", second.issues));
        assert_eq!(
            (table.table.as_str(), table.unit.as_str(), table.period.as_str()),
            ("complaint", "510903", "202503")
        );
        assert_eq!((table.rows.len(), table.rows.iter().any(|r| r.rejected)), (2, false), "{:?}", table.issues);
        assert_eq!((table.correction, second.answers), (true, Some(file.sha256)));
    }
}

#[test]
fn text_that_looks_like_a_formula_stays_text() {
    let sent = Sent::new("formula");
    let (_, _, copy) = sent.annotate("投诉举报_船山区_202503.xlsx", &complaints());
    let book = Book::open(&copy);
    let page = book.text(&book.part_of("投诉举报"));
    let cell = page.split("<c r=\"C4\"").nth(1).unwrap().split("</c>").next().unwrap();
    assert!(cell.contains("t=\"s\"") && !cell.contains("<f>"), "{cell}");
    assert!(book.text("xl/styles.xml").contains("quotePrefix=\"1\""));
}

#[test]
fn a_total_goes_on_adding_up() {
    let sent = Sent::new("total");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in [(0u32, ["编号", "金额"]), (1, ["A1", ""]), (2, ["A2", ""]), (3, ["合计", ""])] {
        sheet.write_row(row, 0, cells).unwrap();
    }
    sheet.write_number(1, 1, 2.5).unwrap();
    sheet.write_formula(3, 1, Formula::new("SUM(B2:B3)").set_result("2.5")).unwrap();
    sheet.write_formula(3, 2, Formula::new("B4*2").set_result("5")).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let (_, _, copy) = sent.annotate("a.xlsx", &bytes);
    let book = Book::open(&copy);
    let page = book.text(&book.part_of("Sheet1"));
    assert!(page.contains("<f>SUM(B2:B3)</f><v>2.5</v>") && !page.contains("B4*2"), "{page}");
    let mut again = read_bytes(&copy).unwrap();
    again.sheets.remove(0);
    assert_eq!(cells(&read_bytes(&bytes).unwrap(), 0), cells(&again, 0));
}

#[test]
fn a_copy_of_a_copy_answers_the_copy_and_lists_once() {
    let sent = Sent::new("twice");
    let (_, _, first) = sent.annotate("202503/船山区/投诉举报_船山区_202503.xlsx", &complaints());
    let name = file_name("202503/船山区/投诉举报_船山区_202503.xlsx");
    assert_eq!(name, "校验结果_投诉举报_船山区_202503.xlsx");
    assert_eq!(file_name(&name), name);
    let (_, _, second) = sent.annotate(&name, &first);
    let names: Vec<String> = read_bytes(&second).unwrap().sheets.iter().map(|s| s.name.clone()).collect();
    assert_eq!(names, ["校验结果", "投诉举报", "附页"]);
    let (_, third) = sent.check(&name, &second);
    assert_eq!(third.answers, Some(hex::encode(Sha256::digest(&first))));
}

#[test]
fn a_file_that_nobody_can_read_gives_the_list_alone() {
    let sent = Sent::new("unreadable");
    let (file, issues, copy) = sent.annotate("坏文件.xlsx", b"PK\x03\x04 broken");
    assert!(file.refused());
    let read = read_bytes(&copy).unwrap();
    assert_eq!(read.sheets.len(), 1);
    let listed = read.sheets[0].rows.iter().any(|r| r.cell(6).shown() == issues[0].message);
    assert!(listed, "{:?}", read.sheets[0].rows);
}

#[test]
fn a_long_return_is_coloured_throughout_and_listed_in_full() {
    let sent = Sent::new("long");
    let mut text = HEADERS.join(",");
    for n in 0..4_000 {
        text.push_str(&format!("\nTS{n:05},org,某某{n},近期,2025-03-20,,,5,,"));
    }
    let (_, issues, copy) = sent.annotate("202503/船山区/投诉举报_船山区_202503.csv", text.as_bytes());
    assert_eq!(issues.len(), 4_000);
    let sheets = read_bytes(&copy).unwrap().sheets;
    assert_eq!(sheets[1].rows.len(), 4_001);
    assert_eq!(sheets[0].rows.iter().filter(|r| r.cell(4).shown() == "DQ015").count(), 4_000);
    let book = Book::open(&copy);
    assert_eq!(fill_of(&book, "数据", "D4001").as_deref(), Some("FFFFC7CE"));
    let notes = book.text("xl/comments1.xml").matches("<comment ").count();
    assert_eq!(notes, 3_000, "more notes than a spreadsheet opens at ease");
}
