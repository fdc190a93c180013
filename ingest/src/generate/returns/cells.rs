//! The cell that a form shows for a value: as it is at mess 0, in all the ways that people write at mess 1.

use crate::contract::{Column, Kind, VaultKind};
use crate::generate::day::{Day, Moment};
use crate::generate::rng::Rng;

use super::context::Context;
use super::sheet::{Medium, Row, Sheet};
use super::style::DateForm;

/// A cell of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Out {
    Blank,
    Text(String),
    Number(f64),
    Date(Day),
    Time(Moment),
}

impl Out {
    fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The text in a file that has nothing but text.
    pub(super) fn flat(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(t) => t.replace('\n', " "),
            Self::Number(n) => n.to_string(),
            Self::Date(d) => d.to_string(),
            Self::Time(t) => t.to_string(),
        }
    }
}

/// Days between the epoch of spreadsheets and 1970-01-01.
pub(super) const SERIAL_OFFSET: i32 = 25_569;

/// The cells of a row, in the order of the form.
pub(super) fn row_cells(context: &Context<'_>, sheet: &mut Sheet<'_>, row: &Row) -> Vec<Out> {
    let mut out = Vec::with_capacity(sheet.columns.len());
    for i in 0..sheet.columns.len() {
        let column = sheet.columns[i];
        let shown = row.bad.as_ref().filter(|b| b.column == column).and_then(|b| b.show.clone());
        out.push(shown.unwrap_or_else(|| cell(context, sheet, column, &row.fields[column])));
    }
    out
}

fn cell(context: &Context<'_>, sheet: &mut Sheet<'_>, index: usize, text: &str) -> Out {
    let column = sheet.info.columns[index];
    if sheet.style.plain {
        return if sheet.medium == Medium::Book { plain(column, text) } else { plain_text(column, text) };
    }
    if text.is_empty() {
        return nothing(sheet, column);
    }
    if sheet.style.names && matches!(column.name.as_str(), "township_code" | "village_code") {
        return Out::text(noise(&mut sheet.rng, context.region_name(text).unwrap_or(text)));
    }
    match column.kind {
        Kind::Date => date(sheet, text),
        Kind::Ts => moment(sheet, text),
        Kind::Bool => Out::text(sheet.rng.of(if text == "true" { &["是", "Y"] } else { &["否", "N"] })),
        Kind::Int => integer(sheet, column, text),
        Kind::Dec2 | Kind::Dec4 => decimal(sheet, column, text),
        Kind::Str | Kind::Text => match column.vault {
            Some(VaultKind::Id) => id(sheet, text),
            Some(VaultKind::Account) => account(&mut sheet.rng, text),
            _ => word(context, sheet, index, text),
        },
    }
}

/// Codes, numbers and dates as such.
fn plain(column: &Column, text: &str) -> Out {
    if text.is_empty() {
        return Out::Blank;
    }
    let parsed = match column.kind {
        Kind::Date => Day::parse(text).map(Out::Date),
        Kind::Ts => Moment::parse(text).map(Out::Time),
        Kind::Int | Kind::Dec2 | Kind::Dec4 => text.parse().ok().map(Out::Number),
        _ => None,
    };
    parsed.unwrap_or_else(|| plain_text(column, text))
}

fn plain_text(column: &Column, text: &str) -> Out {
    match (column.kind, text) {
        (_, "") => Out::Blank,
        (Kind::Bool, "true") => Out::text("是"),
        (Kind::Bool, _) => Out::text("否"),
        _ => Out::text(text),
    }
}

fn nothing(sheet: &mut Sheet<'_>, column: &Column) -> Out {
    if column.nullable && sheet.rng.chance(0.15) { Out::text(sheet.rng.of(&["—", "/"])) } else { Out::Blank }
}

/// Blanks and line breaks around a value.
fn noise(rng: &mut Rng, text: &str) -> String {
    match rng.below(1000) {
        0..20 => format!(" {text}"),
        20..40 => format!("{text} "),
        40..50 => format!("\u{3000}{text}"),
        50..60 => format!("{text}\n"),
        60..65 => format!("{text}\u{a0}"),
        _ => text.to_owned(),
    }
}

fn date(sheet: &mut Sheet<'_>, text: &str) -> Out {
    let Some(day) = Day::parse(text) else { return Out::text(text) };
    let (y, m, d) = day.ymd();
    match date_form(sheet) {
        DateForm::Serial if sheet.medium != Medium::Csv => Out::Number(f64::from(day.0 + SERIAL_OFFSET)),
        DateForm::Real if sheet.medium == Medium::Book => Out::Date(day),
        DateForm::Chinese => Out::Text(format!("{y}年{m}月{d}日")),
        DateForm::Dot => Out::Text(format!("{y}.{m}.{d}")),
        DateForm::Slash => Out::Text(format!("{y}/{m:02}/{d:02}")),
        DateForm::Compact => Out::Text(format!("{y}{m:02}{d:02}")),
        _ => Out::text(text),
    }
}

