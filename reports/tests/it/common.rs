//! Helpers for tests: the sample brief, small datasets, and the boxes of the text in a drawing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use suixin_reports::chart::backend::GRID;
use suixin_reports::figure::Book;
use suixin_reports::fonts::fonts;
use suixin_reports::number::Format;
use suixin_reports::page::compose::Layout;
use suixin_reports::page::{Assembled, assemble};
use suixin_reports::{Brief, Cell, Column, Dataset, Manifest, Meta, Outline, Privacy, render_pack};

/// A synthetic year: 300 persons, eight units, with a year before.
pub fn sample() -> Brief {
    serde_json::from_str(include_str!("../data/brief-2025.json")).unwrap()
}

/// Provenance that does not change with the sample.
fn meta() -> Meta {
    Meta {
        title: "题".to_owned(),
        year: 2025,
        period: "2025年1月1日至12月31日".to_owned(),
        as_of: chrono::NaiveDate::from_ymd_opt(2026, 1, 15).unwrap(),
        snapshot: "S000001-0a1b2c3d".to_owned(),
        definitions_hash: "0123456789abcdef".repeat(4),
        program_version: "0.0.0".to_owned(),
        office: "联席会议办公室".to_owned(),
        city: "遂宁市".to_owned(),
        source: "各单位报表".to_owned(),
    }
}

/// A brief of some datasets.
pub fn brief(datasets: Vec<Dataset>) -> Brief {
    let datasets: BTreeMap<String, Dataset> = datasets.into_iter().map(|d| (d.id.clone(), d)).collect();
    Brief { meta: meta(), datasets }
}

/// A dataset; columns as `name:format:unit`.
pub fn dataset(id: &str, key: &[&str], columns: &[&str], rows: Vec<Vec<Cell>>) -> Dataset {
    let column = |text: &&str| {
        let mut parts = text.split(':');
        let name = parts.next().unwrap().to_owned();
        let format: Format = serde_json::from_value(parts.next().unwrap_or("text").into()).unwrap();
        Column { title: name.clone(), name, unit: parts.next().unwrap_or("").to_owned(), format, persons: false }
    };
    Dataset {
        id: id.to_owned(),
        title: id.to_owned(),
        basis: String::new(),
        privacy: Privacy::S0,
        hash: String::new(),
        key: key.iter().map(|k| (*k).to_owned()).collect(),
        columns: columns.iter().map(column).collect(),
        rows,
    }
}

pub fn text(s: &str) -> Cell {
    Cell::Str(s.to_owned())
}

pub fn dec(s: &str) -> Cell {
    Cell::Dec(s.parse().unwrap())
}

/// An outline with one chapter of the given blocks.
pub fn outline(blocks: &str) -> Outline {
    let head = "id = \"t\"\ndocument = \"d.pdf\"\nworkbook = \"w.xlsx\"\ntitle = [\"题\"]\nsummary_title = \"摘要\"\n";
    Outline::parse("t.toml", &format!("{head}[[chapters]]\ntitle = \"章\"\n{blocks}")).unwrap_or_else(|e| panic!("{e}"))
}

/// Pages of an outline over a brief.
pub fn pages(outline: &Outline, brief: &Brief, layout: &Layout) -> Assembled {
    assemble(outline, &Book::new(brief), layout, &mut |_| {}).unwrap_or_else(|e| panic!("{e}"))
}

/// A text in a drawing, in pixels.
#[derive(Debug, Clone)]
pub struct TextBox {
    pub text: String,
    pub x0: f64,
    pub y0: f64,
    pub x1: f64,
    pub y1: f64,
}

/// All texts of a drawing, with the boxes that their glyphs fill.
pub fn text_boxes(svg: &str) -> Vec<TextBox> {
    let grid = f64::from(GRID);
    svg.lines().filter(|l| l.starts_with("<text ")).map(|line| text_box(line, grid)).collect()
}

