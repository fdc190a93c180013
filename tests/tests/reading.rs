//! Reading the sample returns: every planted mistake is found at its place, and nothing else is called an error.

use std::sync::Arc;

use suixin_ingest::check::Checker;
use suixin_ingest::contract::Contracts;
use suixin_ingest::delivery::{self, CheckedStream};
use suixin_tests::{rejects, samples};

/// Decided when the whole delivery has been read: duplicates of files, foreign keys.
const LATER: [&str; 2] = ["DQ001", "DQ019"];

fn check(name: &str) {
    let dir = samples::unpack(name).unwrap();
    let received = delivery::read_received(&samples::path(&dir, "manifest.csv")).unwrap();
    let now = "2026-01-15T00:00:00".parse().unwrap();
    let sources = delivery::gather(&[dir.path().to_owned()], &received, now).unwrap();
    let checker = Arc::new(Checker::new(Arc::new(Contracts::embedded().unwrap())));
    let files: Vec<_> = CheckedStream::start(checker, sources).collect();
    let issues = rejects::closed_issues(&files);
    let wrong = rejects::compare_issues(dir.path(), &issues, &LATER).unwrap();
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn level_0_is_read_as_planted() {
    check("2025-level0");
}

#[test]
fn level_1_is_read_as_planted() {
    check("2025-level1");
}
