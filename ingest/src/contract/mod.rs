//! The contracts: which tables exist, which columns they have, which codes are allowed, which form carries what and when
//! it is due. They are data (TOML and CSV under `definitions/`), embedded as the default project and readable from a
//! folder. This module knows nothing of files that counties send; it only says what a good one contains.

mod check;
mod load;
mod raw;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;

pub use check::suggest;
pub use load::{ContractErrors, Mistake, export_embedded};

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

    /// The eight units that are evaluated, in the order of the code set.
    #[must_use]
    pub fn units(&self) -> Vec<&str> {
        let codes = self.code_sets.get("eval_unit").map(|s| s.codes.as_slice()).unwrap_or_default();
        codes.iter().map(|c| c.code.as_str()).filter(|c| *c != CITY).collect()
    }
}

/// The code of the bureau itself, which is monitored and not ranked.
pub const CITY: &str = "510900";

/// Who fills a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A unit sends its own rows; the unit is the sender, never a cell.
    Unit,
    /// The bureau sends the rows of all units; each row names its unit.
    City,
    /// The product writes it.
    System,
}

/// The contract of one table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Name in SQL.
    pub name: String,
    /// Chinese title, as it stands in the title of a return.
    pub title: String,
    /// Group of the catalogue, such as “C 对象与需求”.
    pub group: String,
    /// Columns that identify a row (inside the sending unit).
    pub natural_key: Vec<String>,
    /// Who reports it, in words.
    pub submitter: String,
    /// How often, in words; the forms say it exactly.
    pub frequency: String,
    /// Clause of the work plan.
    pub clause: String,
    /// Who fills it.
    pub origin: Origin,
    /// Pairs of date columns of which the first must not be later than the second (DQ016).
    pub date_order: Vec<(String, String)>,
    /// Columns in contract order, without lineage.
    pub columns: Vec<Column>,
}

impl Table {
    /// A column by its name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The place of a column in contract order.
    #[must_use]
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// Whether the product itself writes the table.
    #[must_use]
    pub fn is_system(&self) -> bool {
        self.origin == Origin::System
    }

    /// Whether the bureau sends the table for all units.
    #[must_use]
    pub fn is_city(&self) -> bool {
        self.origin == Origin::City
    }

    /// Whether rows carry the unit that they belong to.
    #[must_use]
    pub fn has_unit(&self) -> bool {
        self.index_of("eval_unit_code").is_some()
    }

    /// The columns that a form shows, in contract order: derived columns are left out, and the unit where it is the sender.
    pub fn form_columns(&self) -> impl Iterator<Item = (usize, &Column)> {
        let sender_is_unit = self.origin == Origin::Unit;
        self.columns
            .iter()
            .enumerate()
            .filter(move |(_, c)| !c.is_derived() && !(sender_is_unit && c.name == "eval_unit_code"))
    }
}

/// One column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name in SQL.
    pub name: String,
    /// Header in the catalogue; [`Column::form_header`] is the one of forms.
    pub header: String,
    /// Type of the values.
    pub kind: Kind,
    /// SQL type as printed in the catalogue.
    pub sql_type: String,
    /// Unit of measure (元, 人, 天 …), empty where there is none.
    pub unit: String,
    /// Allowed values in words, where there is no code set: `1入户;2电话` or a remark such as `YYYYMM`.
    pub allowed: String,
    /// Code set of a coded column.
    pub code_set: Option<String>,
    /// Whether the cell may be blank.
    pub nullable: bool,
    /// Part of the natural key by the catalogue.
    pub primary: bool,
    /// Unique inside the table.
    pub unique: bool,
    /// Table that the value refers to.
    pub foreign: Option<String>,
    /// Privacy class.
    pub privacy: Privacy,
    /// Kind of personal data that never enters the warehouse in clear.
    pub vault: Option<VaultKind>,
    /// How the value is made from another column; such a column is in no form, except a month of birth.
    pub derive: Option<Derive>,
    /// An amount that must be above zero (DQ025).
    pub positive: bool,
    /// Remark of the catalogue.
    pub note: String,
}

