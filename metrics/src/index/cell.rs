//! One number of a table, or why there is none.

/// A value, or one of the three reasons for its absence. A true zero is `Value(0.0)`; NaN and infinity are no values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// A finite number, in the unit of its column.
    Value(f64),
    /// It should be there and is not: it may be imputed, and it counts against the availability of its unit.
    Missing,
    /// The question does not arise for this unit: never imputed, not counted against it, its weight is shared out.
    NotApplicable,
    /// It exists and is not disclosed: never imputed, counts against availability; `aggregate` must say what becomes of it.
    Withheld,
}

impl Cell {
    /// The number as a cell, unless it is NaN or infinite.
    #[must_use]
    pub fn of(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self::Value(number))
    }

    /// The number, if there is one.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        if let Self::Value(x) = self { Some(x) } else { None }
    }

    /// Whether there is a number.
    #[must_use]
    pub fn is_value(self) -> bool {
        matches!(self, Self::Value(_))
    }
}

/// The numbers of a column, in order, without what is absent.
#[must_use]
pub fn values(cells: &[Cell]) -> Vec<f64> {
    cells.iter().filter_map(|c| c.value()).collect()
}
