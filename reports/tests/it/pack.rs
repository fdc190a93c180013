//! The whole pack: files, manifest, figures, same bytes twice.

use std::fs;

use crate::common::{known_numbers, numbers, outline, pages, rendered, sample};
use suixin_reports::page::compose::Layout;
use suixin_reports::page::{Piece, Run};
use suixin_reports::{Brief, Difference, DifferenceKind, Outline, render_pack, verify_manifest};

#[test]
fn files_and_manifest() {
    let (dir, manifest) = rendered();
    let paths: Vec<&str> = manifest.documents.iter().map(|d| d.path.as_str()).collect();
    assert!(paths.contains(&"联席会议材料_2025.pdf") && paths.contains(&"附表_2025.xlsx"), "{paths:?}");
    assert_eq!(
        paths.iter().filter(|p| p.ends_with(".svg")).count(),
        paths.iter().filter(|p| p.ends_with(".png")).count()
    );
    assert!(paths.iter().filter(|p| p.ends_with(".svg")).count() >= 25);
    assert_eq!(verify_manifest(dir).unwrap(), []);
    let pdf = fs::read(dir.join("联席会议材料_2025.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert_eq!(manifest.snapshot, "S000017-1a2b3c4d");
    assert_eq!(manifest.fonts.len(), 4);
    assert_eq!(manifest.templates.len(), 13);
    assert!(manifest.warnings.is_empty(), "{:?}", manifest.warnings);
}

#[test]
fn figures_are_cells_of_the_brief() {
    let brief = sample();
    let (_, manifest) = rendered();
    assert!(manifest.figures.len() > 1_000);
    for figure in &manifest.figures {
        let (dataset, rest) = figure.id.split_once('/').unwrap();
        let (key, column) = rest.rsplit_once('/').unwrap();
        let dataset = &brief.datasets[dataset];
        let row = dataset.row(key).unwrap_or_else(|| panic!("{}", figure.id));
        let cell = dataset.cell(row, dataset.column(column).unwrap()).unwrap();
        assert!(cell.to_string() == figure.value || figure.value == "<5" || figure.value == "*", "{figure:?}");
        assert!(!figure.texts.is_empty());
    }
    let total = manifest.figures.iter().find(|f| f.id == "county_totals/510903/total").unwrap();
    assert!(total.texts.contains("52.53") && total.texts.contains("52.53分"), "{total:?}");
    let hidden = manifest.figures.iter().find(|f| f.id == "people_units/5109A1/key_persons").unwrap();
    assert_eq!((hidden.value.as_str(), hidden.texts.contains("<5")), ("<5", true), "{hidden:?}");
}

/// Everything that a page says in words and cells.
fn said(pieces: &[Piece]) -> Vec<String> {
    let mut all = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Heading { text, .. } => all.push(text.clone()),
            Piece::Para { runs } => all.extend(runs.iter().map(|r: &Run| r.text.clone())),
            Piece::Cards { cards } => all.extend(cards.iter().flat_map(|c| [c.number.clone(), c.note.clone()])),
            Piece::Figure { caption, alt, .. } => all.extend([caption.clone(), alt.clone()]),
            Piece::Table { caption, note, grid, .. } => {
                all.extend([caption.clone(), note.clone()]);
                all.extend(grid.rows.iter().flatten().cloned());
            }
        }
    }
    all
}

#[test]
fn every_number_in_the_text_is_a_figure() {
    let known = known_numbers();
    let assembled = pages(&Outline::joint_meeting().unwrap(), &sample(), &Layout::default());
    let document = &assembled.document;
    let parts = document.chapters.iter().chain(&document.annexes).flat_map(|p| said(&p.pieces));
    for text in said(&document.summary).into_iter().chain(parts) {
        for number in numbers(&text) {
            assert!(known.contains(&number), "“{number}” is no figure: {text}");
        }
    }
}

