//! The whitelist: a rule does not apply to an entity for a while. An entry always ends, has a reason and an approver who is
//! not the one that asks. Deciding is pure.

use chrono::{Months, NaiveDate};
use serde::Serialize;
use suixin_ingest::normalise::mask_personal;
use suixin_ingest::value::Value;
use suixin_warehouse::Snapshot;

use super::case::Case;
use crate::definitions::Casework;
use crate::error::MetricsError;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Rule, e.g. `RSK-A01`.
    pub rule: String,
    /// The entity as the rule names it: a token or a number.
    pub entity: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Why.
    pub reason: String,
    /// Token of the approver.
    pub approved_by: String,
}

impl Entry {
    /// Whether it is in force on a day.
    #[must_use]
    pub fn in_force(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// All entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing(pub Vec<Entry>);

impl Listing {
    /// The last day on which a case is covered, when it is covered on `day`.
    #[must_use]
    pub fn covers(&self, case: &Case, day: NaiveDate) -> Option<NaiveDate> {
        let own = self.0.iter().filter(|e| e.rule == case.rule && e.entity == case.entity && e.in_force(day));
        own.map(|e| e.to).max()
    }
}

/// The entries that the warehouse holds.
///
/// # Errors
/// When it cannot be read.
pub async fn entries(snapshot: &Snapshot) -> Result<Listing, MetricsError> {
    let sql = "SELECT rule_id, entity_key, valid_from, valid_to, reason, approved_by FROM risk_whitelist \
               ORDER BY valid_to, rule_id, entity_key";
    let rows = snapshot.query(sql).await?.rows;
    let entry = |r: &Vec<Value>| {
        Some(Entry {
            rule: r[0].to_string(),
            entity: r[1].to_string(),
            from: r[2].as_date()?,
            to: r[3].as_date()?,
            reason: r[4].to_string(),
            approved_by: r[5].to_string(),
        })
    };
    Ok(Listing(rows.iter().filter_map(entry).collect()))
}

/// Checks a new entry that `asked_by` (a token) wants.
///
/// # Errors
/// `Refused` with everything that stands against it.
pub fn plan_entry(casework: &Casework, known: &Listing, entry: Entry, asked_by: &str) -> Result<Entry, MetricsError> {
    let months = u32::try_from(casework.whitelist_months).unwrap_or(u32::MAX);
    let latest = entry.from.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX);
    let mut against = Vec::new();
    if entry.to < entry.from {
        against.push(format!("截止日期 {} 早于起始日期 {}", entry.to, entry.from));
    }
    if entry.to > latest {
        against.push(format!("白名单最长 {months} 个月，截止日期最晚 {latest}；到期确需继续的重新批准"));
    }
    if entry.reason.trim().is_empty() {
        against.push("没有写明理由；用 --reason 写明".to_owned());
    }
    if mask_personal(&entry.reason).is_some() || mask_personal(&entry.entity).is_some() {
        against.push("文字里有证件号或银行卡号；对象写疑点里的代号，理由里删去号码".to_owned());
    }
    if entry.approved_by == asked_by {
        against.push("批准人不能是申请人；请由另一人批准".to_owned());
    }
    let overlaps =
        |e: &&Entry| e.rule == entry.rule && e.entity == entry.entity && e.from <= entry.to && entry.from <= e.to;
    if let Some(other) = known.0.iter().find(overlaps) {
        against.push(format!("已有 {} 至 {} 的白名单；到期后再登记，或先终止", other.from, other.to));
    }
    refuse_or("白名单不能登记", against, entry)
}

/// Ends an entry early: its last day becomes the day before `today`.
///
/// # Errors
/// `Refused` when none is in force.
pub fn plan_end(known: &Listing, rule: &str, entity: &str, today: NaiveDate) -> Result<Entry, MetricsError> {
    let Some(entry) = known.0.iter().find(|e| e.rule == rule && e.entity == entity && e.in_force(today)) else {
        let reasons = vec![format!("{rule} 对 {entity} 没有有效的白名单；用 suixin case whitelist list 查看")];
        return Err(MetricsError::Refused { what: "白名单不能终止".to_owned(), reasons });
    };
    Ok(Entry { to: today.pred_opt().unwrap_or(today), ..entry.clone() })
}

fn refuse_or<T>(what: &str, reasons: Vec<String>, value: T) -> Result<T, MetricsError> {
    if reasons.is_empty() { Ok(value) } else { Err(MetricsError::Refused { what: what.to_owned(), reasons }) }
}

/// The row of `risk_whitelist`.
#[must_use]
pub fn entry_row(entry: &Entry) -> Vec<Value> {
    vec![
        Value::Str(entry.rule.clone()),
        Value::Str(entry.entity.clone()),
        Value::Date(entry.from),
        Value::Date(entry.to),
        Value::Str(entry.reason.clone()),
        Value::Str(entry.approved_by.clone()),
    ]
}
