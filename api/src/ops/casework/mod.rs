//! Handling suspicions: what is open, taking a step, the tolerance test, the whitelist, the precision of rules. A suspicion is
//! a clue until people conclude. Every decision is on the audit log before it counts.

mod read;
mod register;
mod tolerance;
mod whitelist;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use chrono::TimeDelta;
use rust_decimal::Decimal;
use suixin_ingest::calendar::WorkCalendar;
use suixin_ingest::contract::VaultKind;
use suixin_ingest::normalise::mask_personal;
use suixin_metrics::casework::{self, Case, Request, Step};
use suixin_metrics::definitions::Casework;
use suixin_warehouse::{AuditEntry, Replace, Snapshot, TableWrite};

pub use read::{Filter, Line, RulePrecision, Shown, StepShown, list, precision, show};
pub use tolerance::{AskTolerance, decide};
pub use whitelist::{AskEntry, add, end, whitelist};

use crate::app::App;
use crate::commands::Usage;
use register::{Claim, Register};

/// A claim that was never recorded is dropped after so many minutes.
const CLAIM_MINUTES: i64 = 5;

/// What somebody asks for; people by name.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Identifier of the step.
    pub action: String,
    /// Role (code set `role`).
    pub role: String,
    /// Names of the people who do it.
    pub by: Vec<String>,
    /// Why.
    pub reason: String,
    /// Reference to the evidence.
    pub evidence: Option<String>,
    /// Money recovered, 元.
    pub recovered: Option<Decimal>,
    /// A fix of system or parameters on record.
    pub fix: Option<String>,
    /// Why missing returns do not matter.
    pub despite_missing: Option<String>,
}

/// Takes the same step for some cases, for all or none; returns them as they stand then.
///
/// # Errors
/// What stands against a step, in full; [`Usage`] when somebody else is at it; otherwise when audit log, register or
/// warehouse cannot be written.
pub async fn step(app: &App, ids: &[String], ask: &Ask) -> Result<Vec<Case>> {
    finish_left_over(app).await?;
    let definition = definition(app)?;
    let calendar = WorkCalendar::new(&app.contracts);
    let request = request(app, ask)?;
    let cases = load(app, ids).await?;
    let mut claims = Vec::new();
    let mut after = Vec::new();
    for case in cases {
        let step = casework::plan(definition, &calendar, &case, &request, app.clock.today())?;
        claims.push(Claim { case: case.id.clone(), unit: case.unit.clone(), step: step.clone() });
        after.push(case.after(step));
    }
    let register = Register::of(&app.home);
    register.claim(&claims, app.clock.now())?;
    for claim in &claims {
        if let Err(e) = record(app, &ask.role, &words(ask, claim)) {
            register.forget(&claims)?;
            return Err(e);
        }
    }
    register.confirm(&claims)?;
    write(app, &claims).await.context("已经登记，还没有写入仓库；下次办理时会自动补写")?;
    register.forget(&claims)?;
    Ok(after)
}

/// The definition in force today.
fn definition(app: &App) -> Result<&Casework> {
    let none = || {
        Usage("没有生效的疑点办理规则；请核对 definitions/metrics/casework.toml 的生效期，缺少该文件的，从本版程序新建仓库的 definitions 中复制过来".to_owned())
    };
    Ok(app.definitions.casework_on(app.clock.today()).ok_or_else(none)?)
}

fn request(app: &App, ask: &Ask) -> Result<Request> {
    let known =
        app.contracts.code_sets.get("role").map(|set| set.codes.iter().map(|c| c.code.as_str()).collect::<Vec<_>>());
    if let Some(known) = known.filter(|k| !k.contains(&ask.role.as_str())) {
        return Err(Usage(format!("没有角色 {}；可用的有 {}", ask.role, known.join("、"))).into());
    }
    let people = ask.by.iter().map(|name| person(app, name)).collect::<Result<_>>()?;
    Ok(Request {
        action: ask.action.clone(),
        role: ask.role.clone(),
        people,
        reason: ask.reason.clone(),
        evidence: ask.evidence.clone(),
        recovered: ask.recovered,
        fix: ask.fix.clone(),
        despite_missing: ask.despite_missing.clone(),
    })
}

