//! R01 达标满分、每差一步扣分: full marks at the standard, `deduct` points off for every `step` short of it.
//!
//! `max(floor, W − deduct·max(0, (full − v) / step))`, mirrored where less is better. Steps are continuous; with
//! `round_up` a step begun counts whole.

use super::{Direction, Given, Scoring, most};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R01.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standard {
    /// The standard, in percent points for `%`.
    pub full: Num,
    /// Width of a step.
    pub step: Num,
    /// Points off a step.
    pub deduct: Num,
    /// Fewest points.
    pub floor: Num,
    /// Whether a step begun counts whole.
    pub round_up: bool,
}

impl Standard {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let step = table.number("step");
        if step <= Num::zero() && table.opt_number("step").is_some() {
            table.complain(&table.place_of("step"), "step 必须大于0", "写出每一步的宽度，如 step = 1");
        }
        Self {
            full: table.number("full"),
            step,
            deduct: table.number("deduct"),
            floor: table.opt_number("floor").unwrap_or_else(Num::zero),
            round_up: table.opt_bool("round_up").unwrap_or(false),
        }
    }

    fn steps(&self, given: &Given<'_>) -> Num {
        let v = given.measured();
        let short = if given.direction == Direction::Up { &self.full - &v } else { &v - &self.full };
        let steps = most(Num::zero(), &short / &self.step);
        if self.round_up { steps.ceil() } else { steps }
    }
}

impl Scoring for Standard {
    fn points(&self, given: &Given<'_>) -> Num {
        let off = &self.deduct * &self.steps(given);
        most(self.floor.clone(), given.weight - &off)
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        let (standard, value) = (given.show(&self.full), given.shown());
        let steps = self.steps(given);
        if steps.is_zero() {
            return format!("实际值{value}达到标准{standard}，得满分{}", given.full_marks());
        }
        let steps = steps.rounded(4);
        let Self { step, deduct, floor, .. } = self;
        format!(
            "实际值{value}与标准{standard}相差{steps}步（每步{step}），每步扣{deduct}分：{} − {deduct}×{steps}，不低于{floor}分",
            given.full_marks()
        )
    }

    fn needed(&self, given: &Given<'_>, wanted: &Num) -> Option<Num> {
        if self.deduct <= Num::zero() {
            return None;
        }
        let steps = &(given.weight - wanted) / &self.deduct;
        let steps = if self.round_up { steps.floor() } else { steps };
        let short = &most(Num::zero(), steps) * &self.step;
        Some(if given.direction == Direction::Up { &self.full - &short } else { &self.full + &short })
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::fixture::{needed, score};
    use super::*;
    use crate::number::num;

    fn rule(round_up: bool) -> Standard {
        Standard { full: num("100"), step: num("1"), deduct: num("0.1"), floor: Num::zero(), round_up }
    }

    #[test]
    fn at_above_below_and_at_the_floor() {
        for (value, points) in [("1", "3.00"), ("1.2", "3.00"), ("0.955", "2.55"), ("0.7", "0.00"), ("0", "0.00")] {
            assert_eq!(score(&rule(false), value, "3", "%", Direction::Up), points, "{value}");
        }
        let floor = Standard { floor: num("1"), ..rule(false) };
        assert_eq!(score(&floor, "0", "3", "%", Direction::Up), "1.00");
    }

    #[test]
    fn a_step_begun_counts_whole_when_told() {
        assert_eq!(score(&rule(true), "0.955", "3", "%", Direction::Up), "2.50");
    }

    #[test]
    fn less_is_better_is_mirrored() {
        let days = Standard { full: num("10"), step: num("5"), deduct: num("1"), ..rule(false) };
        assert_eq!(score(&days, "20", "4", "天", Direction::Down), "2.00");
        assert_eq!(score(&days, "3", "4", "天", Direction::Down), "4.00");
    }

    #[test]
    fn what_more_would_need() {
        assert_eq!(needed(&rule(false), "0.9", "3", "%", "2.5").as_deref(), Some("95"));
        assert_eq!(needed(&rule(true), "0.905", "3", "%", "2.5").as_deref(), Some("95"));
    }
}
