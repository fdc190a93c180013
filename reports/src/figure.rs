//! Figures: every number in a document is a cell of the brief, and the book remembers which ones were printed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::brief::{Brief, Cell, Column, Dataset, Privacy};
use crate::error::{ReportError, Result};
use crate::number::{self, Format};
use crate::privacy::{self, Hidden};

/// A printed number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// `<dataset>/<row key>/<column>`.
    pub id: String,
    /// The value before rounding, canonical; `<5` if it was hidden.
    pub value: String,
    /// Unit of the value: 元 where 万元 are printed, none for a ratio that is printed as a percentage.
    pub unit: String,
    /// Texts that stand in the documents.
    pub texts: BTreeSet<String>,
}

/// A brief with the memory of what was printed from it.
#[derive(Debug)]
pub struct Book<'a> {
    brief: &'a Brief,
    hidden: BTreeMap<&'a str, Hidden>,
    printed: RefCell<BTreeMap<String, Figure>>,
    warnings: RefCell<BTreeSet<String>>,
    level: std::cell::Cell<Privacy>,
    /// What is printed while somebody listens: id and text.
    trail: RefCell<Option<Vec<(String, String)>>>,
}

impl<'a> Book<'a> {
    /// Opens a brief; finds the cells that must stay hidden.
    #[must_use]
    pub fn new(brief: &'a Brief) -> Self {
        let hidden = brief.datasets.iter().map(|(id, d)| (id.as_str(), privacy::hidden(d))).collect();
        let level = std::cell::Cell::new(Privacy::S0);
        Self {
            brief,
            hidden,
            printed: RefCell::default(),
            warnings: RefCell::default(),
            level,
            trail: RefCell::default(),
        }
    }

    /// The brief.
    #[must_use]
    pub fn brief(&self) -> &'a Brief {
        self.brief
    }

    /// A dataset for reading.
    ///
    /// # Errors
    /// If the brief has no such dataset.
    pub fn table<'b>(&'b self, id: &str) -> Result<Table<'b>> {
        let dataset = self.brief.datasets.get(id).ok_or_else(|| ReportError::NoDataset { dataset: id.to_owned() })?;
        self.level.set(self.level.get().max(dataset.privacy));
        Ok(Table { book: self, dataset, rows: (0..dataset.rows.len()).collect() })
    }

    /// Highest privacy class of the datasets read so far.
    #[must_use]
    pub fn level(&self) -> Privacy {
        self.level.get()
    }

    /// What a saying prints: its result, and id and text of each figure, in order, each once.
    pub fn listen<T>(&self, say: impl FnOnce() -> T) -> (T, Vec<(String, String)>) {
        self.trail.replace(Some(Vec::new()));
        let said = say();
        let mut heard = self.trail.take().unwrap_or_default();
        let mut seen = BTreeSet::new();
        heard.retain(|figure| seen.insert(figure.clone()));
        (said, heard)
    }

    /// Notes something that the reader of the manifest should know.
    pub fn warn(&self, text: impl Into<String>) {
        self.warnings.borrow_mut().insert(text.into());
    }

    /// Figures printed so far, by id.
    #[must_use]
    pub fn figures(&self) -> Vec<Figure> {
        self.printed.borrow().values().cloned().collect()
    }

    /// Warnings so far.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.borrow().iter().cloned().collect()
    }

    fn mark(&self, dataset: &str, row: usize, column: usize) -> Option<&'static str> {
        self.hidden.get(dataset).and_then(|h| h.mark(row, column))
    }

    fn record(&self, id: String, value: &str, unit: &str, text: &str) {
        let mut printed = self.printed.borrow_mut();
        let figure = printed.entry(id.clone()).or_insert_with(|| Figure {
            id,
            value: value.to_owned(),
            unit: unit.to_owned(),
            texts: BTreeSet::new(),
        });
        if let Some(trail) = self.trail.borrow_mut().as_mut() {
            trail.push((figure.id.clone(), text.to_owned()));
        }
        figure.texts.insert(text.to_owned());
    }
}

/// Some rows of a dataset; what is read as text is recorded as printed.
#[derive(Debug, Clone)]
pub struct Table<'b> {
    book: &'b Book<'b>,
    dataset: &'b Dataset,
    rows: Vec<usize>,
}

impl<'b> Table<'b> {
    /// The dataset.
    #[must_use]
    pub fn dataset(&self) -> &'b Dataset {
        self.dataset
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table with only the rows that pass.
    #[must_use]
    pub fn filtered(mut self, keep: impl Fn(&Self, usize) -> bool) -> Self {
        let kept = (0..self.rows.len()).filter(|&r| keep(&self, r)).map(|r| self.rows[r]).collect();
        self.rows = kept;
        self
    }