/// The token of somebody who decides; the name itself goes into the vault.
fn person(app: &App, name: &str) -> Result<String> {
    let name = name.trim();
    if name.is_empty() || mask_personal(name).is_some() {
        return Err(Usage("经办人应写姓名，不能为空，也不能写证件号".to_owned()).into());
    }
    Ok(app.warehouse.seal(VaultKind::Name, name)?)
}

/// The cases with everything that conditions ask for.
async fn load(app: &App, ids: &[String]) -> Result<Vec<Case>> {
    let snapshot = app.warehouse.snapshot().await?;
    let mut cases = casework::load(&snapshot, ids).await?;
    let listing = casework::entries(&snapshot).await?;
    let newer = newer_returns(app, &snapshot).await?;
    let missing = missing_returns(&snapshot).await?;
    for case in &mut cases {
        case.facts.newer_returns = newer;
        case.facts.whitelisted_until = listing.covers(case, app.clock.today());
        case.facts.missing_basis = missing_basis(app, case, &missing);
    }
    Ok(cases)
}

/// Whether returns came in after the snapshot on which the rules last ran.
async fn newer_returns(app: &App, snapshot: &Snapshot) -> Result<bool> {
    let sql = "SELECT MAX(split_part(run_id, '-', 2)) AS run FROM risk_hit";
    let run = snapshot.query(sql).await?.rows.first().and_then(|r| r[0].as_str().map(str::to_owned));
    let seq: u64 = run.and_then(|r| r.trim_start_matches('S').parse().ok()).unwrap_or_default();
    Ok(app.warehouse.snapshots()?.iter().any(|s| s.seq > seq && !s.batches.is_empty()))
}

/// Form, unit and period of the returns that are missing.
async fn missing_returns(snapshot: &Snapshot) -> Result<BTreeSet<(String, String, String)>> {
    let sql = "SELECT template_code, eval_unit_code, period FROM reporting_status WHERE state = 'missing'";
    let rows = snapshot.query(sql).await?.rows;
    Ok(rows.iter().map(|r| (r[0].to_string(), r[1].to_string(), r[2].to_string())).collect())
}

/// The missing returns of a case's unit that hold what its rule compares with: the first table is what it looks at, the
/// others are its basis.
fn missing_basis(app: &App, case: &Case, missing: &BTreeSet<(String, String, String)>) -> Vec<String> {
    let rule = app.definitions.rules.iter().filter(|r| r.id() == case.rule).next_back();
    let basis = rule.map(|r| r.tables.iter().skip(1)).into_iter().flatten();
    let forms: BTreeSet<&str> = basis.filter_map(|t| Some(app.contracts.form_of(t)?.0.code.as_str())).collect();
    let own = missing.iter().filter(|(form, unit, _)| *unit == case.unit && forms.contains(form.as_str()));
    own.map(|(form, _, period)| format!("{form} {period}")).collect()
}

/// What goes on the audit log.
fn words(ask: &Ask, claim: &Claim) -> String {
    let Step { people, state, content, .. } = &claim.step;
    format!("risk_case {} {} {} 经办{} 状态{state}", claim.case, ask.action, content, people.join("、"))
}

fn record(app: &App, role: &str, object: &str) -> Result<()> {
    let entry = AuditEntry {
        ts: app.clock.now(),
        account: "cli".to_owned(),
        role: role.to_owned(),
        action: "approve".to_owned(),
        object: object.to_owned(),
        rows: Some(1),
        purpose: Some("疑点核查处置".to_owned()),
    };
    app.warehouse.audit(&entry).context("审计日志写不了，没有办理")
}

