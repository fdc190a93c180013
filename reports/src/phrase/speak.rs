//! Saying a phrase over a book.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Condition, Label, List, Meta, Op, Operand, Part, Phrase, Reference, Row, Target, Test};
use crate::brief::Cell;
use crate::figure::{Book, Table};
use crate::number::{self, MISSING};

/// Numbers of figures and tables.
pub type Labels = BTreeMap<Label, String>;

/// Says phrases.
#[derive(Clone, Copy)]
pub struct Speaker<'b> {
    book: &'b Book<'b>,
    labels: &'b Labels,
    item: Option<(&'b Table<'b>, usize)>,
    magnitude: Option<&'b str>,
}

impl<'b> Speaker<'b> {
    /// A speaker over a book; `labels` are the numbers that `{fig …}` and `{tab …}` print.
    #[must_use]
    pub fn new(book: &'b Book<'b>, labels: &'b Labels) -> Self {
        Self { book, labels, item: None, magnitude: None }
    }

    /// The phrase as text; figures in it are recorded as printed.
    #[must_use]
    pub fn say(&self, phrase: &Phrase) -> String {
        phrase.parts.iter().map(|part| self.part(part)).collect()
    }

    /// Whether a condition holds; a missing value fits no comparison but `!=`.
    #[must_use]
    pub fn holds(&self, condition: &Condition) -> bool {
        condition.tests.iter().all(|test| match test {
            Test::Has(reference) => self.look(reference, |t, r, c| !t.cell(r, c).is_null()).unwrap_or(false),
            Test::Compare { left, op, right } => self.compare(left, *op, right),
        })
    }

