//! What is open, how a case stands and what can be done with it, and how precise the rules are.

use anyhow::Result;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Serialize;
use suixin_ingest::value::Value;
use suixin_metrics::casework::{Case, Due};
use suixin_metrics::definitions::{Action, Casework};

use super::{definition, load};
use crate::app::App;

/// Which cases are wanted; empty: all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Rule.
    pub rule: Option<String>,
    /// Unit, as a code.
    pub unit: Option<String>,
    /// State.
    pub status: Option<String>,
    /// Level: `H`, `M` or `L`.
    pub level: Option<String>,
    /// Only those whose next step is overdue today.
    pub overdue: bool,
}

/// A case in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Number.
    pub id: String,
    /// Rule.
    pub rule: String,
    /// Name of the rule.
    pub rule_name: String,
    /// Level.
    pub level: String,
    /// Unit, as a code.
    pub unit: String,
    /// Amount concerned in 元.
    pub amount: Option<Decimal>,
    /// Day on which it was first seen.
    pub first_seen: Option<NaiveDate>,
    /// State.
    pub status: String,
    /// Whether the newest run found it.
    pub found_again: bool,
    /// Code of the step that is due.
    pub next_step: Option<String>,
    /// Day by which it is due.
    pub due: Option<NaiveDate>,
    /// Calendar days by which it is overdue today; 0: it is not.
    pub overdue_days: i64,
}

/// The cases that pass, the most serious and the most overdue first.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn list(app: &App, filter: &Filter) -> Result<Vec<Line>> {
    let today = app.clock.today();
    let equal = |column: &str, wanted: &Option<String>| {
        wanted.as_ref().map(|w| format!("c.{column} = '{}'", w.replace('\'', "''")))
    };
    let mut wanted: Vec<String> = [
        equal("rule_id", &filter.rule),
        equal("eval_unit_code", &filter.unit),
        equal("status_code", &filter.status),
        equal("level", &filter.level),
    ]
    .into_iter()
    .flatten()
    .collect();
    wanted.extend(filter.overdue.then(|| format!("c.due_date < DATE '{today}'")));
    let condition = if wanted.is_empty() { String::new() } else { format!("WHERE {}", wanted.join(" AND ")) };
    let sql = format!(
        "SELECT c.hit_id, c.rule_id, r.rule_name, c.level, c.eval_unit_code, c.amount, c.first_seen, c.status_code,
                c.found_again, c.next_step, c.due_date
         FROM risk_case c LEFT JOIN risk_rule r ON r.rule_id = c.rule_id AND r.version = c.rule_version {condition}
         ORDER BY CASE c.level WHEN 'H' THEN 1 WHEN 'M' THEN 2 ELSE 3 END, c.due_date NULLS LAST, c.rule_id, c.hit_id"
    );
    let rows = app.warehouse.snapshot().await?.query(&sql).await?.rows;
    Ok(rows.iter().map(|r| line(r, today)).collect())
}

fn line(row: &[Value], today: NaiveDate) -> Line {
    let due = row[10].as_date();
    Line {
        id: row[0].to_string(),
        rule: row[1].to_string(),
        rule_name: row[2].to_string(),
        level: row[3].to_string(),
        unit: row[4].to_string(),
        amount: row[5].as_decimal(),
        first_seen: row[6].as_date(),
        status: row[7].to_string(),
        found_again: row[8] == Value::Bool(true),
        next_step: row[9].as_str().map(str::to_owned),
        due,
        overdue_days: due.map_or(0, |d| (today - d).num_days().max(0)),
    }
}

/// A case with its steps and what can be done next.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// How it stands in the list.
    #[serde(flatten)]
    pub line: Line,
    /// Kind of entity.
    pub entity_type: String,
    /// The entity, by token or number.
    pub entity: String,
    /// Whether the city reviews it.
    pub sampled: bool,
    /// What is due.
    pub due_step: Option<Due>,
    /// Last day of the whitelist entry in force.
    pub whitelisted_until: Option<NaiveDate>,
    /// Corrected returns after which it was not found any more.
    pub corrected_by: Vec<String>,
    /// Result of the tolerance test (code set `tol_result`).
    pub tolerance: Option<String>,
    /// Steps in order.
    pub steps: Vec<StepShown>,
    /// Identifier, name and roles of the steps that its state allows.
    pub can: Vec<(String, String, Vec<String>)>,
}

/// A step as it is shown: people by token.
#[derive(Debug, Clone, Serialize)]
pub struct StepShown {
    /// Number.
    pub no: u32,
    /// Code of the step.
    pub step: String,
    /// Day.
    pub day: NaiveDate,
    /// Day by which it was due.
    pub due: Option<NaiveDate>,
    /// Unit that took it.
    pub unit: String,
    /// Tokens of the people.
    pub people: Vec<String>,
    /// What was said.
    pub content: String,
    /// Evidence.
    pub evidence: Option<String>,
    /// State after it.
    pub state: String,
}

