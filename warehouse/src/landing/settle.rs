//! Carrying out what [`super::standing`] decides for one table and one sending unit: reading the stored rows of its
//! partitions, writing the new files, naming the old ones that go. Files none of whose rows change are left alone.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use chrono::NaiveDateTime;
use suixin_ingest::period::Period;
use suixin_ingest::value::Value;

use super::receipts::{BatchId, Receipts, Slot};
use super::stage::StagedTable;
use super::standing::{Earlier, Incoming, Plan, Stored, orphans, plan};
use crate::cells;
use crate::datafile::{self, DataFile};
use crate::digest::{self, Key};
use crate::error::{Error, Result};
use crate::publish::{Draft, Writer};
use crate::rewrite::{pour, with_unit};
use crate::shape::{Partition, Shape, UNIT};
use crate::warehouse::Inner;

/// A table and a sending unit with what was delivered for it.
pub(super) struct Scope<'a> {
    pub shape: &'a Shape,
    pub unit: &'a str,
    /// Staged tables of it, in order; also those of revisions that a later file of the delivery replaced.
    pub parts: Vec<&'a StagedTable>,
    /// What was received, this delivery included.
    pub receipts: &'a Receipts,
    pub clock: NaiveDateTime,
}

/// Rows of a part that restate an earlier row differently: their places, for DQ018.
pub(super) type Restated = BTreeMap<usize, Vec<u32>>;

/// A stored file with the rows of it that concern the scope.
struct Opened {
    file: DataFile,
    rows: Vec<Stored>,
}

