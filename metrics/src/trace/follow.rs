//! Follows figures that are made from scores down to the figures behind these scores.

use std::collections::{BTreeSet, VecDeque};

use suixin_ingest::contract::Contracts;
use suixin_warehouse::Snapshot;

use super::Part;
use super::part::{Statement, of_dataset, of_score, parse};
use super::rows::{TracedTable, name_files, rows};
use crate::definitions::Definitions;
use crate::error::MetricsError;
use crate::lineage::probes;
use crate::window::Window;

/// Statements looked into for one figure; the figures beyond are named, not followed.
const STATEMENTS: usize = 200;

/// The way down from one figure.
pub(super) struct Follow<'a> {
    snapshot: &'a Snapshot,
    defs: &'a Definitions,
    window: Window,
    contracts: Contracts,
    waiting: VecDeque<Statement>,
    seen: BTreeSet<String>,
    pub parts: Vec<Part>,
    pub left: BTreeSet<String>,
}

impl<'a> Follow<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, defs: &'a Definitions, window: Window) -> Result<Self, MetricsError> {
        let contracts = Contracts::embedded().map_err(|e| crate::compute::bad("数据契约", e.to_string()))?;
        Ok(Self {
            snapshot,
            defs,
            window,
            contracts,
            waiting: VecDeque::new(),
            seen: BTreeSet::new(),
            parts: Vec::new(),
            left: BTreeSet::new(),
        })
    }

    /// Puts the statements of the figure asked for first; returns what the figure is.
    pub(super) async fn start(&mut self, figure: &str) -> Result<String, MetricsError> {
        let parts = parse(figure)?;
        self.seen.insert(figure.to_owned());
        if self.defs.schemes.contains_key(parts.0) {
            let (title, statements) = of_score(self.snapshot, self.defs, self.window, parts).await?;
            self.waiting.extend(statements);
            return Ok(title);
        }
        let statement = of_dataset(self.defs, &self.window, parts)?;
        let title = statement.title.clone();
        self.waiting.push_back(statement);
        Ok(title)
    }

    pub(super) async fn run(&mut self) -> Result<(), MetricsError> {
        while let Some(statement) = self.waiting.pop_front() {
            let part = self.part(&statement).await?;
            let behind = part.tables.iter().flat_map(|t| scores_in(t, &self.window));
            for figure in behind.collect::<Vec<_>>() {
                self.add(figure).await?;
            }
            self.parts.push(part);
        }
        Ok(())
    }

    async fn add(&mut self, figure: String) -> Result<(), MetricsError> {
        if !self.seen.insert(figure.clone()) {
            return Ok(());
        }
        if self.parts.len() + self.waiting.len() >= STATEMENTS {
            self.left.insert(figure);
            return Ok(());
        }
        // A stored score of a definition that is no longer in force has nothing to follow.
        if let Ok((_, statements)) = of_score(self.snapshot, self.defs, self.window, parse(&figure)?).await {
            self.waiting.extend(statements);
        }
        Ok(())
    }

    async fn part(&self, statement: &Statement) -> Result<Part, MetricsError> {
        let failed = |source| MetricsError::Statement { id: statement.figure.clone(), source };
        let mut tables: Vec<TracedTable> = Vec::new();
        let mut notes = Vec::new();
        for probe in probes(&statement.sql, &statement.wanted()).map_err(failed)? {
            match rows(self.snapshot, &self.contracts, &probe).await {
                Ok(Some(found)) => merge(&mut tables, found),
                Ok(None) => {}
                Err(error) => notes.push(format!("表 {} 的明细未能列出：{error}", probe.table)),
            }
        }
        if tables.iter().any(|t| t.table == "eval_score" && t.total == 0) {
            notes.push("本快照中没有相关的评分结果：请先评价并保存，再追溯".to_owned());
        }
        for table in &mut tables {
            name_files(self.snapshot, table).await.map_err(failed)?;
        }
        let Statement { figure, title, sql, .. } = statement.clone();
        Ok(Part { figure, title, statement: sql, tables, notes })
    }
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
