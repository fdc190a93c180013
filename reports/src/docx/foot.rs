//! Feet of pages: “— 1 —” outside, in 4号 type, and where the numbers come from inside.

use super::NAMES;
use crate::ooxml::{Package, Relations};
use crate::page::Document;
use crate::xml::Xml;

/// Ids of the relations to the two feet.
pub struct Feet {
    pub odd: String,
    pub even: String,
}

/// Adds both feet to a file.
pub fn feet(package: &mut Package, relations: &mut Relations, document: &Document) -> Feet {
    let mut add = |name: &str, odd: bool| {
        let kind = "officedocument.wordprocessingml.footer+xml";
        package.add(format!("word/{name}.xml"), kind, foot(&document.provenance, odd));
        relations.add("footer", format!("{name}.xml"))
    };
    Feet { odd: add("footer1", true), even: add("footer2", false) }
}

/// Odd pages have their number on the right, one character from the edge, even ones on the left.
fn foot(provenance: &str, odd: bool) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.element("w:ftr", &NAMES, |x| {
        x.element("w:p", &[], |x| {
            x.element("w:pPr", &[], |x| {
                x.leaf("w:pStyle", &[("w:val", "Footer")]);
                let end = if odd { "8564" } else { "8844" };
                x.element("w:tabs", &[], |x| x.leaf("w:tab", &[("w:val", "right"), ("w:pos", end)]));
                if !odd {
                    x.leaf("w:ind", &[("w:left", "280"), ("w:firstLine", "0")]);
                }
            });
            if odd {
                origin(x, provenance);
                tab(x);
                number(x);
            } else {
                number(x);
                tab(x);
                origin(x, provenance);
            }
        });
    });
    xml.into_part()
}

fn tab(x: &mut Xml) {
    x.element("w:r", &[], |x| x.leaf("w:tab", &[]));
}

fn origin(x: &mut Xml, provenance: &str) {
    x.element("w:r", &[], |x| {
        x.element("w:rPr", &[], |x| x.leaf("w:rStyle", &[("w:val", "Provenance")]));
        x.words("w:t", &[("xml:space", "preserve")], provenance);
    });
}

fn number(x: &mut Xml) {
    words(x, "— ");
    field(x, " PAGE ", "1");
    words(x, " —");
}

fn words(x: &mut Xml, text: &str) {
    x.element("w:r", &[], |x| x.words("w:t", &[("xml:space", "preserve")], text));
}

/// A field with what it shows until it is counted again; each mark in a run of its own.
pub fn field(x: &mut Xml, instruction: &str, shown: &str) {
    x.element("w:r", &[], |x| x.leaf("w:fldChar", &[("w:fldCharType", "begin")]));
    x.element("w:r", &[], |x| x.words("w:instrText", &[("xml:space", "preserve")], instruction));
    x.element("w:r", &[], |x| x.leaf("w:fldChar", &[("w:fldCharType", "separate")]));
    words(x, shown);
    x.element("w:r", &[], |x| x.leaf("w:fldChar", &[("w:fldCharType", "end")]));
}
