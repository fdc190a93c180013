//! Staging: the rows of a checked file become Arrow with tokens in place of personal data, and digests by which they are
//! judged later. After this no clear text is held except what waits for the vault.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use arrow::array::{Array, AsArray};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use chrono::NaiveDateTime;
use suixin_ingest::checked::{CheckedFile, CheckedRow, CheckedTable, Issue, SentHeader, Signatures};
use suixin_ingest::contract::{Contracts, VaultKind};
use suixin_ingest::period::Period;
use suixin_ingest::value::Value;

use super::spill::{Rows, Scratch};
use super::{Landing, Progress};
use crate::cells;
use crate::digest::{self, Key};
use crate::error::{Error, Result};
use crate::shape::{Shape, UNIT, shape_of};
use crate::vault::{Pending, token_text};
use crate::warehouse::{Store, Warehouse};

/// Clear texts are sealed when so many wait, so that a large delivery does not hold them all.
const SEAL_AT: usize = 200_000;

/// Rows turned into Arrow at a time.
const PART_ROWS: usize = 8192;

/// Bytes of rows held in memory before they are spilled.
const MEMORY_BYTES: usize = 512 << 20;

/// A delivery being handed over. Dropping it changes nothing in the tables; personal data sealed so far stay sealed.
pub struct Intake {
    warehouse: Warehouse,
    files: Vec<StagedFile>,
    clear: ClearTexts,
    memory_bytes: usize,
    held_bytes: usize,
    scratch: Option<Scratch>,
}

/// Clear texts on their way to the vault.
#[derive(Default)]
struct ClearTexts {
    pending: Pending,
    /// Tokens met in this delivery: the same person stands in many rows, and one look at the vault is enough.
    seen: HashSet<u128>,
}

/// A file as staged.
pub(super) struct StagedFile {
    pub name: String,
    pub sha256: String,
    pub encoding: String,
    pub received: NaiveDateTime,
    pub path: PathBuf,
    pub signatures: Signatures,
    pub refused: bool,
    pub duplicate_of: Option<String>,
    pub tables: Vec<StagedTable>,
    /// Mistakes of the file as a whole.
    pub issues: Vec<Issue>,
}

impl StagedFile {
    /// Whether it counts.
    pub fn lands(&self) -> bool {
        !self.refused && self.duplicate_of.is_none()
    }

    pub fn is_correction(&self) -> bool {
        self.tables.iter().any(|t| t.correction)
    }
}

/// A table of a file as staged. Only rows that reading accepted are in it.
pub(super) struct StagedTable {
    pub shape: Arc<Shape>,
    pub form: String,
    pub unit: String,
    pub period: Period,
    /// When its form was received, where that differs from the file.
    pub received: Option<NaiveDateTime>,
    pub correction: bool,
    pub sheet: String,
    /// 0 for the first receipt; set when the delivery is put in order.
    pub revision: u32,
    /// Data rows as read, the rejected ones among them.
    pub rows_read: u64,
    pub total_ok: Option<bool>,
    /// Headers as sent, by contract column.
    pub headers: BTreeMap<usize, SentHeader>,
    pub issues: Vec<Issue>,
    /// Columns of the contract.
    pub rows: Rows,
    /// Row of the sheet.
    pub row_no: Vec<u32>,
    /// Digest of the whole row.
    pub hashes: Vec<[u8; 32]>,
    /// Natural key.
    pub keys: Vec<Key>,
    /// Foreign keys that are judged at closing.
    pub references: Vec<Reference>,
    pub waivers: Vec<Waiver>,
    /// Of `person`: whether the row says that its number is invalid and known to be.
    pub excuses: Vec<bool>,
    /// Rows taken back at closing.
    pub dead: Vec<bool>,
}

/// A column that names rows of another table.
pub(super) struct Reference {
    /// Place of the column in contract order.
    pub column: usize,
    /// Table that it names.
    pub target: String,
    /// What each row names.
    pub keys: Vec<Key>,
}

/// A row that stands only if `person` knows its number as one without a certificate.
pub(super) struct Waiver {
    pub row: usize,
    /// Place of the number's column in contract order.
    pub column: usize,
    pub number: Key,
    pub issue: Issue,
}

impl StagedTable {
    pub fn table(&self) -> &str {
        self.shape.name()
    }

    pub fn batch_id(&self) -> String {
        format!("{}.{}.{}.{}", self.form, self.unit, self.period, self.revision)
    }

    pub fn accepted(&self) -> u64 {
        self.dead.iter().filter(|d| !**d).count() as u64
    }

