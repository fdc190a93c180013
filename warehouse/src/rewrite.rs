//! Writes to the tables that the product fills itself: whole, by condition, by key, or appended.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray};
use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use suixin_ingest::value::Value;

use crate::cells;
use crate::datafile::{self, DataFile};
use crate::digest::{self, Key};
use crate::error::{Error, Result};
use crate::publish::{Draft, Writer};
use crate::shape::{Partition, Shape, UNIT, shape_of};
use crate::vault::{self, Pending};
use crate::warehouse::{Inner, Store};

/// Files of a partition are joined when together they hold no more rows than this, or are too many.
const JOIN_ROWS: u64 = 50_000;
const JOIN_FILES: usize = 16;

/// New rows for a table that the product fills.
#[derive(Debug, Clone)]
pub struct TableWrite {
    /// Table of the contract; no submitted table and not `audit_log`.
    pub table: String,
    /// Which rows go.
    pub replace: Replace,
    /// Rows in contract order.
    pub rows: Vec<Vec<Value>>,
}

/// Which rows of a table a write replaces.
#[derive(Debug, Clone)]
pub enum Replace {
    /// All of them.
    All,
    /// Those that equal these values in these columns; `Null` equals `Null`.
    Where(Vec<(String, Value)>),
    /// Those with the natural key of a new row.
    Key,
    /// None.
    Append,
}

/// Which stored rows go, made ready.
enum Going {
    All,
    Where(Vec<(usize, Value)>),
    Keys(Vec<Key>),
    None,
}

impl Store {
    /// Makes tokens of the personal data in rows; what is a token already stays. Returns the clear texts for the vault.
    pub fn tokenise(&self, shape: &Shape, rows: &mut [Vec<Value>]) -> Pending {
        let mut pending = Pending::new();
        for (place, column) in shape.table.columns.iter().enumerate() {
            let Some(kind) = column.vault else { continue };
            for row in rows.iter_mut() {
                let Some(cell) = row.get_mut(place).filter(|c| !c.is_null()) else { continue };
                let clear = cell.to_string();
                if !vault::is_token(&clear) {
                    let token = self.vault.token(kind, &clear);
                    *cell = Value::Str(token.clone());
                    pending.insert((kind, token), clear);
                }
            }
        }
        pending
    }
}

impl Inner {
    /// Writes the files of one table write and says what they replace.
    pub fn draft(&self, writer: &mut Writer<'_>, write: TableWrite) -> Result<(Draft, Pending)> {
        let shape = shape_of(&self.shapes, &write.table)?;
        if shape.submitted() || write.table == "audit_log" {
            return Err(Error::Input(format!("表“{}”不能直接写入", write.table)));
        }
        let mut rows = write.rows;
        let pending = self.tokenise(shape, &mut rows);
        let batch = cells::batch(shape.name(), &shape.full, &rows)?;
        let going = going(shape, write.replace, &batch)?;
        let draft = rewrite(self, writer, shape, &going, &batch)?;
        Ok((draft, pending))
    }
}

fn going(shape: &Shape, replace: Replace, batch: &RecordBatch) -> Result<Going> {
    Ok(match replace {
        Replace::All => Going::All,
        Replace::Append => Going::None,
        Replace::Key => {
            let mut keys = digest::keys(shape.name(), batch, &shape.key_places())?;
            keys.sort_unstable();
            Going::Keys(keys)
        }
        Replace::Where(conditions) => {
            let place = |(name, value): (String, Value)| match shape.table.index_of(&name) {
                Some(place) => Ok((place, value)),
                None => Err(Error::Unknown { what: "列", name: format!("{}.{name}", shape.name()) }),
            };
            Going::Where(conditions.into_iter().map(place).collect::<Result<_>>()?)
        }
    })
}

fn rewrite(inner: &Inner, writer: &mut Writer<'_>, shape: &Shape, going: &Going, new: &RecordBatch) -> Result<Draft> {
    let mut draft = Draft::default();
    let mut parts = by_unit(shape, new)?;
    let files: Vec<DataFile> =
        writer.state(shape.name()).map(|s| s.files.values().cloned().collect()).unwrap_or_default();
    for file in files {
        if let Remaining::Rows(rest) = remaining(inner, shape, going, &file)? {
            draft.remove.insert(file.path.clone());
            parts.entry(file.partition()).or_default().extend(rest);
        }
    }
    for (partition, batches) in parts {
        let joined = concat_batches(&shape.file, &batches).map_err(|e| Error::storage(shape.name(), e))?;
        if joined.num_rows() > 0 {
            pour(inner, writer, shape, &mut draft, &partition, joined)?;
        }
    }
    Ok(draft)
}

