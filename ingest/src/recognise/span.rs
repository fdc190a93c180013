//! Periods named in words: 2025年3月, 2025年第三季度, 2025年1—9月, 前三季度, 二〇二五年上半年.

use crate::normalise::arabic;
use crate::period::Period;

/// Words between the ends of a span.
const TO: [char; 7] = ['-', '—', '–', '~', '至', '到', '－'];

/// The first period in a text, and whether it is a span of several months or quarters. A span that is a quarter, a half
/// or the year is that period (1—3月 is the first quarter); any other is the period it ends in.
#[must_use]
pub fn period_in(text: &str) -> (Option<Period>, bool) {
    let text = arabic(text);
    let chars: Vec<char> = text.chars().collect();
    for (i, window) in chars.windows(5).enumerate() {
        let year: String = window[..4].iter().collect();
        let year = year.parse::<i32>().ok().filter(|y| window[4] == '年' && (1990..2100).contains(y));
        if let Some(year) = year {
            let (period, span) = part_of_year(year, &chars[i + 5..].iter().collect::<String>());
            return (Some(period), span);
        }
    }
    (None, false)
}

/// The months (from, to) that a text without a year names first: the name of a sheet such as “1-9月” or “3月”.
#[must_use]
pub fn months_in(text: &str) -> Option<(u32, u32)> {
    let text = arabic(text);
    let starts = text.char_indices().filter(|(i, c)| {
        c.is_ascii_digit() && !text[..*i].ends_with(|before: char| before.is_ascii_digit() || TO.contains(&before))
    });
    starts.filter_map(|(i, _)| months(&text[i..])).next()
}

fn part_of_year(year: i32, rest: &str) -> (Period, bool) {
    let rest = rest.strip_prefix('度').unwrap_or(rest);
    let halves = [("上半年", 1), ("下半年", 2)];
    if let Some((_, half)) = halves.iter().find(|(word, _)| rest.starts_with(word)) {
        return (Period::half(year, *half), false);
    }
    match months(rest) {
        Some((from, to)) if from == to => (Period::month(year, to), false),
        Some((from, to)) => (spanning(year, from, to), !is_named_quarter(rest)),
        None => (Period::of_year(year), false),
    }
}

/// 第三季度 names a quarter and no span of months.
fn is_named_quarter(rest: &str) -> bool {
    let rest = rest.trim_start_matches('第');
    rest.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('季')
}

/// A quarter, a half, the year; otherwise the month that the span ends in.
fn spanning(year: i32, from: u32, to: u32) -> Period {
    match (from, to) {
        (1, 12) => Period::of_year(year),
        (1, 6) | (7, 12) => Period::half(year, to / 6),
        _ if to == from + 2 && to.is_multiple_of(3) => Period::quarter(year, to / 3),
        _ => Period::month(year, to),
    }
}

/// 3月 → (3, 3); 1-9月, 1月至9月 → (1, 9); 第3季度 → (7, 9); 前三季度, 1-3季度 → (1, 9); 前9个月 → (1, 9).
fn months(text: &str) -> Option<(u32, u32)> {
    let (first, text) = match text.strip_prefix('前') {
        Some(rest) => (Some(1), rest),
        None => (None, text.strip_prefix('第').unwrap_or(text)),
    };
    let (a, rest) = number(text)?;
    let unit = rest.strip_prefix('月').unwrap_or(rest);
    if let Some(after) = unit.strip_prefix(TO) {
        let (b, rest) = number(after.trim_start_matches('第'))?;
        return ends(a, b, rest);
    }
    ends(first.unwrap_or(a), a, rest)
}

fn ends(from: u32, to: u32, unit: &str) -> Option<(u32, u32)> {
    let good = |max: u32| from >= 1 && from <= to && to <= max;
    if unit.starts_with("季度") || unit.starts_with('季') {
        good(4).then_some((from * 3 - 2, to * 3))
    } else if unit.trim_start_matches('个').starts_with('月') {
        good(12).then_some((from, to))
    } else {
        None
    }
}

fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_in_titles() {
        for (text, expected, span) in [
            ("船山区2025年3月低收入人口表", "202503", false),
            ("蓬溪县2025年第三季度救助台账表", "2025Q3", false),
            ("2025年4季度", "2025Q4", false),
            ("二〇二五年三月情况表", "202503", false),
            ("二〇二五年十二月情况表", "202512", false),
            ("遂宁市2025年度", "2025", false),
            ("2025年上半年", "2025H1", false),
            ("2025年1-9月统计表", "202509", true),
            ("二〇二五年一至九月", "202509", true),
            ("2025年1月—9月", "202509", true),
            ("2025年7-9月", "2025Q3", true),
            ("2025年1—3月", "2025Q1", true),
            ("2025年前三季度", "202509", true),
            ("2025年1-12月", "2025", true),
            ("2025年前9个月", "202509", true),
        ] {
            let (period, found) = period_in(text);
            assert_eq!((period.map(|p| p.to_string()).as_deref(), found), (Some(expected), span), "{text}");
        }
        assert_eq!(period_in("行政区划表").0, None);
    }

    #[test]
    fn months_without_a_year() {
        for (text, expected) in [
            ("1-9月", Some((1, 9))),
            ("3月", Some((3, 3))),
            ("十一月", Some((11, 11))),
            ("一季度", Some((1, 3))),
            ("Sheet1 (2)", None),
            ("七大任务清单", None),
        ] {
            assert_eq!(months_in(text), expected, "{text}");
        }
    }
}
