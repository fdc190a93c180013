//! A query's result as plain values.

use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;
use serde::Serialize;
use suixin_ingest::value::Value;

use crate::cells;

/// Columns, their types and rows. A missing value is `Null`.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct Frame {
    /// Names in order.
    pub columns: Vec<String>,
    /// SQL types: `VARCHAR`, `BIGINT`, `DOUBLE`, `DECIMAL(p,s)`, `DATE`, `TIMESTAMP`, `BOOLEAN`, or Arrow's own name.
    pub types: Vec<String>,
    /// Rows in the order of the result.
    pub rows: Vec<Vec<Value>>,
    /// Whether rows beyond the limit were left out.
    pub truncated: bool,
}

impl Frame {
    pub(crate) fn empty(schema: &SchemaRef) -> Self {
        Self { columns: names(schema), types: types(schema), ..Self::default() }
    }

    /// Adds rows; returns about how many bytes they take.
    pub(crate) fn extend(&mut self, batch: &RecordBatch) -> usize {
        let rows = cells::rows(batch);
        let text = |value: &Value| value.as_str().map_or(0, str::len);
        let bytes = rows.iter().flatten().map(|value| size_of::<Value>() + text(value)).sum();
        self.rows.extend(rows);
        bytes
    }

    /// Place of a column.
    #[must_use]
    pub fn index_of(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c == column)
    }
}

pub(crate) fn names(schema: &SchemaRef) -> Vec<String> {
    schema.fields().iter().map(|f| f.name().clone()).collect()
}

pub(crate) fn types(schema: &SchemaRef) -> Vec<String> {
    schema.fields().iter().map(|f| sql_type(f.data_type())).collect()
}

fn sql_type(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "VARCHAR".to_owned(),
        DataType::Float32 | DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Decimal32(p, s)
        | DataType::Decimal64(p, s)
        | DataType::Decimal128(p, s)
        | DataType::Decimal256(p, s) => {
            format!("DECIMAL({p},{s})")
        }
        DataType::Date32 | DataType::Date64 => "DATE".to_owned(),
        DataType::Timestamp(..) => "TIMESTAMP".to_owned(),
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Dictionary(_, values) => sql_type(values),
        kind if kind.is_integer() => "BIGINT".to_owned(),
        other => other.to_string(),
    }
}
