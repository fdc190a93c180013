//! Digests of rows and keys: what makes two rows the same, or two keys. Pure.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The first half of the SHA-256 over the columns of a key: equal keys are equal numbers, and 128 bits never collide here.
pub(crate) type Key = u128;

/// The key of a cell without a value; no digest is ever this one.
pub(crate) const NO_KEY: Key = 0;

/// SHA-256 of every row over the given columns.
pub(crate) fn rows(table: &str, batch: &RecordBatch, columns: &[usize]) -> Result<Vec<[u8; 32]>> {
    let mut buffer = Vec::with_capacity(256);
    let mut out = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        buffer.clear();
        for column in columns {
            put(table, batch.column(*column), row, &mut buffer)?;
        }
        out.push(Sha256::digest(&buffer).into());
    }
    Ok(out)
}

/// The key of every row over the given columns.
pub(crate) fn keys(table: &str, batch: &RecordBatch, columns: &[usize]) -> Result<Vec<Key>> {
    let digests = rows(table, batch, columns)?;
    Ok(digests.iter().map(|d| d.iter().take(16).fold(0, |key, byte| (key << 8) | Key::from(*byte))).collect())
}

/// The key of one column's cells as a foreign key names them; [`NO_KEY`] for NULL.
pub(crate) fn references(table: &str, batch: &RecordBatch, column: usize) -> Result<Vec<Key>> {
    let mut keys = keys(table, batch, &[column])?;
    let array = batch.column(column);
    for (row, key) in keys.iter_mut().enumerate() {
        if array.is_null(row) {
            *key = NO_KEY;
        }
    }
    Ok(keys)
}

/// Appends a cell, its kind and its length, so that no two lists of cells look alike.
fn put(table: &str, array: &dyn Array, row: usize, out: &mut Vec<u8>) -> Result<()> {
    if array.is_null(row) {
        out.push(0);
        return Ok(());
    }
    match array.data_type() {
        DataType::Utf8 => {
            let text = array.as_string::<i32>().value(row).as_bytes();
            out.push(1);
            out.extend((text.len() as u64).to_le_bytes());
            out.extend(text);
        }
        DataType::Int64 => tagged(out, 2, &array.as_primitive::<Int64Type>().value(row).to_le_bytes()),
        DataType::Date32 => tagged(out, 3, &array.as_primitive::<Date32Type>().value(row).to_le_bytes()),
        DataType::Timestamp(..) => {
            tagged(out, 4, &array.as_primitive::<TimestampMicrosecondType>().value(row).to_le_bytes())
        }
        DataType::Decimal128(..) => tagged(out, 5, &array.as_primitive::<Decimal128Type>().value(row).to_le_bytes()),
        DataType::Boolean => tagged(out, 6, &[u8::from(array.as_boolean().value(row))]),
        other => return Err(Error::storage(table, format!("列类型 {other} 没有摘要"))),
    }
    Ok(())
}

fn tagged(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    out.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells;
    use arrow::datatypes::{Field, Schema};
    use std::sync::Arc;
    use suixin_ingest::value::Value;

    #[test]
    fn cells_do_not_run_into_each_other_and_null_is_not_empty() {
        let text = |n| Field::new(n, DataType::Utf8, true);
        let schema = Arc::new(Schema::new(vec![text("a"), text("b")]));
        let rows = [["a\u{1}b", "c"], ["a", "b\u{1}c"], ["a\u{1}b", "c"]].map(|r| r.map(Value::from).to_vec());
        let batch = cells::batch("t", &schema, &rows).unwrap();
        let keys = keys("t", &batch, &[0, 1]).unwrap();
        assert!(keys[0] != keys[1] && keys[0] == keys[2]);
        let schema = Arc::new(Schema::new(vec![text("a")]));
        let batch = cells::batch("t", &schema, &[vec![Value::Null], vec!["".into()]]).unwrap();
        let refs = references("t", &batch, 0).unwrap();
        assert!(refs[0] == NO_KEY && refs[1] != NO_KEY);
    }
}
