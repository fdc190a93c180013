//! The rows of the world, split by table, unit and period as they will be sent. Grows onto disk when it gets big.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::contract::{Contracts, Frequency};

use super::GenerateError;
use super::cell::Cell;
use super::day::Day;
use super::schema::{CITY, SLOTS, Schema};
use super::truth::Truth;
use super::world::places::{At, Places};

/// Between the fields of a row; no field holds it, nor a line feed, which ends the row.
const FIELD: char = '\u{1f}';
/// A bucket that is bigger goes to disk …
const BUCKET_LIMIT_BYTES: usize = 128 << 10;
/// … once all buckets together are bigger than this.
const MEMORY_LIMIT_BYTES: usize = 192 << 20;

#[derive(Default)]
struct Bucket {
    text: String,
    rows: usize,
    on_disk: bool,
}

/// Where the cells of a row come from, column by column.
#[derive(Clone, Copy)]
enum Source {
    Given(usize),
    Unit,
    Town,
    Village,
    Nothing,
}

/// A table opened for writing: which columns will be given, in which order.
pub(super) struct TableRef {
    index: usize,
    sources: Vec<Source>,
}

/// All rows written so far.
pub(super) struct Store<'c> {
    pub schema: Schema<'c>,
    places: Arc<Places>,
    buckets: Vec<Bucket>,
    texts: Vec<String>,
    in_memory: usize,
    spill: PathBuf,
    truth: Option<Truth>,
    rows: Vec<u64>,
}

impl<'c> Store<'c> {
    pub(super) fn new(contracts: &'c Contracts, year: i32, places: Arc<Places>, out: &Path) -> Self {
        let schema = Schema::new(contracts, year);
        let tables = schema.tables.len();
        let mut buckets = Vec::new();
        buckets.resize_with(tables * (CITY + 1) * SLOTS, Bucket::default);
        Self {
            schema,
            places,
            buckets,
            texts: vec![String::new(); 40],
            in_memory: 0,
            spill: out.join(".spill"),
            truth: None,
            rows: vec![0; tables],
        }
    }

    /// From now on every row is written to a truth folder too.
    pub(super) fn with_truth(mut self, folder: &Path) -> Result<Self, GenerateError> {
        self.truth = Some(Truth::create(&self.schema, folder)?);
        Ok(self)
    }

    /// Opens a table for rows that give these columns; unit, township and village are filled from the place.
    pub(super) fn open(&self, table: &str, given: &[&str]) -> Result<TableRef, GenerateError> {
        let wrong = |detail: String| GenerateError::Contract { table: table.to_owned(), detail };
        let info = self.schema.find(table).ok_or_else(|| wrong("没有报表填报这张表".to_owned()))?;
        if let Some(unknown) = given.iter().find(|g| info.position(g).is_none()) {
            return Err(wrong(format!("没有列 {unknown}")));
        }
        let mut sources = Vec::with_capacity(info.columns.len());
        for column in &info.columns {
            sources.push(match (given.iter().position(|g| *g == column.name), column.name.as_str()) {
                (Some(i), _) => Source::Given(i),
                (None, "eval_unit_code") => Source::Unit,
                (None, "township_code") => Source::Town,
                (None, "village_code") => Source::Village,
                (None, name) if !column.nullable => return Err(wrong(format!("必填列 {name} 没有数据"))),
                (None, _) => Source::Nothing,
            });
        }
        Ok(TableRef { index: info.index, sources })
    }

