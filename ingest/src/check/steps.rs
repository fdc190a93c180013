//! What is done to every row of a sheet, found out once: the columns that a row is asked for by name, those that are made
//! from others, and the dates that have an order.

use crate::contract::{Derive, Table, VaultKind};
use crate::normalise as n;
use crate::value::Value;

use super::column::ColumnPlan;

/// Places in contract order of what every row is asked for; `None` where the table has no such column.
#[derive(Debug)]
pub(super) struct Steps {
    pub unit: Option<usize>,
    pub township: Option<usize>,
    /// Whether persons without a certificate give a reason in this table.
    pub has_reason: bool,
    /// Place in the list of plans of the column with that reason.
    pub reason: Option<usize>,
    /// Columns that are made from others, in contract order.
    pub derived: Vec<(usize, Step)>,
    pub dates: Vec<DateOrder>,
}

/// How a column is made from others.
#[derive(Debug)]
pub(super) enum Step {
    Mask { of: Option<usize>, head: usize, tail: usize },
    IdValid(Option<usize>),
    SexFits { number: Option<usize>, sex: Option<usize> },
    CreditValid(Option<usize>),
}

/// Two dates of which the first must not be later than the second.
#[derive(Debug)]
pub(super) struct DateOrder {
    pub first: usize,
    pub second: usize,
    /// Place in the list of plans of the second.
    pub plan: usize,
}

impl Steps {
    pub fn new(table: &Table, plans: &[ColumnPlan<'_>]) -> Self {
        let plan_of = |name: &str| plans.iter().position(|p| p.column.name == name);
        let derived = table.columns.iter().enumerate();
        let order = |(first, second): &(String, String)| {
            Some(DateOrder { first: table.index_of(first)?, second: table.index_of(second)?, plan: plan_of(second)? })
        };
        Self {
            unit: table.index_of("eval_unit_code"),
            township: table.index_of("township_code"),
            has_reason: table.index_of("no_id_reason").is_some(),
            reason: plan_of("no_id_reason"),
            derived: derived.filter_map(|(i, c)| Some((i, step(table, c.derive.as_ref()?)?))).collect(),
            dates: table.date_order.iter().filter_map(order).collect(),
        }
    }
}

fn step(table: &Table, derive: &Derive) -> Option<Step> {
    Some(match derive {
        Derive::Mask(of) => {
            let is_id = table.column(of).is_some_and(|c| c.vault == Some(VaultKind::Id));
            let (head, tail) = if is_id { (4, 1) } else { (0, 4) };
            Step::Mask { of: table.index_of(of), head, tail }
        }
        Derive::IdValid(of) => Step::IdValid(table.index_of(of)),
        Derive::SexFits(of) => Step::SexFits { number: table.index_of(of), sex: table.index_of("sex") },
        Derive::CreditValid(of) => Step::CreditValid(table.index_of(of)),
        Derive::MonthOfBirth => return None,
    })
}

impl Step {
    /// The value, from the values of a row in contract order.
    pub fn value(&self, values: &[Value]) -> Value {
        let text = |at: Option<usize>| values.get(at?)?.as_str();
        match *self {
            Self::Mask { of, head, tail } => {
                text(of).map_or(Value::Null, |t| Value::from(n::mask_number(t, head, tail)))
            }
            Self::IdValid(of) => text(of).map_or(Value::Null, |t| Value::Bool(n::id_problem(t).is_none())),
            Self::SexFits { number, sex } => sex_fits(text(number), text(sex)),
            Self::CreditValid(of) => Value::Bool(text(of).is_none_or(n::credit_code_valid)),
        }
    }
}

/// NULL when the number is invalid or the sex is not stated.
fn sex_fits(number: Option<&str>, sex: Option<&str>) -> Value {
    match (number.and_then(n::sex_of), sex) {
        (Some(by_number), Some(stated @ ("1" | "2"))) => Value::Bool(by_number.to_string() == stated),
        _ => Value::Null,
    }
}
