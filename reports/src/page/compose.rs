//! Where figures and tables go and how high charts are, so that pages are full and nothing stands alone.
//!
//! Works on heights that the typesetter has measured. A figure stands where it is mentioned if it fits, shrunk or with
//! the charts before it shrunk if need be; otherwise the text goes on and the figure opens the next page. What is left
//! of a page is given to its charts. Chapters do not overtake their figures.

use std::collections::{BTreeMap, BTreeSet};

use super::{Document, POINTS_A_PIXEL, Piece};
use crate::phrase::Label;

/// Height of the text area: 225 mm, less a little so that rounding never spills a line.
const PAGE: f64 = 637.8 - 3.0;
/// A line of text and the space to the next.
const LINE: f64 = 16.0;
const LEADING: f64 = 13.5;
/// Space around paragraphs and headings of the second level.
const GAP: f64 = 13.5;
/// Space above a chapter's heading.
const CHAPTER_GAP: f64 = 20.0;
/// Space around figures and tables; the template uses the same.
const BOX_GAP: f64 = 18.0;
/// How much a row of a table may give and take, in points.
const ROW_GIVES: f64 = 2.2;
const ROW_TAKES: f64 = 4.0;

/// Height of the summary's title, and the space between the summary's pieces.
const SUMMARY_TITLE: f64 = 20.0;
const SUMMARY_GAP: f64 = 10.0;
/// Size of the summary's type, and the smaller one for wordy years.
const SUMMARY_SIZE: f64 = 13.0;
const SUMMARY_SMALL: f64 = 11.5;

/// Decisions for the second run.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Size of the summary's type, in points.
    pub summary_size: f64,
    /// Heights of charts in pixels, by id.
    pub heights: BTreeMap<String, u32>,
    /// Space above and below the text in the cells of tables, in points, by id.
    pub insets: BTreeMap<String, f64>,
    /// Figures and tables that open a page.
    pub floats: BTreeSet<Label>,
}