impl Scope<'_> {
    /// Writes the new files into the draft and says which delivered rows restate earlier ones.
    pub fn settle(&self, inner: &Inner, writer: &mut Writer<'_>, draft: &mut Draft) -> Result<Restated> {
        let replaced = self.replaced();
        let incoming = self.incoming();
        if replaced.is_empty() && self.parts.iter().all(|p| p.accepted() == 0) {
            return Ok(Restated::new());
        }
        let opened = self.open(inner, writer, draft, true)?;
        let standing: Vec<Stored> = opened.iter().flat_map(|o| o.rows.iter().copied()).collect();
        let missing = orphans(&standing, &replaced, &incoming);
        let replaced_files = if missing.is_empty() { Vec::new() } else { self.open(inner, writer, draft, false)? };
        let shadows = self.counting(&replaced_files, &replaced, &missing);
        let plan = plan(&standing, &replaced, &incoming, &shadows);
        let mut out = Poured::default();
        let closed = self.close(inner, &opened, &standing, &plan, draft, &mut out)?;
        self.revive(inner, &replaced_files, &shadows, &plan, &mut out)?;
        self.enter(&incoming, &plan, &mut out)?;
        self.write(inner, writer, draft, out)?;
        Ok(self.restated(&incoming, &plan, &closed))
    }

    /// Periods that have a new revision in force.
    fn replaced(&self) -> BTreeSet<Period> {
        self.parts.iter().filter(|p| self.in_force(p)).map(|p| p.period).collect()
    }

    fn in_force(&self, part: &StagedTable) -> bool {
        self.receipts.in_force(&super::receipts::slot_of(part)) == Some(part.revision)
    }

    fn incoming(&self) -> Vec<Incoming> {
        let mut out = Vec::new();
        for (part, staged) in self.parts.iter().enumerate().filter(|(_, p)| self.in_force(p)) {
            let alive = (0_u32..).zip(&staged.keys).zip(&staged.dead).filter(|(_, dead)| !**dead);
            out.extend(alive.map(|((row, key), _)| Incoming { key: *key, period: staged.period, part, row }));
        }
        out
    }

    /// The files of the scope's partitions as they stand in the draft, with keys and periods of their rows.
    fn open(&self, inner: &Inner, writer: &Writer<'_>, draft: &Draft, current: bool) -> Result<Vec<Opened>> {
        let mut out = Vec::new();
        for file in self.files(writer, draft).into_iter().filter(|f| f.current == current) {
            let rows = self.read_rows(inner, &file, out.len())?;
            out.push(Opened { file, rows });
        }
        Ok(out)
    }

    fn files(&self, writer: &Writer<'_>, draft: &Draft) -> Vec<DataFile> {
        let stored = writer.state(self.shape.name()).into_iter().flat_map(|s| s.files.values());
        let all = stored.filter(|f| !draft.remove.contains(&f.path)).chain(&draft.add);
        // A table that the bureau sends for all units has its rows in every partition.
        let mine = |f: &&DataFile| {
            !self.shape.has_unit() || self.shape.table.is_city() || f.unit.as_deref() == Some(self.unit)
        };
        all.filter(mine).cloned().collect()
    }

    fn read_rows(&self, inner: &Inner, file: &DataFile, place: usize) -> Result<Vec<Stored>> {
        let shape = self.shape;
        let mut columns: Vec<usize> = shape.table.natural_key.iter().filter_map(|k| shape.file_index(k)).collect();
        columns.extend(shape.file_index("batch_id"));
        columns.sort_unstable();
        let some = datafile::read(&inner.layout.table(shape.name()), shape, file, Some(&columns))?;
        let keys = key_columns(shape, &some, file)?;
        let batches = some.column_by_name("batch_id").map(|c| c.as_string::<i32>().clone());
        let batches = batches.ok_or_else(|| Error::storage(shape.name(), "缺 batch_id 列"))?;
        let mut rows = Vec::new();
        let mut last: Option<(&str, Option<BatchId>)> = None;
        for (row, key) in (0_u32..).zip(keys) {
            let text = batches.value(row as usize);
            if last.as_ref().is_none_or(|(seen, _)| *seen != text) {
                last = Some((text, BatchId::parse(text)));
            }
            if let Some((_, Some(id))) =
                last.as_ref().filter(|(_, id)| id.as_ref().is_some_and(|b| b.unit == self.unit))
            {
                rows.push(Stored { key, period: id.period, revision: id.revision, file: place, row });
            }
        }
        Ok(rows)
    }

    /// Replaced rows of the wanted keys whose revision is still the one in force for its period.
    fn counting(&self, files: &[Opened], replaced: &BTreeSet<Period>, wanted: &[Key]) -> Vec<Stored> {
        let counts = |s: &&Stored| {
            let slot = Slot { table: self.shape.name().to_owned(), unit: self.unit.to_owned(), period: s.period };
            wanted.binary_search(&s.key).is_ok()
                && !replaced.contains(&s.period)
                && self.receipts.in_force(&slot) == Some(s.revision)
        };
        files.iter().flat_map(|f| &f.rows).filter(counts).copied().collect()
    }

    /// Parts the files that lose rows; returns the digests of the closed rows by their place in `standing`.
    fn close(
        &self,
        inner: &Inner,
        opened: &[Opened],
        standing: &[Stored],
        plan: &Plan,
        draft: &mut Draft,
        out: &mut Poured,
    ) -> Result<BTreeMap<usize, String>> {
        let mut digests = BTreeMap::new();
        let mut by_file: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in &plan.close {
            by_file.entry(standing[*place].file).or_default().push(*place);
        }
        for (number, places) in by_file {
            let file = &opened[number].file;
            let stored = datafile::read(&inner.layout.table(self.shape.name()), self.shape, file, None)?;
            let gone: BTreeSet<u32> = places.iter().map(|p| standing[*p].row).collect();
            let stays: Vec<u32> = (0_u32..).take(stored.num_rows()).filter(|r| !gone.contains(r)).collect();
            let going: Vec<u32> = places.iter().map(|p| standing[*p].row).collect();
            let closed = datafile::pick(self.shape.name(), &stored, &going)?;
            if let Some(hashes) = closed.column_by_name("record_hash").map(|c| c.as_string::<i32>()) {
                digests.extend(places.iter().enumerate().map(|(i, p)| (*p, hashes.value(i).to_owned())));
            }
            out.push(Partition { current: false, ..file.partition() }, self.stamped(&closed, None, Some(self.clock))?);
            out.push(file.partition(), datafile::pick(self.shape.name(), &stored, &stays)?);
            retire(draft, &file.path);
        }
        Ok(digests)
    }

    fn revive(&self, inner: &Inner, files: &[Opened], shadows: &[Stored], plan: &Plan, out: &mut Poured) -> Result<()> {
        let mut by_file: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        for place in &plan.revive {
            by_file.entry(shadows[*place].file).or_default().push(shadows[*place].row);
        }
        for (number, rows) in by_file {
            let file = &files[number].file;
            let stored = datafile::read(&inner.layout.table(self.shape.name()), self.shape, file, None)?;
            let back = datafile::pick(self.shape.name(), &stored, &rows)?;
            out.push(Partition { current: true, ..file.partition() }, self.stamped(&back, Some(self.clock), None)?);
        }
        Ok(())
    }

    /// The delivered rows: into force, or straight among the replaced ones.
    fn enter(&self, incoming: &[Incoming], plan: &Plan, out: &mut Poured) -> Result<()> {
        let mut rows: BTreeMap<(usize, bool), Vec<u32>> = BTreeMap::new();
        for (places, current) in [(&plan.enter, true), (&plan.past, false)] {
            for place in places {
                rows.entry((incoming[*place].part, current)).or_default().push(incoming[*place].row);
            }
        }
        for (part, staged) in self.parts.iter().enumerate().filter(|(_, p)| !self.in_force(p)) {
            let alive = (0_u32..).zip(&staged.dead).filter(|(_, dead)| !**dead).map(|(row, _)| row);
            rows.entry((part, false)).or_default().extend(alive);
        }
        for ((part, current), mut picked) in rows {
            picked.sort_unstable();
            self.enter_part(self.parts[part], &picked, current, out)?;
        }
        Ok(())
    }

    fn enter_part(&self, staged: &StagedTable, rows: &[u32], current: bool, out: &mut Poured) -> Result<()> {
        let table = self.shape.name();
        let delivered = staged.rows.get()?;
        let units = self.shape.table.index_of(UNIT).map(|i| delivered.column(i).as_string::<i32>().clone());
        let mut by_unit: BTreeMap<Option<String>, Vec<u32>> = BTreeMap::new();
        for row in rows {
            let at = *row as usize;
            let unit = units.as_ref().filter(|u| u.is_valid(at)).map(|u| u.value(at).to_owned());
            by_unit.entry(unit).or_default().push(*row);
        }
        for (unit, rows) in by_unit {
            let picked = datafile::pick(table, &delivered, &rows)?;
            let hashes: Vec<Value> = rows.iter().map(|r| Value::Str(hex::encode(staged.hashes[*r as usize]))).collect();
            let numbers: Vec<Value> = rows.iter().map(|r| Value::Int(i64::from(staged.row_no[*r as usize]))).collect();
            let to = if current { Value::Null } else { Value::Ts(self.clock) };
            let lineage =
                Lineage { batch: staged.batch_id(), sheet: &staged.sheet, numbers, hashes, from: self.clock, to };
            out.push(Partition { unit, current }, lineage.join(self.shape, &picked)?);
        }
        Ok(())
    }

    /// The same rows with other times of validity; `None` leaves `valid_from_ts`, and clears `valid_to_ts`.
    fn stamped(
        &self,
        batch: &RecordBatch,
        from: Option<NaiveDateTime>,
        to: Option<NaiveDateTime>,
    ) -> Result<RecordBatch> {
        let mut columns = batch.columns().to_vec();
        let set = |name: &str, value: Value, columns: &mut Vec<ArrayRef>| {
            let Some(place) = self.shape.file_index(name) else { return Ok(()) };
            columns[place] = constant(self.shape, name, &value, batch.num_rows())?;
            Ok(())
        };
        if let Some(from) = from {
            set("valid_from_ts", Value::Ts(from), &mut columns)?;
        }
        set("valid_to_ts", to.map_or(Value::Null, Value::Ts), &mut columns)?;
        RecordBatch::try_new(batch.schema(), columns).map_err(|e| Error::storage(self.shape.name(), e))
    }

    fn write(&self, inner: &Inner, writer: &mut Writer<'_>, draft: &mut Draft, out: Poured) -> Result<()> {
        for (partition, batches) in out.0 {
            let rows = concat_batches(&self.shape.file, &batches).map_err(|e| Error::storage(self.shape.name(), e))?;
            if rows.num_rows() > 0 {
                pour(inner, writer, self.shape, draft, &partition, rows)?;
            }
        }
        Ok(())
    }

    fn restated(&self, incoming: &[Incoming], plan: &Plan, closed: &BTreeMap<usize, String>) -> Restated {
        let digest = |i: &Incoming| self.parts[i.part].hashes[i.row as usize];
        let mut out = Restated::new();
        for (later, earlier) in &plan.follows {
            let row = &incoming[*later];
            let differs = match earlier {
                Earlier::Incoming(before) => digest(&incoming[*before]) != digest(row),
                Earlier::Stored(place) => closed.get(place).is_some_and(|hash| *hash != hex::encode(digest(row))),
            };
            if differs {
                out.entry(row.part).or_default().push(row.row);
            }
        }
        out
    }
}

