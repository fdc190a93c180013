//! Time and peak memory of a process with its children.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Outcome;

/// Between two looks at the memory.
const PAUSE: Duration = Duration::from_millis(20);
const PAGE_BYTES: u64 = 4_096;

pub struct Found {
    pub seconds: f64,
    /// The most that the process and its children held together at one look.
    pub peak_bytes: u64,
    pub said: String,
}

pub fn run(command: &mut Command) -> Outcome<Found> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let (id, done) = (child.id(), AtomicBool::new(false));
    let mut said = String::new();
    let peak_bytes = std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = 0;
            while !done.load(Ordering::Relaxed) {
                peak = peak.max(held_bytes(id));
                std::thread::sleep(PAUSE);
            }
            peak
        });
        let read = child.stdout.take().map(|mut out| out.read_to_string(&mut said)).transpose();
        done.store(true, Ordering::Relaxed);
        read.map(|_| watcher.join().unwrap_or(0))
    })?;
    let status = child.wait()?;
    let seconds = start.elapsed().as_secs_f64();
    if status.success() { Ok(Found { seconds, peak_bytes, said }) } else { Err(format!("{command:?} failed").into()) }
}

/// Resident memory of a process and all below it.
fn held_bytes(id: u32) -> u64 {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{id}/{name}")).unwrap_or_default();
    let pages = read("statm").split(' ').nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    let tasks = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let children = tasks.map(|t| std::fs::read_to_string(t.path().join("children")).unwrap_or_default());
    let children: Vec<u32> =
        children.flat_map(|c| c.split(' ').filter_map(|n| n.parse().ok()).collect::<Vec<_>>()).collect();
    pages * PAGE_BYTES + children.into_iter().map(held_bytes).sum::<u64>()
}
