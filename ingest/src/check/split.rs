//! Tables that share a sheet: one under the other, or side by side. Each becomes a sheet of its own whose cells keep their
//! addresses. A header that is repeated for every printed page begins no new table.

use std::ops::Range;

use crate::read::{Cell, RawRow, Sheet};
use crate::recognise::{HeaderMatch, PathSays, header_key};
use crate::spill::SpillError;

use super::Checker;
use super::page::Page;
use super::total::{RowKind, kind_of};

/// Rows above and below a row of known headers that may belong to the same header.
const ABOVE: usize = 2;
const AHEAD: usize = 3;
/// Filled cells that a title row has at most.
const TITLE_CELLS: usize = 4;
/// Rows that are looked at together.
const NEAR: usize = 256;

/// A part of a sheet with at most one table.
pub(super) struct Region {
    pub page: Page,
    pub found: Option<HeaderMatch>,
}

/// A header below the first one of a part: places in the store.
struct Further {
    title_from: usize,
    data_from: usize,
    /// The first header once more.
    repeated: bool,
}

/// How far a part was looked through for further headers.
struct Looked {
    /// Where the rows begin that no header is known of.
    from: usize,
    /// Whether a total stands above.
    total: bool,
    /// Rows at hand, with the place of the first.
    near: (usize, Vec<RawRow>),
}

impl Checker {
    /// The tables of a sheet.
    pub(super) fn regions(&self, page: Page, path: &PathSays) -> Result<Vec<Region>, SpillError> {
        let Some(found) = self.find_in(&page, path) else { return Ok(vec![Region { page, found: None }]) };
        let Some(parts) = self.beside(&page, &found, path)? else {
            return self.below_each_other(page, Some(found), path);
        };
        drop(page);
        let mut out = Vec::new();
        for part in parts {
            out.extend(self.below_each_other(part, None, path)?);
        }
        Ok(out)
    }

    fn find_in(&self, page: &Page, path: &PathSays) -> Option<HeaderMatch> {
        if page.is_blank() { self.nil_return(&page.head, page.len()) } else { self.find_table(&page.head, path) }
    }

    /// Parts between columns that are blank from the header on, if at least two of them are complete tables.
    fn beside(&self, page: &Page, found: &HeaderMatch, path: &PathSays) -> Result<Option<Vec<Page>>, SpillError> {
        let bands = bands(&page.used_columns(found.header_from));
        if bands.len() < 2 {
            return Ok(None);
        }
        let mut complete = 0;
        for band in &bands {
            let head = page.head_of(band)?;
            complete += usize::from(self.find_table(&head, path).is_some_and(|f| f.missing.is_empty()));
        }
        if complete < 2 {
            return Ok(None);
        }
        bands.iter().map(|band| page.columns(band, &self.headers)).collect::<Result<_, _>>().map(Some)
    }

    fn below_each_other(
        &self,
        page: Page,
        mut first: Option<HeaderMatch>,
        path: &PathSays,
    ) -> Result<Vec<Region>, SpillError> {
        let (mut out, mut rest) = (Vec::new(), page);
        while let Some(found) = first.take().or_else(|| self.find_in(&rest, path)) {
            let from = rest.span().start + found.data_from;
            let mut looked = Looked { from, total: false, near: (0, Vec::new()) };
            let further = loop {
                match self.further(&rest, &found, &mut looked, path)? {
                    Some(f) if f.repeated => {
                        rest.leave_out(f.title_from..f.data_from);
                        looked.from = f.data_from;
                    }
                    other => break other,
                }
            };
            let Some(further) = further else {
                out.push(Region { page: rest, found: Some(found) });
                return Ok(out);
            };
            let below = rest.split_off(further.title_from)?;
            out.push(Region { page: std::mem::replace(&mut rest, below), found: Some(found) });
        }
        out.push(Region { page: rest, found: None });
        Ok(out)
    }

