//! Reporting periods: a year, half-year, quarter or month.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, Months, NaiveDate};

/// A reporting period. Its text is `2025`, `2025H1`, `2025Q3` or `202503`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    year: i32,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Year,
    Half(u32),
    Quarter(u32),
    Month(u32),
}

/// A text that is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}”不是报表期，应写成 2025、2025H1、2025Q3 或 202503")]
pub struct BadPeriod(pub String);

impl Period {
    /// A whole year.
    #[must_use]
    pub fn of_year(year: i32) -> Self {
        Self { year, part: Part::Year }
    }

    /// Half-year 1 or 2.
    #[must_use]
    pub fn half(year: i32, half: u32) -> Self {
        Self { year, part: Part::Half(half.clamp(1, 2)) }
    }

    /// Quarter 1 to 4.
    #[must_use]
    pub fn quarter(year: i32, quarter: u32) -> Self {
        Self { year, part: Part::Quarter(quarter.clamp(1, 4)) }
    }

    /// Month 1 to 12.
    #[must_use]
    pub fn month(year: i32, month: u32) -> Self {
        Self { year, part: Part::Month(month.clamp(1, 12)) }
    }

    /// The year it lies in.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.year
    }

    /// Number of calendar months touched.
    #[must_use]
    pub fn months(&self) -> u32 {
        match self.part {
            Part::Year => 12,
            Part::Half(_) => 6,
            Part::Quarter(_) => 3,
            Part::Month(_) => 1,
        }
    }

    /// Number of quarters touched.
    #[must_use]
    pub fn quarters(&self) -> u32 {
        self.months().div_ceil(3)
    }

    /// First day.
    #[must_use]
    pub fn first(&self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.first_month(), 1).unwrap_or(NaiveDate::MIN)
    }

    /// Last day.
    #[must_use]
    pub fn last(&self) -> NaiveDate {
        self.first()
            .checked_add_months(Months::new(self.months()))
            .and_then(|d| d.checked_sub_days(Days::new(1)))
            .unwrap_or(NaiveDate::MAX)
    }

    /// Its last month, 1 to 12.
    #[must_use]
    pub fn last_month(&self) -> u32 {
        self.first_month() + self.months() - 1
    }

    /// The period of the same length just before.
    #[must_use]
    pub fn previous(&self) -> Self {
        let year = self.year - 1;
        let part = match self.part {
            Part::Year => return Self { year, part: Part::Year },
            Part::Half(1) => return Self { year, part: Part::Half(2) },
            Part::Quarter(1) => return Self { year, part: Part::Quarter(4) },
            Part::Month(1) => return Self { year, part: Part::Month(12) },
            Part::Half(n) => Part::Half(n - 1),
            Part::Quarter(n) => Part::Quarter(n - 1),
            Part::Month(n) => Part::Month(n - 1),
        };
        Self { year: self.year, part }
    }

    /// Whether it is a month, a quarter or a year (the lengths that returns have).
    #[must_use]
    pub fn frequency(&self) -> Option<crate::contract::Frequency> {
        use crate::contract::Frequency;
        match self.part {
            Part::Year => Some(Frequency::Year),
            Part::Half(_) => None,
            Part::Quarter(_) => Some(Frequency::Quarter),
            Part::Month(_) => Some(Frequency::Month),
        }
    }

    /// The period as titles name it: 2025年, 2025年上半年, 2025年第三季度, 2025年3月.
    #[must_use]
    pub fn words(&self) -> String {
        let year = self.year;
        match self.part {
            Part::Year => format!("{year}年"),
            Part::Half(n) => format!("{year}年{}半年", if n == 1 { "上" } else { "下" }),
            Part::Quarter(n) => format!("{year}年第{}季度", ["一", "二", "三", "四"][(n as usize + 3) % 4]),
            Part::Month(n) => format!("{year}年{n}月"),
        }
    }

    fn first_month(&self) -> u32 {
        match self.part {
            Part::Year => 1,
            Part::Half(n) => n * 6 - 5,
            Part::Quarter(n) => n * 3 - 2,
            Part::Month(n) => n,
        }
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Period {
    /// By the last day; the longer one later when they end together.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.last(), self.months()).cmp(&(other.last(), other.months()))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::Year => write!(f, "{}", self.year),
            Part::Half(n) => write!(f, "{}H{n}", self.year),
            Part::Quarter(n) => write!(f, "{}Q{n}", self.year),
            Part::Month(n) => write!(f, "{}{n:02}", self.year),
        }
    }
}

impl FromStr for Period {
    type Err = BadPeriod;

    fn from_str(text: &str) -> Result<Self, BadPeriod> {
        let bad = || BadPeriod(text.to_owned());
        if !text.is_ascii() || text.len() < 4 {
            return Err(bad());
        }
        let (year, rest) = text.split_at(4);
        let year: i32 = year.parse().map_err(|_| bad())?;
        if !(1900..=2200).contains(&year) {
            return Err(bad());
        }
        let number = |s: &str, max: u32| s.parse().ok().filter(|n: &u32| (1..=max).contains(n)).ok_or_else(bad);
        let part = match rest.as_bytes() {
            [] => Part::Year,
            [b'H' | b'h', _] => Part::Half(number(&rest[1..], 2)?),
            [b'Q' | b'q', _] => Part::Quarter(number(&rest[1..], 4)?),
            [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Part::Month(number(rest, 12)?),
            _ => return Err(bad()),
        };
        Ok(Self { year, part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_days_agree() {
        for (text, first, last, months, quarters, words) in [
            ("2025", "2025-01-01", "2025-12-31", 12, 4, "2025年"),
            ("2025H2", "2025-07-01", "2025-12-31", 6, 2, "2025年下半年"),
            ("2025Q1", "2025-01-01", "2025-03-31", 3, 1, "2025年第一季度"),
            ("202402", "2024-02-01", "2024-02-29", 1, 1, "2024年2月"),
        ] {
            let p: Period = text.parse().unwrap();
            assert_eq!(p.to_string(), text);
            assert_eq!((p.first().to_string().as_str(), p.last().to_string().as_str()), (first, last));
            assert_eq!((p.months(), p.quarters()), (months, quarters));
            assert_eq!(p.words(), words);
        }
        for bad in ["", "25", "2025Q5", "202513", "202500", "2025-3", "二〇二五"] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
    }

    #[test]
    fn order_is_by_the_last_day() {
        let mut all: Vec<Period> =
            ["2025", "202511", "2025Q4", "202512", "2025Q3"].iter().map(|p| p.parse().unwrap()).collect();
        all.sort();
        assert_eq!(
            all.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["2025Q3", "202511", "202512", "2025Q4", "2025"]
        );
        assert_eq!(Period::month(2025, 1).previous(), Period::month(2024, 12));
    }
}
