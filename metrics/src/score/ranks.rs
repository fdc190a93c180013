//! Ranks: dense ranks of values for R04, and the ranks of the totals.

use std::collections::{BTreeMap, BTreeSet};

use super::Inputs;
use crate::definitions::{Indicator, RankBy};
use crate::evaluation::SubjectScore;
use crate::number::Num;
use crate::rules::Rule;

/// Indicator id → key → rank.
pub(crate) type PointRanks = BTreeMap<String, BTreeMap<String, usize>>;

/// Dense ranks, the highest value first: equal values share a rank, the next value has the next rank.
#[must_use]
pub fn dense_ranks<'a>(values: &[(&'a str, Num)]) -> BTreeMap<&'a str, usize> {
    let distinct: BTreeSet<&Num> = values.iter().map(|(_, v)| v).collect();
    let place: BTreeMap<&Num, usize> = distinct.into_iter().rev().zip(1..).collect();
    values.iter().map(|(k, v)| (*k, place.get(v).copied().unwrap_or(0))).collect()
}

/// The ranks of every indicator that gives points by rank. Who has no value is ranked with 0.
pub(crate) fn rank_points(inputs: &Inputs<'_>) -> PointRanks {
    let by_rank =
        inputs.indicators.iter().filter_map(|i| if let Rule::R04(r) = &i.rule { Some((*i, r)) } else { None });
    by_rank.map(|(i, rule)| (i.id().to_owned(), ranks_of(inputs, i, rule.scope.as_deref()))).collect()
}

fn ranks_of(inputs: &Inputs<'_>, i: &Indicator, scope: Option<&str>) -> BTreeMap<String, usize> {
    let scopes = scope.and_then(|s| inputs.scopes.get(s));
    let values = inputs.values.get(i.id());
    let mut grouped: BTreeMap<&str, Vec<(&str, Num)>> = BTreeMap::new();
    for s in inputs.subjects.iter().filter(|s| i.is_for(&s.group)) {
        let group = scopes.and_then(|m| m.get(&s.key)).map_or("", String::as_str);
        let value = values.and_then(|v| v.get(&s.key)).and_then(|m| m.value.clone()).unwrap_or_default();
        grouped.entry(group).or_default().push((&s.key, value));
    }
    grouped.values().flat_map(|v| dense_ranks(v)).map(|(k, r)| (k.to_owned(), r)).collect()
}

/// Ranks the totals inside each group and puts the scores in that order. Equal in everything that ranks are made by:
/// equal rank, and the rank after it leaves a gap; the name orders but does not part.
pub(crate) fn rank(inputs: &Inputs<'_>, scores: &mut [SubjectScore]) {
    let keyed =
        |s: &SubjectScore| -> Vec<Num> { inputs.scheme.rank_by.iter().map(|by| rank_value(inputs, s, by)).collect() };
    scores.sort_by(|a, b| {
        let by_points = || keyed(b).cmp(&keyed(a));
        let by_name = || (&a.subject.name, &a.subject.key).cmp(&(&b.subject.name, &b.subject.key));
        a.subject.group.cmp(&b.subject.group).then_with(by_points).then_with(by_name)
    });
    let mut place = 0;
    for n in 0..scores.len() {
        let new_group = n == 0 || scores[n].subject.group != scores[n - 1].subject.group;
        place = if new_group { 1 } else { place + 1 };
        let tied = !new_group && keyed(&scores[n]) == keyed(&scores[n - 1]);
        scores[n].rank = if tied { scores[n - 1].rank } else { place };
    }
}

fn rank_value(inputs: &Inputs<'_>, s: &SubjectScore, by: &RankBy) -> Num {
    match by {
        RankBy::Total => s.total.clone(),
        RankBy::Core => s.core.clone(),
        RankBy::Indicator(id) => {
            let measured = inputs.values.get(id).and_then(|v| v.get(&s.subject.key));
            measured.and_then(|m| m.value.clone()).unwrap_or_default()
        }
    }
}
