//! Reading: a snapshot pins files, and every query of it sees these and no others. Trusted SQL (our own definitions) goes
//! through [`Snapshot::query`]; SQL that a person wrote goes through [`Snapshot::query_gated`].

mod case_views;
mod export;
mod failure;
mod frame;
mod gate;
mod inspect;
mod provider;
mod session;
mod single_row;
mod supervision_views;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::{DataFrame, SessionContext};
use futures::StreamExt;
use suixin_ingest::value::Value;
use tokio::sync::OnceCell;

pub use export::Format;
pub(crate) use failure::misspelt;
pub use failure::{Fault, Name};
pub use frame::Frame;
pub use gate::Limits;

use crate::cells;
use crate::datafile::DataFile;
use crate::error::Result;
use crate::journal::{SnapshotId, Tables};
use crate::shape::{Shape, shape_of};
use crate::warehouse::Store;
use failure::{failed, unplanned};
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
    scope: Option<Scope>,
    trusted: OnceCell<SessionContext>,
    gated: OnceCell<SessionContext>,
}

/// What a session of some units may see.
#[derive(Debug, Clone, Default)]
struct Scope {
    units: BTreeSet<String>,
    whole_tables: BTreeSet<String>,
}

impl Snapshot {
    pub(crate) fn new(store: Arc<Store>, id: SnapshotId, tables: Tables, audit_until: u64) -> Self {
        let pinned = Pinned {
            store,
            id,
            tables,
            audit_until,
            overlays: BTreeMap::new(),
            scope: None,
            trusted: OnceCell::new(),
            gated: OnceCell::new(),
        };
        Self { pinned: Arc::new(pinned) }
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
            None => {
                let files = self.pinned.tables.get(table).into_iter().flat_map(|t| t.files.values());
                files.filter(|f| f.current && self.pinned.sees_file(table, f)).map(|f| f.rows).sum()
            }
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
        self.trusted().await?.sql(sql).await.map_err(|e| unplanned(&e, &self.tables()))
    }

    /// The same snapshot with a table replaced by other rows (in contract order), as what-if questions need it. Personal
    /// data become tokens that are not sealed. Replaced rows (`history`) stay as they are.
    ///
    /// # Errors
    /// `NotFound` for an unknown table; `Input` for rows that do not fit.
    pub fn with_table(&self, table: &str, rows: Vec<Vec<Value>>) -> Result<Self> {
        let pinned = &self.pinned;
        let shape = shape_of(&pinned.store.shapes, table)?;
        let mut copy = pinned.copy();
        copy.overlays.insert(table.to_owned(), overlay(&pinned.store, shape, rows)?);
        Ok(Self { pinned: Arc::new(copy) })
    }

    /// The same snapshot as some units may see it: of tables with a unit only their own files, which are all that the
    /// session knows, so that nothing of others can leak through errors, statistics or plans. Of the other tables it holds
    /// those named in `whole_tables` (code lists, divisions …), which may also be tables with a unit; the rest is not there.
    #[must_use]
    pub fn for_units(&self, units: &[&str], whole_tables: &[&str]) -> Self {
        let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        let mut copy = self.pinned.copy();
        copy.scope = Some(Scope { units: set(units), whole_tables: set(whole_tables) });
        Self { pinned: Arc::new(copy) }
    }

    /// The tables that its sessions hold.
    fn tables(&self) -> Vec<&str> {
        let shapes = self.pinned.store.shapes.iter();
        shapes.filter(|(name, shape)| self.pinned.sees(name, shape)).map(|(name, _)| name.as_str()).collect()
    }

    async fn trusted(&self) -> Result<&SessionContext> {
        self.pinned.session(&self.pinned.trusted, TRUSTED_MEMORY_BYTES).await
    }

    async fn gated(&self) -> Result<&SessionContext> {
        self.pinned.session(&self.pinned.gated, GATED_MEMORY_BYTES).await
    }
}

impl Pinned {
    /// The same, with sessions still to be made.
    fn copy(&self) -> Self {
        Self {
            store: Arc::clone(&self.store),
            id: self.id.clone(),
            tables: self.tables.clone(),
            audit_until: self.audit_until,
            overlays: self.overlays.clone(),
            scope: self.scope.clone(),
            trusted: OnceCell::new(),
            gated: OnceCell::new(),
        }
    }

    async fn session<'a>(&self, cell: &'a OnceCell<SessionContext>, memory_bytes: usize) -> Result<&'a SessionContext> {
        let make = || async {
            let runtime = session::runtime(&self.store.layout, memory_bytes)?;
            session::context(runtime, &self.catalog()?).await
        };
        cell.get_or_try_init(make).await
    }

    fn catalog(&self) -> Result<Catalog> {
        let mut catalog = Catalog::new();
        for (name, shape) in self.store.shapes.iter().filter(|(name, shape)| self.sees(name, shape)) {
            catalog.push((CURRENT_ROWS, name.clone(), self.current(name, shape)?));
            if shape.submitted() {
                catalog.push((REPLACED_ROWS, name.clone(), Arc::new(self.files(name, shape, false))));
            }
        }
        Ok(catalog)
    }

    fn sees(&self, name: &str, shape: &Shape) -> bool {
        self.scope.as_ref().is_none_or(|scope| shape.has_unit() || scope.whole_tables.contains(name))
    }

    fn sees_file(&self, name: &str, file: &DataFile) -> bool {
        let own = |scope: &Scope| file.unit.as_ref().is_some_and(|unit| scope.units.contains(unit));
        self.scope.as_ref().is_none_or(|scope| scope.whole_tables.contains(name) || own(scope))
    }

    fn current(&self, name: &str, shape: &Arc<Shape>) -> Result<Arc<dyn TableProvider>> {
        if let Some(batch) = self.overlays.get(name) {
            let table = MemTable::try_new(batch.schema(), vec![vec![batch.clone()]]).map_err(failed)?;
            return Ok(Arc::new(table));
        }
        if name == "audit_log" {
            return Ok(Arc::new(AuditTable {
                store: Arc::clone(&self.store),
                shape: Arc::clone(shape),
                until: self.audit_until,
            }));
        }
        Ok(Arc::new(self.files(name, shape, true)))
    }

    fn files(&self, name: &str, shape: &Arc<Shape>, current: bool) -> PinnedTable {
        let all = self.tables.get(name).into_iter().flat_map(|t| t.files.values());
        let seen = all.filter(|f| f.current == current && self.sees_file(name, f));
        PinnedTable::new(Arc::clone(shape), seen.cloned().collect())
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
