//! Outliers: a test on skewness and kurtosis, winsorising, then a change of shape (OECD and JRC 2008, 1.4;
//! Saisana, Becker et al.: pass if |skewness| < 2 or kurtosis < 3.5). Every treated point is recorded.

mod shape;
mod winsor;

use super::cell::Cell;
use super::error::Outcome;
use super::stats::{self, Moments};

pub use shape::Shape;
pub use winsor::Winsor;

/// When a column passes as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// Absolute skewness below which it passes.
    pub skewness: f64,
    /// Excess kurtosis below which it passes.
    pub kurtosis: f64,
    /// Which estimators.
    pub moments: Moments,
    /// Whether both are asked for, and not one of the two.
    pub both: bool,
}

impl Default for Test {
    fn default() -> Self {
        Self { skewness: 2.0, kurtosis: 3.5, moments: Moments::Corrected, both: false }
    }
}

impl Test {
    /// Whether numbers pass; a column too short or too equal to have moments does.
    #[must_use]
    pub fn passes(&self, x: &[f64]) -> bool {
        let moments = stats::skewness(x, self.moments).zip(stats::kurtosis(x, self.moments));
        moments.is_none_or(|(skewness, kurtosis)| {
            let (fine, flat) = (skewness.abs() < self.skewness, kurtosis < self.kurtosis);
            if self.both { fine && flat } else { fine || flat }
        })
    }
}

/// How outliers are treated.
#[derive(Debug, Clone, PartialEq)]
pub struct Treat {
    /// The test; columns that pass are left alone. `None`: every column is treated.
    pub test: Option<Test>,
    /// First: pull in the ends.
    pub winsor: Option<Winsor>,
    /// Where that is not enough: change the shape.
    pub shape: Option<Shape>,
    /// Whether the shape is changed on top of the winsorised column, and not of the column as it was.
    pub combine: bool,
}

/// What became of one column.
#[derive(Debug, Clone, PartialEq)]
pub struct Treated {
    /// `none`, `winsorise`, the shape's name, or both with `+`.
    pub treatment: String,
    /// Points moved by winsorising.
    pub points: usize,
    /// The column afterwards.
    pub cells: Vec<Cell>,
    /// Whether it passes the test afterwards.
    pub passes: bool,
}

/// Treats a column.
///
/// # Errors
/// Numbers outside the domain of the shape.
pub fn treat(how: &Treat, id: &str, cells: &[Cell]) -> Outcome<Treated> {
    let before = super::cell::values(cells);
    let passes = |x: &[f64]| how.test.as_ref().is_some_and(|t| t.passes(x));
    let done = |treatment: &str, points, x: &[f64]| Treated {
        treatment: treatment.to_owned(),
        points,
        cells: put_back(cells, x),
        passes: how.test.as_ref().is_none_or(|t| t.passes(x)),
    };
    if before.is_empty() || passes(&before) {
        return Ok(done("none", 0, &before));
    }
    let (winsorised, points) = match &how.winsor {
        Some(winsor) => winsor.apply(&before, how.test.as_ref()),
        None => (before.clone(), 0),
    };
    match &how.shape {
        Some(shape) if how.winsor.is_none() || (how.test.is_some() && !passes(&winsorised)) => {
            let combined = how.combine && points > 0;
            let x = shape.apply(id, if how.combine { &winsorised } else { &before })?;
            let name = if combined { format!("winsorise+{}", shape.name()) } else { shape.name().to_owned() };
            Ok(done(&name, if combined { points } else { 0 }, &x))
        }
        _ => Ok(done(if points > 0 { "winsorise" } else { "none" }, points, &winsorised)),
    }
}

/// The numbers in the places of numbers.
fn put_back(cells: &[Cell], x: &[f64]) -> Vec<Cell> {
    let mut numbers = x.iter();
    cells.iter().map(|c| if c.is_value() { numbers.next().map_or(*c, |v| Cell::Value(*v)) } else { *c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(x: &[f64]) -> Vec<Cell> {
        x.iter().map(|v| Cell::Value(*v)).collect()
    }

    /// The example in the help of COINr's `winsorise`: 1 to 10, then 30 and 100.
    #[test]
    fn points_are_pulled_in_one_by_one_until_the_column_passes() {
        let x: Vec<f64> = (1..=10).map(f64::from).chain([30.0, 100.0]).collect();
        let winsor = Some(Winsor::Steps { max: Some(5), force: false });
        let how = Treat { test: Some(Test::default()), winsor, shape: None, combine: false };
        let found = treat(&how, "x", &cells(&x)).unwrap();
        assert_eq!((found.points, found.passes), (1, true));
        assert_eq!(found.cells.last(), Some(&Cell::Value(30.0)));
    }

    #[test]
    fn what_winsorising_cannot_mend_goes_back_and_changes_shape() {
        let x: Vec<f64> = (0..20).map(|i| 10.0_f64.powi(i)).collect();
        let how = Treat {
            test: Some(Test::default()),
            winsor: Some(Winsor::Steps { max: Some(1), force: false }),
            shape: Some(Shape::LogShift),
            combine: false,
        };
        let found = treat(&how, "x", &cells(&x)).unwrap();
        assert_eq!((&*found.treatment, found.points), ("log", 0));
        let top = found.cells.last().and_then(|c| c.value()).unwrap();
        assert!((top - (1e19 * 1.01_f64).ln()).abs() < 1e-9, "{top}");
    }
}