    /// Writes a row; its period follows from its own dates.
    pub(super) fn put(&mut self, table: &TableRef, at: At, cells: &[Cell<'_>]) -> Result<(), GenerateError> {
        let given = |column: usize| match table.sources.get(column) {
            Some(Source::Given(i)) => cells.get(*i),
            _ => None,
        };
        let info = &self.schema.tables[table.index];
        let first = info.period.iter().find_map(|c| given(*c).and_then(Cell::day));
        let later = info.later.iter().filter_map(|c| given(*c).and_then(Cell::day)).max();
        self.put_dated(table, at, (first, later), cells)
    }

    /// Writes a row whose first day (and last later day) is known from elsewhere.
    pub(super) fn put_dated(
        &mut self,
        table: &TableRef,
        at: At,
        (first, later): (Option<Day>, Option<Day>),
        cells: &[Cell<'_>],
    ) -> Result<(), GenerateError> {
        self.fill(table, at, cells);
        let info = &self.schema.tables[table.index];
        let frequency = info.frequency;
        let start = quarter_text(&self.texts, &info.period).unwrap_or_else(|| self.schema.slot(frequency, first));
        let end = if frequency == Frequency::Month && later.is_some() {
            start.max(self.schema.slot(frequency, later))
        } else {
            start
        };
        let unit = if info.table.is_city() { CITY } else { at.unit() };
        let base = (table.index * (CITY + 1) + unit) * SLOTS;
        if end > start {
            self.append(table.index, base + start, true)?;
        }
        self.append(table.index, base + end, false)?;
        self.rows[table.index] += 1;
        match &mut self.truth {
            Some(truth) => truth.row(table.index, &self.texts),
            None => Ok(()),
        }
    }

    fn fill(&mut self, table: &TableRef, at: At, cells: &[Cell<'_>]) {
        for (text, source) in self.texts.iter_mut().zip(&table.sources) {
            text.clear();
            match source {
                Source::Given(i) => {
                    if let Some(cell) = cells.get(*i) {
                        cell.write(text);
                    }
                }
                Source::Unit => text.push_str(self.places.unit_code(at)),
                Source::Town => text.push_str(self.places.town_code(at)),
                Source::Village => text.push_str(self.places.village_code(at)),
                Source::Nothing => {}
            }
        }
    }

    fn append(&mut self, table: usize, bucket: usize, early: bool) -> Result<(), GenerateError> {
        let info = &self.schema.tables[table];
        let b = &mut self.buckets[bucket];
        let before = b.text.len();
        for (i, text) in self.texts.iter().take(info.columns.len()).enumerate() {
            if i > 0 {
                b.text.push(FIELD);
            }
            match info.status {
                Some((column, status)) if early && i == column => b.text.push_str(status),
                _ if early && info.later.contains(&i) => {}
                _ => b.text.push_str(text),
            }
        }
        b.text.push('\n');
        b.rows += 1;
        self.in_memory += b.text.len() - before;
        if self.in_memory > MEMORY_LIMIT_BYTES && b.text.len() > BUCKET_LIMIT_BYTES {
            self.in_memory -= b.text.len();
            self.spill(bucket)?;
        }
        Ok(())
    }

    fn spill(&mut self, bucket: usize) -> Result<(), GenerateError> {
        let path = self.spill.join(bucket.to_string());
        let b = &mut self.buckets[bucket];
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(&self.spill)?;
            OpenOptions::new().create(true).append(true).open(&path)?.write_all(b.text.as_bytes())
        };
        write().map_err(|e| GenerateError::io(&path, e))?;
        b.text = String::new();
        b.on_disk = true;
        Ok(())
    }

    /// Number of rows that a unit sends of a table in a slot.
    pub(super) fn count(&self, table: usize, unit: usize, slot: usize) -> usize {
        self.buckets[(table * (CITY + 1) + unit) * SLOTS + slot].rows
    }

    /// The rows that a unit sends of a table in a slot, as texts by column.
    pub(super) fn rows(&self, table: usize, unit: usize, slot: usize) -> Result<Vec<Vec<String>>, GenerateError> {
        let bucket = (table * (CITY + 1) + unit) * SLOTS + slot;
        let b = &self.buckets[bucket];
        let mut rows = Vec::with_capacity(b.rows);
        if b.on_disk {
            let path = self.spill.join(bucket.to_string());
            let text = fs::read_to_string(&path).map_err(|e| GenerateError::io(&path, e))?;
            rows.extend(text.lines().map(fields));
        }
        rows.extend(b.text.lines().map(fields));
        Ok(rows)
    }

    /// Rows of the world by table.
    pub(super) fn totals(&self) -> impl Iterator<Item = (&str, u64)> {
        self.schema.tables.iter().zip(&self.rows).map(|(t, n)| (t.table.name.as_str(), *n))
    }

    /// Writes what is still in the buffers of the truth.
    pub(super) fn close_truth(&mut self) -> Result<(), GenerateError> {
        self.truth.take().map_or(Ok(()), Truth::close)
    }
}

fn fields(line: &str) -> Vec<String> {
    line.split(FIELD).map(str::to_owned).collect()
}

/// The slot of a row whose period is written as text (`2025Q3`).
fn quarter_text(texts: &[String], columns: &[usize]) -> Option<usize> {
    let text = texts.get(*columns.first()?)?;
    text.split_once('Q')?.1.parse().ok()
}

/// Opens a file for writing, with its folder.
pub(super) fn create(path: &Path) -> Result<File, GenerateError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|e| GenerateError::io(parent, e))?;
    }
    File::create(path).map_err(|e| GenerateError::io(path, e))
}
