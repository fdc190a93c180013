//! A source as the configuration says it, checked: nothing here can still be wrong by itself.

use std::path::PathBuf;
use std::time::Duration;

use suixin_ingest::contract::Frequency;
use suixin_ingest::period::Period;

use super::secret::SecretRef;

/// A source of returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name: small letters, digits and `-`.
    pub name: String,
    /// Where the rows stand.
    pub place: Place,
    /// The contract table that the rows are.
    pub table: String,
    /// How often the table is sent.
    pub frequency: Frequency,
    /// Which unit a row belongs to.
    pub unit: UnitFrom,
    /// Which period a row belongs to.
    pub period: PeriodFrom,
    /// Earlier periods are left alone.
    pub first_period: Option<Period>,
    /// What tells the changed slots; `None`: all are fetched every time.
    pub watermark: Option<Watermark>,
    /// Whether all slots are fetched every time in spite of a watermark.
    pub full: bool,
    /// Source column → contract column. Empty: the columns of the same name.
    pub columns: Vec<(String, String)>,
    /// Source columns by which the rows of a file are ordered first.
    pub order: Vec<String>,
    /// How long one statement or request may take.
    pub timeout: Duration,
    /// Cron expression of its own; `None`: with every run of the ingest job.
    pub schedule: Option<String>,
}

/// Where the rows stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A table or query of a database.
    Database(Database),
    /// Pages of an HTTP endpoint.
    Http(Endpoint),
}

/// A relation of a database server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Which SQL it speaks.
    pub dialect: Dialect,
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Name of the database.
    pub database: String,
    /// Who asks.
    pub user: String,
    /// With which password.
    pub password: SecretRef,
    /// Whether the connection is protected.
    pub tls: Tls,
    /// What is read.
    pub relation: Relation,
}

/// The two kinds of database server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

/// What is read of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// A table or view, with or without its schema.
    Table(Vec<String>),
    /// A statement that reads.
    Query(String),
}

/// Protection of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// None: only inside a protected network.
    Off,
    /// TLS with a certificate that the given authorities (else those that the system trusts) vouch for.
    Require {
        /// PEM file of authorities.
        ca: Option<PathBuf>,
    },
}

/// An HTTP endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Address without user and password.
    pub url: reqwest::Url,
    /// Bearer token.
    pub token: Option<SecretRef>,
    /// Authorities, where the system's do not do.
    pub tls: Tls,
    /// JSON pointer to the rows of a page; empty: the page is the list.
    pub rows: String,
    /// How one page leads to the next.
    pub paging: Paging,
    /// Query parameters.
    pub parameters: Parameters,
    /// Limits of one pull.
    pub limits: Limits,
}

/// Query parameters that an endpoint understands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parameters {
    /// Asks for rows changed since.
    pub since: Option<String>,
    /// Asks for the rows of a unit.
    pub unit: Option<String>,
    /// Asks for the rows of a period.
    pub period: Option<String>,
}

/// How one page leads to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// There is one page.
    None,
    /// Pages have numbers; an empty page is the last one.
    Number {
        /// Parameter of the number.
        parameter: String,
        /// Number of the first page.
        first: u64,
        /// Parameter and number of rows a page.
        size: Option<(String, u64)>,
    },
    /// A page names what the next one is asked by; nothing or an empty text ends it.
    Cursor {
        /// Parameter of the cursor.
        parameter: String,
        /// JSON pointer to the next cursor.
        next: String,
    },
    /// The header `Link` with `rel="next"`.
    Link,
}

/// Limits of one pull over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests that are answered with a page.
    pub pages: u64,
    /// Bytes of all pages together.
    pub bytes: u64,
    /// Time for all pages together.
    pub time: Duration,
}

/// Which unit a row belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitFrom {
    /// All rows are of this unit (its code).
    Fixed(String),
    /// A column holds its name or code.
    Column(String),
}

/// Which period a row belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeriodFrom {
    /// A column holds the period: `202503`, `2025-03`, `2025Q1`, `2025`.
    Column(String),
    /// The period in which the date of this column lies.
    Date(String),
}

/// What tells the changed slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watermark {
    /// A column that grows with every change: a time or a whole number.
    pub column: String,
    /// How far below the last value rows are looked at again: seconds, or units of the number.
    pub overlap: u64,
}

impl Source {
    /// The source columns that a pull needs beside the mapped ones.
    pub(super) fn asked_columns(&self) -> Vec<(&'static str, &str)> {
        let unit = match &self.unit {
            UnitFrom::Fixed(_) => None,
            UnitFrom::Column(c) => Some(("unit_column", c.as_str())),
        };
        let period = match &self.period {
            PeriodFrom::Column(c) => ("period_column", c.as_str()),
            PeriodFrom::Date(c) => ("date_column", c.as_str()),
        };
        let watermark = self.watermark.as_ref().map(|w| ("watermark_column", w.column.as_str()));
        let order = self.order.iter().map(|c| ("order", c.as_str()));
        unit.into_iter().chain([period]).chain(watermark).chain(order).collect()
    }
}
