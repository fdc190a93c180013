//! The shapes of the definition files before they are checked and put together.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{CodeSet, Column, Derive, Holidays, Kind, Origin, Privacy, Table, VaultKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTable {
    name: String,
    title: String,
    group: String,
    natural_key: Vec<String>,
    submitter: String,
    frequency: String,
    clause: String,
    #[serde(default)]
    origin: Option<Origin>,
    #[serde(default)]
    date_order: Vec<(String, String)>,
    columns: Vec<RawColumn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    name: String,
    header: String,
    kind: Kind,
    sql_type: Option<String>,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    allowed: String,
    code_set: Option<String>,
    nullable: bool,
    #[serde(default)]
    primary: bool,
    #[serde(default)]
    unique: bool,
    foreign: Option<String>,
    privacy: Privacy,
    vault: Option<VaultKind>,
    derive: Option<String>,
    #[serde(default)]
    positive: bool,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCodes {
    pub sets: Vec<CodeSet>,
}

/// Years by their number, as TOML keys are text.
pub(super) type RawCalendar = BTreeMap<String, Holidays>;

impl RawTable {
    /// The finished table, or what is wrong with a `derive` entry.
    pub(super) fn finish(self) -> Result<Table, String> {
        Ok(Table {
            columns: self.columns.into_iter().map(RawColumn::finish).collect::<Result<_, _>>()?,
            origin: self.origin.unwrap_or(Origin::System),
            name: self.name,
            title: self.title,
            group: self.group,
            natural_key: self.natural_key,
            submitter: self.submitter,
            frequency: self.frequency,
            clause: self.clause,
            date_order: self.date_order,
        })
    }
}

impl RawColumn {
    fn finish(self) -> Result<Column, String> {
        let derive = self.derive.as_deref().map(parse_derive).transpose()?;
        Ok(Column {
            sql_type: self.sql_type.unwrap_or_else(|| default_sql_type(self.kind).to_owned()),
            derive,
            name: self.name,
            header: self.header,
            kind: self.kind,
            unit: self.unit,
            allowed: self.allowed,
            code_set: self.code_set,
            nullable: self.nullable,
            primary: self.primary,
            unique: self.unique,
            foreign: self.foreign,
            privacy: self.privacy,
            vault: self.vault,
            positive: self.positive,
            note: self.note,
        })
    }
}

fn default_sql_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Str | Kind::Text => "VARCHAR",
        Kind::Int => "BIGINT",
        Kind::Dec2 => "DECIMAL(18,2)",
        Kind::Dec4 => "DECIMAL(18,4)",
        Kind::Date => "DATE",
        Kind::Ts => "TIMESTAMP(s)",
        Kind::Bool => "BOOLEAN",
    }
}

fn parse_derive(text: &str) -> Result<Derive, String> {
    let (how, of) = text.split_once(':').unwrap_or((text, ""));
    match how {
        "mask" => Ok(Derive::Mask(of.to_owned())),
        "id_valid" => Ok(Derive::IdValid(of.to_owned())),
        "sex_fits" => Ok(Derive::SexFits(of.to_owned())),
        "credit_valid" => Ok(Derive::CreditValid(of.to_owned())),
        "month_of_birth" => Ok(Derive::MonthOfBirth),
        _ => Err(format!(
            "derive 不认识“{text}”，可用 mask:列、id_valid:列、sex_fits:列、credit_valid:列、month_of_birth"
        )),
    }
}