#[test]
fn charts_print_figures_too() {
    let (dir, manifest) = rendered();
    let svg = manifest.documents.iter().find(|d| d.path.contains("county_totals.svg")).unwrap();
    let drawn = fs::read_to_string(dir.join(&svg.path)).unwrap();
    for total in ["93.46", "52.53"] {
        assert!(drawn.contains(&format!(">{total}</text>")), "{total}");
    }
    let png = manifest.documents.iter().find(|d| d.path.contains("county_totals.png")).unwrap();
    assert!(png.size_bytes > 20_000);
}

#[test]
fn tampering_is_seen() {
    let (dir, _) = rendered();
    let copy = tempfile::tempdir().unwrap();
    let small = copy.path().join("pack");
    fs::create_dir_all(small.join("charts")).unwrap();
    fs::copy(dir.join("manifest.json"), small.join("manifest.json")).unwrap();
    fs::write(small.join("附表_2025.xlsx"), b"x").unwrap();
    fs::write(small.join("charts/extra.svg"), b"x").unwrap();
    let found = verify_manifest(&small).unwrap();
    let is = |path: &str, kind| found.contains(&Difference { path: path.to_owned(), kind });
    assert!(is("附表_2025.xlsx", DifferenceKind::Changed));
    assert!(is("charts/extra.svg", DifferenceKind::Unknown));
    assert!(is("联席会议材料_2025.pdf", DifferenceKind::Missing));
}

/// A pack of few pages, for what does not need the whole one.
fn short() -> (Outline, Brief) {
    let blocks = r#"
[[chapters.blocks]]
heading = "得分"
[[chapters.blocks]]
text = "**平均**{county_summary/-/mean}，见{fig totals}、{tab units}。"
[[chapters.blocks]]
chart = "ranked-stack"
id = "totals"
data = "county_totals"
finding = "{county_totals/@1/unit_name}居首"
label = "unit_name"
values = ["core", "bonus", "deduct"]
total = "total"
[[chapters.blocks]]
table = "people_units"
id = "units"
caption = "走访"
columns = ["unit_name", "persons", "key_persons"]
[[chapters.blocks]]
chart = "bars"
id = "bars"
data = "county_totals"
finding = "{county_totals/@1/unit_name}{county_totals/@1/total}居首"
label = "unit_name"
value = "total"
[[sheets]]
name = "总分"
table = "county_totals"
[[slides]]
chart = "totals"
[[slides]]
chart = "bars"
points = ["平均{county_summary/-/mean}"]
[[slides]]
table = "units"
title = "走访"
"#;
    let mut outline = outline(blocks);
    // The page for leaders stands in the head, which the helper writes.
    outline.leaders = outline.document.clone();
    (outline, sample())
}

#[test]
fn same_brief_same_bytes() {
    let (outline, brief) = short();
    let home = tempfile::tempdir().unwrap();
    let render = |name: &str| render_pack(&brief, &outline, &home.path().join(name), &()).unwrap();
    let (first, second) = (render("a"), render("b"));
    assert_eq!(first, second);
    for document in first.documents.iter().map(|d| d.path.as_str()).chain(["manifest.json"]) {
        let read = |name: &str| fs::read(home.path().join(name).join(document)).unwrap();
        assert!(read("a") == read("b"), "{document}");
    }
}

#[test]
fn a_pack_replaces_the_one_before_as_a_whole() {
    let (outline, brief) = short();
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("pack");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("left over.txt"), b"x").unwrap();
    render_pack(&brief, &outline, &dir, &()).unwrap();
    assert_eq!(verify_manifest(&dir).unwrap(), []);
    let beside: Vec<_> = fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(beside, ["pack"]);
}

#[test]
fn a_character_without_a_glyph_is_refused() {
    let (outline, mut brief) = short();
    brief.datasets.get_mut("county_totals").unwrap().rows[0][1] = suixin_reports::Cell::Str("\u{e000}区".to_owned());
    let home = tempfile::tempdir().unwrap();
    let refused = render_pack(&brief, &outline, &home.path().join("pack"), &()).unwrap_err();
    assert!(refused.to_string().starts_with("PDF: export"), "{refused}");
    assert!(!home.path().join("pack").exists());
}
