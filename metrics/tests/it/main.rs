//! The crate on a synthetic year in a real warehouse. One binary: linking the query engine takes longer than the tests.

mod cases;
mod casework;
mod checked;
mod explained;
mod recommended;
mod reference;
mod saved;
mod stories;
mod toolbox;
mod traced;
mod world;
