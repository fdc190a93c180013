//! A sheet whose rows may wait on disk: its first rows, what was noticed of the others as they came, and the way to them.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::contract::Table;
use crate::read::{Cell, CellView, RawFile, RawRow, ReadError, RowView, Sheet, Sink};
use crate::recognise::{HeaderBook, HeaderMatch};
use crate::spill::{Part, Room, Rows, SpillError, Spilled};

use super::prepare::Prepare;

/// Rows that are kept beside the store: titles and headers stand in them.
const HEAD: usize = 40;

/// A sheet, or the part of one that holds a table.
pub(super) struct Page {
    /// What is known of the sheet, with the first rows of the part and no others.
    pub head: Sheet,
    store: Arc<Stored>,
    /// Places of its rows in the store.
    span: Range<usize>,
    /// Places that are no part of it: headers repeated for print.
    left_out: Vec<Range<usize>>,
}

/// The rows of a sheet, and what was noticed as they came.
struct Stored {
    rows: Rows<RawRow>,
    /// Rows that may begin a header.
    candidates: Vec<usize>,
    /// Place of the last row in which something can be seen.
    last_filled: Option<usize>,
    /// Columns that are used below the first rows.
    used: Vec<bool>,
}

impl Page {
    /// How many rows it spans.
    pub fn len(&self) -> usize {
        self.span.len()
    }

    /// Where its rows begin and end in the store.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Memory and folder of its rows.
    pub fn room(&self) -> &Room {
        self.store.rows.room()
    }

    /// Whether nothing can be seen from its first row on.
    pub fn is_blank(&self) -> bool {
        self.store.last_filled.is_none_or(|last| last < self.span.start)
    }

    /// Places of rows from one on that may begin a header.
    pub fn candidates(&self, from: usize) -> impl Iterator<Item = usize> {
        let all = &self.store.candidates;
        let first = all.partition_point(|at| *at < from);
        all[first..].iter().copied().take_while(|at| *at < self.span.end)
    }

    /// For each column, whether it is used from a row of the part on, which is one of its first.
    pub fn used_columns(&self, from: usize) -> Vec<bool> {
        let mut used = self.store.used.clone();
        for row in self.head.rows.get(from..).unwrap_or_default() {
            note_used(&mut used, row);
        }
        used
    }

    /// Rows by their places in the store.
    pub fn at(&self, places: Range<usize>) -> Result<Vec<RawRow>, SpillError> {
        self.store.rows.read(places).map(|row| row.map(Cow::into_owned)).collect()
    }