    /// It had rows and none stands: the sender gets it back, and what was there before stays in force.
    pub fn returned(&self) -> bool {
        self.rows_read > 0 && self.accepted() == 0
    }
}

impl Intake {
    pub(super) fn new(warehouse: Warehouse) -> Self {
        Self {
            warehouse,
            files: Vec::new(),
            clear: ClearTexts::default(),
            memory_bytes: MEMORY_BYTES,
            held_bytes: 0,
            scratch: None,
        }
    }

    /// Bytes of rows that are held in memory; beyond them rows wait in scratch files. Half a GiB unless said otherwise.
    #[must_use]
    pub fn with_memory(mut self, bytes: usize) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// Adds a file, in any order.
    ///
    /// # Errors
    /// `Input` for rows that do not fit the contract, which reading should have found.
    pub fn add(&mut self, file: CheckedFile) -> Result<()> {
        let refused = file.refused();
        let store = Arc::clone(&self.warehouse.inner.store);
        let mut tables = Vec::new();
        if !refused {
            for table in file.tables {
                tables.push(stage_table(&store, table, &mut self.clear)?);
            }
        }
        if self.clear.pending.len() >= SEAL_AT {
            store.vault.seal(&std::mem::take(&mut self.clear.pending))?;
        }
        self.held_bytes += tables.iter().map(|t| t.rows.bytes()).sum::<usize>();
        self.files.push(StagedFile {
            name: file.name,
            sha256: file.sha256,
            encoding: file.encoding,
            received: file.received,
            path: file.path,
            signatures: file.signatures,
            refused,
            duplicate_of: None,
            tables,
            issues: file.issues,
        });
        if self.held_bytes > self.memory_bytes { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> Result<()> {
        let scratch = match self.scratch.take() {
            Some(made) => self.scratch.insert(made),
            None => self.scratch.insert(Scratch::new(&self.warehouse.inner.layout.scratch())?),
        };
        for table in self.files.iter_mut().flat_map(|f| &mut f.tables) {
            table.rows.spill(scratch)?;
        }
        self.held_bytes = 0;
        Ok(())
    }

    /// Judges what was added and commits it.
    ///
    /// # Errors
    /// As [`Warehouse::land`].
    pub async fn close(self, clock: NaiveDateTime, progress: &dyn Progress) -> Result<Landing> {
        // The scratch files are needed until the end.
        let _scratch = self.scratch;
        super::close::close(&self.warehouse.inner, self.files, self.clear.pending, clock, progress).await
    }
}

fn stage_table(store: &Store, table: CheckedTable, clear: &mut ClearTexts) -> Result<StagedTable> {
    let shape = shape_of(&store.shapes, &table.table)?;
    if !shape.submitted() {
        return Err(Error::Input(format!("表“{}”由系统生成，不能报送", table.table)));
    }
    let period = Period::from_str(&table.period).map_err(|e| Error::Input(e.to_string()))?;
    let rows_read = table.rows_read.max(table.rows.len() as u64);
    let mut parts = Parts { shape, unit: &table.unit, rows: Vec::new(), row_no: Vec::new(), waivers: Vec::new() };
    let mut part: Vec<CheckedRow> = Vec::new();
    for row in table.rows.into_rows() {
        let row = row.map_err(|e| Error::storage(shape.name(), e))?;
        if !row.rejected && !table.refused {
            part.push(row);
        }
        if part.len() == PART_ROWS {
            parts.add(store, std::mem::take(&mut part), clear)?;
        }
    }
    parts.add(store, part, clear)?;
    let Parts { rows, row_no, waivers, .. } = parts;
    let name = shape.name();
    let rows = concat_batches(&contract_schema(shape)?, &rows).map_err(|e| Error::storage(name, e))?;
    let all: Vec<usize> = (0..shape.table.columns.len()).collect();
    Ok(StagedTable {
        form: table.form,
        unit: table.unit,
        period,
        received: table.received,
        correction: table.correction,
        sheet: table.sheet,
        revision: 0,
        rows_read,
        total_ok: table.total_ok,
        headers: table.headers,
        issues: table.issues,
        row_no,
        hashes: digest::rows(name, &rows, &all)?,
        keys: digest::keys(name, &rows, &shape.key_places())?,
        references: references(&store.contracts, shape, &rows)?,
        waivers,
        excuses: excuses(shape, &rows),
        dead: vec![false; rows.num_rows()],
        rows: Rows::Memory(rows),
        shape: Arc::clone(shape),
    })
}

/// A table on its way into Arrow, a part at a time: as values its rows take several times the room.
struct Parts<'a> {
    shape: &'a Shape,
    unit: &'a str,
    rows: Vec<RecordBatch>,
    row_no: Vec<u32>,
    waivers: Vec<Waiver>,
}

impl Parts<'_> {
    fn add(&mut self, store: &Store, part: Vec<CheckedRow>, clear: &mut ClearTexts) -> Result<()> {
        let before = self.row_no.len();
        self.row_no.extend(part.iter().map(|r| r.row_no));
        let waiting =
            part.iter().enumerate().flat_map(|(row, r)| r.awaiting_waiver.iter().map(move |w| (row, w.clone())));
        let waiting: Vec<_> = waiting.collect();
        let mut values: Vec<Vec<Value>> = part.into_iter().map(|r| r.values).collect();
        own_unit(self.shape, self.unit, &mut values);
        tokenise_all(store, self.shape, &mut values, clear);
        let rows = contract_batch(self.shape, &values)?;
        for (row, waiver) in waiting {
            let number = digest::references(self.shape.name(), &rows.slice(row, 1), waiver.column)?;
            let number = number.first().copied().unwrap_or_default();
            self.waivers.push(Waiver { row: before + row, column: waiver.column, number, issue: waiver.issue });
        }
        self.rows.push(rows);
        Ok(())
    }
}

