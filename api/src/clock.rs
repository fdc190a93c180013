//! The day and the time as an input: the wall clock in Asia/Shanghai, or the day that `--as-of` names.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Asia::Shanghai;

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

    /// Today.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now().date()
    }
}
