//! The returns that the units send for the world: which rows go into which file, how the file looks, what is wrong with
//! it at mess 1, and three lists beside the files (`manifest.csv`, `templates.csv`, `expected_rejects.csv`).

mod book;
mod cells;
mod context;
mod damage;
mod finish;
mod flat;
mod gb18030;
mod grid;
mod jobs;
mod records;
mod sheet;
mod spoil;
mod style;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::contract::Contracts;

use super::store::Store;
use super::{GenerateError, Plan, Progress, Summary};

use context::Context;
use jobs::Outcome;

/// Writes all returns and the lists.
pub(super) fn write(
    plan: &Plan,
    contracts: &Contracts,
    store: &Store<'_>,
    out: &Path,
    progress: Progress<'_>,
) -> Result<Summary, GenerateError> {
    let context = Context::new(plan, contracts, store, out);
    let jobs = jobs::plan(&context);
    let mut outcomes = run(&context, &jobs, progress)?;
    if plan.mess > 0 {
        finish::run(&context, &mut outcomes)?;
    }
    let summary = records::write(&context, &outcomes)?;
    Ok(Summary { rows: store.totals().map(|(_, n)| n).sum(), ..summary })
}

/// Two workers write files; their number is small because each holds one unit's month in memory.
fn run(context: &Context<'_>, jobs: &[jobs::Job], progress: Progress<'_>) -> Result<Vec<Outcome>, GenerateError> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, receiver) = mpsc::channel();
    let mut outcomes: Vec<Option<Outcome>> = Vec::new();
    outcomes.resize_with(jobs.len(), || None);
    let mut failed = None;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (sender, next, stop) = (sender.clone(), &next, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(i) else { break };
                    if sender.send((i, jobs::run(context, job))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (done, (i, result)) in receiver.iter().enumerate() {
            match result {
                Ok(outcome) => outcomes[i] = Some(outcome),
                Err(e) => {
                    stop.store(true, Ordering::Relaxed);
                    failed.get_or_insert(e);
                }
            }
            progress("写报表文件", done as u64 + 1, jobs.len() as u64);
        }
    });
    match failed {
        Some(e) => Err(e),
        None => Ok(outcomes.into_iter().flatten().collect()),
    }
}
