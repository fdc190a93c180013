//! Denomination: an absolute number divided by the size of its unit, so that units of different size compare
//! (OECD and JRC, *Handbook on Constructing Composite Indicators*, 2008, 1.2).

use super::cell::Cell;
use super::error::{Fault, Outcome};
use super::table::Table;
use super::tree::Indicator;

/// What a zero denominator gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zero {
    /// An error that names the unit.
    #[default]
    Refuse,
    /// Missing.
    Missing,
    /// Not applicable: there is nobody whom the indicator could be about.
    NotApplicable,
}

/// How to denominate.
#[derive(Debug, Clone, PartialEq)]
pub struct Denominate {
    /// Factor after the division: 10,000 for “per 10,000 persons”.
    pub per: f64,
    /// Zero denominators.
    pub zero: Zero,
}

/// Divides each indicator that names a denominator by it.
///
/// # Errors
/// A zero denominator, where that is refused; a denominator that is no column.
pub fn denominate(how: &Denominate, indicators: &[Indicator], units: &[String], table: &mut Table) -> Outcome<()> {
    // A denominator may be an indicator that is divided itself: all are divided by what was there before.
    let before = table.clone();
    for (at, indicator) in indicators.iter().enumerate() {
        let Some(by) = &indicator.denominator else { continue };
        let by = before.column(by).ok_or_else(|| no_column(by))?.cells.clone();
        let Some(column) = table.columns.get_mut(at) else { continue };
        for ((cell, by), unit) in column.cells.iter_mut().zip(by).zip(units) {
            *cell = divided(how, *cell, by).ok_or_else(|| {
                let what = format!(
                    "{unit} 的分母 {} 为0，{} 不能相除",
                    indicator.denominator.as_deref().unwrap_or(""),
                    indicator.id
                );
                Fault::new(what, "核对数据，或写明 zero = \"missing\"（作缺失）、\"not_applicable\"（作不适用）")
            })?;
        }
    }
    Ok(())
}

/// What is absent above or below the line is absent in the result, for the same reason.
fn divided(how: &Denominate, cell: Cell, by: Cell) -> Option<Cell> {
    match (cell, by) {
        (Cell::Value(_), Cell::Value(0.0)) => match how.zero {
            Zero::Refuse => None,
            Zero::Missing => Some(Cell::Missing),
            Zero::NotApplicable => Some(Cell::NotApplicable),
        },
        (Cell::Value(x), Cell::Value(d)) => Cell::of(x / d * how.per),
        (Cell::Value(_), absent) => Some(absent),
        (absent, _) => Some(absent),
    }
}

fn no_column(id: &str) -> Fault {
    Fault::new(format!("分母 {id} 不在数据中"), "核对 denominator 与数据的列名")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::table::Column;

    fn table() -> Table {
        let column = |id: &str, cells: [Cell; 3]| Column { id: id.to_owned(), cells: cells.to_vec() };
        Table {
            columns: vec![
                column("x", [Cell::Value(6.0), Cell::Value(4.0), Cell::Withheld]),
                column("y", [Cell::Value(8.0), Cell::Value(0.0), Cell::Value(1.0)]),
                column("p", [Cell::Value(2.0), Cell::Value(5.0), Cell::Missing]),
            ],
        }
    }

    fn by(id: &str, denominator: &str) -> Indicator {
        Indicator { id: id.to_owned(), denominator: Some(denominator.to_owned()), ..Indicator::default() }
    }

    #[test]
    fn all_are_divided_by_what_was_there_before() {
        let units = ["甲", "乙", "丙"].map(str::to_owned);
        let mut divided = table();
        let how = Denominate { per: 10.0, zero: Zero::NotApplicable };
        denominate(&how, &[by("x", "y"), by("y", "p")], &units, &mut divided).unwrap();
        assert_eq!(divided.columns[0].cells, [Cell::Value(7.5), Cell::NotApplicable, Cell::Withheld]);
        assert_eq!(divided.columns[1].cells, [Cell::Value(40.0), Cell::Value(0.0), Cell::Missing]);
        let refused = denominate(&Denominate { zero: Zero::Refuse, ..how }, &[by("x", "y")], &units, &mut table());
        assert!(refused.unwrap_err().what.starts_with("乙 的分母 y"));
    }
}
