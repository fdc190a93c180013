//! A pack in a folder: documents in the formats asked for, charts, manifest. It appears whole or not at all.

use std::collections::BTreeSet;
use std::path::Path;

use crate::brief::Brief;
use crate::error::{Mistakes, ReportError, Result};
use crate::figure::Book;
use crate::fonts::{self, Fonts};
use crate::manifest::{self, Document, Hashed, Manifest};
use crate::outline::{Form, Outline};
use crate::output::Output;
use crate::page::compose::{Layout, compose};
use crate::page::{self, Assembled};
use crate::phrase::{Labels, Phrase, Speaker};
use crate::plates::Plates;
use crate::{docx, folder, html, pdf, pptx, xlsx};

/// Told what is being made, for a progress bar.
pub trait Progress {
    /// Step `done` of `total` begins.
    fn step(&self, done: usize, total: usize, what: &str);
}

/// No progress shown.
impl Progress for () {
    fn step(&self, _: usize, _: usize, _: &str) {}
}

/// Files of a pack before they are written: path and bytes.
type Files = Vec<(String, Vec<u8>)>;

/// Renders a pack in all formats into `out_dir`, which is replaced as a whole.
///
/// The same brief and outline give the same bytes, on every machine and at every time.
///
/// # Errors
/// If the outline does not fit the brief (all mistakes at once), or a file cannot be written.
pub fn render_pack(brief: &Brief, outline: &Outline, out_dir: &Path, progress: &dyn Progress) -> Result<Manifest> {
    render_pack_as(brief, outline, &Output::all(), out_dir, progress)
}

/// Renders a pack in the formats asked for; what one format shows does not depend on the others.
///
/// # Errors
/// As [`render_pack`].
pub fn render_pack_as(
    brief: &Brief,
    outline: &Outline,
    outputs: &BTreeSet<Output>,
    out_dir: &Path,
    progress: &dyn Progress,
) -> Result<Manifest> {
    let mistakes = outline.check(brief);
    if !mistakes.is_empty() {
        return Err(ReportError::Outline(Mistakes(mistakes)));
    }
    let book = Book::new(brief);
    let total = outline.chapters.len() + 3 + outputs.len();
    let mut done = 0;
    let mut step = |what: &str| {
        progress.step(done, total, what);
        done += 1;
    };
    let mut files = Files::new();
    if outputs.iter().any(|o| *o != Output::Xlsx) {
        let assembled = pages(outline, &book, &mut step)?;
        files.extend(documents(&assembled, outline, &book, outputs, &mut step)?);
        glyphs(&assembled, &book)?;
    }
    let workbook = say(&book, &outline.workbook);
    if outputs.contains(&Output::Xlsx) && !workbook.is_empty() {
        step("工作簿");
        files.push((workbook, xlsx::render(outline, &book)?));
    }
    step("清单");
    let manifest = describe(brief, outline, outputs, &book, &files)?;
    files.push((manifest::FILE.to_owned(), json(&manifest)?));
    step("写入");
    folder::replace(out_dir, &files)?;
    Ok(manifest)
}

/// Pages, composed: first measured, then laid out.
fn pages(outline: &Outline, book: &Book, step: &mut dyn FnMut(&str)) -> Result<Assembled> {
    let draft = page::assemble(outline, book, &Layout::default(), step)?;
    if outline.form == Form::Letter {
        // A letter is read from top to bottom: its charts stay where they are mentioned.
        return Ok(draft);
    }
    step("版面");
    let layout = compose(&draft.document, &pdf::measure(&draft, &book.brief().meta)?);
    page::assemble(outline, book, &layout, &mut |_| {})
}

