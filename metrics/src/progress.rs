//! Hears how far long work has come.

/// The stage in Chinese, steps done, steps in all. A closure `|stage, done, total| …` is one.
pub trait Progress: Sync {
    /// Called from time to time, from the task that works.
    fn step(&self, stage: &str, done: u64, total: u64);
}

impl<F: Fn(&str, u64, u64) + Sync> Progress for F {
    fn step(&self, stage: &str, done: u64, total: u64) {
        self(stage, done, total);
    }
}
