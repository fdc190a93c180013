//! Numbers: full-width digits, thousands separators, brackets for negatives, units behind the number, 万 and 亿.

use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use crate::read::{Cell, is_blank_char};

use super::Refusal;

/// A number read from a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// The value, before the factor of the unit line.
    pub value: Decimal,
    /// Whether text had to be read as a number (DQ012).
    pub was_text: bool,
    /// Whether the cell itself says 元, 万元 or 亿元, so that the unit line does not apply.
    pub own_unit: bool,
    /// Whether it was written with `%`; the value is then in percent.
    pub percent: bool,
}

/// Reads a number.
///
/// # Errors
/// DQ011 when the cell holds something else, such as “约三百”, “1.2.3” or an Excel error.
pub fn parse_number(cell: &Cell) -> Result<Amount, Refusal> {
    match cell {
        Cell::Number(n) => {
            from_float(*n).map(|value| Amount { value, was_text: false, own_unit: false, percent: false })
        }
        Cell::Text(t) => from_text(t),
        Cell::Error(e) => Err(refuse(&format!("单元格是公式错误 {e}"))),
        _ => Err(refuse("单元格不是数字")),
    }
    .and_then(|amount| {
        if amount.value.abs() >= Decimal::from(10_i64.pow(16)) { Err(refuse("数字过大")) } else { Ok(amount) }
    })
}

/// The decimal with the shortest text that gives back the float, so that 0.1 is exactly 0.1.
fn from_float(n: f64) -> Result<Decimal, Refusal> {
    if let Some(value) = in_cents(n) {
        return Ok(value);
    }
    let text = format!("{n}");
    text.parse().or_else(|_| Decimal::from_scientific(&format!("{n:e}"))).map_err(|_| refuse("单元格不是数字"))
}

/// A float of at most two places after the point and fifteen digits; of such decimals no two have the same float, so the
/// one found is its shortest text.
fn in_cents(n: f64) -> Option<Decimal> {
    let cents = (n * 100.0).round();
    // Zero may be negative, which the text shows.
    if cents == 0.0 || cents.abs() >= 1e13 || cents / 100.0 != n {
        return None;
    }
    let whole = cents as i64;
    Some(match (whole % 100, whole % 10) {
        (0, _) => Decimal::new(whole / 100, 0),
        (_, 0) => Decimal::new(whole / 10, 1),
        _ => Decimal::new(whole, 2),
    })
}

/// Digits with at most one point between them, as exports write numbers; longer or other ones are read the long way.
fn plain_digits(text: &str) -> Option<Decimal> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let fits = text.len() <= 18 && !whole.is_empty() && text.ends_with(|c: char| c.is_ascii_digit());
    let digits = whole.bytes().chain(places.bytes());
    let value = digits.filter(|_| fits).try_fold(0, |n, b| Some(n * 10 + i64::from(char::from(b).to_digit(10)?)));
    Some(Decimal::new(value.filter(|_| fits)?, u32::try_from(places.len()).ok()?))
}

fn from_text(text: &str) -> Result<Amount, Refusal> {
    if let Some(value) = plain_digits(text) {
        return Ok(Amount { value, was_text: true, own_unit: false, percent: false });
    }
    let plain: String = text.nfkc().filter(|c| !is_blank_char(*c) && !matches!(c, '\'' | '‘' | '’')).collect();
    let (negative, body) = match plain.strip_prefix('(').and_then(|p| p.strip_suffix(')')) {
        Some(inner) => (true, inner),
        None => (false, plain.as_str()),
    };
    let body = body.trim_start_matches(['¥', '￥']);
    let end =
        body.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | '−'))).unwrap_or(body.len());
    let (digits, tail) = body.split_at(end);
    let (factor, own_unit, percent) = unit(tail).ok_or_else(|| refuse("单元格不是数字"))?;
    let mut value = digits_value(digits)?;
    value = value.checked_mul(factor).ok_or_else(|| refuse("数字过大"))?;
    Ok(Amount { value: if negative { -value } else { value }, was_text: true, own_unit, percent })
}

