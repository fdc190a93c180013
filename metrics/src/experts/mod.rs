//! Marks of experts and judges: how a mean came about, and which marks should not count because their giver has a declared
//! relation to whom they judge (or is one of them).
//!
//! Invariant: nothing here changes a score. A mark counts until the returns say that its giver recused himself; this names
//! those who should have, and what the mean would be without them. It compares tokens and never knows a name.

mod mean;
mod relations;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use suixin_warehouse::Snapshot;

pub use mean::mean;

use crate::compute::number_of;
use crate::definitions::{Definitions, Indicator};
use crate::error::MetricsError;
use crate::number::Num;
use crate::rules::Given;
use crate::window::Window;
use relations::Tokens;

/// Who judges: the number under which the marks are given → the token of the identity card.
pub type Roster = BTreeMap<String, String>;

/// The marks of one subject under one indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Panel {
    /// Nomination or project.
    pub subject: String,
    /// Indicator.
    pub indicator: String,
    /// Marks that count.
    pub marks: usize,
    /// Judges who recused themselves.
    pub recused: usize,
    /// Whether the highest and the lowest mark are left out: from five on.
    pub trimmed: bool,
    /// The mean as it counts, six places; none without a mark.
    pub mean: Option<Num>,
    /// Points by it, two places.
    pub points: Option<Num>,
    /// Judges who should have recused themselves, and why.
    pub conflicts: Vec<Conflict>,
    /// The mean without them.
    pub mean_without: Option<Num>,
    /// Points by that.
    pub points_without: Option<Num>,
}

/// A judge who should have recused himself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// Number of the judge.
    pub judge: String,
    /// The mark.
    pub mark: Num,
    /// Why.
    pub why: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Experts {
    /// Year of the marks.
    pub year: i32,
    /// Every panel, by subject and indicator.
    pub panels: Vec<Panel>,
    /// Judges whose identity nobody told: their relations cannot be compared.
    pub unknown: BTreeSet<String>,
}

struct Mark {
    judge: String,
    score: Num,
    recused: bool,
}

/// Looks at every panel of a year. `roster` says who the judges are; judges whose number is that of a survey worker, social
/// worker or volunteer are known without it.
///
/// # Errors
/// When the warehouse cannot be read, or a mark is no number.
pub async fn experts(
    snapshot: &Snapshot,
    defs: &Definitions,
    year: i32,
    as_of: NaiveDate,
    roster: &Roster,
) -> Result<Experts, MetricsError> {
    let window = Window::year(year, as_of);
    let known = relations::known(snapshot, roster).await?;
    let related = relations::related(snapshot, &window).await?;
    let day = window.period.last();
    let in_force = |i: &&Indicator| i.head.in_force(day);
    let indicators: BTreeMap<&str, &Indicator> = defs.indicators.iter().filter(in_force).map(|i| (i.id(), i)).collect();
    let (mut panels, mut unknown) = (Vec::new(), BTreeSet::new());
    for ((subject, indicator), marks) in marks(snapshot, &window).await? {
        unknown.extend(marks.iter().map(|m| &m.judge).filter(|j| !known.contains_key(*j)).cloned());
        let none = Tokens::new();
        let conflicts = conflicts(&marks, &known, related.get(&subject).unwrap_or(&none));
        panels.push(panel((subject, indicator), &marks, conflicts, &indicators));
    }
    Ok(Experts { year, panels, unknown })
}

fn conflicts(marks: &[Mark], known: &Roster, related: &Tokens) -> Vec<Conflict> {
    let against = |m: &Mark| {
        let why = related.get(known.get(&m.judge)?)?;
        Some(Conflict { judge: m.judge.clone(), mark: m.score.clone(), why: why.clone() })
    };
    marks.iter().filter(|m| !m.recused).filter_map(against).collect()
}

fn panel(
    (subject, indicator): (String, String),
    marks: &[Mark],
    conflicts: Vec<Conflict>,
    indicators: &BTreeMap<&str, &Indicator>,
) -> Panel {
    let counting: Vec<&Mark> = marks.iter().filter(|m| !m.recused).collect();
    let free = |m: &&&Mark| !conflicts.iter().any(|c| c.judge == m.judge);
    let of = |marks: Vec<&Mark>| mean(&marks.iter().map(|m| m.score.clone()).collect::<Vec<_>>());
    let (now, then) = (of(counting.clone()), of(counting.iter().filter(free).copied().collect()));
    let points = |mean: Option<&Num>| points(indicators.get(indicator.as_str())?, mean?);
    Panel {
        marks: counting.len(),
        recused: marks.len() - counting.len(),
        trimmed: counting.len() >= mean::FEWEST_TO_TRIM,
        points: points(now.as_ref()),
        points_without: points(then.as_ref()),
        mean: now,
        mean_without: then,
        conflicts,
        subject,
        indicator,
    }
}

fn points(i: &Indicator, mean: &Num) -> Option<Num> {
    let given = Given { value: mean, weight: &i.weight, unit: &i.unit, direction: i.direction, rank: None };
    Some(i.rule.scoring()?.points(&given).points())
}

/// Subject and indicator → marks.
async fn marks(snapshot: &Snapshot, window: &Window) -> Result<BTreeMap<(String, String), Vec<Mark>>, MetricsError> {
    let sql = window.fill(
        "SELECT s.nomination_id AS k, s.indicator_id, s.judge_id, s.score, s.recused FROM award_score s \
         JOIN award_nomination n ON n.nomination_id=s.nomination_id WHERE n.edition='${yr}' \
         UNION ALL SELECT project_id, indicator_id, expert_id, score, 'N' FROM project_expert_score WHERE year=${yr} \
         ORDER BY 1, 2, 3",
    );
    let mut panels: BTreeMap<(String, String), Vec<Mark>> = BTreeMap::new();
    for row in snapshot.query(&sql).await?.rows {
        let key = (row[0].to_string(), row[1].to_string());
        let Some(score) = number_of(&key.1, &row[3])? else { continue };
        let mark = Mark { judge: row[2].to_string(), score, recused: row[4].as_str() == Some("Y") };
        panels.entry(key).or_default().push(mark);
    }
    Ok(panels)
}
