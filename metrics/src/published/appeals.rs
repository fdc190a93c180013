//! Appeals (复核申诉): lodged while a published result is open to them, answered in time, upheld or rejected, or withdrawn.
//!
//! Invariant: an appeal is one row of `eval_appeal` from the day it is lodged; what was decided, by whom and why is added
//! to its reason and never replaces it. Only an upheld appeal changes a published result.

mod row;

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;
use suixin_warehouse::{Replace, Snapshot, TableWrite, Warehouse};

use super::restate::restate;
use super::{Publication, Restatement, on_its_snapshot, publication, refused};
use crate::compute::{of_year, value_of};
use crate::definitions::mistake::hint;
use crate::definitions::{Definitions, Indicator};
use crate::error::MetricsError;
use crate::evaluation::{Measured, SchemeResult, SubjectScore};
use crate::number::Num;
use crate::tables::EVAL_APPEAL;
use crate::window::Window;

/// An appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Appeal {
    /// Id: scheme, year and number, e.g. `CTY-2025-001`.
    pub id: String,
    /// Scheme.
    pub scheme: String,
    /// Year.
    pub year: i32,
    /// Indicator.
    pub indicator: String,
    /// Key of the subject.
    pub subject: String,
    /// Unit of the subject.
    pub unit: String,
    /// Day on which it was lodged.
    pub submitted: NaiveDate,
    /// Why, and what was answered.
    pub reason: String,
    /// Last day for the answer.
    pub due: NaiveDate,
    /// Day of the answer or of the withdrawal.
    pub decided: Option<NaiveDate>,
    /// Whether it was upheld; none while it is open, and when it was withdrawn.
    pub accepted: Option<bool>,
    /// Points of the indicator when it was lodged, two places.
    pub before: Option<Num>,
    /// Points of the indicator after the answer.
    pub after: Option<Num>,
}

/// How far an appeal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waiting for its answer.
    Open,
    /// Waiting, and late.
    Overdue,
    /// Upheld.
    Upheld,
    /// Rejected.
    Rejected,
    /// Withdrawn.
    Withdrawn,
}

impl State {
    /// In Chinese.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "待答复",
            Self::Overdue => "逾期未答复",
            Self::Upheld => "采纳",
            Self::Rejected => "不予采纳",
            Self::Withdrawn => "已撤回",
        }
    }
}

/// What an appeal says.
#[derive(Debug, Clone)]
pub struct Claim<'a> {
    /// Scheme.
    pub scheme: &'a str,
    /// Year.
    pub year: i32,
    /// Subject, by key or name.
    pub subject: &'a str,
    /// Indicator.
    pub indicator: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Last day for the answer.
    pub due: NaiveDate,
}

/// What is right instead of the published value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Right {
    /// What the newest returns give.
    ByData,
    /// Numerator and denominator, for an indicator that is a ratio.
    Ratio(Num, Num),
    /// The value itself, for an indicator that has no denominator.
    Value(Num),
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Upheld, and what is right instead.
    Upheld(Right),
    /// Rejected.
    Rejected,
    /// Withdrawn by who lodged it.
    Withdrawn,
}

impl Appeal {
    /// How far it has come on a day.
    #[must_use]
    pub fn state(&self, today: NaiveDate) -> State {
        match (self.decided, self.accepted) {
            (_, Some(true)) => State::Upheld,
            (_, Some(false)) => State::Rejected,
            (Some(_), None) => State::Withdrawn,
            (None, None) if today > self.due => State::Overdue,
            (None, None) => State::Open,
        }
    }

    /// With its answer: upheld, rejected or withdrawn (none), the points after it, and the words.
    fn answered(self, (accepted, after): (Option<bool>, Option<Num>), words: &str, today: NaiveDate) -> Self {
        let mut answered = Self { accepted, after, decided: Some(today), ..self };
        answered.reason = format!("{}\n{}：{words}", answered.reason, answered.state(today).title());
        answered
    }
}

/// The appeals of a year, in the order of their ids.
///
/// # Errors
/// When the warehouse cannot be read.
pub async fn appeals(snapshot: &Snapshot, year: i32) -> Result<Vec<Appeal>, MetricsError> {
    let mut all = row::stored(snapshot).await?;
    all.retain(|a| a.year == year);
    Ok(all)
}

