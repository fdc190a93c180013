//! The doors of the program from outside.

mod casework;
mod http;
mod index;
mod jobs;
mod ledger;
mod products;
mod published;
mod support;
mod uploads;
mod whatif;
