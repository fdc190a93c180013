//! Parquet returns: an export with types. Row groups are decoded batch by batch; the names of the columns stand as header
//! in row 1, as in a CSV export.
//!
//! What a CSV export would write as text stands as text, whole numbers and decimals among it, so that no digit can be lost:
//! a 64-bit number that is an ID number still has all of its digits. Dates, times, floats and booleans keep their type. An
//! instant (a timestamp adjusted to UTC) is shown in China's time; a timestamp of unknown zone stands as it is.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    self as t, ArrowPrimitiveType, DataType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType,
    TimeUnit,
};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, Type as Physical};
use parquet::file::metadata::ParquetMetaData;

use super::bounds::{self, MAX_COLUMNS};
use super::{Cell, Input, RawFile, RawRow, ReadError, Sheet, Sink};

/// The first (and last) bytes; those of a file whose schema is encrypted.
pub(super) const MAGIC: &[u8; 4] = b"PAR1";
pub(super) const ENCRYPTED: &[u8; 4] = b"PARE";

/// Rows decoded at a time.
const BATCH: usize = 1_024;
/// Cells of a file, and rows for each of its bytes: a few bytes may claim any number of equal rows, but rows with a key of
/// their own need about a byte each.
const MAX_CELLS: u64 = 500_000_000;
const ROWS_A_BYTE: u64 = 64;
/// Hours by which China's time is ahead of UTC.
const CHINA_HOURS: i64 = 8;

pub(super) fn read(input: &Input<'_>, sink: &mut dyn Sink) -> Result<(), ReadError> {
    // The schema of the file counts, not what its writer remembers beside it.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new_with_options(input.file()?, options).map_err(|e| damaged(&e))?;
    check_claims(builder.metadata(), input.size_bytes()?)?;
    let schema = std::sync::Arc::clone(builder.schema());
    for (i, field) in schema.fields().iter().enumerate() {
        refuse_type(i, field.name(), field.data_type())?;
    }
    sink.file(RawFile { encoding: "PARQUET".to_owned(), sheets: Vec::new(), properties: BTreeMap::new() })?;
    sink.sheet(Sheet::default())?;
    sink.row(&RawRow { no: 1, cells: schema.fields().iter().map(|f| Cell::Text(f.name().clone())).collect() })?;
    let mut no = 1;
    for batch in builder.with_batch_size(BATCH).build().map_err(|e| damaged(&e))? {
        let batch = batch.map_err(|e| damaged(&e))?;
        let columns: Vec<Vec<Cell>> = batch.columns().iter().map(cells).collect();
        let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        for _ in 0..batch.num_rows() {
            no += 1;
            sink.row(&RawRow { no, cells: columns.iter_mut().map(|c| c.next().unwrap_or_default()).collect() })?;
        }
    }
    Ok(())
}

/// Looks at what the file says of itself before anything is decoded.
fn check_claims(file: &ParquetMetaData, size_bytes: u64) -> Result<(), ReadError> {
    let columns = file.file_metadata().schema_descr().columns();
    if columns.len() > MAX_COLUMNS as usize {
        return Err(bounds::too_large(format!("Parquet 文件有 {} 列", columns.len())));
    }
    let rows = file.row_groups().iter().map(|g| u64::try_from(g.num_rows()).unwrap_or(u64::MAX));
    let rows = rows.fold(0, u64::saturating_add);
    if is_too_much(rows, columns.len() as u64, size_bytes) {
        return Err(bounds::too_large(format!("Parquet 文件声明有 {rows} 行 {} 列", columns.len())));
    }
    for column in file.row_groups().iter().flat_map(|g| g.columns()) {
        let name = column.column_descr().name();
        if column.column_type() == Physical::INT96 {
            return Err(refused(
                name,
                "的时间是旧式的 INT96 类型，看不出时区",
                "请改用时间戳（timestamp）类型导出后重新报送",
            ));
        }
        let known =
            matches!(column.compression(), Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_));
        if !known {
            return Err(refused(name, "的压缩方式不支持", "请改用 snappy 或 zstd 压缩后重新报送"));
        }
    }
    Ok(())
}

fn is_too_much(rows: u64, columns: u64, size_bytes: u64) -> bool {
    rows > size_bytes.saturating_mul(ROWS_A_BYTE) || rows.saturating_mul(columns) > MAX_CELLS
}

