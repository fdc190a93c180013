//! `[[stage]]`: the chain, one stage a table, `do` says which.

use super::{numbers, scores, sensitivity, weigh};
use crate::definitions::reader::Reader;
use crate::index::aggregate::Aggregate;
use crate::index::audit::Audit;
use crate::index::denominate::Denominate;
use crate::index::impute::Impute;
use crate::index::normalise::Normalise;
use crate::index::points::Points;
use crate::index::sensitivity::{MonteCarlo, Sobol};
use crate::index::tie::Ties;
use crate::index::transform::{Peak, Transform, Turn};
use crate::index::treat::Treat;
use crate::index::tree::{Indicator, Tree};
use crate::index::weigh::Weigh;

pub use crate::index::screen::Screen;

/// A stage of the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name, by which other stages and errors call it.
    pub id: String,
    /// Indicators it is about; all, if none.
    pub columns: Vec<String>,
    /// What it does.
    pub action: Action,
}

/// What a stage does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Divides by denominators.
    Denominate(Denominate),
    /// Lets units with too few data go.
    Screen(Screen),
    /// Fills what is missing.
    Impute(Impute),
    /// Changes numbers one by one.
    Transform(Transform),
    /// Makes more better.
    Orient(Turn, Peak),
    /// Treats outliers.
    Treat(Treat),
    /// Brings onto one scale.
    Normalise(Normalise),
    /// Weighs.
    Weigh(Weigh),
    /// Aggregates.
    Aggregate(Aggregate),
    /// Makes points by rules.
    Points(Points),
    /// Ranks.
    Rank(Rank),
    /// Grades.
    Grade(Vec<Band>, Option<u32>),
    /// Audits.
    Audit(Audit),
    /// Monte Carlo.
    MonteCarlo(MonteCarlo),
    /// Sobol indices.
    Sobol(Sobol),
    /// Leaves one out, of this level.
    LeaveOneOut(usize),
}

impl Action {
    /// Whether scores depend on it; what does not is left out of simulations.
    #[must_use]
    pub fn shapes_the_index(&self) -> bool {
        !matches!(
            self,
            Self::Rank(_)
                | Self::Grade(..)
                | Self::Audit(_)
                | Self::MonteCarlo(_)
                | Self::Sobol(_)
                | Self::LeaveOneOut(_)
        )
    }

    /// Columns of text that it reads.
    #[must_use]
    pub fn label_columns(&self) -> Vec<String> {
        match self {
            Self::Impute(impute) => impute.group.clone().into_iter().collect(),
            Self::MonteCarlo(MonteCarlo { factors, .. }) | Self::Sobol(Sobol { factors, .. }) => {
                sensitivity::actions(factors).flat_map(Self::label_columns).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// How to rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// Places of equals.
    pub ties: Ties,
    /// Decimals to which scores are rounded before; not at all, if none.
    pub digits: Option<u32>,
    /// Whether the largest is first; as the aggregation says, if none.
    pub high_first: Option<bool>,
}

/// A grade from a score upwards.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Smallest score; none for the rest.
    pub at_least: Option<f64>,
    /// The grade.
    pub label: String,
}

const KINDS: [&str; 16] = [
    "denominate",
    "screen",
    "impute",
    "transform",
    "orient",
    "treat",
    "normalise",
    "weigh",
    "aggregate",
    "points",
    "rank",
    "grade",
    "audit",
    "monte_carlo",
    "sobol",
    "leave_one_out",
];

pub(super) fn read_all(reader: &Reader<'_>, indicators: &[Indicator], tree: Option<&Tree>) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for table in reader.tables("stage") {
        let Some((kind, action)) = action(&table, tree) else {
            // Its keys are not judged: what the stage does is not known.
            continue;
        };
        let same = stages.iter().filter(|s| s.id == kind || s.id.starts_with(&format!("{kind}_"))).count();
        let id = table
            .opt_text("id")
            .unwrap_or_else(|| if same == 0 { kind.clone() } else { format!("{kind}_{}", same + 1) });
        if stages.iter().any(|s| s.id == id) {
            table.complain(&table.place_of("id"), format!("环节 {id} 重名"), "换一个 id");
        }
        let columns = table.opt_texts("columns").unwrap_or_default();
        for column in columns.iter().filter(|c| !indicators.iter().any(|i| i.id == **c)) {
            table.complain(&table.place_of("columns"), format!("{column} 不是指标"), "columns 写 [[indicator]] 的 id");
        }
        sensitivity::check(&table, &action, &stages);
        table.finish();
        stages.push(Stage { id, columns, action });
    }
    if reader.tables("stage").is_empty() {
        reader.complain(&reader.place(), "没有环节", "至少写一个 [[stage]]，如 do = \"normalise\"");
    }
    stages
}

/// The kind of a stage and what it does.
pub(super) fn action(table: &Reader<'_>, tree: Option<&Tree>) -> Option<(String, Action)> {
    let kind = table.must_choose("do", &KINDS.map(|k| (k, k)), "");
    let action = match kind {
        "denominate" => Action::Denominate(numbers::denominate(table)),
        "screen" => Action::Screen(numbers::screen(table)),
        "impute" => Action::Impute(numbers::impute(table)?),
        "transform" => Action::Transform(numbers::transform(table)?),
        "orient" => Action::Orient(numbers::turn(table), numbers::peak(table)),
        "treat" => Action::Treat(numbers::treat(table)),
        "normalise" => Action::Normalise(numbers::normalise(table)?),
        "weigh" => Action::Weigh(weigh::read(table, tree)?),
        "aggregate" => Action::Aggregate(scores::aggregate(table)?),
        "points" => Action::Points(scores::points(table)),
        "rank" => Action::Rank(scores::rank(table)),
        "grade" => Action::Grade(scores::bands(table), scores::digits(table)),
        "audit" => Action::Audit(scores::audit(table)),
        "monte_carlo" => Action::MonteCarlo(sensitivity::monte_carlo(table, tree)),
        "sobol" => Action::Sobol(sensitivity::sobol(table, tree)),
        "leave_one_out" => Action::LeaveOneOut(table.opt_count("level").unwrap_or(1)),
        _ => return None,
    };
    Some((kind.to_owned(), action))
}
