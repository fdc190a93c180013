//! The rows of a checked table, however many: a few in memory, many in a private temporary file.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use crate::spill::{Rows, SpillError, Spilled};
use crate::value::Value;

use super::{CheckedRow, Issue};

/// Rows in the order of the sheet, the rejected ones among them.
///
/// [`CheckedRows::read`] and [`CheckedRows::into_rows`] need little memory whatever the number of rows. As a slice they are
/// all loaded at once, which is for tables known to be small.
#[derive(Debug, Clone, Default)]
pub struct CheckedRows {
    rows: Option<Arc<Rows<CheckedRow>>>,
    taken_back: TakenBack,
    loaded: OnceLock<Vec<CheckedRow>>,
}

/// Rows that were rejected after they had been written.
#[derive(Debug, Clone, Default)]
struct TakenBack {
    all: bool,
    /// A bit a row.
    some: Vec<u64>,
}

impl CheckedRows {
    pub(crate) fn new(rows: Rows<CheckedRow>) -> Self {
        Self { rows: Some(Arc::new(rows)), ..Self::default() }
    }

    /// How many there are, the rejected ones among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.as_ref().map_or(0, |r| r.len())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows one after the other; those in memory are lent. After an error it ends.
    ///
    /// # Errors
    /// Each item, when the temporary file cannot be read back.
    pub fn read(&self) -> impl Iterator<Item = Result<Cow<'_, CheckedRow>, SpillError>> {
        let rows = self.rows.iter().flat_map(|r| r.read(0..r.len()));
        rows.enumerate().map(|(i, row)| row.map(|row| self.taken_back.apply(i, row)))
    }

    /// The rows one after the other, handed over.
    ///
    /// # Errors
    /// As [`CheckedRows::read`].
    pub fn into_rows(self) -> Box<dyn Iterator<Item = Result<CheckedRow, SpillError>>> {
        let Some(rows) = self.rows else { return Box::new(std::iter::empty()) };
        let taken_back = self.taken_back;
        let judged = move |(i, row): (usize, Result<CheckedRow, SpillError>)| {
            row.map(|row| taken_back.apply(i, Cow::Owned(row)).into_owned())
        };
        match Arc::try_unwrap(rows) {
            Ok(rows) => Box::new(rows.into_rows().enumerate().map(judged)),
            Err(shared) => {
                let copies: Vec<_> = shared.read(0..shared.len()).map(|r| r.map(Cow::into_owned)).collect();
                Box::new(copies.into_iter().enumerate().map(judged))
            }
        }
    }

    /// Rejects one row; it waits for no reason any more.
    pub(crate) fn reject(&mut self, row: usize) {
        let bits = &mut self.taken_back.some;
        bits.resize(bits.len().max(row / 64 + 1), 0);
        bits[row / 64] |= 1 << (row % 64);
        self.loaded.take();
    }

    /// Rejects all rows.
    pub(crate) fn reject_all(&mut self) {
        self.taken_back.all = true;
        self.loaded.take();
    }
}

/// Rows that somebody made by hand; they stay in memory.
impl From<Vec<CheckedRow>> for CheckedRows {
    fn from(rows: Vec<CheckedRow>) -> Self {
        Self::new(Rows::held(rows))
    }
}

impl TakenBack {
    fn apply<'a>(&self, at: usize, mut row: Cow<'a, CheckedRow>) -> Cow<'a, CheckedRow> {
        let this = self.some.get(at / 64).is_some_and(|bits| bits >> (at % 64) & 1 == 1);
        if this {
            row.to_mut().awaiting_waiver.clear();
        }
        if (this || self.all) && !row.rejected {
            row.to_mut().rejected = true;
        }
        row
    }
}

/// All rows at once, loaded on first use: for tables known to be small. Empty when the temporary file cannot be read back.
impl Deref for CheckedRows {
    type Target = [CheckedRow];

    fn deref(&self) -> &[CheckedRow] {
        self.loaded
            .get_or_init(|| self.read().map(|r| r.map(Cow::into_owned)).collect::<Result<_, _>>().unwrap_or_default())
    }
}

impl<'a> IntoIterator for &'a CheckedRows {
    type Item = &'a CheckedRow;
    type IntoIter = std::slice::Iter<'a, CheckedRow>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Spilled for CheckedRow {
    fn weight(&self) -> usize {
        let text = |v: &Value| v.as_str().map_or(0, str::len);
        let values: usize = self.values.iter().map(text).sum::<usize>() + self.values.len() * size_of::<Value>();
        let issue = |i: &Issue| size_of::<Issue>() + i.message.len() + i.remedy.len() + i.file.len() + i.sheet.len();
        size_of::<Self>() + values + self.awaiting_waiver.iter().map(|w| issue(&w.issue)).sum::<usize>()
    }
}

/// Values as they wait on disk: [`Value`] itself writes for people, without its type.
pub(super) mod stored {
    use std::borrow::Cow;

