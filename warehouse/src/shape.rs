//! What a table of the contract looks like in Arrow, Parquet and Delta. Pure: nothing is read or written here.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use suixin_ingest::contract::{Column, Contracts, Kind, Privacy, Table};

use crate::disk::sha256_hex;
use crate::error::{Error, Result};

/// Partition column with the unit that a row belongs to.
pub(crate) const UNIT: &str = "eval_unit_code";
/// Partition column that parts the rows in force from the replaced ones.
pub(crate) const CURRENT: &str = "is_current";

/// The folder that a data file lies in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Partition {
    /// Unit, `None` for NULL and for tables without one.
    pub unit: Option<String>,
    /// Rows in force; always true for tables that the product writes.
    pub current: bool,
}

/// A table of the contract with its schemas.
#[derive(Debug)]
pub(crate) struct Shape {
    pub table: Table,
    /// Columns as queried: contract order, then lineage.
    pub columns: Vec<Column>,
    /// All columns with the types of storage.
    pub full: SchemaRef,
    /// The columns inside a data file: `full` without the partition columns.
    pub file: SchemaRef,
    /// All columns with the types that queries work on.
    pub query: SchemaRef,
    /// Place in `full` of each column of `file`.
    pub file_places: Vec<usize>,
    /// Names of the partition columns that the table has.
    pub partitions: Vec<&'static str>,
    /// SHA-256 over names and types; stored files must have the same.
    pub digest: String,
}

impl Shape {
    pub fn new(table: &Table, lineage: &[Column]) -> Self {
        let submitted = !table.is_system();
        let own = table.columns.iter().cloned();
        let columns: Vec<Column> = if submitted { own.chain(lineage.iter().cloned()).collect() } else { own.collect() };
        let mut partitions = Vec::new();
        if table.has_unit() {
            partitions.push(UNIT);
        }
        if submitted {
            partitions.push(CURRENT);
        }
        let fields: Vec<Field> = columns.iter().map(|c| Field::new(&c.name, data_type(c), true)).collect();
        let file_places: Vec<usize> =
            (0..columns.len()).filter(|i| !partitions.contains(&columns[*i].name.as_str())).collect();
        let file = Arc::new(Schema::new(file_places.iter().map(|i| fields[*i].clone()).collect::<Vec<_>>()));
        let query = Arc::new(Schema::new(fields.iter().map(as_queried).collect::<Vec<_>>()));
        let digest = sha256_hex(format!("{fields:?}|{partitions:?}").as_bytes());
        Self {
            table: table.clone(),
            columns,
            full: Arc::new(Schema::new(fields)),
            file,
            query,
            file_places,
            partitions,
            digest,
        }
    }

    pub fn name(&self) -> &str {
        &self.table.name
    }

    /// Whether rows come from returns, with lineage and history.
    pub fn submitted(&self) -> bool {
        self.partitions.contains(&CURRENT)
    }

    pub fn has_unit(&self) -> bool {
        self.partitions.contains(&UNIT)
    }

    /// Places of the natural key in contract order.
    pub fn key_places(&self) -> Vec<usize> {
        self.table.natural_key.iter().filter_map(|k| self.table.index_of(k)).collect()
    }

    /// Place of a column inside a data file.
    pub fn file_index(&self, column: &str) -> Option<usize> {
        self.file.index_of(column).ok()
    }

    /// Whether statistics of a column may be written: it identifies nobody.
    pub fn statistics_allowed(&self, column: &str) -> bool {
        self.columns.iter().any(|c| c.name == column && c.vault.is_none() && c.privacy <= Privacy::S1)
    }

    /// Folder of a partition, relative to the table.
    pub fn folder(&self, partition: &Partition) -> String {
        let parts = self.partition_values(partition);
        parts.iter().map(|(k, v)| format!("{k}={}/", v.as_deref().unwrap_or("__HIVE_DEFAULT_PARTITION__"))).collect()
    }

    /// Partition columns with their values as text, in order.
    pub fn partition_values(&self, partition: &Partition) -> Vec<(&'static str, Option<String>)> {
        let value =
            |name: &str| if name == UNIT { partition.unit.clone() } else { Some(partition.current.to_string()) };
        self.partitions.iter().map(|name| (*name, value(name))).collect()
    }
}

/// Shapes of all tables by name.
pub(crate) type Shapes = BTreeMap<String, Arc<Shape>>;

pub(crate) fn shapes(contracts: &Contracts) -> Shapes {
    contracts.tables.values().map(|t| (t.name.clone(), Arc::new(Shape::new(t, &contracts.lineage)))).collect()
}

pub(crate) fn shape_of<'a>(shapes: &'a Shapes, table: &str) -> Result<&'a Arc<Shape>> {
    shapes.get(table).ok_or_else(|| Error::Unknown { what: "表", name: table.to_owned() })
}

/// The Arrow type of a column. Delta knows microseconds only, without a zone: all times are those of Asia/Shanghai.
pub(crate) fn data_type(column: &Column) -> DataType {
    match column.kind {
        Kind::Str | Kind::Text => DataType::Utf8,
        Kind::Int => DataType::Int64,
        Kind::Dec2 | Kind::Dec4 => decimal_type(&column.sql_type, column.kind),
        Kind::Date => DataType::Date32,
        Kind::Ts => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::Bool => DataType::Boolean,
    }
}

fn decimal_type(sql_type: &str, kind: Kind) -> DataType {
    let parse = || {
        let (precision, scale) = sql_type.strip_prefix("DECIMAL(")?.strip_suffix(')')?.split_once(',')?;
        Some(DataType::Decimal128(precision.trim().parse().ok()?, scale.trim().parse().ok()?))
    };
    parse().unwrap_or(DataType::Decimal128(18, if kind == Kind::Dec2 { 2 } else { 4 }))
}

/// Queries compare and group strings as views, which is what DataFusion reads Parquet into.
fn as_queried(field: &Field) -> Field {
    match field.data_type() {
        DataType::Utf8 => field.clone().with_data_type(DataType::Utf8View),
        _ => field.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_columns_stand_outside_the_files() {
        let contracts = Contracts::embedded().unwrap();
        let all = shapes(&contracts);
        let person = &all["person"];
        assert_eq!(person.partitions, [UNIT, CURRENT]);
        assert_eq!(person.full.fields().len(), person.table.columns.len() + 7);
        assert_eq!(person.file.fields().len(), person.full.fields().len() - 2);
        assert_eq!(
            person.folder(&Partition { unit: Some("510903".into()), current: false }),
            "eval_unit_code=510903/is_current=false/"
        );
        assert!(all["eval_value"].partitions.is_empty());
        assert_eq!(all["submission_batch"].partitions, [UNIT]);
        assert_eq!(all["dim_code"].partitions, [CURRENT]);
    }

    #[test]
    fn statistics_are_kept_from_columns_that_identify_somebody() {
        let contracts = Contracts::embedded().unwrap();
        let all = shapes(&contracts);
        for (table, column, allowed) in [
            ("person", "pid_token", false),
            ("person", "person_name", false),
            ("service_site", "address", false),
            ("person", "id_valid", true),
            ("aid_payment", "pay_date", true),
            ("person", "batch_id", true),
        ] {
            assert_eq!(all[table].statistics_allowed(column), allowed, "{table}.{column}");
        }
    }

    #[test]
    fn decimals_are_as_wide_as_the_contract_says() {
        let contracts = Contracts::embedded().unwrap();
        let all = shapes(&contracts);
        let value = all["eval_value"].full.field_with_name("numerator").unwrap().data_type().clone();
        assert_eq!(value, DataType::Decimal128(38, 12));
    }
}
