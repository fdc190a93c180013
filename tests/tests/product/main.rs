//! The product from outside, in one binary: linking the query engine is what costs.

mod bad_files;
mod boundaries;
mod resubmission;
mod samples;
