//! Who is good at what: one number between 0 and 1 for each unit and field, and for each pilot.

use crate::generate::rng::Rng;

/// Nine fields of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Mechanism,
    Platform,
    Survey,
    Referral,
    Force,
    Project,
    Fund,
    Effect,
    Supervision,
}

/// Qualities of the eight units and of the pilots.
pub(super) struct Quality {
    units: Vec<[f64; 9]>,
    pub pilots: Vec<f64>,
}

impl Quality {
    /// Evenly spread in the mean, with strengths and weaknesses of their own.
    pub(super) fn draw(rng: &mut Rng, pilots: usize) -> Self {
        let base = spread(rng, 8, 0.35, 0.97);
        let units = base
            .iter()
            .map(|b| {
                let mut fields = [0.0; 9];
                for f in &mut fields {
                    *f = rng.normal(*b, 0.13).clamp(0.15, 1.0);
                }
                fields
            })
            .collect();
        Self { units, pilots: spread(rng, pilots, 0.45, 1.0) }
    }

    pub(super) fn of(&self, unit: usize, field: Field) -> f64 {
        self.units.get(unit).map_or(0.6, |u| u[field as usize])
    }

    /// The units from the best to the worst in a field.
    pub(super) fn ranking(&self, field: Field) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.units.len()).collect();
        order.sort_by(|a, b| self.of(*b, field).total_cmp(&self.of(*a, field)));
        order
    }

    /// The weakest unit in a field.
    pub(super) fn worst(&self, field: Field) -> usize {
        self.ranking(field).last().copied().unwrap_or(0)
    }
}

/// Evenly spread numbers in random order.
fn spread(rng: &mut Rng, n: usize, lo: f64, hi: f64) -> Vec<f64> {
    let step = (hi - lo) / (n.max(2) - 1) as f64;
    let mut out: Vec<f64> = (0..n).map(|i| lo + step * i as f64).collect();
    rng.shuffle(&mut out);
    out
}
