//! The lines above the header: title, 填报单位, 填报日期, 单位.

use unicode_normalization::UnicodeNormalization;

use crate::period::Period;
use crate::read::{RawRow, is_blank_char};

use super::Names;

/// What the lines above the header say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TitleSays {
    /// All text, half-width, without blanks; for the title of the table.
    pub text: String,
    /// Unit named by 填报单位, else by the title.
    pub unit: Option<String>,
    /// 填报单位 as written, when it names no known unit.
    pub unknown_unit: Option<String>,
    /// Period named by the title or by 报表期.
    pub period: Option<Period>,
    /// Whether the title says 1—9月: cumulative from the start of the year.
    pub cumulative: bool,
    /// Whether it says 更正.
    pub correction: bool,
    /// Factor of amounts: 1, 10,000 (万元) or 100,000,000 (亿元); `None` when nothing is said.
    pub amount_factor: Option<u32>,
}

/// Reads the lines above the header.
#[must_use]
pub fn read_title(rows: &[RawRow], names: &Names) -> TitleSays {
    let mut says = TitleSays::default();
    for cell in rows.iter().flat_map(|r| &r.cells).filter(|c| !c.is_blank()) {
        let text: String = cell.shown().nfkc().filter(|c| !is_blank_char(*c)).collect();
        read_cell(&text, names, &mut says);
        says.text.push_str(&text);
        says.text.push(' ');
    }
    says.correction = says.text.contains("更正");
    says
}

fn read_cell(text: &str, names: &Names, says: &mut TitleSays) {
    if let Some(unit) = after(text, &["填报单位", "报送单位"]) {
        says.unit = names.unit_in(&unit);
        says.unknown_unit = says.unit.is_none().then_some(unit);
    } else if after(text, &["填报日期", "报送日期", "填表日期"]).is_none() && says.unit.is_none() {
        says.unit = names.unit_in(text);
    }
    if let Some(unit) = after(text, &["单位"]).filter(|_| !text.contains("填报单位") && !text.contains("报送单位"))
    {
        says.amount_factor = amount_factor(&unit);
    }
    let dated = ["填报日期", "报送日期", "填表日期"].iter().any(|w| text.contains(w));
    if says.period.is_none() && !dated {
        let (period, cumulative) = period_in(text);
        says.period = period;
        says.cumulative |= cumulative;
    }
}

/// What stands behind one of the words and its colon.
fn after(text: &str, words: &[&str]) -> Option<String> {
    words.iter().find_map(|w| {
        let (_, rest) = text.split_once(w)?;
        let rest = rest.strip_prefix([':', '：'])?;
        let end = ["填报日期", "单位:", "填表人", "报表期"].iter().filter_map(|stop| rest.find(stop)).min();
        Some(rest[..end.unwrap_or(rest.len())].to_owned())
    })
}

/// The factor that 元, 万元 or 亿元 stand for.
fn amount_factor(unit: &str) -> Option<u32> {
    if unit.contains("亿元") {
        Some(100_000_000)
    } else if unit.contains("万元") {
        Some(10_000)
    } else {
        unit.contains('元').then_some(1)
    }
}

/// The first period in a text such as “2025年第三季度”, “2025年3月”, “2025年1-9月” or “报表期:202503”.
fn period_in(text: &str) -> (Option<Period>, bool) {
    if let Some(period) = after(text, &["报表期", "报告期", "统计期"]) {
        if let Ok(p) = period.parse() {
            return (Some(p), false);
        }
    }
    let chars: Vec<char> = text.chars().map(plain_digit).collect();
    for (i, window) in chars.windows(5).enumerate() {
        let year: String = window[..4].iter().collect();
        let Some(year) = year.parse::<i32>().ok().filter(|y| window[4] == '年' && (1990..2100).contains(y)) else {
            continue;
        };
        return part_of_year(year, &chars[i + 5..]);
    }
    (None, false)
}

fn part_of_year(year: i32, rest: &[char]) -> (Option<Period>, bool) {
    let rest: String = rest.iter().collect();
    let rest = rest.strip_prefix('第').unwrap_or(&rest);
    if rest.starts_with("上半年") || rest.starts_with("下半年") {
        return (Some(Period::half(year, if rest.starts_with('上') { 1 } else { 2 })), false);
    }
    let digits = rest.chars().take_while(char::is_ascii_digit).count();
    let number: Option<u32> = rest[..digits].parse().ok();
    let tail = &rest[digits..];
    match number {
        Some(q) if tail.starts_with("季度") && (1..=4).contains(&q) => (Some(Period::quarter(year, q)), false),
        Some(m) if tail.starts_with('月') && (1..=12).contains(&m) => (Some(Period::month(year, m)), false),
        Some(1) if tail.starts_with(['-', '—', '~', '至']) => {
            cumulative(year, &tail[tail.chars().next().map_or(0, char::len_utf8)..])
        }
        _ => (Some(Period::of_year(year)), false),
    }
}

fn cumulative(year: i32, tail: &str) -> (Option<Period>, bool) {
    let digits = tail.chars().take_while(char::is_ascii_digit).count();
    match tail[..digits].parse() {
        Ok(m) if tail[digits..].starts_with('月') && (1..=12).contains(&m) => (Some(Period::month(year, m)), true),
        _ => (Some(Period::of_year(year)), false),
    }
}

/// 二〇二五年三月 → 2025年3月, digit by digit (十 and above as in 十一月 are written 11 by offices that use digits).
fn plain_digit(c: char) -> char {
    match c {
        '〇' | '零' => '0',
        '一' => '1',
        '二' => '2',
        '三' => '3',
        '四' => '4',
        '五' => '5',
        '六' => '6',
        '七' => '7',
        '八' => '8',
        '九' => '9',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_in_titles() {
        for (text, expected) in [
            ("船山区2025年3月低收入人口表", "202503"),
            ("蓬溪县2025年第三季度救助台账表", "2025Q3"),
            ("2025年4季度", "2025Q4"),
            ("二〇二五年三月情况表", "202503"),
            ("遂宁市2025年度", "2025"),
            ("2025年上半年", "2025H1"),
            ("报表期:2025Q2", "2025Q2"),
        ] {
            assert_eq!(period_in(text).0.map(|p| p.to_string()).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(period_in("2025年1-9月统计表"), (Some(Period::month(2025, 9)), true));
        assert_eq!(period_in("行政区划表").0, None);
    }
}