fn digits_value(digits: &str) -> Result<Decimal, Refusal> {
    let digits = digits.replace('−', "-");
    let well_grouped = !digits.contains(',') || grouped(digits.trim_start_matches(['-', '+']));
    if !well_grouped || !digits.chars().any(|c| c.is_ascii_digit()) {
        return Err(refuse("单元格不是数字"));
    }
    digits.replace(',', "").parse().map_err(|_| refuse("单元格不是数字"))
}

/// Thousands separators stand before groups of three digits only.
fn grouped(digits: &str) -> bool {
    let whole = digits.split('.').next().unwrap_or(digits);
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && groups.all(|g| g.len() == 3)
}

/// (factor, says its own amount unit, percent) of what stands behind the digits.
fn unit(tail: &str) -> Option<(Decimal, bool, bool)> {
    let found = match tail {
        "" => (1, false, false),
        "元" | "元整" => (1, true, false),
        "万" | "万元" => (10_000, true, false),
        "亿" | "亿元" => (100_000_000, true, false),
        "%" => (1, false, true),
        "人" | "人次" | "次" | "户" | "家" | "条" | "个" | "天" | "分" | "小时" | "项" | "件" | "张" | "年" | "行"
        | "平方米" | "篇" => (1, false, false),
        _ => return None,
    };
    Some((Decimal::from(found.0), found.1, found.2))
}

fn refuse(what: &str) -> Refusal {
    Refusal::new("DQ011", what, "请填写阿拉伯数字；没有数据的留空")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(t: &str) -> Option<String> {
        parse_number(&Cell::Text(t.to_owned())).ok().map(|a| a.value.normalize().to_string())
    }

    #[test]
    fn numbers_as_offices_write_them() {
        for (written, value) in [
            ("１２３．５", "123.5"),
            ("1,234.50", "1234.5"),
            ("1，234", "1234"),
            ("1.2万", "12000"),
            ("350元", "350"),
            ("12人", "12"),
            ("(80)", "-80"),
            ("（80.5）", "-80.5"),
            (" 7 ", "7"),
            ("−3", "-3"),
            ("95%", "95"),
        ] {
            assert_eq!(text(written).as_deref(), Some(value), "{written}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for written in ["约300", "300余", "约三百", "待定", "1.2.3", "12,34", "", "-", "1e5", "NaN", "#REF!"] {
            assert_eq!(text(written), None, "{written}");
        }
        assert!(parse_number(&Cell::Number(f64::NAN)).is_err());
        assert!(parse_number(&Cell::Number(1e30)).is_err());
    }

    #[test]
    fn what_is_read_at_a_glance_is_read_the_long_way_too() {
        let exact = |d: Decimal| (d.to_string(), d.scale());
        for written in ["0", "007", "12", "12.5", "12.50", "0.00", "123456789012345678", "1234567890123456.7"] {
            let long = digits_value(written).unwrap();
            assert_eq!(plain_digits(written).map(exact), Some(exact(long)), "{written}");
        }
        for written in ["", ".", "1.", ".5", "-1", "1.2.3", "1,000", "12人", "１", "1234567890123456789"] {
            assert_eq!(plain_digits(written), None, "{written}");
        }
        for n in [1.0, 0.5, -12.25, 1234.5, 0.01, 99_999_999_999.99, 1e11, -7.1, 1e15, 0.125, 0.1 + 0.2, -0.0] {
            let long: Decimal = format!("{n}").parse().unwrap();
            assert_eq!(exact(from_float(n).unwrap()), exact(long), "{n}");
        }
    }

    #[test]
    fn a_float_is_read_as_it_is_shown() {
        let read = |n| parse_number(&Cell::Number(n)).unwrap().value;
        assert_eq!(read(0.1).to_string(), "0.1");
        assert_eq!((read(7.123_456) * Decimal::from(10_000)).to_string(), "71234.560000");
    }
}