/// Everything that is made from the pages. Charts are turned into pixels beside the PDF, since neither needs the other.
fn documents(
    assembled: &Assembled,
    outline: &Outline,
    book: &Book,
    outputs: &BTreeSet<Output>,
    step: &mut dyn FnMut(&str),
) -> Result<Files> {
    let meta = &book.brief().meta;
    let level = format!("数据级别：{}", book.level().label());
    let (pack, leaders) = (say(book, &outline.document), say(book, &outline.leaders));
    let page = (!leaders.is_empty()).then(|| assembled.summary_only());
    let mut files = Files::new();
    let plates = std::thread::scope(|scope| {
        let plates = scope.spawn(|| Plates::of(&assembled.pictures));
        if outputs.contains(&Output::Pdf) {
            step("PDF");
            files.push((pack.clone(), pdf::render(assembled, meta)?));
            if let Some(page) = &page {
                files.push((format!("{leaders}.pdf"), pdf::render_page(page, meta)?));
            }
        }
        plates.join().unwrap_or_else(|_| {
            Err(ReportError::Chart { chart: "all".to_owned(), reason: "the drawing thread stopped".to_owned() })
        })
    })?;
    let stem = pack.strip_suffix(".pdf").unwrap_or(&pack);
    if outputs.contains(&Output::Docx) {
        step("DOCX");
        files.push((format!("{stem}.docx"), docx::render(&assembled.document, &plates, meta, &level)?));
        if let Some(page) = &page {
            files.push((format!("{leaders}.docx"), docx::render(&page.document, &plates, meta, &level)?));
        }
    }
    if outputs.contains(&Output::Html) {
        step("HTML");
        files.push((format!("{stem}.html"), html::render(assembled, meta, &level)));
    }
    if outputs.contains(&Output::Pptx) && !outline.slides.is_empty() {
        step("PPTX");
        let deck = page::deck::deck(outline, book, assembled)?;
        files.push((format!("{stem}.pptx"), pptx::render(&deck, meta, &level)?));
    }
    if outputs.contains(&Output::Charts) {
        step("图表");
        files.extend(charts(assembled, &plates));
    }
    Ok(files)
}

fn say(book: &Book, phrase: &Phrase) -> String {
    Speaker::new(book, &Labels::new()).say(phrase)
}

fn charts(assembled: &Assembled, plates: &Plates) -> Files {
    let mut files = Files::new();
    for (i, picture) in assembled.pictures.iter().enumerate() {
        let name = format!("charts/{:02}-{}", i + 1, picture.id);
        files.extend(plates.get(&picture.path).map(|png| (format!("{name}.png"), png.to_vec())));
        files.push((format!("{name}.svg"), picture.svg.clone().into_bytes()));
    }
    files
}

/// Warns of characters that no typeface has; the PDF would have refused them already.
fn glyphs(assembled: &Assembled, book: &Book) -> Result<()> {
    let used: BTreeSet<char> = assembled.pictures.iter().flat_map(|p| p.svg.chars()).collect();
    let seen = fonts::missing(&used.into_iter().collect::<String>())?;
    if !seen.is_empty() {
        book.warn(format!("字体中没有这些字：{}", seen.into_iter().collect::<String>()));
    }
    Ok(())
}

fn describe(
    brief: &Brief,
    outline: &Outline,
    outputs: &BTreeSet<Output>,
    book: &Book,
    files: &Files,
) -> Result<Manifest> {
    let document = |(path, bytes): &(String, Vec<u8>)| Document {
        path: path.clone(),
        sha256: manifest::sha256(bytes),
        size_bytes: bytes.len() as u64,
    };
    let mut documents: Vec<Document> = files.iter().map(document).collect();
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    let figures = book.figures();
    let used: BTreeSet<&str> = figures.iter().filter_map(|f| f.id.split('/').next()).collect();
    let hash = |id: &str| brief.datasets.get(id).map(|d| d.hash.clone()).filter(|h| !h.is_empty());
    let dataset = |id: &&str| Hashed {
        name: (*id).to_owned(),
        sha256: hash(id).unwrap_or_else(|| brief.meta.definitions_hash.clone()),
    };
    Ok(Manifest {
        format: 1,
        product: outline.id.clone(),
        subject: outline.subject.clone(),
        title: brief.meta.title.clone(),
        year: brief.meta.year,
        as_of: brief.meta.as_of,
        snapshot: brief.meta.snapshot.clone(),
        definitions_hash: brief.meta.definitions_hash.clone(),
        program_version: brief.meta.program_version.clone(),
        brief_sha256: manifest::sha256(&serde_json::to_vec(brief)?),
        outputs: outputs.clone(),
        level: book.level(),
        outline: Hashed::of(&outline.file, outline.source.as_bytes()),
        templates: templates(),
        fonts: Fonts::hashes().into_iter().map(|(name, sha256)| Hashed { name, sha256 }).collect(),
        documents,
        datasets: used.iter().map(dataset).collect(),
        figures,
        warnings: book.warnings(),
    })
}

/// Fixed parts of all formats, by name.
fn templates() -> Vec<Hashed> {
    let office = docx::TEMPLATES.into_iter().chain(html::TEMPLATES).chain(pptx::TEMPLATES);
    let office = office.map(|(name, text)| Hashed::of(name, text.as_bytes()));
    office.chain(pdf::templates()).collect()
}

fn json(manifest: &Manifest) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(manifest)?;
    bytes.push(b'\n');
    Ok(bytes)
}
