//! Working days: weekends, holidays and 调休; and when a return is due.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::contract::{CITY, Contracts, Due, Frequency, Holidays, Sender};
use crate::period::Period;

/// The calendar of working days.
#[derive(Debug, Clone)]
pub struct WorkCalendar {
    years: BTreeMap<i32, Holidays>,
}

impl WorkCalendar {
    /// The calendar of the contracts.
    #[must_use]
    pub fn new(contracts: &Contracts) -> Self {
        Self { years: contracts.holidays.clone() }
    }

    /// Whether people work on that day.
    #[must_use]
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        match self.years.get(&day.year()) {
            Some(h) if h.off.iter().any(|o| (o.from..=o.to).contains(&day)) => false,
            Some(h) => !weekend || h.worked.contains(&day),
            None => !weekend && !usual_holiday(day),
        }
    }

    /// The day itself, or the next working day.
    #[must_use]
    pub fn next_workday(&self, day: NaiveDate) -> NaiveDate {
        let mut day = day;
        while !self.is_workday(day) {
            let Some(next) = day.checked_add_days(Days::new(1)) else { return day };
            day = next;
        }
        day
    }

    /// The day that lies `n` working days after a day.
    #[must_use]
    pub fn add_workdays(&self, day: NaiveDate, n: u32) -> NaiveDate {
        (0..n).fold(day, |d, _| d.checked_add_days(Days::new(1)).map_or(d, |next| self.next_workday(next)))
    }

    /// When a return for a period is due, moved to the next working day.
    #[must_use]
    pub fn due_date(&self, due: Due, period: Period) -> NaiveDate {
        let end = period.last();
        let day = match due {
            Due::DayOfNextMonth(n) | Due::DaysAfterQuarter(n) => end.checked_add_days(Days::new(u64::from(n))),
            Due::MonthDayOfNextYear(m, d) => NaiveDate::from_ymd_opt(period.year() + 1, m, d),
        };
        self.next_workday(day.unwrap_or(end))
    }
}

/// Holidays that fall on the same days every year, for years without a notice.
fn usual_holiday(day: NaiveDate) -> bool {
    matches!((day.month(), day.day()), (1, 1) | (5, 1..=3) | (10, 1..=7))
}

/// A return that is due: form, unit, period and day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// Form code.
    pub form: String,
    /// Unit that owes it.
    pub unit: String,
    /// Period in its canonical text.
    pub period: String,
    /// Day on which it is due.
    pub due: NaiveDate,
}

/// All returns that the units owe for the months, quarters and the year itself.
/// One a form, unit and period, however many tables the form has; the earliest due day of its tables counts.
#[must_use]
pub fn expected_returns(contracts: &Contracts, year: i32) -> Vec<Expected> {
    let calendar = WorkCalendar::new(contracts);
    let mut out: BTreeMap<(String, String, String), NaiveDate> = BTreeMap::new();
    for form in contracts.forms.values() {
        for entry in form.tables.iter().filter(|t| t.sender == Sender::Unit) {
            let Some(due) = entry.due else { continue };
            for period in periods(entry.frequency, year) {
                let day = calendar.due_date(due, period);
                for unit in contracts.units().into_iter().filter(|u| *u != CITY) {
                    let key = (form.code.clone(), unit.to_owned(), period.to_string());
                    out.entry(key).and_modify(|d| *d = day.min(*d)).or_insert(day);
                }
            }
        }
    }
    out.into_iter().map(|((form, unit, period), due)| Expected { form, unit, period, due }).collect()
}

/// The periods of a frequency inside a year.
#[must_use]
pub fn periods(frequency: Frequency, year: i32) -> Vec<Period> {
    match frequency {
        Frequency::Once => Vec::new(),
        Frequency::Year => vec![Period::of_year(year)],
        Frequency::Quarter => (1..=4).map(|q| Period::quarter(year, q)).collect(),
        Frequency::Month => (1..=12).map(|m| Period::month(year, m)).collect(),
    }
}