    /// The rows of the part from one on, as the sheet has them.
    pub fn rows(&self, from: usize) -> impl Iterator<Item = Result<Cow<'_, RawRow>, SpillError>> {
        let start = (self.span.start + from).min(self.span.end);
        let mut left_out = self.left_out.iter().peekable();
        let is_left_out = move |at: usize| {
            while left_out.next_if(|r| r.end <= at).is_some() {}
            left_out.peek().is_some_and(|r| r.contains(&at))
        };
        let rows = (start..self.span.end).zip(self.store.rows.read(start..self.span.end));
        let mut is_left_out = is_left_out;
        rows.filter(move |(at, _)| !is_left_out(*at)).map(|(_, row)| row)
    }

    /// The rows below the header in parts that can be read one by one and in any order by [`Page::part`]; `None` where a row
    /// depends on those above it.
    pub fn parts(&self, table: &Table, found: &HeaderMatch) -> Option<impl Iterator<Item = Range<usize>>> {
        let first = self.head.rows.get(found.data_from).map_or(0, |row| row.no);
        if !Prepare::new(table, found, &self.head.marks).is_idle(first) {
            return None;
        }
        let start = (self.span.start + found.data_from).min(self.span.end);
        Some(between(start..self.span.end, &self.left_out).into_iter().flat_map(|part| self.store.rows.parts(part)))
    }

    /// Hands on the rows of a part; packed ones are laid out in one row after the other, whose memory serves all of them.
    pub fn part(&self, places: Range<usize>, mut take: impl FnMut(&RawRow)) -> Result<(), SpillError> {
        match self.store.rows.part(places)? {
            Part::Lent(rows) => rows.iter().for_each(take),
            Part::Packed { skip, rows, of, bytes } => {
                let views: Vec<RowView<'_>> = postcard::from_bytes(&bytes).map_err(|_| Part::<RawRow>::corrupt())?;
                if views.len() != of {
                    return Err(Part::<RawRow>::corrupt());
                }
                let mut row = RawRow::default();
                views.iter().skip(skip).take(rows).for_each(|view| {
                    row.copy(view);
                    take(&row);
                });
            }
        }
        Ok(())
    }

    /// The rows below the header with merged cells filled and percent signs written.
    pub fn data<'p>(
        &'p self,
        table: &Table,
        found: &HeaderMatch,
    ) -> impl Iterator<Item = Result<Cow<'p, RawRow>, SpillError>> {
        let mut prepare = Prepare::new(table, found, &self.head.marks);
        self.rows(found.data_from).map(move |row| row.map(|row| prepare.row(row)))
    }

    /// Leaves rows out of the part; each range stands behind the one before.
    pub fn leave_out(&mut self, places: Range<usize>) {
        self.left_out.push(places);
    }

    /// Cuts the part in two; what begins at the place is returned.
    pub fn split_off(&mut self, place: usize) -> Result<Self, SpillError> {
        let span = place..self.span.end;
        let rows = self.at(place..self.span.end.min(place + HEAD))?;
        self.span.end = place;
        self.head.rows.truncate(self.span.len());
        let head = Sheet { rows, ..without_rows(&self.head) };
        Ok(Self { head, store: Arc::clone(&self.store), span, left_out: Vec::new() })
    }

    /// The columns of a band, without the rows that are blank in it.
    pub fn columns(&self, band: &Range<usize>, headers: &HeaderBook) -> Result<Self, SpillError> {
        let mut part = Building::new(without_rows(&self.head), self.room());
        for row in self.rows(0) {
            let row = row?;
            let row = within(&row, band);
            if !row.is_blank() {
                part.push(row, headers)?;
            }
        }
        Ok(part.finish())
    }

    /// The first rows of [`Page::columns`].
    pub fn head_of(&self, band: &Range<usize>) -> Result<Sheet, SpillError> {
        let rows = self.rows(0).map(|row| row.map(|row| within(&row, band)));
        let rows = rows.filter(|row| row.as_ref().map_or(true, |r| !r.is_blank())).take(HEAD);
        Ok(Sheet { rows: rows.collect::<Result<_, _>>()?, ..without_rows(&self.head) })
    }
}

/// What a range has between others, each of which stands behind the one before.
fn between(whole: Range<usize>, others: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut from = whole.start;
    let mut out = Vec::new();
    for other in others {
        out.push(from..other.start.min(whole.end));
        from = from.max(other.end);
    }
    out.push(from..whole.end);
    out.retain(|part| part.start < part.end);
    out
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

pub(super) fn within(row: &RawRow, band: &Range<usize>) -> RawRow {
    let cells = row.cells.iter().take(band.end).enumerate();
    RawRow { no: row.no, cells: cells.map(|(i, c)| if i < band.start { Cell::Empty } else { c.clone() }).collect() }
}

pub(super) fn note_used(used: &mut Vec<bool>, row: &RawRow) {
    note_used_of(used, row.cells.iter().map(Cell::view));
}

fn note_used_of<'a>(used: &mut Vec<bool>, cells: impl ExactSizeIterator<Item = CellView<'a>>) {
    used.resize(used.len().max(cells.len()), false);
    cells.zip(used).filter(|(c, used)| !**used && !c.is_blank()).for_each(|(_, used)| *used = true);
}

/// A page while its rows come.
struct Building {
    head: Sheet,
    store: Stored,
}

impl Building {
    fn new(head: Sheet, room: &Room) -> Self {
        let rows = Rows::new(room);
        Self { head, store: Stored { rows, candidates: Vec::new(), last_filled: None, used: Vec::new() } }
    }

