//! Dates in the spellings that offices use.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use unicode_normalization::UnicodeNormalization;

use crate::read::{Cell, is_blank_char};

use super::{Refusal, hanzi::arabic};

/// Reads a date. `None`: the cell says 长期 or 至今, an end that is not known.
///
/// # Errors
/// DQ015 when the cell holds no real date between 1900 and 2100.
pub fn parse_date(cell: &Cell) -> Result<Option<NaiveDate>, Refusal> {
    let date = match cell {
        Cell::Date(d) => Some(d.date()),
        Cell::Number(n) => from_number(*n),
        Cell::Text(t) => {
            if let Some(date) = iso(t.as_bytes()).filter(in_range) {
                return Ok(Some(date));
            }
            let plain = plain(t);
            if matches!(plain.as_str(), "长期" | "至今" | "永久" | "无固定期限") {
                return Ok(None);
            }
            date_in(without_midnight(&plain))
        }
        _ => None,
    };
    date.filter(in_range).map(Some).ok_or_else(refuse)
}

/// Reads a date with a time of day; a date alone is midnight.
///
/// # Errors
/// DQ015 when the cell holds no real date and time between 1900 and 2100.
pub fn parse_timestamp(cell: &Cell) -> Result<NaiveDateTime, Refusal> {
    let found = match cell {
        Cell::Date(d) => Some(*d),
        Cell::Number(n) => serial_timestamp(*n),
        Cell::Text(t) => iso_timestamp(t.as_bytes()).or_else(|| timestamp_in(t)),
        _ => None,
    };
    found.filter(|t| in_range(&t.date())).ok_or_else(refuse)
}

/// The serial number of a date and time in the 1900 date system of workbooks, from March 1900 on.
#[must_use]
pub fn date_serial(time: NaiveDateTime) -> f64 {
    let start = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or(NaiveDate::MIN).and_time(NaiveTime::MIN);
    (time - start).as_seconds_f64() / 86_400.0
}

/// `2025-03-05`, as exports write it.
fn iso(text: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = two_digits(*y1, *y2)? * 100 + two_digits(*y3, *y4)?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, two_digits(*m1, *m2)?, two_digits(*d1, *d2)?)
}

/// `2025-03-05 14:30:00`, with a blank or a `T` between.
fn iso_timestamp(text: &[u8]) -> Option<NaiveDateTime> {
    let [date @ .., b' ' | b'T', h1, h2, b':', m1, m2, b':', s1, s2] = text else { return None };
    iso(date)?.and_hms_opt(two_digits(*h1, *h2)?, two_digits(*m1, *m2)?, two_digits(*s1, *s2)?)
}

fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn digit(b: u8) -> Option<u32> {
    char::from(b).to_digit(10)
}

fn in_range(date: &NaiveDate) -> bool {
    use chrono::Datelike;
    (1900..=2100).contains(&date.year())
}

fn plain(text: &str) -> String {
    let plain: String = text.nfkc().filter(|c| !is_blank_char(*c) && *c != '\'').collect();
    if plain.is_ascii() { plain } else { arabic(&plain) }
}

/// A serial of the 1900 date system, or eight digits such as 20240226.
fn from_number(n: f64) -> Option<NaiveDate> {
    if n.fract() != 0.0 || !(1.0..100_000_000.0).contains(&n) {
        return None;
    }
    let whole = format!("{n}");
    if whole.len() == 8 { eight_digits(&whole) } else { serial_date(whole.parse().ok()?) }
}

/// Day 1 is 1900-01-01; Excel counts a 29 February 1900 that never was, so counting starts at 1899-12-30 after it.
fn serial_date(days: u64) -> Option<NaiveDate> {
    let start = NaiveDate::from_ymd_opt(1899, 12, if days < 60 { 31 } else { 30 })?;
    (days <= 80_000).then(|| start.checked_add_days(Days::new(days)))?
}

fn serial_timestamp(n: f64) -> Option<NaiveDateTime> {
    if !(1.0..80_000.0).contains(&n) {
        return None;
    }
    let date = serial_date(format!("{}", n.trunc()).parse().ok()?)?;
    let seconds: u32 = format!("{:.0}", n.fract() * 86_400.0).parse().ok()?;
    let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds.min(86_399), 0)?;
    Some(date.and_time(time))
}

fn eight_digits(text: &str) -> Option<NaiveDate> {
    ymd(text.get(..4)?, text.get(4..6)?, text.get(6..)?)
}

/// A date copied from a database carries a midnight; blanks are gone already.
fn without_midnight(plain: &str) -> &str {
    ["T00:00:00", "00:00:00"].iter().find_map(|m| plain.strip_suffix(m)).filter(|d| d.len() >= 8).unwrap_or(plain)
}

