//! A typed cell as it crosses from crate to crate. Missing is `Null`, never zero and never NaN.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Exact decimal; serialised as text so that no digit is lost.
    Dec(Decimal),
    /// A float, only ever a result of SQL.
    Float(f64),
    /// Calendar date.
    Date(NaiveDate),
    /// Date and time of day, Asia/Shanghai.
    Ts(NaiveDateTime),
    /// Text or a code.
    Str(String),
}

impl Value {
    /// Whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text of a `Str`.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(s) = self { Some(s) } else { None }
    }

    /// The date of a `Date` or `Ts`.
    #[must_use]
    pub fn as_date(&self) -> Option<NaiveDate> {
        match self {
            Self::Date(d) => Some(*d),
            Self::Ts(t) => Some(t.date()),
            _ => None,
        }
    }

    /// The number as a decimal; a float through its shortest text, so that 0.1 is 0.1.
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Int(i) => Some(Decimal::from(*i)),
            Self::Dec(d) => Some(*d),
            Self::Float(f) => format!("{f}").parse().ok().or_else(|| Decimal::from_scientific(&format!("{f:e}")).ok()),
            _ => None,
        }
    }

    /// Text, or `Null` where the text is empty.
    pub fn text(s: impl Into<String>) -> Self {
        let s = s.into();
        if s.is_empty() { Self::Null } else { Self::Str(s) }
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::Str(s.to_owned())
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::Str(s)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Self::Int(i)
    }
}

impl fmt::Display for Value {
    /// Canonical text: empty for `Null`, ISO dates, `true`/`false`, decimals with the places they carry.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Str(s) => f.write_str(s),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) => write!(f, "{x}"),
            Self::Dec(d) => write!(f, "{d}"),
            Self::Date(d) => write!(f, "{d}"),
            Self::Ts(t) => write!(f, "{}", t.format("%Y-%m-%d %H:%M:%S")),
            Self::Bool(b) => write!(f, "{b}"),
        }
    }
}
