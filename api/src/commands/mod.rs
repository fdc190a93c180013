//! The commands of the command line, one a file. A command says what it found by its exit code.

mod appeal;
mod award;
mod case;
mod check;
mod compute;
mod deadline;
mod demo;
mod doctor;
mod experts;
mod explain;
mod freeze;
mod generate;
mod index;
mod ingest;
mod init;
mod pull;
mod query;
mod report;
mod risks;
mod robustness;
mod score;
mod serve;
mod snapshot;
mod status;
mod supervision;
mod template;
mod trace;
mod whatif;

use std::path::PathBuf;

use anyhow::Result;
use chrono::Datelike;
use suixin_ingest::contract::Contracts;

use crate::app::App;
use crate::cli::{Cli, Command, Global, PeriodArg};
use crate::clock::Clock;
use crate::output::Out;

/// The code of a unit given by name or code.
fn unit_code(contracts: &Contracts, given: &str) -> Result<String> {
    let known = || contracts.units().into_iter().map(|u| contracts.unit_name(u)).collect::<Vec<_>>().join("、");
    let found = contracts.unit_code(given).map(str::to_owned);
    Ok(found.ok_or_else(|| Usage(format!("没有单位 {given}；可用的有 {}", known())))?)
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Fine,
    /// Something was found that a person must look at.
    Finding,
}

/// A fault of the call and not of the program: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Runs a command.
///
/// # Errors
/// Whatever stopped it; [`Usage`] and errors of input are the caller's.
pub async fn run(cli: Cli) -> Result<Exit> {
    let global = cli.global;
    match cli.command {
        Command::Init => init::run(&global).await,
        Command::Check => check::run(&global).await,
        Command::Template(args) => template::run(&global, &args).await,
        Command::Ingest(args) => ingest::run(&global, args).await,
        Command::Pull(args) => pull::run(&global, &args).await,
        Command::Status(args) => status::run(&global, &args).await,
        Command::Deadline(args) => deadline::run(&global, &args).await,
        Command::Compute(args) => compute::run(&global, &args).await,
        Command::Score(args) => score::run(&global, &args).await,
        Command::Explain(args) => explain::run(&global, &args).await,
        Command::Robustness(args) => robustness::run(&global, &args).await,
        Command::Award(args) => award::run(&global, &args).await,
        Command::Whatif(args) => whatif::run(&global, args).await,
        Command::Freeze(args) => freeze::run(&global, &args).await,
        Command::Appeal(args) => appeal::run(&global, &args).await,
        Command::Experts(args) => experts::run(&global, &args).await,
        Command::Risks(args) => risks::run(&global, &args).await,
        Command::Case(args) => case::run(&global, args).await,
        Command::Supervision(args) => supervision::run(&global, &args).await,
        Command::Report(args) => report::run(&global, args).await,
        Command::Trace(args) => trace::run(&global, &args).await,
        Command::Query(args) => query::run(&global, &args).await,
        Command::Index(args) => index::run(&global, &args).await,
        Command::Snapshot(args) => snapshot::run(&global, &args).await,
        Command::Doctor => doctor::run(&global).await,
        Command::Generate(args) => generate::run(&global, &args),
        Command::Serve(args) => serve::run(&global, &args).await,
        Command::Demo(args) => demo::run(&global, &args).await,
    }
}

impl Global {
    fn clock(&self) -> Clock {
        Clock::new(self.as_of)
    }

    fn out(&self) -> Out {
        Out { json: self.json }
    }

    /// The folder of the warehouse.
    fn home(&self) -> PathBuf {
        self.home.clone().unwrap_or_else(|| PathBuf::from("suixin-home"))
    }

    async fn open(&self) -> Result<App> {
        Ok(App::open(&self.home(), self.clock()).await?.reading_apart())
    }
}

impl PeriodArg {
    /// The year asked for, or the year before today's.
    fn year(&self, clock: Clock) -> i32 {
        self.period.unwrap_or_else(|| clock.today().year() - 1)
    }
}
