//! Formats by choice: what one shows does not depend on the others, and the manifest says which there are.

use std::collections::BTreeSet;
use std::fs;

use crate::common::{file, known_numbers, numbers, rendered, sample};
use crate::parts::{Parts, paragraphs};
use suixin_reports::{Outline, Output, Privacy, read_manifest, render_pack_as, verify_manifest};

#[test]
fn only_what_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("pack");
    let asked = BTreeSet::from([Output::Docx, Output::Xlsx]);
    let manifest = render_pack_as(&sample(), &Outline::joint_meeting().unwrap(), &asked, &dir, &()).unwrap();
    let paths: Vec<&str> = manifest.documents.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(paths, ["00-领导一页纸_2025.docx", "联席会议材料_2025.docx", "附表_2025.xlsx"]);
    assert_eq!(read_manifest(&dir).unwrap().outputs, asked);
    assert_eq!(verify_manifest(&dir).unwrap(), []);
    let (_, whole) = rendered();
    for document in &manifest.documents {
        assert!(whole.documents.contains(document), "{} differs from that of the whole pack", document.path);
    }
}

#[test]
fn the_whole_pack_has_every_format() {
    let (_, manifest) = rendered();
    assert_eq!((manifest.outputs.clone(), manifest.level), (Output::all(), Privacy::S0));
    for ending in [".pdf", ".docx", ".html", ".pptx", ".xlsx", ".svg", ".png"] {
        assert!(manifest.documents.iter().any(|d| d.path.ends_with(ending)), "{ending}");
    }
    assert!(manifest.documents[0].path.starts_with("00-领导一页纸"), "{}", manifest.documents[0].path);
    for output in Output::ALL {
        assert_eq!(Output::named(output.name()), Some(output));
        assert_eq!(serde_json::to_value(output).unwrap(), output.name());
    }
    assert_eq!(Output::named("doc"), None);
}

#[test]
fn a_byte_of_any_document_is_missed() {
    let (dir, manifest) = rendered();
    let copy = tempfile::tempdir().unwrap();
    fs::create_dir_all(copy.path().join("charts")).unwrap();
    for document in &manifest.documents {
        let mut bytes = fs::read(dir.join(&document.path)).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(copy.path().join(&document.path), bytes).unwrap();
    }
    fs::copy(dir.join("manifest.json"), copy.path().join("manifest.json")).unwrap();
    assert_eq!(verify_manifest(copy.path()).unwrap().len(), manifest.documents.len());
}

#[test]
fn a_manifest_of_older_packs_is_read() {
    let (dir, _) = rendered();
    let mut json: serde_json::Value = serde_json::from_slice(&fs::read(dir.join("manifest.json")).unwrap()).unwrap();
    json.as_object_mut().unwrap().retain(|key, _| key != "outputs" && key != "level");
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("manifest.json"), json.to_string()).unwrap();
    let outputs = read_manifest(home.path()).unwrap().outputs;
    assert_eq!(outputs, BTreeSet::from([Output::Pdf, Output::Xlsx, Output::Charts]));
}

#[test]
fn every_number_in_word_is_a_figure() {
    let known = known_numbers();
    for name in ["联席会议材料_2025.docx", "00-领导一页纸_2025.docx"] {
        let parts = Parts::open(&file(name));
        for text in paragraphs(parts.text("word/document.xml"), "w:p", "w:t") {
            for number in numbers(&text) {
                assert!(known.contains(&number), "{name}: “{number}” is no figure: {text}");
            }
        }
    }
}
