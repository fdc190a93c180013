//! One job is what a unit sends for one period: a workbook, and the exports and corrections beside it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::contract::Frequency;
use crate::generate::GenerateError;
use crate::generate::day::{Day, Moment};
use crate::generate::rng::Rng;
use crate::generate::schema::{CITY, TableInfo};

use super::context::Context;
use super::damage::{self, Damage};
use super::records::{Line, Reject, note};
use super::sheet::{Medium, Sheet};
use super::{book, flat, spoil};

/// What a unit sends for a period.
pub(super) struct Job {
    pub unit: usize,
    pub frequency: Frequency,
    pub slot: usize,
    /// Tables, also those that are sent empty as a nil return.
    pub tables: Vec<usize>,
    damage: BTreeMap<usize, Damage>,
}

/// What was written for a job.
#[derive(Default)]
pub(super) struct Outcome {
    pub frequency: Option<Frequency>,
    pub lines: Vec<Line>,
    pub rejects: Vec<Reject>,
    /// Form, unit, period and day due.
    pub expected: Vec<[String; 4]>,
}

/// All jobs: unit by unit, basic data, months, quarters and the year.
pub(super) fn plan(context: &Context<'_>) -> Vec<Job> {
    let mut jobs = Vec::new();
    let units = std::iter::once(CITY).chain(0..CITY);
    for unit in units {
        for frequency in [Frequency::Once, Frequency::Month, Frequency::Quarter, Frequency::Year] {
            let slots = context.store.schema.tables.iter().filter(|t| t.frequency == frequency).map(TableInfo::slots);
            for slot in 0..slots.max().unwrap_or(0) {
                let tables = tables(context, unit, frequency, slot);
                if !tables.is_empty() {
                    jobs.push(Job { unit, frequency, slot, tables, damage: BTreeMap::new() });
                }
            }
        }
    }
    let damage = damage::plan(context, &jobs);
    for job in &mut jobs {
        let of = |t: &usize| damage.get(&(*t, job.unit, job.slot)).map(|d| (*t, *d));
        job.damage = job.tables.iter().filter_map(of).collect();
    }
    jobs
}

/// The tables with rows; of a form of the year without any row, the first table as a nil return.
fn tables(context: &Context<'_>, unit: usize, frequency: Frequency, slot: usize) -> Vec<usize> {
    let schema = &context.store.schema;
    let all = || schema.tables.iter().filter(|t| t.frequency == frequency);
    let mut out: Vec<usize> = all().map(|t| t.index).filter(|t| context.store.count(*t, unit, slot) > 0).collect();
    let opening = slot == 0 && matches!(frequency, Frequency::Month | Frequency::Quarter);
    if unit == CITY || opening || frequency == Frequency::Once {
        return out;
    }
    for info in all().filter(|t| !t.table.is_city() && t.form != "T-ANNUAL") {
        if !out.iter().any(|t| schema.tables[*t].form == info.form) {
            out.push(info.index);
        }
    }
    out.sort_unstable();
    out
}

/// Writes the files of a job.
pub(super) fn run(context: &Context<'_>, job: &Job) -> Result<Outcome, GenerateError> {
    let mut out = Outcome { frequency: Some(job.frequency), ..Outcome::default() };
    let mut rng = Rng::new(context.plan.seed, &format!("job/{}/{:?}/{}", job.unit, job.frequency, job.slot));
    let period = context.store.schema.period(job.frequency, job.slot);
    let infos = || job.tables.iter().map(|t| &context.store.schema.tables[*t]);
    let due = infos().map(|t| context.due(t, period)).min().unwrap_or_default();
    let day = due + context.lag(&mut rng, job.unit, due);
    let ts = day.at(rng.between(9, 16) * 3600 + rng.between(0, 59) * 60);
    let (mut sheets, mut fixes) = (Vec::new(), Vec::new());
    for info in infos() {
        let mut sheet = Sheet::new(context, info, job.unit, job.slot)?;
        expect(context, &mut out, &sheet);
        let damage = job.damage.get(&info.index);
        if let Some(rows) = damage.and_then(|d| spoil::apply(context, &mut sheet, *d)) {
            fixes.push(sheet.correction(context, rows));
        }
        if sheet.medium == Medium::Book {
            let forgotten = context.plan.mess > 0 && info.table.name == "complaint" && rng.chance(0.12);
            if !(sheet.rows.is_empty() && forgotten) {
                sheets.push(sheet);
            }
        } else if !sheet.rows.is_empty() || context.plan.csv_only {
            send_flat(context, &mut out, &mut sheet, "", ts)?;
        }
    }
    if !sheets.is_empty() {
        let name = book_name(context, job);
        send_book(context, &mut out, &mut sheets, &name, ts)?;
    }
    drop(sheets);
    for mut fix in fixes {
        let ts = Moment(ts.0 + rng.between(2, 9) * 86_400);
        correct(context, &mut out, &mut fix, ts)?;
    }
    Ok(out)
}

