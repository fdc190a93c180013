//! JSON returns: an object with 报表, 填报单位, 报表期 and the list 数据; a bare list; or one object a line (NDJSON).
//!
//! The text is read twice and never held: once for the headers, which are the keys of all objects, and for mistakes in its
//! form, and once for the rows. No more than one object of the list is in memory.

mod object;
mod top;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Error};

use super::bounds::{MAX_COLUMNS, too_large};
use super::cell::Said;
use super::decode::{self, Text};
use super::{Cell, Input, RawFile, RawRow, ReadError, Sheet, Sink};

use object::Object;
use top::{Data, Top};

/// Bytes of a line of NDJSON; a text whose lines are longer is no such thing.
const MAX_LINE: u64 = 16 << 20;

pub(super) fn read(input: &Input<'_>, text: &Text, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let (found, headers) = survey(input, text)?;
    let sheet = Sheet { said: found.said.clone(), ..Sheet::default() };
    sink.file(RawFile { encoding: "JSON".to_owned(), sheets: Vec::new(), properties: BTreeMap::new() })?;
    sink.sheet(sheet)?;
    sink.row(&RawRow { no: 0, cells: headers.into_iter().map(Cell::Text).collect() })?;
    let mut rows = Rows { to: Some(sink), ..Rows::default() };
    // The form was looked at in the first pass; what ends this one is the sink.
    let walked = if found.lines {
        walk_lines(input, text, &mut rows)?
    } else {
        walk_once_more(input, text, found.lists, &mut rows)?
    };
    match (rows.failure, walked) {
        (Some(failure), _) => Err(failure),
        (None, Ok(())) => Ok(()),
        (None, Err(e)) => Err(faulty(&e)),
    }
}

/// The last of so many lists, or the outermost object where there is none.
fn walk_once_more(
    input: &Input<'_>,
    text: &Text,
    lists: u32,
    rows: &mut Rows<'_>,
) -> Result<serde_json::Result<()>, ReadError> {
    let walked = Top { rows, only: Some(lists) }.walk(input, text)?;
    Ok(walked.map(|walked| {
        if lists == 0 {
            rows.headers = walked.headers;
            rows.take(walked.object);
        }
    }))
}

/// What the first pass finds.
struct Found {
    said: Said,
    /// One object a line.
    lines: bool,
    /// Number of lists of this name; the last one counts.
    lists: u32,
}

fn survey(input: &Input<'_>, text: &Text) -> Result<(Found, Vec<String>), ReadError> {
    let mut rows = Rows::default();
    let whole = Top { rows: &mut rows, only: None }.walk(input, text)?;
    let top = match whole {
        Ok(top) => top,
        Err(e) if e.is_io() => return Err(faulty(&e)),
        Err(e) => {
            rows = Rows::default();
            walk_lines(input, text, &mut rows)?.map_err(|_| faulty(&e))?;
            let found = Found { said: Said::default(), lines: true, lists: 0 };
            return rows.into_headers().map(|headers| (found, headers));
        }
    };
    let said = top.said.clone();
    match top.data {
        Data::Lists(0) if said.table.is_none() => {
            rows = Rows { headers: top.headers, ..Rows::default() };
            rows.take(top.object);
        }
        Data::Lists(1..) => {}
        Data::Lists(0) | Data::Other => {
            return Err(ReadError::unreadable("JSON 里没有“数据”列表", "请按样例的 JSON 格式导出"));
        }
    }
    let lists = if let Data::Lists(n) = top.data { n } else { 0 };
    // An object that is a row itself says nothing of itself beside its cells.
    rows.into_headers().map(|headers| (Found { said, lines: false, lists }, headers))
}

/// The place of a mistake in the form.
fn faulty(e: &serde_json::Error) -> ReadError {
    if let Some(kind) = e.io_error_kind() {
        return ReadError::Io(kind.into());
    }
    let (line, column) = (e.line(), e.column());
    ReadError::unreadable(format!("JSON 格式有误：第 {line} 行第 {column} 列"), "请重新导出，不要手工修改 JSON 文件")
}

/// One object a line. The inner error is one of form.
fn walk_lines(input: &Input<'_>, text: &Text, rows: &mut Rows<'_>) -> Result<serde_json::Result<()>, ReadError> {
    let mut from = BufReader::with_capacity(64 << 10, decode::reader(input, text)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        if from.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(Ok(()));
        }
        if line.len() as u64 == MAX_LINE {
            return Ok(Err(serde_json::Error::custom("a line without end")));
        }
        let Ok(line) = std::str::from_utf8(&line) else { continue };
        if line.trim().is_empty() {
            continue;
        }
        let mut parser = serde_json::Deserializer::from_str(line);
        let object = Object::seed(&mut rows.headers).deserialize(&mut parser);
        match object.and_then(|object| parser.end().map(|()| object)) {
            Ok(object) => rows.take(object),
            Err(e) => return Ok(Err(e)),
        }
        if rows.failure.is_some() {
            return Ok(Ok(()));
        }
    }
}

