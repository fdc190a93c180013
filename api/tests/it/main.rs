//! The doors of the program from outside.

mod casework;
mod http;
mod index;
mod jobs;
mod ledger;
mod published;
mod support;
mod uploads;
mod whatif;
