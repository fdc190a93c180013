//! A chart as a picture in a line of its own, as wide as the text, with words for readers who cannot see it.

use super::body::Body;
use crate::error::{ReportError, Result};
use crate::xml::Xml;

/// Width of the text, 156 mm, in English metric units, 36,000 a millimetre.
const WIDTH: f64 = 5_616_000.0;
/// Units a point.
const POINT: f64 = 12_700.0;

/// Adds the picture of a path, `height` points high before it is scaled.
pub fn write(body: &mut Body, path: &str, alt: &str, height: f64, scale: f64) -> Result<()> {
    let png = body.plates.get(path).ok_or_else(|| ReportError::Package(format!("{path} was not drawn")))?;
    body.pictures += 1;
    let n = body.pictures;
    let name = format!("media/chart{n:02}.png");
    body.package.add(format!("word/{name}"), "", png);
    let relation = body.relations.add("image", name);
    let size =
        [("cx", (WIDTH * scale) as u32), ("cy", (height * POINT * scale) as u32)].map(|(k, v)| (k, v.to_string()));
    body.xml.element("w:p", &[], |x| {
        x.element("w:pPr", &[], |x| x.leaf("w:pStyle", &[("w:val", "Picture")]));
        x.element("w:r", &[], |x| x.element("w:drawing", &[], |x| inline(x, n, &relation, alt, &size)));
    });
    Ok(())
}

fn inline(x: &mut Xml, n: usize, relation: &str, alt: &str, size: &[(&str, String); 2]) {
    let [(cx, width), (cy, height)] = size;
    let extent = [(*cx, width.as_str()), (*cy, height.as_str())];
    let (id, name) = (n.to_string(), format!("图表{n}"));
    let described = [("id", id.as_str()), ("name", name.as_str()), ("descr", alt)];
    x.element("wp:inline", &[("distT", "0"), ("distB", "0"), ("distL", "0"), ("distR", "0")], |x| {
        x.leaf("wp:extent", &extent);
        x.leaf("wp:docPr", &described);
        x.element("a:graphic", &[], |x| {
            let kind = "http://schemas.openxmlformats.org/drawingml/2006/picture";
            x.element("a:graphicData", &[("uri", kind)], |x| {
                x.element("pic:pic", &[], |x| {
                    x.element("pic:nvPicPr", &[], |x| {
                        x.leaf("pic:cNvPr", &described);
                        x.leaf("pic:cNvPicPr", &[]);
                    });
                    x.element("pic:blipFill", &[], |x| {
                        x.leaf("a:blip", &[("r:embed", relation)]);
                        x.element("a:stretch", &[], |x| x.leaf("a:fillRect", &[]));
                    });
                    x.element("pic:spPr", &[], |x| {
                        x.element("a:xfrm", &[], |x| {
                            x.leaf("a:off", &[("x", "0"), ("y", "0")]);
                            x.leaf("a:ext", &extent);
                        });
                        x.element("a:prstGeom", &[("prst", "rect")], |x| x.leaf("a:avLst", &[]));
                    });
                });
            });
        });
    });
}
