//! Checks that need the tables: every statement is planned against a snapshot, and gives the columns it must give.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use suixin_warehouse::{Error, Fault, Name, Snapshot};

use super::mistake::{Mistake, did_you_mean};
use super::sql::Sql;
use super::{Definitions, Draft};
use crate::datasets;
use crate::lineage::tables_of;
use crate::robustness::Fillings;
use crate::window::Window;

const KEY_VALUE: [&str; 2] = ["k", "v"];
const SUBJECT: [&str; 5] = ["k", "name", "grp", "unit", "kind"];
const HIT: [&str; 5] = ["entity_type", "entity_key", "eval_unit_code", "amount", "evidence"];

/// A statement with the columns it must give.
struct Promise<'a> {
    sql: &'a Sql,
    filled: String,
    columns: Vec<&'a str>,
}

impl<'a> Promise<'a> {
    fn new(sql: &'a Sql, columns: &[&'a str]) -> Self {
        Self { sql, filled: sample_window().fill(sql.text()), columns: columns.to_vec() }
    }
}

impl Draft {
    /// Every mistake: in the files, across them, and against the tables of a snapshot.
    pub async fn check(mut self, snapshot: &Snapshot) -> Vec<Mistake> {
        let found = self.definitions.check(snapshot).await;
        self.mistakes.extend(found);
        self.tidy();
        self.mistakes
    }
}

impl Definitions {
    /// Plans every statement against the tables of a snapshot. Mistakes by place.
    pub async fn check(&self, snapshot: &Snapshot) -> Vec<Mistake> {
        let known = Known::of(snapshot).await;
        let mut found = Vec::new();
        for promise in self.promises() {
            found.extend(promise.check(snapshot, &known).await);
        }
        let indicators = self.indicators.iter().map(|i| (i.statements().collect(), &i.tables));
        let rules = self.rules.iter().map(|r| (vec![&r.sql], &r.tables));
        let named = indicators.chain(rules);
        found.extend(named.filter_map(|(statements, tables)| known.wrong_tables(&statements, tables)));
        found.sort();
        found.dedup();
        found
    }

    fn promises(&self) -> Vec<Promise<'_>> {
        let mut all = Vec::new();
        for i in &self.indicators {
            all.extend(i.statements().map(|sql| Promise::new(sql, &KEY_VALUE)));
        }
        for s in &self.scheme_versions {
            all.push(Promise::new(&s.subjects, &SUBJECT));
            let rest = s.scopes.values().chain(&s.top_grade);
            all.extend(rest.map(|sql| Promise::new(sql, &KEY_VALUE)));
        }
        for r in &self.rules {
            all.push(Promise::new(&r.sql, &HIT));
        }
        for d in self.datasets.values() {
            let columns = d.columns.iter().map(|c| c.name.as_str()).collect();
            all.push(Promise {
                sql: &d.sql,
                filled: datasets::filled(self, d, &sample_window(), &Fillings::default()),
                columns,
            });
        }
        let hints = self.awards.iter().flat_map(|a| &a.categories).filter_map(|c| c.priority.as_ref());
        all.extend(hints.map(|sql| Promise::new(sql, &KEY_VALUE)));
        all
    }
}

impl Promise<'_> {
    async fn check(&self, snapshot: &Snapshot, known: &Known) -> Vec<Mistake> {
        // A misspelt placeholder was reported already; the planner would only stumble over it.
        if self.sql.unknown_placeholders().next().is_some() {
            return Vec::new();
        }
        let columns = match snapshot.check_sql(&self.filled).await {
            Ok(columns) => columns,
            Err(error) => return vec![known.explain(self.sql, &self.filled, &error)],
        };
        let given: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let missing = self.columns.iter().filter(|c| !given.contains(c));
        missing
            .map(|c| {
                let remedy = format!("在 SELECT 中给出 … AS {c}；{}", did_you_mean(c, given.iter().copied()));
                self.sql.place().mistake(format!("语句没有给出列 {c}"), remedy)
            })
            .collect()
    }
}

/// Tables and columns that exist.
struct Known {
    tables: BTreeSet<String>,
    columns: BTreeSet<(String, String)>,
}

impl Known {
    async fn of(snapshot: &Snapshot) -> Self {
        let sql = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema='public'";
        let rows = snapshot.query(sql).await.map(|f| f.rows).unwrap_or_default();
        let columns: BTreeSet<_> = rows.iter().map(|r| (r[0].to_string(), r[1].to_string())).collect();
        Self { tables: columns.iter().map(|(t, _)| t.clone()).collect(), columns }
    }

    /// The tables that a definition names are those that its statements read. What does not parse, or reads a table
    /// that does not exist, was reported already.
    fn wrong_tables(&self, statements: &[&Sql], named: &[String]) -> Option<Mistake> {
        let mut read = BTreeSet::new();
        for sql in statements {
            read.extend(tables_of(&sample_window().fill(sql.text())).ok()?);
        }
        let named: BTreeSet<String> = named.iter().cloned().collect();
        (read != named && read.is_subset(&self.tables)).then(|| {
            let list: Vec<String> = read.iter().map(|t| format!("\"{t}\"")).collect();
            let place = statements.first().map(|sql| sql.place().clone());
            place.map(|p| p.mistake("tables 与语句实际读取的表不一致", format!("改为 tables = [{}]", list.join(", "))))
        })?
    }

    /// What the planner complains about, at the place in the file that it is about.
    fn explain(&self, sql: &Sql, filled: &str, error: &Error) -> Mistake {
        let Error::Sql(fault) = error else {
            let words = error.to_string();
            let words = words.trim_start_matches("查询不能执行：").lines().next().unwrap_or_default().trim().to_owned();
            return sql.place().mistake(format!("语句不能执行：{words}"), "试运行这条语句后改正");
        };
        match fault {
            Fault::Table(Name { given, .. }) => {
                let remedy = did_you_mean(given, self.tables.iter().map(String::as_str));
                sql.place_of(given).mistake(format!("没有表 {given}"), remedy)
            }
            Fault::Column(Name { given, .. }) => {
                let read = tables_of(filled).unwrap_or_default();
                let own = self.columns.iter().filter(|(t, _)| read.contains(t)).map(|(_, c)| c.as_str());
                sql.place_of(given).mistake(format!("没有列 {given}"), did_you_mean(given, own))
            }
            Fault::Function(Name { given, known }) => {
                let near = known.first().map_or_else(String::new, |n| format!("是否想写 {n}？"));
                sql.place_of(given).mistake(format!("没有函数 {given}"), near)
            }
            Fault::Ambiguous(name) => {
                sql.place_of(name).mistake(format!("几个表都有列 {name}"), "在列名前写明表名或别名")
            }
            Fault::Syntax { place, found, .. } => {
                let place = place.map_or_else(|| sql.place().clone(), |(line, column)| sql.place_in(line, column));
                let found = if found.is_empty() { "语句的末尾" } else { found };
                let remedy = "检查此处及前面的关键字、逗号和括号";
                place.mistake(format!("SQL 写法有误：此处不应是 {found}"), remedy)
            }
        }
    }
}

/// Any year does: planning does not look at rows.
fn sample_window() -> Window {
    let day = NaiveDate::from_ymd_opt(2026, 1, 15).unwrap_or_default();
    Window::year(day.year() - 1, day)
}
