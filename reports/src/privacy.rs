//! Small cells: a count of 1 to 4 persons is not printed, and neither is a cell from which it could be worked out,
//! be it another count or a rate.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::brief::{Dataset, TOTAL};
use crate::number::Format;

/// What is printed in a table instead of a hidden count.
pub const HIDDEN: &str = "<5";
/// What is printed in a sentence instead of a hidden count.
pub const HIDDEN_IN_WORDS: &str = "不足5";
/// What is printed for a cell hidden only because it would give another away.
pub const WITHHELD: &str = "*";

/// Cells of one dataset that must not be printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    /// (row, column) of counts from 1 to 4.
    pub small: BTreeSet<(usize, usize)>,
    /// (row, column) of counts and rates hidden so that totals or quotients do not give a small one away.
    pub complementary: BTreeSet<(usize, usize)>,
}

impl Hidden {
    /// What stands in a cell instead of its value, if it is hidden.
    #[must_use]
    pub fn mark(&self, row: usize, column: usize) -> Option<&'static str> {
        if self.small.contains(&(row, column)) {
            Some(HIDDEN)
        } else if self.complementary.contains(&(row, column)) {
            Some(WITHHELD)
        } else {
            None
        }
    }

    /// Whether nothing is hidden.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.small.is_empty()
    }

    fn contains(&self, cell: &(usize, usize)) -> bool {
        self.small.contains(cell) || self.complementary.contains(cell)
    }
}

/// Finds the cells of a dataset that must not be printed.
///
/// Where a column has a total row (key 合计), or a row a total column (title 合计), one hidden member alone could be
/// worked out by subtraction: then the smallest other member is hidden too, until no line has exactly one.
/// A rate of a row may be taken of any of its counts: it goes where one of them goes (66.7% of fewer than 5 is 2 of 3).
/// A dataset of one row puts unlike things side by side: there a rate goes if it is the quotient of a hidden count.
#[must_use]
pub fn hidden(dataset: &Dataset) -> Hidden {
    let columns: Vec<usize> = (0..dataset.columns.len()).filter(|&c| dataset.columns[c].persons).collect();
    let mut found = Hidden::default();
    for row in 0..dataset.rows.len() {
        found.small.extend(columns.iter().map(|&c| (row, c)).filter(|&(r, c)| is_small(count(dataset, r, c))));
    }
    if !found.small.is_empty() {
        let lines = lines(dataset, &columns);
        while let Some(extra) = lines.iter().find_map(|line| lonely(dataset, line, &found)) {
            found.complementary.insert(extra);
        }
        let rates = rates(dataset, &columns, &found);
        found.complementary.extend(rates);
    }
    found
}

/// Rates, and scores that follow from rates, that would give a hidden count of their row away.
fn rates(dataset: &Dataset, counts: &[usize], found: &Hidden) -> Vec<(usize, usize)> {
    let rows: BTreeSet<usize> = found.small.iter().chain(&found.complementary).map(|cell| cell.0).collect();
    let is_rate = |c: &usize| matches!(dataset.columns[*c].format, Format::Pct1 | Format::Score);
    let cells = rows.iter().flat_map(|&r| (0..dataset.columns.len()).filter(is_rate).map(move |c| (r, c)));
    cells.filter(|&cell| !dataset.key.is_empty() || is_quotient(dataset, counts, found, cell)).collect()
}

/// Whether a rate is one count of its row by another, one of them hidden.
fn is_quotient(dataset: &Dataset, counts: &[usize], found: &Hidden, (row, rate): (usize, usize)) -> bool {
    let Some(rate) = count(dataset, row, rate) else { return false };
    let is = |(a, b): (usize, usize)| match (count(dataset, row, a), count(dataset, row, b)) {
        (Some(part), Some(whole)) if !whole.is_zero() => (part / whole - rate).abs() < Decimal::new(1, 5),
        _ => false,
    };
    let pairs = counts.iter().flat_map(|&a| counts.iter().map(move |&b| (a, b)));
    pairs.filter(|&(a, b)| found.contains(&(row, a)) || found.contains(&(row, b))).any(is)
}

/// Groups of cells whose sum is printed: columns above a total row, rows before a total column.
fn lines(dataset: &Dataset, columns: &[usize]) -> Vec<Vec<(usize, usize)>> {
    let members: Vec<usize> = (0..dataset.rows.len()).filter(|&r| !dataset.is_total(r)).collect();
    let mut lines = Vec::new();
    if members.len() < dataset.rows.len() {
        lines.extend(columns.iter().map(|&c| members.iter().map(|&r| (r, c)).collect()));
    }
    let (totals, parts): (Vec<usize>, Vec<usize>) =
        columns.iter().partition(|&&c| dataset.columns[c].title == TOTAL || dataset.columns[c].name == "total");
    if !totals.is_empty() {
        lines.extend((0..dataset.rows.len()).map(|r| parts.iter().map(|&c| (r, c)).collect()));
    }
    lines
}

