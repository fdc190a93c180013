//! DataFusion's errors in the user's language: what a person can mend is said with its place and the nearest name, the
//! rest in DataFusion's own words. Texts may quote literals of the statement, and values that are tokens already.

use std::fmt;

use arrow::error::ArrowError;
use datafusion::common::{DataFusionError, SchemaError};

use crate::error::Error;

/// Most names that are listed.
const MAX_NAMES: usize = 40;
/// Least likeness of a name that is proposed, from 0 to 1 (Jaro–Winkler).
const ALIKE: f64 = 0.8;

/// What a person can mend in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// A table that does not exist.
    Table(Name),
    /// A column that does not exist.
    Column(Name),
    /// A column that several tables have.
    Ambiguous(String),
    /// A function that does not exist.
    Function(Name),
    /// A word where it may not be.
    Syntax {
        /// Line and column from 1, where the parser tells them.
        place: Option<(usize, usize)>,
        /// The word; empty at the end of the statement.
        found: String,
        /// What may be there, in the parser's words.
        wanted: String,
    },
}

/// A wrong name and what may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As it was given.
    pub given: String,
    /// The nearest one, or all if they are few.
    pub known: Vec<String>,
}

impl Name {
    fn new(given: &str, known: &[&str]) -> Self {
        let likeness = |name: &str| strsim::jaro_winkler(&given.to_lowercase(), name);
        let alike = known.iter().filter(|n| likeness(n) >= ALIKE);
        let known = match alike.max_by(|a, b| likeness(a).total_cmp(&likeness(b))) {
            Some(nearest) => vec![(*nearest).to_owned()],
            None if known.len() <= MAX_NAMES => known.iter().map(|n| (*n).to_owned()).collect(),
            None => Vec::new(),
        };
        Self { given: given.to_owned(), known }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}”", self.given)?;
        match self.known.as_slice() {
            [] => Ok(()),
            [one] => write!(f, "；是否想写 {one}"),
            several => write!(f, "；可用的有 {}", several.join("、")),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(name) => write!(f, "没有表{name}"),
            Self::Column(name) => write!(f, "没有列{name}"),
            Self::Ambiguous(name) => write!(f, "几个表都有列“{name}”，请在列名前写明表名"),
            Self::Function(name) => write!(f, "没有函数{name}"),
            Self::Syntax { place, found, wanted } => {
                f.write_str("语法错误：")?;
                if let Some((line, column)) = place {
                    write!(f, "第 {line} 行第 {column} 个字符处，")?;
                }
                if found.is_empty() {
                    write!(f, "语句到此就结束了，应为 {wanted}")
                } else {
                    write!(f, "不该是“{found}”，应为 {wanted}")
                }
            }
        }
    }
}

/// An error while running, where names are settled.
#[expect(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
pub(super) fn failed(error: DataFusionError) -> Error {
    unplanned(&error, &[])
}

/// An error while planning; `tables` are those that there are.
pub(super) fn unplanned(error: &DataFusionError, tables: &[&str]) -> Error {
    let text = || error.strip_backtrace();
    let root = error.find_root();
    let fault = match root {
        DataFusionError::SchemaError(cause, _) => column(cause),
        DataFusionError::SQL(cause, _) => return misspelt(&cause.to_string()),
        DataFusionError::Plan(words) => table(words, tables).or_else(|| function(words)),
        _ => None,
    };
    if let Some(fault) = fault {
        return Error::Sql(fault);
    }
    match root {
        DataFusionError::ResourcesExhausted(_) => Error::Limit(format!("内存不够，请缩小查询范围（{}）", text())),
        DataFusionError::ArrowError(cause, _) => Error::Query(match cause.as_ref() {
            ArrowError::DivideByZero => "除数为零；可写成 被除数 / NULLIF(除数, 0)".to_owned(),
            ArrowError::CastError(_) => format!("数据类型转换不了（{cause}）"),
            _ => text(),
        }),
        _ => Error::Query(text()),
    }
}

fn column(error: &SchemaError) -> Option<Fault> {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let names: Vec<&str> = valid_fields.iter().map(|f| f.name.as_str()).collect();
            Some(Fault::Column(Name::new(&field.name, &names)))
        }
        SchemaError::AmbiguousReference { field } => Some(Fault::Ambiguous(field.name.clone())),
        _ => None,
    }
}

/// `table 'suixin.public.persn' not found`.
fn table(words: &str, tables: &[&str]) -> Option<Fault> {
    let full = words.strip_prefix("table '")?.strip_suffix("' not found")?;
    Some(Fault::Table(Name::new(full.rsplit('.').next().unwrap_or(full), tables)))
}

/// `Invalid function 'cuont'.\nDid you mean 'count'?`
fn function(words: &str) -> Option<Fault> {
    let (name, rest) = words.strip_prefix("Invalid function '")?.split_once('\'')?;
    let nearest = rest.split_once("Did you mean '").and_then(|(_, n)| n.split_once('\''));
    Some(Fault::Function(Name {
        given: name.to_owned(),
        known: nearest.map(|(n, _)| n.to_owned()).into_iter().collect(),
    }))
}

/// A parser's message, such as `sql parser error: Expected: …, found: x at Line: 1, Column: 15`.
pub(crate) fn misspelt(words: &str) -> Error {
    let words = words.trim_start_matches("SQL error: ").trim_start_matches("sql parser error: ");
    let fault = || {
        let (wanted, rest) = words.strip_prefix("Expected: ")?.split_once(", found: ")?;
        let (found, place) =
            rest.rsplit_once(" at Line: ").map_or((rest, None), |(f, p)| (f, p.split_once(", Column: ")));
        let place = place.and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?)));
        let found = if found == "EOF" { String::new() } else { found.to_owned() };
        Some(Fault::Syntax { place, found, wanted: wanted.to_owned() })
    };
    fault().map_or_else(|| Error::Query(format!("语法错误：{words}")), Error::Sql)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_can_mend_is_said_in_chinese() {
        let plan =
            |words: &str| unplanned(&DataFusionError::Plan(words.to_owned()), &["person", "need_item"]).to_string();
        for (words, said) in [
            ("table 'suixin.public.persn' not found", "没有表“persn”；是否想写 person"),
            ("table 'suixin.public.x' not found", "没有表“x”；可用的有 person、need_item"),
            ("Invalid function 'cuont'.\nDid you mean 'count'?", "没有函数“cuont”；是否想写 count"),
            ("something else", "Error during planning: something else"),
        ] {
            assert_eq!(plan(words), format!("查询不能执行：{said}"));
        }
    }

    #[test]
    fn a_wrong_word_is_named_with_its_place() {
        for (words, said) in [
            (
                "sql parser error: Expected: an expression, found: FROM at Line: 1, Column: 8",
                "语法错误：第 1 行第 8 个字符处，不该是“FROM”，应为 an expression",
            ),
            ("sql parser error: Expected: ), found: EOF", "语法错误：语句到此就结束了，应为 )"),
            ("sql parser error: Unterminated string", "语法错误：Unterminated string"),
        ] {
            assert_eq!(misspelt(words).to_string(), format!("查询不能执行：{said}"));
        }
    }
}
