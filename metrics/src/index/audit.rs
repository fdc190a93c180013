//! Audit: what the columns look like, what hangs together, and what really weighs.
//!
//! Papers: Cronbach 1951 (alpha); Saisana, Saltelli and Tarantola 2005 and Becker et al. 2017 (weights are not importance).

use super::cell::{Cell, values};
use super::sheet::{Field, Sheet};
use super::stats::{self, Correlation, Divisor, Moments, count};
use super::table::Table;
use super::tie;
use super::tree::Tree;

/// What is remarkable.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// Which correlation.
    pub correlation: Correlation,
    /// Correlation within a group above which two indicators say the same.
    pub redundant: f64,
    /// Correlation with its group or the index below which an indicator is silent.
    pub weak: f64,
    /// Share of units with the same number from which an indicator does not discriminate.
    pub same: f64,
    /// Smallest Cronbach alpha.
    pub alpha: f64,
}

impl Default for Audit {
    fn default() -> Self {
        Self { correlation: Correlation::Pearson, redundant: 0.92, weak: 0.3, same: 0.8, alpha: 0.7 }
    }
}

/// Statistics of each column.
#[must_use]
pub fn columns(how: &Audit, table: &Table, tree: &Tree, warnings: &mut Vec<String>) -> Sheet {
    let head = [
        "indicator",
        "n",
        "missing",
        "not_applicable",
        "withheld",
        "zero",
        "min",
        "q1",
        "median",
        "mean",
        "q3",
        "max",
        "sd",
        "cv",
        "skewness",
        "kurtosis",
        "distinct",
        "most_frequent_share",
        "discriminates",
    ];
    let mut sheet = Sheet::new("columns", "各指标的统计量", &head);
    for column in table.columns.iter().take(tree.leaves) {
        let x = values(&column.cells);
        let absent = |kind: Cell| Field::from(column.cells.iter().filter(|c| **c == kind).count());
        let ends = stats::range(&x);
        let (mean, sd) = (stats::mean(&x), stats::deviation(&x, Divisor::Sample));
        let (distinct, share) = repetition(&x);
        let discriminates = distinct > 1 && share < how.same;
        if !discriminates {
            warnings.push(format!("指标 {} 区分度低：{:.0}%的单位数值相同", column.id, share * 100.0));
        }
        sheet.push(vec![
            column.id.as_str().into(),
            x.len().into(),
            absent(Cell::Missing),
            absent(Cell::NotApplicable),
            absent(Cell::Withheld),
            absent(Cell::Value(0.0)),
            ends.map(|e| e.0).into(),
            stats::quantile(&x, 0.25).into(),
            stats::median(&x).into(),
            mean.into(),
            stats::quantile(&x, 0.75).into(),
            ends.map(|e| e.1).into(),
            sd.into(),
            mean.zip(sd).filter(|(m, _)| *m != 0.0).map(|(m, s)| s / m.abs()).into(),
            stats::skewness(&x, Moments::Corrected).into(),
            stats::kurtosis(&x, Moments::Corrected).into(),
            distinct.into(),
            share.into(),
            discriminates.into(),
        ]);
    }
    sheet
}

/// How many different numbers, and the share of the most frequent.
fn repetition(x: &[f64]) -> (usize, f64) {
    let ranks = stats::sorted(&tie::ranks(x, false, tie::Ties::Dense));
    let distinct = ranks.last().map_or(0, |r| stats::whole(*r));
    let runs = ranks.chunk_by(|a, b| tie::equal(*a, *b, 0.0)).map(<[f64]>::len);
    (distinct, if x.is_empty() { 0.0 } else { count(runs.max().unwrap_or_default()) / count(x.len()) })
}

/// All nodes of the tree as columns: indicators, then groups where they have scores.
#[must_use]
pub fn all_nodes(table: &Table, tree: &Tree, groups: &[(usize, Vec<Cell>)]) -> Vec<(usize, Vec<Cell>)> {
    let leaves = table.columns.iter().take(tree.leaves).map(|c| c.cells.clone()).enumerate();
    leaves.chain(groups.iter().cloned()).collect()
}

/// Correlation of every two indicators of a group, and of every node with the nodes above it.
#[must_use]
pub fn correlations(how: &Audit, tree: &Tree, nodes: &[(usize, Vec<Cell>)], warnings: &mut Vec<String>) -> Sheet {
    let head = ["node", "with", "relation", "n", "correlation", "flag"];
    let mut sheet = Sheet::new("correlations", "相关性：同组之间，与上级之间", &head);
    let name = |at: usize| tree.nodes.get(at).map_or("", |n| n.id.as_str());
    for (at, cells) in nodes {
        for (other, others) in nodes {
            let Some(relation) = relation(tree, *at, *other) else { continue };
            let (x, y) = pairs(cells, others);
            let r = how.correlation.of(&x, &y);
            let flag = flag(how, relation, r);
            if !flag.is_empty() {
                warnings.push(format!(
                    "{}与{}的相关系数为{:.2}：{flag}",
                    name(*at),
                    name(*other),
                    r.unwrap_or_default()
                ));
            }
            let row = [name(*at).into(), name(*other).into(), relation.into(), x.len().into(), r.into(), flag.into()];
            sheet.push(row.to_vec());
        }
    }
    sheet
}

/// `sibling` for a later member of the same group, `parent`, `above`.
fn relation(tree: &Tree, at: usize, other: usize) -> Option<&'static str> {
    let parent = |n: usize| tree.nodes.get(n).and_then(|n| n.parent);
    if other > at && parent(at).is_some() && parent(at) == parent(other) {
        return Some("sibling");
    }
    if parent(at) == Some(other) {
        return Some("parent");
    }
    std::iter::successors(parent(at), |n| parent(*n)).any(|n| n == other).then_some("above")
}

