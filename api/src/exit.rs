//! Exit codes: 0 fine, 1 finding, 2 usage or input, 3 internal; and where log lines go.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::Error;
use suixin_ingest::contract::ContractErrors;
use suixin_ingest::delivery::DeliveryError;
use suixin_ingest::generate::GenerateError;
use suixin_metrics::index::IndexError;
use suixin_metrics::{ErrorKind, MetricsError};
use suixin_warehouse::Kind;
use tracing_subscriber::EnvFilter;

use crate::commands::{Exit, Usage};
use crate::output::{Out, say};
use crate::sources;

/// The exit code of a command, after telling the person (and with `json` the program) what went wrong.
#[must_use]
pub fn of(result: anyhow::Result<Exit>, json: bool) -> ExitCode {
    match result {
        Ok(Exit::Fine) => ExitCode::SUCCESS,
        Ok(Exit::Finding) => ExitCode::from(1),
        Err(e) if is_closed_pipe(&e) => ExitCode::SUCCESS,
        Err(e) => {
            let (words, code) = (in_words(&e), code(&e));
            if json {
                // What cannot be written cannot be reported either; the exit code still says it.
                let _ = Out { json }.json(&serde_json::json!({ "error": words, "exit_code": code }));
            }
            say(format!("出错：{words}"));
            ExitCode::from(code)
        }
    }
}

/// The causes in one line; a cause that the one above has told already is left out.
fn in_words(e: &Error) -> String {
    let mut text = String::new();
    for cause in e.chain() {
        let words = cause.downcast_ref::<io::Error>().map_or_else(|| cause.to_string(), io_words);
        if text.is_empty() {
            text = words;
        } else if !text.contains(&words) {
            text = format!("{text}：{words}");
        }
    }
    text
}

/// What the operating system says, in the user's language where it is something that a user can mend.
fn io_words(e: &io::Error) -> String {
    use io::ErrorKind as K;
    let words = match e.kind() {
        K::NotFound => "找不到该文件或文件夹",
        K::PermissionDenied => "没有权限",
        K::AlreadyExists => "已经存在",
        K::NotADirectory => "这是文件，不是文件夹",
        K::IsADirectory => "这是文件夹，不是文件",
        K::StorageFull | K::QuotaExceeded => "磁盘已满",
        K::ReadOnlyFilesystem => "磁盘是只读的",
        K::ResourceBusy | K::ExecutableFileBusy => "正被其他程序占用",
        _ => return e.to_string(),
    };
    words.to_owned()
}

/// `suixin … | head` closes the pipe early; that is no error.
fn is_closed_pipe(e: &Error) -> bool {
    e.chain().any(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(io::ErrorKind::BrokenPipe)
    })
}

fn code(e: &Error) -> u8 {
    let definitions = |e: &MetricsError| matches!(e, MetricsError::Definitions(_));
    if e.downcast_ref::<ContractErrors>().is_some() || e.chain().any(|c| c.downcast_ref().is_some_and(definitions)) {
        1
    } else if e.chain().any(is_input) {
        2
    } else {
        3
    }
}

/// Whether a cause lies with the call: a wrong path, an unknown name, SQL that does not run, a writer who is at work.
fn is_input(cause: &(dyn std::error::Error + 'static)) -> bool {
    let metrics = cause.downcast_ref::<MetricsError>().is_some_and(|e| {
        matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Refused) || matches!(e, MetricsError::NotInForce { .. })
    });
    let warehouse = cause.downcast_ref::<suixin_warehouse::Error>().is_some_and(|e| {
        matches!(
            e.kind(),
            Kind::Exists | Kind::NotFound | Kind::Busy | Kind::Input | Kind::Query | Kind::Refused | Kind::Limit
        )
    });
    let configured = cause.is::<sources::Mistakes>();
    metrics
        || warehouse
        || configured
        || cause.is::<Usage>()
        || cause.is::<IndexError>()
        || cause.is::<DeliveryError>()
        || cause.is::<GenerateError>()
}

/// Log lines go to standard error, quiet unless `RUST_LOG` asks for more. A log line that cannot be written is lost.
pub fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .log_internal_errors(false);
    // A second start, as in tests, changes nothing.
    let _ = lines.try_init();
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn a_cause_is_told_once_and_in_chinese() {
        let missing: anyhow::Result<()> = Err(io::Error::from(io::ErrorKind::NotFound).into());
        assert_eq!(in_words(&missing.context("读不了清单").unwrap_err()), "读不了清单：找不到该文件或文件夹");
        let twice: anyhow::Result<()> = Err(Usage("没有单位".to_owned()).into());
        assert_eq!(in_words(&twice.context("没有单位").unwrap_err()), "没有单位");
    }

    #[test]
    fn a_fault_of_the_call_is_told_from_one_of_the_program() {
        assert_eq!(code(&Usage(String::new()).into()), 2);
        assert_eq!(code(&sources::Mistakes(Vec::new()).into()), 2);
        assert_eq!(code(&MetricsError::NotInForce { scheme: "CTY".to_owned(), year: 1999 }.into()), 2);
        assert_eq!(code(&MetricsError::Definitions(Vec::new()).into()), 1);
        assert_eq!(code(&anyhow::anyhow!("?")), 3);
        let pipe = serde_json::Error::io(io::Error::from(io::ErrorKind::BrokenPipe));
        assert!(is_closed_pipe(&pipe.into()) && !is_closed_pipe(&anyhow::anyhow!("?")));
    }
}
