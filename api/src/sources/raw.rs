//! The `[[source]]` entries of `suixin.toml` as they stand there. They are read key by key later, so that all mistakes
//! are told at once and in Chinese; and they have no text form, because somebody may have written a password into
//! them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Entries that nobody has looked at yet.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawSources(Vec<toml::Table>);

impl RawSources {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn entries(&self) -> &[toml::Table] {
        &self.0
    }
}

impl fmt::Debug for RawSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawSources({}个)", self.0.len())
    }
}
