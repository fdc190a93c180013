//! Stages that weigh, aggregate and audit.

use super::{Left, State};
use crate::index::aggregate::{Aggregate, Bench, Engine, Scores, aggregate};
use crate::index::audit::{self, Audit};
use crate::index::cell::Cell;
use crate::index::error::Outcome;
use crate::index::points::{Points, points};
use crate::index::sheet::{Field, Sheet};
use crate::index::spec::Spec;
use crate::index::weigh::{Weigh, weigh};

impl State {
    pub(super) fn weigh(&mut self, how: &Weigh, left: &mut Left) -> Outcome<()> {
        let found = weigh(how, &self.weighing_basis())?;
        self.weights = found.weights;
        left.sheets.push(self.weight_sheet());
        left.sheets.extend(found.sheets);
        left.warnings.extend(found.warnings);
        Ok(())
    }

    fn weight_sheet(&self) -> Sheet {
        let mut sheet = Sheet::new("", "权重", &["node", "level", "weight", "effective_weight"]);
        let (shares, effective) = (self.tree.shares(&self.weights), self.tree.effective(&self.weights));
        for ((node, share), effective) in self.tree.nodes.iter().zip(shares).zip(effective) {
            sheet.push(vec![node.id.as_str().into(), node.level.into(), share.into(), effective.into()]);
        }
        sheet
    }

    pub(super) fn aggregate(&mut self, how: &Aggregate, left: &mut Left) -> Outcome<()> {
        let mut scores = aggregate(how, &self.aggregation_basis(), &self.weights)?;
        left.warnings.append(&mut scores.warnings);
        left.sheets.push(self.score_sheet(&scores));
        left.sheets.append(&mut scores.sheets);
        left.sheets.push(Sheet { name: "weights".to_owned(), ..self.weight_sheet() });
        left.sheets.extend(self.contributions(how)?);
        for (unit, _) in self.data.units.iter().zip(scores.root()).filter(|(_, c)| !c.is_value()) {
            left.warnings.push(format!("{unit} 没有得分"));
        }
        self.scores = Some(scores);
        Ok(())
    }

    fn score_sheet(&self, scores: &Scores) -> Sheet {
        let mut sheet = Sheet::new("", "各级得分（总指数在前）", &["unit"]);
        let name = |at: usize| self.tree.nodes.get(at).map(|n| n.id.clone()).unwrap_or_default();
        sheet.columns.extend(scores.groups.iter().rev().map(|(at, _)| name(*at)));
        for (row, unit) in self.data.units.iter().enumerate() {
            let cells = scores.groups.iter().rev().map(|(_, cells)| Field::from(cells.get(row).copied()));
            sheet.push(std::iter::once(unit.as_str().into()).chain(cells).collect());
        }
        sheet
    }

    /// What each indicator adds to the index, where all means are arithmetic.
    fn contributions(&self, how: &Aggregate) -> Outcome<Option<Sheet>> {
        let Engine::Groups(plan) = Engine::ready(how, &self.aggregation_basis())? else { return Ok(None) };
        if !plan.is_additive() || how.form != crate::index::aggregate::Form::Plain {
            return Ok(None);
        }
        let mut bench = Bench::default();
        Engine::Groups(plan.clone()).score(&self.tree, &self.weights, &mut bench)?;
        let parts = plan.contributions(&self.tree, &self.weights, &bench);
        let mut sheet = Sheet::new("contributions", "各指标对总指数的贡献（相加即总指数）", &["unit"]);
        sheet.columns.extend(self.indicators.iter().map(|i| i.id.clone()));
        for (row, unit) in self.data.units.iter().enumerate() {
            let fields = parts.iter().map(|p| Field::from(p.get(row).copied().flatten()));
            sheet.push(std::iter::once(unit.as_str().into()).chain(fields).collect());
        }
        Ok(Some(sheet))
    }

    /// Points by rules become the score of the root.
    pub(super) fn points(&mut self, how: &Points, left: &mut Left) {
        let mut sheet = Sheet::new("", "按规则计分：每一步之后的得分", &["unit", "start"]);
        sheet.columns.extend((1..=how.steps.len()).map(|s| format!("step_{s}")));
        sheet.columns.push("points".to_owned());
        let mut root = Vec::new();
        for (row, unit) in self.data.units.iter().enumerate() {
            let value = |id: &str| self.data.table.column(id)?.cells.get(row)?.value();
            let found = points(how, &value);
            if found.is_none() {
                left.warnings.push(format!("{unit} 缺少计分所需的数，没有得分"));
            }
            let (last, trail) = found.map_or((None, Vec::new()), |(last, trail)| (Some(last), trail));
            let steps = (0..how.steps.len()).map(|s| Field::from(trail.get(s).copied()));
            let head = [unit.as_str().into(), value(&how.start).into()];
            sheet.push(head.into_iter().chain(steps).chain([last.into()]).collect());
            root.push(last.map_or(Cell::Missing, Cell::Value));
        }
        self.scores = Some(Scores { groups: vec![(self.tree.root(), root)], ..Scores::default() });
        left.sheets.push(sheet);
    }

    pub(super) fn audit(&self, how: &Audit, spec: &Spec, left: &mut Left) {
        let groups = self.scores.as_ref().map_or(&[][..], |s| &s.groups);
        let nodes = audit::all_nodes(&self.data.table, &spec.tree, groups);
        let warnings = &mut left.warnings;
        left.sheets.extend([
            audit::columns(how, &self.data.table, &self.tree, warnings),
            audit::correlations(how, &self.tree, &nodes, warnings),
            audit::consistency(how, &self.tree, &nodes, warnings),
            audit::weights(&self.tree, &self.weights, &nodes),
        ]);
    }
}