/// Rows to write, by partition.
#[derive(Default)]
struct Poured(BTreeMap<Partition, Vec<RecordBatch>>);

impl Poured {
    fn push(&mut self, partition: Partition, rows: RecordBatch) {
        self.0.entry(partition).or_default().push(rows);
    }
}

/// Takes a file out: one of the draft's own is simply not shown.
fn retire(draft: &mut Draft, path: &str) {
    let before = draft.add.len();
    draft.add.retain(|f| f.path != path);
    if draft.add.len() == before {
        draft.remove.insert(path.to_owned());
    }
}

/// Keys of stored rows; the unit may be part of the key and stands in the partition.
fn key_columns(shape: &Shape, some: &RecordBatch, file: &DataFile) -> Result<Vec<Key>> {
    if shape.table.natural_key.iter().any(|k| k == UNIT) {
        let full = with_unit(shape, &padded(shape, some)?, file)?;
        return digest::keys(shape.name(), &full, &shape.key_places());
    }
    let places: Vec<usize> = shape.table.natural_key.iter().filter_map(|k| some.schema().index_of(k).ok()).collect();
    digest::keys(shape.name(), some, &places)
}

/// All columns of a file, those not read as NULL.
fn padded(shape: &Shape, some: &RecordBatch) -> Result<RecordBatch> {
    let columns = shape.file.fields().iter().map(|f| {
        let read = some.column_by_name(f.name()).cloned();
        read.unwrap_or_else(|| arrow::array::new_null_array(f.data_type(), some.num_rows()))
    });
    RecordBatch::try_new(shape.file.clone(), columns.collect()).map_err(|e| Error::storage(shape.name(), e))
}

