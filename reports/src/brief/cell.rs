//! A cell of a dataset and how it stands in JSON.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value. In JSON: null, true, 12, "text", {"dec": "12.50"} or {"date": "2025-03-01"}, so that nothing is lost.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value: not known or not applicable, never 0.
    Null,
    /// Yes or no.
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Decimal number.
    Dec(Decimal),
    /// Day.
    Date(NaiveDate),
    /// Text.
    Str(String),
}

impl Cell {
    /// The value as a decimal, if it is a number.
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Int(i) => Some(Decimal::from(*i)),
            Self::Dec(d) => Some(*d),
            _ => None,
        }
    }

    /// The value for drawing, if it is a number.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_decimal().and_then(|d| d.to_f64())
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(s) => Some(s),
            _ => None,
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A float as a decimal of at most twelve places; NaN and infinities become null.
    #[must_use]
    pub fn from_f64(value: f64) -> Self {
        Decimal::from_f64(value).map_or(Self::Null, |d| Self::Dec(d.round_dp(12).normalize()))
    }
}

impl fmt::Display for Cell {
    /// Canonical text, for keys and manifests: no grouping, no rounding.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Dec(d) => write!(f, "{}", d.normalize()),
            Self::Date(d) => write!(f, "{d}"),
            Self::Str(s) => f.write_str(s),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Json {
    Bool(bool),
    Int(i64),
    Float(f64),
    Dec { dec: String },
    Date { date: NaiveDate },
    Str(String),
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = match self {
            Self::Null => return serializer.serialize_none(),
            Self::Bool(b) => Json::Bool(*b),
            Self::Int(i) => Json::Int(*i),
            Self::Dec(d) => Json::Dec { dec: d.to_string() },
            Self::Date(d) => Json::Date { date: *d },
            Self::Str(s) => Json::Str(s.clone()),
        };
        json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<Json>::deserialize(deserializer)? {
            None => Self::Null,
            Some(Json::Bool(b)) => Self::Bool(b),
            Some(Json::Int(i)) => Self::Int(i),
            Some(Json::Float(x)) => Self::from_f64(x),
            Some(Json::Dec { dec }) => Self::Dec(dec.parse().map_err(D::Error::custom)?),
            Some(Json::Date { date }) => Self::Date(date),
            Some(Json::Str(s)) => Self::Str(s),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_every_kind() {
        let cells = vec![
            Cell::Null,
            Cell::Bool(true),
            Cell::Int(-3),
            Cell::Dec("12.50".parse().unwrap()),
            Cell::Date(NaiveDate::from_ymd_opt(2025, 3, 1).unwrap()),
            Cell::Str("郪江村".to_owned()),
        ];
        let json = serde_json::to_string(&cells).unwrap();
        assert_eq!(json, r#"[null,true,-3,{"dec":"12.50"},{"date":"2025-03-01"},"郪江村"]"#);
        assert_eq!(serde_json::from_str::<Vec<Cell>>(&json).unwrap(), cells);
    }

    #[test]
    fn floats_lose_their_tail() {
        assert_eq!(Cell::from_f64(0.1 + 0.2), Cell::Dec("0.3".parse().unwrap()));
        assert_eq!(Cell::from_f64(f64::NAN), Cell::Null);
    }
}
