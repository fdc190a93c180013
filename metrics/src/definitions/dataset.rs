//! A dataset: a named statement whose cells are the figures of a report.

use super::mistake::Place;
use super::reader::Reader;
use super::sql::Sql;

/// How a figure is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As it is.
    Text,
    /// Whole number.
    Int,
    /// One decimal.
    Dec1,
    /// Two decimals.
    Dec2,
    /// Points, two decimals.
    Score,
    /// A ratio as a percentage with one decimal.
    Percent1,
    /// 元 shown as 万元 with two decimals.
    Wan,
    /// A date.
    Date,
    /// Days, one decimal.
    Days1,
}

impl Format {
    const WORDS: [(&'static str, Self); 9] = [
        ("text", Self::Text),
        ("int", Self::Int),
        ("dec1", Self::Dec1),
        ("dec2", Self::Dec2),
        ("score", Self::Score),
        ("pct1", Self::Percent1),
        ("wan", Self::Wan),
        ("date", Self::Date),
        ("days1", Self::Days1),
    ];

    /// Its name in definition files.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::WORDS.iter().find(|(_, f)| *f == self).map_or("", |(w, _)| w)
    }
}

/// A column of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetColumn {
    /// Name in the statement.
    pub name: String,
    /// Heading.
    pub title: String,
    /// Unit; empty when it has none.
    pub unit: String,
    /// How it is printed.
    pub format: Format,
    /// A count of persons: 1–4 prints as `<5`.
    pub persons: bool,
}

/// A dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetDef {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// Clause or basis.
    pub basis: String,
    /// Highest privacy class of what it shows, `S0` … `S3`.
    pub privacy: String,
    /// Columns that identify a row; none for a dataset of one row.
    pub key: Vec<String>,
    /// The statement.
    pub sql: Sql,
    /// Its columns, in order.
    pub columns: Vec<DatasetColumn>,
    /// Where it stands.
    pub place: Place,
}

impl DatasetDef {
    pub(crate) fn read(table: &Reader<'_>) -> Self {
        let privacy = ["S0", "S1", "S2", "S3"].map(|s| (s, s));
        let dataset = Self {
            id: table.text("id"),
            title: table.text("title"),
            basis: table.text("basis"),
            privacy: table.must_choose("privacy", &privacy, "S3").to_owned(),
            key: table.texts("key"),
            sql: table.sql("sql"),
            columns: table.tables("columns").into_iter().map(read_column).collect(),
            place: table.place_of("id"),
        };
        for key in dataset.key.iter().filter(|k| !dataset.columns.iter().any(|c| c.name == **k)) {
            let names = dataset.columns.iter().map(|c| c.name.as_str());
            let remedy = super::mistake::did_you_mean(key, names);
            table.complain(&table.place_of("key"), format!("key 中的 {key} 不是本数据集的列"), remedy);
        }
        dataset
    }
}

fn read_column(table: Reader<'_>) -> DatasetColumn {
    let column = DatasetColumn {
        name: table.text("name"),
        title: table.text("title"),
        unit: table.opt_text("unit").unwrap_or_default(),
        format: table.must_choose("format", &Format::WORDS, Format::Text),
        persons: table.opt_bool("persons").unwrap_or(false),
    };
    table.finish();
    column
}
