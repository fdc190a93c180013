//! `suixin-api`: the doors. Command line, HTTP and web pages, schedule. Every door works on [`app::App`] and calls
//! [`ops`]; nothing here knows a formula. [`sources`] fetches returns from where they are kept and puts them into the inbox.

pub mod app;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod exit;
pub mod http;
pub mod ops;
pub mod output;
pub mod parse;
pub mod progress;
pub mod schedule;
pub mod sources;
