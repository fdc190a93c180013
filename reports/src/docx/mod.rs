//! A document for Word and WPS: styles by name, a page after GB/T 9704-2012, real tables, charts as pictures.
//!
//! Fonts are named (方正小标宋简体, 仿宋_GB2312, 楷体_GB2312, 黑体) and never embedded. Words come from the page model;
//! nothing here knows a dataset.

mod body;
mod contents;
mod flow;
mod foot;
mod picture;
mod table;

use crate::brief::Meta;
use crate::error::Result;
use crate::ooxml::{Package, Properties, Relations};
use crate::outline::Form;
use crate::page::{Document, Part, Piece};
use crate::plates::Plates;
use crate::xml::Xml;
use body::Body;
use flow::Flow;

const STYLES: &str = include_str!("../../templates/docx/styles.xml");
const SETTINGS: &str = include_str!("../../templates/docx/settings.xml");

/// Namespaces of the parts that hold text.
const NAMES: [(&str, &str); 5] = [
    ("xmlns:w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    ("xmlns:r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    ("xmlns:wp", "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"),
    ("xmlns:a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
    ("xmlns:pic", "http://schemas.openxmlformats.org/drawingml/2006/picture"),
];

/// Width of the text, 156 mm, and height, 225 mm, in twentieths of a point.
const TEXT_WIDTH: u32 = 8844;
const TEXT_HEIGHT: u32 = 12756;
/// Distance from one line to the next: 22 lines fill the page.
const LINE: u32 = 579;

/// Fixed parts that shape the document, for the manifest.
pub(crate) const TEMPLATES: [(&str, &str); 2] = [("docx/settings.xml", SETTINGS), ("docx/styles.xml", STYLES)];

/// Renders a document; `level` is printed on it.
///
/// # Errors
/// If a picture is missing or the file cannot be packed.
pub fn render(document: &Document, plates: &Plates, meta: &Meta, level: &str) -> Result<Vec<u8>> {
    let mut package = Package::default();
    let mut relations = Relations::default();
    relations.add("styles", "styles.xml");
    relations.add("settings", "settings.xml");
    let feet = foot::feet(&mut package, &mut relations, document);
    let mut body = Body::new(plates, &mut relations, &mut package);
    write(&mut body, document, level)?;
    let text = body.finish();
    let mut xml = Xml::new();
    xml.element("w:document", &NAMES, |x| {
        x.element("w:body", &[], |x| {
            x.markup(text.as_str());
            section(x, Some(&feet));
        });
    });
    let main = "word/document.xml";
    package.add(main, "officedocument.wordprocessingml.document.main+xml", xml.into_part());
    package.relate(main, &relations);
    package.add("word/styles.xml", "officedocument.wordprocessingml.styles+xml", STYLES);
    package.add("word/settings.xml", "officedocument.wordprocessingml.settings+xml", SETTINGS);
    package.finish(main, &Properties::new(meta, &document.title, level))
}

fn write(body: &mut Body, document: &Document, level: &str) -> Result<()> {
    if document.form == Form::Letter {
        return letter(body, document, level);
    }
    let whole = !document.title_lines.is_empty();
    let chapters = flows(&document.chapters, f64::from(LINE) / 20.0 + 3.0);
    let annexes = flows(&document.annexes, 39.0);
    if whole {
        cover(body, document, level);
    } else {
        body.paragraph("Level", level);
    }
    body.paragraph("Title", &document.summary_title);
    // Title with its space, and where there is no cover the level above it.
    let head = 47.0 + if whole { 0.0 } else { f64::from(LINE) / 20.0 };
    body.summary(&document.summary, flow::fit(&document.summary, head))?;
    if whole {
        body.page_break();
        contents::write(body, &contents::lines(&chapters, &annexes, document));
    }
    parts(body, "Heading1", &chapters)?;
    for (i, line) in document.closing.iter().enumerate() {
        body.signature(line, i == 0);
    }
    parts(body, "AnnexTitle", &annexes)
}

/// The title, then everything in its order; nothing but annexes begins a page.
fn letter(body: &mut Body, document: &Document, level: &str) -> Result<()> {
    body.paragraph("Level", if document.level_text.is_empty() { level } else { &document.level_text });
    document.title_lines.iter().for_each(|line| body.paragraph("Title", line));
    body.paragraph("CoverLine", &document.cover.join("　　"));
    document.summary.iter().try_for_each(|piece| body.piece(piece, 1.0))?;
    for chapter in &document.chapters {
        body.heading_here("Heading1", &title(chapter));
        chapter.pieces.iter().try_for_each(|piece| body.piece(piece, 1.0))?;
    }
    for (i, line) in document.closing.iter().enumerate() {
        body.signature(line, i == 0);
    }
    parts(body, "AnnexTitle", &flows(&document.annexes, 39.0))
}

/// A chapter or annex with its title and the order of its pieces.
struct Laid<'a> {
    title: String,
    flow: Flow<'a>,
}

fn flows(parts: &[Part], heading: f64) -> Vec<Laid<'_>> {
    parts.iter().map(|part| Laid { title: title(part), flow: Flow::of(&part.pieces, heading) }).collect()
}

