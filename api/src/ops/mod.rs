//! What the product does, apart from the door through which it is asked: the command line and the web pages call these.

pub mod annotate;
pub mod awards;
pub mod basis;
pub mod casework;
pub mod editions;
pub mod evaluate;
pub mod expected;
pub mod experts;
pub mod intake;
pub mod ledger;
pub mod pack;
pub mod place;
pub mod published;
pub mod pull;
pub mod rehearse;
pub mod returns;
pub mod supervision;
pub mod whatif;

/// Progress of long work: a stage in Chinese, done and total (0: unknown).
pub type Progress<'a> = &'a (dyn Fn(&str, u64, u64) + Sync);
