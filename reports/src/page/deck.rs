//! From outline and pages to slides without layout: a title that is the finding, one thing to show, points, notes.

use super::assemble::{card, drawable, rows, shown};
use super::table::{grid, shared_unit};
use super::{Assembled, CardText, Grid, Run, runs};
use crate::chart::{self, feed::Feed, frame::Words};
use crate::error::Result;
use crate::figure::Book;
use crate::outline::{Block, Body, ChartSpec, Outline, Show, SlideSpec, TableSpec};
use crate::phrase::{Labels, Speaker};

pub use native::{Kind, NativeChart, Series};

mod native;

/// Slides of a pack.
#[derive(Debug, Clone)]
pub struct Deck {
    /// Title of the pack, for the file's properties.
    pub title: String,
    /// Title on the cover, in lines.
    pub title_lines: Vec<String>,
    /// Lines below it.
    pub cover: Vec<String>,
    /// Foot of every slide.
    pub provenance: String,
    /// Slides after the cover.
    pub slides: Vec<Slide>,
}

/// A slide.
#[derive(Debug, Clone)]
pub struct Slide {
    /// The finding.
    pub title: String,
    /// What is shown.
    pub shown: Shown,
    /// Points beside or below it.
    pub points: Vec<Vec<Run>>,
    /// What to say, then the numbers with their ids, a line each.
    pub notes: Vec<String>,
}

/// What a slide shows.
#[derive(Debug, Clone)]
pub enum Shown {
    /// Points only.
    Words,
    /// Large figures.
    Cards(Vec<CardText>),
    /// Chapters.
    Contents(Vec<String>),
    /// A chart that Office draws itself, with the words below it.
    Chart(Box<NativeChart>, Words),
    /// A chart as a drawing.
    Picture {
        /// Id in the outline.
        id: String,
        /// The drawing.
        svg: String,
        /// Size in pixels.
        size: (u32, u32),
        /// Words for readers who cannot see it.
        alt: String,
    },
    /// A table.
    Table {
        /// The cells.
        grid: Grid,
        /// The unit of all numbers.
        unit: String,
        /// Remark below it.
        note: String,
    },
}

/// Height of a drawing on a slide, in pixels, where the chart allows it.
const HEIGHT: u32 = 430;

/// Slides of an outline over a book; `assembled` gives cover, chapters and provenance.
///
/// # Errors
/// If a dataset or column is missing or a chart cannot be drawn.
pub fn deck(outline: &Outline, book: &Book, assembled: &Assembled) -> Result<Deck> {
    let document = &assembled.document;
    let labels = Labels::new();
    let teller = Teller { outline, book, assembled, speaker: Speaker::new(book, &labels) };
    let mut slides = Vec::new();
    for spec in &outline.slides {
        slides.extend(teller.slide(spec)?);
    }
    Ok(Deck {
        title: document.title.clone(),
        title_lines: document.title_lines.clone(),
        cover: document.cover.clone(),
        provenance: document.provenance.clone(),
        slides,
    })
}

struct Teller<'a, 'b> {
    outline: &'a Outline,
    book: &'b Book<'b>,
    assembled: &'a Assembled,
    speaker: Speaker<'b>,
}

impl Teller<'_, '_> {
    /// A slide, unless its condition does not hold or it would show nothing.
    fn slide(&self, spec: &SlideSpec) -> Result<Option<Slide>> {
        if spec.when.as_ref().is_some_and(|condition| !self.speaker.holds(condition)) {
            return Ok(None);
        }
        let (said, mut heard) = self.book.listen(|| self.say(spec));
        let (title, points, notes) = said;
        let (shown, drawn) = self.book.listen(|| self.shown(spec));
        let Some((shown, source)) = shown? else { return Ok(None) };
        if matches!(shown, Shown::Cards(_)) {
            heard.extend(drawn);
        }
        let notes = self.notes(notes, heard, source);
        Ok(Some(Slide { title, shown, points, notes }))
    }

    /// Title, points and notes; a chart without a title of its own has its finding.
    fn say(&self, spec: &SlideSpec) -> (String, Vec<Vec<Run>>, Vec<String>) {
        let mut title = self.speaker.say(&spec.title);
        if let (true, Some(chart)) = (title.is_empty(), self.chart(spec)) {
            title = self.speaker.say(&chart.finding);
        }
        let said = spec.points.iter().map(|p| self.speaker.say(p)).filter(|s| !s.is_empty());
        let points = said.map(|s| runs(&s)).collect();
        (title, points, spec.notes.iter().map(|p| self.speaker.say(p)).collect())
    }

