//! Office files opened again: parts, markup, relations.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Parts of a file by path.
pub struct Parts(pub BTreeMap<String, Vec<u8>>);

/// An element: name and attributes, in order of the file.
pub type Element = (String, BTreeMap<String, String>);

impl Parts {
    pub fn open(bytes: &[u8]) -> Self {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut parts = BTreeMap::new();
        for i in 0..zip.len() {
            let mut entry = zip.by_index(i).unwrap();
            assert_eq!(entry.last_modified(), Some(zip::DateTime::default()), "{}", entry.name());
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            assert!(parts.insert(entry.name().to_owned(), bytes).is_none(), "{} twice", entry.name());
        }
        Self(parts)
    }

    pub fn text(&self, path: &str) -> &str {
        std::str::from_utf8(self.0.get(path).unwrap_or_else(|| panic!("no part {path}"))).unwrap()
    }

    pub fn elements(&self, path: &str) -> Vec<Element> {
        elements(self.text(path))
    }

    /// Paths of parts that match.
    pub fn like(&self, head: &str, tail: &str) -> Vec<String> {
        self.0.keys().filter(|p| p.starts_with(head) && p.ends_with(tail)).cloned().collect()
    }

    /// What is wrong with the file as a whole: markup, types, relations.
    pub fn problems(&self) -> Vec<String> {
        let mut found = Vec::new();
        let types = self.elements("[Content_Types].xml");
        let typed = |name: &str, key: &str, value: &str| {
            types.iter().any(|(n, a)| n == name && a.get(key).is_some_and(|v| v == value))
        };
        for path in self.0.keys().filter(|p| *p != "[Content_Types].xml") {
            let extension = path.rsplit('.').next().unwrap();
            if !typed("Override", "PartName", &format!("/{path}")) && !typed("Default", "Extension", extension) {
                found.push(format!("{path} has no content type"));
            }
            if path.ends_with(".xml") {
                found.extend(self.unrelated(path));
            }
            if path.ends_with(".rels") {
                found.extend(self.lost(path));
            }
        }
        for (_, attributes) in types.iter().filter(|(n, _)| n == "Override") {
            if !self.0.contains_key(attributes["PartName"].trim_start_matches('/')) {
                found.push(format!("type of a part that is not there: {}", attributes["PartName"]));
            }
        }
        found
    }

    /// Relations that a part uses and does not have.
    fn unrelated(&self, path: &str) -> Vec<String> {
        let own: BTreeSet<String> = self.relations(path).into_keys().collect();
        let used = self.elements(path).into_iter().flat_map(|(_, a)| a).filter(|(k, _)| k.starts_with("r:"));
        used.filter(|(_, id)| !own.contains(id)).map(|(k, id)| format!("{path}: {k}={id} leads nowhere")).collect()
    }

    /// Targets that are not there.
    fn lost(&self, path: &str) -> Vec<String> {
        let part = path.replace("_rels/", "");
        let targets = self.relations(part.trim_end_matches(".rels")).into_values();
        targets.filter(|t| !self.0.contains_key(t)).map(|t| format!("{path}: {t} is not there")).collect()
    }

    /// Targets of a part's relations by id, as paths.
    pub fn relations(&self, path: &str) -> BTreeMap<String, String> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let file = format!("{folder}/_rels/{name}.rels");
        let file = file.trim_start_matches('/');
        if !self.0.contains_key(file) {
            return BTreeMap::new();
        }
        let all = self.elements(file).into_iter().filter(|(n, _)| n == "Relationship");
        all.map(|(_, a)| (a["Id"].clone(), joined(folder, &a["Target"]))).collect()
    }
}

fn joined(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = folder.split('/').filter(|s| !s.is_empty()).collect();
    for step in target.split('/') {
        if step == ".." {
            path.pop();
        } else {
            path.push(step);
        }
    }
    path.join("/")
}

/// All elements of a markup; panics where it is not well-formed.
pub fn elements(xml: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut found = Vec::new();
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{e}: {}", &xml[..xml.len().min(200)])) {
            Event::Start(e) => {
                depth += 1;
                found.push(element(&e));
            }
            Event::Empty(e) => found.push(element(&e)),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "not closed");
    found
}

fn element(e: &BytesStart) -> Element {
    let attributes = e.attributes().map(|a| {
        let a = a.unwrap();
        (a.key.as_ref().to_owned(), plain(&a.value))
    });
    (e.name().as_ref().to_owned(), attributes.collect())
}

/// Texts inside elements of a name, one a entry.
pub fn texts(xml: &str, name: &str) -> Vec<String> {
    let (open, empty, close) = (format!("<{name}"), format!("<{name}/"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at..];
        let head = rest.find('>').unwrap();
        let other = !matches!(rest.as_bytes()[open.len()], b' ' | b'>');
        if other || rest.starts_with(&empty) {
            rest = &rest[head..];
            continue;
        }
        let end = rest.find(&close).unwrap();
        found.push(plain(&rest[head + 1..end]));
        rest = &rest[end..];
    }
    found
}

/// Markup back to text.
pub fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Texts of the paragraphs of a part, runs joined.
pub fn paragraphs(xml: &str, paragraph: &str, run: &str) -> Vec<String> {
    let close = format!("</{paragraph}>");
    xml.split(&close).map(|p| texts(p, run).concat()).filter(|t| !t.is_empty()).collect()
}
