//! The composite-indicator toolbox, from specification and data to sheets.

mod cases;
mod files;
mod methods;
mod properties;
mod specs;
