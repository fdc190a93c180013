//! Checks across definitions that need no data: ids, effective periods, weights, placeholders, references.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::common::Head;
use super::mistake::{Mistake, did_you_mean};
use super::sql::{PLACEHOLDERS, Sql};
use super::{Definitions, Indicator, Kind, RankBy, Scheme};
use crate::number::Num;
use crate::rules::Rule;
use crate::rules::r09::Veto;

/// The weight of an indicator, known even where something else in its file is wrong.
#[derive(Debug, Clone)]
pub(crate) struct Weight {
    pub scheme: String,
    pub category: Option<String>,
    pub kind: Kind,
    pub weight: Num,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl Weight {
    pub(crate) fn of(i: &Indicator) -> Self {
        Self {
            scheme: i.scheme.clone(),
            category: i.category.clone(),
            kind: i.kind,
            weight: i.weight.clone(),
            from: i.head.effective_from,
            to: i.head.effective_to,
        }
    }

    fn counts(&self, scheme: &Scheme) -> bool {
        let day = scheme.head.effective_from;
        let in_force = self.from <= day && self.to.is_none_or(|to| day <= to);
        self.scheme == scheme.id() && self.kind == Kind::Core && in_force
    }
}

/// Every mistake across the definitions. `weights` are those of all indicators, `unreadable` the schemes with a file that
/// could not be read at all, whose sum nobody knows.
pub(crate) fn across(d: &Definitions, weights: &[Weight], unreadable: &BTreeSet<String>) -> Vec<Mistake> {
    let mut found = Vec::new();
    found.extend(identities(d.indicators.iter().map(|i| &i.head)));
    found.extend(identities(d.scheme_versions.iter().map(|s| &s.head)));
    found.extend(identities(d.rules.iter().map(|r| &r.head)));
    found.extend(identities(d.awards.iter().map(|a| &a.head)));
    found.extend(identities(d.casework.iter().map(|c| &c.head)));
    found.extend(d.indicators.iter().flat_map(|i| references(d, i)));
    let known = d.scheme_versions.iter().filter(|s| !unreadable.contains(s.id()));
    found.extend(known.flat_map(|s| wrong_sums(s, weights)));
    found.extend(d.scheme_versions.iter().flat_map(|s| rank_references(d, s)));
    found.extend(statements(d).flat_map(placeholders));
    found
}

/// Every statement of the definitions.
pub(crate) fn statements(d: &Definitions) -> impl Iterator<Item = &Sql> {
    let indicators = d.indicators.iter().flat_map(Indicator::statements);
    let schemes = d.scheme_versions.iter().flat_map(Scheme::statements);
    let rules = d.rules.iter().map(|r| &r.sql);
    let datasets = d.datasets.values().map(|s| &s.sql);
    let awards = d.awards.iter().flat_map(|a| &a.categories).filter_map(|c| c.priority.as_ref());
    indicators.chain(schemes).chain(rules).chain(datasets).chain(awards)
}

/// An id and version once; two versions of an id never in force on the same day.
fn identities<'a>(heads: impl Iterator<Item = &'a Head>) -> Vec<Mistake> {
    let mut by_id: BTreeMap<&str, Vec<&Head>> = BTreeMap::new();
    for head in heads {
        by_id.entry(&head.id).or_default().push(head);
    }
    let mut found = Vec::new();
    for heads in by_id.values() {
        for (i, head) in heads.iter().enumerate() {
            for other in &heads[..i] {
                let there = format!("{}:{}", other.place.file, other.place.line);
                let Head { id, version, .. } = head;
                if version == &other.version {
                    let message = format!("编号 {id} 版本 {version} 重复，{there} 已有");
                    found.push(head.place.mistake(message, "改用新的编号或版本号"));
                } else if head.overlaps(other) {
                    let message = format!("{id} 的版本 {version} 与 {there} 的版本 {} 生效期重叠", other.version);
                    found.push(head.place.mistake(message, "给前一版写上 effective_to，使两版生效期相接而不重叠"));
                }
            }
        }
    }
    found
}

