//! Explains a score: every step from the rows counted to the points, and what one more point would need.

mod item;
mod needed;
mod resolve;
mod returns;
mod since;
mod text;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;
use suixin_warehouse::{Snapshot, Warehouse};

pub use item::ItemExplanation;
pub(crate) use resolve::pick;
pub use since::{ItemChange, Parts, ScoreChange, changes_since};

use crate::compute::{compute_altered, compute_until};
use crate::definitions::mistake::hint;
use crate::definitions::{Definitions, Indicator, Kind};
use crate::error::MetricsError;
use crate::evaluation::{Outcome, SchemeResult, SubjectScore};
use crate::number::Num;
use crate::published::{Publication, corrections};
use crate::restated::{Before, Saved};
use crate::save::total_text;
use crate::window::Window;
use item::explain_item;
use returns::Returns;

/// The explanation of a subject, in every scheme that evaluates it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Year.
    pub year: i32,
    /// Day as of which it is computed.
    pub as_of: NaiveDate,
    /// Snapshot that was read.
    pub snapshot: String,
    /// Hash of the definitions.
    pub definitions: String,
    /// One a scheme.
    pub scores: Vec<ScoreExplanation>,
}

/// What a score is explained with, beside itself.
struct Grounds {
    window: Window,
    returns: Returns,
    saved: Saved,
    published: Option<String>,
}

/// The explanation of a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScoreExplanation {
    /// Scheme id.
    pub scheme: String,
    /// Scheme title.
    pub title: String,
    /// Scheme version.
    pub version: String,
    /// Key of the subject.
    pub subject: String,
    /// Name of the subject.
    pub name: String,
    /// Group inside which it is ranked.
    pub group: String,
    /// Core points, two places.
    pub core: String,
    /// Bonus.
    pub bonus: String,
    /// Deduction, zero or less.
    pub deduct: String,
    /// Total.
    pub total: String,
    /// Whether the data changed after the saved score was computed, so that it differs from this one.
    pub unsaved: bool,
    /// What the total was before it was restated.
    pub before: Option<Before>,
    /// By whom and when it was published, and on which snapshot it rests; none while it is not published.
    pub published: Option<String>,
    /// The sum in words.
    pub arithmetic: String,
    /// Rank.
    pub rank: usize,
    /// How many are ranked with it.
    pub ranked_with: usize,
    /// Grade with its name; none where the scheme does not grade.
    pub grade: Option<String>,
    /// What a veto did to the grade, in words.
    pub veto: Option<String>,
    /// Whether every condition of eligibility is met.
    pub eligible: bool,
    /// First-level groups with their indicators.
    pub groups: Vec<GroupExplanation>,
}

/// A first-level group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupExplanation {
    /// Its name.
    pub level1: String,
    /// Points.
    pub points: String,
    /// Points it could have given; none for groups that have no core indicators.
    pub max: Option<String>,
    /// Its indicators.
    pub items: Vec<ItemExplanation>,
}

/// Explains the score of a subject (its key or name), or one of its indicators.
///
/// # Errors
/// `NotFound` for a subject or indicator that does not exist, with the nearest; else as `compute`.
pub async fn explain(
    snapshot: &Snapshot,
    defs: &Definitions,
    subject: &str,
    indicator: Option<&str>,
    year: i32,
    as_of: NaiveDate,
) -> Result<Explanation, MetricsError> {
    let window = Window::year(year, as_of);
    let found = resolve::resolve(snapshot, defs, (window, None), subject, indicator).await?;
    let schemes: BTreeSet<&str> = found.iter().map(|f| f.scheme.as_str()).collect();
    let evaluation = compute_until(snapshot, defs, year, as_of, &schemes).await?;
    let mut scores = Vec::new();
    // What is scored last rests on what is scored before it, and comes first here.
    for f in found.iter().rev() {
        let Some(result) = evaluation.scheme(&f.scheme) else { continue };
        let Some(score) = result.score(&f.key) else { continue };
        let grounds = Grounds {
            window,
            returns: Returns::of(snapshot, &score.subject.unit, &window).await?,
            saved: Saved::of(snapshot, Some(&score.subject.key)).await?,
            published: None,
        };
        scores.push(explain_score(result, score, indicator, &grounds)?);
    }
    let (snapshot, definitions) = (evaluation.stamp.snapshot, evaluation.stamp.definitions);
    Ok(Explanation { year, as_of, snapshot, definitions, scores })
}

/// Explains the published scores of a subject, each from the snapshot that it read and with what appeals set right. A
/// subject that no published scheme evaluates has none.
///
/// # Errors
/// As [`explain`], but a subject that is not found is no error.
pub async fn explain_published(
    warehouse: &Warehouse,
    defs: &Definitions,
    publications: &[Publication],
    subject: &str,
    indicator: Option<&str>,
) -> Result<Vec<ScoreExplanation>, MetricsError> {
    let newest = warehouse.snapshot().await?;
    let mut scores = Vec::new();
    for p in publications {
        let window = Window::year(p.year, p.as_of);
        let read = warehouse.snapshot_at(&p.snapshot.parse()?).await?;
        let found = resolve::resolve(&read, defs, (window, Some(&p.scheme)), subject, indicator).await;
        let found = match found {
            Err(MetricsError::NotFound { what: resolve::SUBJECT, .. }) => continue,
            found => found?,
        };
        let alteration = corrections(&newest, &p.scheme, p.year).await?;
        let evaluation = compute_altered(&read, defs, window, &p.scheme, (&alteration, false)).await?;
        for (f, result) in found.iter().filter_map(|f| Some((f, evaluation.scheme(&f.scheme)?))) {
            let Some(score) = result.score(&f.key) else { continue };
            let grounds = Grounds {
                window,
                returns: Returns::of(&read, &score.subject.unit, &window).await?,
                saved: Saved::of(&newest, Some(&score.subject.key)).await?,
                published: Some(p.to_string()),
            };
            scores.push(explain_score(result, score, indicator, &grounds)?);
        }
    }
    Ok(scores)
}