    fn block(&self, spec: &SlideSpec) -> Option<&Block> {
        self.outline.blocks().find(|block| match (&spec.show, &block.body) {
            (Show::Chart(id), Body::Chart(chart)) => chart.id == *id,
            (Show::Table(id), Body::Table(table)) => table.id == *id,
            _ => false,
        })
    }

    fn chart(&self, spec: &SlideSpec) -> Option<&ChartSpec> {
        self.block(spec).and_then(|block| match &block.body {
            Body::Chart(chart) => Some(chart.as_ref()),
            Body::Heading(_) | Body::Text(_) | Body::Cards(_) | Body::Table(_) => None,
        })
    }

    /// What is shown, and the dataset that it comes from.
    fn shown(&self, spec: &SlideSpec) -> Result<Option<(Shown, Option<String>)>> {
        match &spec.show {
            Show::Words => Ok(Some((Shown::Words, None))),
            Show::Cards => Ok(Some((Shown::Cards(self.cards()), None))),
            Show::Contents => {
                let chapters = &self.assembled.document.chapters;
                let titles = chapters.iter().map(|c| format!("{}{}", c.number, c.title)).collect();
                Ok(Some((Shown::Contents(titles), None)))
            }
            Show::Chart(_) | Show::Table(_) => match self.block(spec).filter(|b| shown(b, &self.speaker)) {
                Some(block) => self.thing(&block.body),
                None => Ok(None),
            },
        }
    }

    fn cards(&self) -> Vec<CardText> {
        let cards = self.outline.summary.iter().filter_map(|block| match &block.body {
            Body::Cards(cards) => Some(cards),
            Body::Heading(_) | Body::Text(_) | Body::Chart(_) | Body::Table(_) => None,
        });
        cards.flatten().map(|c| card(&self.speaker, c)).collect()
    }

    fn thing(&self, body: &Body) -> Result<Option<(Shown, Option<String>)>> {
        match body {
            Body::Chart(spec) => self.drawing(spec),
            Body::Table(spec) => self.table(spec),
            Body::Heading(_) | Body::Text(_) | Body::Cards(_) => Ok(None),
        }
    }

    fn drawing(&self, spec: &ChartSpec) -> Result<Option<(Shown, Option<String>)>> {
        let table = rows(self.book, &self.speaker, &spec.rows)?;
        if !drawable(spec, &table)? {
            return Ok(None);
        }
        let source = Some(spec.rows.dataset.clone());
        let finding = self.speaker.say(&spec.finding);
        // The slide's title is the finding.
        let words = Words { finding: String::new(), ..super::assemble::words(self.book, &self.speaker, spec) };
        let feed = Feed { spec, table };
        if let Some(chart) = native::chart(&feed)? {
            return Ok(Some((Shown::Chart(Box::new(chart), words), source)));
        }
        let limits = chart::heights(spec, &feed);
        let height = HEIGHT.clamp(limits.least, limits.most.max(limits.least));
        let svg = chart::svg(spec, &feed, &words, height)?;
        let alt = format!("{finding}。{}", words.measure);
        Ok(Some((Shown::Picture { id: spec.id.clone(), svg, size: (chart::WIDTH, height), alt }, source)))
    }

    fn table(&self, spec: &TableSpec) -> Result<Option<(Shown, Option<String>)>> {
        let table = rows(self.book, &self.speaker, &spec.rows)?;
        if table.is_empty() {
            return Ok(None);
        }
        let (grid, unit) = (grid(spec, &table)?, shared_unit(spec, &table)?);
        let note = self.speaker.say(&spec.note);
        Ok(Some((Shown::Table { grid, unit, note }, Some(spec.rows.dataset.clone()))))
    }

    /// Words first, then every number of title and points with its id, then where the thing shown comes from.
    fn notes(&self, mut notes: Vec<String>, heard: Vec<(String, String)>, source: Option<String>) -> Vec<String> {
        let brief = self.book.brief();
        if !heard.is_empty() {
            notes.push("数字出处（数字　编号）：".to_owned());
            notes.extend(heard.into_iter().map(|(id, text)| format!("{text}　{id}")));
        }
        let dataset = source.and_then(|id| brief.datasets.get(&id));
        notes.extend(dataset.map(|d| format!("图表数据：数据集 {}（{}）", d.id, d.title)));
        let meta = &brief.meta;
        notes.push(format!("数据来源：{}；数据快照 {}，口径 {}", meta.source, meta.snapshot, meta.short_hash()));
        notes
    }
}
