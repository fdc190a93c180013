//! The table of contents: a field that Word counts when the file is opened, with links that work before that.

use super::body::{Body, bookmark, run};
use super::foot::field;
use super::annex_title;
use crate::page::{Document, Piece};
use crate::xml::Xml;

/// One line: level, words, and the bookmark of its heading.
struct Line {
    level: usize,
    text: String,
    bookmark: String,
}

/// Writes title and lines.
pub fn write(body: &mut Body, document: &Document) {
    body.paragraph("TOCHeading", "目　录");
    let lines = lines(document);
    let last = lines.len().saturating_sub(1);
    for (i, line) in lines.iter().enumerate() {
        body.xml.element("w:p", &[], |x| {
            let style = format!("TOC{}", line.level);
            x.element("w:pPr", &[], |x| x.leaf("w:pStyle", &[("w:val", &style)]));
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

/// Headings of chapters, of their sections, and of annexes, in the order in which they are written.
fn lines(document: &Document) -> Vec<Line> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for chapter in &document.chapters {
        found.push((1, format!("{}{}", chapter.number, chapter.title)));
        for piece in &chapter.pieces {
            match piece {
                Piece::Heading { number, text } => found.push((2, format!("{number}{text}"))),
                Piece::Para { .. } | Piece::Cards { .. } | Piece::Figure { .. } | Piece::Table { .. } => {}
            }
        }
    }
    found.extend(document.annexes.iter().map(|annex| (1, annex_title(annex))));
    let line = |(i, (level, text)): (usize, (usize, String))| Line { level, text, bookmark: bookmark(i + 1) };
    found.into_iter().enumerate().map(line).collect()
}

/// The field asks for headings of two levels; `dirty` has Word count the pages when it opens the file.
fn begin(x: &mut Xml) {
    x.element("w:r", &[], |x| x.leaf("w:fldChar", &[("w:fldCharType", "begin"), ("w:dirty", "true")]));
    let instruction = " TOC \\o \"1-2\" \\h \\z \\u ";
    x.element("w:r", &[], |x| x.words("w:instrText", &[("xml:space", "preserve")], instruction));
    x.element("w:r", &[], |x| x.leaf("w:fldChar", &[("w:fldCharType", "separate")]));
}

fn link(x: &mut Xml, line: &Line) {
    x.element("w:hyperlink", &[("w:anchor", &line.bookmark), ("w:history", "1")], |x| {
        run(x, &line.text, false);
        x.element("w:r", &[], |x| x.leaf("w:tab", &[]));
        field(x, &format!(" PAGEREF {} \\h ", line.bookmark), "1");
    });
}
