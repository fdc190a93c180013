//! The binary `suixin`: parses the command line, runs the command, turns its end into an exit code.

use std::process::ExitCode;

use clap::Parser;
use suixin_api::cli::Cli;
use suixin_api::{commands, exit};

fn main() -> ExitCode {
    let cli = Cli::parse();
    exit::start_log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(8 << 20).build() {
        Ok(runtime) => runtime,
        Err(e) => return exit::of(Err(e.into())),
    };
    exit::of(runtime.block_on(commands::run(cli)))
}
