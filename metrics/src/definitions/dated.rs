//! The definitions of one day, to be put on another period: what a change of definitions did to a score is found by
//! scoring the same data with the old ones and the new ones.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Definitions, Head, Indicator, Scheme};

impl Definitions {
    /// Only the schemes and indicators in force on `day`, as if they always were.
    pub(crate) fn dated(&self, day: NaiveDate) -> Self {
        let (mut schemes, mut indicators) = (self.scheme_versions.clone(), self.indicators.clone());
        schemes.retain(|s| s.head.in_force(day));
        indicators.retain(|i| i.head.in_force(day));
        schemes.iter_mut().for_each(|s| always(&mut s.head));
        indicators.iter_mut().for_each(|i| always(&mut i.head));
        let by_id = schemes.iter().map(|s| (s.head.id.clone(), s.clone())).collect();
        Self { indicators, schemes: by_id, scheme_versions: schemes, ..self.clone() }
    }

    /// What is measured as on the day `new`, and points for it as on the day `old`.
    pub(crate) fn measured_as(&self, new: NaiveDate, old: NaiveDate) -> Self {
        let (mut now, before) = (self.dated(new), self.dated(old));
        let earlier: BTreeMap<&str, &Indicator> = before.indicators.iter().map(|i| (i.id(), i)).collect();
        for i in &mut now.indicators {
            if let Some(old) = earlier.get(i.id()) {
                *i = scored_as(i, old);
            }
        }
        for s in &mut now.scheme_versions {
            if let Some(old) = before.schemes.get(s.id()) {
                *s = ruled_as(s, old);
            }
        }
        now.schemes = now.scheme_versions.iter().map(|s| (s.head.id.clone(), s.clone())).collect();
        now
    }

    /// Whether every scheme and indicator in force on one day is the one in force on the other.
    pub(crate) fn same_on(&self, a: NaiveDate, b: NaiveDate) -> bool {
        let heads = self.scheme_versions.iter().map(|s| &s.head).chain(self.indicators.iter().map(|i| &i.head));
        heads.fold(true, |same, h| same && h.in_force(a) == h.in_force(b))
    }
}

fn always(head: &mut Head) {
    (head.effective_from, head.effective_to) = (NaiveDate::MIN, None);
}

/// The points of `old` for what `new` measures.
fn scored_as(new: &Indicator, old: &Indicator) -> Indicator {
    Indicator {
        level1: old.level1.clone(),
        kind: old.kind,
        weight: old.weight.clone(),
        rule: old.rule.clone(),
        rule_text: old.rule_text.clone(),
        rule_params: old.rule_params.clone(),
        ..new.clone()
    }
}

/// Caps, grades and ranks of `old` for whom `new` evaluates.
fn ruled_as(new: &Scheme, old: &Scheme) -> Scheme {
    Scheme {
        subjects: new.subjects.clone(),
        scopes: new.scopes.clone(),
        top_grade: new.top_grade.clone(),
        sub_periods: new.sub_periods,
        ..old.clone()
    }
}
