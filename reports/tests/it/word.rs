//! The documents for Word, opened again: page, styles, contents, tables, pictures.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{file, pages, rendered, sample};
use crate::parts::{Element, Parts, paragraphs};
use suixin_reports::page::compose::Layout;
use suixin_reports::page::{Part, Piece};
use suixin_reports::plates::Plates;
use suixin_reports::{Cell, Outline, docx};

const PACK: &str = "联席会议材料_2025.docx";
const LEADERS: &str = "00-领导一页纸_2025.docx";

fn pack() -> Parts {
    Parts::open(&file(PACK))
}

fn attribute<'a>(all: &'a [Element], name: &str, key: &str) -> Vec<&'a str> {
    all.iter().filter(|(n, _)| n == name).filter_map(|(_, a)| a.get(key).map(String::as_str)).collect()
}

#[test]
fn parts_hold_together() {
    for name in [PACK, LEADERS] {
        let problems = Parts::open(&file(name)).problems();
        assert!(problems.is_empty(), "{name}: {problems:#?}");
    }
}

#[test]
fn the_page_is_that_of_the_standard() {
    let parts = pack();
    let all = parts.elements("word/document.xml");
    let twips =
        |key: &str| attribute(&all, "w:pgMar", key).iter().map(|v| v.parse::<f64>().unwrap()).collect::<Vec<_>>();
    // GB/T 9704-2012: 37 mm above, 28 mm at the binding, 156 by 225 mm of text, one millimetre of grace.
    for (key, millimetres) in [("w:top", 37.0), ("w:left", 28.0), ("w:bottom", 35.0), ("w:right", 26.0)] {
        for value in twips(key) {
            assert!((value / 20.0 * 25.4 / 72.0 - millimetres).abs() < 0.1, "{key} {value}");
        }
    }
    assert_eq!(attribute(&all, "w:pgSz", "w:w"), ["11906", "11906"]);
    assert_eq!(attribute(&all, "w:pgSz", "w:h"), ["16838", "16838"]);
    let styles = parts.elements("word/styles.xml");
    let normal: Vec<&Element> = of_style(&styles, "Normal");
    let number = |name: &str, key: &str| -> f64 {
        normal.iter().find_map(|(n, a)| (n == name).then(|| a.get(key)).flatten()).unwrap().parse().unwrap()
    };
    let (height, width) = (16838.0 - twips("w:top")[0] - twips("w:bottom")[0], 11906.0 - 1474.0 - 1588.0);
    let line = number("w:spacing", "w:line");
    assert_eq!((height / line) as u32, 22);
    // Size of the document's default, 三号, less what the style takes from between characters.
    let size: f64 = attribute(&styles, "w:sz", "w:val")[0].parse::<f64>().unwrap() * 10.0;
    let tight = normal.iter().filter(|(n, _)| n == "w:spacing").find_map(|(_, a)| a.get("w:val")).unwrap();
    let character = size + tight.parse::<f64>().unwrap();
    assert_eq!((size, (width / character) as u32), (320.0, 28));
}

fn of_style<'a>(styles: &'a [Element], id: &str) -> Vec<&'a Element> {
    let from = styles.iter().position(|(n, a)| n == "w:style" && a.get("w:styleId").is_some_and(|i| i == id)).unwrap();
    let rest = &styles[from + 1..];
    rest[..rest.iter().position(|(n, _)| n == "w:style").unwrap_or(rest.len())].iter().collect()
}

#[test]
fn styles_have_names_and_the_office_s_type() {
    let parts = pack();
    let styles = parts.elements("word/styles.xml");
    let names: BTreeSet<&str> = attribute(&styles, "w:name", "w:val").into_iter().collect();
    let aliases: BTreeSet<&str> = attribute(&styles, "w:aliases", "w:val").into_iter().collect();
    // Word knows its own by these names; people read the others.
    for name in
        ["Normal", "heading 1", "heading 2", "Title", "toc 1", "caption", "footer", "表题", "图题", "表头", "落款"]
    {
        assert!(names.contains(name), "{name}");
    }
    for alias in ["正文", "标题", "标题1", "标题2", "标题3"] {
        assert!(aliases.contains(alias), "{alias}");
    }
    for (id, face) in [("Title", "方正小标宋简体"), ("Heading1", "黑体"), ("Heading2", "楷体_GB2312")] {
        let faces = of_style(&styles, id).into_iter().filter_map(|(_, a)| a.get("w:eastAsia")).collect::<Vec<_>>();
        assert_eq!(faces, [face], "{id}");
    }
    assert_eq!(attribute(&styles, "w:rFonts", "w:eastAsia")[0], "仿宋_GB2312");
    let known: BTreeSet<&str> = attribute(&styles, "w:style", "w:styleId").into_iter().collect();
    let based = attribute(&styles, "w:basedOn", "w:val").into_iter().chain(attribute(&styles, "w:next", "w:val"));
    assert!(based.into_iter().all(|id| known.contains(id)));
    for path in parts.like("word/", ".xml") {
        let all = parts.elements(&path);
        for name in ["w:pStyle", "w:rStyle", "w:tblStyle"] {
            for id in attribute(&all, name, "w:val") {
                assert!(known.contains(id), "{path}: {id}");
            }
        }
    }
}

