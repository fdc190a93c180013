//! The table of contents: a field that Word counts when the file is opened, with links that work before that.

use super::Laid;
use super::body::{Body, bookmark, run};
use super::foot::field;
use crate::page::{Document, Piece};
use crate::xml::Xml;

/// One line: words, page, and the bookmark of its heading.
pub struct Line {
    text: String,
    page: usize,
    bookmark: String,
}

/// Page of the first chapter: the page for leaders and the contents come before it.
const FIRST: usize = 3;

/// Chapters and annexes with the pages on which they begin.
pub fn lines(chapters: &[Laid], annexes: &[Laid], document: &Document) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut page, mut headings) = (FIRST, 1);
    let parts = document.chapters.iter().chain(&document.annexes);
    for (laid, part) in chapters.iter().chain(annexes).zip(parts) {
        lines.push(Line { text: laid.title.clone(), page, bookmark: bookmark(headings) });
        page += laid.flow.pages;
        headings += 1 + part.pieces.iter().filter(|piece| is_heading(piece)).count();
    }
    lines
}

fn is_heading(piece: &Piece) -> bool {
    match piece {
        Piece::Heading { .. } => true,
        Piece::Para { .. } | Piece::Cards { .. } | Piece::Figure { .. } | Piece::Table { .. } => false,
    }
}

/// Writes title and lines.
pub fn write(body: &mut Body, lines: &[Line]) {
    body.paragraph("TOCHeading", "目　录");
    let last = lines.len().saturating_sub(1);
    for (i, line) in lines.iter().enumerate() {
        body.xml.element("w:p", &[], |x| {
            x.element("w:pPr", &[], |x| x.leaf("w:pStyle", &[("w:val", "TOC1")]));
            if i == 0 {
                begin(x);
            }
            link(x, line);
            if i == last {
                x.element("w:r", &[], |x| x.leaf("w:fldChar", &[("w:fldCharType", "end")]));
            }
        });
    }
}

/// The field asks for chapters and annexes; `dirty` has Word count the pages when it opens the file.
fn begin(x: &mut Xml) {
    x.element("w:r", &[], |x| x.leaf("w:fldChar", &[("w:fldCharType", "begin"), ("w:dirty", "true")]));
    let instruction = " TOC \\o \"1-1\" \\h \\z \\t \"附表标题,1\" ";
    x.element("w:r", &[], |x| x.words("w:instrText", &[("xml:space", "preserve")], instruction));
    x.element("w:r", &[], |x| x.leaf("w:fldChar", &[("w:fldCharType", "separate")]));
}

fn link(x: &mut Xml, line: &Line) {
    x.element("w:hyperlink", &[("w:anchor", &line.bookmark), ("w:history", "1")], |x| {
        run(x, &line.text, false);
        x.element("w:r", &[], |x| x.leaf("w:tab", &[]));
        field(x, &format!(" PAGEREF {} \\h ", line.bookmark), &line.page.to_string());
    });
}
