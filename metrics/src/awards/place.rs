//! Who is on the list: quota, reserve, ties.

use serde::Serialize;

use super::Entry;
use crate::number::Num;

/// What a list says of a nominee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 推荐: inside the quota.
    Recommended,
    /// 并列待议: tied across the last place; people decide.
    TiedAtQuota,
    /// 备选: inside the reserve.
    Reserve,
    /// 备选并列: tied across the last reserve place; people decide.
    TiedAtReserve,
    /// 未列入: below.
    NotListed,
    /// 不予推荐: a condition is not met.
    Excluded,
}

impl Verdict {
    /// In Chinese.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Recommended => "推荐",
            Self::TiedAtQuota => "并列待议",
            Self::Reserve => "备选",
            Self::TiedAtReserve => "备选并列待议",
            Self::NotListed => "未列入",
            Self::Excluded => "不予推荐",
        }
    }
}

/// Reserve places: a share of the quota, begun places whole.
pub(super) fn reserve_places(quota: usize, share: &Num) -> usize {
    let places = (&Num::from(i64::try_from(quota).unwrap_or(0)) * share).ceil();
    places.to_string().parse().unwrap_or(0)
}

/// Gives the verdicts. Entries come by rank; those that are excluded keep their verdict, take no place and go last. Equal
/// ranks are treated alike: either all of them are inside a line, or the tie is left to people.
pub(super) fn place(entries: &mut [Entry], quota: Option<usize>, reserve: usize) {
    entries.sort_by_key(|e| (e.verdict == Verdict::Excluded, e.rank));
    let Some(quota) = quota else { return };
    let in_it: Vec<usize> = entries.iter().filter(|e| e.verdict != Verdict::Excluded).map(|e| e.rank).collect();
    for (entry, rank) in entries.iter_mut().zip(&in_it) {
        let before = in_it.iter().filter(|r| *r < rank).count();
        let with = in_it.iter().filter(|r| *r <= rank).count();
        entry.verdict = if with <= quota {
            Verdict::Recommended
        } else if before < quota {
            Verdict::TiedAtQuota
        } else if with <= quota + reserve {
            Verdict::Reserve
        } else if before < quota + reserve {
            Verdict::TiedAtReserve
        } else {
            Verdict::NotListed
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::num;

    fn verdicts(ranks: &[(usize, bool)], quota: Option<usize>, reserve: usize) -> Vec<Verdict> {
        let entry = |(rank, excluded): &(usize, bool)| Entry {
            nomination: String::new(),
            nominee: String::new(),
            unit: String::new(),
            total: String::new(),
            rank: *rank,
            verdict: if *excluded { Verdict::Excluded } else { Verdict::NotListed },
            priority: None,
            reasons: Vec::new(),
            remarks: Vec::new(),
            evidence: Vec::new(),
        };
        let mut entries: Vec<Entry> = ranks.iter().map(entry).collect();
        place(&mut entries, quota, reserve);
        entries.iter().map(|e| e.verdict).collect()
    }

    use Verdict::{Excluded, NotListed, Recommended, Reserve, TiedAtQuota, TiedAtReserve};

    #[test]
    fn quota_then_reserve_then_nothing() {
        let ranks = [(1, false), (2, false), (3, false), (4, false)];
        assert_eq!(verdicts(&ranks, Some(2), 1), [Recommended, Recommended, Reserve, NotListed]);
        assert_eq!(verdicts(&ranks, None, 0), [NotListed; 4]);
    }

    #[test]
    fn who_is_out_takes_no_place() {
        let ranks = [(1, true), (2, false), (3, false)];
        assert_eq!(verdicts(&ranks, Some(1), 1), [Recommended, Reserve, Excluded]);
    }

    #[test]
    fn a_tie_across_a_line_is_left_to_people() {
        let ranks = [(1, false), (2, false), (2, false), (4, false)];
        assert_eq!(verdicts(&ranks, Some(2), 1), [Recommended, TiedAtQuota, TiedAtQuota, NotListed]);
        assert_eq!(verdicts(&ranks, Some(3), 1), [Recommended, Recommended, Recommended, Reserve]);
        let ranks = [(1, false), (2, false), (2, false)];
        assert_eq!(verdicts(&ranks, Some(1), 1), [Recommended, TiedAtReserve, TiedAtReserve]);
    }

    #[test]
    fn reserve_places_are_rounded_up() {
        for (quota, places) in [(0, 0), (3, 1), (5, 1), (6, 2), (8, 2), (10, 2)] {
            assert_eq!(reserve_places(quota, &num("0.2")), places);
        }
    }
}
