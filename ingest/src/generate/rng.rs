//! Random numbers that are the same on every machine: ChaCha by seed and label, and no function of the system's
//! mathematics library, whose last digit differs from machine to machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use sha2::{Digest, Sha256};

/// A stream of random numbers. Streams of different labels are independent, so a step added to the generator leaves
/// the others as they were.
pub struct Rng(ChaCha8Rng);

impl Rng {
    /// The stream of a label under a seed.
    #[must_use]
    pub fn new(seed: u64, label: &str) -> Self {
        let mut sha = Sha256::new();
        sha.update(seed.to_le_bytes());
        sha.update(label.as_bytes());
        Self(ChaCha8Rng::from_seed(sha.finalize().into()))
    }

    /// A number in `0..n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * n as u128;
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `lo` to `hi`, both included.
    pub fn between(&mut self, lo: i64, hi: i64) -> i64 {
        let span = usize::try_from(hi - lo + 1).unwrap_or(1).max(1);
        lo + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// The same for days and small counts.
    pub fn days(&mut self, lo: i32, hi: i32) -> i32 {
        i32::try_from(self.between(i64::from(lo), i64::from(hi))).unwrap_or(lo)
    }

    /// A number in `[0, 1)` with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number in `[lo, hi)`.
    pub fn uniform(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.unit()
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of the items; the default value where there is none.
    pub fn of<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let at = self.below(items.len());
        items.get(at).copied().unwrap_or_default()
    }

    /// One of the items, each with its weight.
    pub fn weighted<T: Copy + Default>(&mut self, items: &[(T, f64)]) -> T {
        let mut left = self.unit() * items.iter().map(|i| i.1).sum::<f64>();
        for (item, weight) in items {
            left -= weight;
            if left < 0.0 {
                return *item;
            }
        }
        items.last().map(|i| i.0).unwrap_or_default()
    }

    /// Nearly normal: the sum of twelve uniform numbers, which needs additions only.
    pub fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum: u64 = (0..3).map(|_| quarters(self.0.next_u64())).sum();
        mean + deviation * ((sum as f64 + 6.0) / 65536.0 - 6.0)
    }

    /// The exponential of a normal number.
    pub fn lognormal(&mut self, mean: f64, deviation: f64) -> f64 {
        let x = self.normal(mean, deviation);
        exp(x)
    }

    /// Poisson, for small means.
    pub fn poisson(&mut self, mean: f64) -> i32 {
        let limit = exp(-mean);
        let (mut count, mut product) = (0, self.unit());
        while product > limit {
            count += 1;
            product *= self.unit();
        }
        count
    }

    /// Puts the items in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }

    /// At most `count` of the items, all different, in random order.
    pub fn sample<T: Copy>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut all = items.to_vec();
        let count = count.min(all.len());
        for i in 0..count {
            let j = i + self.below(all.len() - i);
            all.swap(i, j);
        }
        all.truncate(count);
        all
    }

    /// 32 hex digits, as of a scan or a photo.
    pub fn hash(&mut self) -> String {
        format!("{:016x}{:016x}", self.0.next_u64(), self.0.next_u64())
    }
}

/// The sum of the four 16-bit parts.
fn quarters(x: u64) -> u64 {
    (0..4).map(|i| (x >> (16 * i)) & 0xffff).sum()
}

/// e^x by repeated squaring: exact to about six digits and the same everywhere.
fn exp(x: f64) -> f64 {
    let mut y = 1.0 + x / 1_048_576.0;
    for _ in 0..20 {
        y *= y;
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_reproducible_and_independent() {
        let draw = |label| {
            let mut r = Rng::new(7, label);
            (r.below(1000), r.between(-5, 5), r.poisson(3.0), r.hash())
        };
        assert_eq!(draw("a"), draw("a"));
        assert_ne!(draw("a").3, draw("b").3);
    }

    #[test]
    fn distributions_have_their_means() {
        let mut r = Rng::new(1, "means");
        let n = 20_000;
        let normal: f64 = (0..n).map(|_| r.normal(10.0, 2.0)).sum::<f64>() / f64::from(n);
        let poisson: f64 = (0..n).map(|_| f64::from(r.poisson(4.0))).sum::<f64>() / f64::from(n);
        assert!((normal - 10.0).abs() < 0.1 && (poisson - 4.0).abs() < 0.1);
        assert!((exp(1.0) - std::f64::consts::E).abs() < 1e-5);
        assert_eq!(r.below(0), 0);
        assert_eq!(r.of::<u8>(&[]), 0);
    }

    #[test]
    fn samples_hold_different_items() {
        let mut got = Rng::new(1, "sample").sample(&(0..50).collect::<Vec<_>>(), 20);
        got.sort_unstable();
        got.dedup();
        assert_eq!(got.len(), 20);
    }
}
