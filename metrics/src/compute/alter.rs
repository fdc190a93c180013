//! How an evaluation may depart from the plain one: values that an appeal set right, indicators or units left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::evaluation::{Measured, Subject};

/// What counts otherwise in one scheme. The empty one changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alteration {
    /// Indicator and subject → what counts instead of what was measured.
    pub corrected: BTreeMap<(String, String), Measured>,
    /// Indicators that are taken as not applicable to anybody.
    pub without_indicators: BTreeSet<String>,
    /// Units (codes) whose subjects are not evaluated.
    pub without_units: BTreeSet<String>,
}

/// The plain evaluation.
pub(crate) static PLAIN: Alteration =
    Alteration { corrected: BTreeMap::new(), without_indicators: BTreeSet::new(), without_units: BTreeSet::new() };

impl Alteration {
    /// Whether a subject is evaluated.
    pub(crate) fn keeps(&self, subject: &Subject) -> bool {
        !self.without_units.contains(&subject.unit)
    }

    /// What counts for a subject.
    pub(crate) fn measured(&self, indicator: &str, subject: &str, plain: Measured) -> Measured {
        if self.without_indicators.contains(indicator) {
            return Measured { is_na: true, ..Measured::default() };
        }
        self.correction(indicator, subject).cloned().unwrap_or(plain)
    }

    /// What an appeal set right, if one did.
    pub(crate) fn correction(&self, indicator: &str, subject: &str) -> Option<&Measured> {
        if self.corrected.is_empty() {
            return None;
        }
        self.corrected.get(&(indicator.to_owned(), subject.to_owned()))
    }
}
