//! Order with ties: numbers that differ by rounding only are equal, so that no rank hangs on a float's last bit.
//!
//! Two numbers tie when they differ by at most 1e-12 of the larger one's size, or by 1e-14 of the largest size in the
//! column (what cancelling leaves around zero). Ties are counted from the best of each run of equals, not from
//! neighbour to neighbour: a chain of small steps does not become one tie.

use super::stats::count;

/// Relative difference up to which two numbers are equal.
pub const RELATIVE: f64 = 1e-12;
/// Difference up to which two numbers are equal, as a share of the largest size in the column.
pub const NOISE: f64 = 1e-14;

/// The place of equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ties {
    /// 1, 2, 2, 4: the best place that they share.
    #[default]
    Competition,
    /// 1, 2, 2, 3.
    Dense,
    /// 1, 2.5, 2.5, 4.
    Mean,
    /// 1, 3, 3, 4: the last place that they share.
    Last,
}

/// Largest size in a column.
#[must_use]
pub fn size(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m: f64, v| m.max(v.abs()))
}

/// Whether two numbers of a column of this size are equal.
#[must_use]
pub fn equal(a: f64, b: f64, size: f64) -> bool {
    (a - b).abs() <= (RELATIVE * a.abs().max(b.abs())).max(NOISE * size)
}

/// Ranks from 1; the largest number is first if `high_first`, the smallest otherwise.
#[must_use]
pub fn ranks(x: &[f64], high_first: bool, ties: Ties) -> Vec<f64> {
    let mut ranks = vec![0.0; x.len()];
    let (mut before, mut groups) = (0, 0);
    for group in groups_of(x, high_first) {
        groups += 1;
        let place = match ties {
            Ties::Competition => count(before + 1),
            Ties::Dense => count(groups),
            Ties::Mean => count(2 * before + 1 + group.len()) / 2.0,
            Ties::Last => count(before + group.len()),
        };
        before += group.len();
        for i in group {
            if let Some(rank) = ranks.get_mut(i) {
                *rank = place;
            }
        }
    }
    ranks
}

/// Ranks from 1 upwards, equals at their mean rank.
#[must_use]
pub fn mean_ranks(x: &[f64]) -> Vec<f64> {
    ranks(x, false, Ties::Mean)
}

/// The places of equal numbers together, in order.
fn groups_of(x: &[f64], high_first: bool) -> Vec<Vec<usize>> {
    let size = size(x);
    let mut order: Vec<(f64, usize)> = x.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| if high_first { b.0.total_cmp(&a.0) } else { a.0.total_cmp(&b.0) });
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut head = None;
    for (value, i) in order {
        match (head, groups.last_mut()) {
            (Some(first), Some(group)) if equal(first, value, size) => group.push(i),
            _ => {
                head = Some(value);
                groups.push(vec![i]);
            }
        }
    }
    groups
}

/// Competition ranks into a buffer, without allocating: what simulations ask ten thousand times.
pub fn competition_into(x: &[f64], high_first: bool, order: &mut Vec<(f64, usize)>, ranks: &mut [u32]) {
    let size = size(x);
    order.clear();
    order.extend(x.iter().map(|v| if high_first { -v } else { *v }).zip(0..));
    order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut head, mut place) = (None, 0);
    for ((value, at), position) in order.iter().zip(1..) {
        if !head.is_some_and(|first| equal(first, *value, size)) {
            (head, place) = (Some(*value), position);
        }
        if let Some(rank) = ranks.get_mut(*at) {
            *rank = place;
        }
    }
}

/// A number rounded half up (away from zero) at so many decimals; what is a half but for the last bits counts as a half.
#[must_use]
pub fn rounded(x: f64, digits: u32) -> f64 {
    let scale = 10.0_f64.powi(i32::try_from(digits.min(15)).unwrap_or(15));
    let scaled = (x * scale).abs();
    let up = scaled.fract() >= 0.5 - 1e-9 * scaled.max(1.0).min(1e3);
    (scaled.trunc() + if up { 1.0 } else { 0.0 }) / scale * x.signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bit_decides_nothing() {
        let x = [0.1 + 0.2, 0.3, 0.5, 0.1];
        assert_eq!(ranks(&x, true, Ties::Competition), [2.0, 2.0, 1.0, 4.0]);
        assert_eq!(ranks(&x, true, Ties::Dense), [2.0, 2.0, 1.0, 3.0]);
        assert_eq!(ranks(&x, false, Ties::Mean), [2.5, 2.5, 4.0, 1.0]);
        assert_eq!(ranks(&x, true, Ties::Last), [3.0, 3.0, 1.0, 4.0]);
        assert_eq!(ranks(&[1e-17, -1e-17, 1.0], true, Ties::Competition), [2.0, 2.0, 1.0]);
    }

    #[test]
    fn both_ways_to_competition_ranks_agree() {
        let x = [0.1 + 0.2, 0.3, 0.5, 0.1, 0.5];
        for high_first in [true, false] {
            let mut quick = [0; 5];
            competition_into(&x, high_first, &mut Vec::new(), &mut quick);
            assert_eq!(quick.map(f64::from).to_vec(), ranks(&x, high_first, Ties::Competition));
        }
    }

    #[test]
    fn a_chain_of_small_steps_is_not_one_tie() {
        let steps: Vec<f64> = (0..4).map(|i| 1.0 + f64::from(i) * 0.7e-12).collect();
        assert_eq!(ranks(&steps, false, Ties::Competition), [1.0, 1.0, 3.0, 3.0]);
    }

    #[test]
    fn halves_go_up() {
        assert_eq!(
            (rounded(0.8005, 3), rounded(1.005, 2), rounded(-2.5, 0), rounded(0.7994, 3)),
            (0.801, 1.01, -3.0, 0.799)
        );
    }
}
