//! Values of the contract into Arrow and back. Pure. A decimal with more places than its column is rounded half up.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder,
    StringViewBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use arrow::temporal_conversions::date32_to_datetime;
use arrow::util::display::array_value_to_string;
use chrono::{DateTime, NaiveDateTime, NaiveTime};
use rust_decimal::{Decimal, RoundingStrategy};
use suixin_ingest::value::Value;

use crate::error::{Error, Result};

/// Days from 0001-01-01 to 1970-01-01.
const EPOCH_DAYS: i32 = 719_163;

/// Rows in the order of a schema as one batch.
///
/// # Errors
/// The first value that does not fit, by row and column; the value is not named.
pub(crate) fn batch(table: &str, schema: &SchemaRef, rows: &[Vec<Value>]) -> Result<RecordBatch> {
    let width = schema.fields().len();
    if let Some(at) = rows.iter().position(|r| r.len() != width) {
        let problem = format!("应有 {width} 列，实有 {} 列", rows[at].len());
        return Err(Error::BadRow { table: table.to_owned(), row: at + 1, column: "*".into(), problem });
    }
    let mut arrays = Vec::with_capacity(width);
    for (i, field) in schema.fields().iter().enumerate() {
        let array = array(field.data_type(), rows.len(), rows.iter().map(|r| &r[i])).map_err(|(row, problem)| {
            Error::BadRow { table: table.to_owned(), row: row + 1, column: field.name().clone(), problem }
        })?;
        arrays.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options).map_err(|e| Error::storage(table, e))
}

type Misfit = (usize, String);

/// Fills a builder from values, or says which row does not fit.
macro_rules! fill {
    ($builder:expr, $values:expr, $as:expr, $what:literal) => {{
        let mut builder = $builder;
        for (i, value) in $values.enumerate() {
            match value {
                Value::Null => builder.append_null(),
                value => match $as(value) {
                    Some(v) => builder.append_value(v),
                    None => return Err((i, format!("应为{}", $what))),
                },
            }
        }
        Arc::new(builder.finish()) as ArrayRef
    }};
}

/// One column of values as an array.
pub(crate) fn array<'a>(
    kind: &DataType,
    rows: usize,
    values: impl Iterator<Item = &'a Value>,
) -> Result<ArrayRef, Misfit> {
    Ok(match kind {
        DataType::Utf8 => fill!(StringBuilder::with_capacity(rows, rows * 8), values, Value::as_str, "文本"),
        DataType::Utf8View => fill!(StringViewBuilder::with_capacity(rows), values, Value::as_str, "文本"),
        DataType::Int64 => fill!(Int64Builder::with_capacity(rows), values, integer, "整数"),
        DataType::Boolean => fill!(BooleanBuilder::with_capacity(rows), values, boolean, "是或否"),
        DataType::Date32 => fill!(Date32Builder::with_capacity(rows), values, days, "日期"),
        DataType::Timestamp(TimeUnit::Microsecond, None) => {
            fill!(TimestampMicrosecondBuilder::with_capacity(rows), values, micros, "时间")
        }
        DataType::Decimal128(precision, scale) => {
            let builder = Decimal128Builder::with_capacity(rows).with_data_type(kind.clone());
            fill!(builder, values, |v: &Value| decimal(v, *precision, *scale), "数，且不超过列的位数")
        }
        other => return Err((0, format!("列类型 {other} 不能写入"))),
    })
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(i) => Some(*i),
        Value::Dec(d) if d.is_integer() => i64::try_from(*d).ok(),
        _ => None,
    }
}

fn boolean(value: &Value) -> Option<bool> {
    if let Value::Bool(b) = value { Some(*b) } else { None }
}

fn days(value: &Value) -> Option<i32> {
    use chrono::Datelike;
    value.as_date().map(|d| d.num_days_from_ce() - EPOCH_DAYS)
}

fn micros(value: &Value) -> Option<i64> {
    match value {
        Value::Ts(t) => Some(t.and_utc().timestamp_micros()),
        Value::Date(d) => Some(d.and_time(NaiveTime::MIN).and_utc().timestamp_micros()),
        _ => None,
    }
}

/// A number as the whole multiple of 10^-scale, rounded half up (away from zero).
fn decimal(value: &Value, precision: u8, scale: i8) -> Option<i128> {
    let places = u32::try_from(scale).ok()?;
    let rounded = value.as_decimal()?.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let more = places.checked_sub(rounded.scale())?;
    let unscaled = rounded.mantissa().checked_mul(10_i128.checked_pow(more)?)?;
    let limit = 10_i128.checked_pow(u32::from(precision))?;
    (unscaled.abs() < limit).then_some(unscaled)
}

/// All rows of a batch as values.
pub(crate) fn rows(batch: &RecordBatch) -> Vec<Vec<Value>> {
    (0..batch.num_rows()).map(|row| batch.columns().iter().map(|array| value(array, row)).collect()).collect()
}

/// One cell. Kinds that values do not know (lists, intervals) become their text.
pub(crate) fn value(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Utf8 => Value::Str(array.as_string::<i32>().value(row).to_owned()),
        DataType::LargeUtf8 => Value::Str(array.as_string::<i64>().value(row).to_owned()),
        DataType::Utf8View => Value::Str(array.as_string_view().value(row).to_owned()),
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        DataType::Float32 => Value::Float(f64::from(array.as_primitive::<Float32Type>().value(row))),
        DataType::Float64 => Value::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => from_unscaled(array.as_primitive::<Decimal128Type>().value(row), *scale),
        DataType::Null => Value::Null,
        kind if kind.is_integer() => integer_value(array, row),
        kind if kind.is_temporal() => time_value(array, row),
        _ => text_value(array, row),
    }
}

