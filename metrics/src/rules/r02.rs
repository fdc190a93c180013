//! R02 区间线性: nothing at `zero`, full marks at `full`, linear between.
//!
//! `W·clamp((v − zero) / (full − zero), 0, 1)`. Where less is better, `zero` is above `full` and the same formula holds.

use super::{Given, Scoring, clamp};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R02, in percent points for `%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linear {
    /// The value that gets nothing.
    pub zero: Num,
    /// The value that gets full marks.
    pub full: Num,
}

impl Linear {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let rule = Self { zero: table.number("zero"), full: table.number("full") };
        if rule.zero == rule.full && table.opt_number("full").is_some() {
            table.complain(&table.place_of("full"), "zero 与 full 不能相等", "写出0分值与满分值");
        }
        rule
    }
}

impl Scoring for Linear {
    fn points(&self, given: &Given<'_>) -> Num {
        let share = &(&given.measured() - &self.zero) / &(&self.full - &self.zero);
        given.weight * &clamp(share)
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        let v = given.measured();
        let share = &(&v - &self.zero) / &(&self.full - &self.zero);
        let (value, full, zero) = (given.shown(), given.show(&self.full), given.show(&self.zero));
        if share >= Num::one() {
            return format!("实际值{value}达到满分值{full}，得满分{}", given.full_marks());
        }
        if share <= Num::zero() {
            return format!("实际值{value}未超过0分值{zero}，得0分");
        }
        format!("{} ×（{} − {}）÷（{} − {}）", given.full_marks(), v.rounded(4), self.zero, self.full, self.zero)
    }

    fn needed(&self, given: &Given<'_>, wanted: &Num) -> Option<Num> {
        let share = wanted / given.weight;
        Some(&self.zero + &(&share * &(&self.full - &self.zero)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::Direction;
    use super::super::given::fixture::{needed, score};
    use super::*;
    use crate::number::num;

    #[test]
    fn both_ends_and_between() {
        let up = Linear { zero: num("60"), full: num("95") };
        for (value, points) in [("0.95", "3.00"), ("1", "3.00"), ("0.6", "0.00"), ("0.1", "0.00"), ("0.775", "1.50")] {
            assert_eq!(score(&up, value, "3", "%", Direction::Up), points, "{value}");
        }
        let down = Linear { zero: num("30"), full: num("10") };
        for (value, points) in [("10", "2.00"), ("30", "0.00"), ("31", "0.00"), ("20", "1.00"), ("0", "2.00")] {
            assert_eq!(score(&down, value, "2", "天", Direction::Down), points, "{value}");
        }
        // Growth may be negative: −20 % gets nothing, +10 % all.
        let growth = Linear { zero: num("-20"), full: num("10") };
        assert_eq!(score(&growth, "-0.05", "2", "%", Direction::Up), "1.00");
    }

    #[test]
    fn what_more_would_need() {
        let up = Linear { zero: num("60"), full: num("95") };
        assert_eq!(needed(&up, "0.775", "3", "%", "2.5").as_deref(), Some("89.166667"));
    }
}