fn expect(context: &Context<'_>, out: &mut Outcome, sheet: &Sheet<'_>) {
    if let Some(period) = sheet.period.filter(|_| sheet.unit != CITY) {
        let due = context.due(sheet.info, sheet.period).to_string();
        let unit = context.units[sheet.unit].0.clone();
        out.expected.push([sheet.info.form.to_owned(), unit, period.to_string(), due]);
    }
}

/// `月报_船山区_202503`
fn book_name(context: &Context<'_>, job: &Job) -> String {
    let kind = match job.frequency {
        Frequency::Once => "基础数据",
        Frequency::Month => "月报",
        Frequency::Quarter => "季报",
        Frequency::Year => "年报",
    };
    let period = context.store.schema.period(job.frequency, job.slot);
    let period = period.map_or_else(|| context.plan.year.to_string(), |p| p.to_string());
    format!("{kind}_{}_{period}", context.units[job.unit].1)
}

/// The path of a file below the output folder: period, unit, name; basic data lie in the folder of the bureau.
fn place(context: &Context<'_>, sheet: &Sheet<'_>, name: &str) -> (String, PathBuf) {
    let unit = &context.units[sheet.unit].1;
    let file = match sheet.period {
        Some(period) => format!("{period}/{unit}/{name}"),
        None => format!("{unit}/{name}"),
    };
    let path = context.out.join(&file);
    (file, path)
}

fn send_book(
    context: &Context<'_>,
    out: &mut Outcome,
    sheets: &mut [Sheet<'_>],
    name: &str,
    ts: Moment,
) -> Result<(), GenerateError> {
    let Some(first) = sheets.first() else { return Ok(()) };
    let (file, path) = place(context, first, &format!("{name}.xlsx"));
    let notes = context.styles[first.unit].note_sheet && first.revision == 0;
    let grids = book::write(context, &path, sheets, ts.day(), notes)?;
    for (sheet, grid) in sheets.iter().zip(&grids) {
        note(context, out, sheet, grid, (&file, ts));
    }
    Ok(())
}

fn send_flat(
    context: &Context<'_>,
    out: &mut Outcome,
    sheet: &mut Sheet<'_>,
    prefix: &str,
    ts: Moment,
) -> Result<(), GenerateError> {
    let json = sheet.medium == Medium::Json;
    let name = format!("{prefix}{}.{}", table_name(context, sheet), if json { "json" } else { "csv" });
    let (file, path) = place(context, sheet, &name);
    let date: Day = ts.day();
    let grid =
        if json { flat::write_json(context, &path, sheet, date)? } else { flat::write_csv(context, &path, sheet)? };
    note(context, out, sheet, &grid, (&file, ts));
    Ok(())
}

/// `需求清单_船山区_202503`
fn table_name(context: &Context<'_>, sheet: &Sheet<'_>) -> String {
    let title = sheet.info.table.title.replace('/', "");
    format!("{title}_{}_{}", context.units[sheet.unit].1, sheet.period_text(context.plan.year))
}

fn correct(context: &Context<'_>, out: &mut Outcome, sheet: &mut Sheet<'_>, ts: Moment) -> Result<(), GenerateError> {
    if sheet.medium == Medium::Book {
        let name = format!("更正_{}", table_name(context, sheet));
        send_book(context, out, std::slice::from_mut(sheet), &name, ts)
    } else {
        send_flat(context, out, sheet, "更正_", ts)
    }
}
