//! R11 最优区间: full marks inside `[lo, hi]`, linear to nothing at `zero_lo` below and `zero_hi` above.

use super::{Given, Scoring, most};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R11, in percent points for `%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// Lower end of the best interval.
    pub lo: Num,
    /// Upper end of the best interval.
    pub hi: Num,
    /// Nothing at or below.
    pub zero_lo: Num,
    /// Nothing at or above.
    pub zero_hi: Num,
}

impl Interval {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let rule = Self {
            lo: table.number("lo"),
            hi: table.number("hi"),
            zero_lo: table.number("zero_lo"),
            zero_hi: table.number("zero_hi"),
        };
        let whole = ["lo", "hi", "zero_lo", "zero_hi"].iter().all(|k| table.opt_number(k).is_some());
        if whole && !(rule.zero_lo < rule.lo && rule.lo <= rule.hi && rule.hi < rule.zero_hi) {
            table.complain(&table.place(), "应有 zero_lo < lo ≤ hi < zero_hi", "核对四个界限的大小");
        }
        rule
    }
}

impl Scoring for Interval {
    fn points(&self, given: &Given<'_>) -> Num {
        let v = given.measured();
        if self.lo <= v && v <= self.hi {
            return given.weight.clone();
        }
        let share = if v < self.lo {
            &(&v - &self.zero_lo) / &(&self.lo - &self.zero_lo)
        } else {
            &(&self.zero_hi - &v) / &(&self.zero_hi - &self.hi)
        };
        given.weight * &most(Num::zero(), share)
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        let v = given.measured();
        let (value, full) = (given.shown(), given.full_marks());
        let Self { lo, hi, zero_lo, zero_hi } = self;
        if *lo <= v && v <= *hi {
            return format!("实际值{value}在最优区间[{lo}，{hi}]内，得满分{full}");
        }
        if v < *lo {
            return format!("{full} × max(0，（{} − {zero_lo}）÷（{lo} − {zero_lo}）)", v.rounded(4));
        }
        format!("{full} × max(0，（{zero_hi} − {}）÷（{zero_hi} − {hi}）)", v.rounded(4))
    }

    fn needed(&self, given: &Given<'_>, wanted: &Num) -> Option<Num> {
        let share = wanted / given.weight;
        Some(if given.measured() < self.lo {
            &self.zero_lo + &(&share * &(&self.lo - &self.zero_lo))
        } else {
            &self.zero_hi - &(&share * &(&self.zero_hi - &self.hi))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::Direction;
    use super::super::given::fixture::{needed, score};
    use super::*;
    use crate::number::num;

    #[test]
    fn inside_below_and_above() {
        let rule = Interval { lo: num("90"), hi: num("100"), zero_lo: num("50"), zero_hi: num("115") };
        for (value, points) in [
            ("0.9", "5.00"),
            ("1", "5.00"),
            ("0.7", "2.50"),
            ("0.5", "0.00"),
            ("0.2", "0.00"),
            ("1.075", "2.50"),
            ("1.15", "0.00"),
            ("2", "0.00"),
        ] {
            assert_eq!(score(&rule, value, "5", "%", Direction::Range), points, "{value}");
        }
        assert_eq!(needed(&rule, "0.6", "5", "%", "2.5").as_deref(), Some("70"));
        assert_eq!(needed(&rule, "1.1", "5", "%", "2.5").as_deref(), Some("107.5"));
    }
}
