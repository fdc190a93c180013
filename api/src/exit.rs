//! Exit codes: 0 fine, 1 finding, 2 usage or input, 3 internal; and where log lines go.

use std::process::ExitCode;

use anyhow::Error;
use suixin_ingest::contract::ContractErrors;
use suixin_ingest::delivery::DeliveryError;
use suixin_ingest::generate::GenerateError;
use suixin_metrics::{ErrorKind, MetricsError};
use tracing_subscriber::EnvFilter;

use crate::commands::{Exit, Usage};
use crate::output::say;

/// The exit code of a command, after telling the person what went wrong.
#[must_use]
pub fn of(result: anyhow::Result<Exit>) -> ExitCode {
    match result {
        Ok(Exit::Fine) => ExitCode::SUCCESS,
        Ok(Exit::Finding) => ExitCode::from(1),
        Err(e) if is_closed_pipe(&e) => ExitCode::SUCCESS,
        Err(e) => {
            say(format!("出错：{}", in_words(&e)));
            ExitCode::from(code(&e))
        }
    }
}

/// The causes in one line; a cause that the one above has told already is left out.
fn in_words(e: &Error) -> String {
    let mut text = e.to_string();
    for cause in e.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) && !cause.contains("os error") {
            text = format!("{text}：{cause}");
        }
    }
    text
}

/// `suixin … | head` closes the pipe early; that is no error.
fn is_closed_pipe(e: &Error) -> bool {
    let io = e.chain().find_map(|c| c.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
}

fn code(e: &Error) -> u8 {
    if e.downcast_ref::<ContractErrors>().is_some() {
        1
    } else if e.chain().any(is_input) {
        2
    } else {
        3
    }
}

/// Whether a cause lies with the call: a wrong path, an unknown name, SQL that does not run.
fn is_input(cause: &(dyn std::error::Error + 'static)) -> bool {
    let metrics = cause.downcast_ref::<MetricsError>().is_some_and(|e| e.kind() == ErrorKind::NotFound);
    let warehouse = cause.downcast_ref::<suixin_warehouse::Error>().is_some_and(|e| {
        use suixin_warehouse::Error as W;
        matches!(
            e,
            W::Exists { .. }
                | W::NotFound { .. }
                | W::Unknown { .. }
                | W::Input(_)
                | W::Query(_)
                | W::Sql(_)
                | W::Refused(_)
                | W::Limit(_)
        )
    });
    metrics || warehouse || cause.is::<Usage>() || cause.is::<DeliveryError>() || cause.is::<GenerateError>()
}

/// Log lines go to standard error, quiet unless `RUST_LOG` asks for more.
pub fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // A second start, as in tests, changes nothing.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
