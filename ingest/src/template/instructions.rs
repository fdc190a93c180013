//! The sheet 填报说明: what it is, who sends it by when, how mistakes are corrected, and every column in words.

use chrono::Datelike;
use rust_xlsxwriter::{FormatAlign, Url, Workbook, Worksheet, XlsxError};

use crate::contract::{Frequency, Sender};
use crate::recognise::own::{EXAMPLE, INSTRUCTIONS};

use super::choices::Choices;
use super::columns::Design;
use super::look;
use super::plan::{Entry, Plan};
use super::rules::note;
use super::sheet::sheet_name;

/// Columns of the sheet.
const LAST: u16 = 5;

pub(super) fn write(book: &mut Workbook, plan: &Plan<'_>, choices: &Choices<'_>) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name(INSTRUCTIONS)?;
    for (column, width) in (0u16..).zip([20.0, 24.0, 8.0, 22.0, 10.0, 62.0]) {
        sheet.set_column_width(column, width)?;
    }
    sheet.merge_range(0, 0, 0, LAST, INSTRUCTIONS, &look::title())?;
    sheet.set_row_height(0, 36)?;
    let mut row = facts(sheet, plan, 1)?;
    row = tables(sheet, plan, row + 1)?;
    row = rules(sheet, row + 1)?;
    columns(sheet, plan, choices, row + 1)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3);
    sheet.set_footer("&C&9第 &P 页，共 &N 页").protect();
    Ok(())
}

fn facts(sheet: &mut Worksheet, plan: &Plan<'_>, row: u32) -> Result<u32, XlsxError> {
    let form = plan.form;
    let facts = [
        ("报表", format!("{}（{}，第{}版）", form.title, form.code, form.version)),
        ("填报单位", plan.unit_full_name()),
        ("报表期", format!("{}（{}）", plan.period.words(), plan.period)),
        ("报送时限", due(plan)),
        ("报送文件", format!("保存为 {}，放入本单位的报送文件夹或在网页上传", plan.file_name())),
    ];
    for (at, (name, text)) in (row..).zip(&facts) {
        sheet.write_string_with_format(at, 0, *name, &look::words().set_bold())?;
        sheet.merge_range(at, 1, at, LAST, text, &look::words())?;
        sheet.set_row_height(at, 20)?;
    }
    Ok(row + 5)
}

fn due(plan: &Plan<'_>) -> String {
    let earliest = plan.tables.iter().filter_map(|e| e.due).min();
    earliest.map_or_else(
        || "内容有变动时报送".to_owned(),
        |d| format!("{}年{}月{}日前（遇节假日已顺延到下一个工作日）", d.year(), d.month(), d.day()),
    )
}

fn tables(sheet: &mut Worksheet, plan: &Plan<'_>, row: u32) -> Result<u32, XlsxError> {
    heading(sheet, row, "一、本工作簿的表")?;
    header(sheet, row + 1, ["表名（点击进入）", "由谁填报", "频次", "报送时限", "附件", "对应工作方案条款"])?;
    for ((at, entry), number) in (row + 2..).zip(&plan.tables).zip(1..) {
        let link = Url::new(format!("internal:'{}'!A1", sheet_name(entry.table))).set_text(&entry.table.title);
        sheet.write_url_with_format(at, 0, link, &look::words().set_hyperlink())?;
        let due = entry.due.map_or("有变动时".to_owned(), |d| d.to_string());
        let cells = [who(entry), often(entry.in_form.frequency).to_owned(), due, number.to_string(), clause(entry)];
        for (column, text) in (1u16..).zip(&cells) {
            sheet.write_string_with_format(at, column, text, &look::words())?;
        }
        sheet.set_row_height(at, height(&[(&cells[0], 24), (&cells[4], 62), (&entry.table.title, 20)]))?;
    }
    Ok(row + 2 + u32::try_from(plan.tables.len()).unwrap_or(0))
}

fn who(entry: &Entry<'_>) -> String {
    match entry.in_form.sender {
        Sender::City => "市局".to_owned(),
        Sender::Unit if entry.table.submitter.is_empty() => "县级单位".to_owned(),
        Sender::Unit => entry.table.submitter.clone(),
    }
}

