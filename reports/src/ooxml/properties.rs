//! Properties of a file: title, office, the brief's day, and where the numbers come from.

use crate::brief::Meta;
use crate::xml::Xml;

/// What a file says about itself. No time of day and no name of a person or machine.
#[derive(Debug, Clone)]
pub struct Properties {
    title: String,
    office: String,
    city: String,
    day: String,
    custom: Vec<(&'static str, String)>,
}

impl Properties {
    /// Properties of a document with a title, and the level printed on it.
    #[must_use]
    pub fn new(meta: &Meta, title: &str, level: &str) -> Self {
        let custom = vec![
            ("snapshot", meta.snapshot.clone()),
            ("definitions_hash", meta.definitions_hash.clone()),
            ("program_version", meta.program_version.clone()),
            ("level", level.to_owned()),
        ];
        let day = meta.as_of.format("%Y-%m-%dT00:00:00Z").to_string();
        Self { title: title.to_owned(), office: meta.office.clone(), city: meta.city.clone(), day, custom }
    }

    /// `docProps/core.xml`.
    #[must_use]
    pub fn core(&self) -> Vec<u8> {
        let names = [
            ("xmlns:cp", "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:dcterms", "http://purl.org/dc/terms/"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ];
        let mut xml = Xml::new();
        xml.element("cp:coreProperties", &names, |x| {
            x.words("dc:title", &[], &self.title);
            x.words("dc:creator", &[], &self.office);
            x.words("cp:lastModifiedBy", &[], &self.office);
            for name in ["dcterms:created", "dcterms:modified"] {
                x.words(name, &[("xsi:type", "dcterms:W3CDTF")], &self.day);
            }
            x.words("dc:language", &[], "zh-CN");
        });
        xml.into_part()
    }

    /// `docProps/app.xml`.
    #[must_use]
    pub fn application(&self) -> Vec<u8> {
        let names = [("xmlns", "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties")];
        let mut xml = Xml::new();
        xml.element("Properties", &names, |x| {
            x.words("Application", &[], "遂心善评");
            x.words("Company", &[], &self.city);
        });
        xml.into_part()
    }

    /// `docProps/custom.xml`.
    #[must_use]
    pub fn custom(&self) -> Vec<u8> {
        let names = [
            ("xmlns", "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"),
            ("xmlns:vt", "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"),
        ];
        let mut xml = Xml::new();
        xml.element("Properties", &names, |x| {
            for (i, (name, value)) in self.custom.iter().enumerate() {
                let id = (i + 2).to_string();
                let set = [("fmtid", "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"), ("pid", &id), ("name", name)];
                x.element("property", &set, |x| x.words("vt:lpwstr", &[], value));
            }
        });
        xml.into_part()
    }
}
