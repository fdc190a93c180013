//! Compares what the product makes of a folder of sample returns with the answers that lie beside them.
//!
//! `compare FOLDER`: the mistakes planted in the returns (`expected_rejects.csv`).

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use suixin_ingest::check::Checker;
use suixin_ingest::contract::Contracts;
use suixin_ingest::delivery::{self, CheckedStream};
use suixin_tests::rejects;

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    match run() {
        Ok(wrong) => {
            for line in &wrong {
                let _ = writeln!(out, "{line}");
            }
            let _ = writeln!(out, "{} differences", wrong.len());
            ExitCode::from(u8::from(!wrong.is_empty()))
        }
        Err(e) => {
            let _ = writeln!(out, "{e}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: compare FOLDER")?);
    let received = delivery::read_received(&folder.join("manifest.csv"))?;
    let sources = delivery::gather(std::slice::from_ref(&folder), &received, "2026-01-15T00:00:00".parse()?)?;
    let checker = Arc::new(Checker::new(Arc::new(Contracts::embedded()?)));
    let files: Vec<_> = CheckedStream::start(checker, sources).collect();
    Ok(rejects::compare_issues(&folder, &rejects::closed_issues(&files), &["DQ001", "DQ019"])?)
}
