//! A table written in any mixture of layouts reads back equal.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;
use encoding_rs::{GB18030, UTF_8};
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Workbook};
use suixin_ingest::check::Checker;
use suixin_ingest::contract::Contracts;
use suixin_ingest::delivery;

/// Headers of the table with their contract columns.
const COLUMNS: [(&str, &str); 9] = [
    ("payment_id", "发放编号"),
    ("pid_token", "领取人身份证号"),
    ("pay_channel", "发放渠道"),
    ("period", "所属月份"),
    ("amount", "金额"),
    ("form", "形式"),
    ("pay_date", "发放日期"),
    ("pay_status", "状态"),
    ("township_code", "所属乡镇(街道)"),
];
const AMOUNT: usize = 4;
const TOWNSHIP: usize = 8;
const TOWNSHIPS: [(&str, &str); 3] =
    [("510903006", "介福路街道"), ("510903002", "凯旋路街道"), ("510903011", "灵泉街道")];

#[derive(Debug, Clone)]
struct Row {
    fen: u32,
    day: u32,
    township: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Total {
    None,
    First,
    Last,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Unit {
    Yuan,
    WanOnTheLine,
    WanInTheHeader,
}

#[derive(Debug, Clone)]
struct Layout {
    order: Vec<usize>,
    serial: bool,
    title: bool,
    header_rows: usize,
    offset: (usize, usize),
    total: Total,
    subtotals: bool,
    merged: bool,
    unit: Unit,
    amounts: u8,
    dates: u8,
    file: File,
}

#[derive(Debug, Clone)]
enum File {
    Workbook,
    Text { separator: u8, encoding: u8, crlf: bool },
}

/// A cell as it is written.
#[derive(Debug, Clone, PartialEq)]
enum C {
    Empty,
    Text(String),
    Number(f64),
    Date(NaiveDate),
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (1_u32..90_000_000, 1_u32..=31, 0_usize..3).prop_map(|(fen, day, township)| Row { fen, day, township });
    prop::collection::vec(row, 1..9).prop_map(|mut rows| {
        rows.sort_by_key(|r| r.township);
        rows
    })
}

fn layout() -> impl Strategy<Value = Layout> {
    let total = prop_oneof![Just(Total::None), Just(Total::First), Just(Total::Last)];
    let unit = prop_oneof![Just(Unit::Yuan), Just(Unit::WanOnTheLine), Just(Unit::WanInTheHeader)];
    let text = (prop_oneof![Just(b','), Just(b';'), Just(b'\t')], 0_u8..5, any::<bool>());
    let file = prop_oneof![
        Just(File::Workbook),
        text.prop_map(|(separator, encoding, crlf)| File::Text { separator, encoding, crlf })
    ];
    let order = Just((0..COLUMNS.len()).collect::<Vec<_>>()).prop_shuffle();
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (order, flags, 1_usize..=3, (0_usize..5, 0_usize..4), total, unit, 0_u8..6, 0_u8..7, file).prop_map(
        |(order, (serial, title, subtotals, merged), header_rows, offset, total, unit, amounts, dates, file)| {
            let title = title || unit == Unit::WanOnTheLine;
            Layout { order, serial, title, header_rows, offset, total, subtotals, merged, unit, amounts, dates, file }
        },
    )
}

fn text(s: impl Into<String>) -> C {
    C::Text(s.into())
}

impl Layout {
    fn amount(&self, fen: u32) -> C {
        let divisor = if self.unit == Unit::Yuan { 100.0 } else { 1_000_000.0 };
        let number = f64::from(fen) / divisor;
        let wide =
            |s: String| s.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c)).collect::<String>();
        match self.amounts {
            0 | 1 => C::Number(number),
            2 => text(wide(format!("{number}"))),
            3 => text(format!(" {} ", grouped(number))),
            4 => text(format!("\u{3000}{number}\u{a0}")),
            _ => text(format!("{}元", f64::from(fen) / 100.0)),
        }
    }

    fn date(&self, day: u32) -> C {
        match self.dates {
            0 => C::Date(NaiveDate::from_ymd_opt(2025, 3, day).unwrap()),
            1 => text(format!("2025年3月{day}日")),
            2 => text(format!("2025.3.{day}")),
            3 => text(format!("２０２５／０３／{day:02}")),
            4 => text(format!("202503{day:02}")),
            5 => text(format!("二〇二五年三月{}日", hanzi(day))),
            _ => C::Number(f64::from(45_716 + day)),
        }
    }

