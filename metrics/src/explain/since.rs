//! What changed a score since another year: the data, what is measured (definition), and how it is scored (rule).
//!
//! Four results are compared: the other year's; this year's data with the other year's definitions; with this year's
//! measuring and the other year's rules; and this year's. Each effect is the difference of two neighbours, so that the
//! three add up to the whole exactly. An indicator that is new or gone counts as a change of definition.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;
use suixin_warehouse::Warehouse;

use super::resolve::resolve;
use crate::compute::Alteration;
use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::evaluation::{Evaluation, SchemeResult, SubjectScore};
use crate::number::Num;
use crate::published::basis::Basis;
use crate::window::{Window, usual_as_of};

/// The change of a subject's score in a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScoreChange {
    /// Scheme.
    pub scheme: String,
    /// Its title.
    pub title: String,
    /// Key of the subject.
    pub subject: String,
    /// Its name.
    pub name: String,
    /// The other year.
    pub since: i32,
    /// This year.
    pub year: i32,
    /// The total; none where the subject was not evaluated in the other year.
    pub total: Option<Parts>,
    /// Indicators whose points changed.
    pub items: Vec<ItemChange>,
}

/// The change of an indicator's points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemChange {
    /// Indicator.
    pub indicator: String,
    /// Its name.
    pub name: String,
    /// Its points.
    pub points: Parts,
}

/// Points then and now, and what made the difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parts {
    /// Points in the other year.
    pub before: Num,
    /// Points in this year.
    pub after: Num,
    /// Difference by the data.
    pub data: Num,
    /// Difference by what is measured.
    pub definition: Num,
    /// Difference by weights, rules and caps.
    pub rule: Num,
}

impl Parts {
    fn of([before, data, measured, after]: [Num; 4]) -> Self {
        let (by_data, by_definition, by_rule) = (&data - &before, &measured - &data, &after - &measured);
        Self { before, after, data: by_data, definition: by_definition, rule: by_rule }
    }

    fn moved(&self) -> bool {
        [&self.data, &self.definition, &self.rule].iter().any(|n| !n.is_zero())
    }
}

/// What changed the scores of a subject (its key or name), or one of its indicators, since another year.
///
/// # Errors
/// `NotFound` for a subject or indicator that does not exist; `Refused` when both years are the same; `NotInForce` when no
/// scheme was in the other year; else as `compute`.
pub async fn changes_since(
    warehouse: &Warehouse,
    defs: &Definitions,
    (subject, indicator): (&str, Option<&str>),
    (since, year): (i32, i32),
    as_of: NaiveDate,
) -> Result<Vec<ScoreChange>, MetricsError> {
    if since == year {
        return Err(MetricsError::NotNow(format!("--since {since} 与评价年度相同；请写另一个年度")));
    }
    let newest = warehouse.snapshot().await?;
    let found = resolve(&newest, defs, (Window::year(year, as_of), None), subject, indicator).await?;
    let mut changes = Vec::new();
    for f in found.iter().rev() {
        let then = Basis::saved(warehouse, &f.scheme, since, usual_as_of(since)).await?;
        let now = Basis::current(warehouse, &f.scheme, year, as_of).await?;
        let four = Four::compute(defs, &f.scheme, &then, &now).await?;
        changes.extend(four.change(&f.key, indicator, (since, year)));
    }
    Ok(changes)
}

/// The four results, from the other year's to this year's.
struct Four([Evaluation; 4]);

impl Four {
    async fn compute(defs: &Definitions, scheme: &str, then: &Basis, now: &Basis) -> Result<Self, MetricsError> {
        let plain = Alteration::default();
        let (old, new) = (then.window.period.last(), now.window.period.last());
        let (first, last) = (then.compute(defs, scheme, &plain).await?, now.compute(defs, scheme, &plain).await?);
        if defs.same_on(old, new) {
            return Ok(Self([first, last.clone(), last.clone(), last]));
        }
        let data = now.compute(&defs.dated(old), scheme, &plain).await?;
        let measured = now.compute(&defs.measured_as(new, old), scheme, &plain).await?;
        Ok(Self([first, data, measured, last]))
    }

    fn results(&self) -> [Option<&SchemeResult>; 4] {
        self.0.each_ref().map(|e| e.schemes.first())
    }

    fn change(&self, key: &str, only: Option<&str>, (since, year): (i32, i32)) -> Option<ScoreChange> {
        let result = self.results()[3]?;
        let now = result.score(key)?;
        let scores = self.results().map(|r| r.and_then(|r| r.score(key)));
        let evaluated = scores.iter().all(Option::is_some);
        let total = |s: Option<&SubjectScore>| s.map(|s| s.total.clone()).unwrap_or_default();
        Some(ScoreChange {
            scheme: result.scheme.clone(),
            title: result.definition.title.clone(),
            subject: key.to_owned(),
            name: now.subject.name.clone(),
            since,
            year,
            total: evaluated.then(|| Parts::of(scores.map(total))),
            items: if evaluated { self.items(&scores, only) } else { Vec::new() },
        })
    }

    fn items(&self, scores: &[Option<&SubjectScore>; 4], only: Option<&str>) -> Vec<ItemChange> {
        let names: BTreeMap<&str, &str> = self.results().into_iter().flatten().flat_map(names).collect();
        let ids = scores.iter().flatten().flat_map(|s| s.items.iter().map(|i| i.indicator.as_str()));
        let asked = |id: &&str| only.is_none_or(|o| o.eq_ignore_ascii_case(id));
        let ids: BTreeSet<&str> = ids.filter(asked).collect();
        let points = |s: Option<&SubjectScore>, id: &str| {
            let item = s.and_then(|s| s.items.iter().find(|i| i.indicator == id));
            item.map(|i| i.points.clone()).unwrap_or_default()
        };
        let item = |id: &str| ItemChange {
            indicator: id.to_owned(),
            name: names.get(id).map_or_else(String::new, |n| (*n).to_owned()),
            points: Parts::of(scores.map(|s| points(s, id))),
        };
        ids.into_iter().map(item).filter(|i| i.points.moved() || only.is_some()).collect()
    }
}

fn names(r: &SchemeResult) -> impl Iterator<Item = (&str, &str)> {
    r.indicators.iter().map(|i| (i.id(), i.name.as_str()))
}

impl fmt::Display for ScoreChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} 与{}年相比：", self.title, self.name, self.since)?;
        match &self.total {
            Some(total) => writeln!(f, "总分{total}")?,
            None => writeln!(f, "{}年没有参评，不作比较", self.since)?,
        }
        self.items.iter().try_for_each(|i| writeln!(f, "  {} {}：{}", i.indicator, i.name, i.points))
    }
}

impl fmt::Display for Parts {
    /// `90.00分 → 92.50分，+2.50分（数据+1.50，口径+0.00，规则+1.00）`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, after, data, definition, rule } = self;
        write!(f, "{before:.2}分 → {after:.2}分，{}分", signed(&(after - before)))?;
        write!(f, "（数据{}，口径{}，规则{}）", signed(data), signed(definition), signed(rule))
    }
}

/// With its sign.
fn signed(n: &Num) -> String {
    if *n < Num::zero() { format!("−{:.2}", -n) } else { format!("+{n:.2}") }
}