/// A case by its number.
///
/// # Errors
/// When there is none.
pub async fn show(app: &App, id: &str) -> Result<Shown> {
    let definition = definition(app)?;
    let case = load(app, &[id.to_owned()]).await?.remove(0);
    let filter = Filter { rule: Some(case.rule.clone()), unit: Some(case.unit.clone()), ..Filter::default() };
    let line = list(app, &filter).await?.into_iter().find(|l| l.id == id);
    let line = line.ok_or_else(|| anyhow::anyhow!("疑点 {id} 读不了"))?;
    Ok(Shown {
        line,
        sampled: case.sampled(definition.sample_percent),
        can: allowed(definition, &case),
        steps: case.steps.iter().map(shown).collect(),
        entity_type: case.entity_type,
        entity: case.entity,
        due_step: case.due,
        whitelisted_until: case.facts.whitelisted_until,
        corrected_by: case.facts.corrected_by,
        tolerance: case.facts.tolerance,
    })
}

fn shown(s: &suixin_metrics::casework::Step) -> StepShown {
    StepShown {
        no: s.no,
        step: s.step.clone(),
        day: s.day,
        due: s.due,
        unit: s.unit.clone(),
        people: s.people.clone(),
        content: s.content.clone(),
        evidence: s.evidence.clone(),
        state: s.state.clone(),
    }
}

fn allowed(definition: &Casework, case: &Case) -> Vec<(String, String, Vec<String>)> {
    let fits = |a: &&Action| a.from.contains(&case.state) && a.levels.contains(&case.level);
    definition.actions.iter().filter(fits).map(|a| (a.id.clone(), a.title.clone(), a.roles.clone())).collect()
}

/// How precise a rule was in a quarter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulePrecision {
    /// Rule.
    pub rule: String,
    /// Quarter in which the cases were concluded, e.g. `2025Q1`.
    pub quarter: String,
    /// Cases concluded.
    pub concluded: i64,
    /// Of them false alarms.
    pub false_alarms: i64,
    /// Share of the others, percent.
    pub precision_pct: Option<Decimal>,
    /// Cases concluded in this quarter and the ones before that count with it.
    pub window_concluded: i64,
    /// Of them false alarms.
    pub window_false_alarms: i64,
    /// Whether the share of false alarms over these quarters is beyond the limit: the rule goes back to its owner.
    pub beyond_limit: bool,
}

/// The precision of every rule by quarter.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn precision(app: &App) -> Result<Vec<RulePrecision>> {
    let definition = definition(app)?;
    let limit = definition.false_share_limit.to_decimal().unwrap_or(Decimal::ONE);
    let back = i64::try_from(definition.false_share_quarters).unwrap_or(1).max(1);
    let sql =
        "SELECT rule_id, quarter, concluded, false_alarms, precision_pct FROM risk_precision ORDER BY rule_id, quarter";
    let rows = app.warehouse.snapshot().await?.query(sql).await?.rows;
    let count = |v: &Value| v.as_decimal().and_then(|d| i64::try_from(d).ok()).unwrap_or_default();
    let quarters: Vec<(String, String, i64, i64, Option<Decimal>)> = rows
        .iter()
        .map(|r| (r[0].to_string(), r[1].to_string(), count(&r[2]), count(&r[3]), r[4].as_decimal()))
        .collect();
    Ok(quarters
        .iter()
        .map(|(rule, quarter, concluded, false_alarms, precision_pct)| {
            let within = |q: &str| (0..back).contains(&(number(quarter) - number(q)));
            let window = quarters.iter().filter(|(r, q, ..)| r == rule && within(q));
            let (all, wrong) = window.fold((0, 0), |(a, w), q| (a + q.2, w + q.3));
            RulePrecision {
                rule: rule.clone(),
                quarter: quarter.clone(),
                concluded: *concluded,
                false_alarms: *false_alarms,
                precision_pct: *precision_pct,
                window_concluded: all,
                window_false_alarms: wrong,
                beyond_limit: Decimal::from(wrong) > limit * Decimal::from(all),
            }
        })
        .collect())
}

/// Quarters since the year 0 of `2025Q1`.
fn number(quarter: &str) -> i64 {
    let (year, q) = quarter.split_once('Q').unwrap_or(("0", "0"));
    year.parse::<i64>().unwrap_or_default() * 4 + q.parse::<i64>().unwrap_or_default()
}
