//! Scales: round axis limits, mapping values to pixels.

/// Axis with round limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    /// Least value shown.
    pub low: f64,
    /// Greatest value shown.
    pub high: f64,
    /// Distance of ticks.
    pub step: f64,
}

impl Axis {
    /// Axis over the values and zero.
    #[must_use]
    pub fn from_zero(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let (low, high) = extent(values).unwrap_or((0.0, 1.0));
        Self::over(low.min(0.0), high.max(0.0), ticks)
    }

    /// Axis over the values with some air, not forced to zero.
    #[must_use]
    pub fn around(values: impl IntoIterator<Item = f64>, ticks: usize) -> Self {
        let (low, high) = extent(values).unwrap_or((0.0, 1.0));
        let air = if high > low { (high - low) * 0.08 } else { low.abs().max(1.0) * 0.1 };
        Self::over(low - air, high + air, ticks)
    }

    /// Axis over the values and zero that ends where the data end: for bars without ticks.
    #[must_use]
    pub fn exact(values: impl IntoIterator<Item = f64>) -> Self {
        let (low, high) = extent(values).unwrap_or((0.0, 1.0));
        let (low, high) = (low.min(0.0), high.max(0.0));
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high, step: high - low }
    }

    /// Axis with round limits around `low` and `high`.
    #[must_use]
    pub fn over(low: f64, high: f64, ticks: usize) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        let step = nice((high - low) / ticks.max(1) as f64);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// Values of the ticks.
    #[must_use]
    pub fn ticks(&self) -> Vec<f64> {
        let count = ((self.high - self.low) / self.step).round() as usize;
        (0..=count).map(|i| self.low + self.step * i as f64).collect()
    }

    /// Position of a value between two pixels.
    #[must_use]
    pub fn at(&self, value: f64, from: f64, to: f64) -> f64 {
        from + (to - from) * (value - self.low) / (self.high - self.low)
    }
}

/// Most ticks that keep their labels apart on so many pixels.
#[must_use]
pub fn ticks_for(pixels: f64, wanted: usize) -> usize {
    wanted.min((pixels / 22.0) as usize).max(1)
}

/// Least and greatest of the finite values.
#[must_use]
pub fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|v| v.is_finite()).fold(None, |seen, v| match seen {
        None => Some((v, v)),
        Some((low, high)) => Some((low.min(v), high.max(v))),
    })
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn nice(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    let part = rough / power;
    let round = if part <= 1.0 + 1e-9 {
        1.0
    } else if part <= 2.0 + 1e-9 {
        2.0
    } else if part <= 2.5 + 1e-9 {
        2.5
    } else if part <= 5.0 + 1e-9 {
        5.0
    } else {
        10.0
    };
    round * power
}

/// Moves positions apart until neighbours are at least `gap` away, staying between `low` and `high` if there is room.
#[must_use]
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]).then(a.cmp(&b)));
    let mut placed = wanted.to_vec();
    let mut floor = low;
    for &i in &order {
        placed[i] = placed[i].max(floor);
        floor = placed[i] + gap;
    }
    let mut ceiling = high;
    for &i in order.iter().rev() {
        placed[i] = placed[i].min(ceiling);
        ceiling = placed[i] - gap;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_round() {
        let axis = Axis::from_zero([3.0, 97.0], 5);
        assert_eq!((axis.low, axis.high, axis.step), (0.0, 100.0, 20.0));
        let axis = Axis::from_zero([-3.2, 0.4], 4);
        assert_eq!((axis.low, axis.high, axis.step), (-4.0, 1.0, 1.0));
        assert_eq!(axis.ticks(), [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0]);
    }

    #[test]
    fn nothing_and_one_value_have_an_axis() {
        assert_eq!(Axis::from_zero([], 4).ticks().len(), 5);
        let axis = Axis::around([50.0], 4);
        assert!(axis.low < 50.0 && axis.high > 50.0);
        assert_eq!(extent([f64::NAN, 2.0]), Some((2.0, 2.0)));
    }

    #[test]
    fn labels_are_spread_within_bounds() {
        let placed = spread(&[10.0, 11.0, 12.0, 99.0], 10.0, 0.0, 100.0);
        assert!(placed.windows(2).all(|w| w[1] - w[0] >= 10.0 - 1e-9), "{placed:?}");
        assert!(placed.iter().all(|&y| (0.0..=100.0).contains(&y)));
    }
}