/// Takes the objects of the list one after the other.
#[derive(Default)]
struct Rows<'s> {
    headers: Vec<String>,
    no: u32,
    /// The first mistake in an object, or the error of the sink.
    failure: Option<ReadError>,
    /// Nobody in the first pass.
    to: Option<&'s mut dyn Sink>,
}

impl Rows<'_> {
    fn take(&mut self, object: Object) {
        self.no = self.no.saturating_add(1);
        if self.failure.is_some() {
            return;
        }
        let row = object.into_row(self.no, &self.headers);
        self.failure = match (row, &mut self.to) {
            (Ok(row), Some(sink)) => sink.row(&row).err(),
            (Ok(_), None) => None,
            (Err(e), _) => Some(e),
        };
    }

    fn into_headers(self) -> Result<Vec<String>, ReadError> {
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.headers),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::read::{Cell, RawRow, read_bytes};

    /// What is said of the list, and its rows as a person sees them.
    fn read(text: &str) -> Result<(String, Vec<Vec<String>>), String> {
        let file = read_bytes(text.as_bytes()).map_err(|e| e.to_string())?;
        let (said, shown) = (&file.sheets[0].said, |r: &RawRow| r.cells.iter().map(Cell::shown).collect());
        let said = [&said.table, &said.unit, &said.period].map(|s| s.as_deref().unwrap_or("-"));
        Ok((said.join(" "), file.sheets[0].rows.iter().map(shown).collect()))
    }

    #[test]
    fn every_shape_of_a_list() {
        let rows = vec![vec!["甲", "乙"], vec!["1", ""], vec!["TRUE", "二"]];
        for (text, said) in [
            (r#"{"报表":"表","报表期":202503,"数据":[{"甲":1},{"乙":"二","甲":true}]}"#, "表 - 202503"),
            (r#"{"数据":[{"丙":9}],"数据":[{"甲":1},{"乙":"二","甲":true}],"填报单位":"船山区"}"#, "- 船山区 -"),
            (r#"[{"甲":0,"甲":1},{"乙":"二","甲":true}]"#, "- - -"),
            ("{\"甲\":1}\n\n{\"乙\":\"二\",\"甲\":true}\r\n", "- - -"),
        ] {
            let (found, mut shown) = read(text).unwrap();
            shown.iter_mut().for_each(|row| row.resize(2, String::new()));
            assert_eq!(
                (found.as_str(), shown),
                (said, rows.iter().map(|r| r.iter().map(|c| (*c).to_owned()).collect()).collect()),
                "{text}"
            );
        }
        assert_eq!(read(r#"{"甲":1,"填报单位":"x"}"#).unwrap().1, [["甲", "填报单位"], ["1", "x"]]);
        assert_eq!(read(r#"{"报表":"表","数据":[]}"#).unwrap(), ("表 - -".to_owned(), vec![vec![]]));
        let file = read_bytes(r#"[{"甲":1},{"乙":2}]"#.as_bytes()).unwrap();
        assert_eq!(
            file.sheets[0].rows.iter().map(|r| (r.no, r.cells.len())).collect::<Vec<_>>(),
            [(0, 2), (1, 1), (2, 2)]
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, what) in [
            (r#"[{"甲":1},{"甲":[1,{"乙":2}]}]"#, "第 2 条数据的“甲”不是单个值"),
            (r#"[{"甲":1},7]"#, "第 2 条数据不是“表头: 值”的对象"),
            ("[{\"甲\":1},\n7x]", "JSON 格式有误：第 2 行第 2 列"),
            ("{\"甲\":1}\n{\"甲\":", "JSON 格式有误：第 2 行第 1 列"),
            (r#"{"报表":"表"}"#, "JSON 里没有“数据”列表"),
            (r#"{"数据":[{"甲":1}],"数据":3}"#, "JSON 里没有“数据”列表"),
            ("{\"甲\":1}\n[]", "第 2 条数据不是“表头: 值”的对象"),
        ] {
            assert_eq!(read(text).unwrap_err(), what, "{text}");
        }
        let wide: Vec<String> = (0..600).map(|i| format!(r#"{{"列{i}":1}}"#)).collect();
        let what = "到第 513 条数据已有超过 512 个不同的表头";
        assert_eq!(read(&format!("[{}]", wide.join(","))).unwrap_err(), what);
        assert_eq!(read(&wide.join("\n")).unwrap_err(), what);
    }
}
