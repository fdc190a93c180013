//! R04 排名赋分: points by the dense rank inside a scope; equal values share a rank and the next one is one lower.
//!
//! `W·max(floor, top − step·(rank − 1))`. A subject without a value is ranked with 0.

use super::{Given, Scoring, most};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R04, as shares of the weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByRank {
    /// Share of the first.
    pub top: Num,
    /// Share lost a rank.
    pub step: Num,
    /// Smallest share.
    pub floor: Num,
    /// Name of the scope (in the scheme's `[scopes]`) inside which ranks are counted; none: among all.
    pub scope: Option<String>,
}

impl ByRank {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        Self {
            top: table.number("top"),
            step: table.number("step"),
            floor: table.number("floor"),
            scope: table.opt_text("scope"),
        }
    }

    fn share(&self, rank: usize) -> Num {
        let below = Num::from(i64::try_from(rank.saturating_sub(1)).unwrap_or(i64::MAX));
        most(self.floor.clone(), &self.top - &(&self.step * &below))
    }
}

impl Scoring for ByRank {
    fn points(&self, given: &Given<'_>) -> Num {
        given.rank.map_or_else(Num::zero, |rank| given.weight * &self.share(rank))
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        let Some(rank) = given.rank else { return "没有名次，得0分".to_owned() };
        let scope = if self.scope.is_some() { "同类中" } else { "" };
        format!(
            "实际值{}，{scope}排第{rank}名：{} × max({}，{} − {}×{})",
            given.shown(),
            given.full_marks(),
            self.floor,
            self.top,
            self.step,
            rank.saturating_sub(1)
        )
    }

    fn needed(&self, _: &Given<'_>, _: &Num) -> Option<Num> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::Direction;
    use super::*;
    use crate::number::num;

    #[test]
    fn first_later_and_floor() {
        let rule = ByRank { top: num("1.0"), step: num("0.05"), floor: num("0.4"), scope: None };
        let (value, weight) = (num("7"), num("6"));
        for (rank, points) in
            [(Some(1), "6.00"), (Some(2), "5.70"), (Some(13), "2.40"), (Some(90), "2.40"), (None, "0.00")]
        {
            let given = Given { value: &value, weight: &weight, unit: "人次", direction: Direction::Up, rank };
            assert_eq!(format!("{:.2}", rule.points(&given).points()), points);
        }
    }
}
