//! Real tables: heads that repeat on every page, rows that do not break, numbers flush right in the middle of a column.

use super::TEXT_WIDTH;
use super::body::run;
use crate::page::{CardText, Grid};
use crate::xml::Xml;

/// Cards in a row.
const CARDS: usize = 3;

/// Writes the cells of a table.
pub fn write(x: &mut Xml, grid: &Grid, dense: bool) {
    let widths = shares(&grid.widths);
    x.element("w:tbl", &[], |x| {
        set_up(x, &widths, Some("OfficeTable"));
        x.element("w:tr", &[], |x| {
            x.element("w:trPr", &[], |x| {
                x.leaf("w:cantSplit", &[]);
                x.leaf("w:tblHeader", &[]);
            });
            for (i, title) in grid.head.iter().enumerate() {
                head(x, widths[i], title, &grid.units[i], dense);
            }
        });
        for (y, row) in grid.rows.iter().enumerate() {
            let total = grid.totals.contains(&y);
            x.element("w:tr", &[], |x| {
                x.element("w:trPr", &[], |x| x.leaf("w:cantSplit", &[]));
                for (i, text) in row.iter().enumerate() {
                    let cell = Cell { width: widths[i], align: grid.align[i], pad: grid.pads[i], total };
                    cell.write(x, text, dense);
                }
            });
        }
    });
}

/// Relative widths as parts of the text's width; what rounding leaves goes to the last.
fn shares(widths: &[f64]) -> Vec<u32> {
    let sum: f64 = widths.iter().sum();
    let mut parts: Vec<u32> = widths.iter().map(|w| (w / sum * f64::from(TEXT_WIDTH)) as u32).collect();
    let rest = TEXT_WIDTH.saturating_sub(parts.iter().sum());
    if let Some(last) = parts.last_mut() {
        *last += rest;
    }
    parts
}

fn set_up(x: &mut Xml, widths: &[u32], style: Option<&str>) {
    x.element("w:tblPr", &[], |x| {
        if let Some(style) = style {
            x.leaf("w:tblStyle", &[("w:val", style)]);
        }
        x.leaf("w:tblW", &[("w:w", &TEXT_WIDTH.to_string()), ("w:type", "dxa")]);
        x.leaf("w:jc", &[("w:val", "center")]);
        x.leaf("w:tblLayout", &[("w:type", "fixed")]);
        if style.is_some() {
            x.leaf("w:tblLook", &[("w:val", "0020"), ("w:firstRow", "1"), ("w:noHBand", "1"), ("w:noVBand", "1")]);
        }
    });
    x.element("w:tblGrid", &[], |x| widths.iter().for_each(|w| x.leaf("w:gridCol", &[("w:w", &w.to_string())])));
}

fn head(x: &mut Xml, width: u32, title: &str, unit: &str, dense: bool) {
    x.element("w:tc", &[], |x| {
        properties(x, width);
        x.element("w:p", &[], |x| {
            let style = if dense { "TableHeadSmall" } else { "TableHead" };
            x.element("w:pPr", &[], |x| x.leaf("w:pStyle", &[("w:val", style)]));
            run(x, title, false);
            if !unit.is_empty() {
                small(x, &format!("（{unit}）"), if dense { "14" } else { "17" });
            }
        });
    });
}

/// A unit in the next line, in half points.
fn small(x: &mut Xml, text: &str, size: &str) {
    x.element("w:r", &[], |x| {
        x.element("w:rPr", &[], |x| {
            x.leaf("w:sz", &[("w:val", size)]);
            x.leaf("w:szCs", &[("w:val", size)]);
        });
        x.leaf("w:br", &[]);
        x.words("w:t", &[], text);
    });
}

struct Cell {
    width: u32,
    align: &'static str,
    /// Space right of the number, in points.
    pad: f64,
    total: bool,
}

impl Cell {
    fn write(&self, x: &mut Xml, text: &str, dense: bool) {
        x.element("w:tc", &[], |x| {
            properties(x, self.width);
            x.element("w:p", &[], |x| {
                x.element("w:pPr", &[], |x| {
                    x.leaf("w:pStyle", &[("w:val", if dense { "TableTextSmall" } else { "TableText" })]);
                    if self.pad > 0.5 {
                        let pad = ((self.pad * 20.0) as u32).to_string();
                        x.leaf("w:ind", &[("w:right", &pad), ("w:firstLine", "0")]);
                    }
                    if self.align != "left" {
                        x.leaf("w:jc", &[("w:val", self.align)]);
                    }
                });
                run(x, text, self.total);
            });
        });
    }
}

fn properties(x: &mut Xml, width: u32) {
    x.element("w:tcPr", &[], |x| {
        x.leaf("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
        let air = [("w:w", "50"), ("w:type", "dxa")];
        x.element("w:tcMar", &[], |x| {
            x.leaf("w:top", &air);
            x.leaf("w:bottom", &air);
        });
        x.leaf("w:vAlign", &[("w:val", "center")]);
    });
}

/// Large figures in boxes, three a row.
pub fn cards(x: &mut Xml, cards: &[CardText]) {
    let widths = shares(&[1.0; CARDS]);
    x.element("w:tbl", &[], |x| {
        set_up(x, &widths, None);
        for row in cards.chunks(CARDS) {
            x.element("w:tr", &[], |x| {
                x.element("w:trPr", &[], |x| x.leaf("w:cantSplit", &[]));
                (0..CARDS).for_each(|i| card(x, widths[i], row.get(i)));
            });
        }
    });
}

fn card(x: &mut Xml, width: u32, card: Option<&CardText>) {
    x.element("w:tc", &[], |x| {
        x.element("w:tcPr", &[], |x| {
            x.leaf("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]);
            if card.is_some() {
                boxed(x);
            }
        });
        for (style, text) in lines(card) {
            x.element("w:p", &[], |x| {
                x.element("w:pPr", &[], |x| x.leaf("w:pStyle", &[("w:val", style)]));
                run(x, &text, false);
            });
        }
    });
}

fn lines(card: Option<&CardText>) -> Vec<(&'static str, String)> {
    match card {
        None => vec![("CardNote", String::new())],
        Some(c) => vec![
            ("CardName", c.name.clone()),
            ("CardNumber", format!("{}{}", c.number, c.unit)),
            ("CardNote", c.note.clone()),
        ],
    }
}

/// A pale box with a strong edge on the left and white gaps to its neighbours.
fn boxed(x: &mut Xml) {
    x.element("w:tcBorders", &[], |x| {
        let edge = |x: &mut Xml, side: &str, width: &str, colour: &str| {
            x.leaf(side, &[("w:val", "single"), ("w:sz", width), ("w:space", "0"), ("w:color", colour)]);
        };
        edge(x, "w:top", "24", "FFFFFF");
        edge(x, "w:left", "24", "1D4E89");
        edge(x, "w:bottom", "24", "FFFFFF");
        edge(x, "w:right", "48", "FFFFFF");
    });
    x.leaf("w:shd", &[("w:val", "clear"), ("w:color", "auto"), ("w:fill", "F1F5F9")]);
    x.element("w:tcMar", &[], |x| x.leaf("w:left", &[("w:w", "160"), ("w:type", "dxa")]));
}
