//! Steps as rows of `risk_handling`, and the states that they leave in `risk_hit`.

use std::collections::BTreeMap;

use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use super::case::{Case, Step};
use crate::error::MetricsError;
use crate::tables::{self, RISK_HIT};

/// The rows of a step: itself, and what is due next under the number that the next step will take.
#[must_use]
pub fn handling_rows(case: &str, unit: &str, step: &Step) -> Vec<Vec<Value>> {
    let optional = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Str);
    let mut rows = vec![vec![
        number(case, step.no),
        text(case),
        text(&step.step),
        text(&step.people.join("、")),
        text(&step.unit),
        Value::Date(step.day),
        step.due.map_or(Value::Null, Value::Date),
        text(&step.content),
        optional(&step.evidence),
        text(&step.state),
        step.recovered.map_or(Value::Null, Value::Dec),
        text(unit),
    ]];
    if let Some(due) = &step.next {
        let mut row = vec![Value::Null; rows[0].len()];
        row[0] = number(case, step.no + 1);
        row[1] = text(case);
        row[2] = text(&due.step);
        row[6] = Value::Date(due.day);
        row[11] = text(unit);
        rows.push(row);
    }
    rows
}

/// The rows of `risk_hit` with the states that cases have now.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn hit_rows(snapshot: &Snapshot, states: &BTreeMap<String, String>) -> Result<Vec<Vec<Value>>, MetricsError> {
    let (id, status) = (RISK_HIT.place("hit_id"), RISK_HIT.place("status_code"));
    let mut rows = tables::stored(snapshot, &RISK_HIT).await?;
    rows.retain_mut(|row| match states.get(&row[id].to_string()) {
        Some(state) => {
            row[status] = text(state);
            true
        }
        None => false,
    });
    Ok(rows)
}

fn number(case: &str, no: u32) -> Value {
    Value::Str(format!("{case}-{no:02}"))
}

fn text(s: &str) -> Value {
    Value::Str(s.to_owned())
}

impl Case {
    /// The case as it stands after a step.
    #[must_use]
    pub fn after(mut self, step: Step) -> Self {
        self.state.clone_from(&step.state);
        self.due.clone_from(&step.next);
        self.steps.push(step);
        self
    }
}