    /// The table with at most `n` first rows.
    #[must_use]
    pub fn first(mut self, n: usize) -> Self {
        self.rows.truncate(n);
        self
    }

    /// The table ordered by a column, greatest first; rows without a value last, equal ones in the dataset's order.
    #[must_use]
    pub fn greatest_first(mut self, column: &str) -> Self {
        if let Some(c) = self.dataset.column(column) {
            let mut order: Vec<usize> = (0..self.rows.len()).collect();
            order.sort_by_key(|&r| std::cmp::Reverse(self.cell(r, c).as_decimal()));
            self.rows = order.into_iter().map(|r| self.rows[r]).collect();
        }
        self
    }

    /// The table without rows of totals.
    #[must_use]
    pub fn without_totals(self) -> Self {
        self.filtered(|t, r| !t.is_total(r))
    }

    /// Position of a column.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn column(&self, name: &str) -> Result<usize> {
        self.dataset
            .column(name)
            .ok_or_else(|| ReportError::NoColumn { dataset: self.dataset.id.clone(), column: name.to_owned() })
    }

    /// Description of a column.
    #[must_use]
    pub fn column_def(&self, column: usize) -> &'b Column {
        &self.dataset.columns[column]
    }

    /// Whether a row holds totals.
    #[must_use]
    pub fn is_total(&self, row: usize) -> bool {
        self.dataset.is_total(self.rows[row])
    }

    /// The cell; hidden cells read as null.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &'b Cell {
        if self.is_hidden(row, column) {
            return &Cell::Null;
        }
        self.dataset.cell(self.rows[row], column).unwrap_or(&Cell::Null)
    }

    /// The value for drawing: unscaled; `None` if missing or hidden.
    #[must_use]
    pub fn value(&self, row: usize, column: usize) -> Option<f64> {
        self.cell(row, column).as_f64()
    }

    /// Whether the count may not be printed.
    #[must_use]
    pub fn is_hidden(&self, row: usize, column: usize) -> bool {
        self.book.mark(&self.dataset.id, self.rows[row], column).is_some()
    }

    /// Text without unit; recorded as printed if it is a number.
    #[must_use]
    pub fn text(&self, row: usize, column: usize) -> String {
        self.say(row, column, |cell, def| number::bare(cell, def.format), privacy::HIDDEN)
    }

    /// The cell as a name of a row or column: months get their 月; not recorded.
    #[must_use]
    pub fn name(&self, row: usize, column: usize) -> String {
        let def = self.column_def(column);
        let cell = self.cell(row, column);
        if def.format == Format::Int && def.unit == "月" {
            format!("{cell}月")
        } else {
            number::bare(cell, def.format)
        }
    }

    /// Text with unit, for sentences; recorded.
    #[must_use]
    pub fn words(&self, row: usize, column: usize) -> String {
        let hidden = format!("{}{}", privacy::HIDDEN_IN_WORDS, self.column_def(column).unit);
        self.say(row, column, |cell, def| number::with_unit(cell, def.format, &def.unit), &hidden)
    }

    /// Text with unit of the absolute value, for sentences whose verb carries the sign; recorded.
    #[must_use]
    pub fn magnitude(&self, row: usize, column: usize) -> String {
        let abs = |cell: &Cell| cell.as_decimal().map_or_else(|| cell.clone(), |d| Cell::Dec(d.abs()));
        self.say(row, column, |cell, def| number::with_unit(&abs(cell), def.format, &def.unit), privacy::HIDDEN)
    }

    /// Id of the figure in a cell.
    #[must_use]
    pub fn figure_id(&self, row: usize, column: usize) -> String {
        format!("{}/{}/{}", self.dataset.id, self.dataset.row_key(self.rows[row]), self.dataset.columns[column].name)
    }

    fn say(&self, row: usize, column: usize, print: impl Fn(&Cell, &Column) -> String, hidden: &str) -> String {
        let def = self.column_def(column);
        if let Some(mark) = self.book.mark(&self.dataset.id, self.rows[row], column) {
            let text = if mark == privacy::HIDDEN { hidden } else { mark };
            self.book.record(self.figure_id(row, column), mark, def.format.unit_of_value(&def.unit), text);
            return text.to_owned();
        }
        let cell = self.cell(row, column);
        let text = print(cell, def);
        if cell.as_decimal().is_some() && def.format != Format::Text {
            let unit = def.format.unit_of_value(&def.unit);
            self.book.record(self.figure_id(row, column), &cell.to_string(), unit, &text);
        }
        text
    }
}