    /// The rows for which a condition over their own columns holds.
    #[must_use]
    pub fn filter<'t>(&self, table: Table<'t>, condition: Option<&Condition>) -> Table<'t> {
        match condition {
            None => table,
            Some(condition) => table.filtered(|t, r| self.at(t, r).holds(condition)),
        }
    }

    fn at<'s>(&self, table: &'s Table<'s>, row: usize) -> Speaker<'s>
    where
        'b: 's,
    {
        Speaker { book: self.book, labels: self.labels, item: Some((table, row)), magnitude: None }
    }

    fn part(&self, part: &Part) -> String {
        match part {
            Part::Plain(text) => text.clone(),
            Part::Magnitude => self.magnitude.unwrap_or(MISSING).to_owned(),
            Part::Meta(meta) => self.meta(*meta),
            Part::Figure { reference, unit: true } => self.look_or_dash(reference, |t, r, c| t.words(r, c)),
            Part::Figure { reference, unit: false } => self.look_or_dash(reference, |t, r, c| t.text(r, c)),
            Part::Yoy(reference) => self.yoy(reference),
            Part::Sign { reference, phrases } => self.sign(reference, phrases),
            Part::If { condition, then, or } => self.say(if self.holds(condition) { then } else { or }),
            Part::List(list) => self.list(list),
            Part::Place { rank, count } => self.place(rank, count),
            // A figure without data is left out, and so is its number.
            Part::Label(label) => self.labels.get(label).cloned().unwrap_or_else(|| match label {
                Label::Figure(_) => "图略".to_owned(),
                Label::Table(_) => "表略".to_owned(),
            }),
        }
    }

    fn meta(&self, meta: Meta) -> String {
        let m = &self.book.brief().meta;
        match meta {
            Meta::Year => m.year.to_string(),
            Meta::Prev => (m.year - 1).to_string(),
            Meta::Next => (m.year + 1).to_string(),
            Meta::Period => m.period.clone(),
            Meta::AsOf => number::long_date(m.as_of),
            Meta::Office => m.office.clone(),
            Meta::City => m.city.clone(),
            Meta::Snapshot => m.snapshot.clone(),
            Meta::Hash => m.short_hash(),
            Meta::Version => m.program_version.clone(),
            Meta::Source => m.source.clone(),
        }
    }

    fn yoy(&self, reference: &Reference) -> String {
        let said = self.look(reference, |t, r, c| match sign(t, r, c) {
            None => String::new(),
            Some(Ordering::Equal) => "同比持平".to_owned(),
            Some(Ordering::Greater) => format!("同比增长{}", t.magnitude(r, c)),
            Some(Ordering::Less) => format!("同比下降{}", t.magnitude(r, c)),
        });
        said.unwrap_or_default()
    }

    fn sign(&self, reference: &Reference, phrases: &[Phrase; 4]) -> String {
        let found = self.look(reference, |t, r, c| (sign(t, r, c), t.magnitude(r, c)));
        let (sign, magnitude) = found.unwrap_or((None, MISSING.to_owned()));
        let phrase = match sign {
            Some(Ordering::Greater) => &phrases[0],
            Some(Ordering::Less) => &phrases[1],
            Some(Ordering::Equal) => &phrases[2],
            None => &phrases[3],
        };
        Speaker { magnitude: Some(&magnitude), ..*self }.say(phrase)
    }

    fn list(&self, list: &List) -> String {
        let Ok(table) = self.book.table(&list.dataset) else {
            self.book.warn(format!("数据集不存在：{}", list.dataset));
            return MISSING.to_owned();
        };
        let table = self.filter(table, list.filter.as_ref());
        let table = match list.by.as_ref().map(|by| &by.target) {
            Some(Target::Item(column)) => table.greatest_first(column),
            _ => table,
        };
        let table = table.first(list.first.unwrap_or(usize::MAX));
        if table.is_empty() {
            return self.say(&list.empty);
        }
        let items: Vec<String> = (0..table.len()).map(|r| self.at(&table, r).say(&list.item)).collect();
        items.join(&list.separator)
    }

    fn place(&self, rank: &Reference, count: &Reference) -> String {
        let number = |reference| self.look(reference, |t, r, c| t.cell(r, c).as_decimal()).flatten();
        match (number(rank), number(count)) {
            (Some(r), _) if r == Decimal::ONE => "首位".to_owned(),
            (Some(r), Some(n)) if r == n => "末位".to_owned(),
            _ => format!("第{}位", self.look_or_dash(rank, |t, r, c| t.text(r, c))),
        }
    }

    fn compare(&self, left: &Operand, op: Op, right: &Operand) -> bool {
        let order = match (self.value(left), self.value(right)) {
            (Cell::Null, _) | (_, Cell::Null) => None,
            (Cell::Str(a), Cell::Str(b)) => Some(a.cmp(&b)),
            (a, b) => a.as_decimal().zip(b.as_decimal()).map(|(a, b)| a.cmp(&b)),
        };
        let Some(order) = order else { return op == Op::Ne };
        match op {
            Op::Eq => order.is_eq(),
            Op::Ne => order.is_ne(),
            Op::Lt => order.is_lt(),
            Op::Le => order.is_le(),
            Op::Gt => order.is_gt(),
            Op::Ge => order.is_ge(),
        }
    }

    fn value(&self, operand: &Operand) -> Cell {
        match operand {
            Operand::Number(n) => Cell::Dec(*n),
            Operand::Word(w) => Cell::Str(w.clone()),
            // In ISO form days compare as words do.
            Operand::AsOf => Cell::Str(self.book.brief().meta.as_of.to_string()),
            Operand::Rows(dataset) => {
                let rows = self.book.table(dataset).map_or(0, |t| t.len());
                Cell::Int(i64::try_from(rows).unwrap_or(i64::MAX))
            }
            Operand::Reference(reference) => self.look(reference, |t, r, c| t.cell(r, c).clone()).unwrap_or(Cell::Null),
        }
    }

    fn look_or_dash(&self, reference: &Reference, read: impl FnOnce(&Table, usize, usize) -> String) -> String {
        self.look(reference, read).unwrap_or_else(|| {
            self.book.warn(format!("无此数据：{}", reference.written));
            MISSING.to_owned()
        })
    }

    /// Reads a cell, if it is there.
    fn look<T>(&self, reference: &Reference, read: impl FnOnce(&Table, usize, usize) -> T) -> Option<T> {
        match &reference.target {
            Target::Item(column) => {
                let (table, row) = self.item?;
                Some(read(table, row, table.column(column).ok()?))
            }
            Target::Cell { dataset, row, column } => {
                let table = self.book.table(dataset).ok()?;
                let column = table.column(column).ok()?;
                Some(read(&table, pick(&table, row)?, column))
            }
        }
    }
}

fn sign(table: &Table, row: usize, column: usize) -> Option<Ordering> {
    let def = table.column_def(column);
    let value = table.cell(row, column).as_decimal()?;
    // The sign is the sign of what is printed: 0.004 prints as 0.00 and is 持平.
    let places = def.format.places().unwrap_or(4);
    let shown =
        def.format.scaled(value).round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    Some(shown.cmp(&Decimal::ZERO))
}

fn pick(table: &Table, row: &Row) -> Option<usize> {
    match row {
        Row::Key(key) => table.dataset().row(key),
        Row::Nth(n) if *n > 0 => usize::try_from(*n - 1).ok().filter(|r| *r < table.len()),
        Row::Nth(n) => usize::try_from(-n).ok().and_then(|back| table.len().checked_sub(back)),
        Row::Max(column) => extreme(table, column, Ordering::Greater),
        Row::Min(column) => extreme(table, column, Ordering::Less),
    }
}

fn extreme(table: &Table, column: &str, wanted: Ordering) -> Option<usize> {
    let column = table.column(column).ok()?;
    let mut best: Option<(Decimal, usize)> = None;
    for row in (0..table.len()).filter(|&r| !table.is_total(r)) {
        let Some(value) = table.cell(row, column).as_decimal() else { continue };
        if best.is_none_or(|(b, _)| value.cmp(&b) == wanted) {
            best = Some((value, row));
        }
    }
    best.map(|(_, row)| row)
}
