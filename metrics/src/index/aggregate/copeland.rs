//! Copeland's rule on the outranking matrix (Copeland 1951; Munda and Nardo 2009; COINr).
//!
//! A unit beats another if the weights of the indicators in which it is ahead, ties counting half, exceed one half. The
//! score is victories less defeats: only the order within each indicator counts, nothing compensates. Quadratic in units.

use crate::index::cell::{Cell, values};
use crate::index::tie;

/// Scores from columns with their weights. A unit without any number has none.
pub(super) fn copeland(columns: &[(Vec<Cell>, f64)]) -> Vec<Cell> {
    let n = columns.first().map_or(0, |(c, _)| c.len());
    let sizes: Vec<f64> = columns.iter().map(|(c, _)| tie::size(&values(c))).collect();
    let duel = |a: usize, b: usize| {
        let (mut ahead, mut total) = (0.0, 0.0);
        for ((cells, weight), size) in columns.iter().zip(&sizes) {
            let pair = (cells.get(a).and_then(|c| c.value()), cells.get(b).and_then(|c| c.value()));
            let (Some(x), Some(y)) = pair else { continue };
            total += weight;
            ahead += weight
                * if tie::equal(x, y, *size) {
                    0.5
                } else if x > y {
                    1.0
                } else {
                    0.0
                };
        }
        victory(ahead, total)
    };
    let taking_part = |unit: usize| columns.iter().any(|(c, w)| *w > 0.0 && c.get(unit).is_some_and(|c| c.is_value()));
    let score = |unit: usize| {
        if taking_part(unit) { Cell::Value((0..n).map(|other| duel(unit, other)).sum()) } else { Cell::NotApplicable }
    };
    (0..n).map(score).collect()
}

/// 1, 0 or −1.
fn victory(ahead: f64, total: f64) -> f64 {
    let lead = ahead - (total - ahead);
    if lead.abs() <= tie::RELATIVE * total { 0.0 } else { lead.signum() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn victories_less_defeats() {
        let column = |x: [f64; 3]| x.map(Cell::Value).to_vec();
        let found =
            copeland(&[(column([3.0, 2.0, 1.0]), 0.4), (column([3.0, 1.0, 2.0]), 0.3), (column([1.0, 1.0, 5.0]), 0.3)]);
        // 1 beats 2 (0.7 and half of 0.3) and 3 (0.7); 3 beats 2 (0.6).
        assert_eq!(values(&found), [2.0, -2.0, 0.0]);
    }
}