fn refuse_type(at: usize, name: &str, kind: &DataType) -> Result<(), ReadError> {
    let what = match kind {
        DataType::Struct(_) | DataType::List(_) | DataType::LargeList(_) | DataType::Map(..) => {
            "是嵌套结构，不是单个值"
        }
        DataType::Binary | DataType::LargeBinary | DataType::FixedSizeBinary(_) | DataType::BinaryView => {
            "是二进制内容，不是文字"
        }
        DataType::Interval(_) | DataType::Duration(_) => "是时间间隔，报表中没有这种数据",
        _ => return Ok(()),
    };
    let what = format!("（第{}列）{what}", at + 1);
    Err(refused(name, &what, "请把这一列改为文字、数字、日期或是否后重新导出；文字列请用字符串（string）类型"))
}

fn refused(column: &str, what: &str, remedy: &str) -> ReadError {
    let shown: String = column.chars().filter(|c| !c.is_control()).take(60).collect();
    ReadError::unreadable(format!("Parquet 文件的列“{shown}”{what}"), remedy)
}

fn damaged(_: &dyn std::error::Error) -> ReadError {
    ReadError::unreadable("Parquet 文件不完整或已损坏", "文件可能没有传完，请重新导出后再报")
}

/// The cells of a column.
fn cells(array: &ArrayRef) -> Vec<Cell> {
    let array = array.as_ref();
    match array.data_type() {
        DataType::Boolean => {
            (0..array.len()).map(|i| at(array, i, |i| Cell::Bool(array.as_boolean().value(i)))).collect()
        }
        DataType::Int8 => whole::<t::Int8Type>(array),
        DataType::Int16 => whole::<t::Int16Type>(array),
        DataType::Int32 => whole::<t::Int32Type>(array),
        DataType::Int64 => whole::<t::Int64Type>(array),
        DataType::UInt8 => whole::<t::UInt8Type>(array),
        DataType::UInt16 => whole::<t::UInt16Type>(array),
        DataType::UInt32 => whole::<t::UInt32Type>(array),
        DataType::UInt64 => whole::<t::UInt64Type>(array),
        // The shortest text of a short float is what its writer saw.
        DataType::Float16 => primitive::<t::Float16Type>(array, |x| float(&x.to_f32().to_string())),
        DataType::Float32 => primitive::<t::Float32Type>(array, |x| float(&x.to_string())),
        DataType::Float64 => primitive::<t::Float64Type>(array, |x| float(&x.to_string())),
        DataType::Decimal32(..) => decimal::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimal::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimal::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimal::<Decimal256Type>(array),
        DataType::Utf8 => (0..array.len()).map(|i| at(array, i, |i| text(array.as_string::<i32>().value(i)))).collect(),
        DataType::Date32 => primitive::<t::Date32Type>(array, |d| instant(i128::from(d) * DAY_NANOS, false)),
        DataType::Time32(TimeUnit::Second) => primitive::<t::Time32SecondType>(array, |n| clock(i64::from(n), 1)),
        DataType::Time32(_) => primitive::<t::Time32MillisecondType>(array, |n| clock(i64::from(n), 1_000)),
        DataType::Time64(TimeUnit::Microsecond) => {
            primitive::<t::Time64MicrosecondType>(array, |n| clock(n, 1_000_000))
        }
        DataType::Time64(_) => primitive::<t::Time64NanosecondType>(array, |n| clock(n, 1_000_000_000)),
        DataType::Timestamp(unit, zone) => timestamps(array, *unit, zone.is_some()),
        // What has no type holds nothing.
        _ => vec![Cell::Empty; array.len()],
    }
}

fn at(array: &dyn Array, i: usize, read: impl Fn(usize) -> Cell) -> Cell {
    if array.is_null(i) { Cell::Empty } else { read(i) }
}

fn primitive<T: ArrowPrimitiveType>(array: &dyn Array, read: impl Fn(T::Native) -> Cell) -> Vec<Cell> {
    let values = array.as_primitive::<T>();
    (0..array.len()).map(|i| at(array, i, |i| read(values.value(i)))).collect()
}