/// Which rows of `person` say that their number is invalid and known to be.
fn excuses(shape: &Shape, rows: &RecordBatch) -> Vec<bool> {
    if shape.name() != "person" {
        return Vec::new();
    }
    let valid = shape.table.index_of("id_valid").map(|i| rows.column(i).as_boolean());
    (0..rows.num_rows()).map(|row| valid.is_some_and(|v| v.is_valid(row) && !v.value(row))).collect()
}

/// The unit of a table that units send is the sender, never what a cell says.
fn own_unit(shape: &Shape, unit: &str, rows: &mut [Vec<Value>]) {
    let Some(place) = shape.table.index_of(UNIT).filter(|_| !shape.table.is_city()) else { return };
    for cell in rows.iter_mut().filter_map(|r| r.get_mut(place)) {
        *cell = Value::Str(unit.to_owned());
    }
}

/// Tokens for all personal data. What a sender wrote is clear text even if it looks like a token.
fn tokenise_all(store: &Store, shape: &Shape, rows: &mut [Vec<Value>], texts: &mut ClearTexts) {
    let personal: Vec<(usize, VaultKind)> =
        shape.table.columns.iter().enumerate().filter_map(|(i, c)| c.vault.map(|k| (i, k))).collect();
    for row in rows.iter_mut() {
        for (place, kind) in &personal {
            let Some(cell) = row.get_mut(*place).filter(|c| !c.is_null()) else { continue };
            let clear = cell.to_string();
            let bits = store.vault.token_bits(*kind, &clear);
            *cell = Value::Str(token_text(bits));
            if texts.seen.insert(bits) {
                texts.pending.insert((*kind, token_text(bits)), clear);
            }
        }
    }
}

fn contract_schema(shape: &Shape) -> Result<SchemaRef> {
    let places: Vec<usize> = (0..shape.table.columns.len()).collect();
    let schema = shape.full.project(&places).map_err(|e| Error::storage(shape.name(), e))?;
    Ok(Arc::new(schema))
}

fn contract_batch(shape: &Shape, rows: &[Vec<Value>]) -> Result<RecordBatch> {
    cells::batch(shape.name(), &contract_schema(shape)?, rows)
}

/// Tables whose codes reading has checked already, against the divisions and code sets.
const CHECKED_AT_READING: [&str; 3] = ["dim_region", "dim_eval_unit", "dim_code"];

/// The column of a table by which others refer to it: its natural key, when that is a single column.
pub(super) fn referred_column(contracts: &Contracts, target: &str) -> Option<usize> {
    let table = contracts.table(target).filter(|t| !t.is_system() && !CHECKED_AT_READING.contains(&target))?;
    match table.natural_key.as_slice() {
        [only] => table.index_of(only),
        _ => None,
    }
}

fn references(contracts: &Contracts, shape: &Shape, rows: &RecordBatch) -> Result<Vec<Reference>> {
    let mut out = Vec::new();
    for (column, contract) in shape.table.columns.iter().enumerate() {
        let Some(target) = contract.foreign.as_deref().filter(|t| referred_column(contracts, t).is_some()) else {
            continue;
        };
        let keys = digest::references(shape.name(), rows, column)?;
        out.push(Reference { column, target: target.to_owned(), keys });
    }
    Ok(out)
}