/// Lodges an appeal against an indicator of a published result.
///
/// # Errors
/// `NotFound` for a result, subject or indicator that does not exist; `Refused` outside the publicity period, without a
/// reason, or when the same is waiting for its answer already.
pub async fn open(
    warehouse: &Warehouse,
    defs: &Definitions,
    claim: &Claim<'_>,
    clock: NaiveDateTime,
) -> Result<Appeal, MetricsError> {
    let (newest, today) = (warehouse.snapshot().await?, clock.date());
    let p = publication(&newest, claim.scheme, claim.year).await?;
    in_time(&p, today)?;
    if claim.reason.trim().is_empty() {
        return Err(refused("申诉理由不能为空；请用 --reason 写明事实和依据".to_owned()));
    }
    let result = published_result(warehouse, defs, &p).await?;
    let score = subject_of(&result, claim.subject)?;
    let item = item_of(score, claim.indicator)?;
    let earlier = appeals(&newest, claim.year).await?;
    let same = |a: &&Appeal| a.subject == score.subject.key && a.indicator == item.0 && a.decided.is_none();
    if let Some(waiting) = earlier.iter().find(same) {
        return Err(refused(format!("同一指标的申诉 {} 还在办理，不能重复提出", waiting.id)));
    }
    let number = 1 + earlier.iter().filter(|a| a.scheme == p.scheme).count();
    let appeal = Appeal {
        id: format!("{}-{}-{number:03}", p.scheme, p.year),
        scheme: p.scheme.clone(),
        year: p.year,
        indicator: item.0,
        subject: score.subject.key.clone(),
        unit: score.subject.unit.clone(),
        submitted: today,
        reason: claim.reason.trim().to_owned(),
        due: claim.due,
        decided: None,
        accepted: None,
        before: Some(item.1),
        after: None,
    };
    store(warehouse, &appeal, "提出申诉", clock).await?;
    Ok(appeal)
}

/// Decides an appeal; an upheld one restates the published result. `words` is the answer, with who gave it.
///
/// # Errors
/// `NotFound` for an appeal that does not exist; `Refused` when it is decided already, when the value does not fit the
/// indicator, or when the result cannot be restated.
pub async fn decide(
    warehouse: &Warehouse,
    defs: &Definitions,
    id: &str,
    (decision, words): (&Decision, &str),
    clock: NaiveDateTime,
) -> Result<(Appeal, Option<Restatement>), MetricsError> {
    let appeal = open_appeal(&warehouse.snapshot().await?, id).await?;
    let Decision::Upheld(right) = decision else {
        let accepted = (*decision == Decision::Rejected).then_some(false);
        let after = accepted.and_then(|_| appeal.before.clone());
        let answered = appeal.answered((accepted, after), words, clock.date());
        store(warehouse, &answered, answered.state(clock.date()).title(), clock).await?;
        return Ok((answered, None));
    };
    let p = publication(&warehouse.snapshot().await?, &appeal.scheme, appeal.year).await?;
    let measured = measured(warehouse, defs, &appeal, &p, right).await?;
    let restated = restate(warehouse, defs, &p, (&appeal.id, &appeal.indicator, &appeal.subject), measured).await?;
    let answered = appeal.answered((Some(true), restated.change.after.parse().ok()), words, clock.date());
    let reason = format!("更正评价结果（采纳申诉 {}）", answered.id);
    restated.save(warehouse, write_of(&answered), &reason, clock).await?;
    Ok((answered, Some(restated.change)))
}

/// The appeal, if it is waiting for its answer.
///
/// # Errors
/// `NotFound` when it does not exist, `Refused` when it was decided already.
pub async fn open_appeal(snapshot: &Snapshot, id: &str) -> Result<Appeal, MetricsError> {
    let all = row::stored(snapshot).await?;
    let found = all.iter().find(|a| a.id.eq_ignore_ascii_case(id)).cloned();
    let appeal = found.ok_or_else(|| MetricsError::NotFound {
        what: "申诉",
        given: id.to_owned(),
        hint: hint(id, all.iter().map(|a| a.id.as_str())),
    })?;
    match appeal.decided {
        None => Ok(appeal),
        Some(day) => {
            Err(refused(format!("申诉 {} 已于{day}办结（{}），不能再次办理", appeal.id, appeal.state(day).title())))
        }
    }
}