impl Column {
    /// The header that forms show: “身份证号”, not “身份证号(令牌)”.
    #[must_use]
    pub fn form_header(&self) -> String {
        let plain = self.header.replace("(令牌)", "");
        if self.vault == Some(VaultKind::Id) && !plain.contains("身份证号") {
            plain + "身份证号"
        } else {
            plain
        }
    }

    /// Whether the value is computed and not typed into a form.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        !matches!(self.derive, None | Some(Derive::MonthOfBirth))
    }
}

/// Type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Short text or a code.
    Str,
    /// Free text, searched for personal data (DQ027).
    Text,
    /// Whole number.
    Int,
    /// Decimal with two places; amounts in 元.
    Dec2,
    /// Decimal with four places (or as `sql_type` says).
    Dec4,
    /// Calendar date.
    Date,
    /// Date and time of day, Asia/Shanghai.
    Ts,
    /// Yes or no.
    Bool,
}

/// Privacy class; the order is the order of the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Privacy {
    /// Public.
    S0,
    /// Internal.
    S1,
    /// Sensitive.
    S2,
    /// Highly sensitive.
    S3,
}

/// Kind of personal data; each has a key of its own, so that a name equals a name and never an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VaultKind {
    /// Name of a person (or of a payee).
    Name,
    /// Number of an identity card.
    Id,
    /// Telephone number.
    Phone,
    /// Address.
    Address,
    /// Bank account.
    Account,
}

/// How a column follows from another one of the same row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Derive {
    /// Masked form of a number: an ID keeps 4 + 1 characters, an account the last 4.
    Mask(String),
    /// Whether the ID number passes GB 11643-1999.
    IdValid(String),
    /// Whether digit 17 fits column `sex`; NULL when the number is invalid or the sex not stated.
    SexFits(String),
    /// The first day of the month of birth: the day belongs to the vault.
    MonthOfBirth,
    /// Whether the credit code passes GB 32100-2015.
    CreditValid(String),
}

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

/// A reporting form: the tables that are sent together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Code, such as `T-PERSON`.
    pub code: String,
    /// Chinese title.
    pub title: String,
    /// Version of the template.
    pub version: String,
    /// Tables of the form.
    pub tables: Vec<FormTable>,
}

/// A table inside a form.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormTable {
    /// Table name.
    pub table: String,
    /// How often it is sent.
    pub frequency: Frequency,
    /// Who sends it.
    pub sender: Sender,
    /// When it is due; `None` for tables sent when needed.
    #[serde(default)]
    pub due: Option<Due>,
    /// Date columns of which the first filled one decides the period of a row; `@household`: the date of the household.
    #[serde(default)]
    pub period_columns: Vec<String>,
    /// Columns whose values come in a later period.
    #[serde(default)]
    pub known_later: Vec<String>,
    /// The one of them that a row lacks as long as it goes on; the form of the next period shows such rows filled in.
    #[serde(default)]
    pub closed_by: Option<String>,
    /// Column that changes with them.
    #[serde(default)]
    pub status_column: Option<String>,
}

/// How often a table is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// When it changes.
    Once,
    /// Every month.
    Month,
    /// Every quarter.
    Quarter,
    /// Every year.
    Year,
}

/// Who sends a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sender {
    /// The bureau.
    City,
    /// Each of the eight units.
    Unit,
}

/// When a return is due, before it is moved to the next working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Due {
    /// Day of the month after the period.
    DayOfNextMonth(u32),
    /// Days after the last day of the quarter.
    DaysAfterQuarter(u32),
    /// Month and day of the next year.
    MonthDayOfNextYear(u32, u32),
}

/// Days off and made-up working days of a year, as the State Council's notice says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// Days off with their names.
    pub off: Vec<DaysOff>,
    /// Weekend days that are worked (调休).
    pub worked: Vec<NaiveDate>,
    /// The notice.
    pub source: String,
}

/// A holiday from one day to another, both included.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaysOff {
    /// Name of the holiday.
    pub name: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
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
