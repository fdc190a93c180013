//! Decides whether a step may be taken and what it leads to. Pure.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use suixin_ingest::calendar::WorkCalendar;
use suixin_ingest::normalise::mask_personal;

use super::CITY;
use super::case::{Case, Due, Step};
use super::needs;
use crate::definitions::{Action, Casework};
use crate::error::MetricsError;

/// What somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// Identifier of the step, e.g. `push`.
    pub action: String,
    /// Role in which it is done (code set `role`).
    pub role: String,
    /// Tokens of the people who do it.
    pub people: Vec<String>,
    /// Why.
    pub reason: String,
    /// Reference to the evidence.
    pub evidence: Option<String>,
    /// Money recovered, 元.
    pub recovered: Option<Decimal>,
    /// A fix of the system or its parameters, where it is on record.
    pub fix: Option<String>,
    /// Why it may be pushed although returns that the rule reads are missing.
    pub despite_missing: Option<String>,
}

/// The step that the request leads to on `today`.
///
/// # Errors
/// `NotFound` for an unknown step; `Refused` with everything that stands against it.
pub fn plan(
    casework: &Casework,
    calendar: &WorkCalendar,
    case: &Case,
    request: &Request,
    today: NaiveDate,
) -> Result<Step, MetricsError> {
    let Some(action) = casework.action(&request.action) else {
        let known: Vec<String> = casework.actions.iter().map(|a| format!("{} {}", a.id, a.title)).collect();
        let hint = format!("；可用的有 {}", known.join("、"));
        return Err(MetricsError::NotFound { what: "步骤", given: request.action.clone(), hint });
    };
    let mut against = basics(casework, action, case, request);
    against.extend(action.needs.iter().filter_map(|n| needs::missing(*n, casework, case, request, today)));
    if let Some(last) = case.steps.last().filter(|s| s.day > today) {
        against.push(format!("上一环节办于 {}，本环节的日期 {today} 不能早于它", last.day));
    }
    if !against.is_empty() {
        return Err(MetricsError::Refused {
            what: format!("疑点 {} 不能“{}”", case.id, action.title),
            reasons: against,
        });
    }
    Ok(Step {
        no: u32::try_from(case.steps.len() + 1).unwrap_or(u32::MAX),
        step: action.step.clone(),
        people: request.people.clone(),
        unit: if city(&request.role) { CITY.to_owned() } else { case.unit.clone() },
        day: today,
        due: case.due.as_ref().filter(|d| d.step == action.step).map(|d| d.day),
        content: content(action, request),
        evidence: evidence(case, request),
        state: action.to.clone().unwrap_or_else(|| case.state.clone()),
        recovered: request.recovered,
        next: next(action, calendar, case, today),
    })
}

/// Whether a role sits in the city bureau.
fn city(role: &str) -> bool {
    !matches!(role, "county" | "township")
}

/// State, role, level, and who and what must always be said.
fn basics(casework: &Casework, action: &Action, case: &Case, request: &Request) -> Vec<String> {
    let mut against = Vec::new();
    if !action.from.contains(&case.state) {
        let name = |code: &str| casework.state(code).map_or_else(|| code.to_owned(), |s| format!("{code} {}", s.name));
        let from: Vec<String> = action.from.iter().map(|c| name(c)).collect();
        against.push(format!("现在的状态是“{}”，这一步只能在 {} 时办理", name(&case.state), from.join("、")));
    }
    if !action.roles.contains(&request.role) {
        against.push(format!("角色 {} 无权办理，应由 {} 办理", request.role, action.roles.join("、")));
    }
    if !action.levels.contains(&case.level) {
        against.push(format!("{} 级疑点没有这一步；L 级只作线索，不推送", case.level.code()));
    }
    if request.people.is_empty() {
        against.push("没有写明经办人；用 --by 写明".to_owned());
    }
    let said =
        [Some(&request.reason), request.evidence.as_ref(), request.fix.as_ref(), request.despite_missing.as_ref()];
    if said.into_iter().flatten().any(|text| mask_personal(text).is_some()) {
        against.push("文字里有证件号或银行卡号；请删去，改写疑点编号或对象代号".to_owned());
    }
    against
}

/// `推送说明：…`, with what else was said.
fn content(action: &Action, request: &Request) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(Some(request.reason.trim().to_owned()).filter(|r| !r.is_empty()));
    parts.extend(request.fix.as_ref().map(|f| format!("系统或参数已修正：{f}")));
    parts.extend(request.despite_missing.as_ref().map(|w| format!("基础报表漏报仍推送：{w}")));
    if parts.is_empty() { action.title.clone() } else { format!("{}：{}", action.title, parts.join("；")) }
}

/// The evidence named, and the corrected returns that made the suspicion go away.
fn evidence(case: &Case, request: &Request) -> Option<String> {
    let linked = case.facts.corrected_by.iter().map(|b| format!("更正批次{b}"));
    let all: Vec<String> = request.evidence.iter().cloned().chain(linked).collect();
    (!all.is_empty()).then(|| all.join("；"))
}

/// What is due after the step: what it says, or what was due before with new days, or nothing.
fn next(action: &Action, calendar: &WorkCalendar, case: &Case, today: NaiveDate) -> Option<Due> {
    let days = *action.next_workdays.get(&case.level)?;
    let step = action.next_step.clone().or_else(|| case.due.as_ref().map(|d| d.step.clone()))?;
    Some(Due { step, day: calendar.add_workdays(today, days) })
}
