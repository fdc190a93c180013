//! The columns of a table as the template shows them: header, kind of input, width, and what may stand there in words.

use crate::contract::{Column, Kind, Table, VaultKind};
use crate::normalise::CodeBook;

use super::plan::Plan;

/// What is typed into a column, or picked.
pub(super) enum Input<'a> {
    /// One of the names of a code set.
    Pick(&'a [(String, String)]),
    /// 是 or 否.
    YesNo,
    /// A township of the unit.
    Township,
    /// A village of the township in the same row.
    Village,
    Date,
    Time,
    /// A whole number from … to.
    Whole(i32, i32),
    /// A number from … to.
    Number(f64, f64),
    Id,
    Credit,
    Text,
}

/// A column of the sheet.
pub(super) struct Design<'a> {
    /// Column of the contract.
    pub column: &'a Column,
    /// Header without the star of mandatory columns.
    pub header: String,
    pub input: Input<'a>,
    /// Title of the table whose key is repeated here.
    pub refers_to: Option<&'a str>,
    /// Whether it alone identifies a row.
    pub is_key: bool,
}

/// The most that a count may be.
const MANY: i32 = 999_999_999;
/// The most that an amount may be.
const MUCH: f64 = 999_999_999_999.99;

/// The columns of a table in the order of the form.
pub(super) fn designs<'a>(plan: &Plan<'a>, table: &'a Table, codes: &'a CodeBook) -> Vec<Design<'a>> {
    let key = |c: &Column| table.natural_key.len() == 1 && table.natural_key[0] == c.name;
    let design = |(_, column): (usize, &'a Column)| Design {
        column,
        header: header(plan, table, column),
        input: input(plan, table, column, codes),
        refers_to: refers_to(plan, column),
        is_key: key(column) && matches!(column.kind, Kind::Str),
    };
    table.form_columns().map(design).collect()
}

/// Units and places are picked, so only the keys of ledgers are repeated by hand.
fn refers_to<'a>(plan: &Plan<'a>, column: &Column) -> Option<&'a str> {
    let table = plan.contracts.table(column.foreign.as_deref()?)?;
    (!table.name.starts_with("dim_")).then_some(table.title.as_str())
}

/// Places are picked by name, so their header says so; amounts and counts carry their unit.
fn header(plan: &Plan<'_>, table: &Table, column: &Column) -> String {
    let plain = column.form_header();
    if is_place(table, column) {
        return plan.contracts.synonyms.get(&plain).and_then(|s| s.first()).cloned().unwrap_or(plain);
    }
    let has_unit = !column.unit.is_empty() && !plain.contains(&column.unit) && column.unit != "比例";
    if has_unit { format!("{plain}({})", column.unit) } else { plain }
}

fn is_place(table: &Table, column: &Column) -> bool {
    table.name != "dim_region" && matches!(column.name.as_str(), "township_code" | "village_code")
}

fn input<'a>(plan: &Plan<'_>, table: &Table, column: &'a Column, codes: &'a CodeBook) -> Input<'a> {
    if let Some(list) = codes.of(column) {
        return Input::Pick(list.choices());
    }
    match column.kind {
        _ if is_place(table, column) && has_places(plan, table) => place(table, column),
        Kind::Date => Input::Date,
        Kind::Ts => Input::Time,
        Kind::Bool => Input::YesNo,
        Kind::Int => whole(column),
        Kind::Dec2 | Kind::Dec4 => number(column),
        Kind::Str | Kind::Text if column.vault == Some(VaultKind::Id) => Input::Id,
        Kind::Str | Kind::Text if column.allowed.starts_with("GB 32100") => Input::Credit,
        Kind::Str | Kind::Text => Input::Text,
    }
}

/// The bureau has no townships of its own; in its tables each row names its unit.
fn has_places(plan: &Plan<'_>, table: &Table) -> bool {
    plan.unit != crate::contract::CITY || table.form_columns().any(|(_, c)| c.name == "eval_unit_code")
}

/// A village can be picked once its township stands to the left.
fn place<'a>(table: &Table, column: &Column) -> Input<'a> {
    let at = |name: &str| table.index_of(name);
    match column.name.as_str() {
        "township_code" => Input::Township,
        _ if at("township_code").is_some_and(|t| Some(t) < at("village_code")) => Input::Village,
        _ => Input::Text,
    }
}

fn whole<'a>(column: &Column) -> Input<'a> {
    let stated = range(&column.allowed).and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let (from, to) = stated.unwrap_or(match column.name.as_str() {
        "year" => (2000, 2100),
        _ if column.positive => (1, MANY),
        _ => (0, MANY),
    });
    Input::Whole(from, to)
}

fn number<'a>(column: &Column) -> Input<'a> {
    let stated = range(&column.allowed).and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let (from, to) = stated.unwrap_or(match column.unit.as_str() {
        "度" => (-180.0, 180.0),
        "比例" => (0.0, 1.0),
        _ if column.positive => (0.01, MUCH),
        _ => (-MUCH, MUCH),
    });
    Input::Number(from, to)
}

