//! Comparison of the mistakes found with those planted, and of accepted and rejected rows with the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use suixin_ingest::checked::{CheckedFile, CheckedRow, CheckedTable, Issue, Level};
use suixin_ingest::value::Value;

use crate::samples::{field, lines};

/// All issues of a delivery as they stand when it is closed, foreign keys aside: numbers without a certificate are
/// waived by the register of persons, and a file that came before does not count.
#[must_use]
pub fn closed_issues(files: &[CheckedFile]) -> Vec<Issue> {
    let mut fresh: Vec<&CheckedFile> = files.iter().collect();
    fresh.sort_by_key(|f| (f.received, &f.name));
    let mut seen = BTreeSet::new();
    fresh.retain(|f| seen.insert(f.sha256.clone()));
    let tables: Vec<&CheckedTable> = fresh.iter().flat_map(|f| &f.tables).collect();
    let persons = tables.iter().filter(|t| t.table == "person").flat_map(|t| &t.rows).filter(|r| !r.rejected);
    let waived: BTreeSet<String> = persons.filter(|r| r.values.contains(&Value::Bool(false))).map(|r| r.values[0].to_string()).collect();
    let waits = |r: &CheckedRow| r.awaiting_waiver.iter().filter(|w| !waived.contains(&r.values[w.column].to_string())).map(|w| w.issue.clone()).collect::<Vec<_>>();
    let mut out: Vec<Issue> = fresh.iter().flat_map(|f| f.issues.clone()).collect();
    for table in tables {
        out.extend(table.issues.clone());
        out.extend(table.rows.iter().flat_map(waits));
    }
    out
}

/// Compares what was found in files with `expected_rejects.csv`; returns the differences in words.
///
/// `later` holds codes that are decided only when the whole delivery has been read, and are compared elsewhere.
///
/// # Errors
/// When the list cannot be read.
pub fn compare_issues(folder: &Path, issues: &[Issue], later: &[&str]) -> std::io::Result<Vec<String>> {
    let mut expected: BTreeMap<[String; 6], usize> = BTreeMap::new();
    for line in lines(&folder.join("expected_rejects.csv"))? {
        let keys = ["file", "sheet", "row", "column_header", "reason_code", "severity"];
        let key = keys.map(|k| field(&line, k).to_owned());
        if !key[0].is_empty() && !later.contains(&key[4].as_str()) {
            *expected.entry(key).or_default() += 1;
        }
    }
    let mut out = Vec::new();
    for issue in issues.iter().filter(|i| !later.contains(&i.code.as_str())) {
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

/// Compares accepted and rejected rows of each table with `manifest.csv`, for tables without errors that are decided later.
///
/// # Errors
/// When the manifest cannot be read.
pub fn compare_rows(folder: &Path, files: &[CheckedFile]) -> std::io::Result<Vec<String>> {
    let mut found = BTreeMap::new();
    for file in files {
        for table in &file.tables {
            let key = (file.name.clone(), table.sheet.clone(), table.table.clone(), table.unit.clone(), table.period.clone());
            let rejected = table.rows.iter().filter(|r| r.rejected).count();
            found.insert(key, (table.rows.len() - rejected, rejected));
        }
    }
    let mut out = Vec::new();
    for line in lines(&folder.join("manifest.csv"))?.iter().filter(|l| field(l, "status") != "duplicate") {
        let text = |name| field(line, name).to_owned();
        let key = (text("file"), text("sheet"), text("table_name"), text("eval_unit_code"), text("period"));
        let number = |name| field(line, name).parse::<usize>().unwrap_or(usize::MAX);
        let expected = (number("expected_accepted_rows"), number("expected_rejected_rows"));
        match found.get(&key) {
            Some(rows) if *rows == expected => {}
            other => out.push(format!("{key:?}: expected {expected:?}, found {other:?}")),
        }
    }
    Ok(out)
}
