//! The only place where a number becomes text. Pages, charts and sheets all print through here.
//!
//! Rounding is half away from zero (四舍五入) on decimals; groups of three get a comma; minus is U+2212; no value prints as a dash.

use chrono::{Datelike, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::brief::Cell;

/// How a column is printed. A closed list, the same as in the dataset definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// As it is.
    Text,
    /// Whole number.
    Int,
    /// One place.
    Dec1,
    /// Two places.
    Dec2,
    /// Points of a score: two places.
    Score,
    /// A ratio as a percentage of one place.
    Pct1,
    /// 元 shown in 万元, two places.
    Wan,
    /// A day.
    Date,
    /// Days, one place.
    Days1,
}

/// What stands for a missing value.
pub const MISSING: &str = "—";

impl Format {
    /// Decimal places printed; `None` for text and dates.
    #[must_use]
    pub fn places(self) -> Option<u32> {
        match self {
            Self::Text | Self::Date => None,
            Self::Int => Some(0),
            Self::Dec1 | Self::Pct1 | Self::Days1 => Some(1),
            Self::Dec2 | Self::Score | Self::Wan => Some(2),
        }
    }

    /// Whether values of this column are numbers.
    #[must_use]
    pub fn is_number(self) -> bool {
        self.places().is_some()
    }

    /// The value in the unit that is printed: ratio × 100, 元 ÷ 10,000.
    #[must_use]
    pub fn scaled(self, value: Decimal) -> Decimal {
        match self {
            Self::Pct1 => value * Decimal::ONE_HUNDRED,
            Self::Wan => value / Decimal::from(10_000),
            _ => value,
        }
    }

    /// The unit of the unscaled value, where `printed` is the unit on paper: 元 for 万元, none for a ratio.
    #[must_use]
    pub fn unit_of_value(self, printed: &str) -> &str {
        match self {
            Self::Wan => "元",
            Self::Pct1 => "",
            _ => printed,
        }
    }

    /// Number format of a spreadsheet cell that holds the unscaled value (万元 cells hold 万元); minus as in print.
    #[must_use]
    pub fn spreadsheet(self) -> &'static str {
        match self {
            Self::Text => "@",
            Self::Int => "#,##0;\"\u{2212}\"#,##0",
            Self::Dec1 | Self::Days1 => "#,##0.0;\"\u{2212}\"#,##0.0",
            Self::Dec2 | Self::Score | Self::Wan => "#,##0.00;\"\u{2212}\"#,##0.00",
            Self::Pct1 => "0.0%;\"\u{2212}\"0.0%",
            Self::Date => "yyyy-mm-dd",
        }
    }
}

/// Text of a value without its unit (a percentage keeps its sign): for tables and charts.
#[must_use]
pub fn bare(cell: &Cell, format: Format) -> String {
    match cell {
        Cell::Null => MISSING.to_owned(),
        Cell::Bool(b) => if *b { "是" } else { "否" }.to_owned(),
        Cell::Str(s) => s.clone(),
        Cell::Date(d) => d.format("%Y-%m-%d").to_string(),
        Cell::Int(_) | Cell::Dec(_) => cell.as_decimal().map_or_else(|| MISSING.to_owned(), |d| decimal(d, format)),
    }
}

/// Text of a value with its unit: for sentences.
#[must_use]
pub fn with_unit(cell: &Cell, format: Format, unit: &str) -> String {
    match cell {
        Cell::Date(d) => long_date(*d),
        Cell::Int(_) | Cell::Dec(_) => format!("{}{unit}", bare(cell, format)),
        _ => bare(cell, format),
    }
}

/// A day as documents write it: 2025年3月1日.
#[must_use]
pub fn long_date(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// Text of a decimal.
#[must_use]
pub fn decimal(value: Decimal, format: Format) -> String {
    let Some(places) = format.places() else {
        return sign_and_group(&value.normalize().to_string());
    };
    let rounded = format.scaled(value).round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let mut text = sign_and_group(&format!("{rounded:.*}", places as usize));
    if format == Format::Pct1 {
        text.push('%');
    }
    text
}

/// Label of a chart axis: as few places as its step needs.
#[must_use]
pub fn tick(value: f64, step: f64, percent: bool) -> String {
    let (value, step) = if percent { (value * 100.0, step * 100.0) } else { (value, step) };
    let whole = |p: &usize| (step * 10f64.powi(*p as i32)).fract().abs() < 1e-6;
    let places = (0..4).find(whole).unwrap_or(4);
    let text = sign_and_group(&format!("{value:.places$}"));
    if percent { format!("{text}%") } else { text }
}

/// Commas between groups of three; U+2212 for minus; no minus before a zero.
fn sign_and_group(plain: &str) -> String {
    let (negative, digits) = plain.strip_prefix('-').map_or((false, plain), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut text = String::with_capacity(plain.len() + 6);
    if negative && digits.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        text.push('\u{2212}');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str, format: Format) -> String {
        bare(&Cell::Dec(text.parse().unwrap()), format)
    }

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(dec("89.995", Format::Score), "90.00");
        assert_eq!(dec("89.994999", Format::Score), "89.99");
        assert_eq!(dec("-0.125", Format::Dec2), "−0.13");
        assert_eq!(dec("2.5", Format::Int), "3");
        assert_eq!(dec("-2.5", Format::Int), "−3");
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(dec("-0.004", Format::Dec2), "0.00");
        assert_eq!(dec("-0", Format::Int), "0");
        assert_eq!(dec("-0.00001", Format::Pct1), "0.0%");
    }

    #[test]
    fn groups_thousands() {
        assert_eq!(bare(&Cell::Int(999), Format::Int), "999");
        assert_eq!(bare(&Cell::Int(1_000), Format::Int), "1,000");
        assert_eq!(bare(&Cell::Int(-1_234_567), Format::Int), "−1,234,567");
        assert_eq!(bare(&Cell::Int(i64::MIN), Format::Int), "−9,223,372,036,854,775,808");
        assert_eq!(dec("12345678901234567890.5", Format::Dec1), "12,345,678,901,234,567,890.5");
    }

    #[test]
    fn scales_percent_and_wan() {
        assert_eq!(dec("0.95349", Format::Pct1), "95.3%");
        assert_eq!(dec("1.8247", Format::Pct1), "182.5%");
        assert_eq!(dec("3315743.76", Format::Wan), "331.57");
        assert_eq!(dec("49.99", Format::Wan), "0.00");
        assert_eq!(dec("50", Format::Wan), "0.01");
    }

    #[test]
    fn missing_text_dates_and_units() {
        assert_eq!(bare(&Cell::Null, Format::Score), "—");
        assert_eq!(with_unit(&Cell::Null, Format::Wan, "万元"), "—");
        let day = Cell::Date(NaiveDate::from_ymd_opt(2025, 3, 1).unwrap());
        assert_eq!(bare(&day, Format::Date), "2025-03-01");
        assert_eq!(with_unit(&day, Format::Date, ""), "2025年3月1日");
        assert_eq!(with_unit(&Cell::Int(8), Format::Int, "个"), "8个");
        assert_eq!(bare(&Cell::Bool(false), Format::Text), "否");
        assert_eq!(dec("12.500", Format::Text), "12.5");
    }

    #[test]
    fn ticks_have_the_places_of_their_step() {
        assert_eq!(tick(0.25, 0.25, true), "25%");
        assert_eq!(tick(1500.0, 500.0, false), "1,500");
        assert_eq!(tick(0.5, 0.25, false), "0.50");
        assert_eq!(tick(2.5, 2.5, false), "2.5");
        assert_eq!(tick(-20.0, 10.0, false), "−20");
    }
}
