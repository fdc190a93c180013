//! What every definition has: id, version, effective period, status, clause and basis.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::mistake::Place;
use super::reader::Reader;

/// Where a definition comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Stated in the work plan.
    Seed,
    /// In the text of a statute.
    Law,
    /// In a real rule or notice.
    Reference,
    /// The product's own proposal, to be signed off by the bureau.
    Proposal,
}

impl Status {
    const WORDS: [(&'static str, Self); 4] =
        [("SEED", Self::Seed), ("LAW", Self::Law), ("REF", Self::Reference), ("PROPOSAL", Self::Proposal)];

    /// `SEED`, `LAW`, `REF` or `PROPOSAL`.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::WORDS.iter().find(|(_, s)| *s == self).map_or("", |(w, _)| w)
    }

    /// In Chinese, for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Seed => "方案规定",
            Self::Law => "法律法规",
            Self::Reference => "参照文件",
            Self::Proposal => "建议项",
        }
    }
}

/// The head of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Identifier, e.g. `CTY-101`.
    pub id: String,
    /// Version, e.g. `2025.1`.
    pub version: String,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Last day in force; open when none.
    pub effective_to: Option<NaiveDate>,
    /// Where it comes from.
    pub status: Status,
    /// Clause of the work plan, e.g. `三-1`.
    pub clause: String,
    /// Basis in words; empty where the clause says it all.
    pub basis: String,
    /// Version → why it was changed.
    pub changes: BTreeMap<String, String>,
    /// Where the definition stands.
    pub place: Place,
}

impl Head {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let head = Self {
            id: table.text("id"),
            version: table.text("version"),
            effective_from: table.date("effective_from"),
            effective_to: table.opt_date("effective_to"),
            status: table.must_choose("status", &Status::WORDS, Status::Proposal),
            clause: table.text("clause"),
            basis: table.opt_text("basis").unwrap_or_default(),
            changes: read_changes(table),
            place: table.place_of("id"),
        };
        if head.effective_to.is_some_and(|to| to < head.effective_from) {
            table.complain(
                &table.place_of("effective_to"),
                "失效日期早于生效日期",
                "核对 effective_from 与 effective_to",
            );
        }
        head
    }

    /// Whether it is in force on `day`.
    #[must_use]
    pub fn in_force(&self, day: NaiveDate) -> bool {
        self.effective_from <= day && self.effective_to.is_none_or(|to| day <= to)
    }

    /// Whether the two are in force together on some day.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.effective_to.is_none_or(|to| other.effective_from <= to)
            && other.effective_to.is_none_or(|to| self.effective_from <= to)
    }

    /// Clause and basis in one phrase, e.g. `三-3；铁脚板（方案规定）`.
    #[must_use]
    pub fn grounds(&self) -> String {
        let basis = if self.basis.is_empty() { String::new() } else { format!("；{}", self.basis) };
        format!("工作方案{}{basis}（{}）", self.clause, self.status.title())
    }
}

fn read_changes(table: &Reader<'_>) -> BTreeMap<String, String> {
    let Some(changes) = table.opt_table("changes") else { return BTreeMap::new() };
    let read = changes.keys().into_iter().map(|version| (version.clone(), changes.text(&version))).collect();
    changes.finish();
    read
}
