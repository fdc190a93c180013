//! R12 资格条件: passed or not, no points.

use crate::definitions::reader::Reader;
use crate::number::Num;
use crate::rules::given::show;

/// Parameters of R12, in percent points for `%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// How the value is compared.
    pub op: Op,
    /// With what.
    pub value: Num,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `=`
    Equal,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
}

impl Condition {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let words = [("=", Op::Equal), (">=", Op::AtLeast), ("<=", Op::AtMost)];
        Self { op: table.must_choose("op", &words, Op::Equal), value: table.number("value") }
    }

    /// Whether a measured value passes.
    #[must_use]
    pub fn passes(&self, measured: &Num) -> bool {
        match self.op {
            Op::Equal => *measured == self.value,
            Op::AtLeast => *measured >= self.value,
            Op::AtMost => *measured <= self.value,
        }
    }

    /// The condition in words, e.g. `不超过20%`.
    #[must_use]
    pub fn text(&self, unit: &str) -> String {
        let word = match self.op {
            Op::Equal if unit == "是/否" => "",
            Op::Equal => "等于",
            Op::AtLeast => "不少于",
            Op::AtMost => "不超过",
        };
        format!("{word}{}", show(&self.value, unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::num;

    #[test]
    fn the_boundary_belongs_to_the_condition() {
        let at_most = Condition { op: Op::AtMost, value: num("20") };
        assert!(at_most.passes(&num("20")) && !at_most.passes(&num("20.01")));
        let at_least = Condition { op: Op::AtLeast, value: num("3") };
        assert!(at_least.passes(&num("3")) && !at_least.passes(&num("2")));
        let none = Condition { op: Op::Equal, value: num("0") };
        assert!(none.passes(&num("0.00")) && !none.passes(&num("1")));
        assert_eq!(at_most.text("%"), "不超过20%");
        let yes = Condition { op: Op::Equal, value: num("1") };
        assert_eq!(yes.text("是/否"), "为是");
    }
}
