//! The score of one subject: items, caps, vetoes, eligibility, grade.

use super::grades::{capped, grade_of};
use super::item::score_item;
use super::ranks::PointRanks;
use super::weights::effective_weights;
use super::{Inputs, Values};
use crate::definitions::{Indicator, Kind, NaPolicy};
use crate::evaluation::{ItemScore, Measured, Outcome, Subject, SubjectScore};
use crate::number::Num;
use crate::rules::{Rule, least, most};

/// The score of a subject; its rank is given later, when all are known.
pub(crate) fn score_subject(inputs: &Inputs<'_>, subject: &Subject, ranks: &PointRanks) -> SubjectScore {
    let own = own_indicators(inputs, subject);
    let items = score_items(&own, inputs.values, subject, ranks);
    let of_kind = |kind: Kind| -> Num {
        own.iter().zip(&items).filter(|(i, _)| i.kind == kind).map(|(_, item)| &item.points).sum()
    };
    let core = of_kind(Kind::Core);
    let bonus = least(inputs.scheme.bonus_cap.clone(), of_kind(Kind::Bonus));
    let deduct = most(-&inputs.scheme.deduct_cap, of_kind(Kind::Deduct));
    let total = &(&core + &bonus) + &deduct;
    let (veto_cap, disqualified) = vetoes(inputs, &own, &items);
    let grade_by_total = grade_of(inputs.scheme, &total, inputs.top_grade.contains(&subject.key));
    let grade = capped(inputs.scheme, grade_by_total.clone(), veto_cap.as_deref());
    let failed = items.iter().any(|i| i.outcome == Outcome::Failed);
    SubjectScore {
        subject: subject.clone(),
        items,
        core,
        bonus,
        deduct,
        total,
        rank: 0,
        grade,
        grade_by_total,
        veto_cap,
        eligible: !failed && !disqualified,
    }
}

/// The indicators that are for this subject; limits of a whole edition are not.
fn own_indicators<'a>(inputs: &Inputs<'a>, subject: &Subject) -> Vec<&'a Indicator> {
    inputs.indicators.iter().copied().filter(|i| !i.by_edition && i.is_for(&subject.group)).collect()
}

fn score_items(own: &[&Indicator], values: &Values, subject: &Subject, ranks: &PointRanks) -> Vec<ItemScore> {
    let missing = Measured { is_na: true, ..Measured::default() };
    let measured: Vec<&Measured> =
        own.iter().map(|i| values.get(i.id()).and_then(|v| v.get(&subject.key)).unwrap_or(&missing)).collect();
    let core: Vec<(usize, (&str, &Num, bool))> = own
        .iter()
        .zip(&measured)
        .enumerate()
        .filter(|(_, (i, _))| i.kind == Kind::Core)
        .map(|(n, (i, m))| (n, (i.level1.as_str(), &i.weight, m.is_na && i.na_policy == NaPolicy::NotApplicable)))
        .collect();
    let shares = effective_weights(&core.iter().map(|(_, c)| *c).collect::<Vec<_>>());
    let mut weights: Vec<Option<Num>> = vec![None; own.len()];
    for ((n, _), share) in core.iter().zip(shares) {
        weights[*n] = share;
    }
    let rank = |i: &Indicator| ranks.get(i.id()).and_then(|r| r.get(&subject.key)).copied();
    own.iter().zip(measured).zip(&weights).map(|((i, m), w)| score_item(i, m, w.as_ref(), rank(i))).collect()
}

/// The hardest cap of the grade, and whether something disqualifies.
fn vetoes(inputs: &Inputs<'_>, own: &[&Indicator], items: &[ItemScore]) -> (Option<String>, bool) {
    let hit = own.iter().zip(items).filter(|(_, item)| item.outcome == Outcome::Veto);
    let vetoes: Vec<_> = hit.filter_map(|(i, _)| if let Rule::R09(v) = &i.rule { Some(v) } else { None }).collect();
    let severity = |cap: &str| inputs.scheme.grades.iter().position(|g| g.code == cap).unwrap_or(usize::MAX);
    let cap = vetoes.iter().map(|v| v.cap()).max_by_key(|cap| severity(cap)).map(str::to_owned);
    let disqualified = vetoes.iter().any(|v| matches!(v, crate::rules::r09::Veto::Disqualify));
    (cap, disqualified)
}
