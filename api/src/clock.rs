//! The day and the time as an input: the wall clock in Asia/Shanghai, or the day that `--as-of` names.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Asia::Shanghai;
use suixin_ingest::period::Period;
use suixin_metrics::window::usual_as_of;

/// Where the time comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    as_of: Option<NaiveDate>,
}

impl Clock {
    /// The wall clock, or a fixed day.
    #[must_use]
    pub fn new(as_of: Option<NaiveDate>) -> Self {
        Self { as_of }
    }

    /// Now. A fixed day is at 18:00, the end of office hours, so that a run can be repeated.
    #[must_use]
    pub fn now(&self) -> NaiveDateTime {
        let closing = NaiveTime::from_hms_opt(18, 0, 0).unwrap_or(NaiveTime::MIN);
        self.as_of.map_or_else(|| Utc::now().with_timezone(&Shanghai).naive_local(), |day| day.and_time(closing))
    }

    /// The day up to which an evaluation of `year` counts outcomes: the fixed day, but never before the year's end; without
    /// one, fifteen days after it.
    #[must_use]
    pub fn as_of(&self, year: i32) -> NaiveDate {
        self.as_of.map_or_else(|| usual_as_of(year), |day| day.max(Period::of_year(year).last()))
    }

    /// Today.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now().date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn an_evaluation_stands_after_the_year_that_it_is_about() {
        assert_eq!(Clock::new(None).as_of(2025), day(2026, 1, 15));
        assert_eq!(Clock::new(Some(day(2026, 3, 1))).as_of(2025), day(2026, 3, 1));
        assert_eq!(Clock::new(Some(day(2025, 11, 24))).as_of(2025), day(2025, 12, 31));
    }
}
