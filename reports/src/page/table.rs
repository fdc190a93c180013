//! Cells of a table: which columns, in which order, how wide, how aligned.

use serde::Serialize;

use crate::error::Result;
use crate::figure::Table;
use crate::fonts;
use crate::number::Format;
use crate::outline::{ColumnRef, Pivot, TableSpec};

/// Cells of a table as text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Grid {
    /// Titles of the columns.
    pub head: Vec<String>,
    /// Units of the columns; empty where there is none or one stands for all.
    pub units: Vec<String>,
    /// `left`, `center` or `right` for each column.
    pub align: Vec<&'static str>,
    /// Relative widths.
    pub widths: Vec<f64>,
    /// Space right of numbers, in points, so that the block of numbers stands in the middle of its column.
    pub pads: Vec<f64>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
    /// Rows of totals.
    pub totals: Vec<usize>,
}

/// Which cells of a dataset stand where in a table: shared by pages and sheets.
pub struct Plan {
    /// Columns from left to right.
    pub columns: Vec<Source>,
    /// For each row, a row of the dataset that it came from.
    pub rows: Vec<usize>,
}

/// One column of a plan.
pub struct Source {
    /// Title.
    pub title: String,
    /// Unit of its numbers.
    pub unit: String,
    /// How its cells are printed.
    pub format: Format,
    /// For each row: row and column in the dataset, if there is a cell.
    pub cells: Vec<Option<(usize, usize)>>,
}

/// Plans a table.
///
/// # Errors
/// If a column is missing.
pub fn plan(spec: &TableSpec, table: &Table) -> Result<Plan> {
    let columns = if spec.columns.is_empty() && spec.pivot.is_none() {
        let all = table.dataset().columns.iter().map(|c| ColumnRef { name: c.name.clone(), title: None });
        all.collect()
    } else {
        spec.columns.clone()
    };
    match &spec.pivot {
        None => plain(&columns, table),
        Some(pivot) => matrix(&columns, pivot, table),
    }
}

/// Lays out the rows of a table.
///
/// # Errors
/// If a column is missing.
pub fn grid(spec: &TableSpec, table: &Table) -> Result<Grid> {
    let Plan { columns: sources, rows } = plan(spec, table)?;
    let mut grid = Grid::default();
    let unit = head_units(sources.iter().map(|s| (s.unit.as_str(), s.format)));
    for source in &sources {
        grid.head.push(source.title.clone());
        grid.units.push(if unit.is_empty() { source.unit.clone() } else { String::new() });
    }
    for (y, row) in rows.iter().enumerate() {
        grid.rows.push(sources.iter().map(|s| cell(table, s.cells[y])).collect());
        if table.is_total(*row) {
            grid.totals.push(y);
        }
    }
    let mut columns = Vec::new();
    for (x, source) in sources.iter().enumerate() {
        let cell = longest(grid.rows.iter().map(|r| r[x].as_str()))?;
        grid.align.push(align(source.format, cell));
        let unit =
            fonts::fonts()?.width(&grid.units[x], false) * 0.82 + if grid.units[x].is_empty() { 0.0 } else { 1.7 };
        let head = fonts::fonts()?.width(&source.title, true);
        columns.push(Measured { cell, head, unit, number: source.format.is_number() });
    }
    let room = PAGE_WIDTH_PT / type_size(spec.dense);
    grid.widths = widths(&columns, room - columns.len() as f64 * INSET_PT / type_size(spec.dense));
    if spec.widths.len() == grid.widths.len() {
        let scale = grid.widths.iter().sum::<f64>() / spec.widths.iter().sum::<f64>();
        grid.widths = spec.widths.iter().map(|w| w * scale).collect();
    }
    let pad =
        |(c, w): (&Measured, &f64)| if c.number { ((w - c.cell) / 2.0).max(0.0) * type_size(spec.dense) } else { 0.0 };
    grid.pads = columns.iter().zip(&grid.widths).map(pad).collect();
    // The template shares the page by these numbers, insets included.
    grid.widths.iter_mut().for_each(|w| *w += INSET_PT / type_size(spec.dense));
    Ok(grid)
}

/// Width of the text on a page: 156 mm.
const PAGE_WIDTH_PT: f64 = 442.2;
/// Space left and right of the text in a cell, together.
const INSET_PT: f64 = 6.0;

/// Size of a table's type in points; the template uses the same.
fn type_size(dense: bool) -> f64 {
    if dense { 8.5 } else { 10.5 }
}

/// Widths of a column's parts in ems.
struct Measured {
    cell: f64,
    head: f64,
    unit: f64,
    number: bool,
}

impl Measured {
    /// With the head on one line.
    fn wide(&self) -> f64 {
        self.cell.min(if self.number { 12.0 } else { 15.0 }).max(self.head).max(self.unit) + 0.3
    }

