//! Follows figures that are made from scores down to the figures behind these scores.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use suixin_ingest::contract::Contracts;
use suixin_warehouse::Snapshot;
use tokio::task::JoinSet;

use super::part::{Statement, of_dataset, of_score, parse};
use super::rows::{TracedTable, name_files, rows};
use super::{Depth, Part};
use crate::compute::{bad, subjects};
use crate::definitions::{Definitions, Scheme};
use crate::error::MetricsError;
use crate::evaluation::Subject;
use crate::explain::pick;
use crate::lineage::probes;
use crate::robustness::Fillings;
use crate::window::Window;

/// Statements looked into for one figure; the figures beyond are named, not followed.
const STATEMENTS: usize = 120;
/// Statements of one indicator at most: numerator and denominator. More are a sum's.
const OWN_STATEMENTS: usize = 2;
/// Statements looked into at once.
const AT_ONCE: usize = 4;

/// The way down from one figure.
pub(super) struct Follow<'a> {
    snapshot: &'a Snapshot,
    defs: &'a Definitions,
    window: Window,
    depth: Depth,
    contracts: Arc<Contracts>,
    subjects: BTreeMap<String, Vec<Subject>>,
    waiting: VecDeque<Statement>,
    /// Figures and statements that need not be taken up again: a sum and its indicators have the same statements.
    seen: BTreeSet<String>,
    pub parts: Vec<Part>,
    pub left: BTreeSet<String>,
}

impl<'a> Follow<'a> {
    pub(super) fn new(
        snapshot: &'a Snapshot,
        defs: &'a Definitions,
        window: Window,
        depth: Depth,
    ) -> Result<Self, MetricsError> {
        let contracts = Contracts::embedded().map_err(|e| bad("数据契约", e.to_string()))?;
        Ok(Self {
            snapshot,
            defs,
            window,
            depth,
            contracts: Arc::new(contracts),
            subjects: BTreeMap::new(),
            waiting: VecDeque::new(),
            seen: BTreeSet::new(),
            parts: Vec::new(),
            left: BTreeSet::new(),
        })
    }

    /// The id of a figure that may be given with the name of a subject or unit, and in any case of letters.
    pub(super) async fn canonical(&mut self, figure: &str) -> Result<String, MetricsError> {
        let (first, key, last) = parse(figure)?;
        let scheme = self.defs.schemes.keys().find(|id| id.eq_ignore_ascii_case(first)).cloned();
        let Some(scheme) = scheme else {
            let units = self.contracts.units();
            let code = |part: &str| {
                let named = units.iter().find(|unit| self.contracts.unit_name(unit) == part);
                named.map_or_else(|| part.to_owned(), ToString::to_string)
            };
            let key: Vec<String> = key.split('|').map(code).collect();
            return Ok(format!("{first}/{}/{last}", key.join("|")));
        };
        let (definition, all) = self.subjects_of(&scheme).await?;
        let key = pick(definition, all, key)?.map_or_else(|| key.to_owned(), |found| found.key);
        Ok(format!("{scheme}/{key}/{}", last.to_uppercase()))
    }

    /// Puts the statements of the figure asked for first; returns what the figure is.
    pub(super) async fn start(&mut self, figure: &str) -> Result<String, MetricsError> {
        self.seen.insert(figure.to_owned());
        let (first, key, last) = parse(figure)?;
        if self.defs.schemes.contains_key(first) {
            let (title, mut statements) = self.score(first, key, last).await?;
            if self.depth == Depth::Own && statements.len() > OWN_STATEMENTS {
                self.left.extend(statements.drain(..).map(|s| s.figure));
            }
            self.take_up(statements);
            return Ok(title);
        }
        let statement = self.of_dataset((first, key, last)).await?;
        let title = statement.title.clone();
        self.waiting.push_back(statement);
        Ok(title)
    }

    async fn of_dataset(&self, figure: (&str, &str, &str)) -> Result<Statement, MetricsError> {
        let sql = self.defs.datasets.get(figure.0).map_or("", |d| d.sql.text());
        let year = self.window.period.year();
        let trials = Fillings::of(self.snapshot, self.defs, year, std::iter::once(sql)).await?;
        of_dataset(self.defs, &self.window, &trials, figure)
    }

    /// The number: the cell of a dataset, or the saved score.
    pub(super) async fn value(&self, figure: &str) -> Result<Option<String>, MetricsError> {
        let (first, key, last) = parse(figure)?;
        let sql = if self.defs.schemes.contains_key(first) {
            let [key, last] = [key, last].map(|t| t.replace('\'', "''"));
            format!(
                "SELECT score FROM eval_score WHERE scheme='{first}' AND subject_id='{key}' AND indicator_id='{last}' \
                 AND period='{}'",
                self.window.period
            )
        } else {
            let statement = self.of_dataset((first, key, last)).await?;
            let text = |v: &str| v.replace('\'', "''");
            let is = |(k, v): (&String, &String)| format!("COALESCE(CAST(d.\"{k}\" AS VARCHAR), '') = '{}'", text(v));
            let rows: Vec<String> = statement.equal.iter().map(is).collect();
            let condition = if rows.is_empty() { String::new() } else { format!(" WHERE {}", rows.join(" AND ")) };
            format!("SELECT d.\"{last}\" FROM ({}) AS d{condition}", statement.sql)
        };
        let failed = |source| MetricsError::Statement { id: figure.to_owned(), source };
        let frame = self.snapshot.query(&sql).await.map_err(failed)?;
        Ok(frame.rows.first().map(|r| &r[0]).filter(|v| !v.is_null()).map(ToString::to_string))
    }

