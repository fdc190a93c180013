//! Cells that are merged over several rows hold their value in the first one only: it is filled down.

use crate::read::{Cell, RawRow, Sheet};

/// Cells filled at most; regions that overlap a thousandfold are no work of an office.
const MAX_FILLED: usize = 4_000_000;

/// Fills down the data rows from an index on.
pub(super) fn fill_down(sheet: &mut Sheet, from: usize) {
    let rows = sheet.rows.get_mut(from..).unwrap_or_default();
    let start = rows.first().map_or(u32::MAX, |r| r.no);
    let mut left = MAX_FILLED;
    for (first, column, last, _) in sheet.marks.merges.iter().filter(|m| m.0 >= start && m.2 > m.0) {
        let at = rows.partition_point(|r| r.no < *first);
        let Some(value) = rows.get(at).filter(|r| r.no == *first).map(|r| r.cell(*column).clone()) else { continue };
        for row in rows[at + 1..].iter_mut().take_while(|r| r.no <= *last) {
            fill(row, *column, &value);
            left = left.saturating_sub(1);
        }
        if left == 0 {
            return;
        }
    }
}

fn fill(row: &mut RawRow, column: usize, value: &Cell) {
    if row.cell(column).is_blank() {
        if row.cells.len() <= column {
            row.cells.resize(column + 1, Cell::Empty);
        }
        row.cells[column] = value.clone();
    }
}
