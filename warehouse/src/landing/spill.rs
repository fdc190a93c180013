//! Rows of a large delivery wait in scratch files, so that memory holds digests and not the rows. They hold tokens, never
//! clear text, and go when the delivery is closed or given up.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::disk::make_private_dir;
use crate::error::{At, Error, Result};

const PREFIX: &str = "stage-";

/// A scratch folder of one delivery; its lock tells whether the process that made it still lives.
pub(super) struct Scratch {
    dir: PathBuf,
    files: usize,
    _lock: File,
}

impl Scratch {
    /// Makes a folder, and removes those that dead processes left.
    pub fn new(parent: &Path) -> Result<Self> {
        make_private_dir(parent)?;
        remove_stale(parent)?;
        let candidates = (0..u32::MAX).map(|n| parent.join(format!("{PREFIX}{}-{n}", std::process::id())));
        let name = candidates.into_iter().find(|p| !p.exists());
        let dir = name.unwrap_or_else(|| parent.join(PREFIX));
        make_private_dir(&dir)?;
        let path = dir.join("lock");
        let lock = File::create(&path).at("写入", &path)?;
        lock.lock().at("锁定", &path)?;
        Ok(Self { dir, files: 0, _lock: lock })
    }

    fn next_file(&mut self) -> PathBuf {
        self.files += 1;
        self.dir.join(format!("{:06}.parquet", self.files))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.dir) {
            tracing::warn!(dir = %self.dir.display(), %error, "scratch files stay until the next delivery");
        }
    }
}

fn remove_stale(parent: &Path) -> Result<()> {
    for entry in fs::read_dir(parent).at("读取", parent)? {
        let dir = entry.at("读取", parent)?.path();
        let ours = dir.file_name().is_some_and(|n| n.to_string_lossy().starts_with(PREFIX));
        let free = |lock: File| lock.try_lock().is_ok();
        if ours && File::open(dir.join("lock")).is_ok_and(free) {
            fs::remove_dir_all(&dir).at("删除", &dir)?;
        }
    }
    Ok(())
}

/// Rows of a staged table.
pub(super) enum Rows {
    Memory(RecordBatch),
    Spilled { path: PathBuf, schema: SchemaRef },
}

impl Rows {
    /// The rows; read back where they were spilled.
    pub fn get(&self) -> Result<RecordBatch> {
        match self {
            Self::Memory(batch) => Ok(batch.clone()),
            Self::Spilled { path, schema } => read(path, schema),
        }
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        if let Self::Memory(batch) = self { batch.get_array_memory_size() } else { 0 }
    }

    pub fn spill(&mut self, scratch: &mut Scratch) -> Result<()> {
        if let Self::Memory(batch) = self {
            let path = scratch.next_file();
            write(&path, batch)?;
            *self = Self::Spilled { path, schema: batch.schema() };
        }
        Ok(())
    }
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::storage("scratch", e)
}

fn write(path: &Path, batch: &RecordBatch) -> Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(failed)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .build();
    let out = File::create(path).at("写入", path)?;
    let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(properties)).map_err(failed)?;
    writer.write(batch).map_err(failed)?;
    writer.close().map_err(failed)?;
    Ok(())
}

fn read(path: &Path, schema: &SchemaRef) -> Result<RecordBatch> {
    let input = File::open(path).at("读取", path)?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(input)
        .map_err(failed)?
        .with_batch_size(64 * 1024)
        .build()
        .map_err(failed)?;
    let parts = reader.collect::<std::result::Result<Vec<_>, _>>().map_err(failed)?;
    let same: Vec<RecordBatch> = parts
        .into_iter()
        .map(|p| p.with_schema(schema.clone()))
        .collect::<std::result::Result<_, _>>()
        .map_err(failed)?;
    concat_batches(schema, &same).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells;
    use arrow::datatypes::{DataType, Field, Schema};
    use std::sync::Arc;

    #[test]
    fn spilled_rows_come_back_and_the_folder_goes() {
        let parent = tempfile::tempdir().unwrap();
        let schema = Arc::new(Schema::new(vec![
            Field::new("a", DataType::Utf8, true),
            Field::new("b", DataType::Decimal128(18, 2), true),
        ]));
        let batch = cells::batch(
            "t",
            &schema,
            &[vec!["x".into(), 3.into()], vec!["y".into(), suixin_ingest::value::Value::Null]],
        )
        .unwrap();
        let mut rows = Rows::Memory(batch.clone());
        let stale = parent.path().join("stage-0-0");
        fs::create_dir(&stale).unwrap();
        fs::write(stale.join("lock"), "").unwrap();
        let mut scratch = Scratch::new(parent.path()).unwrap();
        assert!(!stale.exists());
        rows.spill(&mut scratch).unwrap();
        assert_eq!((rows.bytes(), rows.get().unwrap()), (0, batch));
        let second = Scratch::new(parent.path()).unwrap();
        assert!(rows.get().is_ok(), "the folder of a living delivery stays");
        drop((scratch, second));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }
}
