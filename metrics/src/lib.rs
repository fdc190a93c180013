//! `suixin-metrics`: definitions → values → scores, ranks, explanations, recommendations, risk hits, figures and their trace.
//!
//! Everything a bureau may change (indicators, schemes, risk rules, awards, datasets) is a definition file under
//! `definitions/`. A result is a function of a snapshot, the definitions, a year and a day: nothing else, no clock, no
//! order of execution. It must not know file formats, charts or HTTP, and it names no query engine: SQL goes through the
//! warehouse.

pub mod definitions;
pub mod evaluation;
pub mod error;
pub mod number;
pub mod rules;
pub mod score;
pub mod window;

pub use definitions::{Definitions, Draft, Mistake};
pub use error::{ErrorKind, MetricsError};
