//! The statements that a database is asked. All of them only read; every name is quoted, every value is a literal that
//! cannot end before its end, whatever the mode of the server. Pure.

use chrono::Days;

use super::columns::Planned;
use super::config::{Database, Dialect, PeriodFrom, Relation, Source, UnitFrom};
use super::slot::{RawSlot, Slot};

/// Statements for one source.
pub(super) struct Statements<'a> {
    source: &'a Source,
    dialect: Dialect,
    relation: String,
}

impl<'a> Statements<'a> {
    pub fn new(source: &'a Source, database: &Database) -> Self {
        let dialect = database.dialect;
        let relation = match &database.relation {
            Relation::Table(parts) => parts.iter().map(|p| dialect.name(p)).collect::<Vec<_>>().join("."),
            // The line break ends a comment at the end of the query.
            Relation::Query(query) => format!("({query}\n) AS {}", dialect.name("suixin_source")),
        };
        Self { source, dialect, relation }
    }

    /// Asked for the columns only.
    pub fn probe(&self) -> String {
        format!("SELECT * FROM {}", self.relation)
    }

    /// Unit, period and number of rows of the slots with rows from `since` on.
    pub fn slots(&self, since: Option<&str>) -> String {
        let unit = self.unit().unwrap_or_else(|| "NULL".to_owned());
        let period = match &self.source.period {
            PeriodFrom::Column(column) => self.dialect.name(column),
            PeriodFrom::Date(column) => self.dialect.month(&self.dialect.name(column)),
        };
        let group = self.unit().map(|u| u + ", ").unwrap_or_default() + &period;
        let changed = match (&self.source.watermark, since) {
            (Some(w), Some(since)) => {
                let column = self.dialect.name(&w.column);
                format!(" WHERE {column} >= {} OR {column} IS NULL", self.dialect.mark(since))
            }
            _ => String::new(),
        };
        format!("SELECT {unit}, {period}, COUNT(*) FROM {}{changed} GROUP BY {group}", self.relation)
    }

    /// The highest value of the watermark column.
    pub fn newest(&self) -> Option<String> {
        let watermark = self.source.watermark.as_ref()?;
        Some(format!("SELECT MAX({}) FROM {}", self.dialect.name(&watermark.column), self.relation))
    }

    /// The rows of a slot, in an order that does not depend on the server's collations where rows differ.
    pub fn rows(&self, slot: &Slot, words: &[RawSlot], planned: &[Planned]) -> String {
        let names: Vec<String> = planned.iter().map(|p| self.dialect.name(&p.source)).collect();
        let first = self.source.order.iter().map(|c| self.dialect.name(c));
        let order: Vec<String> = first.chain(names.iter().map(|n| self.dialect.bytes_of(n))).collect();
        let (of, list, by) = (self.of_slot(slot, words), names.join(", "), order.join(", "));
        format!("SELECT {list} FROM {} WHERE {of} ORDER BY {by}", self.relation)
    }

    fn unit(&self) -> Option<String> {
        match &self.source.unit {
            UnitFrom::Fixed(_) => None,
            UnitFrom::Column(column) => Some(self.dialect.name(column)),
        }
    }

    fn of_slot(&self, slot: &Slot, words: &[RawSlot]) -> String {
        let one = |w: &RawSlot| {
            let unit = self.unit().map(|u| self.equals(&u, w.unit.as_deref()));
            let period = match &self.source.period {
                PeriodFrom::Column(c) => self.equals(&self.dialect.name(c), w.period.as_deref()),
                PeriodFrom::Date(c) => self.between(&self.dialect.name(c), slot),
            };
            unit.map(|u| format!("({u} AND {period})")).unwrap_or(period)
        };
        let mut parts: Vec<String> = words.iter().map(one).collect();
        parts.sort();
        parts.dedup();
        format!("({})", parts.join(" OR "))
    }

    fn equals(&self, column: &str, word: Option<&str>) -> String {
        format!("{column} = {}", self.dialect.text(word.unwrap_or_default()))
    }

    fn between(&self, column: &str, slot: &Slot) -> String {
        let after = slot.period.last().checked_add_days(Days::new(1)).unwrap_or(chrono::NaiveDate::MAX);
        let (from, to) = (slot.period.first().to_string(), after.to_string());
        format!("{column} >= {} AND {column} < {}", self.dialect.text(&from), self.dialect.text(&to))
    }
}

