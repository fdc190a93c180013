//! The contract of a table: its columns, what they hold and how private they are.

use serde::Deserialize;

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
