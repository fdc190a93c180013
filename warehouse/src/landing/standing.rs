//! Which row of a natural key is in force. Pure.
//!
//! Inside one table and one sending unit: among the revisions in force of all periods, the row of the latest period is the
//! one in force, whatever the order of arrival. A new revision of a period replaces all rows of the one before: those
//! missing in it are gone, and a row of an earlier period with the same key comes back into force.

use std::collections::BTreeSet;

use suixin_ingest::period::Period;

use crate::digest::Key;

/// A stored row: in force, or replaced but of a revision that still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stored {
    pub key: Key,
    pub period: Period,
    pub revision: u32,
    /// Place in the list of files read.
    pub file: usize,
    pub row: u32,
}

/// A delivered row of a revision in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Incoming {
    pub key: Key,
    pub period: Period,
    /// Place in the list of staged tables.
    pub part: usize,
    pub row: u32,
}

/// What happens to the rows; numbers are places in the lists given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Stored rows in force that are not any more.
    pub close: Vec<usize>,
    /// Replaced rows that come back into force.
    pub revive: Vec<usize>,
    /// Delivered rows that come into force.
    pub enter: Vec<usize>,
    /// Delivered rows that a later period has overtaken already.
    pub past: Vec<usize>,
    /// A delivered row and the row of the next earlier period with the same key.
    pub follows: Vec<(usize, Earlier)>,
}

/// A row that another one follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Earlier {
    Stored(usize),
    Incoming(usize),
}

/// Keys (sorted) whose row in force goes without a delivered row of the same or a later period: a replaced row may come
/// back for them, so the replaced rows must be read.
pub(super) fn orphans(standing: &[Stored], replaced: &BTreeSet<Period>, incoming: &[Incoming]) -> Vec<Key> {
    let order = by_key(incoming);
    let mut out: Vec<Key> = standing
        .iter()
        .filter(|s| replaced.contains(&s.period))
        .filter(|s| last_of(&order, incoming, s.key).is_none_or(|i| incoming[i].period < s.period))
        .map(|s| s.key)
        .collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Decides. `replaced` are the periods with a new revision in force; `shadows` the replaced rows of the [`orphans`].
pub(super) fn plan(
    standing: &[Stored],
    replaced: &BTreeSet<Period>,
    incoming: &[Incoming],
    shadows: &[Stored],
) -> Plan {
    let mut plan = Plan::default();
    let order = by_key(incoming);
    let shadows = Sorted::new(shadows);
    let mut overtaken = BTreeSet::new();
    for (place, stored) in standing.iter().enumerate() {
        let rival = last_of(&order, incoming, stored.key);
        if replaced.contains(&stored.period) {
            plan.close.push(place);
            let shadow = shadows.last(stored.key);
            if let Some((place, _)) = shadow.filter(|(_, s)| rival.is_none_or(|i| incoming[i].period < s.period)) {
                plan.revive.push(place);
                overtaken.insert(stored.key);
            }
        } else if rival.is_some_and(|i| incoming[i].period > stored.period) {
            plan.close.push(place);
        } else if rival.is_some() {
            overtaken.insert(stored.key);
        }
    }
    for (at, index) in order.iter().enumerate() {
        let key = incoming[*index].key;
        let is_last = order.get(at + 1).is_none_or(|next| incoming[*next].key != key);
        let side = if is_last && !overtaken.contains(&key) { &mut plan.enter } else { &mut plan.past };
        side.push(*index);
    }
    plan.follows = follows(standing, replaced, &order, incoming);
    plan
}

/// For every delivered row the row of the same key and the next earlier period, if that is in force or delivered.
fn follows(
    standing: &[Stored],
    replaced: &BTreeSet<Period>,
    order: &[usize],
    incoming: &[Incoming],
) -> Vec<(usize, Earlier)> {
    let sorted = Sorted::new(standing);
    let mut out = Vec::new();
    for (at, index) in order.iter().enumerate() {
        let row = &incoming[*index];
        let delivered = at.checked_sub(1).map(|i| order[i]).filter(|i| incoming[*i].key == row.key);
        let stored = sorted.last(row.key).filter(|(_, s)| !replaced.contains(&s.period) && s.period < row.period);
        let earlier = match (delivered, stored) {
            (Some(d), Some((place, s))) if s.period > incoming[d].period => Earlier::Stored(place),
            (Some(d), _) => Earlier::Incoming(d),
            (None, Some((place, _))) => Earlier::Stored(place),
            (None, None) => continue,
        };
        out.push((*index, earlier));
    }
    out
}

/// Stored rows by key and period.
struct Sorted<'a> {
    rows: &'a [Stored],
    order: Vec<usize>,
}

impl<'a> Sorted<'a> {
    fn new(rows: &'a [Stored]) -> Self {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by(|a, b| (rows[*a].key, rows[*a].period).cmp(&(rows[*b].key, rows[*b].period)));
        Self { rows, order }
    }

