//! What is noted of every table sent, and the lists beside the files.

use std::collections::BTreeSet;

use crate::contract::VaultKind;
use crate::generate::day::{Day, Moment};
use crate::generate::numbers::credit_check_char;
use crate::generate::store::create;
use crate::generate::{GenerateError, Summary};

use super::book::sheet_name;
use super::context::Context;
use super::grid::Grid;
use super::jobs::Outcome;
use super::sheet::{Medium, Sheet};

/// A line of the manifest: one table in one file.
#[derive(Clone)]
pub(super) struct Line {
    pub file: String,
    pub format: &'static str,
    pub sheet: String,
    pub unit: usize,
    pub table: String,
    pub form: String,
    pub period: String,
    pub revision: u32,
    pub due: Day,
    pub received: Moment,
    pub accepted: usize,
    pub rejected: usize,
    pub status: &'static str,
    pub note: String,
}

/// A line of the expected rejects.
pub(super) struct Reject {
    pub file: String,
    pub sheet: String,
    /// As in the sheet, from 1; for CSV the header is row 1; for JSON the place in 数据.
    pub row: Option<usize>,
    pub header: String,
    pub code: &'static str,
    pub severity: &'static str,
    pub note: String,
}

/// Notes a table that was written.
pub(super) fn note(
    context: &Context<'_>,
    out: &mut Outcome,
    sheet: &Sheet<'_>,
    grid: &Grid,
    (file, ts): (&str, Moment),
) {
    let name = if sheet.medium == Medium::Book { sheet_name(&sheet.info.table.title) } else { String::new() };
    out.lines.push(Line {
        file: file.to_owned(),
        format: match (sheet.medium, sheet.style.plain) {
            (Medium::Book, _) => "xlsx",
            (Medium::Csv, true) => "csv-utf8",
            (Medium::Csv, false) => "csv-gb18030",
            (Medium::Json, _) => "json",
        },
        sheet: name.clone(),
        unit: sheet.unit,
        table: sheet.info.table.name.clone(),
        form: sheet.info.form.to_owned(),
        period: sheet.period_text(context.plan.year),
        revision: sheet.revision,
        due: context.due(sheet.info, sheet.period),
        received: ts,
        accepted: sheet.rows.len() - sheet.rejected(),
        rejected: sheet.rejected(),
        status: if sheet.revision > 0 { "correction" } else { "first" },
        note: String::new(),
    });
    let reject = |row, header: &str, code, severity, note: &str| Reject {
        file: file.to_owned(),
        sheet: name.clone(),
        row,
        header: header.to_owned(),
        code,
        severity,
        note: note.to_owned(),
    };
    if sheet.wrong_total {
        out.rejects.push(reject(grid.total_at, "", "DQ014", "error", "合计与明细不符,整表退回"));
        return;
    }
    for (row, at) in sheet.rows.iter().zip(&grid.at) {
        match &row.bad {
            Some(bad) => {
                let header = &sheet.headers[sheet.shown(bad.column)];
                out.rejects.push(reject(Some(*at), header, bad.code, "error", bad.note));
            }
            None => {
                if let Some((column, code, note)) = warning(sheet, &row.fields) {
                    out.rejects.push(reject(Some(*at), &sheet.headers[sheet.shown(column)], code, "warning", note));
                }
            }
        }
    }
}

/// Known warnings: a person without a certificate, and a legal early credit code that fails the check.
fn warning(sheet: &Sheet<'_>, fields: &[String]) -> Option<(usize, &'static str, &'static str)> {
    match sheet.info.table.name.as_str() {
        "person" => {
            let reason = sheet.info.position("no_id_reason").filter(|i| !fields[*i].is_empty());
            let id = sheet.info.columns.iter().position(|c| c.vault == Some(VaultKind::Id));
            reason.and(id).map(|column| (column, "DQ007", "填有无证原因,予以接收"))
        }
        "social_org" => {
            let column = sheet.info.position("credit_code")?;
            let body = fields[column].get(..17)?;
            let valid = fields[column].ends_with(credit_check_char(body));
            (!valid).then_some((column, "DQ008", "校验码不符但予以接收"))
        }
        _ => None,
    }
}

/// Writes `manifest.csv`, `templates.csv` and `expected_rejects.csv`, and counts.
pub(super) fn write(context: &Context<'_>, outcomes: &[Outcome]) -> Result<Summary, GenerateError> {
    let lines: Vec<&Line> = outcomes.iter().flat_map(|o| &o.lines).collect();
    write_manifest(context, &lines)?;
    let rejects = outcomes.iter().flat_map(|o| &o.rejects).map(|r| {
        let row = r.row.map_or(String::new(), |n| n.to_string());
        [&r.file, &r.sheet, &row, &r.header, r.code, r.severity, &r.note].map(str::to_owned)
    });
    let header = ["file", "sheet", "row", "column_header", "reason_code", "severity", "note"];
    list(context, "expected_rejects.csv", header, rejects)?;
    let due: BTreeSet<[String; 4]> = outcomes.iter().flat_map(|o| o.expected.iter().cloned()).collect();
    list(context, "templates.csv", ["template_code", "eval_unit_code", "period", "due_date"], due.into_iter())?;
    let files: BTreeSet<&str> = lines.iter().map(|l| l.file.as_str()).collect();
    let sum = |f: fn(&Line) -> usize| lines.iter().map(|l| f(l) as u64).sum();
    Ok(Summary {
        files: files.len() as u64,
        sheets: lines.len() as u64,
        rows: 0,
        accepted: sum(|l| l.accepted),
        rejected: sum(|l| l.rejected),
        planted: std::collections::BTreeMap::new(),
    })
}

fn write_manifest(context: &Context<'_>, lines: &[&Line]) -> Result<(), GenerateError> {
    let header = [
        "file",
        "format",
        "sheet",
        "eval_unit_code",
        "unit_name",
        "table_name",
        "template_code",
        "period",
        "revision",
        "due_date",
        "received_ts",
        "expected_accepted_rows",
        "expected_rejected_rows",
        "status",
        "note",
    ];
    let rows = lines.iter().map(|l| {
        let (code, name) = &context.units[l.unit];
        [
            l.file.clone(),
            l.format.to_owned(),
            l.sheet.clone(),
            code.clone(),
            name.clone(),
            l.table.clone(),
            l.form.clone(),
            l.period.clone(),
            l.revision.to_string(),
            l.due.to_string(),
            l.received.to_string(),
            l.accepted.to_string(),
            l.rejected.to_string(),
            l.status.to_owned(),
            l.note.clone(),
        ]
    });
    list(context, "manifest.csv", header, rows)
}

fn list<const N: usize>(
    context: &Context<'_>,
    name: &str,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), GenerateError> {
    let path = context.out.join(name);
    let mut writer = csv::Writer::from_writer(create(&path)?);
    let failed = |e: csv::Error| GenerateError::io(&path, e.into());
    writer.write_record(header).map_err(failed)?;
    for row in rows {
        writer.write_record(&row).map_err(failed)?;
    }
    writer.flush().map_err(|e| GenerateError::io(&path, e))
}
