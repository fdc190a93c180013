//! Checks that need the tables: every statement is planned against a snapshot, and gives the columns it must give.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use suixin_warehouse::Snapshot;

use super::mistake::{Mistake, did_you_mean};
use super::sql::Sql;
use super::{Definitions, Draft};
use crate::lineage::tables_of;
use crate::window::Window;

const KEY_VALUE: [&str; 2] = ["k", "v"];
const SUBJECT: [&str; 5] = ["k", "name", "grp", "unit", "kind"];
const HIT: [&str; 5] = ["entity_type", "entity_key", "eval_unit_code", "amount", "evidence"];

/// A statement with the columns it must give.
struct Promise<'a> {
    sql: &'a Sql,
    columns: Vec<&'a str>,
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
            all.extend(i.statements().map(|sql| Promise { sql, columns: KEY_VALUE.to_vec() }));
        }
        for s in &self.scheme_versions {
            all.push(Promise { sql: &s.subjects, columns: SUBJECT.to_vec() });
            let rest = s.scopes.values().chain(&s.top_grade);
            all.extend(rest.map(|sql| Promise { sql, columns: KEY_VALUE.to_vec() }));
        }
        for r in &self.rules {
            all.push(Promise { sql: &r.sql, columns: HIT.to_vec() });
        }
        for d in self.datasets.values() {
            let columns = d.columns.iter().map(|c| c.name.as_str()).collect();
            all.push(Promise { sql: &d.sql, columns });
        }
        let hints = self.awards.iter().flat_map(|a| &a.categories).filter_map(|c| c.priority.as_ref());
        all.extend(hints.map(|sql| Promise { sql, columns: KEY_VALUE.to_vec() }));
        all
    }
}

impl Promise<'_> {
    async fn check(&self, snapshot: &Snapshot, known: &Known) -> Vec<Mistake> {
        // A misspelt placeholder was reported already; the planner would only stumble over it.
        if self.sql.unknown_placeholders().next().is_some() {
            return Vec::new();
        }
        let filled = sample_window().fill(self.sql.text());
        let columns = match snapshot.check_sql(&filled).await {
            Ok(columns) => columns,
            Err(error) => return vec![known.explain(self.sql, &filled, &error.to_string())],
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

    /// The planner's words in ours, at the place in the file that they are about.
    fn explain(&self, sql: &Sql, filled: &str, error: &str) -> Mistake {
        if let Some(name) = between(error, "table '", "' not found") {
            let name = name.rsplit('.').next().unwrap_or(name);
            let remedy = did_you_mean(name, self.tables.iter().map(String::as_str));
            return sql.place_of(name).mistake(format!("没有表 {name}"), remedy);
        }
        if let Some(name) = between(error, "No field named ", ". ").or_else(|| between(error, "No field named ", ".\n"))
        {
            let name = name.trim_end_matches('.').replace('"', "");
            let column = name.rsplit('.').next().unwrap_or(&name);
            let read = tables_of(filled).unwrap_or_default();
            let own = self.columns.iter().filter(|(t, _)| read.contains(t)).map(|(_, c)| c.as_str());
            return sql.place_of(column).mistake(format!("没有列 {name}"), did_you_mean(column, own));
        }
        if let Some(name) = between(error, "Invalid function '", "'") {
            let near = between(error, "Did you mean '", "'").map_or(String::new(), |n| format!("是否想写 {n}？"));
            return sql.place_of(name).mistake(format!("没有函数 {name}"), near);
        }
        if let Some(found) = between(error, "found: ", " at Line") {
            let remedy = "检查此处及前面的关键字、逗号和括号";
            return syntax_place(sql, error).mistake(format!("SQL 写法有误：此处不应是 {found}"), remedy);
        }
        let words = error.trim_start_matches("查询不能执行：").lines().next().unwrap_or(error).trim();
        sql.place().mistake(format!("语句不能执行：{words}"), "试运行这条语句后改正")
    }
}

/// `… at Line: 3, Column: 5` as a place in the file.
fn syntax_place(sql: &Sql, error: &str) -> super::Place {
    let number = |after: &str| -> Option<usize> {
        let rest = error.split(after).nth(1)?;
        rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
    };
    match (number("Line: "), number("Column: ")) {
        (Some(line), Some(column)) => super::Place { line: sql.place().line + line - 1, column, ..sql.place().clone() },
        _ => sql.place().clone(),
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after).map_or(rest, |(name, _)| name))
}

/// Any year does: planning does not look at rows.
fn sample_window() -> Window {
    let day = NaiveDate::from_ymd_opt(2026, 1, 15).unwrap_or_default();
    Window::year(day.year() - 1, day)
}