fn flag(how: &Audit, relation: &str, r: Option<f64>) -> &'static str {
    match r {
        None => "",
        Some(r) if relation == "sibling" && r > how.redundant => "重复度高",
        Some(r) if relation == "sibling" && r < -0.4 => "同组指标方向相反",
        Some(r) if relation == "parent" && r < 0.0 => "与所属分组负相关",
        Some(r) if relation == "parent" && r < how.weak => "对所属分组几乎没有影响",
        Some(_) => "",
    }
}

/// The numbers of units that have both.
fn pairs(a: &[Cell], b: &[Cell]) -> (Vec<f64>, Vec<f64>) {
    a.iter().zip(b).filter_map(|(a, b)| a.value().zip(b.value())).unzip()
}

/// Cronbach's alpha of a group: k/(k − 1) × (1 − Σ variances / variance of the sum), over units with all numbers.
#[must_use]
pub fn cronbach(columns: &[&[Cell]]) -> Option<f64> {
    let rows = columns.first()?.len();
    let whole: Vec<Vec<f64>> =
        (0..rows).filter_map(|r| columns.iter().map(|c| c.get(r)?.value()).collect::<Option<Vec<f64>>>()).collect();
    let k = count(columns.len());
    let of = |j: usize| {
        stats::variance(&whole.iter().filter_map(|r| r.get(j).copied()).collect::<Vec<f64>>(), Divisor::Sample)
    };
    let parts: Option<Vec<f64>> = (0..columns.len()).map(of).collect();
    let totals: Vec<f64> = whole.iter().map(|r| stats::sum(r.iter().copied())).collect();
    let total = stats::variance(&totals, Divisor::Sample).filter(|v| *v > 0.0)?;
    (columns.len() > 1).then(|| k / (k - 1.0) * (1.0 - stats::sum(parts.unwrap_or_default()) / total))
}

/// Cronbach's alpha of every group, and of all indicators together.
#[must_use]
pub fn consistency(how: &Audit, tree: &Tree, nodes: &[(usize, Vec<Cell>)], warnings: &mut Vec<String>) -> Sheet {
    let mut sheet = Sheet::new("consistency", "内部一致性（Cronbach α）", &["group", "members", "alpha", "flag"]);
    let cells = |at: &usize| nodes.iter().find(|(n, _)| n == at).map(|(_, c)| c.as_slice());
    let groups = tree.groups().map(|(_, g)| (g.id.clone(), g.children.clone()));
    for (id, members) in groups.chain([("全部指标".to_owned(), (0..tree.leaves).collect())]) {
        let columns: Vec<&[Cell]> = members.iter().filter_map(cells).collect();
        let alpha = cronbach(&columns);
        let low = alpha.is_some_and(|a| a < how.alpha);
        if low {
            warnings.push(format!("{id}的 Cronbach α 为{:.2}，低于{}", alpha.unwrap_or_default(), how.alpha));
        }
        sheet.push(vec![id.into(), columns.len().into(), alpha.into(), if low { "一致性低" } else { "" }.into()]);
    }
    sheet
}

/// Weights as they are, in effect, and as the data make them: the squared correlation with the index, as a share.
#[must_use]
pub fn weights(tree: &Tree, weights: &[f64], nodes: &[(usize, Vec<Cell>)]) -> Sheet {
    let head = ["node", "level", "parent", "weight", "effective_weight", "importance"];
    let mut sheet = Sheet::new("weights", "权重：组内权重、有效权重、实际重要性", &head);
    let (shares, effective) = (tree.shares(weights), tree.effective(weights));
    let root = nodes.last().filter(|(at, _)| *at == tree.root()).map(|(_, c)| c.as_slice());
    let squared = |cells: &[Cell]| {
        let (x, y) = pairs(cells, root?);
        stats::pearson(&x, &y).map(|r| r * r)
    };
    let own = |at: usize| nodes.iter().find(|(n, _)| *n == at).and_then(|(_, c)| squared(c));
    let total = |level: usize| {
        stats::sum(tree.nodes.iter().enumerate().filter(|(_, n)| n.level == level).filter_map(|(at, _)| own(at)))
    };
    for (at, node) in tree.nodes.iter().enumerate() {
        let parent = node.parent.and_then(|p| tree.nodes.get(p)).map(|p| p.id.clone());
        let importance = own(at).map(|r| r / total(node.level)).filter(|r| r.is_finite());
        sheet.push(vec![
            node.id.as_str().into(),
            node.level.into(),
            parent.into(),
            shares.get(at).copied().into(),
            effective.get(at).copied().into(),
            importance.into(),
        ]);
    }
    sheet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_of_equal_columns_is_one() {
        let column: Vec<Cell> = [1.0, 3.0, 2.0, 7.0].map(Cell::Value).to_vec();
        assert!((cronbach(&[&column, &column]).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(cronbach(&[&column]), None);
        // By hand: variances 1 and 1, of the sum 3: 2 × (1 − 2/3).
        let (a, b) = ([1.0, 2.0, 3.0].map(Cell::Value), [1.0, 3.0, 2.0].map(Cell::Value));
        assert!((cronbach(&[&a, &b]).unwrap() - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn repeated_numbers_are_seen() {
        assert_eq!(repetition(&[1.0, 1.0, 1.0, 2.0]), (2, 0.75));
    }
}
