//! Weights when indicators do not apply (N1).
//!
//! The weight of an indicator that does not apply goes to the others of its first-level group in proportion to their
//! weights, so that the group keeps its total. When a whole group drops out, its weight goes to the other groups in
//! proportion to theirs, so that the scheme keeps its full score. When everything drops, nothing is left to score.

use std::collections::BTreeMap;

use crate::number::Num;

/// The weight of each core indicator after redistribution; `None` for those that do not apply.
///
/// `items` are group, weight and whether the indicator does not apply.
#[must_use]
pub fn effective_weights(items: &[(&str, &Num, bool)]) -> Vec<Option<Num>> {
    let mut whole: BTreeMap<&str, Num> = BTreeMap::new();
    let mut alive: BTreeMap<&str, Num> = BTreeMap::new();
    for (group, weight, dropped) in items {
        add(&mut whole, group, weight);
        if !dropped {
            add(&mut alive, group, weight);
        }
    }
    let all: Num = whole.values().sum();
    let kept: Num = alive.keys().filter_map(|g| whole.get(g)).sum();
    let scale = &all / &kept;
    items
        .iter()
        .map(|(group, weight, dropped)| {
            let (whole, alive) = (whole.get(group)?, alive.get(group)?);
            let factor = &(whole * &scale) / alive;
            (!dropped).then(|| *weight * &factor)
        })
        .collect()
}

fn add<'a>(sums: &mut BTreeMap<&'a str, Num>, group: &'a str, weight: &Num) {
    let sum = sums.entry(group).or_default();
    *sum = &*sum + weight;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::num;

    fn weights(items: &[(&str, &str, bool)]) -> Vec<String> {
        let weights: Vec<Num> = items.iter().map(|(_, w, _)| num(w)).collect();
        let items: Vec<_> = items.iter().zip(&weights).map(|((g, _, d), w)| (*g, w, *d)).collect();
        effective_weights(&items)
            .iter()
            .map(|w| w.as_ref().map_or("-".to_owned(), |w| w.rounded(6).to_string()))
            .collect()
    }

    #[test]
    fn nothing_drops() {
        assert_eq!(weights(&[("一", "60", false), ("二", "40", false)]), ["60", "40"]);
    }

    #[test]
    fn the_rest_of_the_group_takes_over() {
        assert_eq!(
            weights(&[("一", "2", true), ("一", "3", false), ("一", "1", false), ("二", "94", false)]),
            ["-", "4.5", "1.5", "94"]
        );
    }

    #[test]
    fn a_whole_group_goes_to_the_others_in_proportion() {
        assert_eq!(weights(&[("一", "20", true), ("二", "60", false), ("三", "20", false)]), ["-", "75", "25"]);
    }

    #[test]
    fn group_and_rest_together() {
        // 一 (20) drops whole; in 二 (60) a third drops; 三 keeps 20: 二 has 75, 三 has 25.
        assert_eq!(
            weights(&[("一", "20", true), ("二", "20", true), ("二", "40", false), ("三", "20", false)]),
            ["-", "-", "75", "25"]
        );
    }

    #[test]
    fn everything_drops() {
        assert_eq!(weights(&[("一", "20", true), ("二", "80", true)]), ["-", "-"]);
    }
}
