//! Screening: units with too few data are not ranked (OECD and JRC 2008, 1.2; Becker et al., COINr, JOSS 2022).

use super::cell::Cell;
use super::stats::count;

/// Which units stay.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Screen {
    /// Smallest share of indicators with a number, of those that apply.
    pub min_available: Option<f64>,
    /// Smallest share of numbers that are not zero.
    pub min_nonzero: Option<f64>,
    /// Units that stay in any case.
    pub keep: Vec<String>,
    /// Units that leave in any case.
    pub drop: Vec<String>,
}

/// What was found on one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Screened {
    /// Share of indicators with a number, of those that apply; 0 where none applies.
    pub available: f64,
    /// Share of numbers that are not zero; 0 where there is none.
    pub nonzero: f64,
    /// Whether the unit stays.
    pub stays: bool,
}

/// Judges one unit by its cells, one an indicator.
#[must_use]
pub fn screen(how: &Screen, unit: &str, cells: &[Cell]) -> Screened {
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { count(part) / count(whole) };
    let numbers = cells.iter().filter(|c| c.is_value()).count();
    let zeros = cells.iter().filter(|c| **c == Cell::Value(0.0)).count();
    let apply = cells.iter().filter(|c| **c != Cell::NotApplicable).count();
    let (available, nonzero) = (share(numbers, apply), share(numbers - zeros, numbers));
    let named = |list: &[String]| list.iter().any(|u| u == unit);
    let enough = |min: Option<f64>, has: f64| min.is_none_or(|m| has >= m - 1e-12);
    let passes = enough(how.min_available, available) && enough(how.min_nonzero, nonzero);
    Screened { available, nonzero, stays: named(&how.keep) || (passes && !named(&how.drop)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_kinds_of_cells_count_differently() {
        let cells = [Cell::Value(0.0), Cell::Value(2.0), Cell::Missing, Cell::Withheld, Cell::NotApplicable];
        let found = screen(&Screen { min_available: Some(0.5), ..Screen::default() }, "甲", &cells);
        assert_eq!(found, Screened { available: 0.5, nonzero: 0.5, stays: true });
        let strict = Screen { min_nonzero: Some(0.6), keep: vec!["乙".into()], ..Screen::default() };
        assert!(!screen(&strict, "甲", &cells).stays && screen(&strict, "乙", &cells).stays);
    }
}
