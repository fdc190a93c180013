//! Pages of JSON: the list of rows, and what the page says about the next one. Numbers keep the digits that they were
//! written with, because a number of money read as floating point may be another one.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::super::error::{Kind, Result, SourceError};

/// A value of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Field {
    /// The row does not have it.
    #[default]
    Missing,
    /// `null`.
    Null,
    /// A text, a number as written, `true` or `false`.
    Text(String),
    /// A list or an object.
    Nested,
}

impl Field {
    /// The value as text; nothing for `null`.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Rows, each value at the place of its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rows {
    /// Names in the order in which they were met.
    pub names: Vec<String>,
    /// Rows; one may end before the last name.
    pub rows: Vec<Vec<Field>>,
}

impl Rows {
    /// The place of a name.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name)
    }

    /// A value of a row.
    pub fn field(row: &[Field], place: Option<usize>) -> &Field {
        place.and_then(|p| row.get(p)).unwrap_or(&Field::Missing)
    }

    fn add(&mut self, row: &RawValue) -> Option<()> {
        let object: BTreeMap<String, &RawValue> = serde_json::from_str(row.get()).ok()?;
        let mut fields = Vec::new();
        for (name, value) in object {
            let at = self.place(&name).unwrap_or_else(|| {
                self.names.push(name);
                self.names.len() - 1
            });
            if fields.len() <= at {
                fields.resize(at + 1, Field::Missing);
            }
            fields[at] = field(value.get())?;
        }
        self.rows.push(fields);
        Some(())
    }
}

fn field(raw: &str) -> Option<Field> {
    Some(match raw.as_bytes().first()? {
        b'"' => Field::Text(serde_json::from_str(raw).ok()?),
        b'n' => Field::Null,
        b'{' | b'[' => Field::Nested,
        _ => Field::Text(raw.to_owned()),
    })
}

/// Adds the rows of a page, and returns how many.
pub(super) fn read_page(body: &[u8], pointer: &str, into: &mut Rows) -> Result<usize> {
    let page: &RawValue = parse(body)?;
    let list = at(page, pointer).filter(|l| l.get().starts_with('['));
    let list = list.and_then(|l| serde_json::from_str::<Vec<&RawValue>>(l.get()).ok());
    let place = if pointer.is_empty() { "整页" } else { pointer };
    let no_list =
        || SourceError::new(Kind::Data, format!("接口返回的页里，{place} 不是数组"), "请核对 rows 所写的位置");
    let list = list.ok_or_else(no_list)?;
    let count = list.len();
    for (i, row) in list.into_iter().enumerate() {
        into.add(row).ok_or_else(|| {
            SourceError::new(Kind::Data, format!("接口返回的第 {} 条不是对象", i + 1), "请核对 rows 所写的位置")
        })?;
    }
    Ok(count)
}

/// What stands at a place of a page as text; `None` where nothing does.
pub(super) fn read_text(body: &[u8], pointer: &str) -> Result<Option<String>> {
    let found = at(parse(body)?, pointer).and_then(|v| field(v.get()));
    Ok(found.and_then(|f| f.text().map(str::to_owned)).filter(|t| !t.is_empty()))
}

fn parse(body: &[u8]) -> Result<&RawValue> {
    serde_json::from_slice(body).map_err(|e| {
        let what = format!("接口返回的不是完整的 JSON（第 {} 行第 {} 列）", e.line(), e.column());
        SourceError::new(Kind::Data, what, "请核对 url，并请接口方检查返回内容")
    })
}

/// RFC 6901.
fn at<'v>(value: &'v RawValue, pointer: &str) -> Option<&'v RawValue> {
    pointer.split('/').skip(1).try_fold(value, |value, step| {
        let step = step.replace("~1", "/").replace("~0", "~");
        match value.get().as_bytes().first()? {
            b'{' => serde_json::from_str::<BTreeMap<String, &RawValue>>(value.get()).ok()?.remove(&step),
            b'[' => serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?.get(step.parse::<usize>().ok()?).copied(),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_and_numbers_keep_their_digits() {
        let body =
            r#"{"data":{"a/b":[{"n":12345678901234567890.10,"t":"甲\n😀","b":true,"z":null,"o":{"x":1}},{"t":""}]}}"#;
        let mut rows = Rows::default();
        assert_eq!(read_page(body.as_bytes(), "/data/a~1b", &mut rows).unwrap(), 2);
        let value = |row: usize, name: &str| Rows::field(&rows.rows[row], rows.place(name)).clone();
        assert_eq!(value(0, "n"), Field::Text("12345678901234567890.10".to_owned()));
        assert_eq!((value(0, "t").text(), value(0, "b").text()), (Some("甲\n😀"), Some("true")));
        assert_eq!((value(0, "z"), value(0, "o")), (Field::Null, Field::Nested));
        assert_eq!((value(1, "n"), value(1, "t").text()), (Field::Missing, Some("")));
        assert_eq!(value(1, "没有"), Field::Missing);
    }

    #[test]
    fn the_next_cursor() {
        for (body, expected) in [
            (r#"{"next":"abc"}"#, Some("abc")),
            (r#"{"next":17}"#, Some("17")),
            (r#"{"next":null}"#, None),
            (r#"{"next":""}"#, None),
            (r#"{}"#, None),
        ] {
            assert_eq!(read_text(body.as_bytes(), "/next").unwrap().as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn what_is_no_list_of_objects_is_refused() {
        let wrong = |body: &str, pointer: &str| read_page(body.as_bytes(), pointer, &mut Rows::default()).unwrap_err();
        assert!(wrong("{\"data\":[]", "/data").what.contains("不是完整的 JSON（第 1 行第"));
        assert!(wrong("{}", "/data").what.contains("/data 不是数组"));
        assert!(wrong("[1]", "").what.contains("第 1 条不是对象"));
        assert!(wrong("<html>", "").remedy.contains("url"));
    }
}
