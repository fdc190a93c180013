//! Shapes of a slide: placeholders, boxes of text, pictures. Lengths are millimetres.

use crate::page::Run;
use crate::xml::Xml;

/// Left, top, width, height in millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area(pub f64, pub f64, pub f64, pub f64);

/// English metric units of a length.
pub fn emu(mm: f64) -> String {
    ((mm * 36_000.0).round() as i64).to_string()
}

/// A paragraph: runs, size in points (of the layout if none), colour of the theme, alignment.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    pub runs: Vec<Run>,
    pub size: Option<f64>,
    pub colour: Option<&'static str>,
    pub align: Option<&'static str>,
}

impl Paragraph {
    /// Text in the layout's type.
    pub fn plain(text: &str) -> Self {
        Self { runs: vec![Run { bold: false, text: text.to_owned() }], ..Self::default() }
    }

    /// Text of a size, strong or not.
    pub fn sized(text: &str, size: f64, bold: bool) -> Self {
        Self { runs: vec![Run { bold, text: text.to_owned() }], size: Some(size), ..Self::default() }
    }

    /// In a colour of the theme or, of six digits, one of its own.
    pub fn coloured(mut self, colour: &'static str) -> Self {
        self.colour = Some(colour);
        self
    }

    /// `l`, `ctr` or `r`.
    pub fn aligned(mut self, align: &'static str) -> Self {
        self.align = Some(align);
        self
    }

    /// Writes the paragraph.
    pub fn write(&self, x: &mut Xml) {
        x.element("a:p", &[], |x| {
            if let Some(align) = self.align {
                x.leaf("a:pPr", &[("algn", align)]);
            }
            for run in &self.runs {
                x.element("a:r", &[], |x| {
                    self.properties(x, "a:rPr", run.bold);
                    x.words("a:t", &[], &run.text);
                });
            }
            if self.runs.is_empty() {
                self.properties(x, "a:endParaRPr", false);
            }
        });
    }

    fn properties(&self, x: &mut Xml, name: &str, bold: bool) {
        let size = self.size.map(|s| ((s * 100.0) as u32).to_string());
        let mut set = vec![("lang", "zh-CN"), ("altLang", "en-US")];
        set.extend(size.as_ref().map(|s| ("sz", s.as_str())));
        if bold {
            set.push(("b", "1"));
        }
        x.element(name, &set, |x| {
            if let Some(colour) = self.colour {
                fill(x, colour);
            }
        });
    }
}

/// A plain colour: of the theme, or six digits.
pub fn fill(x: &mut Xml, colour: &str) {
    let own = colour.len() == 6 && colour.bytes().all(|b| b.is_ascii_hexdigit());
    x.element("a:solidFill", &[], |x| x.leaf(if own { "a:srgbClr" } else { "a:schemeClr" }, &[("val", colour)]));
}

/// Position and size, in the namespace of the element that holds them (`a:xfrm`, or `p:xfrm` of a frame).
pub fn place(x: &mut Xml, name: &str, area: Area) {
    x.element(name, &[], |x| {
        x.leaf("a:off", &[("x", &emu(area.0)), ("y", &emu(area.1))]);
        x.leaf("a:ext", &[("cx", &emu(area.2)), ("cy", &emu(area.3))]);
    });
}

/// The tree of shapes of a slide or of notes.
pub fn tree(x: &mut Xml, shapes: &Xml) {
    x.element("p:spTree", &[], |x| {
        x.element("p:nvGrpSpPr", &[], |x| {
            x.leaf("p:cNvPr", &[("id", "1"), ("name", "")]);
            x.leaf("p:cNvGrpSpPr", &[]);
            x.leaf("p:nvPr", &[]);
        });
        x.element("p:grpSpPr", &[], |x| {
            x.element("a:xfrm", &[], |x| {
                x.leaf("a:off", &[("x", "0"), ("y", "0")]);
                x.leaf("a:ext", &[("cx", "0"), ("cy", "0")]);
                x.leaf("a:chOff", &[("x", "0"), ("y", "0")]);
                x.leaf("a:chExt", &[("cx", "0"), ("cy", "0")]);
            });
        });
        x.markup(shapes.as_str());
    });
}

/// Shapes of one slide, with their ids.
#[derive(Debug, Default)]
pub struct Shapes {
    pub xml: Xml,
    count: usize,
}

impl Shapes {
    /// The next id; 1 is the tree.
    pub fn id(&mut self) -> String {
        self.count += 1;
        (self.count + 1).to_string()
    }

    /// A placeholder of the layout, moved to an area if one is given.
    pub fn holder(&mut self, kind: &str, index: &str, name: &str, area: Option<Area>, paragraphs: &[Paragraph]) {
        let id = self.id();
        let mut holder = vec![("type", kind)];
        if !index.is_empty() {
            holder.push(("idx", index));
        }
        self.xml.element("p:sp", &[], |x| {
            x.element("p:nvSpPr", &[], |x| {
                x.leaf("p:cNvPr", &[("id", &id), ("name", name)]);
                x.element("p:cNvSpPr", &[], |x| x.leaf("a:spLocks", &[("noGrp", "1")]));
                x.element("p:nvPr", &[], |x| x.leaf("p:ph", &holder));
            });
            x.element("p:spPr", &[], |x| area.into_iter().for_each(|area| place(x, "a:xfrm", area)));
            body(x, &[], paragraphs);
        });
    }

