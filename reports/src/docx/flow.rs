//! Where pieces fall on pages: a chart that does not fit lets the text go on and opens the next page, and the contents
//! know on which page a chapter begins. Heights are those of the styles; Word counts anew when it opens the file.

use std::collections::VecDeque;

use super::{LINE, TEXT_HEIGHT, TEXT_WIDTH};
use crate::page::{Grid, Piece, Run};

/// Height of the text on a page, in points; a little less, so that rounding never promises too much.
const PAGE: f64 = TEXT_HEIGHT as f64 / 20.0 - 2.0;
/// A line of running text, in points.
const TEXT: f64 = LINE as f64 / 20.0;
/// Width of a line in characters of running text.
const CHARACTERS: f64 = 28.0;
/// Above a chart, below it, and its caption.
const FIGURE: f64 = 8.0 + 18.0 + 10.0;
/// Caption of a table with unit and what follows it.
const TABLE: f64 = 28.0 + 13.0 + 21.0;
/// How far a chart may shrink to stay on its page.
const LEAST: f64 = 0.86;

/// Share of its size below which the chart on the page for leaders would be too small: then the words are.
const ENOUGH: f64 = 0.75;

/// A piece in its place; charts may be drawn smaller.
pub struct Placed<'a> {
    pub piece: &'a Piece,
    pub scale: f64,
}

/// A chapter in the order of writing, and how many pages it fills when it begins one.
pub struct Flow<'a> {
    pub placed: Vec<Placed<'a>>,
    pub pages: usize,
    used: f64,
    waiting: VecDeque<(&'a Piece, f64)>,
}

impl<'a> Flow<'a> {
    /// Lays out a chapter whose heading takes so many points.
    pub fn of(pieces: &'a [Piece], heading: f64) -> Self {
        let mut flow = Self { placed: Vec::new(), pages: 1, used: heading, waiting: VecDeque::new() };
        for piece in pieces {
            match piece {
                Piece::Figure { height, .. } => flow.figure(piece, height + FIGURE),
                Piece::Heading { .. } => flow.whole(piece, TEXT, 3.0 * TEXT),
                Piece::Para { runs } => flow.lines(piece, lines(runs)),
                Piece::Cards { cards } => flow.whole(piece, cards.len().div_ceil(3) as f64 * 52.0, 0.0),
                Piece::Table { grid, dense, note, .. } => flow.table(piece, grid, *dense, note),
            }
        }
        flow.release();
        flow
    }

    fn rest(&self) -> f64 {
        PAGE - self.used
    }

    fn put(&mut self, piece: &'a Piece, scale: f64, height: f64) {
        self.placed.push(Placed { piece, scale });
        self.used += height;
    }

    fn turn(&mut self) {
        self.pages += 1;
        self.used = 0.0;
    }

    /// Charts that wait open the next page.
    fn release(&mut self) {
        while let Some((piece, height)) = self.waiting.pop_front() {
            if height > self.rest() {
                self.turn();
            }
            self.put(piece, 1.0, height);
        }
    }

    fn figure(&mut self, piece: &'a Piece, height: f64) {
        if self.waiting.is_empty() && height <= self.rest() {
            self.put(piece, 1.0, height);
        } else if self.waiting.is_empty() && (height - FIGURE) * LEAST + FIGURE <= self.rest() {
            let scale = (self.rest() - FIGURE) / (height - FIGURE);
            let rest = self.rest();
            self.put(piece, scale, rest);
        } else {
            self.waiting.push_back((piece, height));
        }
    }

    /// Something that does not break, with `next` kept below it on the same page.
    fn whole(&mut self, piece: &'a Piece, height: f64, next: f64) {
        if height + next > self.rest() {
            if self.waiting.is_empty() {
                self.turn();
            }
            self.release();
        }
        self.put(piece, 1.0, height);
    }

    /// A paragraph; it breaks over pages unless a chart waits for the page to end.
    fn lines(&mut self, piece: &'a Piece, lines: f64) {
        let height = lines * TEXT;
        if height > self.rest() && !self.waiting.is_empty() {
            self.release();
        }
        self.put(piece, 1.0, height);
        while self.used > PAGE {
            let over = ((self.used - PAGE) / TEXT).ceil() * TEXT;
            self.pages += 1;
            self.used = over;
        }
    }

