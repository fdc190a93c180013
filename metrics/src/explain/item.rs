//! The explanation of one indicator.

use serde::Serialize;

use super::needed::one_more;
use super::returns::Returns;
use crate::compute::of_indicator;
use crate::definitions::{Indicator, Kind};
use crate::evaluation::{ItemScore, Measured, Outcome};
use crate::number::Num;
use crate::restated::Before;
use crate::window::Window;

/// Fewer answers than this, and a satisfaction value is only an indication: of a project, of anything else.
const FEW_ANSWERS: (i64, i64) = (10, 30);

/// One indicator, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemExplanation {
    /// Indicator id.
    pub indicator: String,
    /// Its name.
    pub name: String,
    /// `core`, `bonus`, `deduct`, `veto` or `elig`.
    pub kind: &'static str,
    /// What it measures.
    pub definition: String,
    /// Numerator.
    pub numerator: Option<String>,
    /// Denominator.
    pub denominator: Option<String>,
    /// Value; a ratio where the unit is `%`.
    pub value: Option<String>,
    /// Unit.
    pub unit: String,
    /// Code of the rule.
    pub rule: &'static str,
    /// The rule in words.
    pub rule_text: String,
    /// Parameters of the rule.
    pub params: serde_json::Value,
    /// The arithmetic with its numbers.
    pub arithmetic: String,
    /// Points, two places.
    pub points: String,
    /// Points it could have given.
    pub max: String,
    /// Points lost, two places.
    pub lost: String,
    /// How it came to its points.
    pub outcome: Outcome,
    /// Why it does not apply, or what stands in for a value.
    pub na_reason: Option<String>,
    /// What one more point would need.
    pub one_more: Option<String>,
    /// Returns behind it that were due and did not come.
    pub missing_returns: Vec<String>,
    /// Returns behind it that were corrected.
    pub corrected_returns: Vec<String>,
    /// What it was before it was restated.
    pub before: Option<Before>,
    /// What to keep in mind.
    pub remarks: Vec<String>,
    /// Clause of the work plan.
    pub clause: String,
    /// Clause, basis and status in words.
    pub grounds: String,
    /// The statements as they ran, the numerator first.
    pub statements: Vec<String>,
    #[serde(skip)]
    pub(super) points_number: Num,
    #[serde(skip)]
    pub(super) max_number: Num,
}

/// Explains an indicator.
pub(super) fn explain_item(
    i: &Indicator,
    item: &ItemScore,
    measured: Option<&Measured>,
    window: &Window,
    returns: &Returns,
) -> ItemExplanation {
    let shown = |n: Option<&Num>| n.map(|n| n.rounded(12).to_string());
    let best = if i.kind == Kind::Deduct { Num::zero() } else { item.max.clone() };
    ItemExplanation {
        indicator: i.id().to_owned(),
        name: i.name.clone(),
        kind: i.kind.code(),
        definition: i.definition.clone(),
        numerator: shown(measured.and_then(|m| m.numerator.as_ref())),
        denominator: shown(measured.and_then(|m| m.denominator.as_ref())),
        value: shown(measured.and_then(|m| m.value.as_ref())),
        unit: i.unit.clone(),
        rule: i.rule.code(),
        rule_text: i.rule_text.clone(),
        params: i.rule_params.clone(),
        arithmetic: item.arithmetic.clone(),
        points: format!("{:.2}", item.points),
        max: item.max.rounded(4).to_string(),
        lost: format!("{:.2}", (&best - &item.points).points()),
        outcome: item.outcome,
        na_reason: na_reason(i, item.outcome),
        one_more: one_more(i, item, measured),
        missing_returns: returns.missing(&i.tables),
        corrected_returns: returns.corrected(&i.tables),
        before: None,
        remarks: few_answers(i, measured).into_iter().collect(),
        clause: i.head.clause.clone(),
        grounds: i.head.grounds(),
        statements: i.statements().map(|sql| of_indicator(i, sql, window).sql).collect(),
        points_number: item.points.clone(),
        max_number: item.max.clone(),
    }
}

fn na_reason(i: &Indicator, outcome: Outcome) -> Option<String> {
    let why = match outcome {
        Outcome::Dropped => "不适用：权重并入其他指标",
        Outcome::FullByDefault => "没有应办事项：按满分计",
        Outcome::ZeroByDefault => "应有而没有：按0分计",
        Outcome::Nothing => "没有数据：计0分",
        _ => return None,
    };
    Some(format!("{}（{}）", why, i.na_policy.code()))
}

/// A small sample is scored as it is, and said to be small.
fn few_answers(i: &Indicator, measured: Option<&Measured>) -> Option<String> {
    let answers = measured?.denominator.as_ref().filter(|_| i.tables.iter().any(|t| t == "satisfaction"))?;
    let enough = if i.scheme == "PRJ" { FEW_ANSWERS.0 } else { FEW_ANSWERS.1 };
    let few = *answers < Num::from(enough) && !answers.is_zero();
    few.then(|| format!("有效样本{answers}份，不足{enough}份，结果仅供参考"))
}
