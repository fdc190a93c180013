//! The binary `suixin`: parses the command line, runs the command, turns its end into an exit code.

use std::process::ExitCode;

use suixin_api::commands::{self, Exit, Usage};
use suixin_api::output::Out;
use suixin_api::{exit, parse};

fn main() -> ExitCode {
    exit::start_log();
    let cli = match parse::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => match parse::told(&error) {
            parse::Told::Mistake(words) => return exit::of(Err(Usage(words).into()), false),
            parse::Told::Help(text) => {
                return exit::of(Out { json: false }.line(text.trim_end()).map(|()| Exit::Fine), false);
            }
        },
    };
    let json = cli.global.json;
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(8 << 20).build() {
        Ok(runtime) => runtime,
        Err(e) => return exit::of(Err(e.into()), json),
    };
    exit::of(runtime.block_on(commands::run(cli)), json)
}
