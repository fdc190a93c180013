//! The analytic hierarchy process (Saaty 1977, 1980): weights from comparisons in pairs, with their consistency.

use super::{Basis, Weighed};
use crate::index::error::{Fault, Outcome};
use crate::index::linear::principal;
use crate::index::sheet::Sheet;
use crate::index::stats::{count, sum};

/// One judge's comparisons of what stands below a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The node.
    pub of: String,
    /// What is compared, in the order of rows and columns.
    pub order: Vec<String>,
    /// How many times more important the row is than the column; positive and reciprocal.
    pub rows: Vec<Vec<f64>>,
}

/// From comparisons to weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// Principal eigenvector (Saaty 1977).
    #[default]
    Eigenvector,
    /// Geometric means of rows (Crawford and Williams 1985).
    Geometric,
    /// Means of the columns divided by their sum (和法).
    Arithmetic,
}

/// Consistency index of random comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum RandomIndex {
    /// Saaty 1980: 0.58 for three, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49 for ten; 1.51 … 1.59 for fifteen.
    #[default]
    Saaty,
    /// Alonso and Lamata 2006: (2.7699 n − 4.3513 − n)/(n − 1).
    Alonso,
    /// This number.
    Given(f64),
}

impl RandomIndex {
    fn of(self, n: usize) -> Option<f64> {
        const SAATY: [f64; 16] =
            [0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59];
        match self {
            Self::Saaty => SAATY.get(n).copied(),
            Self::Alonso if n > 2 => Some((1.7699 * count(n) - 4.3513) / (count(n) - 1.0)),
            Self::Alonso => Some(0.0),
            Self::Given(index) => Some(index),
        }
    }
}

/// How to weigh by comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Ahp {
    /// The comparisons; several of one node are several judges, taken together by geometric means (Aczél and Saaty 1983).
    pub comparisons: Vec<Comparison>,
    /// From comparisons to weights.
    pub way: Way,
    /// Consistency of random comparisons.
    pub random: RandomIndex,
    /// Consistency ratio up to which comparisons are taken as consistent.
    pub limit: f64,
}

impl Ahp {
    pub(super) fn without(&self, stays: &impl Fn(&str) -> bool) -> Self {
        let comparisons = self.comparisons.iter().filter(|c| stays(&c.of)).map(|c| c.without(stays));
        Self { comparisons: comparisons.filter(|c| !c.order.is_empty()).collect(), ..self.clone() }
    }
}

impl Comparison {
    fn without(&self, stays: &impl Fn(&str) -> bool) -> Self {
        let keep: Vec<bool> = self.order.iter().map(|id| stays(id)).collect();
        let row = |row: &Vec<f64>| row.iter().zip(&keep).filter(|(_, k)| **k).map(|(v, _)| *v).collect();
        Self {
            of: self.of.clone(),
            order: self.order.iter().filter(|id| stays(id)).cloned().collect(),
            rows: self.rows.iter().zip(&keep).filter(|(_, k)| **k).map(|(r, _)| row(r)).collect(),
        }
    }
}

/// The weights of one set of comparisons, and how consistent they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Sum to 1.
    pub weights: Vec<f64>,
    /// Principal eigenvalue, or its estimate from the weights.
    pub lambda_max: f64,
    /// (λ − n)/(n − 1).
    pub index: f64,
    /// Index over that of random comparisons; none where there is no table for so many.
    pub ratio: Option<f64>,
}

/// Weighs one matrix.
#[must_use]
pub fn judge(rows: &[Vec<f64>], way: Way, random: RandomIndex) -> Judged {
    let n = rows.len();
    let (eigenvalue, eigenvector) = principal(rows);
    let weights = match way {
        Way::Eigenvector => eigenvector,
        Way::Geometric => to_one(rows.iter().map(|r| (sum(r.iter().map(|v| v.ln())) / count(n)).exp()).collect()),
        Way::Arithmetic => {
            let total = |j: usize| sum(rows.iter().filter_map(|r| r.get(j).copied()));
            to_one(rows.iter().map(|r| sum(r.iter().enumerate().map(|(j, v)| v / total(j)))).collect())
        }
    };
    let product = |row: &Vec<f64>| sum(row.iter().zip(&weights).map(|(a, w)| a * w));
    let estimate = sum(rows.iter().zip(&weights).map(|(row, w)| product(row) / w)) / count(n.max(1));
    let lambda_max = if way == Way::Eigenvector { eigenvalue } else { estimate };
    let index = if n > 1 { (lambda_max - count(n)) / (count(n) - 1.0) } else { 0.0 };
    let ratio = random.of(n).map(|r| if n < 3 || r == 0.0 { 0.0 } else { index / r });
    Judged { weights, lambda_max, index, ratio }
}