    /// With the head on two lines and words wrapped.
    fn narrow(&self) -> f64 {
        let half = (self.head / 2.0).ceil().max(self.head.min(2.0));
        let cell = if self.number { self.cell } else { self.cell.min(5.0) };
        cell.max(half).max(self.unit) + 0.3
    }
}

/// Widths that fill `room`: heads on one line if there is room, else on two; words get what is left.
fn widths(columns: &[Measured], room: f64) -> Vec<f64> {
    let wide: f64 = columns.iter().map(Measured::wide).sum();
    if wide <= room {
        return columns.iter().map(|c| c.wide() * room / wide).collect();
    }
    let narrow: f64 = columns.iter().map(Measured::narrow).sum();
    let spare = (room - narrow).max(0.0);
    let wishes: f64 = columns.iter().map(|c| c.wide() - c.narrow()).sum();
    columns.iter().map(|c| c.narrow() + spare * (c.wide() - c.narrow()) / wishes.max(0.01)).collect()
}

/// The unit that all numbers of a table share; empty if they differ or none has one.
///
/// # Errors
/// If a column is missing.
pub(super) fn shared_unit(spec: &TableSpec, table: &Table) -> Result<String> {
    let names = spec.columns.iter().map(|c| &c.name).filter(|_| spec.pivot.is_none());
    let columns: Vec<usize> =
        names.chain(spec.pivot.iter().map(|p| &p.value)).map(|n| table.column(n)).collect::<Result<_>>()?;
    Ok(head_units(columns.iter().map(|&c| (table.column_def(c).unit.as_str(), table.column_def(c).format))))
}

/// The unit that all columns with a unit share; empty if they differ or none has one.
#[must_use]
pub fn head_units<'a>(columns: impl Iterator<Item = (&'a str, Format)>) -> String {
    let mut units: Vec<&str> =
        columns.filter(|(u, f)| !u.is_empty() && f.is_number() && *f != Format::Pct1).map(|(u, _)| u).collect();
    units.dedup();
    units.sort_unstable();
    units.dedup();
    if let [only] = units[..] { only.to_owned() } else { String::new() }
}

fn plain(columns: &[ColumnRef], table: &Table) -> Result<Plan> {
    let mut sources = Vec::new();
    for reference in columns {
        let c = table.column(&reference.name)?;
        let def = table.column_def(c);
        sources.push(Source {
            title: reference.title.clone().unwrap_or_else(|| def.title.clone()),
            unit: def.unit.clone(),
            format: def.format,
            cells: (0..table.len()).map(|r| Some((r, c))).collect(),
        });
    }
    Ok(Plan { columns: sources, rows: (0..table.len()).collect() })
}

fn matrix(columns: &[ColumnRef], pivot: &Pivot, table: &Table) -> Result<Plan> {
    let (across, value) = (table.column(&pivot.across)?, table.column(&pivot.value)?);
    let keys: Vec<usize> = columns.iter().map(|c| table.column(&c.name)).collect::<Result<_>>()?;
    let key = |r: usize| keys.iter().map(|&c| table.cell(r, c).to_string()).collect::<Vec<_>>().join("|");
    let mut rows: Vec<usize> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut at: Vec<(usize, usize, usize)> = Vec::new();
    for r in 0..table.len() {
        let y = rows.iter().position(|&first| key(first) == key(r)).unwrap_or_else(|| {
            rows.push(r);
            rows.len() - 1
        });
        let name = table.name(r, across);
        let x = names.iter().position(|n| *n == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        at.push((y, x, r));
    }
    let mut sources = Vec::new();
    for (reference, &c) in columns.iter().zip(&keys) {
        let def = table.column_def(c);
        sources.push(Source {
            title: reference.title.clone().unwrap_or_else(|| def.title.clone()),
            unit: String::new(),
            format: def.format,
            cells: rows.iter().map(|&r| Some((r, c))).collect(),
        });
    }
    let def = table.column_def(value);
    for (x, name) in names.into_iter().enumerate() {
        let mut cells = vec![None; rows.len()];
        at.iter().filter(|(_, column, _)| *column == x).for_each(|&(y, _, r)| cells[y] = Some((r, value)));
        sources.push(Source { title: name, unit: def.unit.clone(), format: def.format, cells });
    }
    Ok(Plan { columns: sources, rows })
}

fn cell(table: &Table, at: Option<(usize, usize)>) -> String {
    at.map_or_else(|| crate::number::MISSING.to_owned(), |(r, c)| table.text(r, c))
}

/// Width in ems of the longest cell.
fn longest<'a>(cells: impl Iterator<Item = &'a str>) -> Result<f64> {
    let fonts = fonts::fonts()?;
    Ok(cells.map(|c| fonts.width(c, false)).fold(0.0, f64::max))
}

fn align(format: Format, longest: f64) -> &'static str {
    if format.is_number() {
        "right"
    } else if longest <= 6.5 {
        "center"
    } else {
        "left"
    }
}
