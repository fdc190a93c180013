//! One object of the list: a row whose headers are its keys.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::{Cell, MAX_COLUMNS, RawRow, ReadError, too_large};

/// A single value, or the remark that it is none.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum One {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Nested,
}

impl One {
    fn into_cell(self) -> Option<Cell> {
        Some(match self {
            Self::Null => Cell::Empty,
            Self::Bool(b) => Cell::Bool(b),
            Self::Number(n) => Cell::Number(n.as_f64()?),
            Self::Text(s) if s.is_empty() => Cell::Empty,
            Self::Text(s) => Cell::Text(s),
            Self::Nested => return None,
        })
    }
}

/// An item of the list.
#[derive(Debug, Default)]
pub(super) struct Object {
    /// Place of the header and value, in the order of the object; each header once.
    values: Vec<(usize, One)>,
    /// It is something else than an object.
    other: bool,
    /// It has more headers than any form.
    too_wide: bool,
}

impl Object {
    /// Reads an item; headers that are new are added.
    pub fn seed(headers: &mut Vec<String>) -> Seed<'_> {
        Seed(headers)
    }

    /// Adds a value; the last one of a key counts.
    pub fn put(&mut self, headers: &mut Vec<String>, key: &str, value: One) {
        let guess = self.values.last().map_or(0, |(at, _)| at + 1);
        let known = || headers.iter().position(|h| h == key);
        let at = if headers.get(guess).is_some_and(|h| h == key) { Some(guess) } else { known() };
        let at = at.unwrap_or_else(|| {
            headers.push(key.to_owned());
            headers.len() - 1
        });
        if at >= MAX_COLUMNS as usize {
            headers.truncate(MAX_COLUMNS as usize);
            self.too_wide = true;
            return;
        }
        match self.values.iter_mut().find(|(known, _)| *known == at) {
            Some((_, old)) => *old = value,
            None => self.values.push((at, value)),
        }
    }

    /// The row with this number.
    pub fn into_row(self, no: u32, headers: &[String]) -> Result<RawRow, ReadError> {
        let remedy = "请按样例的 JSON 格式导出";
        if self.other {
            return Err(ReadError::unreadable(format!("第 {no} 条数据不是“表头: 值”的对象"), remedy));
        }
        if self.too_wide {
            return Err(too_large(format!("到第 {no} 条数据已有超过 {MAX_COLUMNS} 个不同的表头")));
        }
        let mut cells = vec![Cell::Empty; headers.len()];
        for (at, value) in self.values {
            let Some(cell) = value.into_cell() else {
                let what = format!("第 {no} 条数据的“{}”不是单个值", headers[at]);
                return Err(ReadError::unreadable(what, "请按样例的 JSON 格式导出，不要嵌套"));
            };
            cells[at] = cell;
        }
        Ok(RawRow { no, cells })
    }
}

/// Reads an item of the list.
pub(super) struct Seed<'h>(&'h mut Vec<String>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Object, D::Error> {
        from.deserialize_any(self)
    }
}

/// Something else than an object.
fn other<E>() -> Result<Object, E> {
    Ok(Object { other: true, ..Object::default() })
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        while let Some(key) = map.next_key::<String>()? {
            object.put(self.0, &key, map.next_value_seed(OneSeed)?);
        }
        Ok(object)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Object, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        other()
    }

    fn visit_bool<E>(self, _: bool) -> Result<Object, E> {
        other()
    }

    fn visit_i64<E>(self, _: i64) -> Result<Object, E> {
        other()
    }

    fn visit_u64<E>(self, _: u64) -> Result<Object, E> {
        other()
    }

    fn visit_f64<E>(self, _: f64) -> Result<Object, E> {
        other()
    }

    fn visit_str<E>(self, _: &str) -> Result<Object, E> {
        other()
    }

    fn visit_unit<E>(self) -> Result<Object, E> {
        other()
    }
}

/// Reads a single value; what is nested is passed over.
pub(super) struct OneSeed;

impl<'de> DeserializeSeed<'de> for OneSeed {
    type Value = One;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<One, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OneSeed {
    type Value = One;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<One, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(One::Nested)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<One, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(One::Nested)
    }

    fn visit_bool<E>(self, b: bool) -> Result<One, E> {
        Ok(One::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<One, E> {
        Ok(One::Number(n.into()))
    }

    fn visit_u64<E>(self, n: u64) -> Result<One, E> {
        Ok(One::Number(n.into()))
    }

    fn visit_f64<E>(self, n: f64) -> Result<One, E> {
        Ok(Number::from_f64(n).map_or(One::Null, One::Number))
    }

    fn visit_str<E>(self, s: &str) -> Result<One, E> {
        Ok(One::Text(s.to_owned()))
    }

    fn visit_string<E>(self, s: String) -> Result<One, E> {
        Ok(One::Text(s))
    }

    fn visit_unit<E>(self) -> Result<One, E> {
        Ok(One::Null)
    }
}
