//! Points of one indicator for one subject, with the arithmetic in words.

use crate::definitions::{Indicator, Kind, NaPolicy};
use crate::evaluation::{ItemScore, Measured, Outcome};
use crate::number::Num;
use crate::rules::r09::Veto;
use crate::rules::{Given, Rule};

/// Points of an indicator. `weight` is the effective weight of a core indicator, `None` if it does not apply.
pub(crate) fn score_item(i: &Indicator, measured: &Measured, weight: Option<&Num>, rank: Option<usize>) -> ItemScore {
    match i.kind {
        Kind::Core => score_core(i, measured, weight, rank),
        Kind::Bonus | Kind::Deduct => score_extra(i, measured),
        Kind::Veto => score_veto(i, measured),
        Kind::Eligibility => score_condition(i, measured),
    }
}

fn score_core(i: &Indicator, measured: &Measured, weight: Option<&Num>, rank: Option<usize>) -> ItemScore {
    let nothing = Num::zero();
    let Some(weight) = weight else {
        let text = "分母为0或无数据，本指标不适用，权重并入同一一级指标的其他指标".to_owned();
        return item(i, nothing.clone(), nothing, Outcome::Dropped, text);
    };
    let adjusted = if *weight == i.weight {
        String::new()
    } else {
        format!("（权重{}分，因有指标不适用调整为{}分）", i.weight, weight.rounded(4))
    };
    match (&measured.value, i.na_policy) {
        (Some(value), _) => {
            let mut item = by_rule(i, measured, value, weight, rank);
            item.arithmetic.push_str(&adjusted);
            item
        }
        (None, NaPolicy::Full) => {
            let points = weight.points();
            let text = format!("分母为0（没有应办事项），按规定得满分{points:.2}分{adjusted}");
            item(i, points, weight.clone(), Outcome::FullByDefault, text)
        }
        (None, _) => {
            let text = format!("分母为0（应有而没有），按规定得0分{adjusted}");
            item(i, nothing, weight.clone(), Outcome::ZeroByDefault, text)
        }
    }
}

fn score_extra(i: &Indicator, measured: &Measured) -> ItemScore {
    match &measured.value {
        Some(value) => by_rule(i, measured, value, &i.weight, None),
        None => item(i, Num::zero(), i.weight.clone(), Outcome::Nothing, "没有数据，计0分".to_owned()),
    }
}

fn by_rule(i: &Indicator, measured: &Measured, value: &Num, weight: &Num, rank: Option<usize>) -> ItemScore {
    let given = Given { value, weight, unit: &i.unit, direction: i.direction, rank };
    let (points, arithmetic) = match i.rule.scoring() {
        Some(rule) => (rule.points(&given).points(), rule.arithmetic(&given)),
        None => (Num::zero(), String::new()),
    };
    let text = format!("{}；{arithmetic} → {points:.2}分", value_text(measured, &given));
    ItemScore { rank, ..item(i, points, weight.clone(), Outcome::Scored, text) }
}

/// `分子3 ÷ 分母4 = 75%`, or the value itself.
fn value_text(measured: &Measured, given: &Given<'_>) -> String {
    match (&measured.numerator, &measured.denominator) {
        (n, Some(d)) => {
            let n = n.as_ref().map_or_else(|| "0（无记录）".to_owned(), |n| n.rounded(4).to_string());
            format!("分子{n} ÷ 分母{} = {}", d.rounded(4), given.shown())
        }
        (Some(_), None) => format!("实际值{}", given.shown()),
        (None, None) => format!("无记录，按{}计", given.shown()),
    }
}

fn score_veto(i: &Indicator, measured: &Measured) -> ItemScore {
    let (outcome, text) = if Veto::applies(measured.value.as_ref()) {
        (Outcome::Veto, format!("有经审定的事项，{}", i.rule_text))
    } else {
        (Outcome::NoVeto, "没有经审定的否决事项".to_owned())
    };
    item(i, Num::zero(), Num::zero(), outcome, text)
}

fn score_condition(i: &Indicator, measured: &Measured) -> ItemScore {
    let Rule::R12(condition) = &i.rule else {
        return item(i, Num::zero(), Num::zero(), Outcome::Failed, String::new());
    };
    let wanted = condition.text(&i.unit);
    let (passed, text) = match &measured.value {
        Some(value) => {
            let given = Given { value, weight: &i.weight, unit: &i.unit, direction: i.direction, rank: None };
            let passed = condition.passes(&given.measured());
            (passed, format!("实际值{}，要求{wanted}", given.shown()))
        }
        None => (i.na_policy == NaPolicy::Full, format!("没有数据，要求{wanted}")),
    };
    let (outcome, word) = if passed { (Outcome::Passed, "符合") } else { (Outcome::Failed, "不符合") };
    item(i, Num::zero(), Num::zero(), outcome, format!("{text}：{word}"))
}

fn item(i: &Indicator, points: Num, max: Num, outcome: Outcome, arithmetic: String) -> ItemScore {
    ItemScore { indicator: i.id().to_owned(), points, max, outcome, rank: None, arithmetic }
}
