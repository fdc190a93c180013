//! Reads a TOML table key by key and reports every mistake in it, each at its own place.
//!
//! Why not serde: it stops at the first mistake and loses the place of a wrong value inside a tagged table.
//! Every key that nobody asked for is a mistake, so a misspelt key can never be ignored silently.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, Place, did_you_mean};
use super::sql::Sql;
use crate::number::Num;

/// A definition file: its path inside the folder and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Path with `/`.
    pub path: Arc<str>,
    /// Text, with `\n` line ends.
    pub text: String,
}

/// One table of a definition file.
pub(crate) struct Reader<'d> {
    source: &'d SourceFile,
    table: &'d DeTable<'d>,
    header: usize,
    mistakes: &'d RefCell<Vec<Mistake>>,
    seen: RefCell<BTreeSet<String>>,
}

impl<'d> Reader<'d> {
    pub(crate) fn new(
        source: &'d SourceFile,
        table: &'d DeTable<'d>,
        header: usize,
        mistakes: &'d RefCell<Vec<Mistake>>,
    ) -> Self {
        Self { source, table, header, mistakes, seen: RefCell::default() }
    }

    /// Where the table starts.
    pub(crate) fn place(&self) -> Place {
        Place::at(&self.source.path, &self.source.text, self.header)
    }

    /// Where the value of `key` is, or the table when it is missing.
    pub(crate) fn place_of(&self, key: &str) -> Place {
        self.table.get(key).map_or_else(|| self.place(), |v| self.at(v.span()))
    }

    pub(crate) fn complain(&self, place: &Place, message: impl Into<String>, remedy: impl Into<String>) {
        self.mistakes.borrow_mut().push(place.mistake(message, remedy));
    }

    /// Ends the reading: whatever was not asked for is a mistake.
    pub(crate) fn finish(self) {
        let seen = self.seen.borrow();
        for key in self.table.keys().filter(|k| !seen.contains(k.get_ref().as_ref())) {
            let given = key.get_ref();
            let remedy = did_you_mean(given, seen.iter().map(String::as_str));
            self.complain(&self.at(key.span()), format!("不认识的键 {given}"), remedy);
        }
    }

    pub(crate) fn text(&self, key: &str) -> String {
        self.required(key, self.opt_text(key))
    }

    pub(crate) fn opt_text(&self, key: &str) -> Option<String> {
        self.typed(key, "文本（写在引号里）", |v| {
            if let DeValue::String(s) = v { Some(s.to_string()) } else { None }
        })
    }

    pub(crate) fn opt_bool(&self, key: &str) -> Option<bool> {
        self.typed(key, "true 或 false", |v| if let DeValue::Boolean(b) = v { Some(*b) } else { None })
    }

    pub(crate) fn number(&self, key: &str) -> Num {
        self.opt_number(key).unwrap_or_else(|| self.required(key, None))
    }

    pub(crate) fn opt_number(&self, key: &str) -> Option<Num> {
        self.typed(key, "数字", as_number)
    }

    /// A number for statistics, in floating point.
    pub(crate) fn opt_float(&self, key: &str) -> Option<f64> {
        self.typed(key, "数字", as_float)
    }

    /// Numbers for statistics, e.g. `[0, 100]`.
    pub(crate) fn opt_floats(&self, key: &str) -> Option<Vec<f64>> {
        self.typed(key, "数字的列表，如 [0, 100]", as_floats)
    }

    /// Rows of numbers, which may be fractions in quotes, e.g. `[[1, 3], ["1/3", 1]]`.
    pub(crate) fn opt_float_rows(&self, key: &str) -> Option<Vec<Vec<f64>>> {
        self.typed(key, "数字的方阵，如 [[1, 3], [\"1/3\", 1]]", |v| {
            let DeValue::Array(rows) = v else { return None };
            rows.iter().map(|r| as_floats(r.get_ref())).collect()
        })
    }

    pub(crate) fn count(&self, key: &str) -> usize {
        self.required(key, self.typed(key, "不小于0的整数", |v| as_number(v)?.to_string().parse().ok()))
    }

