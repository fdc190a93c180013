//! Statistics of a column. All take numbers only; what is absent was left out before.
//!
//! Sums are compensated, so that the order of rows moves a result by no more than the last bit.

use super::tie;

/// The sum, compensated (Neumaier 1974).
#[must_use]
pub fn sum(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for x in numbers {
        let next = total + x;
        lost += if total.abs() >= x.abs() { (total - next) + x } else { (x - next) + total };
        total = next;
    }
    total + lost
}

/// The arithmetic mean; `None` of nothing.
#[must_use]
pub fn mean(x: &[f64]) -> Option<f64> {
    if x.is_empty() { None } else { Some(sum(x.iter().copied()) / count(x.len())) }
}

/// The numbers in ascending order.
#[must_use]
pub fn sorted(x: &[f64]) -> Vec<f64> {
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

/// The quantile `p` of 0–1, linear between order statistics (type 7 of Hyndman and Fan 1996, the default of R and numpy).
#[must_use]
pub fn quantile(x: &[f64], p: f64) -> Option<f64> {
    quantile_of_sorted(&sorted(x), p)
}

/// As [`quantile`], of numbers that are in order already.
#[must_use]
pub fn quantile_of_sorted(x: &[f64], p: f64) -> Option<f64> {
    let last = x.len().checked_sub(1)?;
    let place = p.clamp(0.0, 1.0) * count(last);
    let below = whole(place).min(last);
    let (low, high) = (*x.get(below)?, *x.get((below + 1).min(last))?);
    Some(low + (place - count(below)) * (high - low))
}

/// The median; `None` of nothing.
#[must_use]
pub fn median(x: &[f64]) -> Option<f64> {
    quantile(x, 0.5)
}

/// The smallest and the largest.
#[must_use]
pub fn range(x: &[f64]) -> Option<(f64, f64)> {
    let first = *x.first()?;
    Some(x.iter().fold((first, first), |(low, high), v| (low.min(*v), high.max(*v))))
}

/// Divisor of a variance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Divisor {
    /// n − 1.
    #[default]
    Sample,
    /// n.
    Population,
}

/// The variance; `None` of fewer than two (sample) or one (population) numbers.
#[must_use]
pub fn variance(x: &[f64], divisor: Divisor) -> Option<f64> {
    let n = x.len().checked_sub(usize::from(divisor == Divisor::Sample)).filter(|n| *n > 0)?;
    let m = mean(x)?;
    Some(sum(x.iter().map(|v| (v - m).powi(2))) / count(n))
}

/// The standard deviation; see [`variance`].
#[must_use]
pub fn deviation(x: &[f64], divisor: Divisor) -> Option<f64> {
    variance(x, divisor).map(f64::sqrt)
}

/// Which estimator of skewness and kurtosis (Joanes and Gill 1998).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Moments {
    /// g1, g2: moments with divisor n.
    Plain,
    /// G1, G2: corrected for bias, as spreadsheets and SAS have it.
    #[default]
    Corrected,
    /// b1, b2: with the sample standard deviation, as MINITAB has it.
    Minitab,
}

/// The skewness; `None` of fewer than three numbers or of equal ones.
#[must_use]
pub fn skewness(x: &[f64], kind: Moments) -> Option<f64> {
    let (n, m2, m3) = (count(x.len()), moment(x, 2)?, moment(x, 3)?);
    let g1 = m3 / m2.powf(1.5);
    let value = match kind {
        Moments::Plain => g1,
        Moments::Corrected => g1 * (n * (n - 1.0)).sqrt() / (n - 2.0),
        Moments::Minitab => g1 * ((n - 1.0) / n).powf(1.5),
    };
    (x.len() > 2 && value.is_finite()).then_some(value)
}

/// The excess kurtosis; `None` of fewer than four numbers or of equal ones.
#[must_use]
pub fn kurtosis(x: &[f64], kind: Moments) -> Option<f64> {
    let (n, m2, m4) = (count(x.len()), moment(x, 2)?, moment(x, 4)?);
    let g2 = m4 / m2.powi(2) - 3.0;
    let value = match kind {
        Moments::Plain => g2,
        Moments::Corrected => ((n + 1.0) * g2 + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0)),
        Moments::Minitab => (g2 + 3.0) * (1.0 - 1.0 / n).powi(2) - 3.0,
    };
    (x.len() > 3 && value.is_finite()).then_some(value)
}