    /// The slide's own number.
    pub fn number(&mut self) {
        let id = self.id();
        self.xml.element("p:sp", &[], |x| {
            x.element("p:nvSpPr", &[], |x| {
                x.leaf("p:cNvPr", &[("id", &id), ("name", "页码")]);
                x.element("p:cNvSpPr", &[], |x| x.leaf("a:spLocks", &[("noGrp", "1")]));
                x.element("p:nvPr", &[], |x| x.leaf("p:ph", &[("type", "sldNum"), ("idx", "12")]));
            });
            x.leaf("p:spPr", &[]);
            x.element("p:txBody", &[], |x| {
                x.leaf("a:bodyPr", &[]);
                x.leaf("a:lstStyle", &[]);
                x.element("a:p", &[], |x| {
                    let field = [("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}"), ("type", "slidenum")];
                    x.element("a:fld", &field, |x| {
                        x.leaf("a:rPr", &[("lang", "zh-CN")]);
                        x.words("a:t", &[], "‹#›");
                    });
                });
            });
        });
    }

    /// A box of text of our own, tinted or not, with a strong left edge if tinted.
    pub fn words(&mut self, name: &str, area: Area, tinted: bool, paragraphs: &[Paragraph]) {
        let id = self.id();
        self.xml.element("p:sp", &[], |x| {
            x.element("p:nvSpPr", &[], |x| {
                x.leaf("p:cNvPr", &[("id", &id), ("name", name)]);
                x.leaf("p:cNvSpPr", &[("txBox", "1")]);
                x.leaf("p:nvPr", &[]);
            });
            x.element("p:spPr", &[], |x| {
                place(x, "a:xfrm", area);
                x.element("a:prstGeom", &[("prst", "rect")], |x| x.leaf("a:avLst", &[]));
                if tinted {
                    fill(x, "bg2");
                }
            });
            let inset = if tinted { emu(5.0) } else { "0".to_owned() };
            body(x, &[("wrap", "square"), ("lIns", &inset), ("rIns", "0"), ("anchor", "ctr")], paragraphs);
        });
        if tinted {
            self.edge(Area(area.0, area.1, 1.6, area.3));
        }
    }

    /// A strong edge.
    fn edge(&mut self, area: Area) {
        let id = self.id();
        self.xml.element("p:sp", &[], |x| {
            x.element("p:nvSpPr", &[], |x| {
                x.leaf("p:cNvPr", &[("id", &id), ("name", "色条")]);
                x.leaf("p:cNvSpPr", &[]);
                x.leaf("p:nvPr", &[]);
            });
            x.element("p:spPr", &[], |x| {
                place(x, "a:xfrm", area);
                x.element("a:prstGeom", &[("prst", "rect")], |x| x.leaf("a:avLst", &[]));
                fill(x, "accent1");
                x.element("a:ln", &[], |x| x.leaf("a:noFill", &[]));
            });
            body(x, &[], &[Paragraph::default()]);
        });
    }

    /// A picture by its relation.
    pub fn picture(&mut self, relation: &str, alt: &str, area: Area) {
        let id = self.id();
        self.xml.element("p:pic", &[], |x| {
            x.element("p:nvPicPr", &[], |x| {
                x.leaf("p:cNvPr", &[("id", &id), ("name", "图表"), ("descr", alt)]);
                x.element("p:cNvPicPr", &[], |x| x.leaf("a:picLocks", &[("noChangeAspect", "1")]));
                x.leaf("p:nvPr", &[]);
            });
            x.element("p:blipFill", &[], |x| {
                x.leaf("a:blip", &[("r:embed", relation)]);
                x.element("a:stretch", &[], |x| x.leaf("a:fillRect", &[]));
            });
            x.element("p:spPr", &[], |x| {
                place(x, "a:xfrm", area);
                x.element("a:prstGeom", &[("prst", "rect")], |x| x.leaf("a:avLst", &[]));
            });
        });
    }

    /// A frame around a table or chart.
    pub fn frame(&mut self, name: &str, alt: &str, area: Area, kind: &str, fill: impl FnOnce(&mut Xml)) {
        let id = self.id();
        self.xml.element("p:graphicFrame", &[], |x| {
            x.element("p:nvGraphicFramePr", &[], |x| {
                x.leaf("p:cNvPr", &[("id", &id), ("name", name), ("descr", alt)]);
                x.element("p:cNvGraphicFramePr", &[], |x| x.leaf("a:graphicFrameLocks", &[("noGrp", "1")]));
                x.leaf("p:nvPr", &[]);
            });
            place(x, "p:xfrm", area);
            let uri = format!("http://schemas.openxmlformats.org/drawingml/2006/{kind}");
            x.element("a:graphic", &[], |x| x.element("a:graphicData", &[("uri", &uri)], fill));
        });
    }
}

fn body(x: &mut Xml, set: &[(&str, &str)], paragraphs: &[Paragraph]) {
    x.element("p:txBody", &[], |x| {
        x.leaf("a:bodyPr", set);
        x.leaf("a:lstStyle", &[]);
        paragraphs.iter().for_each(|p| p.write(x));
        if paragraphs.is_empty() {
            Paragraph::default().write(x);
        }
    });
}
