//! Payments to synthetic people: every number valid, every key once.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use encoding_rs::GB18030;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::Outcome;

const HEADERS: [&str; 11] = [
    "发放编号",
    "领取人身份证号",
    "发放渠道",
    "所属月份",
    "金额",
    "形式",
    "发放日期",
    "状态",
    "收款户名",
    "乡镇(街道)代码",
    "村(社区)代码",
];
const AMOUNT: usize = 4;
const DATE: usize = 6;
const SURNAMES: [&str; 8] = ["李", "王", "张", "赵", "陈", "杨", "吴", "郪"];

/// The cells of a row in the order of the headers.
fn row(i: u32) -> [String; 11] {
    let mixed = i.wrapping_mul(2_654_435_761);
    [
        format!("FF{i:08}"),
        id_number(i),
        ["C1", "G1", "G3"][(mixed % 3) as usize].to_owned(),
        "202503".to_owned(),
        format!("{}.{:02}", 50 + mixed % 3_000, mixed % 100),
        "1".to_owned(),
        format!("2025-03-{:02}", 1 + mixed % 31),
        "1".to_owned(),
        format!("{}{}", SURNAMES[(mixed >> 8) as usize % 8], (b'a' + (mixed >> 16) as u8 % 26) as char),
        "510903006".to_owned(),
        "510903006002".to_owned(),
    ]
}

/// A valid number of nobody: born from 1930 on, numbered through.
fn id_number(i: u32) -> String {
    let (order, rest) = (i % 1_000, i / 1_000);
    let (day, month, year) = (1 + rest % 28, 1 + rest / 28 % 12, 1930 + rest / 336 % 90);
    let digits = format!("510903{year:04}{month:02}{day:02}{order:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.bytes().zip(weights).map(|(d, w)| u32::from(d - b'0') * w).sum();
    digits + ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][(sum % 11) as usize]
}

/// The same rows twice: in GB18030 as offices export them, and in UTF-8 for those who read nothing else.
pub fn write_csv(path: &Path, utf_8: &Path, rows: u32) -> Outcome<()> {
    let (mut office, mut plain) = (BufWriter::new(File::create(path)?), BufWriter::new(File::create(utf_8)?));
    let mut write = |cells: &[String]| -> Outcome<()> {
        let line = cells.join(",") + "\n";
        office.write_all(&GB18030.encode(&line).0)?;
        Ok(plain.write_all(line.as_bytes())?)
    };
    write(&HEADERS.map(str::to_owned))?;
    (0..rows).try_for_each(|i| write(&row(i)))?;
    office.flush()?;
    Ok(plain.flush()?)
}

pub fn write_workbook(path: &Path, rows: u32) -> Outcome<()> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_string(0, 0, "船山区2025年3月救助帮扶款物发放表")?;
    sheet.write_row(1, 0, HEADERS)?;
    for i in 0..rows {
        for (column, text) in (0..).zip(row(i)) {
            match usize::from(column) {
                AMOUNT => sheet.write_number(i + 2, column, text.parse::<f64>()?)?,
                DATE => {
                    sheet.write_datetime_with_format(i + 2, column, &ExcelDateTime::parse_from_str(&text)?, &date)?
                }
                _ => sheet.write_string(i + 2, column, text)?,
            };
        }
    }
    Ok(book.save(path)?)
}
