//! The slides, opened again: layouts, tables, native charts with their workbooks, notes with the sources of numbers.

use std::collections::BTreeMap;
use std::io::Cursor;

use crate::common::{file, known_numbers, numbers, outline, rendered, sample};
use crate::parts::{Parts, paragraphs, texts};
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use suixin_reports::Outline;

fn deck() -> Parts {
    Parts::open(&file("联席会议材料_2025.pptx"))
}

/// Paths of the slides in their order.
fn slides(parts: &Parts) -> Vec<String> {
    (1..=parts.like("ppt/slides/slide", ".xml").len()).map(|n| format!("ppt/slides/slide{n}.xml")).collect()
}

#[test]
fn parts_hold_together() {
    let problems = deck().problems();
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn about_twenty_slides_each_with_title_foot_and_number() {
    let parts = deck();
    let slides = slides(&parts);
    assert!((18..=26).contains(&slides.len()), "{}", slides.len());
    for (i, path) in slides.iter().enumerate().skip(1) {
        let holders: Vec<String> =
            parts.elements(path).into_iter().filter(|(n, _)| n == "p:ph").map(|(_, a)| a["type"].clone()).collect();
        for kind in ["title", "ftr", "sldNum"] {
            assert_eq!(holders.iter().filter(|h| *h == kind).count(), 1, "{path}: {kind}");
        }
        let lines = paragraphs(parts.text(path), "a:p", "a:t");
        assert!(lines[0].chars().count() >= 4, "{path}: {lines:?}");
        // Every slide but the contents says a number or a unit in its title: a finding.
        assert!(lines[0].chars().count() > 8 || i == 2, "{path}: {}", lines[0]);
        assert!(lines.iter().any(|l| l.starts_with("数据级别 公开（S0）")), "{path}");
    }
    let ids = parts.elements("ppt/presentation.xml").into_iter().filter(|(n, _)| n == "p:sldId").count();
    assert_eq!(ids, slides.len());
}

#[test]
fn tables_can_be_edited_and_charts_carry_their_data() {
    let parts = deck();
    let count = |name: &str| {
        let all = slides(&parts).iter().flat_map(|p| parts.elements(p)).filter(|(n, _)| n == name).count();
        assert!(all > 0, "{name}");
        all
    };
    assert!(count("a:tbl") >= 5 && count("p:pic") >= 5);
    let charts = parts.like("ppt/charts/chart", ".xml");
    assert_eq!(charts.len(), count("c:chart"));
    for path in charts {
        let xml = parts.text(&path);
        let book = parts.relations(&path).into_values().next().unwrap();
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(parts.0[&book].clone())).unwrap();
        let sheet = book.worksheet_range("Sheet1").unwrap();
        let held: Vec<f64> =
            sheet.rows().flatten().filter_map(|c| if let Data::Float(f) = c { Some(*f) } else { None }).collect();
        let drawn: Vec<f64> = xml
            .split("<c:numCache>")
            .skip(1)
            .flat_map(|part| texts(part.split("</c:numCache>").next().unwrap(), "c:v"))
            .map(|v| v.parse().unwrap())
            .collect();
        let mut both = [held, drawn];
        both.iter_mut().for_each(|v| v.sort_by(f64::total_cmp));
        assert!(!both[0].is_empty() && both[0] == both[1], "{path}");
    }
}

#[test]
fn values_of_native_charts_are_figures() {
    let (_, manifest) = rendered();
    let known: Vec<String> =
        manifest.figures.iter().flat_map(|f| &f.texts).map(|t| t.replace(',', "").replace('\u{2212}', "-")).collect();
    let parts = deck();
    for path in parts.like("ppt/charts/chart", ".xml") {
        for cache in parts.text(&path).split("<c:numCache>").skip(1) {
            let cache = cache.split("</c:numCache>").next().unwrap();
            let percent = cache.contains("%");
            for value in texts(cache, "c:v") {
                let value: f64 = value.parse().unwrap();
                let printed = [
                    format!("{value}"),
                    format!("{value:.1}"),
                    format!("{value:.2}"),
                    format!("{:.1}%", value * 100.0),
                ];
                let printed = if percent { &printed[3..] } else { &printed[..3] };
                assert!(printed.iter().any(|p| known.contains(p)), "{path}: {value}");
            }
        }
    }
}

#[test]
fn notes_say_where_numbers_come_from() {
    let (_, manifest) = rendered();
    let texts_of: BTreeMap<&str, _> = manifest.figures.iter().map(|f| (f.id.as_str(), &f.texts)).collect();
    let parts = deck();
    let mut sources = 0;
    for (i, path) in slides(&parts).iter().enumerate().skip(1) {
        let notes = format!("ppt/notesSlides/notesSlide{}.xml", i + 1);
        let lines = paragraphs(parts.text(&notes), "a:p", "a:t");
        assert!(lines.last().unwrap().contains("S000017-1a2b3c4d"), "{notes}");
        let listed: Vec<(&str, &str)> =
            lines.iter().filter_map(|l| l.split_once('　')).filter(|(_, id)| id.contains('/')).collect();
        for (text, id) in &listed {
            let printed = texts_of.get(id).unwrap_or_else(|| panic!("{notes}: {id} is no figure"));
            assert!(printed.contains(*text), "{notes}: {text} of {id}");
        }
        sources += listed.len();
        // Every number of the title has its source.
        let title = &paragraphs(parts.text(path), "a:p", "a:t")[0];
        let mut known: std::collections::BTreeSet<String> = listed.iter().flat_map(|(t, _)| numbers(t)).collect();
        known.extend(["2024", "2025", "2026", "60", "70", "80", "90"].map(str::to_owned));
        assert!(numbers(title).is_subset(&known), "{notes}: {title}");
    }
    assert!(sources > 60, "{sources}");
}

#[test]
fn every_number_on_a_slide_is_a_figure() {
    let known = known_numbers();
    let parts = deck();
    for path in slides(&parts) {
        for text in paragraphs(parts.text(&path), "a:p", "a:t") {
            for number in numbers(&text) {
                assert!(known.contains(&number), "{path}: “{number}” is no figure: {text}");
            }
        }
    }
}

#[test]
fn a_slide_that_does_not_fit_is_named() {
    let blocks = "[[chapters.blocks]]\nchart = \"bars\"\nid = \"bars\"\ndata = \"county_totals\"\nfinding = \"x\"\n\
                  label = \"unit_name\"\nvalue = \"total\"\n";
    let slides = "[[slides]]\nchart = \"bar\"\n[[slides]]\npoints = [\"{county_total/-/x}\"]\n";
    let found = outline(&format!("{blocks}{slides}")).check(&sample());
    let said: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|m| m.contains("没有编号为“bar”的图或表")), "{said:#?}");
    let untitled: Vec<&String> = said.iter().filter(|m| m.contains("幻灯片没有标题")).collect();
    assert!(untitled.len() == 1 && untitled[0].starts_with("t.toml:17:1"), "{said:#?}");
    assert!(said.iter().any(|m| m.contains("没有数据集“county_total”")), "{said:#?}");
    let two = "[[slides]]\ntitle = \"x\"\ncards = true\ntable = \"t\"\n";
    let head = "id=\"t\"\ndocument=\"d\"\nworkbook=\"w\"\ntitle=[]\nsummary_title=\"s\"\nchapters=[]\n";
    let refused = Outline::parse("t.toml", &format!("{head}{two}")).unwrap_err().to_string();
    assert!(refused.contains("t.toml:7:1") && refused.contains("幻灯片的种类不明"), "{refused}");
}