fn integer_value(array: &ArrayRef, row: usize) -> Value {
    let int = match array.data_type() {
        DataType::Int8 => i64::from(array.as_primitive::<Int8Type>().value(row)),
        DataType::Int16 => i64::from(array.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => i64::from(array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row),
        DataType::UInt8 => i64::from(array.as_primitive::<UInt8Type>().value(row)),
        DataType::UInt16 => i64::from(array.as_primitive::<UInt16Type>().value(row)),
        DataType::UInt32 => i64::from(array.as_primitive::<UInt32Type>().value(row)),
        _ => {
            let wide = array.as_primitive::<UInt64Type>().value(row);
            return i64::try_from(wide).map_or_else(|_| Value::Dec(Decimal::from(wide)), Value::Int);
        }
    };
    Value::Int(int)
}

fn time_value(array: &ArrayRef, row: usize) -> Value {
    let day = |t: Option<NaiveDateTime>| t.map(|t| Value::Date(t.date()));
    let utc = |t: Option<DateTime<chrono::Utc>>| t.map(|t| Value::Ts(t.naive_utc()));
    let found = match array.data_type() {
        DataType::Date32 => day(date32_to_datetime(array.as_primitive::<Date32Type>().value(row))),
        DataType::Date64 => {
            day(DateTime::from_timestamp_millis(array.as_primitive::<Date64Type>().value(row)).map(|t| t.naive_utc()))
        }
        DataType::Timestamp(TimeUnit::Second, _) => {
            utc(DateTime::from_timestamp(array.as_primitive::<TimestampSecondType>().value(row), 0))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            utc(DateTime::from_timestamp_millis(array.as_primitive::<TimestampMillisecondType>().value(row)))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            utc(DateTime::from_timestamp_micros(array.as_primitive::<TimestampMicrosecondType>().value(row)))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            utc(Some(DateTime::from_timestamp_nanos(array.as_primitive::<TimestampNanosecondType>().value(row))))
        }
        _ => None,
    };
    found.unwrap_or_else(|| text_value(array, row))
}

fn text_value(array: &ArrayRef, row: usize) -> Value {
    if let DataType::Dictionary(_, values) = array.data_type() {
        return arrow::compute::cast(array, values).map_or(Value::Null, |plain| value(&plain, row));
    }
    array_value_to_string(array, row).map_or(Value::Null, Value::Str)
}

/// A decimal; digits that a `Decimal` cannot hold (more than 28) are rounded away from the end.
fn from_unscaled(unscaled: i128, scale: i8) -> Value {
    let (mut digits, mut places) = (unscaled, i32::from(scale));
    while places < 0 {
        digits = digits.saturating_mul(10);
        places += 1;
    }
    let fits =
        |digits: i128, places: i32| Decimal::try_from_i128_with_scale(digits, u32::try_from(places).unwrap_or(0)).ok();
    loop {
        if let Some(decimal) = fits(digits, places).filter(|_| places <= 28) {
            return Value::Dec(decimal);
        }
        if places == 0 {
            // Beyond 28 digits without a fraction: no amount of money, but say it as nearly as possible.
            #[expect(clippy::cast_precision_loss, reason = "beyond exact range by definition")]
            return Value::Float(digits as f64);
        }
        let half = if digits < 0 { -5 } else { 5 };
        digits = digits.saturating_add(half) / 10;
        places -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::datatypes::{Field, Schema};
    use chrono::NaiveDate;

    fn one(kind: DataType, value: Value) -> Result<Value> {
        let schema = Arc::new(Schema::new(vec![Field::new("c", kind, true)]));
        batch("t", &schema, &[vec![value]]).map(|b| rows(&b)[0][0].clone())
    }

    #[test]
    fn every_kind_comes_back_as_it_went() {
        let date = NaiveDate::from_ymd_opt(2025, 3, 1).unwrap();
        assert_eq!(days(&Value::Date(date)), Some(20_148));
        for (kind, value) in [
            (DataType::Utf8, Value::from("甲")),
            (DataType::Utf8View, Value::from("一个比十二个字节长得多的文本")),
            (DataType::Int64, Value::Int(-3)),
            (DataType::Boolean, Value::Bool(true)),
            (DataType::Date32, Value::Date(date)),
            (DataType::Timestamp(TimeUnit::Microsecond, None), Value::Ts(date.and_hms_opt(8, 30, 1).unwrap())),
            (DataType::Decimal128(18, 2), Value::Dec(Decimal::new(-1234, 2))),
            (DataType::Int64, Value::Null),
        ] {
            assert_eq!(one(kind, value.clone()).unwrap(), value);
        }
    }

    #[test]
    fn decimals_round_half_up_and_refuse_what_is_too_wide() {
        let dec = |text: &str| Value::Dec(text.parse().unwrap());
        assert_eq!(one(DataType::Decimal128(18, 2), dec("0.125")).unwrap(), dec("0.13"));
        assert_eq!(one(DataType::Decimal128(18, 2), dec("-0.125")).unwrap(), dec("-0.13"));
        assert_eq!(one(DataType::Decimal128(18, 2), Value::Int(7)).unwrap(), dec("7.00"));
        assert!(one(DataType::Decimal128(4, 2), dec("100")).is_err());
        assert_eq!(from_unscaled(10_i128.pow(30), 30), dec("1.0000000000000000000000000000"));
    }

    #[test]
    fn a_misfit_is_named_by_row_and_column_and_never_by_value() {
        let error = one(DataType::Int64, Value::from("张三丰")).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("第 1 行") && text.contains("整数") && !text.contains("张三丰"), "{text}");
    }
}
