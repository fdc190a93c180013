//! Tables that share a sheet: one under the other, or side by side. Each becomes a sheet of its own whose cells keep their
//! addresses. A header that is repeated for every printed page begins no new table.

use crate::read::{Cell, RawRow, Sheet};
use crate::recognise::{HeaderMatch, PathSays, header_key};

use super::Checker;
use super::total::{RowKind, kind_of};

/// Rows above and below a row of known headers that may belong to the same header.
const ABOVE: usize = 2;
const AHEAD: usize = 3;
/// Filled cells that a title row has at most.
const TITLE_CELLS: usize = 4;

/// A part of a sheet with at most one table.
pub(super) struct Region {
    pub sheet: Sheet,
    pub found: Option<HeaderMatch>,
}

/// A header below the first one of a part.
struct Further {
    title_from: usize,
    data_from: usize,
    /// The first header once more.
    repeated: bool,
}

impl Checker {
    /// The tables of a sheet.
    pub(super) fn regions(&self, sheet: Sheet, path: &PathSays) -> Vec<Region> {
        let Some(found) = self.find_table(&sheet, path) else { return vec![Region { sheet, found: None }] };
        match self.beside(&sheet, &found, path) {
            Some(parts) => parts.into_iter().flat_map(|p| self.below_each_other(p, None, path)).collect(),
            None => self.below_each_other(sheet, Some(found), path),
        }
    }

    /// Parts between columns that are blank from the header on, if at least two of them are complete tables.
    fn beside(&self, sheet: &Sheet, found: &HeaderMatch, path: &PathSays) -> Option<Vec<Sheet>> {
        let starts = band_starts(&sheet.rows[found.header_from..]);
        if starts.len() < 2 {
            return None;
        }
        let ends = starts[1..].iter().copied().chain([usize::MAX]);
        let parts: Vec<Sheet> = starts.iter().zip(ends).map(|(from, to)| columns_of(sheet, *from, to)).collect();
        let complete = |s: &&Sheet| self.find_table(s, path).is_some_and(|f| f.missing.is_empty());
        (parts.iter().filter(complete).count() > 1).then_some(parts)
    }

    fn below_each_other(&self, sheet: Sheet, mut first: Option<HeaderMatch>, path: &PathSays) -> Vec<Region> {
        let (mut out, mut rest) = (Vec::new(), sheet);
        while let Some(found) = first.take().or_else(|| self.find_table(&rest, path)) {
            let mut from = found.data_from;
            let further = loop {
                match self.further(&rest, &found, from, path) {
                    Some(f) if f.repeated => {
                        rest.rows.drain(f.title_from..f.data_from);
                        from = f.title_from;
                    }
                    other => break other,
                }
            };
            let Some(further) = further else {
                out.push(Region { sheet: rest, found: Some(found) });
                return out;
            };
            let below = rest.rows.split_off(further.title_from);
            let next = Sheet { rows: below, ..without_rows(&rest) };
            out.push(Region { sheet: std::mem::replace(&mut rest, next), found: Some(found) });
        }
        out.push(Region { sheet: rest, found: None });
        out
    }

    /// The next complete header below the first one.
    fn further(&self, sheet: &Sheet, first: &HeaderMatch, from: usize, path: &PathSays) -> Option<Further> {
        let rows = &sheet.rows;
        for at in from.max(first.header_from + 1)..rows.len() {
            if !self.headers.may_begin(&rows[at]) {
                continue;
            }
            let start = at.saturating_sub(ABOVE).max(from);
            let window = rows[start..rows.len().min(at + AHEAD)].to_vec();
            let window = Sheet { name: sheet.name.clone(), said: sheet.said.clone(), rows: window, ..Sheet::default() };
            let Some(found) = self.find_table(&window, path).filter(|f| f.missing.is_empty()) else { continue };
            let header_at = start + found.header_from;
            let title_from = (from..header_at).rev().take_while(|i| is_title(&rows[*i])).last().unwrap_or(header_at);
            let places = |f: &HeaderMatch| f.columns.iter().map(|(c, (at, _))| (*c, *at)).collect::<Vec<_>>();
            let title = text_of(&rows[title_from..header_at]);
            let repeated = found.table == first.table
                && places(&found) == places(first)
                && (title.is_empty() || title == text_of(&rows[..first.header_from]))
                && !rows[first.data_from..title_from].iter().any(|r| kind_of(r, None) == RowKind::Total);
            return Some(Further { title_from, data_from: start + found.data_from, repeated });
        }
        None
    }
}

fn without_rows(sheet: &Sheet) -> Sheet {
    Sheet {
        name: sheet.name.clone(),
        hidden: sheet.hidden,
        has_cells: sheet.has_cells,
        said: sheet.said.clone(),
        marks: sheet.marks.clone(),
        from_1904: sheet.from_1904,
        rows: Vec::new(),
    }
}

/// A title stands alone in its row, or makes statements with a colon, and is neither a total nor a signature.
fn is_title(row: &RawRow) -> bool {
    let filled: Vec<&Cell> = row.cells.iter().filter(|c| !c.is_blank()).collect();
    let Some(Cell::Text(text)) = filled.first() else { return row.is_blank() };
    let few = filled.len() == 1 || filled.len() <= TITLE_CELLS && text.contains([':', '：']);
    few && kind_of(row, None) == RowKind::Data
}

fn text_of(rows: &[RawRow]) -> String {
    rows.iter().flat_map(|r| &r.cells).map(|c| header_key(&c.shown())).collect()
}

/// First columns of the runs of used columns that are wider than one.
fn band_starts(rows: &[RawRow]) -> Vec<usize> {
    let mut used: Vec<bool> = Vec::new();
    for row in rows {
        used.resize(used.len().max(row.cells.len()), false);
        row.cells.iter().enumerate().filter(|(_, c)| !c.is_blank()).for_each(|(i, _)| used[i] = true);
    }
    let is_used = |i: usize| used.get(i).copied().unwrap_or(false);
    let starts = |i: &usize| is_used(*i) && (*i == 0 || !is_used(*i - 1)) && is_used(*i + 1);
    (0..used.len()).filter(starts).collect()
}

fn columns_of(sheet: &Sheet, from: usize, to: usize) -> Sheet {
    let part = |r: &RawRow| {
        let cells = r.cells.iter().take(to).enumerate();
        let cells = cells.map(|(i, c)| if i < from { Cell::Empty } else { c.clone() }).collect();
        RawRow { no: r.no, cells }
    };
    let rows = sheet.rows.iter().map(part).filter(|r| !r.is_blank()).collect();
    Sheet { rows, ..without_rows(sheet) }
}
