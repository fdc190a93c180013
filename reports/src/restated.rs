//! What differs between two editions of a document: figures, definitions, words.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::figure::Figure;
use crate::manifest::{Hashed, Manifest};

/// The difference between an earlier and a later edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restatement {
    /// Figures that both print, differently; those that only one of them prints.
    pub figures: Vec<Moved>,
    /// Datasets whose definitions differ.
    pub definitions: Vec<String>,
    /// Whether the outline differs.
    pub outline: bool,
    /// Whether another version of the program printed it.
    pub program: bool,
}

/// A figure that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// `<dataset>/<row key>/<column>`.
    pub id: String,
    /// Its texts in the earlier edition; none if it was not printed.
    pub before: Option<String>,
    /// Its texts in the later one.
    pub after: Option<String>,
}

/// Compares two editions.
#[must_use]
pub fn restatement(before: &Manifest, after: &Manifest) -> Restatement {
    let ids: BTreeSet<&str> = before.figures.iter().chain(&after.figures).map(|f| f.id.as_str()).collect();
    let moved = |id: &&str| {
        let (before, after) = (texts(before, id), texts(after, id));
        (before != after).then(|| Moved { id: (*id).to_owned(), before, after })
    };
    let hash = |of: &Manifest, name: &str| of.datasets.iter().find(|d| d.name == name).map(|d| d.sha256.clone());
    let names: BTreeSet<&str> = before.datasets.iter().chain(&after.datasets).map(|d| d.name.as_str()).collect();
    let both_differ = |name: &&str| match (hash(before, name), hash(after, name)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    };
    let same = |a: &Hashed, b: &Hashed| a.sha256 == b.sha256;
    Restatement {
        figures: ids.iter().filter_map(moved).collect(),
        definitions: names.into_iter().filter(both_differ).map(str::to_owned).collect(),
        outline: !same(&before.outline, &after.outline),
        program: before.program_version != after.program_version,
    }
}

fn texts(of: &Manifest, id: &str) -> Option<String> {
    let shown = |f: &Figure| f.texts.iter().map(String::as_str).collect::<Vec<_>>().join("、");
    of.figures.iter().find(|f| f.id == id).map(shown)
}
