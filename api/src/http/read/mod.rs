//! What pages and `/v1` both read: which year and snapshot, scores, returns, figures, packs. Nothing here knows HTTP.

pub mod figures;
pub mod issue;
pub mod now;
pub mod packs;
pub mod returns;
pub mod scores;
pub mod trace;

pub use now::{Now, heavy};