    fn cell(&self, column: usize, no: usize, row: &Row) -> C {
        match COLUMNS[column].0 {
            "payment_id" => text(format!("FF{no:04}")),
            "pid_token" => text("510903196001010012"),
            "pay_channel" => text("低保金"),
            "period" => text("202503"),
            "amount" => self.amount(row.fen),
            "form" => text("1"),
            "pay_date" => self.date(row.day),
            "pay_status" => text("成功"),
            _ => text(TOWNSHIPS[row.township].1),
        }
    }

    fn width(&self) -> usize {
        COLUMNS.len() + usize::from(self.serial)
    }

    /// A row with one sum and its word in the first column.
    fn sum(&self, word: &str, rows: &[&Row]) -> Vec<C> {
        let mut cells = vec![C::Empty; self.width()];
        let at = self.order.iter().position(|c| *c == AMOUNT).unwrap() + usize::from(self.serial);
        cells[at] = self.amount(rows.iter().map(|r| r.fen).sum());
        cells[0] = text(word);
        cells
    }

    fn header(&self) -> Vec<Vec<C>> {
        let name = |c: &usize| {
            let wan = self.unit == Unit::WanInTheHeader && *c == AMOUNT;
            text(if wan { "金额\n（万元）" } else { COLUMNS[*c].1 })
        };
        let mut lowest: Vec<C> = self.serial.then(|| text("序号")).into_iter().collect();
        lowest.extend(self.order.iter().map(name));
        let mut rows = vec![vec![C::Empty; lowest.len()]; self.header_rows - 1];
        for (level, row) in rows.iter_mut().enumerate() {
            row[level] = text(format!("第{}组情况", level + 1));
        }
        // The last column is merged over all rows of the header, so its name stands in the highest.
        if let Some(top) = rows.first_mut() {
            let last = top.len() - 1;
            top[last] = std::mem::replace(&mut lowest[last], C::Empty);
        }
        rows.push(lowest);
        rows
    }

    /// The grid, and the regions of township cells that are merged: (first row, last row).
    fn grid(&self, rows: &[Row]) -> (Vec<Vec<C>>, Vec<(usize, usize)>) {
        let mut grid: Vec<Vec<C>> = Vec::new();
        if self.title {
            grid.push(vec![text("船山区2025年3月救助帮扶款物发放表")]);
            let unit = if self.unit == Unit::WanOnTheLine { "万元" } else { "元" };
            grid.push(vec![text(format!("填报单位：船山区民政局　填报日期：2025年4月2日　单位：{unit}"))]);
        }
        grid.extend(self.header());
        let all: Vec<&Row> = rows.iter().collect();
        if self.total == Total::First {
            grid.push(self.sum("合 计", &all));
        }
        let mut merges = Vec::new();
        for group in rows.chunk_by(|a, b| a.township == b.township) {
            let first = grid.len();
            for row in group {
                let no = grid.len();
                let mut cells: Vec<C> = self.serial.then_some(C::Number(no as f64)).into_iter().collect();
                cells.extend(self.order.iter().map(|c| self.cell(*c, no, row)));
                let at = self.order.iter().position(|c| *c == TOWNSHIP).unwrap() + usize::from(self.serial);
                if self.merged && no > first && matches!(self.file, File::Workbook) {
                    cells[at] = C::Empty;
                }
                grid.push(cells);
            }
            merges.push((first, grid.len() - 1));
            if self.subtotals {
                let word = format!("{}小计", TOWNSHIPS[group[0].township].1);
                grid.push(self.sum(&word, &group.iter().collect::<Vec<_>>()));
            }
        }
        if self.total == Total::Last {
            grid.push(self.sum("合计：", &all));
        }
        (grid, merges)
    }

    fn write(&self, folder: &Path, rows: &[Row]) {
        let (grid, merges) = self.grid(rows);
        match &self.file {
            File::Workbook => self.workbook(&grid, &merges, &folder.join("报表.xlsx")),
            File::Text { separator, encoding, crlf } => {
                let end = if *crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
                let mut writer = csv::WriterBuilder::new()
                    .delimiter(*separator)
                    .terminator(end)
                    .flexible(true)
                    .from_writer(Vec::new());
                for row in &grid {
                    writer.write_record(row.iter().map(shown)).unwrap();
                }
                let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
                std::fs::write(folder.join("救助帮扶款物发放.csv"), encoded(&text, *encoding)).unwrap();
            }
        }
    }

