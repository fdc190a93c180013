//! The composite-indicator toolbox: any table of indicators through a chain of stages to scores, ranks and their robustness.
//!
//! A [`Spec`] names the columns, the hierarchy and the stages; [`run`] applies them to a [`Dataset`] and leaves every stage as
//! sheets for a statistician to check. Numbers are floating point, unlike the bureau's own scores: published results are,
//! and [`tie`] sees to it that no rank hangs on a last bit. NaN never stands for what is absent: see [`Cell`].
//! Result: a function of specification and data; random numbers come from a stated seed and do not depend on the number of
//! threads. It must not know files, SQL, the warehouse, or the bureau's schemes.

pub mod aggregate;
pub mod audit;
pub mod cell;
pub mod denominate;
pub mod error;
pub mod impute;
mod linear;
pub mod normalise;
pub mod points;
pub mod read;
pub mod run;
pub mod screen;
pub mod sensitivity;
pub mod sheet;
pub mod spec;
pub mod stats;
pub mod table;
pub mod tie;
pub mod transform;
pub mod treat;
pub mod tree;
pub mod weigh;

pub use cell::Cell;
pub use error::IndexError;
pub use read::{RawTable, dataset};
pub use run::{Report, run};
pub use sheet::{Field, Sheet};
pub use spec::Spec;
pub use table::Dataset;