fn text_box(line: &str, grid: f64) -> TextBox {
    let attribute = |name: &str| {
        let from = line.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
        line[from..].split('"').next().unwrap()
    };
    let number = |name: &str| attribute(name).parse::<f64>().unwrap() / grid;
    let body = &line[line.find('>').unwrap() + 1..line.rfind("</text>").unwrap()];
    let body = body.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    let (x, y, size) = (number("x"), number("y"), number("font-size"));
    let width = fonts().unwrap().width(&body, line.contains("font-weight")) * size;
    let left = match attribute("text-anchor") {
        "start" => x,
        "middle" => x - width / 2.0,
        _ => x - width,
    };
    // Glyphs of hanzi fill less than the em: 0.80 above and 0.08 below the baseline.
    TextBox { text: body, x0: left, x1: left + width, y0: y - 0.80 * size, y1: y + 0.08 * size }
}

/// Size of a drawing in pixels.
pub fn size(svg: &str) -> (f64, f64) {
    let number = |name: &str| {
        let from = svg.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
        svg[from..].split('"').next().unwrap().parse::<f64>().unwrap()
    };
    (number("width"), number("height"))
}

/// What is wrong with the texts of a drawing: outside, or over each other.
pub fn collisions(svg: &str) -> Vec<String> {
    let (w, h) = size(svg);
    let boxes = text_boxes(svg);
    let mut found = Vec::new();
    for (i, a) in boxes.iter().enumerate() {
        if a.x0 < -0.5 || a.y0 < -0.5 || a.x1 > w + 0.5 || a.y1 > h + 0.5 {
            found.push(format!("“{}” is clipped at {:.0},{:.0}–{:.0},{:.0}", a.text, a.x0, a.y0, a.x1, a.y1));
        }
        for b in &boxes[i + 1..] {
            let across = a.x1.min(b.x1) - a.x0.max(b.x0);
            let down = a.y1.min(b.y1) - a.y0.max(b.y0);
            if across > 1.0 && down > 1.0 {
                found.push(format!("“{}” over “{}” at {:.0},{:.0}", a.text, b.text, b.x0, b.y0));
            }
        }
    }
    found
}

/// The sample year's pack, rendered once for all tests.
pub fn rendered() -> (&'static Path, &'static Manifest) {
    static PACK: OnceLock<(tempfile::TempDir, PathBuf, Manifest)> = OnceLock::new();
    let (_, dir, manifest) = PACK.get_or_init(|| {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("pack");
        let manifest = render_pack(&sample(), &Outline::joint_meeting().unwrap(), &dir, &()).unwrap();
        (home, dir, manifest)
    });
    (dir, manifest)
}

/// A document of the sample year's pack.
pub fn file(name: &str) -> Vec<u8> {
    std::fs::read(rendered().0.join(name)).unwrap()
}

/// Numbers of a text: digits with commas, points and per cent signs between and after them.
pub fn numbers(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let keep = |c: char| c.is_ascii_digit() || c == ',' || c == '.';
    for part in text.split(|c: char| !keep(c)) {
        let part = part.trim_matches([',', '.']);
        if part.bytes().any(|b| b.is_ascii_digit()) {
            found.insert(part.to_owned());
        }
    }
    found
}

/// Every number that may stand in a document of the sample year.
pub fn known_numbers() -> BTreeSet<String> {
    let (_, manifest) = rendered();
    let brief = sample();
    let mut known: BTreeSet<String> = manifest.figures.iter().flat_map(|f| &f.texts).flat_map(|t| numbers(t)).collect();
    // What is no figure: words of the outline, dates and provenance, numbers of figures and tables, names and codes.
    known.extend(numbers(&Outline::joint_meeting().unwrap().source));
    known.extend(numbers(&serde_json::to_string(&brief.meta).unwrap()));
    known.extend((1..60).map(|n| n.to_string()));
    known.extend([2024, 2026].map(|n| n.to_string()));
    for dataset in brief.datasets.values() {
        for cell in dataset.rows.iter().flatten() {
            if let Cell::Str(_) | Cell::Date(_) = cell {
                known.extend(numbers(&cell.to_string()));
            }
        }
    }
    known
}
