//! Data files: Parquet, zstd, sorted by natural key, durable before anybody is told of them. Statistics are written only for
//! columns that identify nobody. It knows nothing of Delta or of the journal.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::{SortColumn, SortOptions, concat_batches, lexsort_to_indices, take_record_batch};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use serde::{Deserialize, Serialize};

use crate::disk::{Hashing, make_dir, sync_parent};
use crate::error::{At, Error, Result};
use crate::shape::{Partition, Shape};

/// Rows of a row group: small enough to skip by statistics, large enough to compress.
const ROW_GROUP_ROWS: usize = 256 * 1024;

/// A data file as the journal names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DataFile {
    /// Path relative to the table, with `/`.
    pub path: String,
    /// Unit of the partition; `None` for NULL and for tables without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Rows in force, or replaced ones.
    pub current: bool,
    pub size_bytes: u64,
    pub rows: u64,
    pub sha256: String,
}

impl DataFile {
    pub fn partition(&self) -> Partition {
        Partition { unit: self.unit.clone(), current: self.current }
    }
}

/// Rows in the order of the natural key (then of what follows it), NULL first.
pub(crate) fn sorted(shape: &Shape, batch: &RecordBatch) -> Result<RecordBatch> {
    let fail = |e| Error::storage(shape.name(), e);
    let mut places: Vec<usize> = shape.table.natural_key.iter().filter_map(|k| shape.file_index(k)).collect();
    places.extend(["batch_id", "src_sheet", "src_row"].iter().filter_map(|c| shape.file_index(c)));
    if batch.num_rows() < 2 || places.is_empty() {
        return Ok(batch.clone());
    }
    let options = Some(SortOptions { descending: false, nulls_first: true });
    let columns: Vec<SortColumn> =
        places.iter().map(|i| SortColumn { values: Arc::clone(batch.column(*i)), options }).collect();
    let order = lexsort_to_indices(&columns, None).map_err(fail)?;
    take_record_batch(batch, &order).map_err(fail)
}

/// Writes one data file into a partition of a table folder. `label` keeps files of different commits apart.
pub(crate) fn write(
    folder: &Path,
    shape: &Shape,
    partition: &Partition,
    batch: &RecordBatch,
    label: &str,
) -> Result<DataFile> {
    let relative = shape.folder(partition);
    let dir = folder.join(&relative);
    make_dir(&dir)?;
    let temp = dir.join(format!(".{label}.tmp"));
    let (size_bytes, sha256) = write_parquet(&temp, shape, batch)?;
    let name = format!("part-{label}-{}.zstd.parquet", sha256.get(..16).unwrap_or(&sha256));
    std::fs::rename(&temp, dir.join(&name)).at("写入", &dir)?;
    sync_parent(&dir.join(&name))?;
    Ok(DataFile {
        path: format!("{relative}{name}"),
        unit: partition.unit.clone(),
        current: partition.current,
        size_bytes,
        rows: batch.num_rows() as u64,
        sha256,
    })
}

fn write_parquet(path: &Path, shape: &Shape, batch: &RecordBatch) -> Result<(u64, String)> {
    let fail = |e: parquet::errors::ParquetError| Error::storage(shape.name(), e);
    let out = BufWriter::new(Hashing::new(File::create(path).at("写入", path)?));
    let options = ArrowWriterOptions::new().with_properties(properties(shape)).with_skip_arrow_metadata(true);
    let mut writer = ArrowWriter::try_new_with_options(out, Arc::clone(&shape.file), options).map_err(fail)?;
    writer.write(batch).map_err(fail)?;
    let mut out = writer.into_inner().map_err(fail)?;
    out.flush().at("写入", path)?;
    let hashing = out.into_inner().map_err(std::io::IntoInnerError::into_error).at("写入", path)?;
    let (size, sha256) = (hashing.bytes(), hashing.hex());
    hashing.into_inner().sync_all().at("写盘", path)?;
    Ok((size, sha256))
}

