//! Weighted means: all are an arithmetic mean of transformed numbers, transformed back (Hardy, Littlewood and Pólya 1934).

/// A weighted mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mean {
    /// Σwx: what is lacking in one may be made good by another (Saaty's and Fishburn's additive rule, WSM, SAW).
    Arithmetic,
    /// Πx^w (WPM: Bridgman 1922; HDI since 2010).
    Geometric,
    /// 1/Σ(w/x).
    Harmonic,
    /// (Σwx^p)^(1/p), p not 0.
    Power(f64),
}

impl Mean {
    /// The transformation before the sum.
    #[must_use]
    pub fn before(self, x: f64) -> f64 {
        match self {
            Self::Arithmetic => x,
            Self::Geometric => x.ln(),
            Self::Harmonic => x.recip(),
            Self::Power(p) => x.powf(p),
        }
    }

    /// The transformation after it.
    #[must_use]
    pub fn after(self, x: f64) -> f64 {
        match self {
            Self::Arithmetic => x,
            Self::Geometric => x.exp(),
            Self::Harmonic => x.recip(),
            Self::Power(p) => x.powf(p.recip()),
        }
    }

    /// Whether a number may take part: a geometric, harmonic or power mean is of numbers that are not negative.
    /// A zero gives a geometric or harmonic mean of zero.
    #[must_use]
    pub fn takes(self, x: f64) -> bool {
        self == Self::Arithmetic || x >= 0.0
    }
}
