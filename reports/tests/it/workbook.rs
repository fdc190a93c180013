//! The workbook read back by another crate.

use std::io::Cursor;

use crate::common::{outline, sample};
use calamine::{Data, Range, Reader, Xlsx, open_workbook_from_rs};
use suixin_reports::figure::Book;
use suixin_reports::{Brief, Outline, xlsx};

fn read(outline: &Outline, brief: &Brief) -> Xlsx<Cursor<Vec<u8>>> {
    let bytes = xlsx::render(outline, &Book::new(brief)).unwrap();
    open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

fn cell(range: &Range<Data>, row: u32, column: u32) -> &Data {
    range.get_value((row, column)).unwrap_or(&Data::Empty)
}

#[test]
fn sheets_and_contents() {
    let outline = Outline::joint_meeting().unwrap();
    let mut book = read(&outline, &sample());
    let names = book.sheet_names();
    assert_eq!((names[0].as_str(), names[names.len() - 1].as_str()), ("目录", "数据来源"));
    assert_eq!(names.len(), outline.sheets.len() + 2);
    let contents = book.worksheet_range("目录").unwrap();
    for (i, sheet) in outline.sheets.iter().enumerate() {
        assert_eq!(cell(&contents, 3 + i as u32, 1), &Data::String(sheet.name.clone()));
    }
    let provenance = book.worksheet_range("数据来源").unwrap();
    assert!(provenance.rows().any(|r| r.contains(&Data::String("S000017-1a2b3c4d".to_owned()))));
}

#[test]
fn numbers_are_numbers() {
    let brief = sample();
    let mut book = read(&Outline::joint_meeting().unwrap(), &brief);
    let totals = book.worksheet_range("县级总分").unwrap();
    assert_eq!(cell(&totals, 2, 5), &Data::String("总分\n（分）".to_owned()));
    let data = &brief.datasets["county_totals"];
    for row in 0..data.rows.len() {
        let total = data.cell(row, data.column("total").unwrap()).unwrap().as_f64().unwrap();
        assert_eq!(cell(&totals, 3 + row as u32, 5), &Data::Float(total));
        let name = data.cell(row, data.column("unit_name").unwrap()).unwrap().as_str().unwrap();
        assert_eq!(cell(&totals, 3 + row as u32, 1), &Data::String(name.to_owned()));
    }
    // 万元 cells hold 万元; ratios stay ratios.
    let money = book.worksheet_range("分渠道资金").unwrap();
    let channels = &brief.datasets["fund_channels"];
    let raw = |name: &str| channels.cell(2, channels.column(name).unwrap()).unwrap().as_f64().unwrap();
    assert_eq!(cell(&money, 5, 2), &Data::Float(raw("planned") / 10_000.0));
    assert_eq!(cell(&money, 5, 7), &Data::Float(raw("arrive_rate")));
}

#[test]
fn small_counts_of_persons_are_not_in_the_file() {
    let mut book = read(&Outline::joint_meeting().unwrap(), &sample());
    let people = book.worksheet_range("低收入人口与走访").unwrap();
    let hidden = people.rows().flatten().filter(|c| **c == Data::String("<5".to_owned())).count();
    assert_eq!(hidden, 4);
    // A row with a hidden count shows no rate either: 66.7% of fewer than 5 is 2 of 3.
    for row in people.rows().filter(|r| r.contains(&Data::String("<5".to_owned()))) {
        assert!(!matches!(row.last(), Some(Data::Float(_))), "{row:?}");
    }
    let small = |c: &&Data| matches!(c, Data::Float(n) if *n >= 2.0 && *n < 5.0);
    assert_eq!(people.rows().flatten().filter(small).count(), 0);
}

#[test]
fn a_matrix_has_one_column_a_value() {
    let mut book = read(&Outline::joint_meeting().unwrap(), &sample());
    let calendar = book.worksheet_range("月督导日历").unwrap();
    assert_eq!(cell(&calendar, 2, 1), &Data::String("1月\n（次）".to_owned()));
    assert_eq!(calendar.width(), 13);
}

#[test]
fn same_bytes_twice_and_good_names_only() {
    let outline =
        outline("[[chapters.blocks]]\ntext = \"x\"\n[[sheets]]\nname = \"总分\"\ntable = \"county_totals\"\n");
    let brief = sample();
    let render = || xlsx::render(&outline, &Book::new(&brief)).unwrap();
    assert!(render() == render());
    let head = "id=\"t\"\ndocument=\"d\"\nworkbook=\"w\"\ntitle=[]\nsummary_title=\"s\"\nchapters=[]\n";
    let bad = Outline::parse("t.toml", &format!("{head}[[sheets]]\nname = \"a/b\"\ntable = \"county_totals\"\n"));
    assert!(bad.unwrap_err().to_string().contains("工作表名"));
}
