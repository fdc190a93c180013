//! From a traced row to the cells of the return that it came from: the file as received is opened again.

use std::collections::BTreeMap;

use suixin_ingest::check::{keep_headers, locate_column};
use suixin_ingest::contract::Table;
use suixin_ingest::read::{self, Sheet, cell_ref};
use suixin_metrics::trace::{Part, Trace, TracedRow};

use crate::app::App;

/// Columns whose cells are named for a row.
const COLUMNS: usize = 6;
/// Files that are opened for a trace.
const FILES: usize = 40;

/// A cell of a return.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CellPlace {
    /// Header in the contract.
    pub header: String,
    /// Address such as `D17`.
    pub cell: String,
}

/// Finds the cells of traced rows.
pub struct Places<'a> {
    app: &'a App,
    files: BTreeMap<String, Vec<Sheet>>,
}

impl<'a> Places<'a> {
    /// Nothing opened yet.
    #[must_use]
    pub fn new(app: &'a App) -> Self {
        Self { app, files: BTreeMap::new() }
    }

    /// The cells of a row that the statement of its part reads; none for CSV and JSON, which have no cells.
    pub fn of(&mut self, part: &Part, table: &str, row: &TracedRow) -> Vec<CellPlace> {
        let (Some(sha), Some(no)) = (&row.sha256, row.row.and_then(|r| u32::try_from(r).ok())) else {
            return Vec::new();
        };
        let Some(contract) = self.app.contracts.table(table) else { return Vec::new() };
        let name = row.sheet.as_deref().unwrap_or_default();
        let contracts = std::sync::Arc::clone(&self.app.contracts);
        let Some(sheet) = self.sheets(sha).iter().find(|s| s.name == name && s.has_cells) else { return Vec::new() };
        let place = |column: &str| {
            let at = locate_column(&contracts, sheet, table, column)?;
            Some(CellPlace { header: contract.column(column)?.form_header(), cell: cell_ref(at, no) })
        };
        read_columns(contract, &part.statement).into_iter().filter_map(place).take(COLUMNS).collect()
    }

    /// The sheets of a received file, only their first rows and headers, which are all that is looked for.
    fn sheets(&mut self, sha: &str) -> &[Sheet] {
        if !self.files.contains_key(sha) && self.files.len() < FILES {
            let bytes = self.app.warehouse.file(sha).unwrap_or_default();
            let mut sheets = read::read_bytes(&bytes).map(|f| f.sheets).unwrap_or_default();
            sheets.iter_mut().for_each(|s| keep_headers(&self.app.contracts, s));
            self.files.insert(sha.to_owned(), sheets);
        }
        self.files.get(sha).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Columns of a table that a statement names.
fn read_columns<'t>(table: &'t Table, statement: &str) -> Vec<&'t str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words: std::collections::BTreeSet<&str> = statement.split(|c| !is_word(c)).collect();
    table.form_columns().map(|(_, c)| c.name.as_str()).filter(|n| words.contains(n)).collect()
}

/// A trace as text with the cells of its rows.
#[must_use]
pub fn text(app: &App, trace: &Trace) -> String {
    let mut places = Places::new(app);
    let value = trace.value.as_deref().unwrap_or("没有数值");
    let mut out = format!("{}\n{}：{value}\n数据快照 {}\n", trace.figure, trace.title, trace.snapshot);
    for part in &trace.parts {
        out += &format!("\n【{}】{}\n", part.figure, part.title);
        for table in &part.tables {
            out += &format!("  {}（{}）共{}行\n", table.title, table.table, table.total);
            for row in &table.rows {
                out += &format!("    {}{}\n", row, cells(&places.of(part, &table.table, row)));
            }
        }
        part.notes.iter().for_each(|note| out += &format!("  {note}\n"));
    }
    if !trace.not_followed.is_empty() {
        out += "\n另由以下得分汇总而来，可逐项追溯：\n";
        trace.not_followed.iter().for_each(|figure| out += &format!("  {figure}\n"));
    }
    out
}

fn cells(places: &[CellPlace]) -> String {
    if places.is_empty() {
        return String::new();
    }
    let list: Vec<String> = places.iter().map(|p| format!("{} {}", p.header, p.cell)).collect();
    format!("　单元格：{}", list.join("、"))
}
