//! Every product from the sample brief: it fits, prints, and is about its subject only.

use suixin_reports::outline::JOINT_MEETING;
use suixin_reports::{
    Brief, Cell, Form, Output, Product, ReportError, read_manifest, render_pack, render_pack_as, restatement,
    verify_manifest,
};

use crate::common::sample;

/// The first key of the dataset of whose rows each gets a document.
fn subject(each: Option<&str>) -> Option<String> {
    let brief = sample();
    let dataset = brief.datasets.get(each?)?;
    let place = dataset.column(&dataset.key[0])?;
    Some(dataset.rows[0][place].to_string())
}

#[test]
fn every_product_prints_and_says_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    for product in Product::all(None).unwrap() {
        let draft = product.outline(None).unwrap();
        assert!(draft.check(&sample()).is_empty(), "{}: {:?}", product.id, draft.check(&sample()));
        if product.id == JOINT_MEETING {
            continue;
        }
        let key = subject(draft.each.as_deref());
        assert_eq!(key.is_some(), draft.each.is_some(), "{}", product.id);
        let outline = product.outline(key.as_deref()).unwrap();
        assert!(outline.form == Form::Letter && !outline.name.is_empty());
        let out = dir.path().join(&product.id);
        let manifest = render_pack(&sample(), &outline, &out, &()).unwrap_or_else(|e| panic!("{}: {e}", product.id));
        assert!(manifest.warnings.is_empty(), "{}: {:?}", product.id, manifest.warnings);
        assert_eq!((&manifest.product, &manifest.subject), (&product.id, &key));
        assert_eq!(read_manifest(&out).unwrap(), manifest);
        assert!(verify_manifest(&out).unwrap().is_empty());
        assert!(manifest.documents.iter().any(|d| d.path.ends_with(".pdf")));
    }
}

#[test]
fn what_differs_between_two_editions_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let outline = Product::find(None, "supervision").unwrap().outline(None).unwrap();
    let outputs = [Output::Pdf].into();
    let print =
        |brief: &Brief, name: &str| render_pack_as(brief, &outline, &outputs, &dir.path().join(name), &()).unwrap();
    let before = print(&sample(), "a");
    let mut brief = sample();
    let summary = brief.datasets.get_mut("supervision_summary").unwrap();
    let overdue = summary.column("overdue").unwrap();
    summary.rows[0][overdue] = Cell::Int(987);
    summary.hash = "other".to_owned();
    let after = print(&brief, "b");
    let found = restatement(&before, &after);
    let moved: Vec<&str> = found.figures.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(moved, ["supervision_summary/-/overdue"]);
    assert!(found.figures[0].after.as_ref().unwrap().contains("987"));
    assert_eq!((found.definitions.as_slice(), found.outline), (["supervision_summary".to_owned()].as_slice(), false));
    let same = restatement(&before, &before);
    assert!(same.figures.is_empty() && same.definitions.is_empty() && !same.program);
}

#[test]
fn what_is_for_auditors_does_not_enter_a_public_outline() {
    let audit = Product::find(None, "audit").unwrap().outline(None).unwrap();
    let public = suixin_reports::Outline::parse("audit.toml", &audit.source.replace("level = \"S2\"", "")).unwrap();
    let mistakes = public.check(&sample());
    assert!(mistakes.iter().any(|m| m.message.contains("risk_list") && m.message.contains("S2")), "{mistakes:?}");
}

#[test]
fn an_unknown_product_and_a_key_that_is_none_are_named() {
    let unknown = Product::find(None, "county-report").unwrap_err().to_string();
    assert!(unknown.contains("county-report") && unknown.contains("supervision"), "{unknown}");
    let county = Product::find(None, "county").unwrap();
    for key in ["", "a/b", "510903}", "船山区"] {
        assert!(matches!(county.outline(Some(key)), Err(ReportError::Subject(k)) if k == key), "{key}");
    }
}

#[test]
fn an_office_may_change_a_product_and_add_its_own() {
    let dir = tempfile::tempdir().unwrap();
    suixin_reports::outline::export_embedded(dir.path()).unwrap();
    let own = dir.path().join("outlines");
    let text = std::fs::read_to_string(own.join("bonus.toml")).unwrap();
    std::fs::write(own.join("bonus.toml"), text.replace("试点成果加分表", "加分表")).unwrap();
    std::fs::write(own.join("brief.toml"), text.replace("id = \"bonus\"", "id = \"brief\"")).unwrap();
    let all = Product::all(Some(dir.path())).unwrap();
    assert_eq!(all.len(), Product::all(None).unwrap().len() + 1);
    assert_eq!(Product::find(Some(dir.path()), "bonus").unwrap().outline(None).unwrap().name, "加分表");
}
