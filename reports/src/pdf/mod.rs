//! The pack as PDF/A-2a, set by typst used as a library. Data go in as JSON, never as source.

mod world;

use chrono::Datelike;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, NativeElement, Selector, Smart, Value};
use typst::introspection::{Introspector, MetadataElem};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::brief::Meta;
use crate::error::{ReportError, Result};
use crate::manifest::Hashed;
use crate::page::Assembled;
use world::PackWorld;

/// Type and pieces, for both of the others.
const LIB: &str = include_str!("../../templates/lib.typ");
/// The pages.
const PACK: &str = include_str!("../../templates/pack.typ");
/// The page for leaders, alone.
const ONEPAGE: &str = include_str!("../../templates/onepage.typ");
/// Prints nothing but says the height of each piece.
const MEASURE: &str = include_str!("../../templates/measure.typ");

/// Templates with their hashes, for the manifest.
#[must_use]
pub fn templates() -> Vec<Hashed> {
    let all = [("lib.typ", LIB), ("measure.typ", MEASURE), ("onepage.typ", ONEPAGE), ("pack.typ", PACK)];
    all.into_iter().map(|(name, text)| Hashed::of(name, text.as_bytes())).collect()
}

/// Heights in points of the pieces of the summary and of all chapters, in order.
///
/// # Errors
/// If the template does not compile or warns.
pub fn measure(assembled: &Assembled, meta: &Meta) -> Result<Vec<f64>> {
    let document = compile(&PackWorld::new([MEASURE, LIB], assembled, meta)?)?;
    let found = document.introspector().query(&Selector::Elem(MetadataElem::ELEM, None));
    let height = |value: &Value| match value {
        Value::Float(points) => Some(*points),
        Value::Int(points) => Some(*points as f64),
        _ => None,
    };
    Ok(found.iter().filter_map(|c| c.to_packed::<MetadataElem>()).filter_map(|m| height(&m.value)).collect())
}

/// Renders a document.
///
/// # Errors
/// If the template does not compile, warns, or a character has no glyph.
pub fn render(assembled: &Assembled, meta: &Meta) -> Result<Vec<u8>> {
    print(PACK, assembled, meta)
}

/// Renders the page for leaders alone.
///
/// # Errors
/// As [`render`].
pub fn render_page(assembled: &Assembled, meta: &Meta) -> Result<Vec<u8>> {
    print(ONEPAGE, assembled, meta)
}

fn print(template: &str, assembled: &Assembled, meta: &Meta) -> Result<Vec<u8>> {
    let document = compile(&PackWorld::new([template, LIB], assembled, meta)?)?;
    let bytes = typst_pdf::pdf(&document, &options(meta)?).map_err(|errors| first("export", &errors));
    // typst's caches would otherwise grow with every pack of a long-running server.
    comemo::evict(0);
    bytes
}

fn compile(world: &PackWorld) -> Result<PagedDocument> {
    let compiled = typst::compile::<PagedDocument>(world);
    if let Some(warning) = compiled.warnings.first() {
        return Err(complain("warning", warning));
    }
    compiled.output.map_err(|errors| first("template", &errors))
}

fn options(meta: &Meta) -> Result<PdfOptions> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a]).map_err(|e| ReportError::Pdf(format!("{e:?}")))?;
    let day = |n: u32| u8::try_from(n).unwrap_or(1);
    let date = Datetime::from_ymd_hms(meta.as_of.year(), day(meta.as_of.month()), day(meta.as_of.day()), 0, 0, 0);
    Ok(PdfOptions {
        ident: Smart::Custom(format!("suixin-{}-{}", meta.year, meta.snapshot)),
        timestamp: date.map(Timestamp::new_utc),
        standards,
        ..PdfOptions::default()
    })
}

fn first(stage: &str, errors: &[SourceDiagnostic]) -> ReportError {
    errors.first().map_or_else(|| ReportError::Pdf(stage.to_owned()), |e| complain(stage, e))
}

fn complain(stage: &str, diagnostic: &SourceDiagnostic) -> ReportError {
    let hints: Vec<String> = diagnostic.hints.iter().map(|h| format!("{h:?}")).collect();
    ReportError::Pdf(format!("{stage}: {} {}", diagnostic.message, hints.join("; ")))
}
