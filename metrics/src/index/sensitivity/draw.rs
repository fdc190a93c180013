//! Drawing weights.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::index::tree::Tree;

/// How weights are drawn within each group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Draw {
    /// w × (1 ± f), uniform (COINr's noise weights).
    Noise(f64),
    /// Uniform over all weightings that sum to 1 (Dirichlet with all parameters 1; Rubin 1981).
    Simplex,
}

/// Weights of all nodes; those of levels not named stay. Not brought to sum 1.
pub fn draw_weights(draw: Draw, levels: &[usize], tree: &Tree, nominal: &[f64], rng: &mut ChaCha8Rng) -> Vec<f64> {
    let varies = |level: usize| levels.is_empty() || levels.contains(&level);
    let one = |(node, w): (&crate::index::tree::Node, &f64)| {
        if node.parent.is_none() || !varies(node.level) {
            return *w;
        }
        match draw {
            Draw::Noise(f) => w * (1.0 + f * rng.random_range(-1.0..1.0)),
            // Exponential numbers divided by their sum are uniform on the simplex.
            Draw::Simplex => -(1.0 - rng.random::<f64>()).ln(),
        }
    };
    tree.nodes.iter().zip(nominal).map(one).collect()
}
