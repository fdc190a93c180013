//! Compares what the product makes of a folder of sample returns with the answers that lie beside them.
//!
//! `compare RETURNS [TRUTH]`: the planted mistakes (`expected_rejects.csv`), accepted and rejected rows (`manifest.csv`),
//! values, scores, totals and suspicions (`expected_*.csv`) and, where `TRUTH` holds the tables as they must stand in the end, every table.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use suixin_tests::{landed, rejects, results, tables};

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let result = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(run()));
    match result {
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

async fn run() -> Result<Vec<String>, landed::Fault> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: compare RETURNS [TRUTH]")?);
    let home = tempfile::tempdir()?;
    let (warehouse, landing) = landed::land(&folder, &home.path().join("home")).await?;
    let mut wrong = rejects::compare_issues(&folder, &landing.issues)?;
    wrong.extend(rejects::compare_rows(&folder, &landing)?);
    results::evaluate(&warehouse, results::year(&folder)?).await?;
    wrong.extend(results::compare(&warehouse, &folder).await?);
    if let Some(truth) = std::env::args().nth(2) {
        wrong.extend(tables::compare(&warehouse, &PathBuf::from(truth)).await?);
    }
    Ok(wrong)
}
