//! Subjective and objective weights together (组合赋权).

use super::{Basis, Scope, Weighed, groups_weigh_their_members};
use crate::index::error::{Fault, Outcome};
use crate::index::stats::sum;

/// How two weights meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// α × subjective + (1 − α) × objective (Ma, Fan and Huang 1999).
    Additive(f64),
    /// Product, brought to sum 1.
    Multiplicative,
    /// Root of the product, brought to sum 1 (least relative entropy).
    SquareRoot,
    /// The combination nearest to both (博弈论组合赋权: Chen, Liu and Li 2003).
    Game,
}

pub(super) fn weigh(rule: Rule, (a, b): (&Weighed, &Weighed), scope: Scope, basis: &Basis<'_>) -> Outcome<Weighed> {
    let tree = basis.tree;
    let mut weights = a.weights.clone();
    let sets: Vec<Vec<usize>> = match scope {
        Scope::All => vec![(0..tree.leaves).collect()],
        Scope::Group => tree.groups().map(|(_, g)| g.children.clone()).collect(),
    };
    for members in sets {
        let (of_a, of_b) = match scope {
            Scope::All => (tree.effective(&a.weights), tree.effective(&b.weights)),
            Scope::Group => (tree.shares(&a.weights), tree.shares(&b.weights)),
        };
        let pick = |all: &[f64]| members.iter().filter_map(|m| all.get(*m).copied()).collect::<Vec<f64>>();
        let met = meet(rule, &pick(&of_a), &pick(&of_b)).ok_or_else(none_left)?;
        for (member, weight) in members.iter().zip(met) {
            if let Some(old) = weights.get_mut(*member) {
                *old = weight;
            }
        }
    }
    if scope == Scope::All {
        groups_weigh_their_members(tree, &mut weights);
    }
    let both = |x: &[String], y: &[String]| x.iter().chain(y).cloned().collect();
    let sheets = a.sheets.iter().chain(&b.sheets).cloned().collect();
    Ok(Weighed { weights, sheets, warnings: both(&a.warnings, &b.warnings) })
}

/// Two sets of weights of sum 1 as one of sum 1; `None` when nothing is left.
fn meet(rule: Rule, s: &[f64], o: &[f64]) -> Option<Vec<f64>> {
    let both = || s.iter().zip(o);
    super::to_one(match rule {
        Rule::Additive(alpha) => both().map(|(s, o)| alpha * s + (1.0 - alpha) * o).collect(),
        Rule::Multiplicative => both().map(|(s, o)| s * o).collect(),
        Rule::SquareRoot => both().map(|(s, o)| (s * o).sqrt()).collect(),
        Rule::Game => {
            let (ss, oo, so) = (dot(s, s), dot(o, o), dot(s, o));
            let determinant = ss * oo - so * so;
            let (x, y) = ((ss * oo - so * oo) / determinant, (ss * oo - so * ss) / determinant);
            let (x, y) = if determinant.abs() < 1e-14 { (0.5, 0.5) } else { (x.abs(), y.abs()) };
            both().map(|(s, o)| (x * s + y * o) / (x + y)).collect()
        }
    })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum(a.iter().zip(b).map(|(x, y)| x * y))
}

fn none_left() -> Fault {
    Fault::new("主观权重与客观权重没有共同的指标，组合后全为0", "改用 rule = \"additive\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_meet_in_themselves_and_all_sum_to_one() {
        let (s, o) = ([0.5, 0.3, 0.2], [0.2, 0.2, 0.6]);
        for rule in [Rule::Additive(0.5), Rule::Multiplicative, Rule::SquareRoot, Rule::Game] {
            let met = meet(rule, &s, &o).unwrap();
            assert!((met.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{rule:?}");
        }
        let same = meet(Rule::Game, &s, &s).unwrap();
        assert!(same.iter().zip(s).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(meet(Rule::Multiplicative, &[1.0, 0.0], &[0.0, 1.0]).is_none());
    }
}
