//! What a rule is given.

use crate::number::Num;

/// Which values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// An interval is best.
    Range,
}

/// A value with what is needed to score it.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The value; a ratio where the unit is `%`.
    pub value: &'a Num,
    /// The weight, after the weights of indicators that do not apply were shared out.
    pub weight: &'a Num,
    /// Unit of the value.
    pub unit: &'a str,
    /// Which values are better.
    pub direction: Direction,
    /// Dense rank inside the scope, from 1; only for R04.
    pub rank: Option<usize>,
}

impl Given<'_> {
    /// The value in the measure of the parameters: percent points for `%`, otherwise as it is.
    #[must_use]
    pub fn measured(&self) -> Num {
        if self.is_percent() { self.value.percent() } else { self.value.clone() }
    }

    /// Whether the value is a ratio shown as a percentage.
    #[must_use]
    pub fn is_percent(&self) -> bool {
        self.unit == "%"
    }

    /// The measured value as people read it, e.g. `78.57%`, `12天`.
    #[must_use]
    pub fn shown(&self) -> String {
        self.show(&self.measured())
    }

    /// A measured value as people read it.
    #[must_use]
    pub fn show(&self, measured: &Num) -> String {
        show(measured, self.unit)
    }

    /// The weight as people read it, e.g. `3分`.
    #[must_use]
    pub fn full_marks(&self) -> String {
        format!("{}分", self.weight.rounded(4))
    }
}

/// A number with its unit; 1 and 0 of a yes-or-no indicator in words.
pub(crate) fn show(measured: &Num, unit: &str) -> String {
    match unit {
        "是/否" if measured.is_zero() => "为否".to_owned(),
        "是/否" if *measured == Num::one() => "为是".to_owned(),
        _ => format!("{}{unit}", measured.rounded(4)),
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::{Direction, Given};
    use crate::number::{Num, num};
    use crate::rules::Scoring;

    /// Points, rounded, of `rule` for a value in `unit` with a weight.
    pub(crate) fn score(rule: &dyn Scoring, value: &str, weight: &str, unit: &str, direction: Direction) -> String {
        let (value, weight) = (num(value), num(weight));
        let given = Given { value: &value, weight: &weight, unit, direction, rank: None };
        format!("{:.2}", rule.points(&given).points())
    }

    /// The measured value that gives `wanted` points, and a check that it does.
    pub(crate) fn needed(rule: &dyn Scoring, value: &str, weight: &str, unit: &str, wanted: &str) -> Option<String> {
        let (value, weight, wanted) = (num(value), num(weight), num(wanted));
        let direction = Direction::Up;
        let given = Given { value: &value, weight: &weight, unit, direction, rank: None };
        let needed = rule.needed(&given, &wanted)?;
        let then = if unit == "%" { &needed / &Num::from(100) } else { needed.clone() };
        let again = Given { value: &then, weight: &weight, unit, direction, rank: None };
        assert_eq!(rule.points(&again).points(), wanted.points(), "the value named does not give the points");
        Some(needed.rounded(6).to_string())
    }
}
