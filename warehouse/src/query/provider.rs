//! Tables as DataFusion sees them: exactly the files that a snapshot pins, read by DataFusion's own Parquet scan. There is
//! no listing of folders and no reading of Delta logs, so what is not pinned cannot be seen.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, StringViewArray};
use arrow::datatypes::{DataType, FieldRef, Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, DFSchema, DataFusionError, Result, ScalarValue, Statistics};
use datafusion::datasource::MemTable;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::listing::helpers::expr_applicable_for_cols;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;

use crate::cells;
use crate::datafile::DataFile;
use crate::shape::Shape;
use crate::warehouse::Store;

/// The place of all tables for DataFusion: a name, not a path of this machine.
pub(super) const TABLES_URL: &str = "suixin://tables";

/// A table as pinned.
#[derive(Debug)]
pub(super) struct PinnedTable {
    shape: Arc<Shape>,
    files: Vec<DataFile>,
    schema: TableSchema,
    /// For each column as queried its place in `schema` (columns of the files, then of the partitions).
    places: Vec<usize>,
}

impl PinnedTable {
    pub fn new(shape: Arc<Shape>, files: Vec<DataFile>) -> Self {
        let field = |name: &str| shape.query.field_with_name(name).cloned().ok().map(Arc::new);
        let inside: Vec<FieldRef> = shape.file.fields().iter().filter_map(|f| field(f.name())).collect();
        let outside: Vec<FieldRef> = shape.partitions.iter().filter_map(|p| field(p)).collect();
        let schema = TableSchema::builder(Arc::new(Schema::new(inside))).with_table_partition_cols(outside).build();
        let places =
            shape.query.fields().iter().filter_map(|f| schema.table_schema().index_of(f.name()).ok()).collect();
        Self { shape, files, schema, places }
    }

    /// The files that can hold rows for filters on partition columns.
    fn pruned(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<&DataFile>> {
        let usable: Vec<&Expr> =
            filters.iter().filter(|f| expr_applicable_for_cols(&self.shape.partitions, f)).collect();
        if usable.is_empty() || self.files.is_empty() {
            return Ok(self.files.iter().collect());
        }
        let values = self.partition_batch()?;
        let schema = DFSchema::try_from(values.schema())?;
        let mut keep = vec![true; self.files.len()];
        for filter in usable {
            let found = state.create_physical_expr(filter.clone(), &schema)?.evaluate(&values)?;
            let found = found.into_array(self.files.len())?;
            let found: &BooleanArray = found.as_boolean();
            for (keep, found) in keep.iter_mut().zip(found.iter()) {
                *keep &= found == Some(true);
            }
        }
        Ok(self.files.iter().zip(keep).filter_map(|(file, keep)| keep.then_some(file)).collect())
    }

    /// One row a file with the values of its partition columns.
    fn partition_batch(&self) -> Result<RecordBatch> {
        let fields = self.schema.table_partition_cols().clone();
        let columns = fields.iter().map(|field| match field.data_type() {
            DataType::Boolean => {
                Arc::new(BooleanArray::from_iter(self.files.iter().map(|f| Some(f.current)))) as ArrayRef
            }
            _ => Arc::new(StringViewArray::from_iter(self.files.iter().map(|f| f.unit.as_deref()))) as ArrayRef,
        });
        let options = RecordBatchOptions::new().with_row_count(Some(self.files.len()));
        let batch =
            RecordBatch::try_new_with_options(Arc::new(Schema::new(fields.clone())), columns.collect(), &options);
        batch.map_err(DataFusionError::from)
    }

    fn partitioned(&self, file: &DataFile) -> PartitionedFile {
        let values = self.schema.table_partition_cols().iter().map(|field| match field.data_type() {
            DataType::Boolean => ScalarValue::Boolean(Some(file.current)),
            _ => ScalarValue::Utf8View(file.unit.clone()),
        });
        let mut out = PartitionedFile::new(format!("{}/{}", self.shape.name(), file.path), file.size_bytes);
        out.partition_values = values.collect();
        // Not through `with_statistics`, which takes for granted that no partition value is NULL.
        out.statistics = Some(Arc::new(self.statistics(std::iter::once(file))));
        out
    }

    /// Row counts are exact: the journal knows them. Values are left to the files' own statistics.
    fn statistics<'a>(&self, files: impl Iterator<Item = &'a DataFile>) -> Statistics {
        let (rows, bytes) = files.fold((0, 0), |(rows, bytes), f| (rows + f.rows, bytes + f.size_bytes));
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Statistics {
            num_rows: Precision::Exact(number(rows)),
            total_byte_size: Precision::Inexact(number(bytes)),
            column_statistics: vec![ColumnStatistics::new_unknown(); self.places.len()],
        }
    }
}

#[async_trait]
impl TableProvider for PinnedTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.shape.query)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let on_partitions = |f: &&Expr| expr_applicable_for_cols(&self.shape.partitions, f);
        Ok(filters
            .iter()
            .map(|f| {
                if on_partitions(f) { TableProviderFilterPushDown::Exact } else { TableProviderFilterPushDown::Inexact }
            })
            .collect())
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(self.statistics(self.files.iter()))
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let files = self.pruned(state, filters)?;
        let wanted: Vec<usize> = projection.map_or_else(|| (0..self.places.len()).collect(), Clone::clone);
        if files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(Arc::new(self.shape.query.project(&wanted)?))));
        }
        let places = wanted.iter().filter_map(|i| self.places.get(*i).copied()).collect();
        let options = state.config().options().execution.parquet.clone();
        let parquet = datafusion::common::config::TableParquetOptions { global: options, ..Default::default() };
        let source = ParquetSource::new(self.schema.clone()).with_table_parquet_options(parquet);
        let group = FileGroup::new(files.iter().map(|f| self.partitioned(f)).collect());
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(TABLES_URL)?, Arc::new(source))
            .with_file_groups(group.split_files(state.config().target_partitions()))
            .with_statistics(self.statistics(files.into_iter()))
            .with_projection_indices(Some(places))?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// `audit_log` as of a snapshot: the records up to a place, read when asked.
pub(super) struct AuditTable {
    pub store: Arc<Store>,
    pub shape: Arc<Shape>,
    pub until: u64,
}

impl std::fmt::Debug for AuditTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditTable").field("until", &self.until).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for AuditTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.shape.query)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let outside = |e: crate::Error| DataFusionError::External(Box::new(e));
        let rows = self.store.audit.table_rows(self.until).map_err(outside)?;
        let batch = cells::batch(self.shape.name(), &self.shape.query, &rows).map_err(outside)?;
        MemTable::try_new(self.schema(), vec![vec![batch]])?.scan(state, projection, filters, limit).await
    }
}
