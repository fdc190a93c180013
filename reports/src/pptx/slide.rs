//! One slide: title, the thing shown, points beside or below it, foot and number.

use super::notes;
use super::shapes::{Area, Paragraph, Shapes, tree};
use super::{Layout, NAMES, chart, table};
use crate::brief::Meta;
use crate::chart::frame::Words;
use crate::chart::raster;
use crate::error::Result;
use crate::ooxml::{Package, Relations};
use crate::page::CardText;
use crate::page::deck::{Deck, Shown, Slide};
use crate::xml::Xml;

/// Where the thing shown stands: below the title, above the foot.
const STAGE: Area = Area(14.0, 32.0, 310.67, 144.0);
/// Width of the points beside it, and the space between.
const BESIDE: f64 = 88.0;
const GAP: f64 = 8.0;
/// Pixels of a PNG for one pixel of a drawing: sharp on a projector.
const ZOOM: f32 = 2.0;

/// Writes slides into a package.
pub struct Writer<'a> {
    pub package: &'a mut Package,
    pub meta: &'a Meta,
    slides: usize,
    pictures: usize,
    charts: usize,
}

impl<'a> Writer<'a> {
    pub fn new(package: &'a mut Package, meta: &'a Meta) -> Self {
        Self { package, meta, slides: 0, pictures: 0, charts: 0 }
    }

    /// Slides so far.
    pub fn count(&self) -> usize {
        self.slides
    }

    /// Title, office and day, level.
    pub fn cover(&mut self, deck: &Deck, level: &str) {
        let mut shapes = Shapes::default();
        let lines = |texts: &[String]| texts.iter().map(|t| Paragraph::plain(t)).collect::<Vec<_>>();
        shapes.holder("ctrTitle", "", "标题", None, &lines(&deck.title_lines));
        shapes.holder("subTitle", "1", "副标题", None, &lines(&deck.cover));
        let level = Paragraph::sized(level, 12.0, true);
        shapes.words("数据级别", Area(30.0, 12.0, 120.0, 8.0), false, &[level]);
        shapes.holder("ftr", "11", "页脚", None, &[origin(&deck.provenance)]);
        self.add(&shapes, Relations::default(), Layout::Cover, &[deck.provenance.clone()]);
    }

    /// A slide of the deck.
    pub fn slide(&mut self, slide: &Slide, foot: &str) -> Result<()> {
        let mut shapes = Shapes::default();
        let mut relations = Relations::default();
        shapes.holder("title", "", "标题", None, &[title(&slide.title)]);
        let layout = self.show(&mut shapes, &mut relations, slide)?;
        shapes.holder("ftr", "11", "页脚", None, &[origin(foot)]);
        shapes.number();
        self.add(&shapes, relations, layout, &slide.notes);
        Ok(())
    }

    fn show(&mut self, shapes: &mut Shapes, relations: &mut Relations, slide: &Slide) -> Result<Layout> {
        let points = &slide.points;
        let stage = if points.is_empty() { STAGE } else { Area(STAGE.0, STAGE.1, STAGE.2 - BESIDE - GAP, STAGE.3) };
        let beside = Area(STAGE.0 + STAGE.2 - BESIDE, STAGE.1, BESIDE, STAGE.3);
        match &slide.shown {
            Shown::Words => holder(shapes, STAGE, points),
            Shown::Contents(chapters) => contents(shapes, chapters),
            Shown::Cards(cards) => {
                let below = self.cards(shapes, cards);
                holder(shapes, below, points);
            }
            Shown::Table { grid, unit, note } => {
                let below = table::write(shapes, grid, unit, note, STAGE);
                holder(shapes, below, points);
            }
            Shown::Picture { id, svg, size, alt } => {
                self.pictures += 1;
                let name = format!("media/chart{:02}.png", self.pictures);
                self.package.add(format!("ppt/{name}"), "", raster::png(id, svg, ZOOM)?);
                let relation = relations.add("image", format!("../{name}"));
                shapes.picture(&relation, alt, fitted(*size, stage));
                holder(shapes, beside, points);
            }
            Shown::Chart(native, words) => {
                self.charts += 1;
                let foot = under(words);
                let area = Area(stage.0, stage.1, stage.2, stage.3 - 15.0);
                let alt = format!("{}。{}", slide.title, words.measure);
                let place = chart::Place { package: self.package, shapes, relations, n: self.charts, area };
                chart::write(place, native, &alt, self.meta)?;
                shapes.words("图注", Area(stage.0, stage.1 + stage.3 - 14.0, stage.2, 14.0), false, &foot);
                holder(shapes, beside, points);
            }
        }
        Ok(if points.is_empty() { Layout::Title } else { Layout::Content })
    }

