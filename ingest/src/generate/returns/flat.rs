//! CSV and JSON files.

use std::io::Write;
use std::path::Path;

use crate::generate::GenerateError;
use crate::generate::day::Day;
use crate::generate::store::create;

use super::cells::{Out, row_cells};
use super::context::Context;
use super::gb18030;
use super::grid::Grid;
use super::sheet::Sheet;

/// Writes a table as CSV: header, then rows; UTF-8 at mess 0, GB18030 at mess 1.
pub(super) fn write_csv(context: &Context<'_>, path: &Path, sheet: &mut Sheet<'_>) -> Result<Grid, GenerateError> {
    let io = |e: std::io::Error| GenerateError::io(path, e);
    let terminator = if sheet.style.plain { csv::Terminator::Any(b'\n') } else { csv::Terminator::CRLF };
    let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    writer.write_record(&sheet.headers).map_err(|e| io(e.into()))?;
    let mut grid = Grid::default();
    let rows = std::mem::take(&mut sheet.rows);
    for (i, row) in rows.iter().enumerate() {
        let cells = row_cells(context, sheet, row);
        writer.write_record(cells.iter().map(Out::flat)).map_err(|e| io(e.into()))?;
        grid.at.push(i + 2);
    }
    sheet.rows = rows;
    let bytes = writer.into_inner().map_err(|e| io(e.into_error()))?;
    let text = String::from_utf8_lossy(&bytes);
    let mut file = create(path)?;
    if sheet.style.plain {
        file.write_all(text.as_bytes()).map_err(io)?;
    } else {
        file.write_all(&gb18030::encode(&text)).map_err(io)?;
    }
    Ok(grid)
}

/// Writes a table as a JSON export of the bank's system.
pub(super) fn write_json(
    context: &Context<'_>,
    path: &Path,
    sheet: &mut Sheet<'_>,
    date: Day,
) -> Result<Grid, GenerateError> {
    let (mut grid, mut data) = (Grid::default(), Vec::new());
    let rows = std::mem::take(&mut sheet.rows);
    for (i, row) in rows.iter().enumerate() {
        let cells = row_cells(context, sheet, row);
        let pairs = sheet.headers.iter().cloned().zip(cells.iter().map(json));
        data.push(serde_json::Value::Object(pairs.collect()));
        grid.at.push(i + 1);
    }
    sheet.rows = rows;
    let all = serde_json::json!({
        "报表": sheet.info.table.title,
        "填报单位": context.units[sheet.unit].1,
        "报表期": sheet.period_text(context.plan.year),
        "填报日期": date.to_string(),
        "数据": data,
    });
    let mut file = create(path)?;
    serde_json::to_writer_pretty(&mut file, &all).map_err(|e| GenerateError::io(path, e.into()))?;
    Ok(grid)
}

fn json(cell: &Out) -> serde_json::Value {
    match cell {
        Out::Number(n) => serde_json::json!(n),
        Out::Text(t) => serde_json::json!(t),
        other => serde_json::json!(other.flat()),
    }
}