#[test]
fn contents_link_to_headings() {
    let parts = pack();
    let xml = parts.text("word/document.xml");
    let all = parts.elements("word/document.xml");
    let outline = Outline::joint_meeting().unwrap();
    let links = attribute(&all, "w:hyperlink", "w:anchor");
    assert_eq!(links.len(), outline.chapters.len() + outline.annexes.len());
    let marks: BTreeSet<&str> = attribute(&all, "w:bookmarkStart", "w:name").into_iter().collect();
    assert!(links.iter().all(|l| marks.contains(l)), "{links:?}");
    assert!(xml.contains("TOC \\o &quot;1-1&quot;") || xml.contains("TOC \\o \"1-1\""));
    let lines = paragraphs(xml, "w:p", "w:t");
    let last = format!("十、{}", outline.chapters[9].title);
    // Once with its page in the contents, once as a heading.
    assert!(lines.iter().any(|l| l.strip_prefix(&last).is_some_and(|page| page.parse::<u32>().is_ok())), "{last}");
    assert!(lines.contains(&last));
}

#[test]
fn feet_number_pages_between_dashes() {
    let parts = pack();
    for (path, first) in [("word/footer1.xml", false), ("word/footer2.xml", true)] {
        let said = paragraphs(parts.text(path), "w:p", "w:t").concat();
        assert_eq!(said.starts_with("— 1 —"), first, "{said}");
        assert!(said.contains("数据级别 公开（S0）") && said.contains("S000017-1a2b3c4d"), "{said}");
        assert!(parts.text(path).contains(" PAGE "));
    }
    let all = parts.elements("word/document.xml");
    assert_eq!(attribute(&all, "w:pgNumType", "w:start"), ["1"]);
}

/// How many pieces of a kind the document has.
fn count(is: impl Fn(&Piece) -> bool) -> usize {
    let assembled = pages(&Outline::joint_meeting().unwrap(), &sample(), &Layout::default());
    let document = &assembled.document;
    let parts = document.chapters.iter().chain(&document.annexes).flat_map(|part: &Part| &part.pieces);
    document.summary.iter().chain(parts).filter(|p| is(p)).count()
}

#[test]
fn tables_are_real_and_pictures_have_words() {
    let parts = pack();
    let xml = parts.text("word/document.xml");
    let all = parts.elements("word/document.xml");
    let tables = count(|p| matches!(p, Piece::Table { .. }));
    assert_eq!(attribute(&all, "w:tblStyle", "w:val").len(), tables);
    assert_eq!(all.iter().filter(|(n, _)| n == "w:tblHeader").count(), tables);
    let rows = all.iter().filter(|(n, _)| n == "w:tr").count();
    assert_eq!(all.iter().filter(|(n, _)| n == "w:cantSplit").count(), rows);
    let figures = count(|p| matches!(p, Piece::Figure { .. }));
    assert_eq!(all.iter().filter(|(n, _)| n == "pic:pic").count(), figures);
    assert_eq!(parts.like("word/media/", ".png").len(), figures);
    let described = attribute(&all, "wp:docPr", "descr");
    assert!(described.len() == figures && described.iter().all(|d| d.chars().count() > 8));
    let ids: BTreeSet<&str> = attribute(&all, "wp:docPr", "id").into_iter().collect();
    assert_eq!(ids.len(), figures);
    let grids: Vec<u32> = attribute(&all, "w:gridCol", "w:w").iter().map(|w| w.parse().unwrap()).collect();
    assert!(grids.iter().all(|w| *w > 100), "a column has no width");
    assert!(xml.contains("表1　") && xml.contains("图2　"));
}

#[test]
fn the_level_is_printed_and_stands_in_the_properties() {
    for name in [PACK, LEADERS] {
        let parts = Parts::open(&file(name));
        let lines = paragraphs(parts.text("word/document.xml"), "w:p", "w:t");
        assert_eq!(lines[0], "数据级别：公开（S0）", "{name}");
        assert!(parts.text("docProps/custom.xml").contains("公开（S0）"));
        assert!(parts.text("docProps/core.xml").contains("2026-01-15T00:00:00Z"));
    }
}

#[test]
fn names_with_markup_and_control_characters_stay_text() {
    let mut brief = sample();
    let wild = "a<b>&\"c\"\u{1}\u{1b}\u{85}\u{fffe}";
    brief.datasets.get_mut("people_units").unwrap().rows[0][1] = Cell::Str(wild.to_owned());
    let blocks = "[[chapters.blocks]]\ntable = \"people_units\"\nid = \"t\"\ncaption = \"表\"\n";
    let assembled = pages(&crate::common::outline(blocks), &brief, &Layout::default());
    let plates = Plates::of(&assembled.pictures).unwrap();
    let bytes = docx::render(&assembled.document, &plates, &brief.meta, "级").unwrap();
    let parts = Parts::open(&bytes);
    assert_eq!(parts.problems(), Vec::<String>::new());
    let cells = paragraphs(parts.text("word/document.xml"), "w:p", "w:t");
    assert!(cells.contains(&"a<b>&\"c\"".to_owned()), "{cells:?}");
}

#[test]
fn the_manifest_names_both_documents() {
    let (_, manifest) = rendered();
    let sizes: BTreeMap<&str, u64> = manifest.documents.iter().map(|d| (d.path.as_str(), d.size_bytes)).collect();
    assert!(sizes[PACK] > sizes[LEADERS] && sizes[LEADERS] > 10_000);
}
