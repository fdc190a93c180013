//! Working days: weekends, holidays and 调休; and when a return is due.

use std::collections::{BTreeMap, BTreeSet};

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

/// The returns that become due by what has arrived: `arrived` are forms with their periods, `known` is the list so far.
///
/// A year that runs, that is, of which any period but a closing one has arrived, owes its whole calendar, once. Of a year of
/// which only closing periods arrived (the opening stock of the next one) all units owe just these. What the list has already
/// is never given again, so that a loaded list stays as it is.
#[must_use]
pub fn newly_expected(
    contracts: &Contracts,
    arrived: &BTreeSet<(String, Period)>,
    known: &[(String, Period)],
) -> Vec<Expected> {
    let years: BTreeSet<i32> = arrived.iter().map(|(_, p)| p.year()).collect();
    let runs = |year: i32, closes: bool| move |p: &Period| p.year() == year && closes == is_closing(*p);
    let mut out = Vec::new();
    for year in years {
        if known.iter().any(|(_, p)| runs(year, false)(p)) {
            continue;
        }
        let whole = arrived.iter().any(|(_, p)| runs(year, false)(p));
        let pair = |e: &Expected| Some((e.form.clone(), e.period.parse::<Period>().ok()?));
        let is_new = |pair: &(String, Period)| !known.contains(pair) && (whole || arrived.contains(pair));
        out.extend(expected_returns(contracts, year).into_iter().filter(|e| pair(e).is_some_and(|p| is_new(&p))));
    }
    out
}

/// Whether a period ends with its year: what such a return says is also the stock with which the next year opens.
fn is_closing(period: Period) -> bool {
    period.last() == Period::of_year(period.year()).last()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> BTreeSet<(String, Period)> {
        list.iter().map(|(form, period)| ((*form).to_owned(), period.parse().unwrap())).collect()
    }

    fn of_year(list: &[Expected], year: &str) -> Vec<(String, String)> {
        list.iter().filter(|e| e.period.starts_with(year)).map(|e| (e.form.clone(), e.period.clone())).collect()
    }

    #[test]
    fn the_opening_stock_is_owed_by_all_units_and_its_year_owes_nothing_else() {
        let contracts = Contracts::embedded().unwrap();
        let arrived = pairs(&[("T-PERSON", "202412"), ("T-FUND", "2024Q4"), ("T-NEED", "202501")]);
        let due = newly_expected(&contracts, &arrived, &[]);
        let opening = of_year(&due, "2024");
        assert_eq!(opening.len(), 16, "two returns of eight units: {opening:?}");
        assert!(
            opening.iter().all(|(form, period)| matches!(form.as_str(), "T-PERSON" | "T-FUND") && period != "202411")
        );
        assert_eq!(of_year(&due, "2025").len(), expected_returns(&contracts, 2025).len());
    }

    #[test]
    fn what_is_on_the_list_is_not_given_again() {
        let contracts = Contracts::embedded().unwrap();
        let known: Vec<_> = pairs(&[("T-PERSON", "202412"), ("T-NEED", "202503")]).into_iter().collect();
        let arrived = pairs(&[("T-PERSON", "202412"), ("T-DONATE", "202412"), ("T-PERSON", "202501")]);
        let due = newly_expected(&contracts, &arrived, &known);
        assert!(of_year(&due, "2025").is_empty(), "its list stands");
        assert_eq!(of_year(&due, "2024"), vec![("T-DONATE".to_owned(), "202412".to_owned()); 8]);
        // A year that opened with its closing periods and runs later owes the rest.
        let later = newly_expected(&contracts, &pairs(&[("T-PERSON", "202411")]), &known);
        assert_eq!(later.len() + 8, expected_returns(&contracts, 2024).len());
    }
}