fn date_form(sheet: &mut Sheet<'_>) -> DateForm {
    let at = sheet.rng.below(sheet.style.dates.len());
    sheet.style.dates.get(at).copied().unwrap_or(DateForm::Iso)
}

fn moment(sheet: &mut Sheet<'_>, text: &str) -> Out {
    let Some(moment) = Moment::parse(text) else { return Out::text(text) };
    let ((y, m, d), (hour, minute, second)) = (moment.day().ymd(), moment.clock());
    match date_form(sheet) {
        DateForm::Serial | DateForm::Real if sheet.medium == Medium::Book => Out::Time(moment),
        DateForm::Chinese => Out::Text(format!("{y}年{m}月{d}日 {hour:02}:{minute:02}:{second:02}")),
        DateForm::Slash => Out::Text(format!("{y}/{m:02}/{d:02} {hour:02}:{minute:02}:{second:02}")),
        _ => Out::text(text),
    }
}

fn integer(sheet: &mut Sheet<'_>, column: &Column, text: &str) -> Out {
    let counted = matches!(column.unit.as_str(), "人" | "次" | "家" | "条" | "个");
    match sheet.rng.below(100) {
        0..2 => Out::Text(full_width(text)),
        2..4 => Out::text(text),
        4..7 if counted => Out::Text(format!("{text}{}", column.unit)),
        _ => number(sheet, text),
    }
}

fn number(sheet: &Sheet<'_>, text: &str) -> Out {
    match text.parse() {
        Ok(n) if sheet.medium != Medium::Csv => Out::Number(n),
        _ => Out::text(text),
    }
}

fn decimal(sheet: &mut Sheet<'_>, column: &Column, text: &str) -> Out {
    let yuan = column.unit == "元";
    if sheet.style.wan && yuan && column.kind == Kind::Dec2 {
        let wan = fen(text) as f64 / 1e6;
        return if sheet.rng.chance(0.05) { Out::Text(wan.to_string()) } else { Out::Number(wan) };
    }
    match sheet.rng.below(100) {
        0..4 if column.kind == Kind::Dec2 => Out::Text(thousands(text)),
        0..4 => Out::text(text),
        4..6 if yuan => Out::Text(format!("{text}元")),
        6 => Out::Text(full_width(text)),
        _ => number(sheet, text),
    }
}

/// Hundredths of a number with two decimals.
pub(super) fn fen(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap_or(0)
}

/// `1234567.80` as `1,234,567.80`.
fn thousands(text: &str) -> String {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "00"));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    format!("{sign}{out}.{rest}")
}

/// Digits and capitals as wide as Chinese characters.
fn full_width(text: &str) -> String {
    let wide = |c: char| match c {
        '0'..='9' | 'X' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
        c => c,
    };
    text.chars().map(wide).collect()
}

fn id(sheet: &mut Sheet<'_>, text: &str) -> Out {
    Out::Text(match sheet.rng.below(100) {
        0..3 => format!("'{text}"),
        3..5 => full_width(text),
        5..7 if text.ends_with('X') => text.replace('X', "x"),
        7..9 if text.len() == 18 => format!("{} {} {}", &text[..6], &text[6..14], &text[14..]),
        9..50 if sheet.medium == Medium::Csv => format!("\t{text}"),
        _ => noise(&mut sheet.rng, text),
    })
}

fn account(rng: &mut Rng, text: &str) -> Out {
    Out::Text(match rng.below(100) {
        0..4 if text.len() > 12 => format!("{} {} {} {}", &text[..4], &text[4..8], &text[8..12], &text[12..]),
        4..7 => format!("'{text}"),
        _ => text.to_owned(),
    })
}

/// The name of a code, or one of its other spellings; other texts as they are.
fn word(context: &Context<'_>, sheet: &mut Sheet<'_>, index: usize, text: &str) -> Out {
    let label = context.labels(sheet.info, index).get(text).filter(|_| sheet.style.labels);
    let text = match label {
        Some(l) if !l.aliases.is_empty() && sheet.rng.chance(0.3) => {
            l.aliases[sheet.rng.below(l.aliases.len())].as_str()
        }
        Some(l) => l.name.as_str(),
        None => text,
    };
    Out::Text(noise(&mut sheet.rng, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(thousands("1234567.80"), "1,234,567.80");
        assert_eq!(thousands("-123.00"), "-123.00");
        assert_eq!(full_width("12.5X"), "１２.５Ｘ");
        assert_eq!(fen("-12.05"), -1205);
    }
}