fn in_time(p: &Publication, today: NaiveDate) -> Result<(), MetricsError> {
    let (on, until) = (p.notice.on, p.notice.until);
    if (on..=until).contains(&today) {
        return Ok(());
    }
    let what = format!("{}年 {} 的公示期为{on}至{until}", p.year, p.scheme);
    Err(refused(format!("{what}，{today}不在公示期内，不能提出申诉；确有错误的，由市局撤销发布后更正")))
}

async fn store(warehouse: &Warehouse, appeal: &Appeal, what: &str, clock: NaiveDateTime) -> Result<(), MetricsError> {
    warehouse.commit(vec![write_of(appeal)], &format!("{what} {}", appeal.id), clock).await?;
    Ok(())
}

fn write_of(appeal: &Appeal) -> TableWrite {
    TableWrite { table: EVAL_APPEAL.name.to_owned(), replace: Replace::Key, rows: vec![row::row_of(appeal)] }
}

/// The published result as it stands.
async fn published_result(
    warehouse: &Warehouse,
    defs: &Definitions,
    p: &Publication,
) -> Result<SchemeResult, MetricsError> {
    let alteration = super::corrections(&warehouse.snapshot().await?, &p.scheme, p.year).await?;
    let evaluation = on_its_snapshot(warehouse, defs, p, (&alteration, false)).await?;
    let missing = || MetricsError::NotInForce { scheme: p.scheme.clone(), year: p.year };
    evaluation.schemes.into_iter().next().ok_or_else(missing)
}

fn subject_of<'a>(result: &'a SchemeResult, given: &str) -> Result<&'a SubjectScore, MetricsError> {
    let subjects: Vec<_> = result.scores.iter().map(|s| s.subject.clone()).collect();
    let found = crate::explain::pick(&result.definition, &subjects, given)?;
    found.and_then(|f| result.score(&f.key)).ok_or_else(|| {
        let names = subjects.iter().flat_map(|s| [s.key.as_str(), s.name.as_str()]);
        MetricsError::NotFound { what: "评价对象", given: given.to_owned(), hint: hint(given, names) }
    })
}

/// Id and points of an indicator.
fn item_of(score: &SubjectScore, given: &str) -> Result<(String, Num), MetricsError> {
    let found = score.items.iter().find(|i| i.indicator.eq_ignore_ascii_case(given));
    found.map(|i| (i.indicator.clone(), i.points.clone())).ok_or_else(|| MetricsError::NotFound {
        what: "指标",
        given: given.to_owned(),
        hint: hint(given, score.items.iter().map(|i| i.indicator.as_str())),
    })
}

/// What counts for the subject from now on.
async fn measured(
    warehouse: &Warehouse,
    defs: &Definitions,
    appeal: &Appeal,
    p: &Publication,
    right: &Right,
) -> Result<Measured, MetricsError> {
    let window = Window::year(p.year, p.as_of);
    let own = defs.indicators_on(&p.scheme, window.period.last());
    let Some(i) = own.into_iter().find(|i| i.id() == appeal.indicator) else {
        return Err(MetricsError::NotFound { what: "指标", given: appeal.indicator.clone(), hint: String::new() });
    };
    match (right, i.denominator.is_some()) {
        (Right::ByData, _) => of_year(&warehouse.snapshot().await?, i, &window, &appeal.subject).await,
        (Right::Ratio(n, d), true) => Ok(value_of(true, i.na_policy, Some(n.clone()), Some(d.clone()))),
        (Right::Value(v), false) => Ok(value_of(false, i.na_policy, Some(v.clone()), None)),
        (Right::Ratio(..), false) => Err(wrong_form(i, "没有分母，请用 --value 写明更正后的数值")),
        (Right::Value(_), true) => {
            Err(wrong_form(i, "是比值，请用 --numerator 和 --denominator 写明更正后的分子和分母"))
        }
    }
}

fn wrong_form(i: &Indicator, how: &str) -> MetricsError {
    refused(format!("{} {}{how}", i.id(), i.name))
}
