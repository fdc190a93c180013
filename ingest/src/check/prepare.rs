//! Data rows as a person sees them: cells that are merged over several rows hold their value in the first one only, and a
//! number shown as 95 % is held as 0.95.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::contract::Table;
use crate::normalise::parse_number;
use crate::read::{Cell, Marks, RawRow};
use crate::recognise::HeaderMatch;

/// Cells filled at most; regions that overlap a thousandfold are no work of an office.
const MAX_FILLED: usize = 4_000_000;

/// Takes the data rows of a table one after the other.
pub(super) struct Prepare<'m> {
    marks: &'m Marks,
    /// Columns of the sheet whose unit is percent.
    percents: Vec<usize>,
    merges: Merges,
}

impl<'m> Prepare<'m> {
    pub fn new(table: &Table, found: &HeaderMatch, marks: &'m Marks) -> Self {
        let percents = if marks.percents.is_empty() { Vec::new() } else { percent_columns(table, found) };
        Self { marks, percents, merges: Merges::new(marks) }
    }

    /// Whether rows stay as they are, the first of which has this number: regions that begin above belong to title and
    /// header.
    pub fn is_idle(&self, first: u32) -> bool {
        self.percents.is_empty() && self.merges.waiting.iter().all(|(row, _)| *row < first)
    }

    pub fn row<'r>(&mut self, mut row: Cow<'r, RawRow>) -> Cow<'r, RawRow> {
        self.merges.fill(self.marks, &mut row);
        for column in &self.percents {
            if let Some(text) = self.percent(&row, *column) {
                row.to_mut().cells[*column] = text;
            }
        }
        row
    }

    fn percent(&self, row: &RawRow, column: usize) -> Option<Cell> {
        let shown = u32::try_from(column).is_ok_and(|c| self.marks.percents.contains(&(row.no, c)));
        let share = parse_number(row.cell(column)).ok().filter(|a| shown && !a.was_text)?;
        Some(Cell::Text(format!("{}%", (share.value * Decimal::ONE_HUNDRED).normalize())))
    }
}

/// Columns of the sheet whose contract column is in percent.
pub(super) fn percent_columns(table: &Table, found: &HeaderMatch) -> Vec<usize> {
    let of_column = |index: &usize| table.columns.get(*index).is_some_and(|c| c.unit == "%");
    found.columns.iter().filter(|(i, _)| of_column(i)).map(|(_, (at, _))| *at).collect()
}

/// Merged regions on their way down the sheet.
struct Merges {
    /// First row and place in the list of those that have not begun, the last first.
    waiting: Vec<(u32, usize)>,
    /// Values of those that have begun, in the order of the list.
    open: BTreeMap<usize, Cell>,
    left: usize,
}

impl Merges {
    fn new(marks: &Marks) -> Self {
        let tall = marks.merges.iter().enumerate().filter(|(_, m)| m.2 > m.0);
        let mut waiting: Vec<(u32, usize)> = tall.map(|(i, m)| (m.0, i)).collect();
        waiting.sort_unstable_by(|a, b| b.cmp(a));
        Self { waiting, open: BTreeMap::new(), left: MAX_FILLED }
    }

    fn fill(&mut self, marks: &Marks, row: &mut Cow<'_, RawRow>) {
        if self.waiting.is_empty() && self.open.is_empty() {
            return;
        }
        // Regions that begin above the data belong to title and header, others without their first row to nothing.
        let above = |first: u32| first < row.no;
        while self.waiting.last().is_some_and(|(first, _)| above(*first)) {
            self.waiting.pop();
        }
        let mut starting = Vec::new();
        while let Some((_, i)) = self.waiting.pop_if(|(first, _)| *first == row.no) {
            starting.push(i);
        }
        starting.sort_unstable();
        self.open.retain(|i, _| marks.merges[*i].2 >= row.no);
        self.in_order(marks, &starting, row);
    }

    /// Each region in the order of the list: the value of one may come from one before it.
    fn in_order(&mut self, marks: &Marks, starting: &[usize], row: &mut Cow<'_, RawRow>) {
        let mut starting = starting.iter().copied().peekable();
        let open: Vec<usize> = self.open.keys().copied().collect();
        for i in open {
            while let Some(new) = starting.next_if(|s| *s < i) {
                self.open.insert(new, row.cell(marks.merges[new].1).clone());
            }
            let Some(value) = self.open.get(&i).filter(|_| self.left > 0) else { continue };
            fill(row, marks.merges[i].1, value);
            self.left -= 1;
        }
        for new in starting {
            self.open.insert(new, row.cell(marks.merges[new].1).clone());
        }
    }
}

fn fill(row: &mut Cow<'_, RawRow>, column: usize, value: &Cell) {
    if row.cell(column).is_blank() {
        let row = row.to_mut();
        if row.cells.len() <= column {
            row.cells.resize(column + 1, Cell::Empty);
        }
        row.cells[column] = value.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(merges: Vec<(u32, usize, u32, usize)>, rows: &[(u32, [&str; 2])]) -> Vec<[String; 2]> {
        let marks = Marks { merges, ..Marks::default() };
        let mut merges = Merges::new(&marks);
        let row = |(no, texts): &(u32, [&str; 2])| {
            let cells = texts.iter().map(|t| if t.is_empty() { Cell::Empty } else { Cell::Text((*t).to_owned()) });
            let mut row = Cow::Owned(RawRow { no: *no, cells: cells.collect() });
            merges.fill(&marks, &mut row);
            [row.cell(0).shown(), row.cell(1).shown()]
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn merged_cells_are_filled_down_to_their_end() {
        let rows = [(5, ["甲", ""]), (6, ["", "一"]), (8, ["", ""]), (9, ["", "二"])];
        assert_eq!(filled(vec![(5, 0, 8, 0)], &rows), [["甲", ""], ["甲", "一"], ["甲", ""], ["", "二"]]);
        assert_eq!(filled(vec![(4, 0, 8, 0), (7, 1, 9, 1)], &rows)[1], ["", "一"], "no first row, no value");
    }

    #[test]
    fn of_regions_that_overlap_the_earlier_in_the_list_fills_first() {
        let rows = [(5, ["甲", ""]), (6, ["", ""]), (7, ["", ""])];
        assert_eq!(filled(vec![(5, 0, 6, 0), (6, 0, 7, 0)], &rows)[2][0], "甲");
        assert_eq!(filled(vec![(6, 0, 7, 0), (5, 0, 6, 0)], &rows)[1][0], "甲");
        assert_eq!(filled(vec![(6, 0, 7, 0), (5, 0, 6, 0)], &rows)[2][0], "");
    }
}
