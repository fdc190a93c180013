//! Outlines that do not fit: every mistake at once, with file, line, column and a remedy.

use std::collections::BTreeMap;
use std::path::Path;

use crate::common::{outline, sample};
use suixin_reports::{Catalogue, Outline, Privacy, ReportError};

fn told(blocks: &str) -> Vec<String> {
    outline(blocks).check(&sample()).iter().map(ToString::to_string).collect()
}

#[test]
fn the_embedded_outline_fits_the_sample() {
    let mistakes = Outline::joint_meeting().unwrap_or_else(|e| panic!("{e}")).check(&sample());
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}

#[test]
fn names_are_looked_up() {
    let found = told(
        r#"
[[chapters.blocks]]
text = """
平均{county_summary/-/maen}，
首位{county_total/@1/unit_name}。
"""
[[chapters.blocks]]
chart = "bars"
id = "x"
data = "county_totals"
label = "unit_name"
"#,
    );
    let expected = [
        "t.toml:11:4: 数据集“county_summary”没有列“maen”（是否为“mean”）",
        "t.toml:12:4: 没有数据集“county_total”（是否为“county_totals”）",
        "t.toml:16:6: 图“x”没有结论（补写 finding）",
        "t.toml:16:6: 图“x”缺少 value（补写 value = \"列名\"）",
    ];
    assert_eq!(found, expected);
}

#[test]
fn references_and_rows_are_checked() {
    let found = told(
        r#"
[[chapters.blocks]]
text = "见{fig nowhere}，{.total}"
[[chapters.blocks]]
table = "county_totals"
columns = ["unit_name", "score"]
where = ".points > 1"
"#,
    );
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found[0].contains("没有编号为“nowhere”的图或表"), "{found:#?}");
    assert!(found[1].contains("此处没有行"), "{found:#?}");
}

#[test]
fn only_public_data_enter_a_pack() {
    let mut brief = sample();
    brief.datasets.get_mut("risk_groups").unwrap().privacy = Privacy::S1;
    let mistakes = Outline::joint_meeting().unwrap().check(&brief);
    assert!(
        !mistakes.is_empty() && mistakes.iter().all(|m| m.message.contains("不得进入S0级的联席会议材料")),
        "{mistakes:#?}"
    );
    let refused = suixin_reports::render_pack(&brief, &Outline::joint_meeting().unwrap(), Path::new("never"), &());
    assert!(matches!(refused, Err(ReportError::Outline(_))));
    assert!(!Path::new("never").exists());
}

#[test]
fn syntax_has_a_place() {
    let error = Outline::parse("o.toml", "id = \"x\"\nsumary = []\n").unwrap_err().to_string();
    assert!(error.contains("o.toml:2:1") || error.contains("o.toml:1:1"), "{error}");
}

/// Definitions of the datasets as they stand beside this crate.
struct Definitions(BTreeMap<String, (Privacy, Vec<String>)>);

impl Catalogue for Definitions {
    fn datasets(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn columns(&self, dataset: &str) -> Option<Vec<String>> {
        self.0.get(dataset).map(|d| d.1.clone())
    }

    fn privacy(&self, dataset: &str) -> Option<Privacy> {
        self.0.get(dataset).map(|d| d.0)
    }
}

#[test]
fn the_embedded_outline_fits_the_definitions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../metrics/definitions/datasets");
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let table: toml::Table = toml::from_str(&text).unwrap();
        let columns = table["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap().to_owned());
        let privacy: Privacy = serde_json::from_value(table["privacy"].as_str().unwrap().into()).unwrap();
        found.insert(table["id"].as_str().unwrap().to_owned(), (privacy, columns.collect()));
    }
    let mistakes = Outline::joint_meeting().unwrap().check(&Definitions(found));
    assert!(mistakes.is_empty(), "{mistakes:#?}");
}
