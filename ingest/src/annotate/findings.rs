//! The first sheet 校验结果: how many mistakes, how to send in again, and each mistake with a link to its cell.

use rust_xlsxwriter::{Format, FormatAlign, Url, Worksheet, XlsxError};

use crate::checked::Level;
use crate::recognise::own::FINDINGS;

use super::look;
use super::marks::{Found, Marked, shown_address, words};

/// Mistakes that are listed; a workbook has room for some more, a reader has not.
const MAX_LISTED: usize = 20_000;
const HEADERS: [&str; 8] = ["序号", "工作表", "位置", "级别", "代码", "栏目", "问题", "处理办法"];
const WIDTHS: [f64; 8] = [6.0, 22.0, 10.0, 7.0, 9.0, 20.0, 46.0, 46.0];

/// What the sheet says above the list.
pub(super) struct Facts<'a> {
    pub file: &'a str,
    pub sha256: &'a str,
    pub rows: usize,
}

pub(super) fn write(page: &mut Worksheet, marked: &Marked<'_>, facts: &Facts<'_>) -> Result<(), XlsxError> {
    page.set_name(&marked.list_name)?;
    for (column, width) in (0u16..).zip(WIDTHS) {
        page.set_column_width(column, width)?;
    }
    page.merge_range(0, 0, 0, 7, FINDINGS, &look::title())?;
    page.set_row_height(0, 36)?;
    let lines = lines(marked, facts);
    for (row, line) in (1u32..).zip(&lines) {
        page.merge_range(row, 0, row, 7, line, &look::text().set_text_wrap())?;
        page.set_row_height(row, 20)?;
    }
    let top = u32::try_from(lines.len() + 2).unwrap_or(10);
    for (column, header) in (0u16..).zip(HEADERS) {
        page.write_string_with_format(top, column, header, &look::header())?;
    }
    page.set_row_height(top, 22)?;
    list(page, marked, top + 1)?;
    page.set_freeze_panes(top + 1, 0)?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    page.set_repeat_rows(top, top)?.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3);
    page.set_footer("&C&9第 &P 页，共 &N 页");
    Ok(())
}

fn lines(marked: &Marked<'_>, facts: &Facts<'_>) -> Vec<String> {
    let (errors, warnings) = (marked.count(Level::Error), marked.count(Level::Warning));
    let mut out = vec![
        format!("文件：{}", facts.file),
        format!("共有数据 {} 行；错误 {errors} 处，警告 {warnings} 处。", facts.rows),
    ];
    if errors == 0 && warnings == 0 {
        out.push("没有发现问题，不必重报。".to_owned());
    } else {
        out.extend([
            "1. 红色是错误，必须改正；黄色是警告，请核对，确实如此的不必改。点“位置”可直接到那一格，停在格上可看批注。"
                .to_owned(),
            "2. 请直接在后面各表上改，不要改动表头，没有错误的行也要保留：更正以整表为准；改了金额的，合计要随之相符。"
                .to_owned(),
            "3. 改好后把本工作簿整份报回，不用删除本页；系统按更正接收，并与原来的文件对应。".to_owned(),
        ]);
    }
    if marked.list.len() > MAX_LISTED {
        let rest = marked.list.len() - MAX_LISTED;
        out.push(format!("问题太多，只列出前 {MAX_LISTED} 处，其余 {rest} 处请看各表中着色的单元格。"));
    }
    out.push(format!("原文件校验码（SHA-256）：{}", facts.sha256));
    out
}

fn list(page: &mut Worksheet, marked: &Marked<'_>, top: u32) -> Result<(), XlsxError> {
    let plain = look::words();
    let centred = look::words().set_align(FormatAlign::Center);
    let levels = [look::coloured(look::words(), Level::Error), look::coloured(look::words(), Level::Warning)];
    let link = look::words().set_hyperlink();
    for (number, (row, found)) in (1u32..).zip((top..).zip(marked.list.iter().take(MAX_LISTED))) {
        let issue = found.issue;
        let level = if issue.level == Level::Error { &levels[0] } else { &levels[1] };
        page.write_number_with_format(row, 0, number, &centred)?;
        let sheet = found.at.map_or("", |(at, ..)| marked.sheets[at].name.as_str());
        page.write_string_with_format(row, 1, sheet, &plain)?;
        place(page, row, marked, found, [&plain, &link])?;
        page.write_string_with_format(row, 3, words(issue.level), level)?;
        let header = issue.header.as_deref().unwrap_or_default();
        for (column, text) in [(4, issue.code.as_str()), (5, header), (6, &issue.message), (7, &issue.remedy)] {
            page.write_string_with_format(row, column, text, &plain)?;
        }
        page.set_row_height(row, height(issue.message.chars().count().max(issue.remedy.chars().count())))?;
    }
    Ok(())
}

/// The address with a link; a row of a JSON list is named by its place in the list.
fn place(
    page: &mut Worksheet,
    row: u32,
    marked: &Marked<'_>,
    found: &Found<'_>,
    [plain, link]: [&Format; 2],
) -> Result<(), XlsxError> {
    let Some((at, to_row, to_column)) = found.at else {
        page.write_string_with_format(row, 2, "整个文件", plain)?;
        return Ok(());
    };
    let sheet = &marked.sheets[at];
    let address = shown_address(to_row, to_column);
    let text = match found.issue.row {
        None => "整张表".to_owned(),
        Some(n) if sheet.shift > 0 => format!("第{n}条"),
        Some(n) if found.issue.header.is_none() => format!("第{n}行"),
        Some(_) => address.clone(),
    };
    let target = format!("internal:'{}'!{address}", sheet.name.replace('\'', "''"));
    page.write_url_with_format(row, 2, Url::new(target).set_text(text), link)?;
    Ok(())
}

/// Twenty-three characters stand on a line of the two wide columns.
fn height(chars: usize) -> f64 {
    let lines = u32::try_from(chars.div_ceil(23).clamp(1, 12)).unwrap_or(1);
    f64::from(lines) * 15.0 + 5.0
}