/// Writes rows as a file of a partition, joined with the files that lie there when these are small or many.
pub(crate) fn pour(
    inner: &Inner,
    writer: &mut Writer<'_>,
    shape: &Shape,
    draft: &mut Draft,
    partition: &Partition,
    rows: RecordBatch,
) -> Result<()> {
    let mut batches = vec![rows];
    let stored = writer.state(shape.name()).map(|s| s.files.values().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let beside: Vec<DataFile> =
        stored.into_iter().filter(|f| f.partition() == *partition && !draft.remove.contains(&f.path)).collect();
    if beside.len() >= JOIN_FILES || beside.iter().map(|f| f.rows).sum::<u64>() <= JOIN_ROWS {
        for file in beside {
            batches.push(datafile::read(&inner.layout.table(shape.name()), shape, &file, None)?);
            draft.remove.insert(file.path);
        }
    }
    let joined = concat_batches(&shape.file, &batches).map_err(|e| Error::storage(shape.name(), e))?;
    draft.add.push(writer.write(shape, partition, &joined)?);
    Ok(())
}

enum Remaining {
    Whole,
    Rows(Option<RecordBatch>),
}

/// What is left of a file when the rows that go are gone.
fn remaining(inner: &Inner, shape: &Shape, going: &Going, file: &DataFile) -> Result<Remaining> {
    match going {
        Going::None => return Ok(Remaining::Whole),
        Going::All => return Ok(Remaining::Rows(None)),
        Going::Where(conditions) if outside(shape, conditions, file) => return Ok(Remaining::Whole),
        _ => {}
    }
    let stored = datafile::read(&inner.layout.table(shape.name()), shape, file, None)?;
    let full = with_unit(shape, &stored, file)?;
    let goes: Box<dyn Fn(usize) -> bool> = match going {
        Going::Keys(keys) => {
            let own = digest::keys(shape.name(), &full, &shape.key_places())?;
            Box::new(move |row| own.get(row).is_some_and(|k| keys.binary_search(k).is_ok()))
        }
        Going::Where(conditions) => {
            Box::new(|row| conditions.iter().all(|(place, value)| cells::value(full.column(*place), row) == *value))
        }
        Going::All | Going::None => Box::new(|_| false),
    };
    let stays: Vec<u32> = (0_u32..).zip(0..stored.num_rows()).filter(|(_, row)| !goes(*row)).map(|(i, _)| i).collect();
    if stays.len() == stored.num_rows() {
        return Ok(Remaining::Whole);
    }
    if stays.is_empty() {
        return Ok(Remaining::Rows(None));
    }
    Ok(Remaining::Rows(Some(datafile::pick(shape.name(), &stored, &stays)?)))
}

/// Whether a condition on the unit rules the file out by its partition.
fn outside(shape: &Shape, conditions: &[(usize, Value)], file: &DataFile) -> bool {
    let unit = shape.table.index_of(UNIT).filter(|_| shape.has_unit());
    conditions.iter().any(|(place, value)| Some(*place) == unit && value.as_str() != file.unit.as_deref())
}

/// All columns of the table, the unit filled in from the partition of the file.
pub(crate) fn with_unit(shape: &Shape, stored: &RecordBatch, file: &DataFile) -> Result<RecordBatch> {
    let fail = |e: arrow::error::ArrowError| Error::storage(shape.name(), e);
    let unit = file.unit.clone().map_or(Value::Null, Value::Str);
    let current = Value::Bool(file.current);
    let mut arrays = Vec::with_capacity(shape.full.fields().len());
    for field in shape.full.fields() {
        let array = match stored.column_by_name(field.name()) {
            Some(array) => array.clone(),
            None => {
                let value = if field.name() == UNIT { &unit } else { &current };
                let rows = stored.num_rows();
                let filled = cells::array(field.data_type(), rows, std::iter::repeat_n(value, rows));
                filled.map_err(|(_, problem)| Error::storage(shape.name(), problem))?
            }
        };
        arrays.push(array);
    }
    RecordBatch::try_new(shape.full.clone(), arrays).map_err(fail)
}

/// Rows of the whole table parted by unit, as columns of a data file.
pub(crate) fn by_unit(shape: &Shape, full: &RecordBatch) -> Result<BTreeMap<Partition, Vec<RecordBatch>>> {
    let mut rows: BTreeMap<Partition, Vec<u32>> = BTreeMap::new();
    let units = shape.table.index_of(UNIT).filter(|_| shape.has_unit()).map(|i| full.column(i).as_string::<i32>());
    for (index, row) in (0_u32..).zip(0..full.num_rows()) {
        let unit = units.filter(|u| u.is_valid(row)).map(|u| u.value(row).to_owned());
        rows.entry(Partition { unit, current: true }).or_default().push(index);
    }
    let file = full.project(&shape.file_places).map_err(|e| Error::storage(shape.name(), e))?;
    let mut parts = BTreeMap::new();
    for (partition, rows) in rows {
        parts.insert(partition, vec![datafile::pick(shape.name(), &file, &rows)?]);
    }
    Ok(parts)
}
