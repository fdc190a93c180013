//! Weights from principal components of the correlation matrix.
//!
//! Forms: the first component (OECD and JRC 2008, 1.6), squared loadings after rotation (Nicoletti, Scarpetta and Boylaud
//! 2000), and score coefficients weighed by explained variance (综合得分系数法).

use super::Sample;
use crate::index::error::{Fault, Outcome};
use crate::index::linear::{Eigen, symmetric_eigen, varimax};
use crate::index::sheet::{Field, Sheet};
use crate::index::stats::{count, pearson, sum};

/// Form of the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PcaForm {
    /// Absolute components of the first eigenvector.
    #[default]
    First,
    /// Squared components of the first eigenvector.
    FirstSquared,
    /// Squared rotated loadings over their factor's variance; each indicator goes by its highest factor, factors by variance.
    Nicoletti,
    /// Σ share × |loading|/√eigenvalue over the components kept.
    Scores,
}

/// How to weigh.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    /// Form of the weights.
    pub form: PcaForm,
    /// Components with at least this eigenvalue are kept (Kaiser 1960).
    pub min_eigenvalue: f64,
    /// Components are kept until they explain this share of the variance; the eigenvalue decides, if none.
    pub min_variance: Option<f64>,
}

impl Default for Pca {
    fn default() -> Self {
        Self { form: PcaForm::First, min_eigenvalue: 1.0, min_variance: None }
    }
}

pub(super) fn weights(how: &Pca, label: &str, sample: &Sample) -> Outcome<(Vec<f64>, Vec<Sheet>)> {
    let eigen = symmetric_eigen(&correlations(sample)?);
    let kept = kept(how, &eigen);
    let loadings = loadings(&eigen, kept);
    let weights = match how.form {
        PcaForm::First => eigen.first().map(|(_, v)| v.iter().map(|x| x.abs()).collect()).unwrap_or_default(),
        PcaForm::FirstSquared => eigen.first().map(|(_, v)| v.iter().map(|x| x * x).collect()).unwrap_or_default(),
        PcaForm::Nicoletti => nicoletti(&varimax(&loadings)),
        PcaForm::Scores => scores(&eigen, kept),
    };
    Ok((weights, vec![components(label, &eigen, kept), loading_sheet(label, sample, &loadings)]))
}

fn correlations(sample: &Sample) -> Outcome<Vec<Vec<f64>>> {
    let flat = || Fault::new("主成分分析需要至少两个单位，且各指标有差异", "去掉没有区分度的指标");
    let row = |x: &Vec<f64>| sample.columns.iter().map(|y| pearson(x, y).ok_or_else(flat)).collect();
    sample.columns.iter().map(row).collect()
}

fn kept(how: &Pca, eigen: &Eigen) -> usize {
    let total = sum(eigen.iter().map(|e| e.0));
    let Some(share) = how.min_variance else {
        return eigen.iter().filter(|e| e.0 >= how.min_eigenvalue - 1e-12).count().max(1);
    };
    let explained = |k: usize| sum(eigen.iter().take(k).map(|e| e.0)) / total;
    (1..eigen.len()).find(|k| explained(*k) >= share - 1e-12).unwrap_or(eigen.len())
}

/// Rows: indicators; columns: components; eigenvector times the root of the eigenvalue.
fn loadings(eigen: &Eigen, kept: usize) -> Vec<Vec<f64>> {
    let of =
        |i: usize| eigen.iter().take(kept).map(move |(l, v)| v.get(i).copied().unwrap_or_default() * l.max(0.0).sqrt());
    (0..eigen.len()).map(|i| of(i).collect()).collect()
}

fn nicoletti(loadings: &[Vec<f64>]) -> Vec<f64> {
    let variance = |f: usize| sum(loadings.iter().filter_map(|r| r.get(f)).map(|l| l * l));
    let factors = loadings.first().map_or(0, Vec::len);
    let total = sum((0..factors).map(variance));
    let highest = |row: &Vec<f64>| {
        let squares = row.iter().enumerate().map(|(f, l)| (f, l * l));
        squares.fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best })
    };
    // l²/variance of the factor, times the factor's share of the variance.
    let weight = |(factor, square): (usize, f64)| square / variance(factor) * (variance(factor) / total);
    loadings.iter().map(|row| weight(highest(row))).collect()
}

fn scores(eigen: &Eigen, kept: usize) -> Vec<f64> {
    let total = sum(eigen.iter().take(kept).map(|e| e.0));
    let of =
        |i: usize| sum(eigen.iter().take(kept).map(|(l, v)| l / total * v.get(i).copied().unwrap_or_default().abs()));
    (0..eigen.len()).map(of).collect()
}

fn components(label: &str, eigen: &Eigen, kept: usize) -> Sheet {
    let columns = ["group", "component", "eigenvalue", "share", "cumulative", "kept"];
    let mut sheet = Sheet::new("pca", "主成分：特征值和方差贡献", &columns);
    let total = count(eigen.len());
    let mut cumulative = 0.0;
    for (at, (value, _)) in eigen.iter().enumerate() {
        cumulative += value / total;
        let share = Field::from(value / total);
        sheet.push(vec![label.into(), (at + 1).into(), (*value).into(), share, cumulative.into(), (at < kept).into()]);
    }
    sheet
}

fn loading_sheet(label: &str, sample: &Sample, loadings: &[Vec<f64>]) -> Sheet {
    let mut sheet = Sheet::new("pca_loadings", "主成分：载荷", &["group", "indicator", "component", "loading"]);
    for (id, row) in sample.ids.iter().zip(loadings) {
        for (at, loading) in row.iter().enumerate() {
            sheet.push(vec![label.into(), id.as_str().into(), (at + 1).into(), (*loading).into()]);
        }
    }
    sheet
}
