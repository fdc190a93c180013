//! A pack in a folder: PDF, workbook, charts, manifest. It appears whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::brief::Brief;
use crate::chart::raster;
use crate::error::{Mistakes, ReportError, Result};
use crate::figure::Book;
use crate::fonts::{self, Fonts};
use crate::manifest::{self, Document, Hashed, Manifest};
use crate::outline::{Form, Outline};
use crate::page::compose::{Layout, compose};
use crate::page::{self, Assembled};
use crate::phrase::{Labels, Speaker};
use crate::{pdf, xlsx};

/// Told what is being made, for a progress bar.
pub trait Progress {
    /// Step `done` of `total` begins.
    fn step(&self, done: usize, total: usize, what: &str);
}

/// No progress shown.
impl Progress for () {
    fn step(&self, _: usize, _: usize, _: &str) {}
}

/// Pixels of a PNG for one pixel of a chart.
const ZOOM: f32 = 2.0;

/// Files of a pack before they are written: path and bytes.
type Files = Vec<(String, Vec<u8>)>;

/// Renders a pack into `out_dir`, which is replaced as a whole.
///
/// The same brief and outline give the same bytes, on every machine and at every time.
///
/// # Errors
/// If the outline does not fit the brief (all mistakes at once), or a file cannot be written.
pub fn render_pack(brief: &Brief, outline: &Outline, out_dir: &Path, progress: &dyn Progress) -> Result<Manifest> {
    let mistakes = outline.check(brief);
    if !mistakes.is_empty() {
        return Err(ReportError::Outline(Mistakes(mistakes)));
    }
    let book = Book::new(brief);
    let total = outline.chapters.len() + 5;
    let mut done = 0;
    let mut step = |what: &str| {
        progress.step(done, total, what);
        done += 1;
    };
    let draft = page::assemble(outline, &book, &Layout::default(), &mut step)?;
    step("版面");
    // A letter is read from top to bottom: its charts stay where they are mentioned.
    let assembled = match outline.form {
        Form::Letter => draft,
        Form::Pack => {
            let layout = compose(&draft.document, &pdf::measure(&draft, &brief.meta)?);
            page::assemble(outline, &book, &layout, &mut |_| {})?
        }
    };
    step("PDF");
    let (mut files, pages) = draw(&assembled, brief)?;
    let none = Labels::new();
    let speaker = Speaker::new(&book, &none);
    files.push((speaker.say(&outline.document), pages));
    step("工作簿");
    if let Some(name) = &outline.workbook {
        files.push((speaker.say(name), xlsx::render(outline, &book)?));
    }
    step("清单");
    glyphs(&assembled, &book)?;
    let manifest = describe(brief, outline, &book, &files)?;
    files.push((manifest::FILE.to_owned(), json(&manifest)?));
    step("写入");
    write(out_dir, &files)?;
    Ok(manifest)
}

/// Charts as files, and the PDF: side by side, since neither needs the other.
fn draw(assembled: &Assembled, brief: &Brief) -> Result<(Files, Vec<u8>)> {
    std::thread::scope(|scope| {
        let charts = scope.spawn(|| charts(assembled));
        let pages = pdf::render(assembled, &brief.meta);
        let charts = charts.join().unwrap_or_else(|_| {
            Err(ReportError::Chart { chart: "all".to_owned(), reason: "the drawing thread stopped".to_owned() })
        });
        Ok((charts?, pages?))
    })
}

fn charts(assembled: &Assembled) -> Result<Files> {
    let mut files = Files::new();
    for (i, picture) in assembled.pictures.iter().enumerate() {
        let name = format!("charts/{:02}-{}", i + 1, picture.id);
        files.push((format!("{name}.png"), raster::png(&picture.id, &picture.svg, ZOOM)?));
        files.push((format!("{name}.svg"), picture.svg.clone().into_bytes()));
    }
    Ok(files)
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

fn describe(brief: &Brief, outline: &Outline, book: &Book, files: &Files) -> Result<Manifest> {
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
        outline: Hashed::of(&outline.file, outline.source.as_bytes()),
        templates: pdf::templates(),
        fonts: Fonts::hashes().into_iter().map(|(name, sha256)| Hashed { name, sha256 }).collect(),
        documents,
        datasets: used.iter().map(dataset).collect(),
        figures,
        warnings: book.warnings(),
    })
}

fn json(manifest: &Manifest) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(manifest)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Writes beside the target, then puts the whole folder in its place.
fn write(out_dir: &Path, files: &Files) -> Result<()> {
    let fresh = beside(out_dir, "new");
    let old = beside(out_dir, "old");
    remove(&fresh)?;
    remove(&old)?;
    for (path, bytes) in files {
        let target = fresh.join(path);
        let folder = target.parent().unwrap_or(&fresh);
        fs::create_dir_all(folder).map_err(ReportError::file(folder))?;
        fs::write(&target, bytes).map_err(ReportError::file(&target))?;
    }
    if out_dir.exists() {
        fs::rename(out_dir, &old).map_err(ReportError::file(out_dir))?;
    }
    fs::rename(&fresh, out_dir).map_err(ReportError::file(out_dir))?;
    remove(&old)
}

/// A hidden folder next to another, so that renaming stays on one file system.
fn beside(dir: &Path, suffix: &str) -> PathBuf {
    let name = dir.file_name().map_or_else(|| "pack".to_owned(), |n| n.to_string_lossy().into_owned());
    dir.with_file_name(format!(".{name}.{suffix}"))
}

fn remove(dir: &Path) -> Result<()> {
    if dir.exists() { fs::remove_dir_all(dir).map_err(ReportError::file(dir)) } else { Ok(()) }
}