fn explain_score(
    result: &SchemeResult,
    s: &SubjectScore,
    only: Option<&str>,
    grounds: &Grounds,
) -> Result<ScoreExplanation, MetricsError> {
    let items = explain_items(result, s, grounds);
    let groups = only_those(grouped(items), s, only)?;
    let d = &result.definition;
    let total = format!("{:.2}", s.total);
    let year = grounds.window.period.year();
    Ok(ScoreExplanation {
        scheme: result.scheme.clone(),
        title: d.title.clone(),
        version: result.version.clone(),
        subject: s.subject.key.clone(),
        name: s.subject.name.clone(),
        group: s.subject.group.clone(),
        core: format!("{:.2}", s.core),
        bonus: format!("{:.2}", s.bonus),
        deduct: format!("{:.2}", s.deduct),
        unsaved: grounds.saved.differs(&result.scheme, s, year),
        before: grounds.saved.before(&result.scheme, &s.subject.key, year, "TOTAL", &total),
        total,
        published: grounds.published.clone(),
        arithmetic: total_text(s),
        rank: s.rank,
        ranked_with: result.scores.iter().filter(|o| o.subject.group == s.subject.group).count(),
        grade: s.grade.as_ref().map(|g| format!("{g}（{}）", d.grade_name(g))),
        veto: veto_text(result, s),
        eligible: s.eligible,
        groups,
    })
}

fn explain_items(result: &SchemeResult, s: &SubjectScore, grounds: &Grounds) -> Vec<(String, Kind, ItemExplanation)> {
    let year = grounds.window.period.year();
    let values = result.year_values(year);
    let definition = |id: &str| result.indicators.iter().find(|i| i.id() == id);
    s.items
        .iter()
        .filter_map(|item| {
            let i = definition(&item.indicator)?;
            let measured = values.get(i.id()).and_then(|v| v.get(s.subject.key.as_str())).copied();
            let mut explained = explain_item(i, item, measured, &grounds.window, &grounds.returns);
            explained.before = grounds.saved.before(&result.scheme, &s.subject.key, year, i.id(), &explained.points);
            Some((i.level1.clone(), i.kind, explained))
        })
        .collect()
}

/// Only the indicator asked for, in its group; the group keeps the points of all its indicators.
fn only_those(
    mut groups: Vec<GroupExplanation>,
    s: &SubjectScore,
    only: Option<&str>,
) -> Result<Vec<GroupExplanation>, MetricsError> {
    let Some(id) = only else { return Ok(groups) };
    groups.iter_mut().for_each(|g| g.items.retain(|i| i.indicator.eq_ignore_ascii_case(id)));
    groups.retain(|g| !g.items.is_empty());
    if groups.is_empty() {
        let hint = hint(id, s.items.iter().map(|i| i.indicator.as_str()));
        return Err(MetricsError::NotFound { what: "指标", given: id.to_owned(), hint });
    }
    Ok(groups)
}

/// Indicators by first-level group, in the order in which the groups first appear.
fn grouped(items: Vec<(String, Kind, ItemExplanation)>) -> Vec<GroupExplanation> {
    let mut groups: Vec<(GroupExplanation, Num, Num)> = Vec::new();
    for (level1, kind, item) in items {
        let at = groups.iter().position(|(g, ..)| g.level1 == level1).unwrap_or_else(|| {
            let group = GroupExplanation { level1, points: String::new(), max: None, items: Vec::new() };
            groups.push((group, Num::zero(), Num::zero()));
            groups.len() - 1
        });
        let (group, points, max) = &mut groups[at];
        *points = &*points + &item.points_number;
        if kind == Kind::Core {
            *max = &*max + &item.max_number;
            group.max = Some(max.rounded(4).to_string());
        }
        group.points = format!("{points:.2}");
        group.items.push(item);
    }
    groups.into_iter().map(|(g, ..)| g).collect()
}

fn veto_text(result: &SchemeResult, s: &SubjectScore) -> Option<String> {
    let cap = s.veto_cap.as_deref()?;
    let name = |id: &str| result.indicators.iter().find(|i| i.id() == id).map_or("", |i: &Indicator| &i.name);
    let hits = s.items.iter().filter(|i| i.outcome == Outcome::Veto);
    let hits: Vec<String> = hits.map(|i| format!("{} {}", i.indicator, name(&i.indicator))).collect();
    let d = &result.definition;
    let effect = match (&s.grade_by_total, &s.grade) {
        (Some(by_total), Some(grade)) => {
            format!(
                "等次不得高于{}：按总分为{}，定为{}",
                d.grade_name(cap),
                d.grade_name(by_total),
                d.grade_name(grade)
            )
        }
        _ => "取消资格".to_owned(),
    };
    Some(format!("有否决事项（{}），{effect}", hits.join("、")))
}
