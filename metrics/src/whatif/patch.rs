//! A patch: typed paths of the definitions with other values, from flags and from a TOML file of the same layout.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::definitions::Place;
use crate::error::MetricsError;
use crate::published::refused;

/// One path with its new value.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// Path, e.g. `weights.CTY-101`, in its parts.
    pub path: Vec<String>,
    /// New value.
    pub value: toml::Value,
    /// Where it was said: the flag, or file, line and column.
    pub said: String,
}

/// Everything that is tried.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Patch {
    /// Values, in the order in which they were said; the last one of a path counts.
    pub assignments: Vec<Assignment>,
    /// Indicators that are left out.
    pub without_indicators: Vec<String>,
    /// Units (codes) that are left out.
    pub without_units: Vec<String>,
}

impl Assignment {
    /// From `path=value`. A value is written as in a definition file; a text needs no quotes.
    ///
    /// # Errors
    /// `Refused` without `=`, or with an empty part.
    pub fn of_flag(text: &str) -> Result<Self, MetricsError> {
        let wrong = || refused(format!("--set {text} 写法不对：应为 路径=值，如 weights.CTY-101=6"));
        let (path, value) = text.split_once('=').ok_or_else(wrong)?;
        let path: Vec<String> = path.split('.').map(|part| part.trim().to_owned()).collect();
        if path.iter().any(String::is_empty) || value.trim().is_empty() {
            return Err(wrong());
        }
        Ok(Self { path, value: read_value(value.trim()), said: format!("--set {text}") })
    }

    /// The path as it is written.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.join(".")
    }
}

impl Patch {
    /// From the text of a patch file; `name` is how the file is called in messages.
    ///
    /// # Errors
    /// `Refused` with every mistake and its place.
    pub fn read(name: &str, text: &str) -> Result<Self, MetricsError> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let (table, errors) = DeTable::parse_recoverable(&text);
        let file: Arc<str> = name.into();
        let at = |offset: usize| Place::at(&file, &text, offset);
        if !errors.is_empty() {
            let line = |e: &toml::de::Error| {
                let place = at(e.span().map_or(0, |s| s.start));
                place.mistake(format!("TOML 写法有误：{}", e.message()), "按 TOML 格式改正").to_string()
            };
            return Err(refused(errors.iter().map(line).collect::<Vec<_>>().join("\n")));
        }
        let mut reading = Reading { text: &text, at: &at, patch: Self::default(), mistakes: Vec::new() };
        reading.table(&table.into_inner(), &mut Vec::new());
        if reading.mistakes.is_empty() { Ok(reading.patch) } else { Err(refused(reading.mistakes.join("\n"))) }
    }

    /// With what else was said.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.assignments.extend(other.assignments);
        self.without_indicators.extend(other.without_indicators);
        self.without_units.extend(other.without_units);
        self
    }

    /// Whether nothing is tried.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.assignments.is_empty() && self.without_indicators.is_empty() && self.without_units.is_empty()
    }
}

struct Reading<'a> {
    text: &'a str,
    at: &'a dyn Fn(usize) -> Place,
    patch: Patch,
    mistakes: Vec<String>,
}

impl Reading<'_> {
    fn table(&mut self, table: &DeTable<'_>, path: &mut Vec<String>) {
        for (key, value) in table {
            path.push(key.get_ref().to_string());
            match (value.get_ref(), path.len()) {
                (_, 1) if path[0] == "without_indicators" => self.patch.without_indicators = self.words(value),
                (_, 1) if path[0] == "without_units" => self.patch.without_units = self.words(value),
                (DeValue::Table(inner), _) => self.table(inner, path),
                _ => self.leaf(value, path),
            }
            path.pop();
        }
    }

    fn leaf(&mut self, value: &Spanned<DeValue<'_>>, path: &[String]) {
        let place = (self.at)(value.span().start);
        let said = format!("{}:{}:{}", place.file, place.line, place.column);
        let value = read_value(&self.text[value.span()]);
        self.patch.assignments.push(Assignment { path: path.to_vec(), value, said });
    }

    fn words(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<String> {
        let text = |v: &Spanned<DeValue<'_>>| {
            if let DeValue::String(s) = v.get_ref() { Some(s.to_string()) } else { None }
        };
        let read = if let DeValue::Array(items) = value.get_ref() { items.iter().map(text).collect() } else { None };
        read.unwrap_or_else(|| {
            let place = (self.at)(value.span().start);
            self.mistakes.push(place.mistake("应为文本的列表", "写成 [\"CTY-103\", \"CTY-104\"]").to_string());
            Vec::new()
        })
    }
}

/// A value as in a definition file; what is none is a text.
fn read_value(text: &str) -> toml::Value {
    let read = toml::from_str::<toml::Table>(&format!("v = {text}")).ok().and_then(|mut t| t.remove("v"));
    read.unwrap_or_else(|| toml::Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_files_say_the_same() {
        let flag = Assignment::of_flag("indicators.CTY-205.rule.full=95").unwrap();
        let file =
            Patch::read("p.toml", "without_units = [\"510903\"]\n[indicators.CTY-205.rule]\nfull = 95\n").unwrap();
        assert_eq!((&file.assignments[0].path, &file.assignments[0].value), (&flag.path, &flag.value));
        assert_eq!(
            (file.assignments[0].said.as_str(), file.without_units.as_slice()),
            ("p.toml:3:8", &["510903".to_owned()][..])
        );
        assert_eq!(Assignment::of_flag("indicators.CTY-1.na_policy=N2").unwrap().value.as_str(), Some("N2"));
    }

    #[test]
    fn what_is_no_assignment_is_refused_with_its_place() {
        for text in ["weights.CTY-101", "weights..=1", "=1", "weights.CTY-101="] {
            assert!(Assignment::of_flag(text).unwrap_err().to_string().contains("路径=值"), "{text}");
        }
        let wrong = Patch::read("p.toml", "without_units = 5\n").unwrap_err().to_string();
        assert!(wrong.starts_with("p.toml:1:17: 应为文本的列表"), "{wrong}");
        assert!(Patch::read("p.toml", "a = = 1").unwrap_err().to_string().starts_with("p.toml:1:"));
    }
}
