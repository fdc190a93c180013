//! The text: paragraphs in styles, headings with bookmarks, cards; tables and pictures have files of their own.

use super::flow::Fit;
use super::{picture, table};
use crate::error::Result;
use crate::ooxml::{Package, Relations};
use crate::page::{CardText, Piece, Run};
use crate::plates::Plates;
use crate::xml::Xml;

/// A text that grows.
pub struct Body<'a> {
    pub(super) xml: Xml,
    pub(super) plates: &'a Plates,
    pub(super) relations: &'a mut Relations,
    pub(super) package: &'a mut Package,
    pub(super) pictures: usize,
    bookmarks: usize,
    /// Style of running text.
    text: &'static str,
}

/// Name of the bookmark of the n-th heading, from 1; the contents point to it.
pub fn bookmark(n: usize) -> String {
    format!("_Toc{n:06}")
}

impl<'a> Body<'a> {
    /// An empty text.
    pub fn new(plates: &'a Plates, relations: &'a mut Relations, package: &'a mut Package) -> Self {
        Self { xml: Xml::new(), plates, relations, package, pictures: 0, bookmarks: 0, text: "Normal" }
    }

    /// The markup.
    pub fn finish(self) -> Xml {
        self.xml
    }

    /// Pieces of the page for leaders: smaller type, so that one page is enough.
    pub fn summary(&mut self, pieces: &[Piece], fit: Fit) -> Result<()> {
        self.text = if fit.small { "SummaryTextSmall" } else { "SummaryText" };
        let written = pieces.iter().try_for_each(|piece| self.piece(piece, fit.scale));
        self.text = "Normal";
        written
    }

    /// A piece; charts are drawn at a scale.
    pub fn piece(&mut self, piece: &Piece, scale: f64) -> Result<()> {
        match piece {
            Piece::Heading { number, text } => self.heading("Heading2", &format!("{number}{text}")),
            Piece::Para { runs } => self.runs(self.text, runs),
            Piece::Cards { cards } => self.cards(cards),
            Piece::Figure { number, caption, file, alt, height, id: _, limits: _, float: _ } => {
                picture::write(self, file, alt, *height, scale)?;
                // On the page for leaders the picture says its own name.
                if self.text == "Normal" {
                    self.paragraph("FigureCaption", &format!("{number}　{caption}"));
                }
            }
            Piece::Table { number, caption, note, unit, dense, grid, id: _, inset: _, float: _ } => {
                // In an annex the heading is the caption, and says the unit.
                if !number.is_empty() {
                    self.paragraph("TableCaption", &format!("{number}　{caption}"));
                    if !unit.is_empty() {
                        self.paragraph("TableUnit", &format!("单位：{unit}"));
                    }
                }
                table::write(&mut self.xml, grid, *dense);
                self.paragraph(if note.is_empty() { "Spacer" } else { "TableNote" }, note);
            }
        }
        Ok(())
    }

    /// A paragraph in a style.
    pub fn paragraph(&mut self, style: &str, text: &str) {
        self.spaced(style, text, 0);
    }

    /// A paragraph in a style, with space above it in twentieths of a point.
    pub fn spaced(&mut self, style: &str, text: &str, before: u32) {
        self.xml.element("w:p", &[], |x| {
            x.element("w:pPr", &[], |x| {
                x.leaf("w:pStyle", &[("w:val", style)]);
                if before > 0 {
                    x.leaf("w:spacing", &[("w:before", &before.to_string())]);
                }
            });
            run(x, text, false);
        });
    }

    /// A line of the signature; the first stands apart and keeps with the next.
    pub fn signature(&mut self, line: &str, first: bool) {
        self.spaced("Signature", line, if first { 800 } else { 0 });
    }

    /// A paragraph of runs.
    pub fn runs(&mut self, style: &str, runs: &[Run]) {
        self.xml.element("w:p", &[], |x| {
            if style != "Normal" {
                x.element("w:pPr", &[], |x| x.leaf("w:pStyle", &[("w:val", style)]));
            }
            runs.iter().for_each(|r| run(x, &r.text, r.bold));
        });
    }

    /// A heading, with a bookmark for the contents.
    pub fn heading(&mut self, style: &str, text: &str) {
        self.heading_as(style, text, false);
    }

    /// A heading that stands where it is, though its style begins a page.
    pub fn heading_here(&mut self, style: &str, text: &str) {
        self.heading_as(style, text, true);
    }

    fn heading_as(&mut self, style: &str, text: &str, here: bool) {
        self.bookmarks += 1;
        let (id, name) = (self.bookmarks.to_string(), bookmark(self.bookmarks));
        self.xml.element("w:p", &[], |x| {
            x.element("w:pPr", &[], |x| {
                x.leaf("w:pStyle", &[("w:val", style)]);
                if here {
                    x.leaf("w:pageBreakBefore", &[("w:val", "0")]);
                }
            });
            x.leaf("w:bookmarkStart", &[("w:id", &id), ("w:name", &name)]);
            run(x, text, false);
            x.leaf("w:bookmarkEnd", &[("w:id", &id)]);
        });
    }

    /// What follows stands on the next page.
    pub fn page_break(&mut self) {
        self.xml.element("w:p", &[], |x| {
            x.element("w:pPr", &[], |x| x.leaf("w:pStyle", &[("w:val", "Spacer")]));
            x.element("w:r", &[], |x| x.leaf("w:br", &[("w:type", "page")]));
        });
    }

    /// Ends a section with its page set-up.
    pub fn section_end(&mut self, section: &Xml) {
        self.xml.element("w:p", &[], |x| {
            x.element("w:pPr", &[], |x| {
                x.leaf("w:pStyle", &[("w:val", "Spacer")]);
                x.markup(section.as_str());
            });
        });
    }

    /// Large figures, three a row.
    fn cards(&mut self, cards: &[CardText]) {
        table::cards(&mut self.xml, cards);
        self.paragraph("Spacer", "");
    }
}

/// A run of text; line breaks in it become breaks.
pub fn run(x: &mut Xml, text: &str, bold: bool) {
    for (i, line) in text.split('\n').enumerate() {
        x.element("w:r", &[], |x| {
            if bold {
                x.element("w:rPr", &[], |x| x.leaf("w:rStyle", &[("w:val", "Strong")]));
            }
            if i > 0 {
                x.leaf("w:br", &[]);
            }
            x.words("w:t", &[("xml:space", "preserve")], line);
        });
    }
}
