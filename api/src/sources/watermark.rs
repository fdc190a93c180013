//! The watermark: how far a source was read, and from where it is read again. Pure.
//!
//! Rows *at* the last value are read again too, so that one written within the same second or by a transaction that was
//! still open is not lost; the overlap goes further back for those that were open longer.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};

use super::error::{Kind, Result, SourceError};

/// A value of a watermark column that can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Number(i128),
    Time(NaiveDateTime),
    Instant(DateTime<FixedOffset>),
}

/// The value from which on rows are looked at, as text in the form of `last`.
pub(super) fn since(last: &str, overlap: u64) -> Result<String> {
    if overlap == 0 {
        return Ok(last.to_owned());
    }
    let back = TimeDelta::try_seconds(i64::try_from(overlap).unwrap_or(i64::MAX)).unwrap_or(TimeDelta::MAX);
    let earlier = match parse(last).ok_or_else(no_mark)? {
        Mark::Number(n) => Some((n - i128::from(overlap)).to_string()),
        Mark::Time(t) => t.checked_sub_signed(back).map(|t| written(last, t)),
        Mark::Instant(t) => t.checked_sub_signed(back).map(|t| t.to_rfc3339()),
    };
    earlier.ok_or_else(no_mark)
}

/// The text with the highest value.
pub(super) fn newest<'a>(values: impl Iterator<Item = &'a str>) -> Result<Option<String>> {
    let mut best: Option<(Mark, &str)> = None;
    for text in values {
        let mark = parse(text).ok_or_else(no_mark)?;
        if best.is_some_and(|(b, _)| std::mem::discriminant(&b) != std::mem::discriminant(&mark)) {
            return Err(no_mark());
        }
        if best.is_none_or(|(b, _)| mark > b) {
            best = Some((mark, text));
        }
    }
    Ok(best.map(|(_, text)| text.to_owned()))
}

/// Of a time with the zone of Shanghai behind it (`2025-03-01 08:00:00+08`) the time itself.
pub(super) fn without_zone(text: &str) -> &str {
    let Some(clock) = text.find(':') else { return text };
    let zone = text[clock..].find(['+', '-']).map(|at| clock + at);
    zone.map_or(text, |at| &text[..at])
}

fn parse(text: &str) -> Option<Mark> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(Mark::Number(number));
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%F %T%.f%#z")) {
        return Some(Mark::Instant(instant));
    }
    let formats = ["%F %T%.f", "%FT%T%.f"];
    let time = formats.iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok());
    let day = || NaiveDate::parse_from_str(text, "%F").ok().map(|d| d.and_time(chrono::NaiveTime::MIN));
    time.or_else(day).map(Mark::Time)
}

/// A day stays a day: it is compared with days, and the start of the day covers the overlap.
fn written(like: &str, time: NaiveDateTime) -> String {
    match (like.contains(':'), like.contains('T')) {
        (false, _) => time.format("%F"),
        (true, true) => time.format("%FT%T%.6f"),
        (true, false) => time.format("%F %T%.6f"),
    }
    .to_string()
}

fn no_mark() -> SourceError {
    let what = "watermark_column 的值既不是时间也不是整数，或两样都有";
    SourceError::new(Kind::Data, what, "请改用只增不减的更新时间或序号列；没有这样的列就不写 watermark_column")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overlap_goes_back_from_the_last_value() {
        for (last, overlap, expected) in [
            ("1000", 0, "1000"),
            ("1000", 10, "990"),
            ("5", 10, "-5"),
            ("9223372036854775807", 1, "9223372036854775806"),
            ("2025-03-01 00:00:05.123456", 10, "2025-02-28 23:59:55.123456"),
            ("2025-03-01 08:00:00", 600, "2025-03-01 07:50:00.000000"),
            ("2025-03-01T08:00:00", 1, "2025-03-01T07:59:59.000000"),
            ("2025-03-01T08:00:00Z", 1, "2025-03-01T07:59:59+00:00"),
            ("2025-03-01", 10, "2025-02-28"),
        ] {
            assert_eq!(since(last, overlap).unwrap(), expected, "{last} {overlap}");
        }
        assert_eq!(since("随便", 1).unwrap_err().kind, Kind::Data);
    }

    #[test]
    fn the_newest_is_found_by_value_and_kept_as_written() {
        let of = |list: &[&str]| newest(list.iter().copied());
        assert_eq!(of(&["9", "10", "8"]).unwrap().as_deref(), Some("10"));
        assert_eq!(
            of(&["2025-03-01T08:00:00+08:00", "2025-03-01T01:00:00Z"]).unwrap().as_deref(),
            Some("2025-03-01T01:00:00Z")
        );
        assert_eq!(of(&[]).unwrap(), None);
        assert!(of(&["9", "2025-03-01"]).is_err() && of(&["甲"]).is_err());
    }

    #[test]
    fn a_time_with_its_zone() {
        for (text, expected) in [
            ("2025-03-01 08:00:00.5+08", "2025-03-01 08:00:00.5"),
            ("1920-01-01 00:00:00+08:05:43", "1920-01-01 00:00:00"),
            ("2025-03-01 08:00:00", "2025-03-01 08:00:00"),
            ("infinity", "infinity"),
        ] {
            assert_eq!(without_zone(text), expected);
        }
    }
}