/// Writes steps that a stopped program had recorded already.
async fn finish_left_over(app: &App) -> Result<()> {
    let register = Register::of(&app.home);
    let claims = register.left_over(app.clock.now() - TimeDelta::minutes(CLAIM_MINUTES))?;
    if claims.is_empty() {
        return Ok(());
    }
    write(app, &claims).await.context("以前登记的办理环节写不进仓库")?;
    register.forget(&claims)
}

/// Steps and states as one commit.
async fn write(app: &App, claims: &[Claim]) -> Result<()> {
    let rows = claims.iter().flat_map(|c| casework::handling_rows(&c.case, &c.unit, &c.step)).collect();
    let states: BTreeMap<String, String> = claims.iter().map(|c| (c.case.clone(), c.step.state.clone())).collect();
    let hits = casework::hit_rows(&app.warehouse.snapshot().await?, &states).await?;
    let writes = vec![
        TableWrite { table: "risk_handling".to_owned(), replace: Replace::Key, rows },
        TableWrite { table: "risk_hit".to_owned(), replace: Replace::Key, rows: hits },
    ];
    app.warehouse.commit(writes, &format!("疑点办理 {} 件", states.len()), app.clock.now()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::NaiveDate;
    use suixin_ingest::contract::Contracts;
    use suixin_ingest::value::Value;
    use suixin_warehouse::Warehouse;

    use super::*;
    use crate::clock::Clock;

    #[tokio::test]
    async fn a_step_that_was_recorded_is_written_by_the_next_call() {
        let home = tempfile::tempdir().unwrap();
        let contracts = Arc::new(Contracts::embedded().unwrap());
        Warehouse::init(home.path(), Arc::clone(&contracts)).await.unwrap();
        let app = App::open(home.path(), Clock::new(NaiveDate::from_ymd_opt(2026, 1, 15))).await.unwrap();
        let table = contracts.table("risk_hit").unwrap();
        let cells =
            [("hit_id", "YD1"), ("rule_id", "RSK-A02"), ("run_id", "R20260115-S000001-a"), ("status_code", "10")];
        let mut row = vec![Value::Null; table.columns.len()];
        for (name, text) in cells.into_iter().chain([("level", "H"), ("eval_unit_code", "510903")]) {
            row[table.index_of(name).unwrap()] = Value::from(text);
        }
        let write = TableWrite { table: "risk_hit".to_owned(), replace: Replace::Append, rows: vec![row] };
        app.warehouse.commit(vec![write], "疑点", app.clock.now()).await.unwrap();

        let push = Ask { action: "push".into(), role: "audit".into(), by: vec!["经办甲".into()], ..Ask::default() };
        let case = load(&app, &["YD1".to_owned()]).await.unwrap().remove(0);
        let request = request(&app, &push).unwrap();
        let step = casework::plan(
            definition(&app).unwrap(),
            &WorkCalendar::new(&contracts),
            &case,
            &request,
            app.clock.today(),
        );
        let claims = [Claim { case: case.id, unit: case.unit, step: step.unwrap() }];
        // The program stops after the audit record.
        let register = Register::of(&app.home);
        register.claim(&claims, app.clock.now()).unwrap();
        register.confirm(&claims).unwrap();
        assert_eq!(load(&app, &["YD1".to_owned()]).await.unwrap()[0].state, "10");

        let refused = step_of(&app, &push).await.unwrap_err().to_string();
        assert!(refused.contains("现在的状态是“20 已推送说明”"), "{refused}");
        assert_eq!(load(&app, &["YD1".to_owned()]).await.unwrap()[0].steps.len(), 1);
        assert_eq!(register.left_over(app.clock.now()).unwrap(), []);
    }

    async fn step_of(app: &App, ask: &Ask) -> Result<Vec<Case>> {
        super::step(app, &["YD1".to_owned()], ask).await
    }
}
