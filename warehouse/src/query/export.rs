//! Results as files, written as they come: nothing is gathered in memory.

use std::io::Write;

use arrow::array::ArrayRef;
use arrow::compute::cast;
use arrow::csv::WriterBuilder;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::json::LineDelimitedWriter;
use arrow::record_batch::RecordBatch;
use futures::StreamExt;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::Snapshot;
use super::failure::failed;
use super::gate::Limits;
use crate::error::{Error, Result};

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 with a header line; NULL is empty.
    Csv,
    /// One JSON object a line; NULL is left out.
    JsonLines,
    /// Parquet, zstd.
    Parquet,
}

impl Snapshot {
    /// Writes the result of trusted SQL; returns the number of rows.
    ///
    /// # Errors
    /// `Query` when it does not run, `Storage` when it cannot be written.
    pub async fn export(&self, sql: &str, format: Format, out: impl Write + Send) -> Result<u64> {
        let mut stream = self.stream(sql).await?;
        let mut sink = Sink::new(format, &stream.schema(), out)?;
        while let Some(batch) = stream.next().await {
            sink.write(&batch.map_err(failed)?)?;
        }
        sink.finish()
    }

    /// Writes the result of SQL that a person wrote, within limits as [`Snapshot::query_gated`]; returns the number of rows
    /// and whether more were left out.
    ///
    /// # Errors
    /// As [`Snapshot::query_gated`], and `Storage` when it cannot be written.
    pub async fn export_gated(
        &self,
        sql: &str,
        limits: &Limits,
        format: Format,
        out: impl Write + Send,
    ) -> Result<(u64, bool)> {
        let mut running = self.start_gated(sql, limits).await?;
        let mut sink = Sink::new(format, &running.schema, out)?;
        while let Some(batch) = running.next().await? {
            sink.write(&batch)?;
        }
        Ok((sink.finish()?, running.truncated))
    }
}

/// A file being written.
struct Sink<W: Write + Send> {
    schema: SchemaRef,
    rows: u64,
    writer: Writer<W>,
}

enum Writer<W: Write + Send> {
    Csv(Box<arrow::csv::Writer<W>>),
    Json(LineDelimitedWriter<W>),
    Parquet(Box<ArrowWriter<W>>),
}

fn unwritten(e: impl std::fmt::Display) -> Error {
    Error::storage("export", e)
}

impl<W: Write + Send> Sink<W> {
    fn new(format: Format, result: &SchemaRef, out: W) -> Result<Self> {
        let schema = plain(result);
        let writer = match format {
            Format::Csv => {
                let mut csv = WriterBuilder::new()
                    .with_header(true)
                    .with_timestamp_format("%Y-%m-%d %H:%M:%S".to_owned())
                    .build(out);
                // An empty result has its header too.
                csv.write(&RecordBatch::new_empty(schema.clone())).map_err(unwritten)?;
                Writer::Csv(Box::new(csv))
            }
            Format::JsonLines => Writer::Json(LineDelimitedWriter::new(out)),
            Format::Parquet => {
                let properties =
                    WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
                Writer::Parquet(Box::new(
                    ArrowWriter::try_new(out, schema.clone(), Some(properties)).map_err(unwritten)?,
                ))
            }
        };
        Ok(Self { schema, rows: 0, writer })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns: Vec<ArrayRef> = batch
            .columns()
            .iter()
            .zip(self.schema.fields())
            .map(|(array, field)| cast(array, field.data_type()))
            .collect::<std::result::Result<_, _>>()
            .map_err(unwritten)?;
        let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(unwritten)?;
        self.rows += batch.num_rows() as u64;
        match &mut self.writer {
            Writer::Csv(csv) => csv.write(&batch).map_err(unwritten),
            Writer::Json(json) => json.write(&batch).map_err(unwritten),
            Writer::Parquet(parquet) => parquet.write(&batch).map_err(unwritten),
        }
    }

    fn finish(self) -> Result<u64> {
        match self.writer {
            Writer::Csv(csv) => csv.into_inner().flush().map_err(unwritten)?,
            Writer::Json(mut json) => {
                json.finish().map_err(unwritten)?;
                json.into_inner().flush().map_err(unwritten)?;
            }
            Writer::Parquet(parquet) => {
                parquet.close().map_err(unwritten)?;
            }
        }
        Ok(self.rows)
    }
}

/// The schema with types that every reader knows.
fn plain(result: &SchemaRef) -> SchemaRef {
    let fields = result.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(..) => {
            Field::new(field.name(), DataType::Utf8, true)
        }
        DataType::Null => Field::new(field.name(), DataType::Utf8, true),
        _ => field.as_ref().clone().with_nullable(true),
    });
    std::sync::Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
