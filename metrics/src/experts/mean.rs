//! The mean of marks: from five on without one highest and one lowest, as the statements of the indicators have it.

use crate::number::Num;

/// Marks from which on the highest and the lowest are left out.
pub(super) const FEWEST_TO_TRIM: usize = 5;

/// The mean of the marks that count, half up at six places; none without a mark.
#[must_use]
pub fn mean(marks: &[Num]) -> Option<Num> {
    let mut marks = marks.to_vec();
    marks.sort();
    let counting = match marks.as_slice() {
        [_, within @ .., _] if marks.len() >= FEWEST_TO_TRIM => within,
        all => all,
    };
    let n = i64::try_from(counting.len()).ok().filter(|n| *n > 0)?;
    let sum: Num = counting.iter().sum();
    Some((&sum / &Num::from(n)).rounded(6))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::num;

    fn of(marks: &[&str]) -> Option<String> {
        mean(&marks.iter().map(|m| num(m)).collect::<Vec<_>>()).map(|m| m.to_string())
    }

    #[test]
    fn from_five_on_one_highest_and_one_lowest_are_left_out() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["80"]).as_deref(), Some("80"));
        assert_eq!(of(&["60", "70", "80", "90"]).as_deref(), Some("75"));
        assert_eq!(of(&["99", "80", "70", "82", "90"]).as_deref(), Some("84"));
        assert_eq!(of(&["90", "90", "90", "60", "60"]).as_deref(), Some("80"));
        assert_eq!(of(&["80", "80", "81"]).as_deref(), Some("80.333333"));
    }
}
