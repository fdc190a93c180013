//! One table of one unit and period as it is sent once.

use crate::contract::Kind;
use crate::generate::GenerateError;
use crate::generate::rng::Rng;
use crate::generate::schema::{CITY, TableInfo};
use crate::period::Period;

use super::cells::Out;
use super::context::Context;
use super::style::UnitStyle;

/// What is wrong with a row on purpose.
#[derive(Clone)]
pub(super) struct Bad {
    pub column: usize,
    pub code: &'static str,
    pub note: &'static str,
    /// What the cell shows instead of its text.
    pub show: Option<Out>,
}

/// A row in texts by column.
#[derive(Clone)]
pub(super) struct Row {
    pub fields: Vec<String>,
    pub bad: Option<Bad>,
}

/// Where the table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    Book,
    Csv,
    Json,
}

/// A table to be sent.
pub(super) struct Sheet<'a> {
    pub info: &'a TableInfo<'a>,
    pub unit: usize,
    pub period: Option<Period>,
    pub medium: Medium,
    /// Columns that the form shows, with their headers.
    pub columns: Vec<usize>,
    pub headers: Vec<String>,
    pub rows: Vec<Row>,
    pub revision: u32,
    /// The total disagrees, and the whole table is refused.
    pub wrong_total: bool,
    pub style: UnitStyle,
    pub rng: Rng,
}

impl<'a> Sheet<'a> {
    /// Reads the rows that a unit sends of a table and dresses them in its style.
    pub(super) fn new(
        context: &'a Context<'_>,
        info: &'a TableInfo<'a>,
        unit: usize,
        slot: usize,
    ) -> Result<Self, GenerateError> {
        let fields = context.store.rows(info.index, unit, slot)?;
        let rows = fields.into_iter().map(|fields| Row { fields, bad: None }).collect();
        let period = context.store.schema.period(info.frequency, slot);
        let rng = Rng::new(context.plan.seed, &format!("sheet/{}/{unit}/{slot}", info.table.name));
        let medium = medium(context, &info.table.name, unit);
        let style = context.styles[unit].clone();
        let mut sheet = Self {
            info,
            unit,
            period,
            medium,
            columns: info.form_columns(),
            headers: Vec::new(),
            rows,
            revision: 0,
            wrong_total: false,
            style,
            rng,
        };
        sheet.dress(context);
        Ok(sheet)
    }

    /// Decides the headers: synonyms, and 万元 where the unit likes it.
    fn dress(&mut self, context: &Context<'_>) {
        let table = self.info.table.name.as_str();
        let money = self.info.money().next().is_some();
        self.style.wan &= self.medium == Medium::Book && money && self.rng.chance(0.6);
        self.style.names &= !matches!(table, "dim_region" | "pilot_site");
        self.style.labels &= !matches!(table, "dim_region" | "dim_code");
        let mut headers: Vec<String> = self.columns.iter().map(|c| self.info.columns[*c].form_header()).collect();
        for i in 0..headers.len() {
            let column = self.info.columns[self.columns[i]];
            let region = matches!(column.name.as_str(), "township_code" | "village_code");
            let other = if region { self.style.names } else { self.style.synonyms && self.rng.chance(0.6) };
            if self.style.wan && column.unit == "元" && column.kind == Kind::Dec2 {
                headers[i].push_str("(万元)");
            } else if let Some(words) = context.contracts.synonyms.get(&headers[i]).filter(|_| other) {
                let word = &words[self.rng.below(words.len())];
                if !headers.contains(word) {
                    headers[i].clone_from(word);
                }
            }
        }
        self.headers = headers;
    }

    /// The corrected table: the same rows without the planted mistakes, written with care.
    pub(super) fn correction(&self, context: &Context<'_>, rows: Vec<Row>) -> Self {
        let mut sheet = Sheet {
            info: self.info,
            unit: self.unit,
            period: self.period,
            medium: self.medium,
            columns: self.columns.clone(),
            headers: Vec::new(),
            rows,
            revision: 1,
            wrong_total: false,
            style: context.styles[self.unit].careful(),
            rng: Rng::new(
                context.plan.seed,
                &format!("correction/{}/{}/{:?}", self.info.table.name, self.unit, self.period),
            ),
        };
        sheet.dress(context);
        sheet
    }

    /// The position of a column among those shown.
    pub(super) fn shown(&self, column: usize) -> usize {
        self.columns.iter().position(|c| *c == column).unwrap_or(0)
    }

    /// The period as it stands in file names and lists; basic data bear the year.
    pub(super) fn period_text(&self, year: i32) -> String {
        self.period.map_or_else(|| year.to_string(), |p| p.to_string())
    }

    /// Number of rows that must be rejected.
    pub(super) fn rejected(&self) -> usize {
        if self.wrong_total { self.rows.len() } else { self.rows.iter().filter(|r| r.bad.is_some()).count() }
    }

    /// Whether a line of totals belongs under the rows.
    pub(super) fn has_total(&self) -> bool {
        let fits = self.medium == Medium::Book && self.info.money().next().is_some();
        let enough = self.rows.len() >= if self.revision > 0 { 1 } else { 3 };
        fits && enough && (self.wrong_total || (self.style.total && self.rows.iter().all(|r| r.bad.is_none())))
    }
}

/// People, households and payments come as exports of the platform, receipts from the bank.
fn medium(context: &Context<'_>, table: &str, unit: usize) -> Medium {
    match table {
        _ if unit == CITY => Medium::Book,
        _ if context.plan.csv_only => Medium::Csv,
        "household" | "person" | "aid_payment" if context.plan.mess > 0 => Medium::Csv,
        "bank_receipt" if context.plan.mess > 0 => Medium::Json,
        _ => Medium::Book,
    }
}
