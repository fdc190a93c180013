//! The specification of an index: where its data stand, its hierarchy, and the chain of stages, read from TOML.
//!
//! Every mistake is reported with line and column, all at once; a key that nobody asked for is one.

mod data;
mod hierarchy;
mod numbers;
mod scores;
mod sensitivity;
mod stage;
mod weigh;

use std::cell::RefCell;

use toml::de::DeTable;

use super::error::IndexError;
use super::tree::{Group, Indicator, Tree};
use crate::definitions::SourceFile;
use crate::definitions::reader::Reader;
use crate::definitions::{Mistake, Place};

pub use data::{DataSpec, Words};
pub use stage::{Action, Band, Rank, Screen, Stage};

/// A specification.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Title for people.
    pub title: String,
    /// Where the data stand.
    pub data: DataSpec,
    /// The indicators, in order.
    pub indicators: Vec<Indicator>,
    /// The groups, in the order of the text; none for a single implied root.
    pub groups: Vec<Group>,
    /// The hierarchy over them.
    pub tree: Tree,
    /// The weights as given, in the order of the tree's nodes.
    pub weights: Vec<f64>,
    /// The chain.
    pub stages: Vec<Stage>,
}

impl Spec {
    /// Reads a specification.
    ///
    /// # Errors
    /// All mistakes of the text.
    pub fn parse(file: &SourceFile) -> Result<Self, IndexError> {
        let mistakes: RefCell<Vec<Mistake>> = RefCell::default();
        let (table, errors) = DeTable::parse_recoverable(&file.text);
        for error in errors {
            let at = error.span().map_or(0, |s| s.start);
            let place = Place::at(&file.path, &file.text, at);
            mistakes
                .borrow_mut()
                .push(place.mistake("不合 TOML 的写法", "检查引号、方括号和等号是否成对、文本是否写在引号里"));
        }
        let spec =
            if mistakes.borrow().is_empty() { read(Reader::new(file, table.get_ref(), 0, &mistakes)) } else { None };
        let mut mistakes: Vec<Mistake> = mistakes.into_inner();
        mistakes.sort();
        mistakes.dedup();
        spec.filter(|_| mistakes.is_empty()).ok_or(IndexError::Spec(mistakes))
    }

    /// The same without an indicator or a group and all below it; groups left empty go too. `None` if nothing is left.
    #[must_use]
    pub fn without(&self, id: &str) -> Option<Self> {
        let under = |mut at: Option<usize>| {
            while let Some(node) = at.and_then(|at| self.tree.nodes.get(at)) {
                if node.id == id {
                    return true;
                }
                at = node.parent;
            }
            false
        };
        let stays = |own: &str| !under(self.tree.place(own));
        let indicators: Vec<Indicator> = self.indicators.iter().filter(|i| stays(&i.id)).cloned().collect();
        let mut groups: Vec<Group> = self.groups.iter().filter(|g| stays(&g.id)).cloned().collect();
        loop {
            let used = |g: &Group| {
                let names = indicators.iter().map(|i| &i.parent).chain(groups.iter().map(|g| &g.parent));
                g.parent.is_none() || names.into_iter().any(|p| p.as_ref() == Some(&g.id))
            };
            let left: Vec<Group> = groups.iter().filter(|g| used(g)).cloned().collect();
            if left.len() == groups.len() {
                break;
            }
            groups = left;
        }
        let (tree, weights) = Tree::build(&indicators, &groups).ok()?;
        Some(Self { indicators, groups, tree, weights, ..self.clone() })
    }
}

fn read(reader: Reader<'_>) -> Option<Spec> {
    let title = reader.opt_text("title").unwrap_or_else(|| "综合指数".to_owned());
    let data = data::read(&reader);
    let (indicators, groups, hierarchy) = hierarchy::read(&reader);
    let stages = stage::read_all(&reader, &indicators, hierarchy.as_ref().map(|(tree, _)| tree));
    reader.finish();
    let (tree, weights) = hierarchy?;
    Some(Spec { title, data, indicators, groups, tree, weights, stages })
}