    fn workbook(&self, grid: &[Vec<C>], merges: &[(usize, usize)], path: &Path) {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let day = Format::new().set_num_format("yyyy/m/d");
        let place = |i: usize, j: usize| ((i + self.offset.0) as u32, (j + self.offset.1) as u16);
        let at = self.order.iter().position(|c| *c == TOWNSHIP).unwrap() + usize::from(self.serial);
        for (first, last) in merges.iter().filter(|(first, last)| self.merged && first < last) {
            let ((top, column), (bottom, _)) = (place(*first, at), place(*last, at));
            sheet.merge_range(top, column, bottom, column, "", &Format::new()).unwrap();
        }
        for (i, row) in grid.iter().enumerate() {
            for (j, cell) in row.iter().enumerate() {
                let (r, c) = place(i, j);
                match cell {
                    C::Empty => continue,
                    C::Text(t) => sheet.write_string(r, c, t),
                    C::Number(n) => sheet.write_number(r, c, *n),
                    C::Date(d) => sheet.write_number_with_format(r, c, serial(*d), &day),
                }
                .unwrap();
            }
        }
        book.save(path).unwrap();
    }

    /// What must be read: id, amount, date, township.
    fn meant(&self, rows: &[Row]) -> Vec<[String; 4]> {
        let before = if self.title { 2 } else { 0 } + self.header_rows + usize::from(self.total == Total::First);
        let mut no = before;
        let mut out = Vec::new();
        for group in rows.chunk_by(|a, b| a.township == b.township) {
            for row in group {
                let amount = format!("{}.{:02}", row.fen / 100, row.fen % 100);
                let township = TOWNSHIPS[row.township].0.to_owned();
                out.push([format!("FF{no:04}"), amount, format!("2025-03-{:02}", row.day), township]);
                no += 1;
            }
            no += usize::from(self.subtotals);
        }
        out
    }
}

/// The day number of the 1900 system.
fn serial(date: NaiveDate) -> f64 {
    (date - NaiveDate::from_ymd_opt(1899, 12, 30).unwrap()).num_days() as f64
}

fn shown(cell: &C) -> String {
    match cell {
        C::Empty => String::new(),
        C::Text(t) => t.clone(),
        C::Number(n) => format!("{n}"),
        C::Date(d) => d.to_string(),
    }
}

fn encoded(text: &str, encoding: u8) -> Vec<u8> {
    match encoding {
        0 => UTF_8.encode(text).0.into_owned(),
        1 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        2 => GB18030.encode(text).0.into_owned(),
        3 => std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        _ => std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect(),
    }
}

fn grouped(number: f64) -> String {
    let text = format!("{number}");
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), String::new()), |(w, r)| (w, format!(".{r}")));
    let digits: Vec<char> = whole.chars().collect();
    let parts: Vec<String> = digits.rchunks(3).rev().map(|c| c.iter().collect()).collect();
    parts.join(",") + &rest
}

fn hanzi(day: u32) -> String {
    let digit = |d: u32| ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"][d as usize];
    match (day / 10, day % 10) {
        (0, d) => digit(d).to_owned(),
        (1, d) => format!("十{}", digit(d)),
        (t, d) => format!("{}十{}", digit(t), digit(d)),
    }
}

fn checker() -> &'static Checker {
    static CHECKER: OnceLock<Checker> = OnceLock::new();
    CHECKER.get_or_init(|| Checker::new(Arc::new(Contracts::embedded().unwrap())))
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_layout_reads_back_equal(rows in rows(), layout in layout()) {
        let delivery = tempfile::tempdir().unwrap();
        let folder = delivery.path().join("202503/船山区");
        std::fs::create_dir_all(&folder).unwrap();
        layout.write(&folder, &rows);
        let now = "2025-04-02T10:00:00".parse().unwrap();
        let sources = delivery::gather(&[delivery.path().to_owned()], &BTreeMap::new(), now).unwrap();
        let file = checker().check(&sources[0]);
        prop_assert_eq!(file.tables.len(), 1, "{:?}", file.issues);
        let table = &file.tables[0];
        let errors: Vec<_> = file.issues.iter().chain(&table.issues).filter(|i| i.code != "DQ012").collect();
        prop_assert!(errors.is_empty(), "{:?}", errors);
        let contract = checker().contracts().table("aid_payment").unwrap();
        let at = ["payment_id", "amount", "pay_date", "township_code"].map(|c| contract.index_of(c).unwrap());
        let read: Vec<[String; 4]> = table.rows.iter().map(|r| at.map(|i| r.values[i].to_string())).collect();
        prop_assert_eq!(read, layout.meant(&rows));
        prop_assert_eq!(table.total_ok.is_some(), layout.total != Total::None);
    }
}
