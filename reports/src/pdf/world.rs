//! What the template may see: its own source, one JSON file, the charts, the embedded typefaces. Nothing else exists.

use std::collections::HashMap;

use chrono::Datelike;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::brief::Meta;
use crate::error::{ReportError, Result};
use crate::fonts;
use crate::page::Assembled;

/// The world of one pack.
pub struct PackWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: [Source; 2],
    files: HashMap<FileId, Bytes>,
    today: Option<Datetime>,
}

impl PackWorld {
    /// A world with a template and its library, a document and its charts.
    ///
    /// # Errors
    /// If the typefaces cannot be read.
    pub fn new([main, lib]: [&str; 2], assembled: &Assembled, meta: &Meta) -> Result<Self> {
        let mut book = FontBook::new();
        let mut faces = Vec::new();
        for (_, bytes) in fonts::fonts()?.faces() {
            for font in Font::iter(Bytes::new(*bytes)) {
                book.push(font.info().clone());
                faces.push(font);
            }
        }
        let mut files = HashMap::new();
        files.insert(id("/pack.json")?, Bytes::new(serde_json::to_vec(&assembled.document)?));
        for picture in &assembled.pictures {
            files.insert(id(&picture.path)?, Bytes::new(picture.svg.clone().into_bytes()));
        }
        let day = |n: u32| u8::try_from(n).unwrap_or(1);
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(book),
            fonts: faces,
            sources: [Source::new(id("/main.typ")?, main.to_owned()), Source::new(id("/lib.typ")?, lib.to_owned())],
            files,
            today: Datetime::from_ymd(meta.as_of.year(), day(meta.as_of.month()), day(meta.as_of.day())),
        })
    }
}

/// Ids are kept for the life of a process and at most 65,535: paths are fixed names, never made up.
fn id(path: &str) -> Result<FileId> {
    let path = VirtualPath::new(path).map_err(|e| ReportError::Pdf(format!("{path}: {e:?}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for PackWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.sources[0].id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.iter().find(|s| s.id() == id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        self.today
    }
}
