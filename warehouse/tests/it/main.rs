//! The warehouse from outside its modules. One binary, since linking DataFusion dominates.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crashes;
mod landing;
mod privacy;
mod queries;
mod revisions;
mod support;
mod system;
mod views;
