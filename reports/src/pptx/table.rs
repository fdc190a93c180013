//! Real tables on slides: the head in the strong colour, totals in bold, numbers to the right.

use super::shapes::{Area, Paragraph, Shapes, emu, fill};
use crate::page::Grid;
use crate::xml::Xml;

/// Rows that a slide holds; the rest stands in the document.
const ROWS: usize = 14;
/// Height of a row at the usual size, in millimetres, and the least.
const ROW: f64 = 11.0;
const LEAST: f64 = 6.0;
/// Space that is kept for points below the table.
const BELOW: f64 = 34.0;

/// Writes a table with its unit and remark; what is left below it.
pub fn write(shapes: &mut Shapes, grid: &Grid, unit: &str, note: &str, stage: Area) -> Area {
    let rows = grid.rows.len().min(ROWS);
    let units = grid.units.iter().any(|u| !u.is_empty());
    let height = ((stage.3 - BELOW - 5.0) / (rows as f64 + 1.5)).clamp(LEAST, ROW);
    let head = height * if units { 1.5 } else { 1.1 };
    let size = match (height, grid.head.len()) {
        (h, 0..=8) if h >= 9.5 => 14.0,
        (h, 0..=8) if h >= 7.4 => 12.0,
        _ => 10.5,
    };
    let area = Area(stage.0, stage.1 + 5.0, stage.2, head + rows as f64 * height);
    let look = Look { size, widths: shares(&grid.widths, stage.2), head, row: height };
    if !unit.is_empty() {
        let line = Paragraph::sized(&format!("单位：{unit}"), 10.0, false).coloured("55606A").aligned("r");
        shapes.words("单位", Area(stage.0, stage.1 - 1.0, stage.2, 5.0), false, &[line]);
    }
    let alt = grid.head.join("、");
    shapes.frame("表格", &alt, area, "table", |x| x.element("a:tbl", &[], |x| look.table(x, grid, rows)));
    let mut remarks = Vec::new();
    if grid.rows.len() > rows {
        remarks.push("其余各行见会议材料。".to_owned());
    }
    remarks.extend(Some(note.to_owned()).filter(|n| !n.is_empty()));
    let bottom = area.1 + area.3 + 1.5;
    let used = remarks.len() as f64 * 5.5;
    if !remarks.is_empty() {
        let lines: Vec<Paragraph> =
            remarks.iter().map(|r| Paragraph::sized(r, 9.0, false).coloured("55606A")).collect();
        shapes.words("表注", Area(stage.0, bottom, stage.2, used), false, &lines);
    }
    Area(stage.0, bottom + used, stage.2, stage.1 + stage.3 - bottom - used)
}

fn shares(widths: &[f64], whole: f64) -> Vec<f64> {
    let sum: f64 = widths.iter().sum();
    widths.iter().map(|w| w / sum * whole).collect()
}

struct Look {
    size: f64,
    widths: Vec<f64>,
    head: f64,
    row: f64,
}

impl Look {
    fn table(&self, x: &mut Xml, grid: &Grid, rows: usize) {
        x.leaf("a:tblPr", &[("firstRow", "1")]);
        x.element("a:tblGrid", &[], |x| self.widths.iter().for_each(|w| x.leaf("a:gridCol", &[("w", &emu(*w))])));
        x.element("a:tr", &[("h", &emu(self.head))], |x| {
            for (title, unit) in grid.head.iter().zip(&grid.units) {
                let mut lines = vec![self.said(title, true).coloured("bg1").aligned("ctr")];
                if !unit.is_empty() {
                    let unit = Paragraph::sized(&format!("（{unit}）"), self.size - 2.0, false);
                    lines.push(unit.coloured("bg1").aligned("ctr"));
                }
                cell(x, &lines, Some("accent1"), false);
            }
        });
        for (y, row) in grid.rows.iter().take(rows).enumerate() {
            let total = grid.totals.contains(&y);
            let ground = if total { Some("bg2") } else { None };
            x.element("a:tr", &[("h", &emu(self.row))], |x| {
                for (text, align) in row.iter().zip(&grid.align) {
                    let align = match *align {
                        "right" => "r",
                        "center" => "ctr",
                        _ => "l",
                    };
                    cell(x, &[self.said(text, total).aligned(align)], ground, true);
                }
            });
        }
    }

    fn said(&self, text: &str, bold: bool) -> Paragraph {
        Paragraph::sized(text, self.size, bold)
    }
}

fn cell(x: &mut Xml, lines: &[Paragraph], ground: Option<&str>, ruled: bool) {
    x.element("a:tc", &[], |x| {
        x.element("a:txBody", &[], |x| {
            x.leaf("a:bodyPr", &[]);
            x.leaf("a:lstStyle", &[]);
            lines.iter().for_each(|line| line.write(x));
        });
        let inset = [("marL", "54000"), ("marR", "72000"), ("marT", "18000"), ("marB", "18000"), ("anchor", "ctr")];
        x.element("a:tcPr", &inset, |x| {
            for side in ["a:lnL", "a:lnR"] {
                x.element(side, &[("w", "0")], |x| x.leaf("a:noFill", &[]));
            }
            x.element("a:lnT", &[("w", "0")], |x| x.leaf("a:noFill", &[]));
            x.element("a:lnB", &[("w", "6350")], |x| fill(x, if ruled { "C9D1D8" } else { "accent1" }));
            match ground {
                Some(colour) => fill(x, colour),
                None => x.leaf("a:noFill", &[]),
            }
        });
    });
}
