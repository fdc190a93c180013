//! Pairs of units whose order is not settled.

use super::model::Model;
use super::monte_carlo::Simulated;
use crate::index::sheet::Sheet;
use crate::index::stats::count;

/// Up to so many units all pairs are compared, beyond only neighbours in the ranking.
const ALL_PAIRS: usize = 60;

/// In what share of runs the one that ranks higher is ahead, ties counting half; a pair is not distinguishable if that
/// share lies within the interval.
pub(super) fn pairs(model: &Model, simulated: &Simulated, interval: (f64, f64)) -> Sheet {
    let head = ["unit", "rank", "other", "other_rank", "ahead_share", "distinguishable"];
    let mut sheet = Sheet::new("pairs", "两两可区分性", &head);
    let rank = |unit: usize| model.nominal.get(unit).copied().unwrap_or_default();
    let mut order: Vec<usize> = (0..model.units.len()).collect();
    order.sort_by(|a, b| rank(*a).total_cmp(&rank(*b)));
    let reach = if order.len() <= ALL_PAIRS { order.len() } else { 1 };
    for (at, first) in order.iter().enumerate() {
        for second in order.iter().skip(at + 1).take(reach) {
            let share = ahead(simulated, *first, *second);
            let settled = share > interval.1 || share < interval.0;
            let name = |u: usize| model.units.get(u).map_or("", String::as_str);
            sheet.push(vec![
                name(*first).into(),
                rank(*first).into(),
                name(*second).into(),
                rank(*second).into(),
                share.into(),
                settled.into(),
            ]);
        }
    }
    sheet
}

fn ahead(simulated: &Simulated, first: usize, second: usize) -> f64 {
    let one = |run: &[u32]| match run.get(first).cmp(&run.get(second)) {
        std::cmp::Ordering::Less => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Greater => 0.0,
    };
    simulated.runs().map(one).sum::<f64>() / count(simulated.runs().count().max(1))
}
