//! The binary `suixin`: parses the command line, runs the command, turns its end into an exit code.

use std::process::ExitCode;

use suixin_api::commands::{self, Usage};
use suixin_api::{exit, parse};

fn main() -> ExitCode {
    let cli = match parse::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => match parse::told(&error) {
            Some(words) => return exit::of(Err(Usage(words).into())),
            None => error.exit(),
        },
    };
    exit::start_log();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(8 << 20).build() {
        Ok(runtime) => runtime,
        Err(e) => return exit::of(Err(e.into())),
    };
    exit::of(runtime.block_on(commands::run(cli)))
}