/// 2024年2月26日, 2024.2.26, 2024/2/26, 2024-02-26, 24.2.26, 20240226, 2024-02, 2024年2月, 45348.
fn date_in(text: &str) -> Option<NaiveDate> {
    if text.chars().all(|c| c.is_ascii_digit()) {
        return match text.len() {
            8 => eight_digits(text),
            5 => serial_date(text.parse().ok()?),
            _ => None,
        };
    }
    let text = text.trim_end_matches(['日', '号']);
    let unified: String =
        text.chars().map(|c| if matches!(c, '年' | '月' | '.' | '/' | '-' | '—') { '-' } else { c }).collect();
    let parts: Vec<&str> = unified.trim_end_matches('-').split('-').collect();
    match parts.as_slice() {
        [y, m, d] => ymd(y, m, d),
        [y, m] if y.len() == 4 => ymd(y, m, "1"),
        _ => None,
    }
}

fn ymd(y: &str, m: &str, d: &str) -> Option<NaiveDate> {
    let number = |s: &str| s.chars().all(|c| c.is_ascii_digit()).then(|| s.parse::<u32>().ok())?;
    let year = match y.len() {
        4 => number(y)?,
        2 => 2000 + number(y)?,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(m)?, number(d)?)
}

fn timestamp_in(text: &str) -> Option<NaiveDateTime> {
    let text: String = text.nfkc().collect();
    let text = text.trim_matches(is_blank_char).trim_matches('\'');
    let split =
        text.find(|c: char| is_blank_char(c) || c == 'T').or_else(|| text.find('日').map(|i| i + '日'.len_utf8()));
    let Some(at) = split else { return date_in(&plain(text)).map(|d| d.and_time(NaiveTime::MIN)) };
    let (date, time) = text.split_at(at);
    let time = plain(time.trim_start_matches('T'));
    let date = date_in(&plain(date))?;
    if time.is_empty() {
        return Some(date.and_time(NaiveTime::MIN));
    }
    let time = time.replace(['时', '分'], ":").replace('秒', "");
    let time = time.trim_end_matches(':');
    let time = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|f| NaiveTime::parse_from_str(time, f).ok())?;
    Some(date.and_time(time))
}

fn refuse() -> Refusal {
    Refusal::new("DQ015", "日期无法识别，或不在1900年至2100年之间", "请按“2025-03-05”的样式填写真实日期")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Option<String> {
        parse_date(&Cell::Text(text.to_owned())).ok().flatten().map(|d| d.to_string())
    }

    #[test]
    fn dates_as_offices_write_them() {
        for text in [
            "2024年2月26日",
            "2024.2.26",
            "2024/2/26",
            "24.2.26",
            "20240226",
            "2024-02-26",
            "45348",
            " 2024 年 2 月 26 日",
            "２０２４－２－２６",
            "二〇二四年二月二十六日",
            "2024-02-26 00:00:00",
        ] {
            assert_eq!(date(text).as_deref(), Some("2024-02-26"), "{text}");
        }
        assert_eq!(date("2024-02").as_deref(), Some("2024-02-01"));
        assert_eq!(parse_date(&Cell::Text("长期".into())).unwrap(), None);
        assert_eq!(parse_date(&Cell::Number(45348.0)).unwrap().unwrap().to_string(), "2024-02-26");
        assert_eq!(parse_date(&Cell::Number(59.0)).unwrap().unwrap().to_string(), "1900-02-28");
    }

    #[test]
    fn no_real_dates() {
        for text in ["2025年13月5日", "2025-02-30", "近期", "2025.6.31", "1899-12-31", "123", ""] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_read_at_a_glance_is_read_the_long_way_too() {
        for text in [
            "2025-03-05",
            "1900-01-01",
            "2024-02-29",
            "2025-02-29",
            "2025-3-05",
            "12025-03-05",
            "-025-03-05",
            "110105184912310200-03-05",
        ] {
            let long = date_in(without_midnight(&plain(text))).filter(in_range);
            assert_eq!(parse_date(&Cell::Text(text.to_owned())).ok().flatten(), long, "{text}");
        }
        for text in ["2025-03-05 14:30:00", "2025-03-05T23:59:60", "2025-03-05 24:00:00", "2025-03-05 1:02:03"] {
            assert_eq!(parse_timestamp(&Cell::Text(text.to_owned())).ok(), timestamp_in(text), "{text}");
        }
    }

    #[test]
    fn times_of_day() {
        for text in ["2025-03-05 14:30:00", "2025年3月5日 14:30:00", "2025/03/05 14:30", "2025-03-05T14:30:00"] {
            let read = parse_timestamp(&Cell::Text(text.to_owned())).unwrap();
            assert_eq!(read.to_string(), "2025-03-05 14:30:00", "{text}");
        }
        assert_eq!(parse_timestamp(&Cell::Number(45348.5)).unwrap().to_string(), "2024-02-26 12:00:00");
    }
}