fn moment(x: &[f64], power: i32) -> Option<f64> {
    let m = mean(x)?;
    Some(sum(x.iter().map(|v| (v - m).powi(power))) / count(x.len()))
}

/// Pearson's product-moment correlation; `None` of fewer than two pairs or of a constant.
#[must_use]
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mx, my) = (mean(x)?, mean(y)?);
    let both = || x.iter().zip(y);
    let xy = sum(both().map(|(a, b)| (a - mx) * (b - my)));
    let spread = |v: &[f64], m: f64| sum(v.iter().map(|a| (a - m).powi(2)));
    let scale = (spread(x, mx) * spread(y, my)).sqrt();
    (x.len() > 1 && scale > 0.0).then(|| (xy / scale).clamp(-1.0, 1.0))
}

/// Spearman's rank correlation (1904), ties at their mean rank.
#[must_use]
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    pearson(&tie::mean_ranks(x), &tie::mean_ranks(y))
}

/// Kendall's tau-b (1945), which allows for ties. Quadratic in the number of pairs.
#[must_use]
pub fn kendall(x: &[f64], y: &[f64]) -> Option<f64> {
    let (rx, ry) = (tie::mean_ranks(x), tie::mean_ranks(y));
    let (mut both, mut only_x, mut only_y) = (0.0, 0.0, 0.0);
    for (i, (a, b)) in rx.iter().zip(&ry).enumerate() {
        for (c, d) in rx.iter().zip(&ry).take(i) {
            let (dx, dy) = (order(*a, *c), order(*b, *d));
            both += dx * dy;
            only_x += dx.abs();
            only_y += dy.abs();
        }
    }
    let scale = (only_x * only_y).sqrt();
    (scale > 0.0).then(|| both / scale)
}

fn order(a: f64, b: f64) -> f64 {
    if a > b {
        1.0
    } else if a < b {
        -1.0
    } else {
        0.0
    }
}

/// Which correlation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Correlation {
    /// Product-moment.
    #[default]
    Pearson,
    /// Of ranks.
    Spearman,
    /// Of pairs.
    Kendall,
}

impl Correlation {
    /// The correlation of two columns of equal length; `None` where it is not defined.
    #[must_use]
    pub fn of(self, x: &[f64], y: &[f64]) -> Option<f64> {
        match self {
            Self::Pearson => pearson(x, y),
            Self::Spearman => spearman(x, y),
            Self::Kendall => kendall(x, y),
        }
    }
}

/// A count as a number.
#[must_use]
pub fn count(n: usize) -> f64 {
    n as f64
}

/// The whole part of a number that is not negative.
#[must_use]
pub fn whole(x: f64) -> usize {
    x.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Option<f64>, b: f64) {
        let a = a.unwrap();
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}");
    }

    /// Values of R 4: e1071 types 1–3, `quantile`, `cor`, for `c(1, 2, 4, 8, 16)`.
    #[test]
    fn the_moments_of_a_small_column() {
        let x = [1.0, 2.0, 4.0, 8.0, 16.0];
        near(mean(&x), 6.2);
        near(deviation(&x, Divisor::Sample), 37.2_f64.sqrt());
        near(quantile(&x, 0.9), 12.8);
        let (g1, g2) = (skewness(&x, Moments::Plain).unwrap(), kurtosis(&x, Moments::Plain).unwrap());
        near(skewness(&x, Moments::Corrected), g1 * 20.0_f64.sqrt() / 3.0);
        near(kurtosis(&x, Moments::Corrected), (6.0 * g2 + 6.0) * 4.0 / 6.0);
        near(pearson(&x, &[2.0, 4.0, 8.0, 16.0, 32.0]), 1.0);
        near(kendall(&x, &[5.0, 4.0, 3.0, 2.0, 1.0]), -1.0);
        assert_eq!(
            (mean(&[]), pearson(&[1.0, 1.0], &[1.0, 2.0]), skewness(&x[..2], Moments::Plain)),
            (None, None, None)
        );
    }

    #[test]
    fn a_sum_does_not_lose_small_numbers() {
        assert_eq!(sum([1e16, 1.0, -1e16]).to_bits(), 1.0_f64.to_bits());
    }
}
