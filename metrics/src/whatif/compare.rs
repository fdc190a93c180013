//! Two results side by side.

use serde::Serialize;

use crate::evaluation::{SchemeResult, SubjectScore};
use crate::number::Num;

/// A subject in both results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Key.
    pub subject: String,
    /// Name.
    pub name: String,
    /// Group inside which it is ranked.
    pub group: String,
    /// Officially.
    pub official: Standing,
    /// With the patch; none where it is left out.
    pub alternative: Option<Standing>,
    /// Total with the patch less the official one, two places.
    pub difference: Option<Num>,
    /// Places gained (positive) or lost.
    pub places: Option<i64>,
    /// Indicators whose points differ.
    pub items: Vec<Item>,
}

/// A total, its rank and grade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Total, two places.
    pub total: Num,
    /// Rank in the group.
    pub rank: usize,
    /// Grade in words; empty where the scheme does not grade.
    pub grade: String,
}

/// Points of an indicator in both results; none where the indicator is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Indicator.
    pub indicator: String,
    /// Officially, two places.
    pub official: Option<Num>,
    /// With the patch.
    pub alternative: Option<Num>,
}

impl Side {
    /// Whether anything of it differs.
    #[must_use]
    pub fn moved(&self) -> bool {
        self.alternative.as_ref() != Some(&self.official) || !self.items.is_empty()
    }
}

/// Every subject of the official result, in its order.
pub(super) fn sides(official: &SchemeResult, alternative: &SchemeResult) -> Vec<Side> {
    let side = |s: &SubjectScore| {
        let other = alternative.score(&s.subject.key);
        let standing = |r: &SchemeResult, s: &SubjectScore| Standing {
            total: s.total.points(),
            rank: s.rank,
            grade: s.grade.as_deref().map_or_else(String::new, |g| r.definition.grade_name(g).to_owned()),
        };
        let places = |o: &SubjectScore| i64::try_from(s.rank).unwrap_or(0) - i64::try_from(o.rank).unwrap_or(0);
        Side {
            subject: s.subject.key.clone(),
            name: s.subject.name.clone(),
            group: s.subject.group.clone(),
            official: standing(official, s),
            alternative: other.map(|o| standing(alternative, o)),
            difference: other.map(|o| (&o.total - &s.total).points()),
            places: other.map(places),
            items: other.map_or_else(Vec::new, |o| items(s, o)),
        }
    };
    official.scores.iter().map(side).collect()
}

fn items(official: &SubjectScore, alternative: &SubjectScore) -> Vec<Item> {
    let of = |s: &SubjectScore, id: &str| s.items.iter().find(|i| i.indicator == id).map(|i| i.points.points());
    let item =
        |id: &str| Item { indicator: id.to_owned(), official: of(official, id), alternative: of(alternative, id) };
    let all = official.items.iter().map(|i| item(&i.indicator));
    all.filter(|i| i.official != i.alternative).collect()
}
