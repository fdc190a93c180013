//! R03 分档: the first band whose lower end the value reaches (inclusive) gives its points; below all bands nothing.

use super::{Given, Scoring};
use crate::definitions::reader::Reader;
use crate::number::Num;

/// Parameters of R03.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bands {
    /// Lower end (inclusive) and points, from the highest band down.
    pub bands: Vec<(Num, Num)>,
}

impl Bands {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let bands = table.pairs("bands");
        if bands.windows(2).any(|w| w[0].0 <= w[1].0) {
            table.complain(&table.place_of("bands"), "bands 的下限应从高到低", "按下限从高到低排列");
        }
        Self { bands }
    }

    fn band(&self, value: &Num) -> Option<&(Num, Num)> {
        self.bands.iter().find(|(from, _)| value >= from)
    }
}

impl Scoring for Bands {
    fn points(&self, given: &Given<'_>) -> Num {
        self.band(given.value).map_or_else(Num::zero, |(_, points)| points.clone())
    }

    fn arithmetic(&self, given: &Given<'_>) -> String {
        let value = format!("{}{}", given.value.rounded(4), given.unit);
        match self.band(given.value) {
            Some((from, points)) => format!("实际值{value}落在“{from}及以上”一档，得{points}分"),
            None => format!("实际值{value}未达到最低一档，得0分"),
        }
    }

    fn needed(&self, _: &Given<'_>, wanted: &Num) -> Option<Num> {
        self.bands.iter().rfind(|(_, points)| points >= wanted).map(|(from, _)| from.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::Direction;
    use super::super::given::fixture::{needed, score};
    use super::*;
    use crate::number::num;

    #[test]
    fn the_lower_end_belongs_to_the_band() {
        let rule = Bands { bands: vec![(num("90"), num("4")), (num("80"), num("2")), (num("0"), num("0"))] };
        for (value, points) in
            [("90", "4.00"), ("89.995", "2.00"), ("80", "2.00"), ("79.99", "0.00"), ("-1", "0.00"), ("100", "4.00")]
        {
            assert_eq!(score(&rule, value, "4", "分", Direction::Up), points, "{value}");
        }
        assert_eq!(needed(&rule, "85", "4", "分", "4").as_deref(), Some("90"));
    }
}