/// If exactly one cell of a line is hidden: the smallest other one, positive before zero, first in order on a tie.
fn lonely(dataset: &Dataset, line: &[(usize, usize)], found: &Hidden) -> Option<(usize, usize)> {
    if line.iter().filter(|cell| found.contains(cell)).count() != 1 {
        return None;
    }
    line.iter()
        .filter(|cell| !found.contains(cell))
        .filter_map(|&(r, c)| count(dataset, r, c).map(|n| (n.is_zero(), n, (r, c))))
        .min()
        .map(|(_, _, cell)| cell)
}

fn count(dataset: &Dataset, row: usize, column: usize) -> Option<Decimal> {
    dataset.cell(row, column).and_then(|cell| cell.as_decimal())
}

fn is_small(count: Option<Decimal>) -> bool {
    count.is_some_and(|n| n > Decimal::ZERO && n < Decimal::from(5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::{Cell, Column, Privacy};

    fn table(rows: &[(&str, &[i64])], titles: &[&str]) -> Dataset {
        let text = Column {
            name: "unit".into(),
            title: "单位".into(),
            unit: String::new(),
            format: Format::Text,
            persons: false,
        };
        let count = |(i, t): (usize, &&str)| Column {
            name: format!("n{i}"),
            title: (*t).to_owned(),
            unit: "人".into(),
            format: Format::Int,
            persons: true,
        };
        Dataset {
            id: "t".into(),
            title: String::new(),
            basis: String::new(),
            privacy: Privacy::S0,
            hash: String::new(),
            key: vec!["unit".into()],
            columns: std::iter::once(text).chain(titles.iter().enumerate().map(count)).collect(),
            rows: rows
                .iter()
                .map(|(u, ns)| {
                    std::iter::once(Cell::Str((*u).to_owned())).chain(ns.iter().map(|&n| Cell::Int(n))).collect()
                })
                .collect(),
        }
    }

    #[test]
    fn without_a_total_only_the_small_cell_goes() {
        let found = hidden(&table(&[("a", &[3]), ("b", &[9]), ("c", &[0])], &["甲"]));
        assert_eq!(found.small, BTreeSet::from([(0, 1)]));
        assert!(found.complementary.is_empty());
        assert_eq!(found.mark(0, 1), Some("<5"));
        assert_eq!(found.mark(1, 1), None);
    }

    #[test]
    fn a_total_row_hides_the_next_smallest() {
        let found = hidden(&table(&[("a", &[3]), ("b", &[9]), ("c", &[7]), ("d", &[0]), ("合计", &[19])], &["甲"]));
        assert_eq!(found.complementary, BTreeSet::from([(2, 1)]));
        assert_eq!(found.mark(2, 1), Some("*"));
    }

    #[test]
    fn two_small_cells_protect_each_other() {
        let found = hidden(&table(&[("a", &[3]), ("b", &[2]), ("合计", &[5])], &["甲"]));
        assert!(found.complementary.is_empty());
    }

    #[test]
    fn a_rate_of_a_hidden_count_is_hidden_too() {
        let mut data = table(&[("a", &[4, 3]), ("b", &[9, 8]), ("c", &[40, 30]), ("合计", &[53, 41])], &["甲", "乙"]);
        data.columns.push(Column {
            name: "rate".into(),
            title: "率".into(),
            unit: String::new(),
            format: Format::Pct1,
            persons: false,
        });
        data.rows.iter_mut().for_each(|row| row.push(Cell::Dec(Decimal::new(75, 2))));
        let found = hidden(&data);
        let marks: Vec<_> = (0..4).map(|r| found.mark(r, 3)).collect();
        // Row b is hidden so that the total does not give row a away; its rate would give it away again.
        assert_eq!(marks, [Some("*"), Some("*"), None, None]);
        data.columns[3].format = Format::Score;
        assert_eq!(hidden(&data).mark(0, 3), Some("*"));
    }

    #[test]
    fn a_row_of_unlike_things_hides_only_the_quotient() {
        let mut data = table(&[("a", &[4, 3, 20])], &["甲", "乙", "丙"]);
        data.key.clear();
        for (name, rate) in [("of", "0.75"), ("other", "0.832")] {
            data.columns.push(Column {
                name: name.into(),
                title: "率".into(),
                unit: String::new(),
                format: Format::Pct1,
                persons: false,
            });
            data.rows[0].push(Cell::Dec(rate.parse().unwrap()));
        }
        let found = hidden(&data);
        assert_eq!([found.mark(0, 4), found.mark(0, 5)], [Some("*"), None]);
    }

    #[test]
    fn rows_and_columns_together() {
        let rows: &[(&str, &[i64])] = &[("a", &[3, 20, 23]), ("b", &[8, 9, 17]), ("合计", &[11, 29, 40])];
        let found = hidden(&table(rows, &["甲", "乙", "合计"]));
        assert_eq!(found.small, BTreeSet::from([(0, 1)]));
        for line in [[(0, 1), (1, 1)], [(0, 2), (1, 2)], [(0, 1), (0, 2)], [(1, 1), (1, 2)]] {
            assert_ne!(line.iter().filter(|c| found.contains(c)).count(), 1, "{line:?} can be worked out");
        }
    }
}
