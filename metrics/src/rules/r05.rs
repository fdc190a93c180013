//! R05 计数加分封顶: so many points for each, up to a cap. `min(cap, per·n)`.

use super::{Given, Scoring, least};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R05.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountUp {
    /// Points for each.
    pub per: Num,
    /// Most points.
    pub cap: Num,
}

impl CountUp {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        Self { per: table.number("per"), cap: table.number("cap") }
    }
}

impl Scoring for CountUp {
    fn points(&self, given: &Given<'_>) -> Num {
        least(self.cap.clone(), &self.per * given.value)
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        format!("{}分 × {}，封顶{}分", self.per, given.value.rounded(4), self.cap)
    }

    fn needed(&self, _: &Given<'_>, wanted: &Num) -> Option<Num> {
        (self.per > Num::zero() && *wanted <= self.cap).then(|| wanted / &self.per)
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::Direction;
    use super::super::given::fixture::{needed, score};
    use super::*;
    use crate::number::num;

    #[test]
    fn counts_up_to_the_cap() {
        let rule = CountUp { per: num("0.5"), cap: num("1") };
        for (n, points) in [("0", "0.00"), ("1", "0.50"), ("2", "1.00"), ("9", "1.00")] {
            assert_eq!(score(&rule, n, "1", "篇", Direction::Up), points);
        }
        assert_eq!(needed(&rule, "1", "1", "篇", "1").as_deref(), Some("2"));
    }
}