/// Level, title, and at the foot of the page office and day; the page ends its section, which has no page number.
fn cover(body: &mut Body, document: &Document, level: &str) {
    let before = 3288;
    let lines = document.title_lines.len() as u32 * 900 + document.cover.len() as u32 * LINE + LINE;
    let between = TEXT_HEIGHT.saturating_sub(before + lines + 1200);
    body.paragraph("Level", level);
    for (i, line) in document.title_lines.iter().enumerate() {
        body.spaced("CoverTitle", line, if i == 0 { before } else { 0 });
    }
    for (i, line) in document.cover.iter().enumerate() {
        body.spaced("CoverLine", line, if i == 0 { between } else { 0 });
    }
    let mut xml = Xml::new();
    section(&mut xml, None);
    body.section_end(&xml);
}

/// Chapters and annexes, each of which begins a page.
fn parts(body: &mut Body, style: &str, parts: &[Laid]) -> Result<()> {
    for part in parts {
        body.heading(style, &part.title);
        part.flow.placed.iter().try_for_each(|placed| body.piece(placed.piece, placed.scale))?;
    }
    Ok(())
}

/// 一、… or 附表1　…, an annex with the unit that all its numbers share.
fn title(part: &Part) -> String {
    if part.number.ends_with('、') {
        return format!("{}{}", part.number, part.title);
    }
    let units = part.pieces.iter().filter_map(|piece| match piece {
        Piece::Table { unit, .. } => Some(unit).filter(|u| !u.is_empty()),
        Piece::Heading { .. } | Piece::Para { .. } | Piece::Cards { .. } | Piece::Figure { .. } => None,
    });
    let unit = units.map(|u| format!("（单位：{u}）")).next().unwrap_or_default();
    format!("{}　{}{unit}", part.number, part.title)
}

/// Paper and margins; with feet, pages are numbered from 1.
fn section(x: &mut Xml, feet: Option<&foot::Feet>) {
    x.element("w:sectPr", &[], |x| {
        if let Some(feet) = feet {
            x.leaf("w:footerReference", &[("w:type", "default"), ("r:id", &feet.odd)]);
            x.leaf("w:footerReference", &[("w:type", "even"), ("r:id", &feet.even)]);
        }
        x.leaf("w:pgSz", &[("w:w", "11906"), ("w:h", "16838")]);
        let margins = [
            ("w:top", "2098"),
            ("w:right", "1474"),
            ("w:bottom", "1984"),
            ("w:left", "1588"),
            ("w:header", "851"),
            // The dash stands 7 mm below the text: 35 − 7 − 4.9 mm from the edge.
            ("w:footer", "1307"),
            ("w:gutter", "0"),
        ];
        x.leaf("w:pgMar", &margins);
        if feet.is_some() {
            x.leaf("w:pgNumType", &[("w:start", "1")]);
        }
        x.leaf("w:docGrid", &[("w:type", "lines"), ("w:linePitch", "579")]);
    });
}
