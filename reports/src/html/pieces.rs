//! Pieces of a page as elements: sections, paragraphs, cards, drawings, tables with heads and captions.

use super::Drawings;
use crate::page::{CardText, Grid, Piece, Run};
use crate::xml::Xml;

/// Columns up to which numbers stand away from the right border.
const FEW: usize = 7;

/// Writes pieces; headings get ids below `within`.
pub fn write(x: &mut Xml, pieces: &[Piece], within: &str, drawings: &Drawings) {
    let mut headings = 0;
    for piece in pieces {
        if let Some(title) = heading(piece) {
            headings += 1;
            x.words("h3", &[("id", &format!("{within}-{headings}"))], &title);
        }
        other(x, piece, drawings);
    }
}

/// The words of a heading, if the piece is one.
pub fn heading(piece: &Piece) -> Option<String> {
    match piece {
        Piece::Heading { number, text } => Some(format!("{number}{text}")),
        Piece::Para { .. } | Piece::Cards { .. } | Piece::Figure { .. } | Piece::Table { .. } => None,
    }
}

fn other(x: &mut Xml, piece: &Piece, drawings: &Drawings) {
    match piece {
        Piece::Heading { .. } => {}
        Piece::Para { runs } => x.element("p", &[], |x| runs.iter().for_each(|r| run(x, r))),
        Piece::Cards { cards } => x.element("ul", &[("class", "cards")], |x| cards.iter().for_each(|c| card(x, c))),
        Piece::Figure { number, caption, file, id, alt: _, height: _, limits: _, float: _ } => {
            x.element("figure", &[("id", &format!("fig-{id}"))], |x| {
                x.markup(drawings.get(file.as_str()).copied().unwrap_or_default().trim_end());
                x.words("figcaption", &[], &format!("{number}　{caption}"));
            });
        }
        Piece::Table { number, id, caption, note, unit, dense, grid, inset: _, float: _ } => {
            x.element("div", &[("class", "wide"), ("id", &format!("tab-{id}"))], |x| {
                let few = if grid.head.len() <= FEW { " few" } else { "" };
                let class = &format!("{}{few}", if *dense { "dense" } else { "usual" });
                x.element("table", &[("class", class)], |x| {
                    said(x, number, caption, unit);
                    cells(x, grid);
                });
                if !note.is_empty() {
                    x.words("p", &[("class", "note")], note);
                }
            });
        }
    }
}

fn run(x: &mut Xml, run: &Run) {
    if run.bold {
        x.words("strong", &[], &run.text);
    } else {
        x.text(&run.text);
    }
}

fn card(x: &mut Xml, card: &CardText) {
    x.element("li", &[], |x| {
        x.words("span", &[], &card.name);
        x.words("strong", &[], &card.number);
        x.words("em", &[], &card.unit);
        x.words("span", &[], &card.note);
    });
}

/// Caption and unit; in an annex the heading is the caption.
fn said(x: &mut Xml, number: &str, caption: &str, unit: &str) {
    if number.is_empty() && unit.is_empty() {
        return;
    }
    x.element("caption", &[], |x| {
        if !unit.is_empty() {
            x.words("span", &[("class", "unit")], &format!("单位：{unit}"));
        }
        if !number.is_empty() {
            x.text(&format!("{number}　{caption}"));
        }
    });
}

fn cells(x: &mut Xml, grid: &Grid) {
    x.element("thead", &[], |x| {
        x.element("tr", &[], |x| {
            for (title, unit) in grid.head.iter().zip(&grid.units) {
                x.element("th", &[("scope", "col")], |x| {
                    x.text(title);
                    if !unit.is_empty() {
                        x.words("small", &[], &format!("（{unit}）"));
                    }
                });
            }
        });
    });
    x.element("tbody", &[], |x| {
        for (y, row) in grid.rows.iter().enumerate() {
            let total: &[(&str, &str)] = if grid.totals.contains(&y) { &[("class", "total")] } else { &[] };
            x.element("tr", total, |x| row.iter().enumerate().for_each(|(i, c)| cell(x, i, grid.align[i], c)));
        }
    });
}

/// The first cell names its row.
fn cell(x: &mut Xml, column: usize, align: &str, text: &str) {
    let class = match align {
        "center" => "c",
        "right" => "r",
        _ => "l",
    };
    if column == 0 {
        x.words("th", &[("scope", "row"), ("class", class)], text);
    } else {
        x.words("td", &[("class", class)], text);
    }
}
