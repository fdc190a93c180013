//! Comparison of the mistakes found with those planted, and of accepted and rejected rows with the manifest.

use std::collections::BTreeMap;
use std::path::Path;

use suixin_ingest::checked::{Issue, Level};
use suixin_warehouse::Landing;

use crate::samples::{field, lines};

/// Compares what was found in files with `expected_rejects.csv`; returns the differences in words.
///
/// # Errors
/// When the list cannot be read.
pub fn compare_issues(folder: &Path, issues: &[Issue]) -> std::io::Result<Vec<String>> {
    let mut expected: BTreeMap<[String; 6], usize> = BTreeMap::new();
    for line in lines(&folder.join("expected_rejects.csv"))? {
        let keys = ["file", "sheet", "row", "column_header", "reason_code", "severity"];
        let key = keys.map(|k| field(&line, k).to_owned());
        if !key[0].is_empty() {
            *expected.entry(key).or_default() += 1;
        }
    }
    let mut out = Vec::new();
    for issue in issues {
        let level = if issue.level == Level::Error { "error" } else { "warning" };
        let row = issue.row.map_or(String::new(), |r| r.to_string());
        let header = issue.header.clone().unwrap_or_default();
        let key = [issue.file.clone(), issue.sheet.clone(), row, header, issue.code.clone(), level.to_owned()];
        match expected.get_mut(&key).filter(|n| **n > 0) {
            Some(n) => *n -= 1,
            None if issue.level == Level::Error => out.push(format!("not expected: {key:?} {}", issue.message)),
            None => {}
        }
    }
    out.extend(expected.iter().filter(|(_, n)| **n > 0).map(|(key, _)| format!("not found: {key:?}")));
    Ok(out)
}

/// Compares accepted and rejected rows of each table of each file with `manifest.csv`.
///
/// # Errors
/// When the manifest cannot be read.
pub fn compare_rows(folder: &Path, landing: &Landing) -> std::io::Result<Vec<String>> {
    let mut found = BTreeMap::new();
    for file in &landing.files {
        for t in &file.tables {
            let key = [&file.file, &t.sheet, &t.table, &t.unit, &t.period].map(Clone::clone);
            found.insert(key, (t.accepted, t.rejected, t.revision));
        }
    }
    let mut out = Vec::new();
    for line in lines(&folder.join("manifest.csv"))?.iter().filter(|l| field(l, "status") != "duplicate") {
        let key = ["file", "sheet", "table_name", "eval_unit_code", "period"].map(|k| field(line, k).to_owned());
        let number = |name| field(line, name).parse::<u64>().unwrap_or(u64::MAX);
        let revision = field(line, "revision").parse::<u32>().unwrap_or(u32::MAX);
        let expected = (number("expected_accepted_rows"), number("expected_rejected_rows"), revision);
        match found.remove(&key) {
            Some(rows) if rows == expected => {}
            other => out.push(format!("{key:?}: expected {expected:?}, found {other:?}")),
        }
    }
    out.extend(found.keys().map(|key| format!("{key:?}: not in the manifest")));
    Ok(out)
}
