//! One cell of one column: which parser, which unit, which warnings.

use std::borrow::Cow;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::contract::{Column, Derive, Kind, VaultKind};
use crate::normalise::{self as n, CodeTable, Refusal};
use crate::read::Cell;
use crate::value::Value;

/// A column of a sheet: where it stands, what it is, how its numbers are scaled.
#[derive(Debug)]
pub(super) struct ColumnPlan<'a> {
    /// Place in contract order.
    pub index: usize,
    pub column: &'a Column,
    /// Column of the sheet from 0.
    pub source: usize,
    /// Header as written.
    pub header: String,
    /// Factor of amounts as the header or the unit line says (万元: 10,000).
    pub factor: Decimal,
    /// Places after the point of a decimal.
    pub places: u32,
    pub codes: Option<&'a CodeTable>,
    /// How plain numbers of a column in percent are meant.
    pub percent: Percent,
    /// Whether day numbers count from 1904.
    pub from_1904: bool,
    /// Whether the file distinguishes numbers from text.
    pub typed: bool,
}

/// How plain numbers of a column in percent are meant: 95 and 0.95 may both say 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Percent {
    /// As written.
    Points,
    /// All are shares of one.
    Shares,
    /// Some look like shares and some like percent: a number below one is refused.
    Unclear,
}

/// A value, with a remark that does not keep it out.
pub(super) struct Taken {
    pub value: Value,
    pub warning: Option<Refusal>,
}

impl Taken {
    fn plain(value: Value) -> Self {
        Self { value, warning: None }
    }
}

impl ColumnPlan<'_> {
    /// Reads a cell of a column that is no ID number and no division.
    pub fn read(&self, cell: &Cell) -> Result<Taken, Refusal> {
        if self.is_nothing(cell) {
            return Ok(Taken::plain(Value::Null));
        }
        if let Some(codes) = self.codes {
            return self.read_code(cell, codes);
        }
        match self.column.kind {
            Kind::Int => self.read_int(cell),
            Kind::Dec2 | Kind::Dec4 => self.read_decimal(cell),
            Kind::Date => self.read_date(cell),
            Kind::Ts => n::parse_timestamp(&self.day_of_1900(cell)).map(|t| Taken::plain(Value::Ts(t))),
            Kind::Bool => read_bool(cell).map(Taken::plain),
            Kind::Str | Kind::Text => self.read_text(cell),
        }
    }

    /// Blank, or one of the signs for “nothing”.
    pub fn is_nothing(&self, cell: &Cell) -> bool {
        let Cell::Text(text) = cell else { return cell.is_blank() };
        let text = n::clean(text);
        let counted = matches!(self.column.kind, Kind::Int | Kind::Dec2 | Kind::Dec4 | Kind::Date | Kind::Ts);
        n::is_nil(text) || counted && matches!(text, "无" | "暂无" | "没有")
    }

    fn read_code(&self, cell: &Cell, codes: &CodeTable) -> Result<Taken, Refusal> {
        let shown = match cell {
            Cell::Bool(b) => Cow::Borrowed(if *b { "是" } else { "否" }),
            other => other.seen(),
        };
        match codes.resolve(&shown) {
            Some(code) => Ok(Taken::plain(Value::from(code))),
            None => Err(Refusal::new("DQ006", "代码或名称不在代码集内", format!("可填：{}", codes.allowed()))),
        }
    }

    fn read_int(&self, cell: &Cell) -> Result<Taken, Refusal> {
        let amount = n::parse_number(cell)?;
        let whole = amount.value.normalize();
        if !whole.is_integer() {
            return Err(Refusal::new("DQ011", "应为整数", "请填写整数；没有数据的留空"));
        }
        let value = i64::try_from(whole).map_err(|_| Refusal::new("DQ011", "数字过大", "请核对"))?;
        Ok(Taken { value: Value::Int(value), warning: self.as_text(amount.was_text) })
    }

    fn read_decimal(&self, cell: &Cell) -> Result<Taken, Refusal> {
        let amount = n::parse_number(cell)?;
        let too_large = || Refusal::new("DQ011", "数字过大", "请核对单位是元还是万元");
        let mut value = amount.value;
        if self.column.unit == "%" {
            value = self.in_percent(value, amount.percent)?;
        } else if amount.percent {
            value /= Decimal::ONE_HUNDRED;
        } else if !amount.own_unit && self.factor != Decimal::ONE {
            value = value.checked_mul(self.factor).ok_or_else(too_large)?;
        }
        if self.column.positive && value <= Decimal::ZERO {
            return Err(Refusal::new("DQ025", "金额应大于0", "请核对；退回、冲减请用相应的类别填报"));
        }
        let places = self.places;
        let mut rounded = if value.scale() <= places {
            value
        } else {
            value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
        };
        let cut = (rounded != value)
            .then(|| Refusal::new("DQ012", format!("小数超过{places}位，已四舍五入"), "请按规定的小数位数填写"));
        rounded.rescale(places);
        if rounded.scale() != places {
            return Err(too_large());
        }
        Ok(Taken {
            value: Value::Dec(rounded),
            warning: cut.or_else(|| self.as_text(amount.was_text && !amount.percent)),
        })
    }

    /// The value of a column in percent.
    fn in_percent(&self, value: Decimal, has_sign: bool) -> Result<Decimal, Refusal> {
        let share = value > Decimal::ZERO && value < Decimal::ONE;
        match self.percent {
            _ if has_sign => Ok(value),
            Percent::Shares => Ok(value * Decimal::ONE_HUNDRED),
            Percent::Unclear if share => Err(Refusal::new(
                "DQ011",
                "看不出是百分数还是小数：同一列里既有小于1的数，也有大于1的数",
                "请统一填写百分数，如95%填95",
            )),
            Percent::Points | Percent::Unclear => Ok(value),
        }
    }

    fn as_text(&self, was_text: bool) -> Option<Refusal> {
        // In a CSV everything is text, and nobody can mend that.
        (was_text && self.typed)
            .then(|| Refusal::new("DQ012", "数字以文本形式存储，已按数字读取", "请把单元格格式改为数值"))
    }

    /// A day number of a workbook that counts from 1904, as one that counts from 1900.
    fn day_of_1900<'c>(&self, cell: &'c Cell) -> Cow<'c, Cell> {
        match cell {
            Cell::Number(n) if self.from_1904 && (0.0..80_000.0).contains(n) => Cow::Owned(Cell::Number(n + 1_462.0)),
            _ => Cow::Borrowed(cell),
        }
    }

    fn read_date(&self, cell: &Cell) -> Result<Taken, Refusal> {
        match n::parse_date(&self.day_of_1900(cell))? {
            Some(date) if self.column.derive == Some(Derive::MonthOfBirth) => {
                use chrono::Datelike;
                Ok(Taken::plain(Value::Date(date.with_day(1).unwrap_or(date))))
            }
            Some(date) => Ok(Taken::plain(Value::Date(date))),
            None if self.column.nullable => Ok(Taken::plain(Value::Null)),
            None => Err(Refusal::new("DQ015", "这一栏须填具体日期", "请按“2025-03-05”的样式填写")),
        }
    }

    fn read_text(&self, cell: &Cell) -> Result<Taken, Refusal> {
        if let Cell::Error(e) = cell {
            return Err(Refusal::new("DQ022", format!("单元格是公式错误 {e}"), "请改成数值或文字后重报"));
        }
        let shown = cell.seen();
        match self.column.vault {
            Some(VaultKind::Name) => Ok(Taken { warning: garbled(&shown), value: Value::text(n::person_name(&shown)) }),
            Some(VaultKind::Phone) => Ok(phone(&shown)),
            Some(VaultKind::Account) => account(cell, &shown),
            Some(VaultKind::Id | VaultKind::Address) => Ok(Taken::plain(Value::text(shown))),
            None if self.column.allowed.starts_with("GB 32100") => Ok(credit_code(&shown)),
            None => Ok(free_text(&self.column.kind, shown)),
        }
    }
}

