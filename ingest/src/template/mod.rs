//! Empty returns to fill in: any form, for a unit and a period, as a workbook that leads the hand of whoever fills it.
//!
//! A template is made from the contracts alone, so that it never says anything else than the check will. What it wrote
//! itself (instructions, dictionary, example row, document properties) is marked as `recognise::own` says and is never
//! taken in. The same contracts and the same wishes give the same bytes.

mod choices;
mod columns;
mod error;
mod example;
mod instructions;
mod look;
mod places;
mod plan;
mod rows;
mod rules;
mod sheet;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::contract::Contracts;
use crate::normalise::CodeBook;
use crate::period::Period;
use crate::recognise::own;
use crate::value::Value;

use choices::Choices;
pub use error::TemplateError;
use plan::Plan;
pub use plan::find_unit as unit_code;

/// Rows that a template shows already filled: table → rows of column name → value. For forms that continue a ledger; a
/// column that is left out stays empty.
pub type Prefill = BTreeMap<String, Vec<BTreeMap<String, Value>>>;

/// Writes the template of a form for a unit (code or name) and a period. It holds the tables of the form that are due
/// in periods of that length; those sent when something changes belong to the year.
///
/// # Errors
/// When form or unit is unknown, the unit does not send the form, the form is not due in such a period, or the prefill
/// names a table or column that the form does not show.
pub fn write(
    contracts: &Contracts,
    form: &str,
    unit: &str,
    period: Period,
    prefill: &Prefill,
) -> Result<Vec<u8>, TemplateError> {
    let plan = Plan::new(contracts, form, unit, period)?;
    rows::check(&plan, prefill)?;
    Ok(write_book(&plan, &CodeBook::new(contracts), prefill)?)
}

/// Writes the templates of all forms that a unit owes for a period: file name → bytes. The bureau gets those that it
/// sends itself. A year has its yearly forms, not those of its months.
///
/// # Errors
/// As [`write`]; also when nothing is due in such a period.
pub fn pack(
    contracts: &Contracts,
    unit: &str,
    period: Period,
    prefill: &Prefill,
) -> Result<BTreeMap<String, Vec<u8>>, TemplateError> {
    let forms = plan::forms_due(contracts, unit, period)?;
    let codes = CodeBook::new(contracts);
    let mut out = BTreeMap::new();
    for form in forms {
        let plan = Plan::new(contracts, form, unit, period)?;
        let mine: Prefill =
            prefill.iter().filter(|(t, _)| plan.has_table(t)).map(|(t, r)| (t.clone(), r.clone())).collect();
        rows::check(&plan, &mine)?;
        out.insert(plan.file_name(), write_book(&plan, &codes, &mine)?);
    }
    Ok(out)
}

fn write_book(plan: &Plan<'_>, codes: &CodeBook, prefill: &Prefill) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(plan)?);
    let choices = Choices::new(plan, codes);
    instructions::write(&mut book, plan, &choices)?;
    for (number, entry) in (1u32..).zip(&plan.tables) {
        let rows = prefill.get(&entry.table.name).map(Vec::as_slice).unwrap_or_default();
        sheet::write(book.add_worksheet(), &sheet::Task { plan, entry, number, choices: &choices, rows })?;
    }
    choices.write(&mut book)?;
    book.save_to_buffer()
}

/// The document's time is the first day of the period: a clock would make every copy another file.
fn properties(plan: &Plan<'_>) -> Result<DocProperties, XlsxError> {
    use chrono::Datelike;
    let day = plan.period.first();
    let number = |n: u32| u8::try_from(n).unwrap_or(1);
    let year = u16::try_from(day.year()).unwrap_or(2000);
    let made = ExcelDateTime::from_ymd(year, number(day.month()), number(day.day()))?;
    Ok(DocProperties::new()
        .set_title(format!("{}（{}，{}）", plan.form.title, plan.unit_name(), plan.period.words()))
        .set_company("遂宁市民政局")
        .set_creation_datetime(&made)
        .set_custom_property(own::TEMPLATE_ID, plan.form.code.as_str())
        .set_custom_property(own::TEMPLATE_VERSION, plan.form.version.as_str())
        .set_custom_property(own::UNIT, plan.unit.as_str())
        .set_custom_property(own::PERIOD, plan.period.to_string()))
}
