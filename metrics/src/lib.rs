//! `suixin-metrics`: definitions → values → scores, ranks, explanations, recommendations, risk hits, figures and their trace.
//!
//! Everything a bureau may change (indicators, schemes, risk rules, awards, datasets) is a definition file under
//! `definitions/`. A result is a function of a snapshot, the definitions, a year and a day: nothing else, no clock, no
//! order of execution. It must not know file formats, charts or HTTP, and it names no query engine: SQL goes through the
//! warehouse.

pub mod awards;
pub mod casework;
pub mod compute;
pub mod datasets;
pub mod definitions;
pub mod error;
pub mod evaluation;
pub mod experts;
pub mod explain;
pub mod index;
mod lineage;
pub mod number;
pub mod progress;
pub mod published;
mod restated;
pub mod risks;
pub mod robustness;
pub mod rules;
pub mod save;
pub mod score;
mod tables;
pub mod trace;
pub mod whatif;
pub mod window;

pub use awards::{Recommendation, recommend};
pub use compute::compute;
pub use datasets::{Dataset, run_datasets};
pub use definitions::{Definitions, Draft, Mistake};
pub use error::{ErrorKind, MetricsError};
pub use evaluation::Evaluation;
pub use explain::{Explanation, ScoreChange, changes_since, explain, explain_published};
pub use progress::Progress;
pub use published::{Notice, Publication, publications};
pub use restated::Before;
pub use risks::{RiskHit, SavedRisks, run_risks, save_risks};
pub use robustness::robustness;
pub use save::save;
pub use trace::{Depth, Trace, trace};
