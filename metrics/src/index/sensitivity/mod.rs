//! How much a ranking hangs on the choices made: Monte Carlo over weights and methods, Sobol indices, leaving one out.
//!
//! Papers: Saisana, Saltelli and Tarantola, J. R. Statist. Soc. A 168(2), 2005; OECD and JRC 2008, 1.7; Becker et al.,
//! COINr, JOSS 7(78), 2022.

mod draw;
mod leave_out;
mod model;
mod monte_carlo;
mod pairs;
mod shift;
mod sobol;

use super::spec::Action;

pub use draw::{Draw, draw_weights};
pub use leave_out::leave_one_out;
pub use monte_carlo::{Simulated, monte_carlo, simulate};
pub use sobol::{Estimator, Index, Indices, indices, sobol};

/// One choice that could have been made otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Its name for people.
    pub name: String,
    /// What varies.
    pub kind: FactorKind,
}

/// What varies.
#[derive(Debug, Clone, PartialEq)]
pub enum FactorKind {
    /// The weights of nodes.
    Weights {
        /// How they are drawn.
        draw: Draw,
        /// Levels of the hierarchy whose weights vary; all, if none.
        levels: Vec<usize>,
    },
    /// A stage: it or one of the others, each as likely.
    Stage {
        /// Id of the stage.
        stage: String,
        /// What may stand in its place.
        others: Vec<Action>,
    },
}

/// Monte Carlo.
#[derive(Debug, Clone, PartialEq)]
pub struct MonteCarlo {
    /// Number of runs.
    pub runs: usize,
    /// Seed of the random numbers.
    pub seed: u64,
    /// What varies.
    pub factors: Vec<Factor>,
    /// Ends of the interval of ranks, as quantiles (0–1).
    pub interval: (f64, f64),
}

/// What the Sobol indices are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Mean absolute change of ranks against the ranking as it is (Saisana et al. 2005).
    MeanShift,
    /// The rank of a unit.
    Rank(String),
    /// The score of a unit.
    Score(String),
}

/// Variance-based sensitivity.
#[derive(Debug, Clone, PartialEq)]
pub struct Sobol {
    /// Size of the base sample; the model runs so often times the number of factors plus 2.
    pub base: usize,
    /// Seed of the random numbers.
    pub seed: u64,
    /// What varies.
    pub factors: Vec<Factor>,
    /// Bootstrap samples for the intervals.
    pub bootstrap: usize,
    /// Level of the intervals (0–1).
    pub level: f64,
    /// What the indices are of.
    pub measure: Measure,
    /// Estimator of the first order.
    pub estimator: Estimator,
}
