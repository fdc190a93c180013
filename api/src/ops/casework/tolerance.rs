//! The tolerance test of a case: it is judged in the city's review, and in full it closes the case.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use suixin_ingest::calendar::WorkCalendar;
use suixin_metrics::casework::{self, Finding, Tolerance};
use suixin_warehouse::{Replace, TableWrite};

use super::{Ask, definition, load, record};
use crate::app::App;
use crate::commands::Usage;

/// The state in which tolerance is judged: the city's review.
const REVIEWED: &str = "50";

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct AskTolerance {
    /// Findings by flag.
    pub findings: BTreeMap<String, Finding>,
    /// What rules tolerance out.
    pub bars: BTreeSet<String>,
    /// Points of the deduction at stake.
    pub deduction: Option<Decimal>,
    /// Day on which the unit asked for it; today when not said.
    pub applied: Option<NaiveDate>,
    /// Role of who decides.
    pub role: String,
    /// Names of who decides.
    pub by: Vec<String>,
}

/// Judges a case and keeps the decision; tolerated in full, the case is closed as such.
///
/// # Errors
/// As [`super::step`], and with everything that is missing in the findings.
pub async fn decide(app: &App, id: &str, ask: &AskTolerance) -> Result<Tolerance> {
    let definition = definition(app)?;
    let today = app.clock.today();
    let case = load(app, &[id.to_owned()]).await?.into_iter().next();
    let case = case.with_context(|| format!("没有疑点 {id}"))?;
    if case.state != REVIEWED {
        return Err(Usage(format!(
            "疑点 {id} 还没有到市级复核（或已办结），不能作容错认定；用 suixin case show {id} 查看"
        ))
        .into());
    }
    if ask.role != "audit" {
        return Err(Usage(format!("角色 {} 无权认定容错，应由 audit 办理", ask.role)).into());
    }
    let calendar = WorkCalendar::new(&app.contracts);
    let decided = casework::judge(definition, &calendar, &ask.findings, &ask.bars, ask.deduction, today)?;
    let closing = closing_step(ask, &decided);
    if let Some(step) = &closing {
        // Whoever may not close the case may not find it tolerable either.
        let mut told = case.clone();
        told.facts.tolerance = Some(decided.verdict.code().to_owned());
        casework::plan(definition, &calendar, &told, &super::request(app, step)?, today)?;
    }
    let people = ask.by.iter().map(|n| super::person(app, n)).collect::<Result<Vec<_>>>()?;
    if people.is_empty() {
        return Err(Usage("没有写明认定人；用 --by 写明".to_owned()).into());
    }
    let title = decided.verdict.title();
    record(
        app,
        &ask.role,
        &format!("tolerance_case RC-{id} {title} {} 认定{}", decided.grounds.join("；"), people.join("、")),
    )?;
    let row = casework::tolerance_row(&case, &decided, ask.applied.unwrap_or(today), today);
    let write = TableWrite { table: "tolerance_case".to_owned(), replace: Replace::Key, rows: vec![row] };
    app.warehouse.commit(vec![write], &format!("容错认定 {id}"), app.clock.now()).await?;
    if let Some(step) = closing {
        super::step(app, &[id.to_owned()], &step).await?;
    }
    Ok(decided)
}

fn closing_step(ask: &AskTolerance, decided: &Tolerance) -> Option<Ask> {
    (decided.verdict == casework::Verdict::Full).then(|| Ask {
        action: "tolerate".to_owned(),
        role: ask.role.clone(),
        by: ask.by.clone(),
        reason: decided.grounds.join("；"),
        ..Ask::default()
    })
}
