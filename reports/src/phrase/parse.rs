//! Reading phrases and conditions.

use super::{Condition, Label, List, Meta, Op, Operand, Part, Phrase, PhraseError, Reference, Row, Target, Test};
use crate::outline::Span;

type Parsed<T> = Result<T, PhraseError>;

fn error<T>(text: impl Into<String>) -> Parsed<T> {
    Err(PhraseError(text.into()))
}

impl Phrase {
    /// Reads a phrase.
    ///
    /// # Errors
    /// If braces do not pair or a place in braces is not of the closed list.
    pub fn parse(text: &str, span: Span) -> Parsed<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            if rest[open..].starts_with('}') {
                return error(format!("多余的右括号：…{}", tail(&rest[..open])));
            }
            if open > 0 {
                parts.push(Part::Plain(rest[..open].to_owned()));
            }
            let close =
                matching(&rest[open..]).ok_or_else(|| PhraseError(format!("括号未闭合：{}", head(&rest[open..]))))?;
            parts.push(part(rest[open + 1..open + close].trim(), span)?);
            rest = &rest[open + close + 1..];
        }
        if !rest.is_empty() {
            parts.push(Part::Plain(rest.to_owned()));
        }
        Ok(Self { parts, span })
    }
}

fn head(text: &str) -> String {
    text.chars().take(16).collect()
}

fn tail(text: &str) -> String {
    let count = text.chars().count();
    text.chars().skip(count.saturating_sub(8)).collect()
}

