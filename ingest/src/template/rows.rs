//! Rows that are filled in already: the ledger of the period before, as people read it.

use std::collections::BTreeMap;

use chrono::NaiveTime;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use crate::normalise::date_serial;
use crate::value::Value;

use super::columns::{Design, Input};
use super::plan::Plan;
use super::{Prefill, TemplateError, places};

/// Refuses tables and columns that the form does not show: a value must not be lost without a word.
pub(super) fn check(plan: &Plan<'_>, prefill: &Prefill) -> Result<(), TemplateError> {
    let wrong = |what: String| TemplateError::Prefill { form: plan.form.title.clone(), what };
    for (table, rows) in prefill {
        let entry = plan.tables.iter().find(|e| e.table.name == *table).ok_or_else(|| wrong(table.clone()))?;
        let shows = |name: &str| entry.table.form_columns().any(|(_, c)| c.name == name);
        if let Some(column) = rows.iter().flat_map(BTreeMap::keys).find(|c| !shows(c)) {
            return Err(wrong(format!("{table}.{column}")));
        }
    }
    Ok(())
}

/// Writes a value into a cell in the way in which it is filled by hand.
pub(super) fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Shown,
    format: &Format,
) -> Result<(), XlsxError> {
    match value {
        Shown::Nothing => sheet.write_blank(row, column, format)?,
        Shown::Text(text) => sheet.write_string_with_format(row, column, text, format)?,
        Shown::Number(n) => sheet.write_number_with_format(row, column, *n, format)?,
        Shown::Date(d) => {
            sheet.write_number_with_format(row, column, date_serial(d.and_time(NaiveTime::MIN)), format)?
        }
        Shown::Time(t) => sheet.write_number_with_format(row, column, date_serial(*t), format)?,
    };
    Ok(())
}

/// A value as it stands in a cell.
pub(super) enum Shown {
    Nothing,
    Text(String),
    Number(f64),
    Date(chrono::NaiveDate),
    Time(chrono::NaiveDateTime),
}

/// How a column shows the value of a row: codes and places by their names.
pub(super) fn shown(plan: &Plan<'_>, design: &Design<'_>, row: &BTreeMap<String, Value>) -> Shown {
    let Some(value) = row.get(&design.column.name) else { return Shown::Nothing };
    match (value, &design.input) {
        (Value::Null, _) => Shown::Nothing,
        (Value::Bool(b), _) => Shown::Text(if *b { "是" } else { "否" }.to_owned()),
        (Value::Str(code), Input::Pick(list)) => {
            let name = list.iter().find(|(c, _)| c == code).map_or(code, |(_, name)| name);
            Shown::Text(name.clone())
        }
        (Value::Str(code), Input::Township | Input::Village) => {
            let township = row.get("township_code").and_then(Value::as_str);
            Shown::Text(places::shown(plan, code, township).to_owned())
        }
        (Value::Date(d), _) => Shown::Date(*d),
        (Value::Ts(t), _) => Shown::Time(*t),
        (Value::Int(_) | Value::Dec(_) | Value::Float(_), _) if !design.is_text() => {
            value.as_decimal().and_then(|d| d.to_f64()).map_or(Shown::Nothing, Shown::Number)
        }
        _ => Shown::Text(value.to_string()),
    }
}
