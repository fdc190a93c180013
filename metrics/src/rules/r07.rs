//! R07 有无: full marks from `full_if` on, otherwise nothing.

use super::{Given, Scoring};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R07.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// The smallest value that gets full marks.
    pub full_if: Num,
}

impl Present {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        Self { full_if: table.number("full_if") }
    }
}

impl Scoring for Present {
    fn points(&self, given: &Given<'_>) -> Num {
        if *given.value >= self.full_if { given.weight.clone() } else { Num::zero() }
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        let need = given.show(&self.full_if);
        if *given.value >= self.full_if {
            format!("达到要求（{need}），得满分{}", given.full_marks())
        } else {
            format!("未达到要求（{need}），得0分")
        }
    }

    fn needed(&self, _: &Given<'_>, _: &Num) -> Option<Num> {
        Some(self.full_if.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::Direction;
    use super::super::given::fixture::score;
    use super::*;
    use crate::number::num;

    #[test]
    fn all_or_nothing() {
        let rule = Present { full_if: num("1") };
        for (value, points) in [("0", "0.00"), ("0.99", "0.00"), ("1", "3.00"), ("5", "3.00")] {
            assert_eq!(score(&rule, value, "3", "个", Direction::Up), points);
        }
    }
}