fn to_one(weights: Vec<f64>) -> Vec<f64> {
    super::to_one(weights).unwrap_or_default()
}

pub(super) fn weigh(how: &Ahp, basis: &Basis<'_>) -> Outcome<Weighed> {
    let columns = ["group", "judges", "n", "lambda_max", "ci", "cr", "consistent"];
    let mut sheet = Sheet::new("ahp", "层次分析法一致性检验", &columns);
    let mut done = Weighed { weights: basis.weights.to_vec(), ..Weighed::default() };
    let mut nodes: Vec<&String> = how.comparisons.iter().map(|c| &c.of).collect();
    nodes.dedup();
    for node in nodes {
        let (order, rows, judges) = together(how, node, basis)?;
        let judged = judge(&rows, how.way, how.random);
        let consistent = judged.ratio.is_none_or(|r| r <= how.limit);
        if !consistent {
            let ratio = judged.ratio.unwrap_or_default();
            done.warnings.push(format!("{node} 的判断矩阵一致性比率{ratio:.3}，大于{}，请复核两两比较", how.limit));
        }
        for (at, weight) in order.iter().zip(&judged.weights) {
            if let Some(old) = done.weights.get_mut(*at) {
                *old = *weight;
            }
        }
        let ratio = judged.ratio;
        sheet.push(vec![
            node.as_str().into(),
            judges.into(),
            order.len().into(),
            judged.lambda_max.into(),
            judged.index.into(),
            ratio.into(),
            consistent.into(),
        ]);
    }
    done.sheets.push(sheet);
    Ok(done)
}

/// All judges of a node together: places of what they compare, the matrix, how many they are.
fn together(how: &Ahp, node: &str, basis: &Basis<'_>) -> Outcome<(Vec<usize>, Vec<Vec<f64>>, usize)> {
    let judges: Vec<&Comparison> = how.comparisons.iter().filter(|c| c.of == node).collect();
    let order: &[String] = judges.first().map_or(&[], |c| &c.order);
    for judge in &judges {
        check(judge, basis)?;
        if judge.order != order {
            return Err(Fault::new(format!("{node} 的几个判断矩阵次序不同"), "各评委的 order 写成一样"));
        }
    }
    let cell = |i: usize, j: usize| {
        let logs = judges.iter().filter_map(|c| Some(c.rows.get(i)?.get(j)?.ln()));
        (sum(logs) / count(judges.len())).exp()
    };
    let n = order.len();
    let rows = match judges.as_slice() {
        [one] => one.rows.clone(),
        _ => (0..n).map(|i| (0..n).map(|j| cell(i, j)).collect()).collect(),
    };
    Ok((order.iter().filter_map(|id| basis.tree.place(id)).collect(), rows, judges.len()))
}

fn check(judge: &Comparison, basis: &Basis<'_>) -> Outcome<()> {
    let group = basis.tree.place(&judge.of).and_then(|at| basis.tree.nodes.get(at));
    let below: Vec<&str> =
        group.iter().flat_map(|g| &g.children).filter_map(|c| basis.tree.nodes.get(*c)).map(|n| &*n.id).collect();
    let named = |id: &&str| judge.order.iter().any(|o| o == id);
    if below.is_empty() || below.len() != judge.order.len() || !below.iter().all(named) {
        let what = format!("判断矩阵 of = {} 的 order 应恰为它的下级：{}", judge.of, below.join("、"));
        return Err(Fault::new(what, "核对 of 和 order"));
    }
    let n = judge.order.len();
    if judge.rows.len() != n || judge.rows.iter().any(|r| r.len() != n || r.iter().any(|v| *v <= 0.0)) {
        return Err(Fault::new(format!("{} 的判断矩阵应为{n}行{n}列的正数", judge.of), "补齐 rows"));
    }
    let at = |i: usize, j: usize| judge.rows.get(i).and_then(|r| r.get(j)).copied().unwrap_or_default();
    let pairs = (0..n).flat_map(|i| (0..=i).map(move |j| (i, j)));
    let broken = pairs.into_iter().find(|(i, j)| (at(*i, *j) * at(*j, *i) - 1.0).abs() > 0.02);
    broken.map_or(Ok(()), |(i, j)| {
        let what = format!("{} 的判断矩阵第{}行第{}列与对称位置不互为倒数", judge.of, i + 1, j + 1);
        Err(Fault::new(what, "对角线写1，对称位置写倒数，如 3 与 \"1/3\""))
    })
}
