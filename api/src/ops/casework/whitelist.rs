//! The whitelist: adding an entry, ending one, listing them.

use anyhow::Result;
use chrono::NaiveDate;
use suixin_metrics::casework::{self, Entry};
use suixin_warehouse::{Replace, TableWrite};

use super::{definition, load, person, record};
use crate::app::App;
use crate::commands::Usage;

/// A new entry; people by name.
#[derive(Debug, Clone, Default)]
pub struct AskEntry {
    /// Rule; taken from the case when that is given.
    pub rule: String,
    /// Entity as the rule names it; taken from the case when that is given.
    pub entity: String,
    /// A suspicion whose rule and entity it is about.
    pub case: Option<String>,
    /// First day; today when not said.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: NaiveDate,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub by: String,
    /// Who approves.
    pub approved_by: String,
    /// Role in which it is registered.
    pub role: String,
}

/// Registers an entry.
///
/// # Errors
/// With everything that stands against it; [`Usage`] for an unknown rule; otherwise when it cannot be written.
pub async fn add(app: &App, ask: &AskEntry) -> Result<Entry> {
    let definition = definition(app)?;
    may(&ask.role)?;
    let (rule, entity) = match &ask.case {
        Some(id) => {
            let cases = load(app, std::slice::from_ref(id)).await?;
            cases.into_iter().map(|c| (c.rule, c.entity)).next().unwrap_or_default()
        }
        None => (ask.rule.to_ascii_uppercase(), ask.entity.clone()),
    };
    if !app.definitions.rules.iter().any(|r| r.id() == rule) {
        return Err(Usage(format!("没有疑点规则“{rule}”；规则编号如 RSK-A01，用 suixin risks 查看")).into());
    }
    if entity.trim().is_empty() {
        return Err(Usage("没有写明对象；用 --entity 写疑点里的对象，或用 --case 写疑点编号".to_owned()).into());
    }
    let (asked, approved) = (person(app, &ask.by)?, person(app, &ask.approved_by)?);
    let from = ask.from.unwrap_or_else(|| app.clock.today());
    let entry = Entry { rule, entity, from, to: ask.to, reason: ask.reason.clone(), approved_by: approved };
    let known = casework::entries(&app.warehouse.snapshot().await?).await?;
    let entry = casework::plan_entry(definition, &known, entry, &asked)?;
    save(app, &ask.role, &entry, &format!("登记 申请{asked}")).await?;
    Ok(entry)
}

/// Ends an entry before its last day.
///
/// # Errors
/// When none is in force, or it cannot be written.
pub async fn end(app: &App, rule: &str, entity: &str, by: &str, role: &str, reason: &str) -> Result<Entry> {
    may(role)?;
    if reason.trim().is_empty() {
        return Err(Usage("没有写明终止的理由；用 --reason 写明".to_owned()).into());
    }
    let known = casework::entries(&app.warehouse.snapshot().await?).await?;
    let mut entry = casework::plan_end(&known, &rule.to_ascii_uppercase(), entity, app.clock.today())?;
    entry.reason = format!("{}；提前终止：{}", entry.reason, reason.trim());
    save(app, role, &entry, &format!("终止 经办{}", person(app, by)?)).await?;
    Ok(entry)
}

/// The entries; `in_force`: only those in force today.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn whitelist(app: &App, in_force: bool) -> Result<Vec<Entry>> {
    let all = casework::entries(&app.warehouse.snapshot().await?).await?;
    let today = app.clock.today();
    Ok(all.0.into_iter().filter(|e| !in_force || e.in_force(today)).collect())
}

fn may(role: &str) -> Result<()> {
    if role == "audit" {
        return Ok(());
    }
    Err(Usage(format!("角色 {role} 无权办理白名单，应由 audit 办理")).into())
}

async fn save(app: &App, role: &str, entry: &Entry, what: &str) -> Result<()> {
    let Entry { rule, entity, from, to, reason, approved_by } = entry;
    record(app, role, &format!("risk_whitelist {what} {rule} {entity} {from}至{to} {reason} 批准{approved_by}"))?;
    let write = TableWrite {
        table: "risk_whitelist".to_owned(),
        replace: Replace::Key,
        rows: vec![casework::entry_row(entry)],
    };
    app.warehouse.commit(vec![write], &format!("疑点白名单 {rule}"), app.clock.now()).await?;
    Ok(())
}
