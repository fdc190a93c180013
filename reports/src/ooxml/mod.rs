//! What Word and PowerPoint files share: a zip of parts, their types and relations, and the properties of the file.
//!
//! Bytes repeat: parts stand in the order in which they were added, times are 1980-01-01, ids are counted.

mod properties;

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::{ReportError, Result};
use crate::xml::Xml;
pub use properties::Properties;

/// Head of the types of relations of office documents.
const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
/// Head of the types of relations of packages.
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/";
/// Head of content types.
const CONTENT: &str = "application/vnd.openxmlformats-";

/// A file of parts.
#[derive(Debug, Default)]
pub struct Package {
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    /// Path without a leading slash.
    path: String,
    /// Content type without its head; empty where the extension says it.
    kind: &'static str,
    bytes: Vec<u8>,
}

/// Relations of one part to others.
#[derive(Debug, Default)]
pub struct Relations(Vec<(String, String)>);

impl Relations {
    /// Adds a relation of a kind (`image`, `slide`, …) to a target seen from the part; its id.
    pub fn add(&mut self, kind: &str, target: impl Into<String>) -> String {
        let kind = if kind.starts_with("http") { kind.to_owned() } else { format!("{RELATION}{kind}") };
        self.0.push((kind, target.into()));
        format!("rId{}", self.0.len())
    }

    fn part(&self) -> Vec<u8> {
        let mut xml = Xml::new();
        xml.element("Relationships", &[("xmlns", &format!("{PACKAGE}relationships"))], |x| {
            for (i, (kind, target)) in self.0.iter().enumerate() {
                let id = format!("rId{}", i + 1);
                x.leaf("Relationship", &[("Id", &id), ("Type", kind), ("Target", target)]);
            }
        });
        xml.into_part()
    }
}

impl Package {
    /// Adds a part; `kind` is its content type without the common head, empty for media.
    pub fn add(&mut self, path: impl Into<String>, kind: &'static str, bytes: impl Into<Vec<u8>>) {
        self.parts.push(Part { path: path.into(), kind, bytes: bytes.into() });
    }

    /// Adds the relations of a part.
    pub fn relate(&mut self, part: &str, relations: &Relations) {
        let (folder, name) = part.rsplit_once('/').map_or(("", part), |(f, n)| (f, n));
        let slash = if folder.is_empty() { "" } else { "/" };
        self.add(format!("{folder}{slash}_rels/{name}.rels"), "", relations.part());
    }

    /// The file: `main` is the part that a reader opens first.
    ///
    /// # Errors
    /// If it is too large for a zip.
    pub fn finish(mut self, main: &str, properties: &Properties) -> Result<Vec<u8>> {
        let mut root = Relations::default();
        root.add("officeDocument", main);
        root.add(&format!("{PACKAGE}relationships/metadata/core-properties"), "docProps/core.xml");
        root.add("extended-properties", "docProps/app.xml");
        root.add("custom-properties", "docProps/custom.xml");
        self.relate("", &root);
        self.add("docProps/core.xml", "package.core-properties+xml", properties.core());
        self.add("docProps/app.xml", "officedocument.extended-properties+xml", properties.application());
        self.add("docProps/custom.xml", "officedocument.custom-properties+xml", properties.custom());
        let types = self.types();
        pack(std::iter::once(("[Content_Types].xml", types.as_slice())).chain(self.parts.iter().map(Part::entry)))
    }

    fn types(&self) -> Vec<u8> {
        let mut xml = Xml::new();
        xml.element("Types", &[("xmlns", &format!("{PACKAGE}content-types"))], |x| {
            let sheet = format!("{CONTENT}officedocument.spreadsheetml.sheet");
            let relations = format!("{CONTENT}package.relationships+xml");
            let known =
                [("rels", relations.as_str()), ("xml", "application/xml"), ("png", "image/png"), ("xlsx", &sheet)];
            for (extension, kind) in known {
                x.leaf("Default", &[("Extension", extension), ("ContentType", kind)]);
            }
            for part in self.parts.iter().filter(|p| !p.kind.is_empty()) {
                let (path, kind) = (format!("/{}", part.path), format!("{CONTENT}{}", part.kind));
                x.leaf("Override", &[("PartName", &path), ("ContentType", &kind)]);
            }
        });
        xml.into_part()
    }
}

impl Part {
    fn entry(&self) -> (&str, &[u8]) {
        (&self.path, &self.bytes)
    }
}

fn pack<'a>(entries: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Vec<u8>> {
    let fail = |e: zip::result::ZipError| ReportError::Package(e.to_string());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in entries {
        // Pictures and workbooks are compressed already.
        let dense = path.ends_with(".png") || path.ends_with(".xlsx");
        let method = if dense { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default()).compression_method(method);
        zip.start_file(path, options).map_err(fail)?;
        zip.write_all(bytes).map_err(|e| ReportError::Package(e.to_string()))?;
    }
    Ok(zip.finish().map_err(fail)?.into_inner())
}
