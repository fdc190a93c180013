//! Walks the outline twice: once to number what will be printed, once to say and draw it.

use super::compose::Layout;
use super::table::{grid, shared_unit};
use super::{CardText, Document, POINTS_A_PIXEL, Part, Piece, Run, chinese, runs};
use crate::brief::Privacy;
use crate::chart::feed::Feed;
use crate::chart::frame::Words;
use crate::chart::{self};
use crate::error::Result;
use crate::figure::{Book, Table};
use crate::number::MISSING;
use crate::outline::{Block, Body, Card, ChartSpec, Outline, Rows, TableSpec};
use crate::phrase::{Label, Labels, Speaker};

/// A drawn chart.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Id in the outline.
    pub id: String,
    /// Path that the template asks for.
    pub path: String,
    /// The drawing.
    pub svg: String,
}

/// A document with its charts.
#[derive(Debug, Clone)]
pub struct Assembled {
    /// The document.
    pub document: Document,
    /// Charts in order.
    pub pictures: Vec<Picture>,
}

/// Says and draws everything.
///
/// # Errors
/// If a dataset or column is missing or a chart cannot be drawn.
pub fn assemble(outline: &Outline, book: &Book, layout: &Layout, step: &mut dyn FnMut(&str)) -> Result<Assembled> {
    let none = Labels::new();
    let labels = number(outline, book, &Speaker::new(book, &none))?;
    let speaker = Speaker::new(book, &labels);
    let mut writer = Writer { book, speaker, labels: &labels, layout, pictures: Vec::new(), headings: 0, step };
    let meta = &book.brief().meta;
    let mut document = Document {
        title: meta.title.clone(),
        form: outline.form,
        level_text: String::new(),
        title_lines: outline.title.iter().map(|p| speaker.say(p)).collect(),
        cover: outline.cover.iter().map(|p| speaker.say(p)).collect(),
        provenance: String::new(),
        author: meta.office.clone(),
        summary_title: speaker.say(&outline.summary_title),
        summary_size: layout.summary_size,
        summary: writer.blocks(&outline.summary, false)?,
        chapters: Vec::new(),
        closing: outline.closing.iter().map(|p| speaker.say(p)).collect(),
        annexes: Vec::new(),
    };
    for (i, chapter) in outline.chapters.iter().enumerate() {
        writer.headings = 0;
        (writer.step)(&chapter.title);
        let pieces = writer.blocks(&chapter.blocks, false)?;
        let number = format!("{}、", chinese(i + 1));
        document.chapters.push(Part { number, title: chapter.title.clone(), pieces });
    }
    for (i, annex) in outline.annexes.iter().enumerate() {
        let pieces = writer.blocks(&annex.blocks, true)?;
        let number = format!("附表{}", i + 1);
        document.annexes.push(Part { number, title: annex.title.clone(), pieces });
    }
    // Said last: by now every dataset has been read.
    document.provenance = provenance(book);
    document.level_text = level_text(book.level()).to_owned();
    Ok(Assembled { document, pictures: writer.pictures })
}

/// What stands above a document that not everybody may have.
fn level_text(level: Privacy) -> &'static str {
    match level {
        Privacy::S0 => "",
        Privacy::S1 => "内部资料　注意保管",
        Privacy::S2 | Privacy::S3 => "敏感资料　仅限指定人员　不得复制",
    }
}

fn provenance(book: &Book) -> String {
    let (meta, level) = (&book.brief().meta, book.level().label());
    let (snapshot, hash) = (&meta.snapshot, meta.short_hash());
    format!("数据级别 {level}　数据快照 {snapshot}　口径 {hash}　程序 {}", meta.program_version)
}

impl Assembled {
    /// The summary alone, with the charts in it: the page for leaders.
    #[must_use]
    pub fn summary_only(&self) -> Self {
        let document = Document {
            title: self.document.summary_title.clone(),
            title_lines: Vec::new(),
            cover: Vec::new(),
            chapters: Vec::new(),
            closing: Vec::new(),
            annexes: Vec::new(),
            ..self.document.clone()
        };
        Self { document, pictures: self.pictures.clone() }
    }
}

/// Numbers of the charts and tables that will be printed.
fn number(outline: &Outline, book: &Book, speaker: &Speaker) -> Result<Labels> {
    let mut labels = Labels::new();
    let (mut figures, mut tables) = (0, 0);
    let chapters = outline.chapters.iter().flat_map(|c| &c.blocks);
    for block in outline.summary.iter().chain(chapters).filter(|b| shown(b, speaker)) {
        match &block.body {
            Body::Chart(spec) if drawable(spec, &rows(book, speaker, &spec.rows)?)? => {
                figures += 1;
                labels.insert(Label::Figure(spec.id.clone()), format!("图{figures}"));
            }
            Body::Table(spec) if !rows(book, speaker, &spec.rows)?.is_empty() => {
                tables += 1;
                labels.insert(Label::Table(spec.id.clone()), format!("表{tables}"));
            }
            _ => {}
        }
    }
    for (i, annex) in outline.annexes.iter().enumerate() {
        for block in &annex.blocks {
            if let Body::Table(spec) = &block.body {
                labels.insert(Label::Table(spec.id.clone()), format!("附表{}", i + 1));
            }
        }
    }
    Ok(labels)
}

pub(super) fn shown(block: &Block, speaker: &Speaker) -> bool {
    block.when.as_ref().is_none_or(|condition| speaker.holds(condition))
}

