//! Normalisation by order.

use super::{Column, Percentile};
use crate::index::error::Outcome;
use crate::index::stats::count;
use crate::index::tie::{self, Ties};

impl Column<'_> {
    /// Ranks from 1 for the worst.
    pub(super) fn ranks(&self, ties: Ties) -> Vec<f64> {
        tie::ranks(self.x, self.less, ties)
    }

    pub(super) fn percentile(&self, form: Percentile) -> Outcome<Vec<f64>> {
        let n = count(self.x.len());
        let share: Vec<f64> = match form {
            Percentile::Inclusive if self.x.len() < 2 => {
                return self.constant(self.how.range.0, self.how.stretch(0.5), self.how.range.1);
            }
            Percentile::Inclusive => self.ranks(self.how.ties).iter().map(|r| (r - 1.0) / (n - 1.0)).collect(),
            Percentile::Share => self.ranks(Ties::Last).iter().map(|r| r / n).collect(),
            Percentile::Hazen => self.ranks(Ties::Mean).iter().map(|r| (r - 0.5) / n).collect(),
        };
        Ok(share.into_iter().map(|s| self.how.stretch(s)).collect())
    }
}
