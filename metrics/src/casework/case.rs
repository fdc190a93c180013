//! A case as it stands: the suspicion, the steps taken, what is due.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use suixin_ingest::value::Value;
use suixin_warehouse::{Frame, Snapshot};

use crate::definitions::Severity;
use crate::error::MetricsError;

/// What has to be done by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// Code of the step: `2` 说明 … `7` 销号.
    pub step: String,
    /// Last day on which it is in time.
    pub day: NaiveDate,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Number inside the case, from 1.
    pub no: u32,
    /// Code of the step.
    pub step: String,
    /// Tokens of the people who took it.
    pub people: Vec<String>,
    /// Code of the unit that took it.
    pub unit: String,
    /// Day on which it was taken.
    pub day: NaiveDate,
    /// Day by which it was due; `None` where no day was set.
    pub due: Option<NaiveDate>,
    /// What was said.
    pub content: String,
    /// Reference to the evidence.
    pub evidence: Option<String>,
    /// State after it.
    pub state: String,
    /// Money recovered, 元.
    pub recovered: Option<Decimal>,
    /// What is due next.
    pub next: Option<Due>,
}

/// A suspicion with all that was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Number of the suspicion, e.g. `YD0123456789ABCDEF`.
    pub id: String,
    /// Its identity.
    pub key: String,
    /// The rule that found it.
    pub rule: String,
    /// Level now.
    pub level: Severity,
    /// Unit it belongs to.
    pub unit: String,
    /// Kind of entity.
    pub entity_type: String,
    /// The entity, by token or number.
    pub entity: String,
    /// State.
    pub state: String,
    /// Steps in order.
    pub steps: Vec<Step>,
    /// What is due; `None` when it was not pushed or is closed.
    pub due: Option<Due>,
    /// What stands around it.
    pub facts: Facts,
}

/// What the step conditions ask beyond the steps themselves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Whether the newest run found it.
    pub found_again: bool,
    /// Returns that came in after the newest run.
    pub newer_returns: bool,
    /// Last day of the whitelist entry in force.
    pub whitelisted_until: Option<NaiveDate>,
    /// Returns that the rule compares with and that are missing, in words.
    pub missing_basis: Vec<String>,
    /// Corrected returns after which it was not found any more.
    pub corrected_by: Vec<String>,
    /// Result of the tolerance test (code set `tol_result`).
    pub tolerance: Option<String>,
}

impl Case {
    /// Whether what is due was not done by the end of the day before `today`.
    #[must_use]
    pub fn overdue(&self, today: NaiveDate) -> bool {
        self.due.as_ref().is_some_and(|d| d.day < today)
    }

    /// Tokens of the people who took steps with this code.
    pub(crate) fn people_of(&self, step: &str) -> Vec<&str> {
        self.steps.iter().filter(|s| s.step == step).flat_map(|s| &s.people).map(String::as_str).collect()
    }

    /// Whether the last step raised the case for being overdue: it pushed without changing the state.
    pub(crate) fn escalated(&self) -> bool {
        match self.steps.as_slice() {
            [.., before, last] => last.step == "1" && last.state == before.state,
            _ => false,
        }
    }

    /// Whether the city reviews it: every H case, and of the M cases so many percent, by their key.
    #[must_use]
    pub fn sampled(&self, percent: usize) -> bool {
        let drawn = u32::from_str_radix(self.key.get(..8).unwrap_or_default(), 16).unwrap_or_default() % 100;
        self.level == Severity::High || (drawn as usize) < percent
    }
}

const HITS: &str = "SELECT c.hit_id, h.hit_key, c.rule_id, c.level, c.eval_unit_code, c.entity_type, c.entity_key, \
     c.status_code, c.found_again, c.tolerance FROM risk_case c JOIN risk_hit h ON h.hit_id = c.hit_id";
const STEPS: &str = "SELECT hit_id, handling_id, step, actor, actor_unit, action_date, due_date, content, evidence_ref, \
     conclusion, recovered_amount FROM risk_handling";

/// The cases with these numbers, in the order asked for. `facts` that only the whole warehouse knows (returns that came in
/// later, missing returns, the whitelist) are filled in by [`crate::casework::Listing`] and the caller.
///
/// # Errors
/// `NotFound` naming a number that no suspicion has.
pub async fn load(snapshot: &Snapshot, ids: &[String]) -> Result<Vec<Case>, MetricsError> {
    let list = ids.iter().map(|id| format!("'{}'", id.replace('\'', "''"))).collect::<Vec<_>>().join(", ");
    if list.is_empty() {
        return Ok(Vec::new());
    }
    let hits = snapshot.query(&format!("{HITS} WHERE c.hit_id IN ({list})")).await?;
    let mut known: BTreeMap<String, Case> =
        hits.rows.iter().filter_map(|r| Some((r[0].to_string(), case_of(r)?))).collect();
    add_steps(&mut known, &snapshot.query(&format!("{STEPS} WHERE hit_id IN ({list}) ORDER BY handling_id")).await?);
    let sql = format!("SELECT hit_id, batch_id FROM risk_correction WHERE hit_id IN ({list}) ORDER BY batch_id");
    for row in snapshot.query(&sql).await?.rows {
        if let Some(case) = known.get_mut(&row[0].to_string()) {
            case.facts.corrected_by.push(row[1].to_string());
        }
    }
    ids.iter().map(|id| known.get(id).cloned().ok_or_else(|| unknown(id))).collect()
}

fn unknown(id: &str) -> MetricsError {
    MetricsError::NotFound {
        what: "疑点", given: id.to_owned(), hint: "；用 suixin case list 查看编号".to_owned()
    }
}

fn case_of(row: &[Value]) -> Option<Case> {
    let text = |i: usize| row.get(i).map(ToString::to_string).unwrap_or_default();
    Some(Case {
        id: text(0),
        key: text(1),
        rule: text(2),
        level: Severity::of(&text(3))?,
        unit: text(4),
        entity_type: text(5),
        entity: text(6),
        state: text(7),
        steps: Vec::new(),
        due: None,
        facts: Facts {
            found_again: row.get(8) == Some(&Value::Bool(true)),
            tolerance: row.get(9).and_then(Value::as_str).map(str::to_owned),
            ..Facts::default()
        },
    })
}

fn add_steps(cases: &mut BTreeMap<String, Case>, frame: &Frame) {
    for row in &frame.rows {
        let Some(case) = cases.get_mut(&row[0].to_string()) else { continue };
        let text = |i: usize| row[i].as_str().map(str::to_owned);
        let (step, due) = (row[2].to_string(), row[6].as_date());
        let Some(day) = row[5].as_date() else {
            case.due = due.map(|day| Due { step, day });
            continue;
        };
        case.steps.push(Step {
            no: u32::try_from(case.steps.len() + 1).unwrap_or(u32::MAX),
            step,
            people: row[3].to_string().split('、').filter(|p| !p.is_empty()).map(str::to_owned).collect(),
            unit: row[4].to_string(),
            day,
            due,
            content: row[7].to_string(),
            evidence: text(8),
            state: row[9].to_string(),
            recovered: row[10].as_decimal(),
            next: None,
        });
    }
}