    /// The row of a key with the latest period, and its place.
    fn last(&self, key: Key) -> Option<(usize, &'a Stored)> {
        let end = self.order.partition_point(|i| self.rows[*i].key <= key);
        let place = *self.order.get(end.checked_sub(1)?)?;
        Some((place, &self.rows[place])).filter(|(_, s)| s.key == key)
    }
}

/// Places in the order of key and period.
fn by_key(incoming: &[Incoming]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..incoming.len()).collect();
    order.sort_by(|a, b| (incoming[*a].key, incoming[*a].period).cmp(&(incoming[*b].key, incoming[*b].period)));
    order
}

/// The delivered row of a key with the latest period.
fn last_of(order: &[usize], incoming: &[Incoming], key: Key) -> Option<usize> {
    let end = order.partition_point(|i| incoming[*i].key <= key);
    end.checked_sub(1).and_then(|i| order.get(i)).copied().filter(|i| incoming[*i].key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(m: u32) -> Period {
        Period::month(2025, m)
    }

    fn stored(key: Key, m: u32) -> Stored {
        Stored { key, period: month(m), revision: 0, file: 0, row: 0 }
    }

    fn incoming(key: Key, m: u32) -> Incoming {
        Incoming { key, period: month(m), part: 0, row: 0 }
    }

    fn replaced(months: &[u32]) -> BTreeSet<Period> {
        months.iter().map(|m| month(*m)).collect()
    }

    #[test]
    fn the_later_period_is_in_force_whatever_came_first() {
        let later = plan(&[stored(1, 1)], &replaced(&[2]), &[incoming(1, 2)], &[]);
        assert_eq!((later.close, later.enter, later.past), (vec![0], vec![0], vec![]));
        assert_eq!(later.follows, [(0, Earlier::Stored(0))]);
        let earlier = plan(&[stored(1, 2)], &replaced(&[1]), &[incoming(1, 1)], &[]);
        assert_eq!((earlier.close, earlier.enter, earlier.past), (vec![], vec![], vec![0]));
        let both = plan(&[], &replaced(&[1, 2]), &[incoming(1, 2), incoming(1, 1)], &[]);
        assert_eq!((both.enter, both.past), (vec![0], vec![1]));
        assert_eq!(both.follows, [(0, Earlier::Incoming(1))]);
    }

    #[test]
    fn a_correction_replaces_the_whole_period() {
        let standing = [stored(1, 1), stored(2, 1), stored(3, 2)];
        let corrected = plan(&standing, &replaced(&[1]), &[incoming(1, 1)], &[]);
        assert_eq!((corrected.close, corrected.enter), (vec![0, 1], vec![0]));
        assert!(corrected.follows.is_empty(), "the same period corrected is no change of history");
    }

    #[test]
    fn a_row_that_a_correction_drops_gives_way_to_the_earlier_one() {
        let standing = [stored(1, 2)];
        let nil = replaced(&[2]);
        assert_eq!(orphans(&standing, &nil, &[]), [1]);
        let shadows = [stored(1, 1), Stored { period: Period::month(2024, 12), ..stored(1, 1) }];
        let back = plan(&standing, &nil, &[], &shadows);
        assert_eq!((back.close, back.revive), (vec![0], vec![0]));
        // The same delivery brings an even earlier or a later row of the key.
        let early = plan(
            &standing,
            &replaced(&[2, 12]),
            &[Incoming { period: Period::month(2023, 12), ..incoming(1, 1) }],
            &shadows,
        );
        assert_eq!((early.revive, early.past), (vec![0], vec![0]));
        assert!(orphans(&standing, &nil, &[incoming(1, 3)]).is_empty());
    }

    /// The rule stated directly: of all counting rows of a key the one of the latest period.
    #[test]
    fn any_order_of_arrival_gives_the_same_rows_in_force() {
        let slots: Vec<(u32, Vec<Key>)> = vec![(1, vec![1, 2, 3]), (2, vec![2, 3]), (3, vec![3]), (4, vec![1])];
        let expected: Vec<(Key, u32)> = vec![(1, 4), (2, 2), (3, 3)];
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            let mut standing: Vec<Stored> = Vec::new();
            for slot in order {
                let (m, keys) = &slots[slot];
                let new: Vec<Incoming> = keys.iter().map(|k| incoming(*k, *m)).collect();
                let plan = plan(&standing, &replaced(&[*m]), &new, &[]);
                let mut next: Vec<Stored> =
                    standing.iter().enumerate().filter(|(i, _)| !plan.close.contains(i)).map(|(_, s)| *s).collect();
                next.extend(plan.enter.iter().map(|i| Stored {
                    key: new[*i].key,
                    period: new[*i].period,
                    revision: 0,
                    file: 0,
                    row: 0,
                }));
                standing = next;
            }
            let mut found: Vec<(Key, u32)> =
                standing.iter().map(|s| (s.key, s.period.last().to_string()[5..7].parse().unwrap())).collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{order:?}");
        }
    }
}