/// The lineage columns of delivered rows.
struct Lineage<'a> {
    batch: String,
    sheet: &'a str,
    numbers: Vec<Value>,
    hashes: Vec<Value>,
    from: NaiveDateTime,
    to: Value,
}

impl Lineage<'_> {
    /// Rows in contract order with lineage, as columns of a data file.
    fn join(&self, shape: &Shape, rows: &RecordBatch) -> Result<RecordBatch> {
        let count = rows.num_rows();
        let mut columns = Vec::with_capacity(shape.file.fields().len());
        for field in shape.file.fields() {
            let column = match field.name().as_str() {
                "batch_id" => constant(shape, "batch_id", &Value::Str(self.batch.clone()), count)?,
                "src_sheet" => constant(shape, "src_sheet", &Value::text(self.sheet), count)?,
                "src_row" => listed(shape, "src_row", &self.numbers)?,
                "record_hash" => listed(shape, "record_hash", &self.hashes)?,
                "valid_from_ts" => constant(shape, "valid_from_ts", &Value::Ts(self.from), count)?,
                "valid_to_ts" => constant(shape, "valid_to_ts", &self.to, count)?,
                name => rows.column_by_name(name).cloned().ok_or_else(|| Error::storage(shape.name(), "缺列"))?,
            };
            columns.push(column);
        }
        RecordBatch::try_new(shape.file.clone(), columns).map_err(|e| Error::storage(shape.name(), e))
    }
}

fn constant(shape: &Shape, name: &str, value: &Value, rows: usize) -> Result<ArrayRef> {
    filled(shape, name, rows, std::iter::repeat_n(value, rows))
}

fn listed(shape: &Shape, name: &str, values: &[Value]) -> Result<ArrayRef> {
    filled(shape, name, values.len(), values.iter())
}

fn filled<'a>(shape: &Shape, name: &str, rows: usize, values: impl Iterator<Item = &'a Value>) -> Result<ArrayRef> {
    let field = shape.file.field_with_name(name).map_err(|e| Error::storage(shape.name(), e))?;
    cells::array(field.data_type(), rows, values).map_err(|(_, problem)| Error::storage(shape.name(), problem))
}