fn whole<T: ArrowPrimitiveType>(array: &dyn Array) -> Vec<Cell>
where
    T::Native: ToString,
{
    primitive::<T>(array, |n| Cell::Text(n.to_string()))
}

fn decimal<T: DecimalType>(array: &dyn Array) -> Vec<Cell> {
    let values = array.as_primitive::<T>();
    (0..array.len()).map(|i| at(array, i, |i| Cell::Text(values.value_as_string(i)))).collect()
}

/// A number that is none (NaN, infinite) stands as its text, so that it is refused and never taken for a missing value.
fn float(text: &str) -> Cell {
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() => Cell::Number(n),
        _ => Cell::Text(text.to_owned()),
    }
}

fn text(s: &str) -> Cell {
    if s.is_empty() { Cell::Empty } else { Cell::Text(s.to_owned()) }
}

const DAY_NANOS: i128 = 86_400_000_000_000;

fn timestamps(array: &dyn Array, unit: TimeUnit, in_utc: bool) -> Vec<Cell> {
    match unit {
        TimeUnit::Second => {
            primitive::<t::TimestampSecondType>(array, |n| instant(i128::from(n) * 1_000_000_000, in_utc))
        }
        TimeUnit::Millisecond => {
            primitive::<t::TimestampMillisecondType>(array, |n| instant(i128::from(n) * 1_000_000, in_utc))
        }
        TimeUnit::Microsecond => {
            primitive::<t::TimestampMicrosecondType>(array, |n| instant(i128::from(n) * 1_000, in_utc))
        }
        TimeUnit::Nanosecond => primitive::<t::TimestampNanosecondType>(array, |n| instant(i128::from(n), in_utc)),
    }
}

/// Nanoseconds since 1970; what no calendar holds is an error.
fn instant(nanos: i128, in_utc: bool) -> Cell {
    let found = || -> Option<NaiveDateTime> {
        let days = i64::try_from(nanos.div_euclid(DAY_NANOS)).ok()?;
        let rest = i64::try_from(nanos.rem_euclid(DAY_NANOS)).ok()?;
        let epoch = DateTime::UNIX_EPOCH.date_naive();
        let far = Days::new(days.unsigned_abs());
        let date: NaiveDate = if days < 0 { epoch.checked_sub_days(far) } else { epoch.checked_add_days(far) }?;
        let time = date.and_hms_opt(0, 0, 0)?.checked_add_signed(TimeDelta::nanoseconds(rest))?;
        time.checked_add_signed(TimeDelta::hours(if in_utc { CHINA_HOURS } else { 0 }))
    };
    found().map_or_else(|| Cell::Error("日期超出范围".to_owned()), Cell::Date)
}

/// A time of day as text.
fn clock(n: i64, a_second: i64) -> Cell {
    let seconds = n / a_second;
    Cell::Text(format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Cell {
        Cell::Date(text.parse().unwrap())
    }

    #[test]
    fn instants_are_shown_in_chinas_time() {
        assert_eq!(instant(0, false), date("1970-01-01T00:00:00"));
        assert_eq!(instant(-DAY_NANOS, false), date("1969-12-31T00:00:00"));
        // 2025-03-31T20:30:00Z
        assert_eq!(instant(1_743_453_000_000_000_000, true), date("2025-04-01T04:30:00"));
        assert_eq!(instant(i128::from(i64::MAX) * 1_000_000_000, true), Cell::Error("日期超出范围".to_owned()));
    }

    #[test]
    fn claims_must_fit_the_size() {
        assert!(!is_too_much(10_000_000, 20, 100 << 20));
        assert!(is_too_much(10_000_000, 20, 100 << 10));
        assert!(is_too_much(10_000_000, 51, 100 << 20));
        assert!(is_too_much(u64::MAX, 2, u64::MAX));
    }

    #[test]
    fn a_number_that_is_none_stands_as_text() {
        assert_eq!(float(&0.1_f32.to_string()), Cell::Number(0.1));
        assert_eq!(float(&f64::NAN.to_string()), Cell::Text("NaN".to_owned()));
        assert_eq!(float(&f64::INFINITY.to_string()), Cell::Text("inf".to_owned()));
        assert_eq!(clock(3_661_000, 1_000), Cell::Text("01:01:01".to_owned()));
    }
}
