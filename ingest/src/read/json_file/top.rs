//! The outermost value: a list, or an object that says whose list it holds.

use std::fmt;
use std::io::{self, BufReader};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::object::{Object, One, OneSeed};
use super::{Input, Rows, Said, Text, decode};

/// Name of the list.
const DATA: &str = "数据";

/// Walks through the outermost value.
pub(super) struct Top<'r, 's> {
    pub rows: &'r mut Rows<'s>,
    /// Only the list of this number counts, the outermost one being the first; all of them, each anew, where it is not said.
    pub only: Option<u32>,
}

/// What was met on the way.
#[derive(Default)]
pub(super) struct Walked {
    pub said: Said,
    pub data: Data,
    /// The outermost object as a row, and its headers.
    pub object: Object,
    pub headers: Vec<String>,
}

/// The list of an object.
pub(super) enum Data {
    /// So many lists; the last one counts.
    Lists(u32),
    /// It is none.
    Other,
}

impl Default for Data {
    fn default() -> Self {
        Self::Lists(0)
    }
}

impl Top<'_, '_> {
    /// The inner error is one of form, or of reading on the way.
    pub fn walk(self, input: &Input<'_>, text: &Text) -> io::Result<serde_json::Result<Walked>> {
        let from = BufReader::with_capacity(64 << 10, decode::reader(input, text)?);
        let mut parser = serde_json::Deserializer::from_reader(from);
        let walked = parser.deserialize_any(self);
        Ok(walked.and_then(|walked| parser.end().map(|()| walked)))
    }

    /// Begins a list; whether its items count.
    fn begins(&mut self, number: u32) -> bool {
        if self.only.is_none() {
            *self.rows = Rows::default();
        }
        self.only.is_none_or(|only| only == number)
    }

    fn items<'de, A: SeqAccess<'de>>(&mut self, list: &mut A) -> Result<(), A::Error> {
        while let Some(object) = list.next_element_seed(Object::seed(&mut self.rows.headers))? {
            self.rows.take(object);
            // In the first pass the form of the rest is still looked at.
            if self.only.is_some() && self.rows.failure.is_some() {
                return Err(Error::custom("taken no further"));
            }
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = Walked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, list: A) -> Result<Walked, A::Error> {
        let data = List { top: &mut self, number: 1 }.visit_seq(list)?.map_or(Data::Lists(1), |_| Data::Other);
        Ok(Walked { data, ..Walked::default() })
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Walked, A::Error> {
        let (mut out, mut lists) = (Walked::default(), 0);
        while let Some(key) = map.next_key::<String>()? {
            let value = if key == DATA {
                let other = map.next_value_seed(List { top: &mut self, number: lists + 1 })?;
                lists += u32::from(other.is_none());
                out.data = if other.is_none() { Data::Lists(lists) } else { Data::Other };
                other.unwrap_or(One::Nested)
            } else {
                map.next_value_seed(OneSeed)?
            };
            out.hear(&key, &value);
            out.object.put(&mut out.headers, &key, value);
        }
        Ok(out)
    }
}

impl Walked {
    /// Notes what the object says of itself.
    fn hear(&mut self, key: &str, value: &One) {
        let said = match key {
            "报表" => &mut self.said.table,
            "填报单位" => &mut self.said.unit,
            "报表期" => &mut self.said.period,
            _ => return,
        };
        *said = match value {
            One::Text(text) => Some(text.clone()),
            One::Number(number) => Some(number.to_string()),
            _ => None,
        };
    }
}

/// Reads the list; hands back what stands there instead of one.
struct List<'t, 'r, 's> {
    top: &'t mut Top<'r, 's>,
    number: u32,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_, '_> {
    type Value = Option<One>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<One>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_, '_> {
    type Value = Option<One>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<One>, A::Error> {
        if self.top.begins(self.number) {
            self.top.items(&mut list)?;
        } else {
            while list.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<One>, A::Error> {
        OneSeed.visit_map(map).map(Some)
    }

    fn visit_bool<E: Error>(self, b: bool) -> Result<Option<One>, E> {
        OneSeed.visit_bool(b).map(Some)
    }

    fn visit_i64<E: Error>(self, n: i64) -> Result<Option<One>, E> {
        OneSeed.visit_i64(n).map(Some)
    }

    fn visit_u64<E: Error>(self, n: u64) -> Result<Option<One>, E> {
        OneSeed.visit_u64(n).map(Some)
    }

    fn visit_f64<E: Error>(self, n: f64) -> Result<Option<One>, E> {
        OneSeed.visit_f64(n).map(Some)
    }

    fn visit_str<E: Error>(self, s: &str) -> Result<Option<One>, E> {
        OneSeed.visit_str(s).map(Some)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<One>, E> {
        OneSeed.visit_unit().map(Some)
    }
}
