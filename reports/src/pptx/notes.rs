//! Speaker notes: what to say, and where each number comes from.

use super::NAMES;
use super::shapes::{Paragraph, Shapes, tree};
use crate::ooxml::{Package, Relations};
use crate::xml::Xml;

/// Adds the notes of the n-th slide, a paragraph a line.
pub fn write(package: &mut Package, n: usize, lines: &[String]) {
    let mut shapes = Shapes::default();
    image(&mut shapes);
    let paragraphs: Vec<Paragraph> = lines.iter().map(|line| Paragraph::plain(line)).collect();
    shapes.holder("body", "3", "备注", None, &paragraphs);
    let mut xml = Xml::new();
    xml.element("p:notes", &NAMES, |x| {
        x.element("p:cSld", &[], |x| tree(x, &shapes.xml));
        x.element("p:clrMapOvr", &[], |x| x.leaf("a:masterClrMapping", &[]));
    });
    let path = format!("ppt/notesSlides/notesSlide{n}.xml");
    package.add(path.clone(), "officedocument.presentationml.notesSlide+xml", xml.into_part());
    let mut relations = Relations::default();
    relations.add("notesMaster", "../notesMasters/notesMaster1.xml");
    relations.add("slide", format!("../slides/slide{n}.xml"));
    package.relate(&path, &relations);
}

/// The slide above its notes.
fn image(shapes: &mut Shapes) {
    let id = shapes.id();
    shapes.xml.element("p:sp", &[], |x| {
        x.element("p:nvSpPr", &[], |x| {
            x.leaf("p:cNvPr", &[("id", &id), ("name", "幻灯片图像")]);
            x.element("p:cNvSpPr", &[], |x| {
                x.leaf("a:spLocks", &[("noGrp", "1"), ("noRot", "1"), ("noChangeAspect", "1")]);
            });
            x.element("p:nvPr", &[], |x| x.leaf("p:ph", &[("type", "sldImg"), ("idx", "2")]));
        });
        x.leaf("p:spPr", &[]);
    });
}
