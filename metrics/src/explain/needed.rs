//! What one more point would need, in words.

use crate::definitions::{Indicator, Kind};
use crate::evaluation::{ItemScore, Measured, Outcome};
use crate::number::Num;
use crate::rules::{Direction, Given, Rule, least};

/// What it takes to gain one point more, or what is left to full marks; none where nothing is left to gain.
pub(super) fn one_more(i: &Indicator, item: &ItemScore, measured: Option<&Measured>) -> Option<String> {
    let best = if i.kind == Kind::Deduct { Num::zero() } else { item.max.clone() };
    let left = &best - &item.points;
    if left.points() <= Num::zero() {
        return None;
    }
    match item.outcome {
        Outcome::Scored => by_value(i, item, measured?, &left),
        Outcome::ZeroByDefault => Some("分母为0：先把应有的工作开展起来并如实报送，才能得分".to_owned()),
        Outcome::Nothing if i.kind == Kind::Bonus => Some(format!("有符合规定的事项即可加分，最多{left:.2}分")),
        _ => None,
    }
}

fn by_value(i: &Indicator, item: &ItemScore, measured: &Measured, left: &Num) -> Option<String> {
    let value = measured.value.as_ref()?;
    let gain = least(Num::one(), left.clone());
    let wanted = &item.points + &gain;
    let words =
        if gain < Num::one() { format!("要得满分（再得{gain:.2}分）") } else { "再得1分".to_owned() };
    let given = Given { value, weight: &item.max, unit: &i.unit, direction: i.direction, rank: item.rank };
    if let Rule::R04(rule) = &i.rule {
        let each = (&rule.step * &item.max).points();
        return Some(format!("{words}要靠名次：名次每上升1位多{each:.2}分"));
    }
    let needed = i.rule.scoring()?.needed(&given, &wanted)?;
    let worse = is_up(&needed, &given);
    let value = format!("实际值须{}{}", if worse { "达到" } else { "降到" }, shown(&given, &needed, worse));
    let count = measured.denominator.as_ref().and_then(|d| counted(measured, d, &given, &needed, worse));
    Some(format!("{words}，{value}{}", count.unwrap_or_default()))
}

/// Whether the value has to grow.
fn is_up(needed: &Num, given: &Given<'_>) -> bool {
    match given.direction {
        Direction::Up => true,
        Direction::Down => false,
        Direction::Range => *needed > given.measured(),
    }
}

/// The needed value with two decimals, rounded to the safe side.
fn shown(given: &Given<'_>, needed: &Num, up: bool) -> String {
    let hundred = needed.percent();
    let safe = if up { hundred.ceil() } else { hundred.floor() };
    given.show(&(&safe / &Num::from(100)))
}

/// The numerator it takes with the denominator as it is, where the numerator is a count.
fn counted(measured: &Measured, denominator: &Num, given: &Given<'_>, needed: &Num, up: bool) -> Option<String> {
    let nothing = Num::zero();
    let now = measured.numerator.as_ref().unwrap_or(&nothing);
    if *now != now.floor() || *denominator != denominator.floor() {
        return None;
    }
    let ratio = if given.is_percent() { needed / &Num::from(100) } else { needed.clone() };
    let exact = &ratio * denominator;
    let then = if up { exact.ceil() } else { exact.floor() };
    let word = if up { "增至" } else { "减至" };
    Some(format!("（分母{denominator}不变时，分子由{now}{word}{then}）"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::value_of;
    use crate::definitions::{Definitions, NaPolicy};
    use crate::number::num;

    fn words(id: &str, numerator: &str, denominator: Option<&str>, points: &str) -> Option<String> {
        let defs = Definitions::embedded().unwrap();
        let i = defs.indicators.iter().find(|i| i.id() == id).unwrap();
        let measured = value_of(denominator.is_some(), NaPolicy::Zero, Some(num(numerator)), denominator.map(num));
        let item = ItemScore {
            indicator: id.to_owned(),
            points: num(points),
            max: i.weight.clone(),
            outcome: Outcome::Scored,
            rank: Some(2),
            arithmetic: String::new(),
        };
        one_more(i, &item, Some(&measured))
    }

    #[test]
    fn a_share_says_how_many_more() {
        // CTY-402: 4 points from 50 % to 90 %; 7 of 10 give 2 points, 8 of 10 give 3.
        let text = words("CTY-402", "7", Some("10"), "2").unwrap();
        assert_eq!(text, "再得1分，实际值须达到80%（分母10不变时，分子由7增至8）");
    }

    #[test]
    fn less_is_better_says_how_few() {
        // CTY-404: 2 points from 30 days to 10.
        let text = words("CTY-404", "250", Some("10"), "0.5").unwrap();
        assert_eq!(text, "再得1分，实际值须降到15天（分母10不变时，分子由250减至150）");
    }

    #[test]
    fn near_full_marks_ranks_and_deductions() {
        assert_eq!(words("CTY-402", "9", Some("10"), "4"), None);
        let text = words("CTY-402", "88", Some("100"), "3.8").unwrap();
        assert_eq!(text, "要得满分（再得0.20分），实际值须达到90%（分母100不变时，分子由88增至90）");
        assert!(words("ORG-403", "5", None, "5.7").unwrap().contains("名次每上升1位多0.30分"));
        assert_eq!(words("CTY-D03", "4", None, "-2").unwrap(), "再得1分，实际值须降到2个");
        assert_eq!(words("CTY-D03", "0", None, "0"), None);
    }
}