fn read_bool(cell: &Cell) -> Result<Value, Refusal> {
    let shown = match cell {
        Cell::Bool(b) => return Ok(Value::Bool(*b)),
        other => n::half_width(&other.seen()).to_ascii_lowercase(),
    };
    match shown.as_str() {
        "是" | "有" | "y" | "yes" | "true" | "1" | "√" | "对" => Ok(Value::Bool(true)),
        "否" | "无" | "n" | "no" | "false" | "0" | "×" | "没有" => Ok(Value::Bool(false)),
        _ => Err(Refusal::new("DQ006", "应填“是”或“否”", "请填“是”或“否”")),
    }
}

fn phone(shown: &str) -> Taken {
    let phone = n::half_width(shown);
    let warning = (!n::phone_plausible(&phone))
        .then(|| Refusal::new("DQ024", "电话号码不是11位手机号，也不是带区号的座机", "请核对电话号码"));
    Taken { value: Value::text(phone), warning }
}

/// Numbers of more than 15 digits do not survive a numeric cell.
fn account(cell: &Cell, shown: &str) -> Result<Taken, Refusal> {
    let account = n::account(shown);
    let lost = matches!(cell, Cell::Number(_)) && account.len() > 15 || account.contains("E+") || account.contains('.');
    if lost {
        return Err(Refusal::new(
            "DQ011",
            "银行账号被Excel转成数值，末几位已丢失",
            "请把单元格设为文本格式后重新录入完整账号",
        ));
    }
    Ok(Taken::plain(Value::text(account)))
}

fn credit_code(shown: &str) -> Taken {
    let code = n::half_width(shown).to_ascii_uppercase();
    let warning = (!n::credit_code_valid(&code))
        .then(|| Refusal::new("DQ008", "统一社会信用代码校验码不符，已接收", "请核对证书；证书确实如此的，请说明"));
    Taken { value: Value::text(code), warning }
}

fn free_text(kind: &Kind, shown: Cow<'_, str>) -> Taken {
    match n::mask_personal(&shown).filter(|_| *kind == Kind::Text || shown.chars().count() > 19) {
        Some(masked) => Taken {
            value: Value::text(masked),
            warning: Some(Refusal::new(
                "DQ027",
                "文字中含有身份证号或银行卡号，已遮盖后入库",
                "文字栏不要填写个人证件号码和账号",
            )),
        },
        None => Taken { warning: garbled(&shown), value: Value::text(shown) },
    }
}

/// DQ021: characters that stand for lost ones, or that only one computer can show.
fn garbled(text: &str) -> Option<Refusal> {
    let lost = text.chars().any(|c| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}'));
    lost.then(|| Refusal::new("DQ021", "文字中有乱码或自造字", "请核对这一格；生僻字请用 UTF-8 或 GB18030 编码导出"))
}

/// Places after the point: the second number of `DECIMAL(18,4)`.
pub(super) fn decimal_places(column: &Column) -> u32 {
    let places = column.sql_type.split(',').nth(1).map(|p| p.trim_end_matches(')'));
    places.and_then(|p| p.parse().ok()).unwrap_or(2)
}