impl Dialect {
    /// A quoted name.
    fn name(self, name: &str) -> String {
        match self {
            Self::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Mysql => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// A literal. MySQL's meaning of a backslash depends on its mode, that of hexadecimal digits does not.
    fn text(self, text: &str) -> String {
        match self {
            Self::Postgres => format!("'{}'", text.replace('\'', "''")),
            Self::Mysql => format!("_utf8mb4 X'{}'", hex::encode(text)),
        }
    }

    /// A value of a watermark column. MySQL compares whole numbers with text as floating point numbers.
    fn mark(self, text: &str) -> String {
        let is_number = self == Self::Mysql && text.parse::<i128>().is_ok();
        if is_number { text.to_owned() } else { self.text(text) }
    }

    /// The month of a date: `2025-03`.
    fn month(self, column: &str) -> String {
        match self {
            Self::Postgres => format!("to_char({column}, 'YYYY-MM')"),
            Self::Mysql => format!("DATE_FORMAT({column}, '%Y-%m')"),
        }
    }

    /// A value as its bytes are ordered.
    fn bytes_of(self, column: &str) -> String {
        match self {
            Self::Postgres => format!("({column})::text COLLATE \"C\""),
            Self::Mysql => format!("CAST({column} AS BINARY)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use suixin_ingest::period::Period;

    use super::super::columns::Form;
    use super::super::config::Place;
    use super::super::testing;
    use super::*;

    fn with<T>(keys: &str, dialect: Dialect, work: impl FnOnce(&Statements<'_>) -> T) -> T {
        let source = testing::source(keys);
        let Place::Database(database) = &source.place else { panic!("a database") };
        work(&Statements::new(&source, &Database { dialect, ..database.clone() }))
    }

    fn words(unit: &str, period: &str) -> RawSlot {
        RawSlot { unit: Some(unit.into()), period: Some(period.into()), rows: 1 }
    }

    #[test]
    fn slots_that_changed() {
        let keys = "unit_column = 'd\"w'\nperiod_column = 'qi'\nwatermark_column = 'gx'";
        let sql = with(keys, Dialect::Postgres, |s| s.slots(Some("2025-03-01 08:00:00")));
        assert_eq!(
            sql,
            r#"SELECT "d""w", "qi", COUNT(*) FROM "his"."need" WHERE "gx" >= '2025-03-01 08:00:00' OR "gx" IS NULL GROUP BY "d""w", "qi""#
        );
        assert_eq!(with(keys, Dialect::Postgres, |s| s.newest()).unwrap(), r#"SELECT MAX("gx") FROM "his"."need""#);
        let sql = with("unit = '船山区'\ndate_column = 'rq'", Dialect::Mysql, |s| s.slots(None));
        assert_eq!(
            sql,
            "SELECT NULL, DATE_FORMAT(`rq`, '%Y-%m'), COUNT(*) FROM `his`.`need` GROUP BY DATE_FORMAT(`rq`, '%Y-%m')"
        );
        assert!(with(keys, Dialect::Mysql, |s| s.slots(Some("9007199254740993"))).contains(">= 9007199254740993 OR"));
    }

    #[test]
    fn values_cannot_end_their_literal() {
        let planned = vec![Planned {
            source: "bh".into(),
            target: "need_id".into(),
            header: "需求编号".into(),
            form: Form::AsWritten,
        }];
        let slot = Slot { period: Period::quarter(2025, 1), unit: "510903".into() };
        let evil = [words("x' OR '1'='1", "202503"), words("y\\", "202503")];
        let keys = "unit_column = 'dw'\nperiod_column = 'qi'\norder = ['xh']";
        let sql = with(keys, Dialect::Postgres, |s| s.rows(&slot, &evil, &planned));
        assert_eq!(
            sql,
            r#"SELECT "bh" FROM "his"."need" WHERE (("dw" = 'x'' OR ''1''=''1' AND "qi" = '202503') OR ("dw" = 'y\' AND "qi" = '202503')) ORDER BY "xh", ("bh")::text COLLATE "C""#
        );
        let sql = with(keys, Dialect::Mysql, |s| s.rows(&slot, &evil, &planned));
        assert!(sql.contains("`dw` = _utf8mb4 X'795c'") && !sql.contains('\\'), "{sql}");
        let sql = with("unit = '船山区'\ndate_column = 'rq'", Dialect::Postgres, |s| s.rows(&slot, &evil, &planned));
        assert!(sql.contains(r#"WHERE ("rq" >= '2025-01-01' AND "rq" < '2025-04-01') ORDER"#), "{sql}");
    }

    #[test]
    fn a_query_stands_in_brackets() {
        let source = testing::source("unit = '船山区'\nperiod_column = 'qi'");
        let Place::Database(database) = &source.place else { panic!("a database") };
        let database = Database { relation: Relation::Query("select 1 -- x".into()), ..database.clone() };
        let sql = Statements::new(&source, &database).probe();
        assert_eq!(sql, "SELECT * FROM (select 1 -- x\n) AS \"suixin_source\"");
    }
}
