//! R10 专家均分: the mean of the marks as a share of the scale. `v / scale·W`.
//!
//! The SQL gives the mean: with five marks or more the highest and the lowest are left out, recused marks never count.

use super::{Given, Scoring};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R10.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mean {
    /// Full mark of the experts.
    pub scale: Num,
}

impl Mean {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let scale = table.number("scale");
        if scale.is_zero() && table.opt_number("scale").is_some() {
            table.complain(&table.place_of("scale"), "scale 不能为0", "写出专家打分的满分，如 scale = 100");
        }
        Self { scale }
    }
}

impl Scoring for Mean {
    fn points(&self, given: &Given<'_>) -> Num {
        &(given.value / &self.scale) * given.weight
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        format!("专家均分{} ÷ {} × {}", given.value.rounded(6), self.scale, given.full_marks())
    }

    fn needed(&self, given: &Given<'_>, wanted: &Num) -> Option<Num> {
        Some(&(wanted / given.weight) * &self.scale)
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::Direction;
    use super::super::given::fixture::{needed, score};
    use super::*;
    use crate::number::num;

    #[test]
    fn a_share_of_the_scale() {
        let rule = Mean { scale: num("100") };
        for (value, points) in [("100", "15.00"), ("86.333333", "12.95"), ("0", "0.00")] {
            assert_eq!(score(&rule, value, "15", "分", Direction::Up), points);
        }
        assert_eq!(needed(&rule, "80", "15", "分", "13.5").as_deref(), Some("90"));
    }
}