/// `0-100` → 0 and 100.
fn range(allowed: &str) -> Option<(&str, &str)> {
    let (from, to) = allowed.split_once('-')?;
    let number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    (number(from) && number(to)).then_some((from, to))
}

impl Design<'_> {
    pub fn is_required(&self) -> bool {
        !self.column.nullable
    }

    /// Whether cells are text whatever is typed, so that no digit and no leading zero is lost.
    pub fn is_text(&self) -> bool {
        !matches!(self.input, Input::Date | Input::Time | Input::Whole(..) | Input::Number(..))
    }

    /// Whether what stands there is a date or one of a few words.
    pub fn is_short(&self) -> bool {
        matches!(self.input, Input::Date | Input::Time | Input::Pick(_) | Input::YesNo)
    }

    /// The format of numbers and dates.
    pub fn num_format(&self) -> &'static str {
        match self.input {
            Input::Date => "yyyy-mm-dd",
            Input::Time => "yyyy-mm-dd hh:mm",
            Input::Whole(..) => "0",
            Input::Number(..) if self.column.kind == Kind::Dec2 => "#,##0.00",
            Input::Number(..) => "0.######",
            _ => "@",
        }
    }

    /// Width in characters: what usually stands there, and the header on two lines.
    pub fn width(&self) -> f64 {
        let by_value = match &self.input {
            Input::Pick(list) => list.iter().map(|(_, name)| 2 * name.chars().count()).max().unwrap_or(8).min(22) + 3,
            Input::YesNo => 8,
            Input::Township | Input::Village => 15,
            Input::Date => 12,
            Input::Time => 18,
            Input::Whole(..) => 10,
            Input::Number(..) => 14,
            Input::Id | Input::Credit => 20,
            Input::Text if self.column.kind == Kind::Text => 28,
            Input::Text if self.column.vault == Some(VaultKind::Account) => 22,
            Input::Text if self.column.vault == Some(VaultKind::Address) => 26,
            Input::Text => 12,
        };
        let by_header = (2 * self.header.chars().count() + 1).div_ceil(2) + 3;
        f64::from(u32::try_from(by_value.max(by_header)).unwrap_or(20))
    }

    /// How the column is filled, for the instructions.
    pub fn manner(&self) -> &'static str {
        match self.input {
            Input::Pick(_) | Input::YesNo => "下拉选取",
            Input::Township => "下拉选取",
            Input::Village => "先选乡镇，再下拉选取",
            Input::Date => "日期",
            Input::Time => "日期和时间",
            Input::Whole(..) => "整数",
            Input::Number(..) if self.column.kind == Kind::Dec2 => "数字，两位小数",
            Input::Number(..) => "数字",
            Input::Id => "文本，18位",
            Input::Credit => "文本，18位",
            Input::Text => "文本",
        }
    }

    /// What may stand there, in words.
    pub fn values(&self) -> String {
        match &self.input {
            Input::Pick(list) => list.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("、"),
            Input::YesNo => "是、否".to_owned(),
            Input::Township => "本单位所辖乡镇（街道），也可填9位统计代码".to_owned(),
            Input::Village => "所选乡镇（街道）的村（社区），也可填12位统计代码".to_owned(),
            Input::Date => "如 2025-03-05".to_owned(),
            Input::Time => "如 2025-03-05 14:30".to_owned(),
            Input::Whole(from, to) if *to < MANY => format!("{from} 至 {to}"),
            Input::Whole(from, _) => format!("不小于 {from}"),
            Input::Number(from, to) if *to < MUCH => format!("{from} 至 {to}{}", self.percent_words()),
            Input::Number(from, _) if *from > 0.0 => "大于 0".to_owned(),
            Input::Number(..) => "退回、冲减可填负数".to_owned(),
            Input::Id => "身份证号，末位 X 大写；没有的按实情填写并说明".to_owned(),
            Input::Credit => "统一社会信用代码".to_owned(),
            Input::Text => self.text_values(),
        }
    }

    /// Typing 95% stores 0.95, which is another value.
    fn percent_words(&self) -> &'static str {
        if self.column.unit == "%" { "，95% 填 95，不写百分号" } else { "" }
    }

    fn text_values(&self) -> String {
        match (self.column.vault, self.column.allowed.as_str()) {
            (Some(VaultKind::Account), _) => "完整账号，不加空格".to_owned(),
            (Some(VaultKind::Phone), _) => "11位手机号，或带区号的座机".to_owned(),
            (_, "" | "HMAC") if self.column.kind == Kind::Text => "不要写身份证号和银行账号".to_owned(),
            (_, "" | "HMAC") => match self.refers_to {
                Some(table) => format!("与“{table}”中的编号一致"),
                None if self.is_key => "由本单位编号，不得重复，以后各期沿用".to_owned(),
                None => String::new(),
            },
            (_, allowed) => allowed.to_owned(),
        }
    }
}
