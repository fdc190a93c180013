//! Forms: which tables are sent together, how often, by whom and until when; and the calendar's days off.

use chrono::NaiveDate;
use serde::Deserialize;

/// A reporting form: the tables that are sent together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Code, such as `T-PERSON`.
    pub code: String,
    /// Chinese title.
    pub title: String,
    /// Version of the template.
    pub version: String,
    /// Tables of the form.
    pub tables: Vec<FormTable>,
}

/// A table inside a form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormTable {
    /// Table name.
    pub table: String,
    /// How often it is sent.
    pub frequency: Frequency,
    /// Who sends it.
    pub sender: Sender,
    /// When it is due; `None` for tables sent when needed.
    #[serde(default)]
    pub due: Option<Due>,
    /// Date columns of which the first filled one decides the period of a row; `@household`: the date of the household.
    #[serde(default)]
    pub period_columns: Vec<String>,
    /// Columns whose values come in a later period.
    #[serde(default)]
    pub known_later: Vec<String>,
    /// The one of them that a row lacks as long as it goes on; the form of the next period shows such rows filled in.
    #[serde(default)]
    pub closed_by: Option<String>,
    /// Column that changes with them.
    #[serde(default)]
    pub status_column: Option<String>,
}

/// How often a table is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// When it changes.
    Once,
    /// Every month.
    Month,
    /// Every quarter.
    Quarter,
    /// Every year.
    Year,
}

/// Who sends a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// The bureau.
    City,
    /// Each of the eight units.
    Unit,
}

/// When a return is due, before it is moved to the next working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Due {
    /// Day of the month after the period.
    DayOfNextMonth(u32),
    /// Days after the last day of the quarter.
    DaysAfterQuarter(u32),
    /// Month and day of the next year.
    MonthDayOfNextYear(u32, u32),
}

/// Days off and made-up working days of a year, as the State Council's notice says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// Days off with their names.
    pub off: Vec<DaysOff>,
    /// Weekend days that are worked (调休).
    pub worked: Vec<NaiveDate>,
    /// The notice.
    pub source: String,
}

/// A holiday from one day to another, both included.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaysOff {
    /// Name of the holiday.
    pub name: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}
