//! R08 完成度比例: proportional to a target, full marks at most. `W·min(v / target, 1)`.
//!
//! The target is in the measure of the value: a ratio where the unit is `%`.

use super::{Given, Scoring, least};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R08.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proportion {
    /// The value that gets full marks.
    pub target: Num,
}

impl Proportion {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let target = table.number("target");
        if target.is_zero() && table.opt_number("target").is_some() {
            table.complain(&table.place_of("target"), "target 不能为0", "写出满分所需的值");
        }
        Self { target }
    }

    fn shown_target(&self, given: &Given<'_>) -> String {
        given.show(&if given.is_percent() { self.target.percent() } else { self.target.clone() })
    }
}

impl Scoring for Proportion {
    fn points(&self, given: &Given<'_>) -> Num {
        given.weight * &least(given.value / &self.target, Num::one())
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        let (value, target) = (given.shown(), self.shown_target(given));
        if *given.value >= self.target {
            return format!("实际值{value}达到目标{target}，得满分{}", given.full_marks());
        }
        format!("{} ×（{value} ÷ {target}）", given.full_marks())
    }

    fn needed(&self, given: &Given<'_>, wanted: &Num) -> Option<Num> {
        let value = &(wanted / given.weight) * &self.target;
        Some(if given.is_percent() { value.percent() } else { value })
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::Direction;
    use super::super::given::fixture::{needed, score};
    use super::*;
    use crate::number::num;

    #[test]
    fn proportional_up_to_the_target() {
        let share = Proportion { target: num("0.15") };
        for (value, points) in [("0.15", "2.00"), ("0.3", "2.00"), ("0.075", "1.00"), ("0", "0.00")] {
            assert_eq!(score(&share, value, "2", "%", Direction::Up), points);
        }
        // 1/3 of the way, of 3 points.
        assert_eq!(score(&Proportion { target: num("3") }, "1", "3", "类", Direction::Up), "1.00");
        assert_eq!(needed(&share, "0.075", "2", "%", "1.5").as_deref(), Some("11.25"));
    }
}
