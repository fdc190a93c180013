//! A mistake in a definition file: where it is, what it is, and what to do about it.

use std::fmt;
use std::sync::Arc;

/// A place in a definition file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path inside the definitions folder, with `/`.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// The place `offset` bytes into `text`.
    #[must_use]
    pub fn at(file: &Arc<str>, text: &str, offset: usize) -> Self {
        let before = &text[..floor_boundary(text, offset)];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Self {
            file: Arc::clone(file),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// A mistake at this place.
    #[must_use]
    pub fn mistake(&self, message: impl Into<String>, remedy: impl Into<String>) -> Mistake {
        Mistake {
            file: self.file.to_string(),
            line: self.line,
            column: self.column,
            message: message.into(),
            remedy: remedy.into(),
        }
    }
}

/// What is wrong in a definition file. The order is by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Mistake {
    /// Path inside the definitions folder, with `/`.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, remedy } = self;
        write!(f, "{file}:{line}:{column}: {message}")?;
        if remedy.is_empty() { Ok(()) } else { write!(f, "；{remedy}") }
    }
}

/// “是否想写 …？” for the candidate nearest to `given`, or the whole list when it is short; empty if nothing is near.
pub(crate) fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = candidates.into_iter().collect();
    let near = all
        .iter()
        .map(|c| (strsim::jaro_winkler(&given.to_lowercase(), &c.to_lowercase()), *c))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, c)) => format!("是否想写 {c}？"),
        None if !all.is_empty() && all.len() <= 12 => format!("可用的有：{}", all.join("、")),
        None => String::new(),
    }
}

/// As [`did_you_mean`], with a colon before it, for the end of an error message.
pub(crate) fn hint<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let words = did_you_mean(given, candidates);
    if words.is_empty() { words } else { format!("：{words}") }
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let file: Arc<str> = "a.toml".into();
        let place = Place::at(&file, "id = 1\n名称 = x", "id = 1\n名称 = ".len());
        assert_eq!((place.line, place.column), (2, 6));
        assert_eq!(place.mistake("错", "改").to_string(), "a.toml:2:6: 错；改");
    }

    #[test]
    fn a_near_word_is_offered() {
        assert_eq!(did_you_mean("numerater", ["numerator", "denominator"]), "是否想写 numerator？");
        assert_eq!(did_you_mean("zzz", ["ps", "pe"]), "可用的有：ps、pe");
    }
}
