//! Which tables a template holds: the form's tables that are due in such a period and that the unit may send.

use chrono::NaiveDate;

use crate::calendar::{WorkCalendar, periods};
use crate::contract::{CITY, Contracts, Form, FormTable, Frequency, Sender, Table, suggest};
use crate::period::Period;
use crate::recognise::Names;

use super::TemplateError;

/// A table of the template.
pub(super) struct Entry<'a> {
    pub table: &'a Table,
    pub in_form: &'a FormTable,
    /// Day on which it is due, `None` for tables sent when something changes.
    pub due: Option<NaiveDate>,
}

/// A template that can be written.
pub(super) struct Plan<'a> {
    pub contracts: &'a Contracts,
    pub form: &'a Form,
    /// Code of the unit.
    pub unit: String,
    pub period: Period,
    pub tables: Vec<Entry<'a>>,
}

impl<'a> Plan<'a> {
    pub fn new(contracts: &'a Contracts, form: &str, unit: &str, period: Period) -> Result<Self, TemplateError> {
        let form = find_form(contracts, form)?;
        let unit = find_unit(contracts, unit)?;
        let fitting = || form.tables.iter().filter(|t| is_due_in(t, period));
        if fitting().next().is_none() {
            let due = periods_of(form.tables.iter(), period.year());
            return Err(TemplateError::Period { form: form.title.clone(), period: period.to_string(), due });
        }
        let calendar = WorkCalendar::new(contracts);
        let mine = fitting().filter(|t| unit == CITY || t.sender == Sender::Unit);
        let entry = |t: &'a FormTable| {
            let due = t.due.map(|due| calendar.due_date(due, period));
            Some(Entry { table: contracts.table(&t.table)?, in_form: t, due })
        };
        let tables: Vec<Entry<'a>> = mine.filter_map(entry).collect();
        if tables.is_empty() {
            let unit = contracts.unit_name(&unit).to_owned();
            return Err(TemplateError::CityOnly { form: form.title.clone(), unit });
        }
        Ok(Self { contracts, form, unit, period, tables })
    }

    pub fn has_table(&self, name: &str) -> bool {
        self.tables.iter().any(|e| e.table.name == name)
    }

    /// As people call it: 船山区, 市局.
    pub fn unit_name(&self) -> &str {
        self.contracts.unit_name(&self.unit)
    }

    /// As it signs: 船山区民政局; the parks have no bureau of their own.
    pub fn unit_full_name(&self) -> String {
        match self.unit_name() {
            _ if self.unit == CITY => "遂宁市民政局".to_owned(),
            name if self.unit.contains('A') => name.to_owned(),
            name => format!("{name}民政局"),
        }
    }

    /// `需求清单台账_船山区_202503.xlsx`: unit and period stand between underlines, as the reader of names expects them.
    pub fn file_name(&self) -> String {
        let title: String = self.form.title.chars().filter(|c| !"/\\:*?\"<>|_".contains(*c)).collect();
        format!("{title}_{}_{}.xlsx", self.unit_name(), self.period)
    }
}

/// The codes of the forms that a unit owes for a period; for the bureau, those that it sends itself.
pub(super) fn forms_due<'a>(
    contracts: &'a Contracts,
    unit: &str,
    period: Period,
) -> Result<Vec<&'a str>, TemplateError> {
    let unit = find_unit(contracts, unit)?;
    let sender = if unit == CITY { Sender::City } else { Sender::Unit };
    let mine = |t: &&FormTable| t.sender == sender;
    let owes = |f: &&Form| f.tables.iter().filter(mine).any(|t| is_due_in(t, period));
    let forms: Vec<&str> = contracts.forms.values().filter(owes).map(|f| f.code.as_str()).collect();
    if forms.is_empty() {
        let due = periods_of(contracts.forms.values().flat_map(|f| &f.tables).filter(mine), period.year());
        return Err(TemplateError::Period { form: "本单位".to_owned(), period: period.to_string(), due });
    }
    Ok(forms)
}

/// Tables sent when something changes go with the year.
fn is_due_in(table: &FormTable, period: Period) -> bool {
    let frequency = if table.frequency == Frequency::Once { Frequency::Year } else { table.frequency };
    period.frequency() == Some(frequency)
}

fn find_form<'a>(contracts: &'a Contracts, text: &str) -> Result<&'a Form, TemplateError> {
    let wanted = text.trim();
    let same = |f: &&Form| f.code.eq_ignore_ascii_case(wanted) || f.title == wanted;
    contracts.forms.values().find(same).ok_or_else(|| {
        let near = suggest(&wanted.to_ascii_uppercase(), contracts.forms.keys().map(String::as_str));
        let all: Vec<String> = contracts.forms.values().map(|f| format!("{} {}", f.code, f.title)).collect();
        let hint = format!("{near}可用：{}", all.join("；"));
        TemplateError::Form { form: wanted.to_owned(), hint }
    })
}

/// The code of a unit that is given by name or code.
///
/// # Errors
/// When there is no such unit; the error lists those that there are.
pub fn find_unit(contracts: &Contracts, text: &str) -> Result<String, TemplateError> {
    Names::new(contracts).unit_exact(text.trim()).ok_or_else(|| {
        let known = contracts.units().into_iter().chain([CITY]);
        let known: Vec<String> = known.map(|u| format!("{u} {}", contracts.unit_name(u))).collect();
        TemplateError::Unit { unit: text.trim().to_owned(), known: known.join("、") }
    })
}

/// “本表按月报送，请写 202501 至 202512”.
fn periods_of<'a>(tables: impl Iterator<Item = &'a FormTable>, year: i32) -> String {
    let mut often: Vec<Frequency> =
        tables.map(|t| if t.frequency == Frequency::Once { Frequency::Year } else { t.frequency }).collect();
    often.sort_unstable();
    often.dedup();
    let span = |frequency: Frequency| {
        let all = periods(frequency, year);
        let (first, last) = (all.first().copied()?, all.last().copied()?);
        Some(match frequency {
            Frequency::Month => format!("按月报送的写 {first} 至 {last}"),
            Frequency::Quarter => format!("按季报送的写 {first} 至 {last}"),
            _ => format!("按年报送的写 {first}"),
        })
    };
    format!("可用的报表期：{}", often.into_iter().filter_map(span).collect::<Vec<_>>().join("；"))
}