impl Default for Layout {
    fn default() -> Self {
        Self { summary_size: SUMMARY_SIZE, heights: BTreeMap::new(), insets: BTreeMap::new(), floats: BTreeSet::new() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Chapter,
    Heading,
    Text,
    Box,
}

/// A thing to place.
#[derive(Debug, Clone)]
struct Item {
    kind: Kind,
    /// Measured height.
    height: f64,
    label: Option<Label>,
    elastic: Elastic,
}

/// What of a thing's height may change.
#[derive(Debug, Clone, Copy)]
enum Elastic {
    Nothing,
    /// A drawing of so many points, with its least and greatest height.
    Chart(f64, [f64; 2]),
    /// So many rows, head included, with so much space above and below their text.
    Rows(f64, f64),
}

impl Elastic {
    fn gives(self) -> f64 {
        match self {
            Self::Nothing => 0.0,
            Self::Chart(height, [least, _]) => (height - least).max(0.0),
            Self::Rows(rows, _) => rows * ROW_GIVES,
        }
    }

    fn takes(self) -> f64 {
        match self {
            Self::Nothing => 0.0,
            Self::Chart(height, [_, most]) => (most - height).max(0.0),
            Self::Rows(rows, _) => rows * ROW_TAKES,
        }
    }
}

/// Decides the layout; `measured` has the height of each piece of the summary, then of each chapter.
#[must_use]
pub fn compose(document: &Document, measured: &[f64]) -> Layout {
    let mut items = Vec::new();
    let (summary, chapters) = measured.split_at(document.summary.len().min(measured.len()));
    let mut heights = chapters.iter().copied();
    for chapter in &document.chapters {
        items.push(Item { kind: Kind::Chapter, height: LINE, label: None, elastic: Elastic::Nothing });
        items.extend(chapter.pieces.iter().map(|piece| item(piece, heights.next().unwrap_or(0.0))));
    }
    let mut composer = Composer::default();
    for (i, item) in items.iter().enumerate() {
        composer.place(item, &items[i + 1..]);
    }
    composer.close();
    while !composer.waiting.is_empty() {
        composer.open();
        composer.close();
    }
    overview(document, summary, &mut composer.layout);
    composer.layout
}

/// Gives the summary's chart what the words leave of the page; sets the words smaller if they leave too little.
fn overview(document: &Document, measured: &[f64], layout: &mut Layout) {
    let whole: f64 = measured.iter().map(|h| h + SUMMARY_GAP).sum::<f64>() + SUMMARY_TITLE;
    let charts = document.summary.iter().filter_map(|piece| match piece {
        Piece::Figure { id, height, limits, .. } => Some((id, *height, *limits)),
        _ => None,
    });
    for (id, height, [least, most]) in charts {
        let words = whole - height;
        let mut room = PAGE - words;
        if room < least {
            layout.summary_size = SUMMARY_SMALL;
            room = PAGE - words * SUMMARY_SMALL / SUMMARY_SIZE;
        }
        let pixels = (room.clamp(least * 0.8, most) / POINTS_A_PIXEL).floor();
        layout.heights.insert(id.clone(), pixels as u32);
    }
}

fn item(piece: &Piece, height: f64) -> Item {
    let (kind, label, elastic) = match piece {
        Piece::Heading { .. } => (Kind::Heading, None, Elastic::Nothing),
        Piece::Para { .. } | Piece::Cards { .. } => (Kind::Text, None, Elastic::Nothing),
        Piece::Figure { id, height, limits, .. } => {
            (Kind::Box, Some(Label::Figure(id.clone())), Elastic::Chart(*height, *limits))
        }
        Piece::Table { id, grid, inset, .. } => {
            let rows = grid.rows.len() as f64 + 1.0;
            (Kind::Box, Some(Label::Table(id.clone())), Elastic::Rows(rows, *inset))
        }
    };
    Item { kind, height, label, elastic }
}

/// Whole lines in a height.
fn lines(height: f64) -> f64 {
    ((height + LEADING) / (LINE + LEADING) + 0.01).floor()
}

/// Height that a heading needs below it: the next headings and the first lines of the text after them.
fn company(next: &[Item]) -> f64 {
    match next.first() {
        Some(item) if item.kind == Kind::Heading => GAP + item.height + company(&next[1..]),
        Some(item) if item.kind == Kind::Text => {
            // Up to three lines stay together.
            let all = lines(item.height);
            let kept = if all <= 3.0 { all } else { 2.0 };
            GAP + kept * (LINE + LEADING) - LEADING
        }
        _ => 0.0,
    }
}

#[derive(Default)]
struct Composer {
    layout: Layout,
    /// Height used on the page so far.
    used: f64,
    /// Space that the last thing wants below it.
    below: f64,
    /// Figures and tables on the page.
    boxes: Vec<Item>,
    /// Figures and tables for the next page.
    waiting: Vec<Item>,
}

impl Composer {
    fn rest(&self) -> f64 {
        PAGE - self.used
    }

    /// Space above a thing that wants `above`; none at the top of a page.
    fn gap(&self, above: f64) -> f64 {
        if self.used > 0.0 { above.max(self.below) } else { 0.0 }
    }

    fn put(&mut self, height: f64, above: f64, below: f64) {
        self.used += self.gap(above) + height;
        self.below = below;
    }

    fn place(&mut self, item: &Item, next: &[Item]) {
        match item.kind {
            Kind::Chapter => {
                while !self.waiting.is_empty() {
                    self.turn();
                }
                self.heading(item, CHAPTER_GAP, next);
            }
            Kind::Heading => self.heading(item, GAP, next),
            Kind::Text => self.text(item),
            Kind::Box => self.boxed(item),
        }
    }

    /// A heading stays with what must stand below it; a new page may be filled by what waited for it.
    fn heading(&mut self, item: &Item, above: f64, next: &[Item]) {
        while self.used > 0.0 && self.gap(above) + item.height + company(next) > self.rest() {
            self.turn();
        }
        self.put(item.height, above, GAP);
    }

    /// A paragraph may be parted after two lines and before two lines.
    fn text(&mut self, item: &Item) {
        let mut left = lines(item.height);
        loop {
            let room = lines(self.rest() - self.gap(GAP));
            if left <= room {
                return self.put(left * (LINE + LEADING) - LEADING, GAP, GAP);
            }
            let here = room.min(left - 2.0);
            if left > 3.0 && here >= 2.0 {
                self.put(here * (LINE + LEADING) - LEADING, GAP, GAP);
                left -= here;
            }
            self.turn();
        }
    }

    fn boxed(&mut self, item: &Item) {
        if self.waiting.is_empty() && self.fits(item) {
            self.stand(item);
        } else {
            if let Some(label) = &item.label {
                self.layout.floats.insert(label.clone());
            }
            self.waiting.push(item.clone());
        }
    }

    /// Whether a box fits on the page if all boxes on it give what they can.
    fn fits(&self, item: &Item) -> bool {
        let slack: f64 = self.boxes.iter().chain([item]).map(|b| b.elastic.gives()).sum();
        self.gap(BOX_GAP) + item.height <= self.rest() + slack
    }

    /// The page may be overfull after this: its boxes give what is missing when it is closed.
    fn stand(&mut self, item: &Item) {
        self.put(item.height, BOX_GAP, BOX_GAP);
        self.boxes.push(item.clone());
    }

    fn turn(&mut self) {
        self.close();
        self.open();
    }

    /// Ends a page: its boxes take what is left, or give what is missing, each by what it can.
    fn close(&mut self) {
        let spare = self.rest();
        let boxes = std::mem::take(&mut self.boxes);
        let can: f64 = boxes.iter().map(|b| if spare < 0.0 { b.elastic.gives() } else { b.elastic.takes() }).sum();
        // Little is not worth a change.
        if can > 0.0 && !(0.0..=8.0).contains(&spare) {
            let share = (spare / can).clamp(-1.0, 1.0);
            boxes.iter().for_each(|b| self.resize(b, share));
        }
        self.used = 0.0;
        self.below = 0.0;
    }

    fn resize(&mut self, item: &Item, share: f64) {
        let change = share * if share < 0.0 { item.elastic.gives() } else { item.elastic.takes() };
        match (&item.label, item.elastic) {
            (Some(Label::Figure(id)), Elastic::Chart(height, _)) => {
                let pixels = ((height + change) / POINTS_A_PIXEL).floor();
                self.layout.heights.insert(id.clone(), pixels as u32);
            }
            (Some(Label::Table(id)), Elastic::Rows(rows, inset)) => {
                let fitted = inset + change / rows / 2.0;
                self.layout.insets.insert(id.clone(), (fitted * 20.0).floor() / 20.0);
            }
            _ => {}
        }
    }

    /// Begins a page with what waits, as much as fits.
    fn open(&mut self) {
        while !self.waiting.is_empty() {
            let first = self.waiting[0].clone();
            if self.used > 0.0 && !self.fits(&first) {
                break;
            }
            self.waiting.remove(0);
            self.stand(&first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Part, Run};

    fn figure(id: &str, points: f64) -> Piece {
        Piece::Figure {
            number: String::new(),
            id: id.to_owned(),
            caption: String::new(),
            file: String::new(),
            alt: String::new(),
            height: points,
            limits: [points * 0.8, points * 1.3],
            float: false,
        }
    }

    fn para() -> Piece {
        Piece::Para { runs: vec![Run { bold: false, text: String::new() }] }
    }

    fn compose_pieces(pieces: Vec<(Piece, f64)>) -> Layout {
        let (pieces, heights): (Vec<Piece>, Vec<f64>) = pieces.into_iter().unzip();
        let document = Document {
            title: String::new(),
            form: crate::outline::Form::Pack,
            level_text: String::new(),
            title_lines: Vec::new(),
            cover: Vec::new(),
            provenance: String::new(),
            author: String::new(),
            summary_title: String::new(),
            summary_size: SUMMARY_SIZE,
            summary: Vec::new(),
            chapters: vec![Part { number: String::new(), title: String::new(), pieces }],
            closing: Vec::new(),
            annexes: Vec::new(),
        };
        compose(&document, &heights)
    }

    #[test]
    fn a_chart_alone_is_stretched_within_limits() {
        let layout = compose_pieces(vec![(para(), 45.5), (figure("a", 200.0), 220.0)]);
        assert!(layout.floats.is_empty());
        assert_eq!(layout.heights["a"], (260.0 / POINTS_A_PIXEL) as u32);
    }

    #[test]
    fn a_chart_that_does_not_fit_opens_the_next_page() {
        let layout = compose_pieces(vec![(figure("a", 500.0), 520.0), (figure("b", 400.0), 420.0), (para(), 45.5)]);
        assert_eq!(layout.floats, BTreeSet::from([Label::Figure("b".to_owned())]));
    }

    #[test]
    fn a_heading_does_not_stay_behind_on_a_page_of_charts() {
        let heading = Piece::Heading { number: String::new(), text: String::new() };
        let pieces = vec![
            (para(), 600.0),
            (figure("a", 250.0), 268.0),
            (figure("b", 240.0), 258.0),
            (heading, 16.0),
            (para(), 75.0),
            (figure("c", 450.0), 468.0),
        ];
        let layout = compose_pieces(pieces);
        // Heading and paragraph open a page of their own, where the last chart still stands.
        assert!(!layout.floats.contains(&Label::Figure("c".to_owned())), "{layout:?}");
        assert!(f64::from(layout.heights["c"]) * POINTS_A_PIXEL < 512.0, "{layout:?}");
    }

    #[test]
    fn two_charts_shrink_to_share_a_page() {
        let layout = compose_pieces(vec![(figure("a", 300.0), 318.0), (figure("b", 300.0), 318.0)]);
        assert!(layout.floats.is_empty());
        let used: u32 = layout.heights.values().sum();
        assert!(f64::from(used) * POINTS_A_PIXEL < 600.0, "{:?}", layout.heights);
    }
}
