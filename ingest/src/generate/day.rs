//! Days and moments as plain numbers, cheap to draw, compare and print.

use std::fmt;
use std::ops::{Add, Sub};

use chrono::{Datelike, NaiveDate};

/// A calendar day: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Day(pub i32);

impl Day {
    /// The day of a date; days that do not exist fall on the last day before.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Self {
        (0..4)
            .find_map(|back| NaiveDate::from_ymd_opt(year, month, day.saturating_sub(back)))
            .map_or(Self(0), |d| Self(d.to_epoch_days()))
    }

    /// Reads an ISO date.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<NaiveDate>().ok().map(|d| Self(d.to_epoch_days()))
    }

    /// The date that other modules work with.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or_default()
    }

    /// Year, month and day.
    #[must_use]
    pub fn ymd(self) -> (i32, u32, u32) {
        let d = self.date();
        (d.year(), d.month(), d.day())
    }

    /// The day at so many seconds after midnight.
    #[must_use]
    pub fn at(self, seconds: i64) -> Moment {
        Moment(i64::from(self.0) * 86_400 + seconds)
    }
}

impl Add<i32> for Day {
    type Output = Self;
    fn add(self, days: i32) -> Self {
        Self(self.0 + days)
    }
}

impl Sub<i32> for Day {
    type Output = Self;
    fn sub(self, days: i32) -> Self {
        Self(self.0 - days)
    }
}

impl Sub<Day> for Day {
    type Output = i32;
    fn sub(self, other: Self) -> i32 {
        self.0 - other.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, d) = self.ymd();
        write!(f, "{y:04}-{m:02}-{d:02}")
    }
}

/// A moment: seconds since the beginning of 1970, local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Moment(pub i64);

impl Moment {
    /// The day it lies in.
    #[must_use]
    pub fn day(self) -> Day {
        Day(i32::try_from(self.0.div_euclid(86_400)).unwrap_or(0))
    }

    /// Hour, minute and second.
    #[must_use]
    pub fn clock(self) -> (i64, i64, i64) {
        let s = self.0.rem_euclid(86_400);
        (s / 3600, s / 60 % 60, s % 60)
    }

    /// Reads `2025-03-01 09:30:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once(' ')?;
        let mut parts = time.split(':').map(|p| p.parse::<i64>().ok());
        let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
        Some(Day::parse(date)?.at(h * 3600 + m * 60 + s))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (h, m, s) = self.clock();
        write!(f, "{} {h:02}:{m:02}:{s:02}", self.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_print_and_read_back() {
        let d = Day::new(2024, 2, 29);
        assert_eq!(d.to_string(), "2024-02-29");
        assert_eq!(Day::parse("2024-02-29"), Some(d));
        assert_eq!(Day::new(2025, 2, 30).to_string(), "2025-02-28");
        assert_eq!((d + 1).to_string(), "2024-03-01");
        let t = d.at(9 * 3600 + 61);
        assert_eq!(t.to_string(), "2024-02-29 09:01:01");
        assert_eq!(Moment::parse(&t.to_string()), Some(t));
    }
}
