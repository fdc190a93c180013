//! From numerator and denominator to a value.

use crate::definitions::NaPolicy;
use crate::evaluation::Measured;
use crate::number::Num;

/// The denominator decides: without one (no row, NULL or 0) the value does not apply, whatever the numerator; with one, a
/// missing numerator counts as nothing. An indicator that has no denominator and no row is not applicable under N1 and 0
/// under N2 and N3.
#[must_use]
pub fn value_of(has_denominator: bool, na: NaPolicy, numerator: Option<Num>, denominator: Option<Num>) -> Measured {
    let value = if has_denominator {
        let nothing = Num::zero();
        denominator.as_ref().filter(|d| !d.is_zero()).map(|d| numerator.as_ref().unwrap_or(&nothing) / d)
    } else {
        numerator.clone().or_else(|| (na != NaPolicy::NotApplicable).then(Num::zero))
    };
    Measured { is_na: value.is_none(), numerator, denominator, value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::num;

    fn value(has: bool, na: NaPolicy, n: Option<&str>, d: Option<&str>) -> String {
        let m = value_of(has, na, n.map(num), d.map(num));
        assert_eq!(m.is_na, m.value.is_none());
        m.value.map_or("NA".to_owned(), |v| v.to_string())
    }

    #[test]
    fn the_denominator_decides() {
        for na in [NaPolicy::NotApplicable, NaPolicy::Full, NaPolicy::Zero] {
            assert_eq!(value(true, na, Some("3"), Some("4")), "0.75");
            assert_eq!(value(true, na, None, Some("4")), "0");
            assert_eq!(value(true, na, Some("3"), Some("0")), "NA");
            assert_eq!(value(true, na, Some("3"), None), "NA");
        }
    }

    #[test]
    fn without_a_denominator_the_policy_decides() {
        assert_eq!(value(false, NaPolicy::NotApplicable, None, None), "NA");
        assert_eq!(value(false, NaPolicy::Full, None, None), "0");
        assert_eq!(value(false, NaPolicy::Zero, None, None), "0");
        assert_eq!(value(false, NaPolicy::NotApplicable, Some("2"), None), "2");
    }
}
