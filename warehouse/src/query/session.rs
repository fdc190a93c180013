//! The DataFusion session of a snapshot: two schemas, one object store that holds nothing but the tables, no way to files,
//! and bounded memory.

use std::sync::Arc;

use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::common::DataFusionError;
use datafusion::common::config::Dialect;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;

use super::case_views::CASE_VIEWS;
use super::provider::TABLES_URL;
use super::single_row::SingleRow;
use super::supervision_views::SUPERVISION_VIEWS;
use super::views::VIEWS;
use crate::disk::Layout;
use crate::error::{Error, Result};

const CATALOG: &str = "suixin";
/// Schema of the rows in force; the default.
pub(super) const CURRENT_ROWS: &str = "public";
/// Schema of the replaced rows.
pub(super) const REPLACED_ROWS: &str = "history";

/// Tables by schema and name.
pub(super) type Catalog = Vec<(&'static str, String, Arc<dyn TableProvider>)>;

/// The one object store of a session.
#[derive(Debug)]
struct OnlyTables(Arc<dyn ObjectStore>);

impl ObjectStoreRegistry for OnlyTables {
    fn register_store(&self, _url: &url::Url, _store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        None
    }

    fn get_store(&self, url: &url::Url) -> datafusion::common::Result<Arc<dyn ObjectStore>> {
        if url.as_str().trim_end_matches('/') == TABLES_URL {
            Ok(Arc::clone(&self.0))
        } else {
            Err(DataFusionError::Plan("只能读取数据仓库里的表".to_owned()))
        }
    }
}

/// Memory, temporary files and the object store for sessions.
pub(super) fn runtime(layout: &Layout, memory_bytes: usize) -> Result<Arc<RuntimeEnv>> {
    let fail = |e: &dyn std::fmt::Display| Error::Query(e.to_string());
    let tables = LocalFileSystem::new_with_prefix(layout.tables()).map_err(|e| fail(&e))?;
    let spill = DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![layout.scratch()]));
    RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(GreedyMemoryPool::new(memory_bytes)))
        .with_disk_manager_builder(spill)
        .with_object_store_registry(Arc::new(OnlyTables(Arc::new(tables))))
        .build_arc()
        .map_err(|e| fail(&e))
}

/// A session over the tables of a snapshot, and the views over them.
pub(super) async fn context(runtime: Arc<RuntimeEnv>, tables: &Catalog) -> Result<SessionContext> {
    let fail = |e: DataFusionError| Error::Query(e.to_string());
    let mut config = SessionConfig::new()
        .with_target_partitions(2)
        .with_default_catalog_and_schema(CATALOG, CURRENT_ROWS)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true);
    config.options_mut().execution.enable_recursive_ctes = false;
    config.options_mut().sql_parser.dialect = Dialect::PostgreSQL;
    let state = SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features();
    let state = state.with_analyzer_rule(Arc::new(SingleRow)).build();
    let catalog = MemoryCatalogProvider::new();
    for name in [CURRENT_ROWS, REPLACED_ROWS] {
        let schema = MemorySchemaProvider::new();
        for (_, table, provider) in tables.iter().filter(|(schema, ..)| *schema == name) {
            schema.register_table(table.clone(), Arc::clone(provider)).map_err(fail)?;
        }
        catalog.register_schema(name, Arc::new(schema)).map_err(fail)?;
    }
    let context = SessionContext::new_with_state(state);
    context.register_catalog(CATALOG, Arc::new(catalog));
    for (name, sql) in VIEWS.into_iter().chain(CASE_VIEWS).chain(SUPERVISION_VIEWS) {
        // A session of some units may lack the tables of a view; then it lacks the view too.
        if let Ok(rows) = context.sql(sql).await {
            context.register_table(name, rows.into_view()).map_err(fail)?;
        }
    }
    Ok(context)
}
