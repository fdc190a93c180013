//! The tolerance test (容错认定): five conditions, each with its ground, and what rules tolerance out. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use suixin_ingest::calendar::WorkCalendar;
use suixin_ingest::normalise::mask_personal;
use suixin_ingest::value::Value;

use super::case::Case;
use crate::definitions::Casework;
use crate::error::MetricsError;

/// What was found about one condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Whether it is met.
    pub met: bool,
    /// On what ground.
    pub ground: String,
}

/// The result (code set `tol_result`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 予以容错: no deduction.
    Full,
    /// 部分容错: part of the deduction.
    Partial,
    /// 不予容错.
    None,
}

impl Verdict {
    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "1",
            Self::Partial => "2",
            Self::None => "3",
        }
    }

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Full => "予以容错",
            Self::Partial => "部分容错",
            Self::None => "不予容错",
        }
    }
}

/// A decision about tolerance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tolerance {
    /// Flags that are met, such as `acde`.
    pub flags: String,
    /// The result.
    pub verdict: Verdict,
    /// Points of the deduction that are spared; `None` when nothing was at stake.
    pub spared: Option<Decimal>,
    /// Day by which the matter must be put right; only when tolerated in part.
    pub correct_by: Option<NaiveDate>,
    /// Why, one line a condition.
    pub grounds: Vec<String>,
}

/// Judges the findings about a case. `bars` are those that apply; `deduction` the points at stake, zero or more.
///
/// # Errors
/// `Refused` when a condition has no finding or no ground, a word is unknown, or findings contradict a bar.
pub fn judge(
    casework: &Casework,
    calendar: &WorkCalendar,
    findings: &BTreeMap<String, Finding>,
    bars: &BTreeSet<String>,
    deduction: Option<Decimal>,
    today: NaiveDate,
) -> Result<Tolerance, MetricsError> {
    let against = objections(casework, findings, bars, deduction);
    if !against.is_empty() {
        return Err(MetricsError::Refused { what: "容错认定不完整".to_owned(), reasons: against });
    }
    let met: BTreeSet<String> = findings.iter().filter(|(_, f)| f.met).map(|(flag, _)| flag.clone()).collect();
    let verdict = verdict(casework, &met, !bars.is_empty());
    let share = match verdict {
        Verdict::Full => Decimal::ONE,
        Verdict::Partial => casework.partial_share.to_decimal().unwrap_or_default(),
        Verdict::None => Decimal::ZERO,
    };
    let days = u32::try_from(casework.partial_correct_workdays).unwrap_or(u32::MAX);
    Ok(Tolerance {
        flags: met.iter().map(String::as_str).collect(),
        verdict,
        spared: deduction.map(|d| (d * share).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)),
        correct_by: (verdict == Verdict::Partial).then(|| calendar.add_workdays(today, days)),
        grounds: grounds(casework, findings, bars),
    })
}

fn verdict(casework: &Casework, met: &BTreeSet<String>, barred: bool) -> Verdict {
    if barred {
        Verdict::None
    } else if casework.full.is_subset(met) {
        Verdict::Full
    } else if casework.partial.is_subset(met) {
        Verdict::Partial
    } else {
        Verdict::None
    }
}

fn objections(
    casework: &Casework,
    findings: &BTreeMap<String, Finding>,
    bars: &BTreeSet<String>,
    deduction: Option<Decimal>,
) -> Vec<String> {
    let mut against = Vec::new();
    for c in &casework.conditions {
        match findings.get(&c.id) {
            None => against.push(format!("条件 {} {} 没有认定；用 --met 或 --unmet 写明依据", c.id, c.title)),
            Some(f) if f.ground.trim().is_empty() => against.push(format!("条件 {} {} 没有写明依据", c.id, c.title)),
            Some(f) if mask_personal(&f.ground).is_some() => {
                against.push(format!("条件 {} 的依据里有证件号或银行卡号；请删去", c.id));
            }
            Some(_) => {}
        }
    }
    let known = |id: &String| casework.conditions.iter().any(|c| c.id == *id);
    let flags: Vec<&str> = casework.conditions.iter().map(|c| c.id.as_str()).collect();
    against.extend(
        findings.keys().filter(|id| !known(id)).map(|id| format!("没有条件 {id}；可用的有 {}", flags.join("、"))),
    );
    let barred: Vec<String> = casework.bars.iter().map(|b| format!("{} {}", b.id, b.title)).collect();
    let unknown = bars.iter().filter(|id| !casework.bars.iter().any(|b| b.id == **id));
    against.extend(unknown.map(|id| format!("没有排除情形 {id}；可用的有 {}", barred.join("、"))));
    if bars.contains("gain") && findings.get("d").is_some_and(|f| f.met) {
        against.push("认定“谋取私利”与条件 d“未谋取私利”相矛盾；请核对".to_owned());
    }
    if deduction.is_some_and(|d| d.is_sign_negative()) {
        against.push("扣分值应写成不小于 0 的数".to_owned());
    }
    against
}

fn grounds(casework: &Casework, findings: &BTreeMap<String, Finding>, bars: &BTreeSet<String>) -> Vec<String> {
    let line = |c: &crate::definitions::casework::Criterion| {
        let f = findings.get(&c.id)?;
        Some(format!("{} {}：{}，{}", c.id, c.title, if f.met { "符合" } else { "不符合" }, f.ground.trim()))
    };
    let barred = casework.bars.iter().filter(|b| bars.contains(&b.id)).map(|b| format!("{}，不予容错", b.title));
    casework.conditions.iter().filter_map(line).chain(barred).collect()
}

/// The row of `tolerance_case`; a later decision about the same case replaces an earlier one.
#[must_use]
pub fn tolerance_row(case: &Case, decided: &Tolerance, applied: NaiveDate, today: NaiveDate) -> Vec<Value> {
    let date = |day: Option<NaiveDate>| day.map_or(Value::Null, Value::Date);
    vec![
        Value::Str(format!("RC-{}", case.id)),
        Value::Str(case.id.clone()),
        Value::Null,
        Value::Str(case.unit.clone()),
        Value::Date(applied),
        Value::Str(decided.flags.clone()),
        Value::Date(today),
        Value::from(decided.verdict.code()),
        decided.spared.map_or(Value::Null, Value::Dec),
        date(decided.correct_by),
        Value::Null,
        Value::Str(case.unit.clone()),
    ]
}
