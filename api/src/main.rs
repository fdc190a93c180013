//! The binary `suixin`: parses the command line, runs the command, turns its end into an exit code.

use std::path::PathBuf;
use std::process::ExitCode;

use suixin_api::app::READ_APART;
use suixin_api::commands::{self, Exit, Usage};
use suixin_api::output::Out;
use suixin_api::{exit, parse};
use suixin_ingest::read::child;

fn main() -> ExitCode {
    if let Some(code) = read_apart() {
        return code;
    }
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

/// `suixin read-in-child MEMORY FILE`: reads one file for the process that started this one, and nothing else.
fn read_apart() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().filter(|first| first == READ_APART)?;
    let memory = arguments.next().and_then(|m| m.to_str()?.parse().ok());
    let path = arguments.next().map(PathBuf::from);
    Some(memory.zip(path).map_or(ExitCode::FAILURE, |(memory, path)| child::serve(memory, &path)))
}
