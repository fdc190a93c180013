//! The mistakes that closing a delivery finds, in words for the sender.

use arrow::record_batch::RecordBatch;
use suixin_ingest::checked::{Issue, Level};
use suixin_ingest::contract::{Column, Contracts, Privacy};
use suixin_ingest::read::cell_ref;

use super::receipts::Count;
use super::stage::{Reference, StagedFile, StagedTable};
use crate::cells;

fn whole(code: &str, level: Level, file: &str, table: Option<&StagedTable>, message: String, remedy: &str) -> Issue {
    Issue {
        code: code.to_owned(),
        level,
        file: file.to_owned(),
        sheet: table.map(|t| t.sheet.clone()).unwrap_or_default(),
        row: None,
        header: None,
        cell: None,
        message,
        remedy: remedy.to_owned(),
        raw_masked: None,
    }
}

/// DQ001: the same bytes again.
pub(super) fn duplicate(file: &StagedFile, earlier: &str) -> Issue {
    let message = format!("与已收到的文件“{earlier}”完全相同，本文件不计");
    whole(
        "DQ001",
        Level::Error,
        &file.name,
        None,
        message,
        "如是误发可不处理；如有更正，请改好后在标题或文件名注明“更正”再报",
    )
}

/// An error in a cell: header and address as the sender's sheet has them.
fn in_cell(
    code: &str,
    file: &str,
    table: &StagedTable,
    row: usize,
    column: usize,
    message: String,
    remedy: &str,
) -> Issue {
    let row_no = table.row_no.get(row).copied();
    let place = table.headers.get(&column).and_then(|h| h.column);
    Issue {
        row: row_no,
        header: Some(header(table, column)),
        cell: place.zip(row_no).map(|(column, row)| cell_ref(column, row)),
        ..whole(code, Level::Error, file, Some(table), message, remedy)
    }
}

/// As the sender wrote it, or else as the form has it.
fn header(table: &StagedTable, column: usize) -> String {
    let of_form = || table.shape.table.columns.get(column).map(Column::form_header).unwrap_or_default();
    table.headers.get(&column).map_or_else(of_form, |sent| sent.text.clone())
}

/// DQ017: the key stands in another sheet of the file already.
pub(super) fn repeated_key(file: &str, table: &StagedTable, row: usize) -> Issue {
    let column = table.shape.key_places().first().copied().unwrap_or_default();
    let message = "主键在本文件另一工作表中已有相同编号的一行".to_owned();
    in_cell("DQ017", file, table, row, column, message, "请删除重复的行，或改正编号")
}

/// DQ019: the row names something that is not there. A personal value is not named.
pub(super) fn missing_target(
    contracts: &Contracts,
    file: &str,
    table: &StagedTable,
    rows: &RecordBatch,
    row: usize,
    reference: &Reference,
) -> Issue {
    let header = header(table, reference.column);
    let title = contracts.table(&reference.target).map_or(reference.target.as_str(), |t| t.title.as_str());
    let personal =
        table.shape.table.columns.get(reference.column).is_none_or(|c| c.vault.is_some() || c.privacy >= Privacy::S2);
    let value = (!personal).then(|| cells::value(rows.column(reference.column), row).to_string());
    let named = value.as_ref().map(|v| format!("“{v}”")).unwrap_or_default();
    let message = format!("{header}{named}在“{title}”中查不到");
    let remedy = format!("请先报送“{title}”中的这一条，或改正{header}后以更正报表重报本表");
    Issue { raw_masked: value, ..in_cell("DQ019", file, table, row, reference.column, message, &remedy) }
}

/// DQ018: rows in force that say something else than before.
pub(super) fn restated(file: &str, table: &StagedTable, count: u64, first_rows: &[u32]) -> Issue {
    let shown: Vec<String> = first_rows.iter().map(u32::to_string).collect();
    let more = if count > shown.len() as u64 { "等" } else { "" };
    let message = format!("共 {count} 行的编号以前报过而内容不同（第 {}{more} 行），以本期为准", shown.join("、"));
    let remedy = "如是后续结果（办结、退出等）属正常；如系改动历史数据，请说明原因";
    Issue { row: first_rows.first().copied(), ..whole("DQ018", Level::Warning, file, Some(table), message, remedy) }
}

/// DQ020: far more or far fewer rows than the period before.
pub(super) fn jump(file: &str, table: &StagedTable, now: Count, before: Count) -> Issue {
    let message = format!("本期 {} 行，上期 {} 行，变动超过 30%", now.rows, before.rows);
    whole("DQ020", Level::Warning, file, Some(table), message, "请核对是否漏报、多报；属实则无需更正")
}
