//! The contracts: which tables exist, which columns they have, which codes are allowed, which form carries what and when
//! it is due. They are data (TOML and CSV under `definitions/`), embedded as the default project and readable from a
//! folder. This module knows nothing of files that counties send; it only says what a good one contains.

mod check;
mod form;
mod load;
mod raw;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

pub use check::suggest;
pub use form::{DaysOff, Due, Form, FormTable, Frequency, Holidays, Sender};
pub use load::{ContractErrors, Mistake, export_embedded};
pub use table::{Column, Derive, Kind, Origin, Privacy, Table, VaultKind};

/// Everything a bureau may change about its returns.
#[derive(Debug, Clone)]
pub struct Contracts {
    /// Tables by name; the lineage columns are apart.
    pub tables: BTreeMap<String, Table>,
    /// The seven columns that every submitted table carries beside its own.
    pub lineage: Vec<Column>,
    /// Code sets by id.
    pub code_sets: BTreeMap<String, CodeSet>,
    /// Forms by code (`T-PERSON`).
    pub forms: BTreeMap<String, Form>,
    /// Division codes: current, retired and local ones.
    pub divisions: Vec<Division>,
    /// Other spellings of a column header, by the header of the contract.
    pub synonyms: BTreeMap<String, Vec<String>>,
    /// Days off and made-up working days, by year.
    pub holidays: BTreeMap<i32, Holidays>,
    /// SHA-256 (hex) over the text of all definition files in order of their names.
    pub hash: String,
}

impl Contracts {
    /// The default project as embedded in the program.
    ///
    /// # Errors
    /// When the embedded definitions are faulty; a test makes sure that they are not.
    pub fn embedded() -> Result<Self, ContractErrors> {
        load::embedded()
    }

    /// Reads the definitions of a project folder (as written by [`export_embedded`]).
    ///
    /// # Errors
    /// All mistakes at once, each with file, line and column.
    pub fn load(dir: &Path) -> Result<Self, ContractErrors> {
        load::from_dir(dir)
    }

    /// A table by its name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The form that carries a table, with the entry of the table in it.
    #[must_use]
    pub fn form_of(&self, table: &str) -> Option<(&Form, &FormTable)> {
        self.forms.values().find_map(|form| form.tables.iter().find(|t| t.table == table).map(|entry| (form, entry)))
    }

    /// The Chinese name of a code, or `None` where the set does not hold it.
    #[must_use]
    pub fn code_name(&self, set: &str, code: &str) -> Option<&str> {
        let codes = &self.code_sets.get(set)?.codes;
        codes.iter().find(|c| c.code == code).map(|c| c.name.as_str())
    }

    /// The name of an evaluation unit as people write it; `510900` is the bureau itself.
    #[must_use]
    pub fn unit_name<'a>(&'a self, unit: &'a str) -> &'a str {
        if unit == CITY { "市局" } else { self.code_name("eval_unit", unit).unwrap_or(unit) }
    }

    /// The code of an evaluated unit, given its code or its name.
    #[must_use]
    pub fn unit_code(&self, text: &str) -> Option<&str> {
        self.units().into_iter().find(|code| *code == text || self.unit_name(code) == text)
    }

    /// The eight units that are evaluated, in the order of the code set.
    #[must_use]
    pub fn units(&self) -> Vec<&str> {
        let codes = self.code_sets.get("eval_unit").map(|s| s.codes.as_slice()).unwrap_or_default();
        codes.iter().map(|c| c.code.as_str()).filter(|c| *c != CITY).collect()
    }
}

/// The code of the bureau itself, which is monitored and not ranked.
pub const CITY: &str = "510900";

/// A set of codes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeSet {
    /// Id, such as `aid_category`.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// Codes in their order.
    pub codes: Vec<Code>,
}

/// A code, its name and the other spellings met in forms.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The code that is stored.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Other spellings.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// A row of the division codes.
#[derive(Debug, Clone, Deserialize)]
pub struct Division {
    /// 6, 9 or 12 digits; the three parks have local codes such as `5109A1`.
    pub code: String,
    /// `city`, `county`, `eval_unit`, `township` or `village`.
    pub level: String,
    /// Name in the statistics.
    pub name_stat: String,
    /// Name without the suffix of the committee.
    pub name_short: String,
    /// Code of the level above.
    pub parent_code: String,
    /// County by law.
    pub statutory_county_code: String,
    /// Unit that manages it and answers for it.
    pub managing_unit_code: String,
    /// `U` or `R`, empty above the village.
    pub urban_rural: String,
    /// `Y` for the 13 pilots.
    pub is_pilot: String,
    /// Number of the pilot.
    pub pilot_no: String,
    /// First day, empty: always.
    pub valid_from: String,
    /// Last day, empty: still in force.
    pub valid_to: String,
    /// Code that followed it.
    pub successor_code: String,
    /// `current` or `historical`.
    pub status: String,
}
