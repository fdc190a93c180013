//! The little linear algebra that weights need.

use super::stats::sum;

/// Eigenvalues in descending order, each with its vector of length 1 (sign: the largest component is positive).
pub type Eigen = Vec<(f64, Vec<f64>)>;

/// All eigenvalues of a symmetric matrix, by rotations (Jacobi 1846). Rows beyond the first row's length are not read.
#[must_use]
pub fn symmetric_eigen(matrix: &[Vec<f64>]) -> Eigen {
    let n = matrix.len();
    let mut a: Vec<f64> = matrix.iter().flat_map(|row| row.iter().copied().take(n)).collect();
    a.resize(n * n, 0.0);
    let mut v: Vec<f64> = (0..n * n).map(|i| if i / n.max(1) == i % n.max(1) { 1.0 } else { 0.0 }).collect();
    for _ in 0..100 {
        let scale = sum(a.iter().map(|x| x * x));
        let off = sum((0..n * n).filter(|i| i / n != i % n).filter_map(|i| a.get(i)).map(|x| x * x));
        if off <= 1e-32 * scale {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, n, p, q);
            }
        }
    }
    let mut found: Eigen =
        (0..n).map(|j| (at(&a, n, j, j), upright((0..n).map(|i| at(&v, n, i, j)).collect()))).collect();
    found.sort_by(|x, y| y.0.total_cmp(&x.0));
    found
}

fn at(m: &[f64], n: usize, i: usize, j: usize) -> f64 {
    m.get(i * n + j).copied().unwrap_or_default()
}

fn rotate(a: &mut [f64], v: &mut [f64], n: usize, p: usize, q: usize) {
    let apq = at(a, n, p, q);
    if apq == 0.0 {
        return;
    }
    let theta = (at(a, n, q, q) - at(a, n, p, p)) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for k in 0..n {
        turn(a, (k * n + p, k * n + q), c, s);
        turn(v, (k * n + p, k * n + q), c, s);
    }
    for k in 0..n {
        turn(a, (p * n + k, q * n + k), c, s);
    }
}

fn turn(m: &mut [f64], (p, q): (usize, usize), c: f64, s: f64) {
    let (x, y) = (m.get(p).copied().unwrap_or_default(), m.get(q).copied().unwrap_or_default());
    if let Some(cell) = m.get_mut(p) {
        *cell = c * x - s * y;
    }
    if let Some(cell) = m.get_mut(q) {
        *cell = s * x + c * y;
    }
}

fn upright(v: Vec<f64>) -> Vec<f64> {
    let largest = v.iter().copied().fold(0.0_f64, |m, x| if x.abs() > m.abs() + 1e-12 { x } else { m });
    if largest < 0.0 { v.into_iter().map(|x| -x).collect() } else { v }
}

/// The principal eigenvalue of a positive matrix and its vector with sum 1, by the power method (von Mises 1929).
#[must_use]
pub fn principal(rows: &[Vec<f64>]) -> (f64, Vec<f64>) {
    let n = rows.len();
    let mut w = vec![1.0 / super::stats::count(n.max(1)); n];
    let mut value = 0.0;
    for _ in 0..10_000 {
        let next: Vec<f64> = rows.iter().map(|row| sum(row.iter().zip(&w).map(|(a, b)| a * b))).collect();
        let total = sum(next.iter().copied());
        let next: Vec<f64> = next.into_iter().map(|x| x / total).collect();
        let moved = w.iter().zip(&next).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        (w, value) = (next, total);
        if moved < 1e-16 {
            break;
        }
    }
    (value, w)
}

/// Orthogonal rotation of loadings (rows: variables, columns: factors) that simplifies the columns (Kaiser 1958).
#[must_use]
pub fn varimax(loadings: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut l = loadings.to_vec();
    let factors = l.first().map_or(0, Vec::len);
    for _ in 0..200 {
        let mut largest = 0.0_f64;
        for p in 0..factors {
            for q in p + 1..factors {
                largest = largest.max(rotate_factors(&mut l, p, q).abs());
            }
        }
        if largest < 1e-12 {
            break;
        }
    }
    l
}

fn rotate_factors(l: &mut [Vec<f64>], p: usize, q: usize) -> f64 {
    let pair = |row: &Vec<f64>| (row.get(p).copied().unwrap_or_default(), row.get(q).copied().unwrap_or_default());
    let n = super::stats::count(l.len());
    let u: Vec<(f64, f64)> = l
        .iter()
        .map(|row| {
            let (x, y) = pair(row);
            (x * x - y * y, 2.0 * x * y)
        })
        .collect();
    let (a, b) = (sum(u.iter().map(|t| t.0)), sum(u.iter().map(|t| t.1)));
    let c = sum(u.iter().map(|t| t.0 * t.0 - t.1 * t.1)) - (a * a - b * b) / n;
    let d = 2.0 * (sum(u.iter().map(|t| t.0 * t.1)) - a * b / n);
    let angle = d.atan2(c) / 4.0;
    for row in l.iter_mut() {
        let (x, y) = pair(row);
        if let Some(cell) = row.get_mut(p) {
            *cell = x * angle.cos() + y * angle.sin();
        }
        if let Some(cell) = row.get_mut(q) {
            *cell = -x * angle.sin() + y * angle.cos();
        }
    }
    angle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_is_its_eigenvalues_and_vectors() {
        let m = vec![vec![4.0, 1.0, 0.5], vec![1.0, 3.0, 0.2], vec![0.5, 0.2, 1.0]];
        let found = symmetric_eigen(&m);
        assert!((found.iter().map(|e| e.0).sum::<f64>() - 8.0).abs() < 1e-12);
        for (value, vector) in &found {
            for (i, row) in m.iter().enumerate() {
                let product: f64 = row.iter().zip(vector).map(|(a, b)| a * b).sum();
                assert!((product - value * vector[i]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_consistent_comparison_has_its_size_as_eigenvalue() {
        let w = [0.5, 0.3, 0.2];
        let rows: Vec<Vec<f64>> = w.iter().map(|a| w.iter().map(|b| a / b).collect()).collect();
        let (value, found) = principal(&rows);
        assert!((value - 3.0).abs() < 1e-12 && found.iter().zip(w).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
