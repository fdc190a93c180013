//! The time that a statement looks at: a period and the day as of which it is computed.

use chrono::{Days, NaiveDate};
use suixin_ingest::period::Period;

/// Days after the end of a period up to which outcomes of its events still count, unless told otherwise.
pub const DAYS_AFTER: u64 = 15;

/// The day as of which a year is computed when nobody names another: fifteen days after its end.
#[must_use]
pub fn usual_as_of(year: i32) -> NaiveDate {
    Window::of(Period::of_year(year)).as_of
}

/// A period with its day of computing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The period.
    pub period: Period,
    /// Business dates after this day do not count.
    pub as_of: NaiveDate,
}

impl Window {
    /// A whole year as of a day.
    #[must_use]
    pub fn year(year: i32, as_of: NaiveDate) -> Self {
        Self { period: Period::of_year(year), as_of }
    }

    /// A period as of fifteen days after its end.
    #[must_use]
    pub fn of(period: Period) -> Self {
        let last = period.last();
        Self { period, as_of: last.checked_add_days(Days::new(DAYS_AFTER)).unwrap_or(last) }
    }

    /// Puts the days into a statement.
    #[must_use]
    pub fn fill(&self, sql: &str) -> String {
        let period = self.period;
        let values = [
            ("${ps}", period.first().to_string()),
            ("${pe}", period.last().to_string()),
            ("${asof}", self.as_of.to_string()),
            ("${yr}", period.year().to_string()),
            ("${months}", period.months().to_string()),
            ("${quarters}", period.quarters().to_string()),
            ("${prev}", (period.year() - 1).to_string()),
        ];
        values.into_iter().fold(sql.to_owned(), |text, (name, value)| text.replace(name, &value))
    }
}

/// The quarters, halves and months that the words of an indicator's `period` name (季, 半年, 月).
#[must_use]
pub fn sub_periods(words: &str, year: i32) -> Vec<Period> {
    let mut periods = Vec::new();
    if words.contains('季') {
        periods.extend((1..=4).map(|q| Period::quarter(year, q)));
    }
    if words.contains("半年") {
        periods.extend((1..=2).map(|h| Period::half(year, h)));
    }
    if words.contains('月') {
        periods.extend((1..=12).map(|m| Period::month(year, m)));
    }
    periods
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_filled() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 15).unwrap();
        let all = "${ps} ${pe} ${asof} ${yr} ${months} ${quarters} ${prev}";
        assert_eq!(Window::year(2025, day).fill(all), "2025-01-01 2025-12-31 2026-01-15 2025 12 4 2024");
        assert_eq!(usual_as_of(2025), day);
        let quarter = Window::of(Period::quarter(2025, 1));
        assert_eq!(quarter.fill(all), "2025-01-01 2025-03-31 2025-04-15 2025 3 1 2024");
        assert_eq!(Window::of(Period::month(2024, 2)).fill("${pe} ${asof} ${months}"), "2024-02-29 2024-03-15 1");
    }

    #[test]
    fn words_name_periods() {
        let texts = |w| sub_periods(w, 2025).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts("年"), Vec::<String>::new());
        assert_eq!(texts("半年/年"), ["2025H1", "2025H2"]);
        assert_eq!(texts("季/年").len(), 4);
        assert_eq!(texts("月/年").last().unwrap(), "202512");
    }
}
