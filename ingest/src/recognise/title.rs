//! The lines above the header: title, 填报单位, 填报日期, 单位.

use unicode_normalization::UnicodeNormalization;

use crate::period::Period;
use crate::read::{RawRow, is_blank_char};

use super::{Names, span::period_in};

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
    /// Whether the title names a span such as 1—9月 and no single period.
    pub cumulative: bool,
    /// Whether it says 累计 or 截至: counted from the start of the year.
    pub to_date: bool,
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
    let text = without_dates(text);
    if let Some(unit) = after(&text, &SENDER) {
        says.unit = names.unit_in(&unit);
        says.unknown_unit = says.unit.is_none().then_some(unit);
    } else if says.unit.is_none() {
        says.unit = names.unit_in(&text);
    }
    says.amount_factor = measure(&text).or(says.amount_factor);
    says.to_date |= text.contains("累计") || text.contains("截至");
    if says.period.is_none() {
        let (period, cumulative) = stated_period(&text);
        says.period = period;
        says.cumulative |= cumulative;
    }
}

/// Words before the colon that name the sender.
const SENDER: [&str; 4] = ["填报单位", "报送单位", "填表单位", "上报单位"];
/// Words before the colon that name the day of the return, which is no period.
const DATED: [&str; 5] = ["填报日期", "报送日期", "填表日期", "填报时间", "报送时间"];
/// What ends the text behind a colon where several statements share a line.
const STOPS: [&str; 12] = [
    "填报日期",
    "报送日期",
    "填表日期",
    "填报时间",
    "报送时间",
    "报表期",
    "报告期",
    "金额单位",
    "计量单位",
    "单位:",
    "填表人",
    "联系电话",
];

/// The text without the day of the return.
fn without_dates(text: &str) -> String {
    let mut text = text.to_owned();
    for word in DATED {
        if let Some(from) = text.find(word) {
            let rest = &text[from + word.len()..];
            let end = STOPS.iter().filter_map(|stop| rest.find(stop)).min().unwrap_or(rest.len());
            text.replace_range(from..from + word.len() + end, "");
        }
    }
    text
}

/// What stands behind one of the words and its colon.
fn after(text: &str, words: &[&str]) -> Option<String> {
    words.iter().find_map(|w| {
        let (_, rest) = text.split_once(w)?;
        let rest = rest.strip_prefix([':', '：'])?;
        let end = STOPS.iter().filter_map(|stop| rest.find(stop)).min();
        Some(rest[..end.unwrap_or(rest.len())].to_owned())
    })
}

/// The factor of the unit of amounts. “单位：” also ends 填报单位：, which names the sender.
fn measure(text: &str) -> Option<u32> {
    text.match_indices("单位:").find_map(|(at, word)| {
        let of_sender = SENDER.iter().any(|s| text[..at + "单位".len()].ends_with(s));
        let rest = &text[at + word.len()..];
        let end = STOPS.iter().filter_map(|stop| rest.find(stop)).min().unwrap_or(rest.len());
        if of_sender { None } else { amount_factor(&rest[..end]) }
    })
}

fn stated_period(text: &str) -> (Option<Period>, bool) {
    let stated = after(text, &["报表期", "报告期", "统计期"]).and_then(|p| p.parse().ok());
    stated.map_or_else(|| period_in(text), |p| (Some(p), false))
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

impl TitleSays {
    /// What this title leaves open, as an earlier title of the same sheet says it. The unit of amounts passes on only to a
    /// table without any title of its own.
    #[must_use]
    pub fn or(mut self, earlier: &Self) -> Self {
        if self.unit.is_none() && self.unknown_unit.is_none() {
            self.unit.clone_from(&earlier.unit);
            self.unknown_unit.clone_from(&earlier.unknown_unit);
        }
        if self.period.is_none() {
            self.period = earlier.period;
            self.cumulative |= earlier.cumulative;
            self.to_date |= earlier.to_date;
        }
        if self.text.is_empty() {
            self.amount_factor = earlier.amount_factor;
        }
        self.correction |= earlier.correction;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contracts;
    use crate::read::Cell;

    fn says(cells: &[&str]) -> TitleSays {
        let cells = cells.iter().map(|c| Cell::Text((*c).to_owned())).collect();
        read_title(&[RawRow { no: 1, cells }], &Names::new(&Contracts::embedded().unwrap()))
    }

    #[test]
    fn several_statements_on_one_line() {
        let line = says(&["填报单位：船山区民政局　填报日期：2025年4月2日　单位：万元"]);
        assert_eq!((line.unit.as_deref(), line.amount_factor, line.period), (Some("510903"), Some(10_000), None));
        let line = says(&["报表期:2025Q2 填报时间：2025年7月2日", "（金额单位：亿元）"]);
        assert_eq!((line.period, line.amount_factor), (Some(Period::quarter(2025, 2)), Some(100_000_000)));
        assert_eq!(says(&["填报单位：某某公司"]).unknown_unit.as_deref(), Some("某某公司"));
    }

    #[test]
    fn cumulative_titles() {
        assert!(says(&["船山区2025年1-9月统计表"]).cumulative);
        assert!(says(&["船山区2025年3月统计表（本年累计）"]).to_date);
        let plain = says(&["船山区2025年3月统计表"]);
        assert!(!plain.cumulative && !plain.to_date);
    }
}