    /// The next complete header below the first one.
    fn further(
        &self,
        page: &Page,
        first: &HeaderMatch,
        looked: &mut Looked,
        path: &PathSays,
    ) -> Result<Option<Further>, SpillError> {
        let (from, span) = (looked.from, page.span());
        for at in page.candidates(from.max(span.start + first.header_from + 1)) {
            let start = at.saturating_sub(ABOVE).max(from);
            let rows = looked.window(page, start..span.end.min(at + AHEAD))?;
            let window = Sheet { name: page.head.name.clone(), said: page.head.said.clone(), rows, ..Sheet::default() };
            let Some(found) = self.find_table(&window, path).filter(|f| f.missing.is_empty()) else { continue };
            let header_at = start + found.header_from;
            let (title_from, title) = title_above(page, from, header_at)?;
            let places = |f: &HeaderMatch| f.columns.iter().map(|(c, (at, _))| (*c, *at)).collect::<Vec<_>>();
            let repeated = found.table == first.table
                && places(&found) == places(first)
                && (title.is_empty() || title == text_of(&page.head.rows[..first.header_from]))
                && !looked.total_above(page, title_from)?;
            return Ok(Some(Further { title_from, data_from: start + found.data_from, repeated }));
        }
        Ok(None)
    }
}

impl Looked {
    /// A few rows.
    fn window(&mut self, page: &Page, places: Range<usize>) -> Result<Vec<RawRow>, SpillError> {
        let (from, rows) = &self.near;
        if places.start < *from || places.end > from + rows.len() {
            let end = page.span().end.min(places.start + NEAR).max(places.end);
            self.near = (places.start, page.at(places.start..end)?);
        }
        let (from, rows) = &self.near;
        Ok(rows[places.start - from..places.end - from].to_vec())
    }

    /// Whether a total stands between the first header and a place.
    fn total_above(&mut self, page: &Page, place: usize) -> Result<bool, SpillError> {
        let mut from = self.from;
        while from < place && !self.total {
            let to = place.min(from + NEAR);
            self.total = page.at(from..to)?.iter().any(|r| kind_of(r, None) == RowKind::Total);
            from = to;
        }
        Ok(self.total)
    }
}

/// Where the title above a header begins, and what it says. It may have any number of rows.
fn title_above(page: &Page, from: usize, header_at: usize) -> Result<(usize, String), SpillError> {
    let (mut title_from, mut text) = (header_at, String::new());
    while title_from > from {
        let start = title_from.saturating_sub(NEAR).max(from);
        let rows = page.at(start..title_from)?;
        let titles = rows.iter().rev().take_while(|r| is_title(r)).count();
        text.insert_str(0, &text_of(&rows[rows.len() - titles..]));
        title_from -= titles;
        if titles < rows.len() {
            break;
        }
    }
    Ok((title_from, text))
}

/// A title stands alone in its row, or makes statements with a colon, and is neither a total nor a signature.
fn is_title(row: &RawRow) -> bool {
    let filled: Vec<&Cell> = row.cells.iter().filter(|c| !c.is_blank()).collect();
    let Some(Cell::Text(text)) = filled.first() else { return row.is_blank() };
    let few = filled.len() == 1 || filled.len() <= TITLE_CELLS && text.contains([':', '：']);
    few && kind_of(row, None) == RowKind::Data
}

fn text_of(rows: &[RawRow]) -> String {
    rows.iter().flat_map(|r| &r.cells).map(|c| header_key(&c.seen()).into_owned()).collect()
}

/// The runs of used columns that are wider than one, each with the blank columns behind it.
pub(super) fn bands(used: &[bool]) -> Vec<Range<usize>> {
    let is_used = |i: usize| used.get(i).copied().unwrap_or(false);
    let begins = |i: &usize| is_used(*i) && (*i == 0 || !is_used(*i - 1)) && is_used(*i + 1);
    let starts: Vec<usize> = (0..used.len()).filter(begins).collect();
    let ends = starts.iter().skip(1).copied().chain([usize::MAX]);
    starts.iter().copied().zip(ends).map(|(from, to)| from..to).collect()
}
