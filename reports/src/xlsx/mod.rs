//! The annex as a workbook: contents, one sheet a table with real numbers and native charts, provenance.

mod native;
mod sheet;
mod styles;

use std::collections::BTreeMap;

use chrono::Datelike;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Url, Workbook};

use crate::brief::Meta;
use crate::error::Result;
use crate::figure::Book;
use crate::number;
use crate::outline::Outline;
use crate::page;
use crate::phrase::{Labels, Speaker};
use styles::Styles;

/// Name of the first sheet.
const CONTENTS: &str = "目录";
/// Name of the last sheet.
const PROVENANCE: &str = "数据来源";

/// What the contents say about a sheet.
struct Entry {
    name: String,
    title: String,
    dataset: String,
    rows: usize,
}

/// Renders the workbook.
///
/// # Errors
/// If a column is missing or a sheet cannot be written.
pub fn render(outline: &Outline, book: &Book) -> Result<Vec<u8>> {
    let meta = &book.brief().meta;
    let labels = Labels::new();
    let speaker = Speaker::new(book, &labels);
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(meta)?);
    let styles = Styles::new();
    workbook.add_worksheet().set_name(CONTENTS)?;
    let mut entries = Vec::new();
    for spec in &outline.sheets {
        let table = page::rows(book, &speaker, &spec.table.rows)?;
        let said = speaker.say(&spec.table.caption);
        let title = if said.is_empty() { table.dataset().title.clone() } else { said };
        let note = speaker.say(&spec.table.note);
        let sheet = workbook.add_worksheet();
        sheet.set_name(&spec.name)?;
        let rows = sheet::write(sheet, &styles, spec, &table, &title, &note)?;
        let dataset = table.dataset().id.clone();
        entries.push(Entry { name: spec.name.clone(), title, dataset, rows });
    }
    provenance(workbook.add_worksheet(), &styles, book)?;
    contents(workbook.worksheet_from_name(CONTENTS)?, &styles, meta, &entries)?;
    Ok(workbook.save_to_buffer()?)
}

/// Properties of the file; its date is the brief's, so that bytes repeat.
fn properties(meta: &Meta) -> Result<DocProperties> {
    let part = |n: u32| u8::try_from(n).unwrap_or(1);
    let year = u16::try_from(meta.as_of.year()).unwrap_or(1900);
    let date = ExcelDateTime::from_ymd(year, part(meta.as_of.month()), part(meta.as_of.day()))?;
    Ok(DocProperties::new()
        .set_title(format!("{}附表", meta.title))
        .set_author(&meta.office)
        .set_company(&meta.city)
        .set_creation_datetime(&date)
        .set_custom_property("snapshot", meta.snapshot.as_str())
        .set_custom_property("definitions_hash", meta.definitions_hash.as_str())
        .set_custom_property("program_version", meta.program_version.as_str()))
}

fn contents(sheet: &mut rust_xlsxwriter::Worksheet, styles: &Styles, meta: &Meta, entries: &[Entry]) -> Result<()> {
    sheet.merge_range(0, 0, 0, 4, &format!("{}附表", meta.title), &styles.title)?;
    sheet.merge_range(1, 0, 1, 4, &format!("评价期：{}　数据快照：{}", meta.period, meta.snapshot), &styles.remark)?;
    for (c, head) in ["序号", "工作表", "内容", "数据集", "行数"].iter().enumerate() {
        sheet.write_with_format(2, c as u16, *head, &styles.head)?;
    }
    for (i, entry) in entries.iter().enumerate() {
        let row = 3 + i as u32;
        sheet.write_with_format(row, 0, (i + 1) as u32, &styles.centre)?;
        let link = Url::new(format!("internal:'{}'!A1", entry.name)).set_text(&entry.name);
        sheet.write_url_with_format(row, 1, &link, &styles.link)?;
        sheet.write_with_format(row, 2, &entry.title, &styles.text)?;
        sheet.write_with_format(row, 3, &entry.dataset, &styles.text)?;
        sheet.write_with_format(row, 4, entry.rows as u32, &styles.centre)?;
    }
    for (c, width) in [6.0, 24.0, 44.0, 26.0, 8.0].into_iter().enumerate() {
        sheet.set_column_width(c as u16, width)?;
    }
    sheet.set_freeze_panes(3, 0)?;
    sheet::print_setup(sheet, 2)?;
    Ok(())
}

fn provenance(sheet: &mut rust_xlsxwriter::Worksheet, styles: &Styles, book: &Book) -> Result<()> {
    let meta = &book.brief().meta;
    sheet.set_name(PROVENANCE)?;
    sheet.merge_range(0, 0, 0, 1, PROVENANCE, &styles.title)?;
    let facts: BTreeMap<u32, (&str, String)> = BTreeMap::from([
        (0, ("材料名称", meta.title.clone())),
        (1, ("评价期", meta.period.clone())),
        (2, ("结果截至", number::long_date(meta.as_of))),
        (3, ("编制单位", meta.office.clone())),
        (4, ("数据来源", meta.source.clone())),
        (5, ("数据快照", meta.snapshot.clone())),
        (6, ("口径哈希（SHA-256）", meta.definitions_hash.clone())),
        (7, ("程序版本", meta.program_version.clone())),
        (8, ("金额单位", "标有“万元”的列，单元格数值即为万元".to_owned())),
        (9, ("比率", "标有百分号的列，单元格数值为比值，按百分比显示".to_owned())),
        (10, ("人数保护", "1至4人的格显示为“<5”，为防止倒推一并隐去的格显示为“*”".to_owned())),
        (11, ("数据编号", "“数据集/行键/列名”，与 manifest.json 一致，可据以追溯到填报单元格".to_owned())),
    ]);
    for (i, (name, value)) in &facts {
        sheet.write_with_format(1 + i, 0, *name, &styles.head)?;
        sheet.write_with_format(1 + i, 1, value, &styles.text)?;
    }
    sheet.set_column_width(0, 24)?;
    sheet.set_column_width(1, 84)?;
    sheet::print_setup(sheet, 0)?;
    Ok(())
}
