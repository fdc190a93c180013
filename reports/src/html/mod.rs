//! One page for a browser: styles and drawings inside, nothing fetched from anywhere, and a style for printing.

mod pieces;

use std::collections::BTreeMap;

use crate::brief::Meta;
use crate::outline::Form;
use crate::page::{Assembled, Document, Part, Piece};
use crate::xml::Xml;

const STYLE: &str = include_str!("../../templates/html/pack.css");

/// Fixed parts that shape the page, for the manifest.
pub(crate) const TEMPLATES: [(&str, &str); 1] = [("html/pack.css", STYLE)];

/// Drawings by the path that a figure names.
type Drawings<'a> = BTreeMap<&'a str, &'a str>;

/// Renders a document; `level` is printed on it.
#[must_use]
pub fn render(assembled: &Assembled, meta: &Meta, level: &str) -> Vec<u8> {
    let document = &assembled.document;
    let drawings: Drawings = assembled.pictures.iter().map(|p| (p.path.as_str(), p.svg.as_str())).collect();
    let mut x = Xml::new();
    x.markup("<!DOCTYPE html>\n");
    x.element("html", &[("lang", "zh-CN")], |x| {
        x.element("head", &[], |x| head(x, document, meta, level));
        x.element("body", &[], |x| {
            header(x, document, level);
            x.element("main", &[], |x| main(x, document, &drawings));
            x.element("footer", &[], |x| x.words("p", &[], &document.provenance));
        });
    });
    x.markup("\n");
    x.as_str().as_bytes().to_vec()
}

fn head(x: &mut Xml, document: &Document, meta: &Meta, level: &str) {
    x.leaf("meta", &[("charset", "utf-8")]);
    x.leaf("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
    // Nothing may be fetched, whatever a browser or an editor adds.
    let rule = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    x.leaf("meta", &[("http-equiv", "Content-Security-Policy"), ("content", rule)]);
    for (name, content) in [("author", meta.office.as_str()), ("snapshot", &meta.snapshot), ("level", level)] {
        x.leaf("meta", &[("name", name), ("content", content)]);
    }
    x.words("title", &[], &document.title);
    x.element("style", &[], |x| x.markup(STYLE));
}

fn header(x: &mut Xml, document: &Document, level: &str) {
    x.element("header", &[], |x| {
        x.words("p", &[("class", "level")], level);
        x.words("h1", &[], &document.title_lines.concat());
        document.cover.iter().for_each(|line| x.words("p", &[], line));
    });
}

fn main(x: &mut Xml, document: &Document, drawings: &Drawings) {
    let whole = document.form == Form::Pack;
    x.element("section", &[("id", "summary")], |x| {
        if whole {
            x.words("h2", &[], &document.summary_title);
        }
        pieces::write(x, &document.summary, "summary", drawings);
    });
    if whole {
        contents(x, document);
    }
    for (i, chapter) in document.chapters.iter().enumerate() {
        let id = format!("c{}", i + 1);
        section(x, &id, "chapter", &format!("{}{}", chapter.number, chapter.title), chapter, drawings);
    }
    x.element("div", &[("class", "closing")], |x| document.closing.iter().for_each(|line| x.words("p", &[], line)));
    for (i, annex) in document.annexes.iter().enumerate() {
        let id = format!("a{}", i + 1);
        section(x, &id, "annex", &format!("{}　{}", annex.number, annex.title), annex, drawings);
    }
}

fn section(x: &mut Xml, id: &str, class: &str, title: &str, part: &Part, drawings: &Drawings) {
    x.element("section", &[("id", id), ("class", class)], |x| {
        x.words("h2", &[], title);
        pieces::write(x, &part.pieces, id, drawings);
    });
}

fn contents(x: &mut Xml, document: &Document) {
    let link = |x: &mut Xml, id: &str, text: &str| x.words("a", &[("href", &format!("#{id}"))], text);
    x.element("nav", &[("aria-label", "目录")], |x| {
        x.words("h2", &[], "目　录");
        x.element("ol", &[], |x| {
            for (i, chapter) in document.chapters.iter().enumerate() {
                let id = format!("c{}", i + 1);
                x.element("li", &[], |x| {
                    link(x, &id, &format!("{}{}", chapter.number, chapter.title));
                    sections(x, &id, &chapter.pieces);
                });
            }
            for (i, annex) in document.annexes.iter().enumerate() {
                let title = format!("{}　{}", annex.number, annex.title);
                x.element("li", &[], |x| link(x, &format!("a{}", i + 1), &title));
            }
        });
    });
}

/// Sections of a chapter in the contents.
fn sections(x: &mut Xml, chapter: &str, all: &[Piece]) {
    let titles: Vec<String> = all.iter().filter_map(pieces::heading).collect();
    if titles.is_empty() {
        return;
    }
    x.element("ol", &[], |x| {
        for (i, title) in titles.iter().enumerate() {
            let href = format!("#{chapter}-{}", i + 1);
            x.element("li", &[], |x| x.words("a", &[("href", &href)], title));
        }
    });
}
