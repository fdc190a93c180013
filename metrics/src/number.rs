//! Decimal arithmetic of the scoring: 28 significant digits, half-even after every operation, points half-up at two places.
//!
//! A division that does not end must be cut somewhere, and where it is cut decides a tie at the third decimal. So the
//! place is fixed: every operation is rounded to 28 significant digits as the General Decimal Arithmetic specification
//! (and every implementation of it) does. Floats never take part.

use std::fmt;
use std::num::NonZeroU64;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::str::FromStr;

use bigdecimal::{BigDecimal, RoundingMode, Zero};
use rust_decimal::Decimal;

const DIGITS: u64 = 28;

/// A decimal number of at most 28 significant digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Num(BigDecimal);

impl Num {
    /// Zero.
    #[must_use]
    pub fn zero() -> Self {
        Self(BigDecimal::zero())
    }

    /// One.
    #[must_use]
    pub fn one() -> Self {
        Self::from(1)
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Half-up (四舍五入, away from zero at a tie) to two places: the rounding of points.
    #[must_use]
    pub fn points(&self) -> Self {
        Self(self.0.with_scale_round(2, RoundingMode::HalfUp))
    }

    /// Half-up to `places` decimals, without trailing zeros.
    #[must_use]
    pub fn rounded(&self, places: i64) -> Self {
        Self(self.0.with_scale_round(places, RoundingMode::HalfUp).normalized())
    }

    /// The smallest whole number that is not less.
    #[must_use]
    pub fn ceil(&self) -> Self {
        Self(self.0.with_scale_round(0, RoundingMode::Ceiling))
    }

    /// The largest whole number that is not more.
    #[must_use]
    pub fn floor(&self) -> Self {
        Self(self.0.with_scale_round(0, RoundingMode::Floor))
    }

    /// A hundred times as much: a ratio in percent points.
    #[must_use]
    pub fn percent(&self) -> Self {
        self * &Self::from(100)
    }

    /// As the decimal type of the other crates; `None` beyond its 96 bits.
    #[must_use]
    pub fn to_decimal(&self) -> Option<Decimal> {
        Decimal::from_str(&self.0.to_plain_string()).ok()
    }

    fn cut(x: BigDecimal) -> Self {
        if x.digits() <= DIGITS {
            return Self(x);
        }
        let digits = NonZeroU64::new(DIGITS).unwrap_or(NonZeroU64::MIN);
        Self(x.with_precision_round(digits, RoundingMode::HalfEven))
    }
}

impl From<i64> for Num {
    fn from(i: i64) -> Self {
        Self(BigDecimal::from(i))
    }
}

impl From<Decimal> for Num {
    fn from(d: Decimal) -> Self {
        Self(BigDecimal::new(d.mantissa().into(), i64::from(d.scale())))
    }
}

impl Default for Num {
    fn default() -> Self {
        Self::zero()
    }
}

/// A text that is no decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}”不是数字")]
pub struct NotANumber(pub String);

impl FromStr for Num {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        BigDecimal::from_str(text).map(Self).map_err(|_| NotANumber(text.to_owned()))
    }
}

impl fmt::Display for Num {
    /// Plain digits; a precision (`{:.2}`) rounds half-up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match f.precision() {
            Some(places) => self.0.with_scale_round(i64::try_from(places).unwrap_or(0), RoundingMode::HalfUp),
            None => self.0.normalized(),
        };
        f.write_str(&shown.to_plain_string())
    }
}

impl fmt::Debug for Num {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl serde::Serialize for Num {
    /// As plain digits in a text, so that no reader makes a float of it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Add for &Num {
    type Output = Num;
    fn add(self, other: &Num) -> Num {
        Num::cut(&self.0 + &other.0)
    }
}

impl Sub for &Num {
    type Output = Num;
    fn sub(self, other: &Num) -> Num {
        Num::cut(&self.0 - &other.0)
    }
}

impl Mul for &Num {
    type Output = Num;
    fn mul(self, other: &Num) -> Num {
        Num::cut(&self.0 * &other.0)
    }
}

impl Div for &Num {
    type Output = Num;
    /// The caller has seen to it that `other` is not zero; zero gives zero rather than a crash.
    fn div(self, other: &Num) -> Num {
        if other.is_zero() { Num::zero() } else { Num::cut(&self.0 / &other.0) }
    }
}

impl Neg for &Num {
    type Output = Num;
    fn neg(self) -> Num {
        Num(-&self.0)
    }
}

impl<'a> std::iter::Sum<&'a Num> for Num {
    fn sum<I: Iterator<Item = &'a Num>>(items: I) -> Num {
        items.fold(Num::zero(), |a, b| &a + b)
    }
}

#[cfg(test)]
pub(crate) fn num(text: &str) -> Num {
    text.parse().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_keeps_28_significant_digits() {
        assert_eq!((&num("1") / &num("3")).to_string(), "0.3333333333333333333333333333");
        assert_eq!((&num("1") / &num("600")).to_string(), "0.001666666666666666666666666667");
        assert_eq!((&num("200") / &num("3")).to_string(), "66.66666666666666666666666667");
        assert_eq!((&num("1") / &num("0")).to_string(), "0");
    }

    #[test]
    fn points_round_half_up() {
        for (x, y) in [("89.995", "90.00"), ("89.9949", "89.99"), ("-0.125", "-0.13"), ("1.005", "1.01"), ("0", "0.00")]
        {
            assert_eq!(format!("{:.2}", num(x).points()), y);
        }
    }

    #[test]
    fn text_is_plain() {
        assert_eq!(num("1000000000").to_string(), "1000000000");
        assert_eq!(num("12.3400").to_string(), "12.34");
        assert_eq!(num("0.00000001").to_string(), "0.00000001");
        assert_eq!(Num::from(Decimal::new(12_345, 2)).to_string(), "123.45");
        assert_eq!(num("2.675").to_decimal(), Some(Decimal::new(2675, 3)));
        assert!("一".parse::<Num>().is_err());
    }
}
