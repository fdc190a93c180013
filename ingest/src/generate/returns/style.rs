//! How a unit fills in its forms: habits that stay the same over the year.

use crate::generate::names::Name;
use crate::generate::rng::Rng;

/// A way to write a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateForm {
    /// 2025-03-01
    Iso,
    /// 2025年3月1日
    Chinese,
    /// 2025.3.1
    Dot,
    /// 2025/03/01
    Slash,
    /// 45717
    Serial,
    /// A date cell.
    Real,
    /// 20250301
    Compact,
}

/// The habits of a unit.
#[derive(Debug, Clone)]
pub(super) struct UnitStyle {
    /// Nothing unusual at all.
    pub plain: bool,
    pub dates: Vec<DateForm>,
    /// Names instead of codes.
    pub labels: bool,
    /// Names of places instead of codes.
    pub names: bool,
    /// A header of two rows.
    pub two_rows: bool,
    /// Amounts in 万元.
    pub wan: bool,
    /// A line with signatures.
    pub footer: bool,
    /// A line of totals.
    pub total: bool,
    /// Other words in the header.
    pub synonyms: bool,
    /// A sheet with instructions in front.
    pub note_sheet: bool,
    /// Who fills in, checks and answers for it.
    pub staff: Vec<Name>,
}

impl UnitStyle {
    pub(super) fn draw(rng: &mut Rng, mess: u8, city: bool) -> Self {
        use DateForm::{Chinese, Compact, Dot, Iso, Real, Serial, Slash};
        let messy = Self {
            plain: false,
            dates: rng.sample(&[Iso, Chinese, Dot, Slash, Serial, Real, Compact], 3),
            labels: rng.chance(0.75),
            names: rng.chance(0.8) && !city,
            two_rows: rng.chance(0.5),
            wan: rng.chance(0.4),
            footer: rng.chance(0.85),
            total: rng.chance(0.7),
            synonyms: rng.chance(0.8),
            note_sheet: rng.chance(0.3),
            staff: Name::distinct(rng, 3),
        };
        if mess > 0 {
            return messy;
        }
        Self {
            plain: true,
            dates: vec![Real],
            labels: false,
            names: false,
            two_rows: false,
            wan: false,
            footer: false,
            total: false,
            synonyms: false,
            note_sheet: false,
            ..messy
        }
    }

    /// The same for a correction, which is written with care.
    pub(super) fn careful(&self) -> Self {
        Self { names: false, wan: false, synonyms: false, total: !self.plain, ..self.clone() }
    }
}