    fn push(&mut self, row: RawRow, headers: &HeaderBook) -> Result<(), SpillError> {
        let place = self.store.rows.len();
        if place < HEAD {
            self.head.rows.push(row.clone());
        }
        self.note(place, row.cells.iter().map(Cell::view), headers);
        self.store.rows.push(row)
    }

    /// Adds rows that are packed as a list; `None` when they are no such thing.
    fn push_packed(&mut self, packed: &[u8], headers: &HeaderBook) -> Option<Result<(), SpillError>> {
        let rows: Vec<RowView<'_>> = postcard::from_bytes(packed).ok()?;
        let first = self.store.rows.len();
        let head = rows.iter().take(HEAD.saturating_sub(first));
        self.head.rows.extend(head.map(RowView::to_row));
        for (place, row) in (first..).zip(&rows) {
            self.note(place, row.cells.iter().copied(), headers);
        }
        Some(self.store.rows.push_packed(rows.len(), packed))
    }

    fn note<'a>(
        &mut self,
        place: usize,
        cells: impl ExactSizeIterator<Item = CellView<'a>> + Clone,
        headers: &HeaderBook,
    ) {
        let store = &mut self.store;
        if place >= HEAD {
            note_used_of(&mut store.used, cells.clone());
        }
        if headers.may_begin(cells.clone()) {
            store.candidates.push(place);
        }
        if !{ cells }.all(CellView::is_blank) {
            store.last_filled = Some(place);
        }
    }

    fn finish(self) -> Page {
        let span = 0..self.store.rows.len();
        Page { head: self.head, store: Arc::new(self.store), span, left_out: Vec::new() }
    }
}

impl Spilled for RawRow {
    fn weight(&self) -> usize {
        let text = |c: &Cell| if let Cell::Text(t) | Cell::Error(t) = c { t.len() } else { 0 };
        size_of::<Self>() + self.cells.len() * size_of::<Cell>() + self.cells.iter().map(text).sum::<usize>()
    }
}

/// Takes a file from its reader.
pub(super) struct Spool<'c> {
    headers: &'c HeaderBook,
    room: Room,
    file: RawFile,
    pages: Vec<Building>,
}

impl<'c> Spool<'c> {
    pub fn new(headers: &'c HeaderBook, room: Room) -> Self {
        Self { headers, room, file: RawFile::default(), pages: Vec::new() }
    }

    /// The file without its sheets, and these.
    pub fn finish(self) -> (RawFile, Vec<Page>) {
        (self.file, self.pages.into_iter().map(Building::finish).collect())
    }
}

impl Sink for Spool<'_> {
    fn file(&mut self, file: RawFile) -> Result<(), ReadError> {
        self.file = file;
        Ok(())
    }

    fn sheet(&mut self, sheet: Sheet) -> Result<(), ReadError> {
        self.pages.push(Building::new(sheet, &self.room));
        Ok(())
    }

    fn row(&mut self, row: &RawRow) -> Result<(), ReadError> {
        match self.pages.last_mut() {
            Some(page) => Ok(page.push(row.clone(), self.headers)?),
            None => Ok(()),
        }
    }

    fn packed(&mut self, rows: &[u8]) -> Option<Result<(), ReadError>> {
        let page = self.pages.last_mut()?;
        Some(page.push_packed(rows, self.headers)?.map_err(ReadError::from))
    }

    fn again(&mut self) -> Result<(), ReadError> {
        let last = self.pages.pop().map(|page| Sheet { rows: Vec::new(), ..page.head });
        self.pages.extend(last.map(|sheet| Building::new(sheet, &self.room)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn what_is_left_out_stands_between_the_parts() {
        let parts = |others: &[std::ops::Range<usize>]| between(10..50, others);
        assert_eq!(parts(&[]), [10..50]);
        assert_eq!(parts(&[12..14, 14..15, 40..50]), [10..12, 15..40]);
        assert_eq!(parts(&[2..4, 8..12, 45..60]), [12..45]);
        assert!(between(5..5, &[]).is_empty());
    }
}