    /// A table; it breaks between rows, and its head is repeated.
    fn table(&mut self, piece: &'a Piece, grid: &Grid, dense: bool, note: &str) {
        let rows = heights(grid, dense);
        let head = rows.first().copied().unwrap_or(0.0);
        let all = rows.iter().sum::<f64>() + TABLE;
        if all > self.rest() && !self.waiting.is_empty() {
            self.release();
        }
        if TABLE + 3.0 * head > self.rest() {
            self.turn();
        }
        self.put(piece, 1.0, TABLE - 21.0);
        for (i, row) in rows.iter().enumerate() {
            if row > &self.rest() {
                self.turn();
                self.used = if i > 0 { head } else { 0.0 };
            }
            self.used += row;
        }
        self.used += if note.is_empty() { 8.0 } else { 23.0 };
    }
}

/// How the page for leaders fits on one page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Whether the words are set in the smaller style.
    pub small: bool,
    /// Scale of the chart.
    pub scale: f64,
}

/// Fits the page for leaders below a head of so many points: the chart gets what the words leave of the page.
pub fn fit(pieces: &[Piece], head: f64) -> Fit {
    let usual = room(pieces, head, 13.0, 19.5);
    if usual >= ENOUGH {
        return Fit { small: false, scale: usual.min(1.0) };
    }
    Fit { small: true, scale: room(pieces, head, 11.5, 18.5).clamp(0.4, 1.0) }
}

/// What the words leave of a page, as a share of the height of its charts, with type and lines of so many points.
fn room(pieces: &[Piece], head: f64, size: f64, line: f64) -> f64 {
    let (mut words, mut charts) = (head, 0.0);
    for piece in pieces {
        match piece {
            Piece::Heading { .. } => words += TEXT,
            Piece::Para { runs } => words += set(runs, f64::from(TEXT_WIDTH) / 20.0 / size) * line + 2.0,
            Piece::Cards { cards } => words += cards.len().div_ceil(3) as f64 * 57.0 + 8.0,
            Piece::Figure { height, .. } => {
                charts += height;
                words += 8.0 + 6.0;
            }
            Piece::Table { grid, dense, .. } => words += heights(grid, *dense).iter().sum::<f64>() + TABLE,
        }
    }
    if charts > 0.0 { (PAGE - words) / charts } else { 1.0 }
}

/// Lines of a paragraph of running text.
fn lines(runs: &[Run]) -> f64 {
    set(runs, CHARACTERS)
}

/// Lines of a paragraph with two characters of indent, where a line holds so many.
fn set(runs: &[Run], characters: f64) -> f64 {
    let width: f64 = runs.iter().map(|r| ems(&r.text)).sum();
    ((width + 2.0) / characters.floor()).ceil().max(1.0)
}

/// Width of a text in the office's type, in ems: hanzi are square, Latin letters and digits half as wide.
fn ems(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.52 } else { 1.0 }).sum()
}

/// Heights of head and rows of a table, in points: as many lines as the wordiest cell needs.
fn heights(grid: &Grid, dense: bool) -> Vec<f64> {
    let (size, line) = if dense { (8.5, 11.0) } else { (10.5, 13.5) };
    let sum: f64 = grid.widths.iter().sum();
    let room = |i: usize| (grid.widths[i] / sum * f64::from(TEXT_WIDTH) / 20.0 - 6.0) / size;
    let lines = |i: usize, text: &str| (ems(text) / room(i)).ceil().max(1.0);
    let units = if grid.units.iter().any(|u| !u.is_empty()) { 1.0 } else { 0.0 };
    let head = grid.head.iter().enumerate().map(|(i, t)| lines(i, t)).fold(1.0, f64::max) + units;
    let body = grid.rows.iter().map(|row| row.iter().enumerate().map(|(i, t)| lines(i, t)).fold(1.0, f64::max));
    std::iter::once(head).chain(body).map(|n| n * line + 5.6).collect()
}