    use chrono::{DateTime, Datelike, NaiveDate};
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use crate::value::Value;

    #[derive(Serialize, Deserialize)]
    enum Stored<'a> {
        Null,
        Bool(bool),
        Int(i64),
        Dec([u8; 16]),
        Float(f64),
        /// Day of the common era.
        Date(i32),
        /// Seconds and nanoseconds.
        Ts(i64, u32),
        Str(#[serde(borrow)] Cow<'a, str>),
    }

    pub fn serialize<S: Serializer>(values: &[Value], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(values.iter().map(|v| match v {
            Value::Null => Stored::Null,
            Value::Bool(b) => Stored::Bool(*b),
            Value::Int(i) => Stored::Int(*i),
            Value::Dec(d) => Stored::Dec(d.serialize()),
            Value::Float(f) => Stored::Float(*f),
            Value::Date(d) => Stored::Date(d.num_days_from_ce()),
            Value::Ts(t) => Stored::Ts(t.and_utc().timestamp(), t.and_utc().timestamp_subsec_nanos()),
            Value::Str(s) => Stored::Str(Cow::Borrowed(s)),
        }))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Value>, D::Error> {
        let stored = Vec::<Stored<'de>>::deserialize(from)?;
        stored.into_iter().map(|s| value(s).ok_or_else(|| D::Error::custom("a date out of range"))).collect()
    }

    fn value(stored: Stored<'_>) -> Option<Value> {
        Some(match stored {
            Stored::Null => Value::Null,
            Stored::Bool(b) => Value::Bool(b),
            Stored::Int(i) => Value::Int(i),
            Stored::Dec(d) => Value::Dec(Decimal::deserialize(d)),
            Stored::Float(f) => Value::Float(f),
            Stored::Date(day) => Value::Date(NaiveDate::from_num_days_from_ce_opt(day)?),
            Stored::Ts(seconds, nanos) => Value::Ts(DateTime::from_timestamp(seconds, nanos)?.naive_utc()),
            Stored::Str(s) => Value::Str(s.into_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checked::{AwaitingWaiver, Level};
    use crate::spill::Room;

    fn row(no: u32) -> CheckedRow {
        let issue = Issue {
            code: "DQ007".into(),
            level: Level::Error,
            file: "月报.xlsx".into(),
            sheet: String::new(),
            row: Some(no),
            header: Some("身份证号".into()),
            cell: None,
            message: "校验码不符".into(),
            remedy: "请核对".into(),
            raw_masked: None,
        };
        let values = vec![
            Value::Null,
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Dec("-12345678901234567.8900".parse().unwrap()),
            Value::Float(0.1),
            Value::Date("1949-10-01".parse().unwrap()),
            Value::Ts("2025-04-02T10:00:00.123456789".parse().unwrap()),
            Value::from("郪江"),
        ];
        CheckedRow { row_no: no, values, awaiting_waiver: vec![AwaitingWaiver { column: 7, issue }], rejected: false }
    }

    fn text(rows: impl Iterator<Item = Result<CheckedRow, SpillError>>) -> Vec<String> {
        rows.map(|r| format!("{:?}", r.unwrap())).collect()
    }

    #[test]
    fn a_row_comes_back_from_disk_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        for limit in [0, usize::MAX] {
            let mut rows = Rows::new(&Room::new(folder.path(), limit));
            (1..=3).for_each(|no| rows.push(row(no)).unwrap());
            let rows = CheckedRows::new(rows);
            let meant: Vec<String> = (1..=3).map(|no| format!("{:?}", row(no))).collect();
            assert_eq!(text(rows.read().map(|r| r.map(Cow::into_owned))), meant);
            assert_eq!(text(rows.clone().into_rows()), meant);
            assert_eq!(rows[2].values[3].to_string(), "-12345678901234567.8900");
            assert_eq!(text(rows.into_rows()), meant);
        }
    }

    #[test]
    fn rows_are_taken_back_after_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        for limit in [0, usize::MAX] {
            let mut rows = Rows::new(&Room::new(folder.path(), limit));
            (1..=70).for_each(|no| rows.push(row(no)).unwrap());
            let mut rows = CheckedRows::new(rows);
            assert!(rows.iter().all(|r| !r.rejected));
            rows.reject(66);
            let rejected = |rows: &CheckedRows| -> Vec<u32> {
                rows.read().map(Result::unwrap).filter(|r| r.rejected).map(|r| r.row_no).collect()
            };
            assert_eq!(rejected(&rows), [67]);
            assert!(rows[66].awaiting_waiver.is_empty() && rows[66].rejected && !rows[65].awaiting_waiver.is_empty());
            rows.reject_all();
            assert_eq!((rejected(&rows).len(), rows[0].awaiting_waiver.len()), (70, 1));
            assert!(rows.into_rows().all(|r| r.unwrap().rejected));
        }
    }
}