fn properties(shape: &Shape) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("suixin".to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::None);
    for field in shape.file.fields() {
        if shape.statistics_allowed(field.name()) {
            builder = builder
                .set_column_statistics_enabled(ColumnPath::from(field.name().as_str()), EnabledStatistics::Chunk);
        }
    }
    builder.build()
}

/// Reads a data file, or some of its columns (by their place in the file, in that order).
pub(crate) fn read(folder: &Path, shape: &Shape, file: &DataFile, columns: Option<&[usize]>) -> Result<RecordBatch> {
    let path = folder.join(&file.path);
    let fail = |e: &dyn std::fmt::Display| Error::storage(shape.name(), format!("{}：{e}", file.path));
    let input = File::open(&path).at("读取", &path)?;
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(input).map_err(|e| fail(&e))?;
    let schema: SchemaRef = match columns {
        Some(places) => {
            let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().copied());
            builder = builder.with_projection(mask);
            Arc::new(shape.file.project(places).map_err(|e| fail(&e))?)
        }
        None => Arc::clone(&shape.file),
    };
    let reader = builder.with_batch_size(64 * 1024).build().map_err(|e| fail(&e))?;
    let mut parts = Vec::new();
    for part in reader {
        let part = part.map_err(|e| fail(&e))?;
        let arrays = schema.fields().iter().map(|f| column(&part, f.name())).collect::<Option<Vec<_>>>();
        let arrays = arrays.ok_or_else(|| fail(&"缺列"))?;
        parts.push(RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|e| fail(&e))?);
    }
    concat_batches(&schema, &parts).map_err(|e| fail(&e))
}

fn column(batch: &RecordBatch, name: &str) -> Option<ArrayRef> {
    batch.column_by_name(name).map(Arc::clone)
}

/// Some rows of a batch, in the order given.
pub(crate) fn pick(table: &str, batch: &RecordBatch, rows: &[u32]) -> Result<RecordBatch> {
    take_record_batch(batch, &UInt32Array::from(rows.to_vec())).map_err(|e| Error::storage(table, e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::shapes;
    use crate::{cells, disk};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use suixin_ingest::contract::Contracts;
    use suixin_ingest::value::Value;

    #[test]
    fn a_file_is_sorted_without_personal_statistics_and_reads_back() {
        let contracts = Contracts::embedded().unwrap();
        let shape = &shapes(&contracts)["relation_declare"];
        let dir = tempfile::tempdir().unwrap();
        let key = shape.file_index("pid_token").unwrap();
        let row = |k: &str| {
            let mut row = vec![Value::Null; shape.file.fields().len()];
            row[key] = k.into();
            row
        };
        let batch = cells::batch("relation_declare", &shape.file, &[row("c"), row("a"), row("b")]).unwrap();
        let partition = Partition { unit: Some("510903".into()), current: true };
        let file = write(dir.path(), shape, &partition, &sorted(shape, &batch).unwrap(), "000001-00").unwrap();
        assert_eq!(file.sha256, disk::sha256_of(&dir.path().join(&file.path)).unwrap());
        let back = read(dir.path(), shape, &file, Some(&[key])).unwrap();
        assert_eq!(cells::rows(&back), [[Value::from("a")], [Value::from("b")], [Value::from("c")]]);
        let reader = SerializedFileReader::new(File::open(dir.path().join(&file.path)).unwrap()).unwrap();
        let meta = reader.metadata().row_group(0);
        assert!(meta.column(key).statistics().is_none());
        assert!(meta.column(shape.file_index("batch_id").unwrap()).statistics().is_some());
    }

    #[test]
    fn the_same_rows_give_the_same_bytes() {
        let contracts = Contracts::embedded().unwrap();
        let shape = &shapes(&contracts)["dim_workday"];
        let dir = tempfile::tempdir().unwrap();
        let batch = cells::batch("t", &shape.file, &[vec![Value::Null; shape.file.fields().len()]]).unwrap();
        let partition = Partition { unit: None, current: true };
        let a = write(dir.path(), shape, &partition, &batch, "000001-00").unwrap();
        assert_eq!(write(dir.path(), shape, &partition, &batch, "000001-00").unwrap(), a);
    }
}
