//! The product from outside: sample returns with the answers that are expected, and comparisons with them.

pub mod books;
pub mod landed;
pub mod rejects;
pub mod results;
pub mod samples;
pub mod tables;
