//! One cell of a row in form terms, and its canonical text.

use std::fmt::{self, Write};

use super::day::{Day, Moment};
use super::names::Name;
use super::numbers::{Account, IdNo};

/// A key such as `XQ0000123`: prefix, number from 1, digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Key {
    prefix: &'static str,
    number: usize,
    width: usize,
}

impl Key {
    /// The key of the row at an index (from 0).
    #[must_use]
    pub const fn at(prefix: &'static str, index: usize, width: usize) -> Self {
        Self { prefix, number: index + 1, width }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:0width$}", self.prefix, self.number, width = self.width)
    }
}

/// An amount in fen (1/100 元), or any number with two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Fen(pub i64);

impl Fen {
    /// Whole 元.
    #[must_use]
    pub const fn yuan(yuan: i64) -> Self {
        Self(yuan * 100)
    }

    /// The nearest fen.
    #[must_use]
    pub fn of(value: f64) -> Self {
        Self((value * 100.0).round() as i64)
    }

    /// A share of it, to the nearest fen.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self((self.0 as f64 * factor).round() as i64)
    }
}

/// A number with four decimals, in ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct E4(pub i64);

/// A cell.
#[derive(Debug, Clone)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text or a code.
    Text(&'a str),
    /// Text made for this row.
    Owned(String),
    /// One character, mostly a code.
    Char(char),
    /// Whole number.
    Int(i64),
    /// Two decimals.
    Fen(Fen),
    /// Four decimals.
    E4(E4),
    /// Date.
    Day(Day),
    /// Date and time.
    Moment(Moment),
    /// Key of a row.
    Key(Key),
    /// ID number.
    Id(IdNo),
    /// Account.
    Account(Account),
    /// Personal name.
    Name(Name),
    /// Yes or no as a truth value.
    Bool(bool),
}

impl Cell<'_> {
    /// Appends the canonical text: ISO dates, `true`/`false`, decimals with all their places, nothing for nothing.
    pub fn write(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Empty => Ok(()),
            Self::Text(t) => out.write_str(t),
            Self::Owned(t) => out.write_str(t),
            Self::Char(c) => out.write_char(*c),
            Self::Int(i) => write!(out, "{i}"),
            Self::Fen(f) => decimal(out, f.0, 100, 2),
            Self::E4(e) => decimal(out, e.0, 10_000, 4),
            Self::Day(d) => write!(out, "{d}"),
            Self::Moment(m) => write!(out, "{m}"),
            Self::Key(k) => write!(out, "{k}"),
            Self::Id(i) => write!(out, "{i}"),
            Self::Account(a) => write!(out, "{a}"),
            Self::Name(n) => write!(out, "{n}"),
            Self::Bool(b) => write!(out, "{b}"),
        };
    }

    /// The day of a date or moment.
    #[must_use]
    pub fn day(&self) -> Option<Day> {
        match self {
            Self::Day(d) => Some(*d),
            Self::Moment(m) => Some(m.day()),
            _ => None,
        }
    }
}

fn decimal(out: &mut String, value: i64, one: u64, places: usize) -> fmt::Result {
    let sign = if value < 0 { "-" } else { "" };
    let v = value.unsigned_abs();
    write!(out, "{sign}{}.{:0places$}", v / one, v % one)
}

macro_rules! from {
    ($($type:ty => $variant:ident),* $(,)?) => {
        $(impl From<$type> for Cell<'_> {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })*
    };
}

from!(
    String => Owned,
    char => Char,
    i64 => Int,
    Fen => Fen,
    E4 => E4,
    Day => Day,
    Moment => Moment,
    Key => Key,
    IdNo => Id,
    Account => Account,
    Name => Name,
);

impl<'a> From<&'a str> for Cell<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl From<i32> for Cell<'_> {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<usize> for Cell<'_> {
    fn from(value: usize) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

/// Yes and no as forms write them: `Y` and `N`.
impl From<bool> for Cell<'_> {
    fn from(value: bool) -> Self {
        Self::Char(if value { 'Y' } else { 'N' })
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// A row of cells from values of any kind.
macro_rules! row {
    ($($value:expr),* $(,)?) => {
        &[$($crate::generate::cell::Cell::from($value)),*]
    };
}
pub(crate) use row;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_texts() {
        let text = |c: Cell<'_>| {
            let mut s = String::new();
            c.write(&mut s);
            s
        };
        assert_eq!(text(Fen(-5).into()), "-0.05");
        assert_eq!(text(Fen::of(1234.565).into()), "1234.57");
        assert_eq!(text(E4(1_055_700).into()), "105.5700");
        assert_eq!(text(Key::at("XQ", 122, 7).into()), "XQ0000123");
        assert_eq!(text(true.into()), "Y");
        assert_eq!(text(Cell::Bool(true)), "true");
        assert_eq!(text(None::<Day>.into()), "");
    }
}
