//! Stages that rank and grade, and the result.

use super::{Left, Placed, State};
use crate::index::cell::Cell;
use crate::index::error::{Fault, Outcome};
use crate::index::sheet::{Field, Sheet};
use crate::index::spec::{Band, Rank};
use crate::index::tie;

impl State {
    pub(super) fn rank(&mut self, how: Rank, left: &mut Left) -> Outcome<()> {
        let scores = self.scores.as_ref().ok_or_else(no_scores)?;
        let high_first = how.high_first.unwrap_or(!scores.low_first);
        let ranked: Vec<(usize, Vec<Option<f64>>)> =
            scores.groups.iter().rev().map(|(at, cells)| (*at, ranks(how, high_first, cells))).collect();
        let mut sheet = Sheet::new("", "名次（总指数在前）", &["unit"]);
        let name = |at: &usize| self.tree.nodes.get(*at).map(|n| n.id.clone()).unwrap_or_default();
        sheet.columns.extend(ranked.iter().map(|(at, _)| name(at)));
        for (row, unit) in self.data.units.iter().enumerate() {
            let fields = ranked.iter().map(|(_, r)| Field::from(r.get(row).copied().flatten()));
            sheet.push(std::iter::once(unit.as_str().into()).chain(fields).collect());
        }
        let rounded = |c: &Cell| c.value().map(|x| how.digits.map_or(x, |d| tie::rounded(x, d)));
        let of_root = ranked.first().map_or(&[][..], |(_, r)| r);
        let grade = |at: usize| self.placed.get(at).and_then(|p| p.2.clone());
        let root = scores.root().iter().zip(of_root).enumerate();
        self.placed = root.map(|(at, (cell, rank))| (rounded(cell), *rank, grade(at))).collect();
        left.sheets.push(sheet);
        Ok(())
    }

    pub(super) fn grade(&mut self, bands: &[Band], digits: Option<u32>, left: &mut Left) -> Outcome<()> {
        let scores = self.scores.as_ref().ok_or_else(no_scores)?;
        let mut sheet = Sheet::new("", "等次", &["unit", "score", "grade"]);
        self.placed.resize(scores.root().len(), (None, None, None));
        for ((unit, cell), placed) in self.data.units.iter().zip(scores.root()).zip(&mut self.placed) {
            let score = cell.value().map(|x| digits.map_or(x, |d| tie::rounded(x, d)));
            let reaches = |x: f64, band: &Band| band.at_least.is_none_or(|from| x >= from || tie::equal(x, from, 0.0));
            placed.2 = score.and_then(|x| bands.iter().find(|b| reaches(x, b))).map(|b| b.label.clone());
            placed.0 = placed.0.or(score);
            sheet.push(vec![unit.as_str().into(), score.into(), placed.2.clone().into()]);
        }
        left.sheets.push(sheet);
        Ok(())
    }

    /// The units in the order of their rank, those without one last.
    pub(super) fn placed_units(&self) -> Vec<Placed> {
        let root = |at: usize| self.scores.as_ref().and_then(|s| s.root().get(at)?.value());
        let placed = |(at, (unit, name)): (usize, (&String, &String))| {
            let (score, rank, grade) = self.placed.get(at).cloned().unwrap_or_default();
            Placed { unit: unit.clone(), name: name.clone(), score: score.or_else(|| root(at)), rank, grade }
        };
        let mut units: Vec<Placed> = self.data.units.iter().zip(&self.data.names).enumerate().map(placed).collect();
        units.sort_by(|a, b| a.rank.unwrap_or(f64::MAX).total_cmp(&b.rank.unwrap_or(f64::MAX)));
        units
    }
}

fn ranks(how: Rank, high_first: bool, cells: &[Cell]) -> Vec<Option<f64>> {
    let round = |x: f64| how.digits.map_or(x, |d| tie::rounded(x, d));
    let scores: Vec<f64> = cells.iter().filter_map(|c| c.value()).map(round).collect();
    let mut ranks = tie::ranks(&scores, high_first, how.ties).into_iter();
    cells.iter().map(|c| if c.is_value() { ranks.next() } else { None }).collect()
}

fn no_scores() -> Fault {
    Fault::new("前面没有得分", "在它之前写 do = \"aggregate\" 或 do = \"points\" 的环节")
}

pub(super) fn result_sheet(units: &[Placed]) -> Sheet {
    let mut sheet = Sheet::new("result", "结果：得分、名次、等次", &["unit", "name", "score", "rank", "grade"]);
    for placed in units {
        sheet.push(vec![
            placed.unit.as_str().into(),
            placed.name.as_str().into(),
            placed.score.into(),
            placed.rank.into(),
            placed.grade.clone().into(),
        ]);
    }
    sheet
}
