//! The page for a browser: one file, nothing fetched, links that lead somewhere, tables with heads.

use std::collections::BTreeSet;

use crate::common::{file, known_numbers, numbers};
use crate::parts::{elements, plain};

/// The page as XML: it is written so that it is both.
fn page() -> String {
    let text = String::from_utf8(file("联席会议材料_2025.html")).unwrap();
    text.strip_prefix("<!DOCTYPE html>\n").unwrap().to_owned()
}

#[test]
fn nothing_is_fetched() {
    let page = page();
    let all = elements(&page);
    for (name, attributes) in &all {
        assert!(!["script", "link", "iframe", "img", "object", "image"].contains(&name.as_str()), "{name}");
        assert!(attributes.keys().all(|k| !k.starts_with("on") && k != "src"), "{name}");
        if let Some(target) = attributes.get("href") {
            assert!(target.starts_with('#'), "{target}");
        }
    }
    let addresses = page.matches("http").count() - page.matches("http-equiv").count();
    assert_eq!(addresses, page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
    assert!(!page.contains("url(") && !page.contains("@import"));
}

#[test]
fn links_lead_somewhere_and_ids_are_unique() {
    let page = page();
    let all = elements(&page);
    let ids: Vec<&String> = all.iter().filter_map(|(_, a)| a.get("id")).collect();
    let known: BTreeSet<&String> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len());
    let targets: Vec<&str> = all.iter().filter_map(|(_, a)| a.get("href")).map(|t| &t[1..]).collect();
    assert!(targets.len() > 40, "{}", targets.len());
    for target in targets {
        assert!(known.iter().any(|id| *id == target), "#{target}");
    }
}

#[test]
fn language_heads_and_level() {
    let page = page();
    let all = elements(&page);
    assert_eq!(all[0].1["lang"], "zh-CN");
    let tables = all.iter().filter(|(n, _)| n == "table").count();
    assert!(tables >= 25, "{tables}");
    assert_eq!(all.iter().filter(|(n, _)| n == "thead").count(), tables);
    assert!(all.iter().filter(|(n, _)| n == "th").all(|(_, a)| a.contains_key("scope")));
    let drawings = all.iter().filter(|(n, _)| n == "svg").count();
    assert_eq!(all.iter().filter(|(n, _)| n == "figure").count(), drawings);
    assert!(page.contains("<p class=\"level\">数据级别：公开（S0）</p>"));
}

#[test]
fn every_number_is_a_figure() {
    let known = known_numbers();
    let page = page();
    let body = &page[page.find("<body>").unwrap()..];
    // Axes of drawings have numbers of their own; their figures are looked at elsewhere.
    let mut text = String::new();
    for (i, part) in body.split("<svg ").enumerate() {
        text.push_str(if i == 0 { part } else { part.split_once("</svg>").unwrap().1 });
    }
    for part in text.split('<') {
        let said = plain(part.split_once('>').map_or("", |(_, t)| t));
        for number in numbers(&said) {
            assert!(known.contains(&number), "“{number}” is no figure: {said}");
        }
    }
}
