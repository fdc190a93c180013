//! `suixin-ingest`: bytes in, checked rows and located mistakes out.
//!
//! It holds the contracts (tables, codes, forms, divisions, calendar), reads workbooks, CSV and JSON as counties send
//! them, recognises the form by its content, normalises and checks every cell, and makes synthetic returns.
//! It must not know Delta, SQL, HTTP or scheduling.

pub mod annotate;
pub mod calendar;
pub mod check;
pub mod checked;
pub mod contract;
pub mod delivery;
pub mod generate;
pub mod normalise;
pub mod period;
pub mod read;
pub mod recognise;
mod spill;
mod system;
pub mod template;
pub mod value;
