//! JSON returns: an object with 报表, 填报单位, 报表期 and the list 数据; a bare list; or one object a line (NDJSON).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::cell::Said;
use super::{Cell, RawFile, RawRow, ReadError, Sheet};

pub(super) fn read(text: &str) -> Result<RawFile, ReadError> {
    let (said, list) = parse(text)?;
    let mut headers: Vec<String> = Vec::new();
    let mut rows = vec![RawRow::default()];
    for (i, item) in list.iter().enumerate() {
        let no = u32::try_from(i + 1).unwrap_or(u32::MAX);
        let Value::Object(object) = item else {
            return Err(ReadError::unreadable(
                format!("第 {no} 条数据不是“表头: 值”的对象"),
                "请按样例的 JSON 格式导出",
            ));
        };
        rows.push(RawRow { no, cells: cells(object, &mut headers, no)? });
    }
    rows[0] = RawRow { no: 0, cells: headers.into_iter().map(Cell::Text).collect() };
    let sheet = Sheet { said, rows, ..Sheet::default() };
    Ok(RawFile { encoding: "JSON".to_owned(), sheets: vec![sheet], properties: BTreeMap::new() })
}

fn parse(text: &str) -> Result<(Said, Vec<Value>), ReadError> {
    match serde_json::from_str(text) {
        Ok(Value::Array(list)) => Ok((Said::default(), list)),
        Ok(Value::Object(object)) => from_object(object),
        Ok(_) => Err(ReadError::unreadable("JSON 里没有数据列表", "请按样例的 JSON 格式导出")),
        Err(whole) => lines(text).ok_or_else(|| {
            let (line, column) = (whole.line(), whole.column());
            ReadError::unreadable(
                format!("JSON 格式有误：第 {line} 行第 {column} 列"),
                "请重新导出，不要手工修改 JSON 文件",
            )
        }),
    }
}

fn from_object(mut object: Map<String, Value>) -> Result<(Said, Vec<Value>), ReadError> {
    let said = Said {
        table: text_of(&object, "报表"),
        unit: text_of(&object, "填报单位"),
        period: text_of(&object, "报表期"),
        form: None,
    };
    match object.remove("数据") {
        Some(Value::Array(list)) => Ok((said, list)),
        None if said.table.is_none() => Ok((said, vec![Value::Object(object)])),
        _ => Err(ReadError::unreadable("JSON 里没有“数据”列表", "请按样例的 JSON 格式导出")),
    }
}

fn lines(text: &str) -> Option<(Said, Vec<Value>)> {
    let list =
        text.lines().filter(|l| !l.trim().is_empty()).map(serde_json::from_str).collect::<Result<_, _>>().ok()?;
    Some((Said::default(), list))
}

fn text_of(object: &Map<String, Value>, key: &str) -> Option<String> {
    match object.get(key)? {
        Value::String(s) => Some(s.clone()),
        Value::Number(n) => Some(n.to_string()),
        _ => None,
    }
}

fn cells(object: &Map<String, Value>, headers: &mut Vec<String>, no: u32) -> Result<Vec<Cell>, ReadError> {
    let mut cells = vec![Cell::Empty; headers.len()];
    for (key, value) in object {
        let at = headers.iter().position(|h| h == key).unwrap_or_else(|| {
            headers.push(key.clone());
            cells.push(Cell::Empty);
            headers.len() - 1
        });
        cells[at] = convert(value).ok_or_else(|| {
            ReadError::unreadable(format!("第 {no} 条数据的“{key}”不是单个值"), "请按样例的 JSON 格式导出，不要嵌套")
        })?;
    }
    Ok(cells)
}

fn convert(value: &Value) -> Option<Cell> {
    Some(match value {
        Value::Null => Cell::Empty,
        Value::Bool(b) => Cell::Bool(*b),
        Value::Number(n) => Cell::Number(n.as_f64()?),
        Value::String(s) if s.is_empty() => Cell::Empty,
        Value::String(s) => Cell::Text(s.clone()),
        Value::Array(_) | Value::Object(_) => return None,
    })
}