/// Byte of the brace that closes the one at the start.
fn matching(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Splits at `|` outside inner braces.
fn arguments(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            '|' if depth == 0 => {
                found.push(text[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(text[from..].trim());
    found
}

fn part(text: &str, span: Span) -> Parsed<Part> {
    if text == "~" {
        return Ok(Part::Magnitude);
    }
    if let Some(meta) = meta(text) {
        return Ok(Part::Meta(meta));
    }
    let args = arguments(text);
    let (word, first) = args[0].split_once(char::is_whitespace).unwrap_or((args[0], ""));
    let first = first.trim();
    let phrase = |i: usize| args.get(i).map_or_else(|| Ok(Phrase::default()), |t| Phrase::parse(t, span));
    match word {
        "yoy" => Ok(Part::Yoy(reference(first)?)),
        "sign" => {
            Ok(Part::Sign { reference: reference(first)?, phrases: [phrase(1)?, phrase(2)?, phrase(3)?, phrase(4)?] })
        }
        "if" => Ok(Part::If { condition: Condition::parse(first)?, then: phrase(1)?, or: phrase(2)? }),
        "list" => Ok(Part::List(Box::new(list(first, &args, span)?))),
        "place" => match first.split_once(" of ") {
            Some((rank, count)) => Ok(Part::Place { rank: reference(rank.trim())?, count: reference(count.trim())? }),
            None => error("place 应写作 place 名次 of 总数"),
        },
        "fig" => Ok(Part::Label(Label::Figure(first.to_owned()))),
        "tab" => Ok(Part::Label(Label::Table(first.to_owned()))),
        _ if args.len() == 1 && first.is_empty() => {
            let (written, unit) = word.strip_suffix('!').map_or((word, true), |w| (w, false));
            Ok(Part::Figure { reference: reference(written)?, unit })
        }
        _ => error(format!("不认识的写法“{}”", head(text))),
    }
}

fn meta(text: &str) -> Option<Meta> {
    Some(match text {
        "year" => Meta::Year,
        "prev" => Meta::Prev,
        "next" => Meta::Next,
        "period" => Meta::Period,
        "as_of" => Meta::AsOf,
        "office" => Meta::Office,
        "city" => Meta::City,
        "snapshot" => Meta::Snapshot,
        "hash" => Meta::Hash,
        "version" => Meta::Version,
        "source" => Meta::Source,
        _ => return None,
    })
}

fn list(head: &str, args: &[&str], span: Span) -> Parsed<List> {
    let (head, first) = match head.rsplit_once(" first ") {
        Some((rest, n)) => match n.trim().parse() {
            Ok(n) => (rest, Some(n)),
            Err(_) => return error(format!("first 后应为整数：{n}")),
        },
        None => (head, None),
    };
    let (head, by) = match head.rsplit_once(" by ") {
        Some((rest, column)) => (rest, Some(reference(&format!(".{}", column.trim()))?)),
        None => (head, None),
    };
    let (dataset, filter) = match head.split_once(" where ") {
        Some((dataset, condition)) => (dataset, Some(Condition::parse(condition)?)),
        None => (head, None),
    };
    let Some(item) = args.get(1) else { return error("list 缺少每行的写法") };
    Ok(List {
        dataset: dataset.trim().to_owned(),
        filter,
        by,
        first,
        item: Phrase::parse(item, span)?,
        separator: separator(args.get(2).copied().unwrap_or_default()),
        empty: Phrase::parse(args.get(3).unwrap_or(&"无"), span)?,
    })
}

/// What stands between the items of a list: 、 unless written; `''` is nothing.
fn separator(written: &str) -> String {
    match written {
        "" => "、",
        "''" => "",
        other => other,
    }
    .to_owned()
}

/// Reads `dataset/row/column` or `.column`.
pub(super) fn reference(text: &str) -> Parsed<Reference> {
    let text = text.trim();
    let written = text.to_owned();
    let name_ok = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if let Some(column) = text.strip_prefix('.') {
        return if name_ok(column) {
            Ok(Reference { written, target: Target::Item(column.to_owned()) })
        } else {
            error(format!("列名不可用：{text}"))
        };
    }
    let parts: Vec<&str> = text.split('/').collect();
    let [dataset, row, column] = parts[..] else {
        return error(format!("应写作 数据集/行/列：{}", head(text)));
    };
    if !name_ok(dataset) || !name_ok(column) || row.is_empty() {
        return error(format!("应写作 数据集/行/列：{}", head(text)));
    }
    let row = match row.strip_prefix('@') {
        None => Row::Key(row.replace('+', "|")),
        Some(pick) => match (pick.strip_prefix("max:"), pick.strip_prefix("min:"), pick.parse()) {
            (Some(c), _, _) => Row::Max(c.to_owned()),
            (_, Some(c), _) => Row::Min(c.to_owned()),
            (_, _, Ok(n)) if n != 0 => Row::Nth(n),
            _ => return error(format!("行的写法有误：@{pick}")),
        },
    };
    Ok(Reference { written, target: Target::Cell { dataset: dataset.to_owned(), row, column: column.to_owned() } })
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// If it is no comparison of the closed list.
    pub fn parse(text: &str) -> Parsed<Self> {
        let tests = text.split(" and ").map(test).collect::<Parsed<Vec<_>>>()?;
        Ok(Self { tests })
    }
}

fn test(text: &str) -> Parsed<Test> {
    let text = text.trim();
    if let Some(reference_text) = text.strip_prefix("has ") {
        return Ok(Test::Has(reference(reference_text)?));
    }
    for (sign, op) in [("!=", Op::Ne), ("<=", Op::Le), (">=", Op::Ge), ("=", Op::Eq), ("<", Op::Lt), (">", Op::Gt)] {
        if let Some((left, right)) = text.split_once(sign) {
            return Ok(Test::Compare { left: operand(left)?, op, right: operand(right)? });
        }
    }
    error(format!("不是比较：{}", head(text)))
}

fn operand(text: &str) -> Parsed<Operand> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Ok(Operand::Number(number));
    }
    if text == "as_of" {
        return Ok(Operand::AsOf);
    }
    if let Some(word) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        return Ok(Operand::Word(word.to_owned()));
    }
    if let Some(dataset) = text.strip_prefix("rows(").and_then(|t| t.strip_suffix(')')) {
        return Ok(Operand::Rows(dataset.trim().to_owned()));
    }
    reference(text).map(Operand::Reference)
}
