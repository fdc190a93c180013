//! Weights that are tried. What is named gets what was said; the other core indicators of the scheme (of the group) share
//! what is left of the full score in proportion to their own, so that the scheme still totals its full score.

use std::collections::{BTreeMap, BTreeSet};

use crate::definitions::{Definitions, Indicator, Kind};
use crate::number::Num;

/// Indicator → weight that is tried.
pub(super) type Weights = BTreeMap<String, Num>;

/// Puts the weights into the indicators of a scheme that are named by `own`; notes say what followed for the others.
pub(super) fn reweigh(
    defs: &mut Definitions,
    own: &BTreeSet<(String, String)>,
    full: &Num,
    tried: &Weights,
) -> Result<Vec<String>, String> {
    let mine = |i: &Indicator| own.contains(&(i.head.id.clone(), i.head.version.clone()));
    let touched = |i: &&Indicator| mine(i) && i.kind == Kind::Core && tried.contains_key(i.id());
    let groups: BTreeSet<Option<String>> = defs.indicators.iter().filter(touched).map(|i| i.category.clone()).collect();
    for i in defs.indicators.iter_mut().filter(|i| mine(i)) {
        if let Some(weight) = tried.get(i.id()) {
            i.weight = weight.clone();
        }
    }
    let mut notes = Vec::new();
    for group in groups {
        let in_group = |i: &Indicator| mine(i) && i.kind == Kind::Core && i.category == group;
        let sum = |named: bool| -> Num {
            let members = defs.indicators.iter().filter(|i| in_group(i) && tried.contains_key(i.id()) == named);
            members.map(|i| &i.weight).sum()
        };
        let (said, rest) = (sum(true), sum(false));
        let left = full - &said;
        if left == rest {
            continue;
        }
        if rest.is_zero() || left <= Num::zero() {
            return Err(format!("所写权重合计{said}分，其余指标没有可分的权重（满分{full}分）；请减小所写的权重"));
        }
        let factor = &left / &rest;
        for i in defs.indicators.iter_mut().filter(|i| in_group(i) && !tried.contains_key(i.id())) {
            i.weight = &i.weight * &factor;
        }
        let whose = group.map_or_else(String::new, |g| format!("（{g}类）"));
        notes.push(format!("满分仍为{full}分：其余基本分指标{whose}的权重由合计{rest}分按比例调整为{left}分"));
    }
    Ok(notes)
}

/// Whether a weight fits the kind of its indicator.
pub(super) fn fits(kind: Kind, weight: &Num) -> Result<(), &'static str> {
    match kind {
        Kind::Core | Kind::Bonus if *weight <= Num::zero() => {
            Err("权重应大于0；不要这项指标的，请用 --without-indicator")
        }
        Kind::Deduct if *weight >= Num::zero() => Err("扣分指标的权重应小于0"),
        Kind::Veto | Kind::Eligibility => Err("否决项和资格条件没有权重"),
        _ => Ok(()),
    }
}