    pub(super) async fn run(&mut self) -> Result<(), MetricsError> {
        while !self.waiting.is_empty() {
            let wave = self.waiting.drain(..self.waiting.len().min(AT_ONCE)).collect();
            for part in self.wave(wave).await? {
                let window = self.window;
                for figure in part.tables.iter().flat_map(|t| scores_in(t, &window)) {
                    self.add(figure).await?;
                }
                self.parts.push(part);
            }
        }
        Ok(())
    }

    async fn add(&mut self, figure: String) -> Result<(), MetricsError> {
        if !self.seen.insert(figure.clone()) {
            return Ok(());
        }
        if self.depth == Depth::Own || self.parts.len() + self.waiting.len() >= STATEMENTS {
            self.left.insert(figure);
            return Ok(());
        }
        let (scheme, key, indicator) = parse(&figure)?;
        match self.score(scheme, key, indicator).await {
            Ok((_, statements)) => self.take_up(statements),
            // A stored score of a definition that is no longer in force has nothing to follow.
            Err(MetricsError::NotFound { .. } | MetricsError::NotInForce { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn take_up(&mut self, statements: Vec<Statement>) {
        for statement in statements {
            if self.seen.insert(format!("{} {}", statement.figure, statement.title)) {
                self.waiting.push_back(statement);
            }
        }
    }

    async fn score(
        &mut self,
        scheme: &str,
        key: &str,
        indicator: &str,
    ) -> Result<(String, Vec<Statement>), MetricsError> {
        let (defs, window) = (self.defs, self.window);
        let (definition, subjects) = self.subjects_of(scheme).await?;
        of_score(defs, definition, subjects, &window, (key, indicator))
    }

    /// The scheme in force and whom it evaluates.
    async fn subjects_of(&mut self, scheme: &str) -> Result<(&'a Scheme, &[Subject]), MetricsError> {
        let (day, year) = (self.window.period.last(), self.window.period.year());
        let missing = || MetricsError::NotInForce { scheme: scheme.to_owned(), year };
        let definition = self.defs.scheme_on(scheme, day).ok_or_else(missing)?;
        if !self.subjects.contains_key(scheme) {
            let all = subjects(self.snapshot, definition, self.window).await?;
            self.subjects.insert(scheme.to_owned(), all);
        }
        Ok((definition, self.subjects.get(scheme).map_or(&[][..], Vec::as_slice)))
    }

    /// Looks into a few statements at once; the parts in the order of the statements.
    async fn wave(&self, statements: Vec<Statement>) -> Result<Vec<Part>, MetricsError> {
        let mut running = JoinSet::new();
        for (place, statement) in statements.into_iter().enumerate() {
            let (snapshot, contracts) = (self.snapshot.clone(), Arc::clone(&self.contracts));
            running.spawn(async move { (place, part(&snapshot, &contracts, statement).await) });
        }
        let mut parts = BTreeMap::new();
        while let Some(done) = running.join_next().await {
            let (place, part) = done.map_err(|e| bad("追溯", e.to_string()))?;
            parts.insert(place, part?);
        }
        Ok(parts.into_values().collect())
    }
}

/// The tables of a statement with the rows that went into it.
async fn part(snapshot: &Snapshot, contracts: &Contracts, statement: Statement) -> Result<Part, MetricsError> {
    let failed = |source| MetricsError::Statement { id: statement.figure.clone(), source };
    let mut tables: Vec<TracedTable> = Vec::new();
    let mut notes = Vec::new();
    for probe in probes(&statement.sql, &statement.wanted()).map_err(failed)? {
        match rows(snapshot, contracts, &probe).await {
            Ok(Some(found)) => merge(&mut tables, found),
            Ok(None) => {}
            Err(error) => notes.push(format!("表 {} 的明细未能列出：{error}", probe.table)),
        }
    }
    if tables.iter().any(|t| t.table == "eval_score" && t.total == 0) {
        notes.push("本快照中没有相关的评分结果：请先评价并保存，再追溯".to_owned());
    }
    for table in &mut tables {
        name_files(snapshot, table).await.map_err(failed)?;
    }
    let Statement { figure, title, sql, .. } = statement;
    Ok(Part { figure, title, statement: sql, tables, notes })
}

/// A table that a statement reads twice is listed once, each row once.
fn merge(tables: &mut Vec<TracedTable>, found: TracedTable) {
    match tables.iter_mut().find(|t| t.table == found.table) {
        None => tables.push(found),
        Some(known) => {
            let new: Vec<_> = found.rows.into_iter().filter(|r| !known.rows.contains(r)).collect();
            known.total = known.total.max(found.total).max((known.rows.len() + new.len()) as u64);
            known.rows.extend(new);
            known.rows.truncate(super::ROWS_LISTED);
        }
    }
}

/// The figures of this year that rows of `eval_score` and `eval_value` are.
fn scores_in(table: &TracedTable, window: &Window) -> Vec<String> {
    if !["eval_score", "eval_value"].contains(&table.table.as_str()) {
        return Vec::new();
    }
    let place = |name: &str| table.key.iter().position(|k| k == name);
    let places = (place("scheme"), place("subject_id"), place("indicator_id"), place("period"));
    let (Some(scheme), Some(subject), Some(indicator), Some(period)) = places else { return Vec::new() };
    let year = window.period.to_string();
    let of_year = table.rows.iter().filter(|r| r.key[period] == year);
    of_year.map(|r| format!("{}/{}/{}", r.key[scheme], r.key[subject], r.key[indicator])).collect()
}
