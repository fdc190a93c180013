//! Recommendation lists of awards (推荐名单): an order for people to decide on, never a decision.
//!
//! Who does not meet a condition is named with the reason and not listed; a hint of priority is shown and changes no
//! order; ties across the last place are left to people.

mod nominations;
mod place;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use suixin_warehouse::Snapshot;

pub use place::Verdict;

use crate::compute::{Answers, Totals, Wanted};
use crate::definitions::{Awards, Category, Definitions, Indicator, Kind, NaPolicy};
use crate::error::MetricsError;
use crate::evaluation::{Evaluation, ItemScore, Measured, Outcome, SchemeResult, SubjectScore};
use crate::number::Num;
use crate::rules::{Given, Rule};
use crate::window::Window;
use nominations::{Edition, Nomination};

/// The scheme that awards are scored by.
const SCHEME: &str = "AWD";

/// The lists of a year's edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recommendation {
    /// Year, which is the edition.
    pub year: i32,
    /// What the lists are called.
    pub list_name: String,
    /// What must be said with them.
    pub note: String,
    /// Limits of the whole edition: what they are and whether they are kept.
    pub limits: Vec<String>,
    /// One list a category.
    pub lists: Vec<CategoryList>,
}

/// The list of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategoryList {
    /// Code of the category.
    pub category: String,
    /// Its name.
    pub name: String,
    /// The award.
    pub award: String,
    /// Places; none where the edition does not say.
    pub quota: Option<usize>,
    /// Reserve places.
    pub reserve: usize,
    /// Working days for which the list must be public at each level.
    pub public_days: usize,
    /// When the secretariat is given a hint of priority.
    pub priority_text: String,
    /// Nominees by rank; those that are out come last.
    pub entries: Vec<Entry>,
}

/// A nominee on a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Nomination id.
    pub nomination: String,
    /// Who is nominated: the number of a village, project, organisation, donor, unit or worker.
    pub nominee: String,
    /// Unit.
    pub unit: String,
    /// Total, two places.
    pub total: String,
    /// Rank in the category, those that are out included.
    pub rank: usize,
    /// What the list says of it.
    pub verdict: Verdict,
    /// Why there is a hint of priority.
    pub priority: Option<String>,
    /// Conditions that are not met, vetoes.
    pub reasons: Vec<String>,
    /// What people should look at before they decide.
    pub remarks: Vec<String>,
    /// What each condition and indicator said, in the order of the definitions.
    pub evidence: Vec<Evidence>,
}

/// What one condition or indicator said of a nominee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Indicator id.
    pub indicator: String,
    /// Its name.
    pub name: String,
    /// Whether it is a condition, or gives points.
    pub condition: bool,
    /// Whether it is met; of one that gives points: that it is no veto.
    pub met: bool,
    /// Points, two places; empty for conditions.
    pub points: String,
    /// Points that could be had, two places; empty for conditions.
    pub max: String,
    /// The arithmetic in words.
    pub arithmetic: String,
}

/// Makes the lists from an evaluation of a snapshot.
///
/// # Errors
/// `NotInForce` when there are no award rules or no award scheme for the year; `Statement` or `Result` for a priority hint
/// whose statement failed.
pub async fn recommend(
    snapshot: &Snapshot,
    defs: &Definitions,
    evaluation: &Evaluation,
) -> Result<Recommendation, MetricsError> {
    let stamp = &evaluation.stamp;
    let window = Window::year(stamp.year, stamp.as_of);
    let missing = || MetricsError::NotInForce { scheme: SCHEME.to_owned(), year: stamp.year };
    let awards = defs.awards_on(window.period.last()).ok_or_else(missing)?;
    let result = evaluation.scheme(SCHEME).ok_or_else(missing)?;
    let seen = scored(snapshot, defs, evaluation).await?;
    let facts = Facts {
        awards,
        result,
        as_of: stamp.as_of,
        hints: priority_hints(&seen, awards, &window).await?,
        editions: nominations::editions(snapshot, stamp.year).await?,
        nominations: nominations::nominations(snapshot, stamp.year).await?,
    };
    Ok(Recommendation {
        year: stamp.year,
        list_name: awards.list_name.clone(),
        note: awards.note.clone(),
        limits: limits(result, stamp.year),
        lists: awards.categories.iter().map(|c| facts.list(c)).collect(),
    })
}

/// What the lists are made from.
struct Facts<'a> {
    awards: &'a Awards,
    result: &'a SchemeResult,
    as_of: NaiveDate,
    hints: BTreeMap<String, String>,
    editions: BTreeMap<String, Edition>,
    nominations: BTreeMap<String, Nomination>,
}