    pub(crate) fn opt_count<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.typed(key, "不小于0的整数", |v| as_number(v)?.to_string().parse().ok())
    }

    pub(crate) fn date(&self, key: &str) -> NaiveDate {
        self.required(key, self.opt_date(key))
    }

    pub(crate) fn opt_date(&self, key: &str) -> Option<NaiveDate> {
        self.typed(key, "日期，如 2025-01-01", as_date)
    }

    pub(crate) fn texts(&self, key: &str) -> Vec<String> {
        self.required(key, self.opt_texts(key))
    }

    pub(crate) fn opt_texts(&self, key: &str) -> Option<Vec<String>> {
        self.typed(key, "文本的列表，如 [\"a\", \"b\"]", |v| {
            let DeValue::Array(items) = v else { return None };
            items
                .iter()
                .map(|i| if let DeValue::String(s) = i.get_ref() { Some(s.to_string()) } else { None })
                .collect()
        })
    }

    /// Pairs of numbers, e.g. `[[90, 4], [80, 2]]`.
    pub(crate) fn pairs(&self, key: &str) -> Vec<(Num, Num)> {
        self.required(
            key,
            self.typed(key, "成对的数字，如 [[90, 4], [80, 2]]", |v| {
                let DeValue::Array(items) = v else { return None };
                items.iter().map(|i| as_pair(i.get_ref())).collect()
            }),
        )
    }

    /// One of a closed list of words.
    pub(crate) fn choice<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let given = self.opt_text(key)?;
        let found = words.iter().find(|(w, _)| *w == given).map(|(_, t)| *t);
        if found.is_none() {
            let remedy = did_you_mean(&given, words.iter().map(|(w, _)| *w));
            self.complain(&self.place_of(key), format!("{key} 的取值 {given} 无效"), remedy);
        }
        found
    }

    /// Like `choice`, for a key that must be there; `fallback` stands in when it is not right.
    pub(crate) fn must_choose<T: Copy>(&self, key: &str, words: &[(&str, T)], fallback: T) -> T {
        if !self.table.contains_key(key) {
            self.required::<String>(key, None);
            return fallback;
        }
        self.choice(key, words).unwrap_or(fallback)
    }

    pub(crate) fn sql(&self, key: &str) -> Sql {
        self.opt_sql(key).unwrap_or_else(|| {
            self.required::<String>(key, None);
            Sql::new("", self.place())
        })
    }

    pub(crate) fn opt_sql(&self, key: &str) -> Option<Sql> {
        let text = self.opt_text(key)?;
        let place = self.place_of(key);
        let multi_line = self.table.get(key).is_some_and(|v| self.source.text[v.span()].starts_with("\"\"\"\n"));
        // A multi-line string starts after its quotes: the first line of SQL is the next line of the file.
        let first = if multi_line { Place { line: place.line + 1, column: 1, ..place } } else { place };
        Some(Sql::new(&text, first))
    }

    pub(crate) fn opt_table(&self, key: &str) -> Option<Reader<'d>> {
        self.seen.borrow_mut().insert(key.to_owned());
        let value = self.table.get(key)?;
        match value.get_ref() {
            DeValue::Table(t) => Some(Reader::new(self.source, t, value.span().start, self.mistakes)),
            _ => {
                self.complain(&self.at(value.span()), format!("{key} 应为一个表"), format!("写成 [{key}] 一节"));
                None
            }
        }
    }

    pub(crate) fn table(&self, key: &str) -> Option<Reader<'d>> {
        if !self.table.contains_key(key) {
            self.required::<String>(key, None);
        }
        self.opt_table(key)
    }

    /// An array of tables, `[[key]]`.
    pub(crate) fn tables(&self, key: &str) -> Vec<Reader<'d>> {
        self.seen.borrow_mut().insert(key.to_owned());
        let Some(value) = self.table.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.complain(&self.at(value.span()), format!("{key} 应为表的列表"), format!("写成若干个 [[{key}]]"));
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|i| match i.get_ref() {
                DeValue::Table(t) => Some(Reader::new(self.source, t, i.span().start, self.mistakes)),
                _ => None,
            })
            .collect()
    }

    /// All keys of the table.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.table.keys().map(|k| k.get_ref().to_string()).collect()
    }

    /// The table as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        super::canonical::json_of_table(self.table)
    }

    fn at(&self, span: Range<usize>) -> Place {
        Place::at(&self.source.path, &self.source.text, span.start)
    }

    fn typed<T>(&self, key: &str, wanted: &str, read: impl Fn(&DeValue<'_>) -> Option<T>) -> Option<T> {
        self.seen.borrow_mut().insert(key.to_owned());
        let value: &Spanned<DeValue<'_>> = self.table.get(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            self.complain(&self.at(value.span()), format!("{key} 的值类型不对"), format!("应为{wanted}"));
        }
        read
    }

    /// Complains about a missing key; a key that is there but wrong was complained about already.
    fn required<T: Default>(&self, key: &str, value: Option<T>) -> T {
        value.unwrap_or_else(|| {
            if !self.table.contains_key(key) {
                self.complain(&self.place(), format!("缺少 {key}"), format!("补上 {key} = …"));
            }
            T::default()
        })
    }
}

fn as_number(value: &DeValue<'_>) -> Option<Num> {
    match value {
        DeValue::Integer(i) if i.radix() == 10 => i.as_str().parse().ok(),
        DeValue::Float(f) => f.as_str().parse().ok(),
        _ => None,
    }
}

fn as_float(value: &DeValue<'_>) -> Option<f64> {
    let number: f64 = match value {
        DeValue::String(text) => {
            let (above, below) = text.split_once('/')?;
            above.trim().parse::<f64>().ok()? / below.trim().parse::<f64>().ok()?
        }
        DeValue::Integer(i) if i.radix() == 10 => i.as_str().parse().ok()?,
        DeValue::Float(f) => f.as_str().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn as_floats(value: &DeValue<'_>) -> Option<Vec<f64>> {
    let DeValue::Array(items) = value else { return None };
    items.iter().map(|i| as_float(i.get_ref())).collect()
}

fn as_pair(value: &DeValue<'_>) -> Option<(Num, Num)> {
    let DeValue::Array(items) = value else { return None };
    let numbers: Vec<Num> = items.iter().map(|i| as_number(i.get_ref())).collect::<Option<_>>()?;
    <[Num; 2]>::try_from(numbers).ok().map(|[a, b]| (a, b))
}

fn as_date(value: &DeValue<'_>) -> Option<NaiveDate> {
    let DeValue::Datetime(d) = value else { return None };
    if d.time.is_some() || d.offset.is_some() {
        return None;
    }
    let d = d.date?;
    NaiveDate::from_ymd_opt(i32::from(d.year), u32::from(d.month), u32::from(d.day))
}
