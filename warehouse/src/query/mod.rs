//! Reading: a snapshot pins files, and every query of it sees these and no others. Trusted SQL (our own definitions) goes
//! through [`Snapshot::query`]; SQL that a person wrote goes through [`Snapshot::query_gated`].

mod frame;
mod gate;
mod provider;
mod session;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use arrow::record_batch::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::datasource::MemTable;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::{DataFrame, SessionContext};
use futures::StreamExt;
use suixin_ingest::value::Value;

pub use frame::Frame;
pub use gate::Limits;

use crate::cells;
use crate::error::{Error, Result};
use crate::journal::{SnapshotId, Tables};
use crate::shape::{Shape, shape_of};
use crate::warehouse::Store;
use provider::{AuditTable, PinnedTable};
use session::{CURRENT_ROWS, Catalog, REPLACED_ROWS};

/// Memory for the operators of trusted queries; beyond it they spill to `scratch`.
const TRUSTED_MEMORY_BYTES: usize = 2 << 30;
/// Memory for all gated queries of a snapshot together.
const GATED_MEMORY_BYTES: usize = 512 << 20;

/// The tables as of one commit. Cheap to clone; the session is made at the first query and reused.
#[derive(Clone)]
pub struct Snapshot {
    pinned: Arc<Pinned>,
}

struct Pinned {
    store: Arc<Store>,
    id: SnapshotId,
    tables: Tables,
    audit_until: u64,
    overlays: BTreeMap<String, RecordBatch>,
    trusted: OnceLock<SessionContext>,
    gated: OnceLock<SessionContext>,
}

impl Snapshot {
    pub(crate) fn new(store: Arc<Store>, id: SnapshotId, tables: Tables, audit_until: u64) -> Result<Self> {
        let pinned = Pinned {
            store,
            id,
            tables,
            audit_until,
            overlays: BTreeMap::new(),
            trusted: OnceLock::new(),
            gated: OnceLock::new(),
        };
        Ok(Self { pinned: Arc::new(pinned) })
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &SnapshotId {
        &self.pinned.id
    }

    /// Rows in force of a table, known without reading it.
    #[must_use]
    pub fn row_count(&self, table: &str) -> u64 {
        match self.pinned.overlays.get(table) {
            Some(overlay) => overlay.num_rows() as u64,
            None => self.pinned.tables.get(table).map_or(0, |t| t.rows(true)),
        }
    }

    /// Runs SQL of our own. Tables are named as in the contracts; replaced rows are in `history.<table>`.
    ///
    /// # Errors
    /// `Query` when it does not parse, plan or run.
    pub async fn query(&self, sql: &str) -> Result<Frame> {
        let mut stream = self.stream(sql).await?;
        let mut frame = Frame::empty(&stream.schema());
        while let Some(batch) = stream.next().await {
            frame.extend(&batch.map_err(failed)?);
        }
        Ok(frame)
    }

    /// The result of trusted SQL as it comes, for exports that do not fit into memory.
    pub(crate) async fn stream(&self, sql: &str) -> Result<SendableRecordBatchStream> {
        self.plan(sql).await?.execute_stream().await.map_err(failed)
    }

    /// Plans SQL without running it: names and types of its columns.
    ///
    /// # Errors
    /// `Query` with DataFusion's own words.
    pub async fn check_sql(&self, sql: &str) -> Result<Vec<(String, String)>> {
        let frame = self.plan(sql).await?;
        let plan = frame.create_physical_plan().await.map_err(failed)?;
        let schema = plan.schema();
        Ok(frame::names(&schema).into_iter().zip(frame::types(&schema)).collect())
    }

    async fn plan(&self, sql: &str) -> Result<DataFrame> {
        self.trusted()?.sql(sql).await.map_err(failed)
    }

    /// The same snapshot with a table replaced by other rows (in contract order), as what-if questions need it. Personal
    /// data become tokens that are not sealed. Replaced rows (`history`) stay as they are.
    ///
    /// # Errors
    /// `NotFound` for an unknown table; `Input` for rows that do not fit.
    pub fn with_table(&self, table: &str, rows: Vec<Vec<Value>>) -> Result<Self> {
        let pinned = &self.pinned;
        let shape = shape_of(&pinned.store.shapes, table)?;
        let mut overlays = pinned.overlays.clone();
        overlays.insert(table.to_owned(), overlay(&pinned.store, shape, rows)?);
        let pinned = Pinned {
            store: Arc::clone(&pinned.store),
            id: pinned.id.clone(),
            tables: pinned.tables.clone(),
            audit_until: pinned.audit_until,
            overlays,
            trusted: OnceLock::new(),
            gated: OnceLock::new(),
        };
        Ok(Self { pinned: Arc::new(pinned) })
    }

    fn trusted(&self) -> Result<&SessionContext> {
        self.pinned.session(&self.pinned.trusted, TRUSTED_MEMORY_BYTES)
    }

    fn gated(&self) -> Result<&SessionContext> {
        self.pinned.session(&self.pinned.gated, GATED_MEMORY_BYTES)
    }
}

impl Pinned {
    fn session<'a>(&self, cell: &'a OnceLock<SessionContext>, memory_bytes: usize) -> Result<&'a SessionContext> {
        if let Some(made) = cell.get() {
            return Ok(made);
        }
        let runtime = session::runtime(&self.store.layout, memory_bytes)?;
        let made = session::context(runtime, &self.catalog()?)?;
        Ok(cell.get_or_init(|| made))
    }

    fn catalog(&self) -> Result<Catalog> {
        let mut catalog = Catalog::new();
        for (name, shape) in &self.store.shapes {
            catalog.push((CURRENT_ROWS, name.clone(), self.current(name, shape)?));
            if shape.submitted() {
                catalog.push((REPLACED_ROWS, name.clone(), Arc::new(self.files(name, shape, false))));
            }
        }
        Ok(catalog)
    }

    fn current(&self, name: &str, shape: &Arc<Shape>) -> Result<Arc<dyn TableProvider>> {
        if let Some(batch) = self.overlays.get(name) {
            let table = MemTable::try_new(batch.schema(), vec![vec![batch.clone()]]).map_err(failed)?;
            return Ok(Arc::new(table));
        }
        if name == "audit_log" {
            return Ok(Arc::new(AuditTable { store: Arc::clone(&self.store), shape: Arc::clone(shape), until: self.audit_until }));
        }
        Ok(Arc::new(self.files(name, shape, true)))
    }

    fn files(&self, name: &str, shape: &Arc<Shape>, current: bool) -> PinnedTable {
        let files = self.tables.get(name).map(|t| t.files.values().filter(|f| f.current == current).cloned().collect());
        PinnedTable::new(Arc::clone(shape), files.unwrap_or_default())
    }
}

/// Rows in contract order as a table in force: of the lineage only `is_current` is known.
fn overlay(store: &Store, shape: &Shape, mut rows: Vec<Vec<Value>>) -> Result<RecordBatch> {
    store.tokenise(shape, &mut rows);
    let width = shape.table.columns.len();
    for row in &mut rows {
        if row.len() == width {
            let lineage = shape.columns.iter().skip(width);
            row.extend(lineage.map(|c| if c.name == crate::shape::CURRENT { Value::Bool(true) } else { Value::Null }));
        }
    }
    cells::batch(shape.name(), &shape.query, &rows)
}

/// DataFusion's error in our terms. Its text may quote literals of the statement, and values that are tokens already.
#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn failed(error: DataFusionError) -> Error {
    let text = error.strip_backtrace();
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => Error::Limit(format!("内存不够，请缩小查询范围（{text}）")),
        _ => Error::Query(text),
    }
}
