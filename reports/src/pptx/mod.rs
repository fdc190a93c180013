//! Slides for PowerPoint and WPS: placeholders that follow one master, real tables, charts that Office draws itself
//! where it can, speaker notes. It knows the deck and nothing else.

mod chart;
mod notes;
mod shapes;
mod slide;
mod table;
mod workbook;

use crate::brief::Meta;
use crate::error::Result;
use crate::ooxml::{Package, Properties, Relations};
use crate::page::deck::Deck;
use crate::xml::Xml;

/// Namespaces of the parts that hold slides.
const NAMES: [(&str, &str); 3] = [
    ("xmlns:a", "http://schemas.openxmlformats.org/drawingml/2006/main"),
    ("xmlns:r", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    ("xmlns:p", "http://schemas.openxmlformats.org/presentationml/2006/main"),
];

const MASTER: &str = include_str!("../../templates/pptx/master.xml");
const LAYOUTS: [&str; 3] = [
    include_str!("../../templates/pptx/layout1.xml"),
    include_str!("../../templates/pptx/layout2.xml"),
    include_str!("../../templates/pptx/layout3.xml"),
];
const THEME: &str = include_str!("../../templates/pptx/theme.xml");
const NOTES: &str = include_str!("../../templates/pptx/notes.xml");

/// Fixed parts that shape the slides, for the manifest.
pub(crate) const TEMPLATES: [(&str, &str); 6] = [
    ("pptx/layout1.xml", LAYOUTS[0]),
    ("pptx/layout2.xml", LAYOUTS[1]),
    ("pptx/layout3.xml", LAYOUTS[2]),
    ("pptx/master.xml", MASTER),
    ("pptx/notes.xml", NOTES),
    ("pptx/theme.xml", THEME),
];

/// Layouts, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// 封面.
    Cover = 1,
    /// 标题和内容.
    Content = 2,
    /// 仅标题.
    Title = 3,
}

/// Renders slides; `level` is printed on the first and, with the provenance, on all.
///
/// # Errors
/// If a drawing cannot be turned into pixels, a workbook written, or the file packed.
pub fn render(deck: &Deck, meta: &Meta, level: &str) -> Result<Vec<u8>> {
    let mut package = Package::default();
    let mut writer = slide::Writer::new(&mut package, meta);
    writer.cover(deck, level);
    for slide in &deck.slides {
        writer.slide(slide, &deck.provenance)?;
    }
    let slides = writer.count();
    fixed(&mut package);
    let main = "ppt/presentation.xml";
    let (bytes, relations) = presentation(slides);
    package.add(main, "officedocument.presentationml.presentation.main+xml", bytes);
    package.relate(main, &relations);
    package.finish(main, &Properties::new(meta, &deck.title, level))
}

/// The list of slides; ids begin where the format wants them.
fn presentation(slides: usize) -> (Vec<u8>, Relations) {
    let mut relations = Relations::default();
    let master = relations.add("slideMaster", "slideMasters/slideMaster1.xml");
    let notes = relations.add("notesMaster", "notesMasters/notesMaster1.xml");
    relations.add("theme", "theme/theme1.xml");
    let slides: Vec<String> = (1..=slides).map(|n| relations.add("slide", format!("slides/slide{n}.xml"))).collect();
    let mut xml = Xml::new();
    xml.element("p:presentation", &NAMES, |x| {
        x.element("p:sldMasterIdLst", &[], |x| x.leaf("p:sldMasterId", &[("id", "2147483648"), ("r:id", &master)]));
        x.element("p:notesMasterIdLst", &[], |x| x.leaf("p:notesMasterId", &[("r:id", &notes)]));
        x.element("p:sldIdLst", &[], |x| {
            for (i, relation) in slides.iter().enumerate() {
                x.leaf("p:sldId", &[("id", &(256 + i).to_string()), ("r:id", relation)]);
            }
        });
        x.leaf("p:sldSz", &[("cx", "12192000"), ("cy", "6858000")]);
        x.leaf("p:notesSz", &[("cx", "6858000"), ("cy", "9144000")]);
    });
    (xml.into_part(), relations)
}

/// Master, layouts, themes and the master of the notes.
fn fixed(package: &mut Package) {
    let master = "ppt/slideMasters/slideMaster1.xml";
    package.add(master, "officedocument.presentationml.slideMaster+xml", MASTER);
    let mut relations = Relations::default();
    for (i, layout) in LAYOUTS.iter().enumerate() {
        let path = format!("slideLayouts/slideLayout{}.xml", i + 1);
        relations.add("slideLayout", format!("../{path}"));
        package.add(format!("ppt/{path}"), "officedocument.presentationml.slideLayout+xml", *layout);
        let mut up = Relations::default();
        up.add("slideMaster", "../slideMasters/slideMaster1.xml");
        package.relate(&format!("ppt/{path}"), &up);
    }
    relations.add("theme", "../theme/theme1.xml");
    package.relate(master, &relations);
    let notes = "ppt/notesMasters/notesMaster1.xml";
    package.add(notes, "officedocument.presentationml.notesMaster+xml", NOTES);
    let mut relations = Relations::default();
    relations.add("theme", "../theme/theme2.xml");
    package.relate(notes, &relations);
    for path in ["ppt/theme/theme1.xml", "ppt/theme/theme2.xml"] {
        package.add(path, "officedocument.theme+xml", THEME);
    }
}
