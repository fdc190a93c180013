//! `[data]`: which columns mean what, and which words stand for what is absent.

use crate::definitions::reader::Reader;

/// The words by which data say why a number is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Missing; an empty cell always is.
    pub missing: Vec<String>,
    /// Not applicable.
    pub not_applicable: Vec<String>,
    /// Withheld.
    pub withheld: Vec<String>,
}

impl Default for Words {
    fn default() -> Self {
        let words = |all: &[&str]| all.iter().map(|w| (*w).to_owned()).collect();
        Self {
            missing: words(&["NA", "缺失", "缺报", "—", "-"]),
            not_applicable: words(&["不适用", "N/A"]),
            withheld: words(&["不公开", "保密", "withheld"]),
        }
    }
}

/// Which columns mean what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataSpec {
    /// The column that identifies a unit; the first column where none is named.
    pub unit: Option<String>,
    /// The column with the unit's name.
    pub name: Option<String>,
    /// The column with the period, where the table has several.
    pub period: Option<String>,
    /// The period to evaluate; the last one where none is named.
    pub at: Option<String>,
    /// Words for what is absent.
    pub words: Words,
}

pub(super) fn read(reader: &Reader<'_>) -> DataSpec {
    let Some(table) = reader.opt_table("data") else { return DataSpec::default() };
    let default = Words::default();
    let spec = DataSpec {
        unit: table.opt_text("unit"),
        name: table.opt_text("name"),
        period: table.opt_text("period"),
        at: table.opt_text("at"),
        words: Words {
            missing: table.opt_texts("missing").unwrap_or(default.missing),
            not_applicable: table.opt_texts("not_applicable").unwrap_or(default.not_applicable),
            withheld: table.opt_texts("withheld").unwrap_or(default.withheld),
        },
    };
    if spec.at.is_some() && spec.period.is_none() {
        table.complain(&table.place_of("at"), "写了 at 而没有写 period", "补上 period = \"…\"，写明哪一列是期别");
    }
    table.finish();
    spec
}