/// Whether a chart would show anything: some value that is there and not zero.
pub(super) fn drawable(spec: &ChartSpec, table: &Table) -> Result<bool> {
    for name in spec.measures() {
        let column = table.column(name)?;
        if (0..table.len()).any(|r| table.value(r, column).is_some_and(|v| v != 0.0)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The rows that a chart, table or sheet applies to.
pub(crate) fn rows<'b>(book: &'b Book<'b>, speaker: &Speaker, rows: &Rows) -> Result<Table<'b>> {
    let mut table = book.table(&rows.dataset)?;
    if rows.without_totals {
        table = table.without_totals();
    }
    Ok(speaker.filter(table, rows.filter.as_ref()).first(rows.first.unwrap_or(usize::MAX)))
}

struct Writer<'a, 'b> {
    book: &'b Book<'b>,
    speaker: Speaker<'b>,
    labels: &'b Labels,
    layout: &'a Layout,
    pictures: Vec<Picture>,
    headings: usize,
    step: &'a mut dyn FnMut(&str),
}

impl Writer<'_, '_> {
    fn blocks(&mut self, blocks: &[Block], annex: bool) -> Result<Vec<Piece>> {
        let mut pieces = Vec::new();
        for block in blocks {
            if !shown(block, &self.speaker) {
                if let Some(phrase) = &block.otherwise {
                    pieces.push(Piece::Para { runs: runs(&self.speaker.say(phrase)) });
                }
                continue;
            }
            match &block.body {
                Body::Heading(phrase) => {
                    self.headings += 1;
                    let number = format!("（{}）", chinese(self.headings));
                    pieces.push(Piece::Heading { number, text: self.speaker.say(phrase) });
                }
                Body::Text(phrases) => {
                    let said = phrases.iter().map(|p| self.speaker.say(p)).filter(|s| !s.is_empty());
                    pieces.extend(said.map(|s| Piece::Para { runs: runs(&s) }));
                }
                Body::Cards(cards) => {
                    let cards = cards.iter().map(|c| card(&self.speaker, c)).collect();
                    pieces.push(Piece::Cards { cards });
                }
                Body::Chart(spec) => pieces.push(self.chart(spec)?),
                Body::Table(spec) => pieces.push(self.table(spec, annex)?),
            }
        }
        Ok(pieces)
    }

    fn chart(&mut self, spec: &ChartSpec) -> Result<Piece> {
        let table = rows(self.book, &self.speaker, &spec.rows)?;
        let caption = self.speaker.say(&spec.caption);
        if !drawable(spec, &table)? {
            return Ok(nothing(&caption, "图"));
        }
        let words = words(self.book, &self.speaker, spec);
        let feed = Feed { spec, table };
        let label = Label::Figure(spec.id.clone());
        let limits = chart::heights(spec, &feed);
        let pixels = self.layout.heights.get(&spec.id).copied().unwrap_or(limits.natural);
        let svg = chart::svg(spec, &feed, &words, pixels)?;
        let file = format!("/charts/{:02}.svg", self.pictures.len() + 1);
        self.pictures.push(Picture { id: spec.id.clone(), path: file.clone(), svg });
        let alt = format!("{}。{}", words.finding, words.measure);
        let float = self.layout.floats.contains(&label);
        let points = |pixels: u32| f64::from(pixels) * POINTS_A_PIXEL;
        Ok(Piece::Figure {
            number: self.label(label),
            id: spec.id.clone(),
            caption,
            file,
            alt,
            height: points(pixels),
            limits: [points(limits.least), points(limits.most)],
            float,
        })
    }

    fn table(&mut self, spec: &TableSpec, annex: bool) -> Result<Piece> {
        let table = rows(self.book, &self.speaker, &spec.rows)?;
        let caption = self.speaker.say(&spec.caption);
        if table.is_empty() {
            return Ok(nothing(&caption, "表"));
        }
        let label = Label::Table(spec.id.clone());
        let float = self.layout.floats.contains(&label);
        let number = if annex { String::new() } else { self.label(label) };
        let grid = grid(spec, &table)?;
        let unit = shared_unit(spec, &table)?;
        let (id, note) = (spec.id.clone(), self.speaker.say(&spec.note));
        let usual = if spec.dense { 3.1 } else { 4.5 };
        let inset = self.layout.insets.get(&spec.id).copied().unwrap_or(usual);
        Ok(Piece::Table { number, id, caption, note, unit, dense: spec.dense, inset, float, grid })
    }

    fn label(&self, label: Label) -> String {
        self.labels.get(&label).cloned().unwrap_or_else(|| MISSING.to_owned())
    }
}

/// What stands around a chart.
pub(super) fn words(book: &Book, speaker: &Speaker, spec: &ChartSpec) -> Words {
    let meta = &book.brief().meta;
    let note = speaker.say(&spec.note);
    let source = format!("数据来源：{}；数据快照 {}，口径 {}", meta.source, meta.snapshot, meta.short_hash());
    Words {
        finding: speaker.say(&spec.finding),
        measure: speaker.say(&spec.measure),
        foot: if note.is_empty() { source } else { format!("{note}；{source}") },
    }
}

fn nothing(caption: &str, kind: &str) -> Piece {
    Piece::Para { runs: vec![Run { bold: false, text: format!("（{caption}：本期无数据，{kind}略。）") }] }
}

pub(super) fn card(speaker: &Speaker, card: &Card) -> CardText {
    let value = speaker.say(&card.value);
    let split =
        value.char_indices().rev().find(|(_, c)| c.is_ascii_digit() || *c == '%').map_or(0, |(i, c)| i + c.len_utf8());
    CardText {
        name: card.name.clone(),
        number: value[..split].to_owned(),
        unit: value[split..].to_owned(),
        note: speaker.say(&card.note),
    }
}
