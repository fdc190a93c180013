//! R06 计数扣分: so many points off for each, up to a cap; from full marks down, or as a deduction below zero.
//!
//! From full marks: `max(0, W − min(cap, per·n))`. As a deduction: `−min(cap, per·n)`.

use super::{Given, Scoring, least, most};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R06.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountDown {
    /// Points off for each.
    pub per: Num,
    /// Most points off.
    pub cap: Num,
    /// Whether it starts from full marks (`base = "full"`).
    pub from_full: bool,
}

impl CountDown {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let from_full = table.choice("base", &[("full", true), ("zero", false)]).unwrap_or(false);
        Self { per: table.number("per"), cap: table.number("cap"), from_full }
    }

    fn off(&self, given: &Given<'_>) -> Num {
        least(self.cap.clone(), &self.per * given.value)
    }
}

impl Scoring for CountDown {
    fn points(&self, given: &Given<'_>) -> Num {
        let off = self.off(given);
        if self.from_full { most(Num::zero(), given.weight - &off) } else { -&off }
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        let off = format!("min({}，{}×{})", self.cap, self.per, given.value.rounded(4));
        if self.from_full {
            format!("{} − {off}，不低于0分", given.full_marks())
        } else {
            format!("扣 {off} 分")
        }
    }

    fn needed(&self, given: &Given<'_>, wanted: &Num) -> Option<Num> {
        if self.per <= Num::zero() {
            return None;
        }
        let off = if self.from_full { given.weight - wanted } else { -wanted };
        Some(&most(Num::zero(), off) / &self.per)
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::Direction;
    use super::super::given::fixture::{needed, score};
    use super::*;
    use crate::number::num;

    #[test]
    fn from_full_marks_and_below_zero() {
        let full = CountDown { per: num("2.5"), cap: num("5"), from_full: true };
        for (n, points) in [("0", "5.00"), ("1", "2.50"), ("2", "0.00"), ("7", "0.00")] {
            assert_eq!(score(&full, n, "5", "个", Direction::Down), points);
        }
        // A weight that grew because others dropped out still loses no more than the cap.
        assert_eq!(score(&full, "9", "6.25", "个", Direction::Down), "1.25");
        let off = CountDown { per: num("0.3"), cap: num("2"), from_full: false };
        for (n, points) in [("0", "0.00"), ("1", "-0.30"), ("7", "-2.00")] {
            assert_eq!(score(&off, n, "-2", "次", Direction::Down), points);
        }
        assert_eq!(needed(&full, "2", "5", "个", "2.5").as_deref(), Some("1"));
    }
}