/// An indicator names a scheme, a scope and a grade that exist, and a weight that fits its kind.
fn references(d: &Definitions, i: &Indicator) -> Vec<Mistake> {
    let place = &i.head.place;
    let Some(scheme) = d.schemes.get(&i.scheme) else {
        let remedy = did_you_mean(&i.scheme, d.schemes.keys().map(String::as_str));
        return vec![place.mistake(format!("{} 的方案 {} 不存在", i.id(), i.scheme), remedy)];
    };
    let mut found = Vec::new();
    if let Rule::R04(r) = &i.rule
        && let Some(scope) = r.scope.as_ref().filter(|s| !scheme.scopes.contains_key(*s))
    {
        let remedy = did_you_mean(scope, scheme.scopes.keys().map(String::as_str));
        found.push(place.mistake(format!("{} 的排名范围 {scope} 在方案中没有定义", i.id()), remedy));
    }
    if let Rule::R09(Veto::GradeCap(grade)) = &i.rule
        && !scheme.grades.iter().any(|g| g.code == *grade)
    {
        let remedy = did_you_mean(grade, scheme.grades.iter().map(|g| g.code.as_str()));
        found.push(place.mistake(format!("{} 的否决等级 {grade} 不是方案的等级", i.id()), remedy));
    }
    found.extend(kind_fits(i));
    found
}

fn kind_fits(i: &Indicator) -> Option<Mistake> {
    let zero = Num::zero();
    let (fits, wanted) = match i.kind {
        Kind::Core => (i.weight > zero && i.rule.scoring().is_some(), "基本分指标的权重大于0，规则为计分规则"),
        Kind::Bonus => (i.weight > zero && i.rule.scoring().is_some(), "加分指标的权重大于0，规则为计分规则"),
        Kind::Deduct => (i.weight < zero && matches!(i.rule, Rule::R06(_)), "扣分指标的权重小于0，规则为R06"),
        Kind::Veto => (i.weight == zero && matches!(i.rule, Rule::R09(_)), "否决项的权重为0，规则为R09"),
        Kind::Eligibility => (i.weight == zero && matches!(i.rule, Rule::R12(_)), "资格条件的权重为0，规则为R12"),
    };
    let message = || format!("{} 的类别 {} 与权重 {} 或规则 {} 不相配", i.id(), i.kind.code(), i.weight, i.rule.code());
    (!fits).then(|| i.head.place.mistake(message(), wanted))
}

/// The core weights of a scheme (of each group of subjects, where it has groups) add up to its full score.
fn wrong_sums(scheme: &Scheme, weights: &[Weight]) -> Vec<Mistake> {
    let core: Vec<&Weight> = weights.iter().filter(|w| w.counts(scheme)).collect();
    let groups: BTreeSet<&str> = core.iter().map(|w| w.category.as_deref().unwrap_or("")).collect();
    let mut found = Vec::new();
    for group in groups.iter().filter(|g| **g != "ALL" || groups.len() == 1) {
        let own = |w: &&&Weight| w.category.as_deref().is_none_or(|c| c == "ALL" || c == *group);
        let sum: Num = core.iter().filter(own).map(|w| &w.weight).sum();
        if sum != scheme.full_score {
            let whose = if group.is_empty() { String::new() } else { format!("类别 {group} 的") };
            let message = format!("{}{whose}基本分权重合计 {sum}，应为满分 {}", scheme.title, scheme.full_score);
            found.push(scheme.head.place.mistake(message, "调整各指标的 weight 或方案的 full_score"));
        }
    }
    found
}

fn rank_references(d: &Definitions, scheme: &Scheme) -> Vec<Mistake> {
    let own: Vec<&str> = d.indicators.iter().filter(|i| i.scheme == scheme.id()).map(Indicator::id).collect();
    let unknown = scheme.rank_by.iter().filter_map(|r| match r {
        RankBy::Indicator(id) if !own.contains(&id.as_str()) => Some(id),
        _ => None,
    });
    unknown
        .map(|id| {
            let remedy = did_you_mean(id, ["total", "core"].into_iter().chain(own.iter().copied()));
            scheme.head.place.mistake(format!("排名依据 {id} 不是本方案的指标"), remedy)
        })
        .collect()
}

fn placeholders(sql: &Sql) -> Vec<Mistake> {
    let known = PLACEHOLDERS.map(|(name, _)| name);
    sql.unknown_placeholders()
        .map(|(at, name)| sql.place_at(at).mistake(format!("不认识的占位符 ${{{name}}}"), did_you_mean(name, known)))
        .collect()
}