fn clause(entry: &Entry<'_>) -> String {
    entry.table.clause.replace(';', "；")
}

fn often(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Month => "每月",
        Frequency::Quarter => "每季",
        Frequency::Year => "每年",
        Frequency::Once => "有变动时",
    }
}

fn rules(sheet: &mut Worksheet, row: u32) -> Result<u32, XlsxError> {
    heading(sheet, row, "二、怎样填")?;
    let example = format!("3. 灰色斜体的“{EXAMPLE}”行只作样子，系统不取数，不必删除；表头、合计行已锁定。");
    let rules = [
        "1. 带 * 的是必填栏；一行里有内容而必填栏空着时，该格会变成黄色。",
        "2. 能下拉的请下拉选取；村（社区）的下拉名单随左边所选的乡镇（街道）变化。",
        example.as_str(),
        "4. 行数不够时在表内插入行，或直接向下粘贴；从别处粘贴请用“选择性粘贴—数值”，以免冲掉下拉和格式。",
        "5. 金额以元为单位；身份证号、账号、编号按文本填写，不要让它们变成 5.1E+17 的样子。",
        "6. 本期没有发生的，表内留空照常报送，即为零报告；没有的数字留空，不要填 0。",
        "7. 有退回的，在系统退回的带“校验结果”的工作簿上改正红色单元格后整份报回；\
         自行更正的，重报整张表，文件名加“更正”。",
    ];
    for (at, text) in (row + 1..).zip(rules) {
        sheet.merge_range(at, 0, at, LAST, text, &look::text().set_text_wrap())?;
        sheet.set_row_height(at, 20)?;
    }
    Ok(row + 8)
}

fn columns(sheet: &mut Worksheet, plan: &Plan<'_>, choices: &Choices<'_>, row: u32) -> Result<(), XlsxError> {
    heading(sheet, row, "三、各栏说明")?;
    header(sheet, row + 1, ["表", "栏目", "必填", "填写方式", "单位", "可填内容"])?;
    let mut at = row + 2;
    for entry in &plan.tables {
        for design in choices.designs(&entry.table.name) {
            column(sheet, at, &entry.table.title, design)?;
            at += 1;
        }
    }
    Ok(())
}

fn column(sheet: &mut Worksheet, row: u32, table: &str, design: &Design<'_>) -> Result<(), XlsxError> {
    let note = note(design);
    let values =
        [design.values().as_str(), note].iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join("。");
    let need = if design.is_required() { "必填" } else { "" };
    let cells = [table, &design.header, need, design.manner(), &design.column.unit, &values];
    for (column, text) in (0u16..).zip(cells) {
        let centred = matches!(column, 2 | 4);
        let format = if centred { look::words().set_align(FormatAlign::Center) } else { look::words() };
        sheet.write_string_with_format(row, column, text, &format)?;
    }
    sheet.set_row_height(row, height(&[(table, 20), (&design.header, 24), (&values, 62), (design.manner(), 22)]))?;
    Ok(())
}

fn heading(sheet: &mut Worksheet, row: u32, text: &str) -> Result<(), XlsxError> {
    sheet.write_string_with_format(row, 0, text, &look::heading())?;
    sheet.set_row_height(row, 26)?;
    Ok(())
}

fn header(sheet: &mut Worksheet, row: u32, texts: [&str; 6]) -> Result<(), XlsxError> {
    for (column, text) in (0u16..).zip(texts) {
        sheet.write_string_with_format(row, column, text, &look::header().set_align(FormatAlign::Center))?;
    }
    sheet.set_row_height(row, 22)?;
    Ok(())
}

/// The height that the longest of the texts needs in its width.
fn height(texts: &[(&str, usize)]) -> f64 {
    let lines = texts.iter().map(|(text, width)| (2 * text.chars().count()).div_ceil(width - 2).max(1)).max();
    let lines = u32::try_from(lines.unwrap_or(1)).unwrap_or(1);
    f64::from(lines) * 15.0 + 5.0
}
