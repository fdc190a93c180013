//! Files that are refused whole, and workbooks with mistakes: what is said, and where.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use suixin_ingest::check::{Checker, Source};
use suixin_ingest::checked::{CheckedFile, Issue, Level};
use suixin_ingest::contract::Contracts;
use suixin_ingest::value::Value;
use suixin_tests::books::{self, C};

fn check_at(dir: &Path, hint: &str) -> CheckedFile {
    let checker = Checker::new(Arc::new(Contracts::embedded().unwrap()));
    let name = hint.to_owned();
    let path: PathBuf = dir.join(Path::new(hint).file_name().unwrap());
    checker.check(&Source {
        hint: name.clone(),
        name,
        path,
        received: "2025-04-02T10:00:00".parse().unwrap(),
        received_forms: std::collections::BTreeMap::new(),
    })
}

fn book(rows: &[Vec<C>], hint: &str) -> CheckedFile {
    let dir = tempfile::tempdir().unwrap();
    books::write(&dir.path().join(Path::new(hint).file_name().unwrap()), "Sheet1", rows).unwrap();
    check_at(dir.path(), hint)
}

fn bytes(bytes: &[u8], hint: &str) -> CheckedFile {
    let dir = tempfile::tempdir().unwrap();
    std::fs::File::create(dir.path().join(hint)).unwrap().write_all(bytes).unwrap();
    check_at(dir.path(), hint)
}

#[track_caller]
fn refused(file: &CheckedFile, code: &str, words: &str) {
    assert!(file.refused() && file.tables.is_empty(), "{:?}", file.issues);
    let issue = file.issues.iter().find(|i| i.level == Level::Error).unwrap();
    assert_eq!(issue.code, code, "{}", issue.message);
    assert!(issue.message.contains(words), "{}", issue.message);
    assert_eq!(issue.file, file.name);
    assert!(!issue.remedy.is_empty());
}

#[test]
fn a_good_return_is_taken() {
    let file = book(&books::complaints(), "202503/船山区/投诉_船山区_202503.xlsx");
    assert!(file.issues.is_empty(), "{:?}", file.issues);
    let table = &file.tables[0];
    assert_eq!((table.table.as_str(), table.unit.as_str(), table.period.as_str()), ("complaint", "510903", "202503"));
    assert!(table.rows.iter().all(|r| !r.rejected), "{:?}", table.issues);
    assert_eq!(table.rows[1].row_no, 5);
    assert_eq!(table.rows[1].values[1], Value::from("project"));
    assert_eq!(*table.rows[1].values.last().unwrap(), Value::from("510903006002"));
}

#[test]
fn wrong_unit_period_and_template_are_refused() {
    refused(&book(&books::complaints(), "202503/安居区/投诉_安居区_202503.xlsx"), "DQ003", "船山区");
    refused(&book(&books::complaints(), "202504/船山区/投诉_船山区_202504.xlsx"), "DQ004", "202503");
    let mut other = books::complaints();
    other[1][0] = C::T("填报单位:绵阳市涪城区");
    refused(&book(&other, "a.xlsx"), "DQ003", "绵阳市涪城区");
    let mut cumulative = books::complaints();
    cumulative[0][0] = C::T("船山区2025年1-9月投诉举报表");
    refused(&book(&cumulative, "a.xlsx"), "DQ004", "累计");
    let mut cut = books::complaints();
    cut[2][3] = C::T("随便一列");
    refused(&book(&cut, "202503/船山区/投诉_船山区_202503.xlsx"), "DQ002", "受理日期");
    refused(&book(&[vec![C::T("通讯录")], vec![C::T("姓"), C::T("名")]], "通讯录.xlsx"), "DQ002", "没有找到");
}

#[test]
fn broken_files_are_refused() {
    refused(&bytes(b"", "空.xlsx"), "DQ002", "空");
    refused(&bytes("这是一段文字，不是工作簿".as_bytes(), "假.xlsx"), "DQ002", "没有找到");
    let noise: Vec<u8> = (0..4_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    refused(&bytes(&noise, "噪声.csv"), "DQ002", "编码无法识别");
    let dir = tempfile::tempdir().unwrap();
    books::write(&dir.path().join("好.xlsx"), "Sheet1", &books::complaints()).unwrap();
    let whole = std::fs::read(dir.path().join("好.xlsx")).unwrap();
    refused(&bytes(&whole[..whole.len() / 2], "断.xlsx"), "DQ002", "不是完整的");
    refused(&bytes(b"\xD0\xCF\x11\xE0rest", "旧.xls"), "DQ002", ".xls");
    refused(&bytes(b"{\"\xE6\x8A\xA5\xE8\xA1\xA8\": 1", "坏.json"), "DQ002", "JSON");
}

#[test]
fn amounts_follow_the_unit_line_and_the_total_must_fit() {
    let hint = "202503/船山区/基金_船山区_202503.xlsx";
    let good = book(&books::ledger(1.623_456), hint);
    let table = &good.tables[0];
    assert_eq!(table.total_ok, Some(true), "{:?}", table.issues);
    assert_eq!(table.rows[0].values[3].to_string(), "15000.00");
    assert_eq!(table.rows[1].values[3].to_string(), "1234.56");
    assert_eq!(good.signatures.submitter.as_deref(), Some("甲某"));
    assert_eq!(good.signatures.head.as_deref(), Some("丙某"));

    let wrong = book(&books::ledger(2.0), hint);
    let table = &wrong.tables[0];
    assert!(table.refused && table.rows.iter().all(|r| r.rejected));
    let issue: &Issue = table.issues.iter().find(|i| i.code == "DQ014").unwrap();
    assert_eq!(issue.row, Some(6));
    assert!(issue.message.contains("D6") && issue.message.contains("1.623456"), "{}", issue.message);
}

#[test]
fn mistakes_in_cells_are_located_and_masked() {
    let mut rows = books::complaints();
    rows[3][3] = C::T("2025年13月5日");
    rows[3][7] = C::T("别的");
    rows[4][9] = C::T("不存在村");
    rows.push(vec![C::T("TS02"), C::T("unit"), C::E, C::T("2025-03-03"), C::T("2025-03-18"), C::E, C::E, C::T("5")]);
    rows.push(vec![C::T("TS03"), C::T("unit"), C::E, C::T("2025-03-03"), C::T("2025-03-18"), C::E, C::E, C::E]);
    let file = book(&rows, "a.xlsx");
    let found: Vec<(String, String)> =
        file.tables[0].issues.iter().map(|i| (i.code.clone(), i.cell.clone().unwrap_or_default())).collect();
    let expected = [("DQ015", "D4"), ("DQ006", "H4"), ("DQ009", "J5"), ("DQ005", "H7")];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(file.tables[0].rows.iter().filter(|r| r.rejected).count(), 3);
}
