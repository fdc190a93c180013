//! Risk rules: every row of a rule's statement is a suspicion (疑点) with an identity that survives re-runs.
//!
//! Invariant: the number of suspicions is never scored and a hit is no verdict. A later run finds an old hit again under
//! the same key; what people did with it (status, first day, a raised level) is never undone here.

mod hit;
mod save;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use suixin_warehouse::{Frame, Snapshot};

pub use hit::{RiskHit, hit_key};
pub use save::{SavedRisks, save_risks};

use crate::compute::{Answers, Wanted, column, number};
use crate::definitions::{Definitions, RiskRule};
use crate::error::MetricsError;
use crate::window::Window;

/// Runs every enabled rule in force at the end of `year`, as of `as_of`. Hits by rule and key, each key once a rule.
///
/// # Errors
/// `Statement` or `Result` naming the rule.
pub async fn run_risks(
    snapshot: &Snapshot,
    defs: &Definitions,
    year: i32,
    as_of: NaiveDate,
) -> Result<Vec<RiskHit>, MetricsError> {
    let window = Window::year(year, as_of);
    let rules = defs.rules_on(window.period.last());
    let asked: Vec<(&RiskRule, Wanted)> = rules.into_iter().map(|r| (r, wanted(r, &window))).collect();
    let mut answers = Answers::default();
    let statements = asked.iter().map(|(_, w)| w.clone());
    answers.run(snapshot, statements, "疑点规则", &|_: &str, _: u64, _: u64| {}).await?;
    let mut hits = Vec::new();
    for (rule, w) in &asked {
        hits.extend(hits_of(rule, w, answers.frame(w)?)?);
    }
    hits.sort_by(|a, b| (&a.rule, &a.entity_key).cmp(&(&b.rule, &b.entity_key)));
    Ok(hits)
}

fn wanted(rule: &RiskRule, window: &Window) -> Wanted {
    Wanted { id: rule.id().to_owned(), sql: window.fill(rule.sql.text()) }
}

/// The hits of a rule. Rows with one key (two members of one organisation, say) are one hit with the larger amount and
/// all the evidence.
fn hits_of(rule: &RiskRule, wanted: &Wanted, frame: &Frame) -> Result<Vec<RiskHit>, MetricsError> {
    let place = |name: &str| column(wanted, frame, name);
    let (kind, key, unit) = (place("entity_type")?, place("entity_key")?, place("eval_unit_code")?);
    let (amount, evidence) = (place("amount")?, place("evidence")?);
    let mut hits: BTreeMap<String, RiskHit> = BTreeMap::new();
    for row in &frame.rows {
        let amount = number(wanted, &row[amount])?.map(|n| n.points());
        let hit = RiskHit::new(
            rule,
            row[kind].to_string(),
            row[key].to_string(),
            &row[unit],
            amount,
            row[evidence].to_string(),
        );
        match hits.get_mut(&hit.hit_key) {
            Some(first) => first.merge(hit),
            None => {
                hits.insert(hit.hit_key.clone(), hit);
            }
        }
    }
    Ok(hits.into_values().collect())
}
