//! What the recommendation lists of awards need beyond the scheme `AWD`: categories, priority hints, reserve, publicity.

use super::common::Head;
use super::reader::Reader;
use super::sql::Sql;
use crate::number::Num;

/// A category of nominees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Code, e.g. `U`.
    pub code: String,
    /// Name.
    pub name: String,
    /// The award it belongs to, e.g. `SXCSJ`.
    pub award: String,
    /// When the secretariat is given a hint to include a nominee first, in words.
    pub priority_text: String,
    /// `k`, `v`: nominations with a hint and why; none: no hint for this category.
    pub priority: Option<Sql>,
}

/// The rules of recommendation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awards {
    /// Id, version, effective period, status, clause, basis.
    pub head: Head,
    /// What the list is called.
    pub list_name: String,
    /// What must be said with every list.
    pub note: String,
    /// Reserve places as a share of the quota, rounded up.
    pub reserve_share: Num,
    /// Working days of publicity where the edition does not say.
    pub public_days: usize,
    /// Status codes of nominations that are out.
    pub closed_status: Vec<String>,
    /// Categories.
    pub categories: Vec<Category>,
}

impl Awards {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        Self {
            head: Head::read(table),
            list_name: table.text("list_name"),
            note: table.text("note"),
            reserve_share: table.number("reserve_share"),
            public_days: table.count("public_days"),
            closed_status: table.texts("closed_status"),
            categories: table.tables("categories").into_iter().map(read_category).collect(),
        }
    }
}

fn read_category(table: Reader<'_>) -> Category {
    let category = Category {
        code: table.text("code"),
        name: table.text("name"),
        award: table.text("award"),
        priority_text: table.text("priority_text"),
        priority: table.opt_sql("priority"),
    };
    table.finish();
    category
}
