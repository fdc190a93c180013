//! The canonical text of definitions: keys sorted, numbers and dates as plain text, no layout and no comments.

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

/// A TOML table as JSON with sorted keys; numbers keep the digits they were written with.
pub(crate) fn json_of_table(table: &DeTable<'_>) -> Value {
    let mut entries: Vec<_> = table.iter().map(|(k, v)| (k.get_ref().to_string(), json_of(v.get_ref()))).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Value::Object(entries.into_iter().collect::<Map<_, _>>())
}

fn json_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(s) => Value::String(s.trim().replace("\r\n", "\n")),
        DeValue::Integer(i) => {
            serde_json::from_str(i.as_str()).unwrap_or_else(|_| Value::String(i.as_str().to_owned()))
        }
        DeValue::Float(f) => serde_json::from_str(f.as_str()).unwrap_or_else(|_| Value::String(f.as_str().to_owned())),
        DeValue::Boolean(b) => Value::Bool(*b),
        DeValue::Datetime(d) => Value::String(d.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(|i| json_of(i.get_ref())).collect()),
        DeValue::Table(t) => json_of_table(t),
    }
}