    /// Large figures, three a row; what is left below them.
    fn cards(&mut self, shapes: &mut Shapes, cards: &[CardText]) -> Area {
        let (w, h) = ((STAGE.2 - 2.0 * GAP) / 3.0, 30.0);
        for (i, card) in cards.iter().enumerate() {
            let (x, y) = (STAGE.0 + (i % 3) as f64 * (w + GAP), STAGE.1 + (i / 3) as f64 * (h + 6.0));
            let mut number = Paragraph::sized(&card.number, 26.0, true).coloured("accent1");
            number.runs.push(crate::page::Run { bold: false, text: card.unit.clone() });
            let name = Paragraph::sized(&card.name, 12.0, false).coloured("55606A");
            let note = Paragraph::sized(&card.note, 11.0, false).coloured("55606A");
            shapes.words("指标", Area(x, y, w, h), true, &[name, number, note]);
        }
        let used = cards.len().div_ceil(3) as f64 * (h + 6.0);
        Area(STAGE.0, STAGE.1 + used + 2.0, STAGE.2, STAGE.3 - used - 2.0)
    }

    fn add(&mut self, shapes: &Shapes, mut relations: Relations, layout: Layout, notes: &[String]) {
        self.slides += 1;
        let n = self.slides;
        relations.add("slideLayout", format!("../slideLayouts/slideLayout{}.xml", layout as usize));
        relations.add("notesSlide", format!("../notesSlides/notesSlide{n}.xml"));
        let mut xml = Xml::new();
        xml.element("p:sld", &NAMES, |x| {
            x.element("p:cSld", &[], |x| tree(x, &shapes.xml));
            x.element("p:clrMapOvr", &[], |x| x.leaf("a:masterClrMapping", &[]));
        });
        let path = format!("ppt/slides/slide{n}.xml");
        self.package.add(path.clone(), "officedocument.presentationml.slide+xml", xml.into_part());
        self.package.relate(&path, &relations);
        notes::write(self.package, n, notes);
    }
}

/// Level and provenance at the foot.
fn origin(text: &str) -> Paragraph {
    Paragraph::sized(text, 9.0, false).coloured("55606A").aligned("l")
}

/// A title, smaller if it is long: a line of the largest size holds 34 characters.
fn title(text: &str) -> Paragraph {
    let length = text.chars().count();
    let size = match length {
        0..=34 => 24.0,
        35..=80 => 20.0,
        _ => 16.0,
    };
    Paragraph::sized(text, size, true)
}

/// The points as the layout's body; none, nothing.
fn holder(shapes: &mut Shapes, area: Area, points: &[Vec<crate::page::Run>]) {
    if points.is_empty() {
        return;
    }
    let size = size(area, points);
    let paragraph = |runs: &Vec<_>| Paragraph { runs: runs.clone(), size: Some(size), ..Paragraph::default() };
    shapes.holder("body", "1", "要点", Some(area), &points.iter().map(paragraph).collect::<Vec<_>>());
}

/// The largest type in which the points fill no more than their area.
fn size(area: Area, points: &[Vec<crate::page::Run>]) -> f64 {
    let height = |size: f64| {
        let (em, line) = (size * 0.3528, size * 0.3528 * 1.38);
        let wide = |runs: &Vec<crate::page::Run>| runs.iter().map(|r| r.text.chars().count()).sum::<usize>() as f64;
        let lines = |runs| (wide(runs) * em / (area.2 - 7.0)).ceil().max(1.0);
        points.iter().map(|runs| lines(runs) * line + 2.5).sum::<f64>()
    };
    [18.0, 16.0, 14.0, 13.0, 12.0, 11.0].into_iter().find(|s| height(*s) <= area.3).unwrap_or(10.0)
}

/// Chapters in two columns.
fn contents(shapes: &mut Shapes, chapters: &[String]) {
    let half = chapters.len().div_ceil(2).max(1);
    let width = (STAGE.2 - GAP) / 2.0;
    let pitch = (STAGE.3 / half as f64).min(26.0);
    for (i, chapter) in chapters.iter().enumerate() {
        let (x, y) = (STAGE.0 + (i / half) as f64 * (width + GAP), STAGE.1 + 4.0 + (i % half) as f64 * pitch);
        let line = Paragraph::sized(chapter, 20.0, false);
        shapes.words("章", Area(x, y, width, pitch - 6.0), true, &[line]);
    }
}

/// A drawing of a size as large as an area allows, at its top left.
fn fitted((w, h): (u32, u32), area: Area) -> Area {
    let (w, h) = (f64::from(w), f64::from(h));
    let scale = (area.2 / w).min(area.3 / h);
    Area(area.0 + (area.2 - w * scale) / 2.0, area.1, w * scale, h * scale)
}

/// What stands below a native chart: measure, then n, source and snapshot.
fn under(words: &Words) -> Vec<Paragraph> {
    let small = |text: &str| Paragraph::sized(text, 9.0, false).coloured("55606A");
    vec![small(&words.measure), small(&words.foot)]
}