impl Facts<'_> {
    fn list(&self, c: &Category) -> CategoryList {
        let edition = self.editions.get(&c.award);
        let quota = edition.and_then(|e| e.quota(&c.code));
        let reserve = place::reserve_places(quota.unwrap_or(0), &self.awards.reserve_share);
        let own = self.result.scores.iter().filter(|s| s.subject.group == c.code);
        let mut entries: Vec<Entry> = own.filter_map(|s| self.entry(s)).collect();
        place::place(&mut entries, quota, reserve);
        CategoryList {
            category: c.code.clone(),
            name: c.name.clone(),
            award: c.award.clone(),
            quota,
            reserve,
            public_days: edition.and_then(|e| e.public_days).unwrap_or(self.awards.public_days),
            priority_text: c.priority_text.clone(),
            entries,
        }
    }

    fn entry(&self, s: &SubjectScore) -> Option<Entry> {
        let n = self.nominations.get(&s.subject.key)?;
        let reasons = self.reasons(s, n);
        Some(Entry {
            nomination: s.subject.key.clone(),
            nominee: n.nominee.clone(),
            unit: n.unit.clone(),
            total: format!("{:.2}", s.total),
            rank: s.rank,
            verdict: if reasons.is_empty() { Verdict::NotListed } else { Verdict::Excluded },
            priority: self.hints.get(&s.subject.key).cloned(),
            reasons,
            remarks: n.remarks(self.as_of),
            evidence: s.items.iter().map(|i| self.evidence(i)).collect(),
        })
    }

    fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.result.indicators.iter().find(|d| d.id() == id)
    }

    fn evidence(&self, item: &ItemScore) -> Evidence {
        let of = self.indicator(&item.indicator);
        let condition = of.is_some_and(|i| matches!(i.kind, Kind::Eligibility | Kind::Veto));
        let points = |n: &Num| if condition { String::new() } else { format!("{n:.2}") };
        Evidence {
            indicator: item.indicator.clone(),
            name: of.map_or_else(String::new, |i| i.name.clone()),
            condition,
            met: !is_against(item),
            points: points(&item.points),
            max: points(&item.max),
            arithmetic: item.arithmetic.clone(),
        }
    }

    /// Why a nominee is out; empty: it is not.
    fn reasons(&self, s: &SubjectScore, n: &Nomination) -> Vec<String> {
        let name = |id: &str| self.indicator(id).map_or("", |i| &i.name);
        let against = s.items.iter().filter(|i| is_against(i));
        let mut reasons: Vec<String> =
            against.map(|i| format!("{} {}（{}）", i.indicator, name(&i.indicator), i.arithmetic)).collect();
        if self.awards.closed_status.contains(&n.status) {
            reasons.push(format!("申报状态为{}", n.status));
        }
        reasons
    }
}

fn is_against(item: &ItemScore) -> bool {
    matches!(item.outcome, Outcome::Failed | Outcome::Veto)
}

/// The snapshot with the totals of the evaluation.
async fn scored(snapshot: &Snapshot, defs: &Definitions, evaluation: &Evaluation) -> Result<Snapshot, MetricsError> {
    let stamp = &evaluation.stamp;
    let mut totals = Totals::stored(snapshot, stamp.year, defs).await?;
    evaluation.schemes.iter().for_each(|r| totals.add(r, stamp));
    totals.lay_over(snapshot)
}

/// Nomination → why there is a hint; several reasons in one phrase.
async fn priority_hints(
    snapshot: &Snapshot,
    awards: &Awards,
    window: &Window,
) -> Result<BTreeMap<String, String>, MetricsError> {
    let asked = awards.categories.iter().filter_map(|c| {
        let sql = window.fill(c.priority.as_ref()?.text());
        Some(Wanted { id: format!("奖项类别{}优先提示", c.code), sql })
    });
    let asked: Vec<Wanted> = asked.collect();
    let mut answers = Answers::default();
    answers.run(snapshot, asked.clone(), "优先提示", &|_: &str, _: u64, _: u64| {}).await?;
    let mut hints: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for w in &asked {
        for (nomination, why) in answers.pairs(w)? {
            hints.entry(nomination).or_default().insert(why);
        }
    }
    Ok(hints.into_iter().map(|(n, why)| (n, why.into_iter().collect::<Vec<_>>().join("；"))).collect())
}

/// Limits of the whole edition, in words.
fn limits(result: &SchemeResult, year: i32) -> Vec<String> {
    let values = result.year_values(year);
    let edition = year.to_string();
    let limits = result.indicators.iter().filter(|i| i.by_edition && i.kind == Kind::Eligibility);
    limits
        .filter_map(|i| {
            let measured = values.get(i.id()).and_then(|v| v.get(edition.as_str()))?;
            limit(i, measured)
        })
        .collect()
}

fn limit(i: &Indicator, measured: &Measured) -> Option<String> {
    let Rule::R12(condition) = &i.rule else { return None };
    let wanted = condition.text(&i.unit);
    let Some(value) = &measured.value else {
        let word = if i.na_policy == NaPolicy::Full { "没有申报，不受限" } else { "没有数据，不符合" };
        return Some(format!("{} {}：{word}", i.id(), i.name));
    };
    let given = Given { value, weight: &i.weight, unit: &i.unit, direction: i.direction, rank: None };
    let word = if condition.passes(&given.measured()) { "符合" } else { "不符合，请评审调整" };
    Some(format!("{} {}：{}，要求{wanted}，{word}", i.id(), i.name, given.shown()))
}
