//! The doors of the program from outside.

mod http;
mod index;
mod jobs;
mod ledger;
mod support;
mod uploads;
