//! A figure with what it prints and the rows behind it.

use serde::Serialize;
use suixin_metrics::Depth;
use suixin_metrics::trace::{Part, TracedRow, TracedTable};
use suixin_reports::number::{self, Format};
use utoipa::ToSchema;

use super::figures::{run, sheet};
use super::now::{Now, heavy};
use super::scores::{items, scheme, totals};
use crate::http::Web;
use crate::http::problem::Problem;
use crate::ops::place::{CellPlace, Places};

/// A printed number and where it comes from.
#[derive(Debug, Serialize, ToSchema)]
pub struct FigureTrace {
    /// Its id.
    pub figure: String,
    /// What it is, in words.
    pub title: String,
    /// As printed; none where it is hidden or missing.
    pub text: Option<String>,
    /// Unit as printed.
    pub unit: String,
    /// Snapshot that was read.
    pub snapshot: String,
    /// Year.
    pub year: i32,
    /// Statements that made it, with their rows.
    pub parts: Vec<TracePart>,
    /// Figures that it is made from and that were not followed; each can be traced itself.
    pub not_followed: Vec<String>,
}

/// One statement and the rows that went into it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TracePart {
    /// The figure that the statement makes.
    pub figure: String,
    /// What the statement is, in words.
    pub title: String,
    /// The statement as it runs.
    pub statement: String,
    /// Its tables with their rows.
    pub tables: Vec<TraceTable>,
    /// What could not be shown, in words.
    pub notes: Vec<String>,
}

/// Rows of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceTable {
    /// Name of the table.
    pub table: String,
    /// Its Chinese title.
    pub title: String,
    /// Columns that identify a row.
    pub key: Vec<String>,
    /// How many rows there are.
    pub total: u64,
    /// The first of them.
    pub rows: Vec<TraceRow>,
}

/// A row and the place in a return that it came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceRow {
    /// Values of the key; personal data are tokens.
    pub key: Vec<String>,
    /// Batch; none for rows that the product makes.
    pub batch: Option<String>,
    /// File as received.
    pub file: Option<String>,
    /// Sheet.
    pub sheet: Option<String>,
    /// Row of the sheet, from 1.
    pub row: Option<i64>,
    /// Cells that the statement reads; none for CSV and JSON.
    pub cells: Vec<TraceCell>,
}

/// A cell of a return.
#[derive(Debug, Serialize, ToSchema)]
pub struct TraceCell {
    /// Its header.
    pub header: String,
    /// Its address, such as `D17`.
    pub cell: String,
}

/// Traces a figure of the year.
///
/// # Errors
/// `NotFound` for an unknown figure.
pub async fn trace(web: &Web, now: &Now, id: &str) -> Result<FigureTrace, Problem> {
    let traced =
        suixin_metrics::trace(&now.snapshot, &web.app.definitions, id, now.year, now.as_of, Depth::Own).await?;
    let (text, unit) = printed(web, now, &traced.figure).await?;
    let (app, year) = (web.app.clone(), now.year);
    // Received files are opened again for their cells.
    heavy(move || async move {
        let mut places = Places::new(&app);
        Ok(FigureTrace {
            parts: traced.parts.iter().map(|p| part(&mut places, p)).collect(),
            figure: traced.figure,
            title: traced.title,
            text,
            unit,
            snapshot: traced.snapshot,
            year,
            not_followed: traced.not_followed,
        })
    })
    .await
}

fn part(places: &mut Places<'_>, p: &Part) -> TracePart {
    TracePart {
        figure: p.figure.clone(),
        title: p.title.clone(),
        statement: p.statement.clone(),
        tables: p.tables.iter().map(|t| table(places, p, t)).collect(),
        notes: p.notes.clone(),
    }
}

fn table(places: &mut Places<'_>, part: &Part, t: &TracedTable) -> TraceTable {
    let rows = t.rows.iter().map(|r| row(r, places.of(part, &t.table, r))).collect();
    TraceTable { table: t.table.clone(), title: t.title.clone(), key: t.key.clone(), total: t.total, rows }
}

fn row(r: &TracedRow, cells: Vec<CellPlace>) -> TraceRow {
    let cells = cells.into_iter().map(|c| TraceCell { header: c.header, cell: c.cell }).collect();
    TraceRow {
        key: r.key.clone(),
        batch: r.batch_id.clone(),
        file: r.file.clone(),
        sheet: r.sheet.clone(),
        row: r.row,
        cells,
    }
}

/// Text and unit of a figure as packs and pages print it.
async fn printed(web: &Web, now: &Now, id: &str) -> Result<(Option<String>, String), Problem> {
    let head = id.split('/').next().unwrap_or_default();
    if web.app.definitions.datasets.contains_key(head) {
        let data = run(web, now, &[head]).await?;
        let sheets: Vec<_> = data.values().map(sheet).collect();
        let cells = sheets.iter().flat_map(|s| s.lines.iter().flat_map(|l| l.cells.iter().zip(&s.columns)));
        let found = cells.into_iter().find(|(shown, _)| shown.figure.as_deref() == Some(id));
        return Ok(found.map_or((None, String::new()), |(shown, head)| (Some(shown.text.clone()), head.unit.clone())));
    }
    let parts: Vec<&str> = id.split('/').collect();
    let &[scheme_id, subject, indicator] = parts.as_slice() else { return Ok((None, String::new())) };
    let scheme = scheme(web, scheme_id)?;
    let Some(total) = totals(now, scheme).await?.into_iter().find(|t| t.subject == subject) else {
        return Ok((None, String::new()));
    };
    let points = match indicator {
        "TOTAL" => total.total,
        "CORE" => total.core,
        "BONUS" => total.bonus,
        "DEDUCT" => total.deduct,
        _ => items(web, &now.snapshot, scheme, now.year, &total)
            .await?
            .into_iter()
            .find(|i| i.indicator == indicator)
            .map(|i| i.points),
    };
    Ok((points.map(|p| number::decimal(p, Format::Score)), "分".to_owned()))
}
