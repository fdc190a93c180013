//! Layouts as offices really send them: every file of `fixtures/layouts` was made by another program, and beside it stand
//! the rows and mistakes that its maker meant. A row or a mistake more or less fails.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use suixin_ingest::check::Checker;
use suixin_ingest::checked::{CheckedFile, CheckedTable, Issue};
use suixin_ingest::contract::Contracts;
use suixin_ingest::delivery;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Meant {
    /// Where the file lies in the delivery.
    path: String,
    #[serde(default)]
    tables: Vec<MeantTable>,
    #[serde(default)]
    issues: Vec<MeantIssue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeantTable {
    table: String,
    unit: String,
    period: String,
    sheet: String,
    /// The file inside an archive; `path` where it is left out.
    file: Option<String>,
    #[serde(default)]
    refused: bool,
    /// CSV with contract columns; a column that is left out is empty.
    rows: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MeantIssue {
    code: String,
    level: String,
    cell: Option<String>,
    row: Option<u32>,
    sheet: Option<String>,
    file: Option<String>,
    /// Words of the message.
    says: Option<String>,
}

#[test]
fn every_layout_is_read_as_it_was_meant() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/layouts");
    let mut fixtures: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().unwrap() != "toml")
        .collect();
    fixtures.sort();
    assert!(fixtures.len() >= 60, "only {} fixtures", fixtures.len());
    let contracts = Arc::new(Contracts::embedded().unwrap());
    let checker = Checker::new(Arc::clone(&contracts));
    let wrong: Vec<String> = fixtures.iter().filter_map(|f| difference(&checker, &contracts, f)).collect();
    assert!(wrong.is_empty(), "{} of {} fixtures:\n{}", wrong.len(), fixtures.len(), wrong.join("\n"));
}

fn difference(checker: &Checker, contracts: &Contracts, fixture: &Path) -> Option<String> {
    let meant: Meant = toml::from_str(&std::fs::read_to_string(fixture.with_extension("toml")).unwrap()).unwrap();
    let delivery = tempfile::tempdir().unwrap();
    let place = delivery.path().join(&meant.path);
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::copy(fixture, place).unwrap();
    let now = "2025-04-02T10:00:00".parse().unwrap();
    let sources = delivery::gather(&[delivery.path().to_owned()], &BTreeMap::new(), now).unwrap();
    let files: Vec<CheckedFile> = sources.iter().map(|s| checker.check(s)).collect();
    let mut wrong = tables(contracts, &meant, &files);
    wrong.extend(issues(&meant, &files));
    (!wrong.is_empty()).then(|| format!("{}\n  {}", fixture.file_name().unwrap().display(), wrong.join("\n  ")))
}

fn tables(contracts: &Contracts, meant: &Meant, files: &[CheckedFile]) -> Vec<String> {
    let mut found: Vec<String> =
        files.iter().flat_map(|f| f.tables.iter().map(|t| found_table(contracts, &f.name, t))).collect();
    let mut wrong = Vec::new();
    for table in &meant.tables {
        let text = meant_table(contracts, meant, table);
        match found.iter().position(|f| *f == text) {
            Some(at) => drop(found.remove(at)),
            None => wrong.push(format!("missing: {text}")),
        }
    }
    wrong.extend(found.into_iter().map(|f| format!("not meant: {f}")));
    wrong
}

fn found_table(contracts: &Contracts, file: &str, table: &CheckedTable) -> String {
    let contract = contracts.table(&table.table).unwrap();
    let typed: Vec<usize> =
        contract.form_columns().filter(|(_, c)| c.name != "eval_unit_code").map(|(i, _)| i).collect();
    let rows = table.rows.iter().filter(|r| !r.rejected && !table.refused);
    let rows = rows.map(|r| typed.iter().map(|i| r.values[*i].to_string()).collect::<Vec<_>>().join("|"));
    head(file, &table.table, &table.unit, &table.period, &table.sheet, table.refused) + &lines(rows)
}

fn meant_table(contracts: &Contracts, meant: &Meant, table: &MeantTable) -> String {
    let contract = contracts.table(&table.table).unwrap();
    let mut csv = csv::Reader::from_reader(table.rows.as_bytes());
    let headers = csv.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    let typed = contract.form_columns().map(|(_, c)| c.name.as_str()).filter(|c| *c != "eval_unit_code");
    let places: Vec<Option<usize>> = typed.map(|c| headers.iter().position(|h| h == c)).collect();
    let row = |r: &csv::StringRecord| {
        places.iter().map(|p| p.and_then(|p| r.get(p)).unwrap_or_default()).collect::<Vec<_>>().join("|")
    };
    let file = table.file.as_deref().unwrap_or(&meant.path);
    head(file, &table.table, &table.unit, &table.period, &table.sheet, table.refused) + &lines(records.iter().map(row))
}

fn head(file: &str, table: &str, unit: &str, period: &str, sheet: &str, refused: bool) -> String {
    format!("{table} {unit} {period} [{sheet}] {file} {}", if refused { "refused" } else { "" })
}

fn lines(rows: impl Iterator<Item = String>) -> String {
    rows.map(|r| format!("\n      {r}")).collect()
}

fn issues(meant: &Meant, files: &[CheckedFile]) -> Vec<String> {
    let of_file =
        |f: &CheckedFile| f.issues.iter().chain(f.tables.iter().flat_map(|t| &t.issues)).cloned().collect::<Vec<_>>();
    let mut found: Vec<Issue> = files.iter().flat_map(of_file).collect();
    let mut wrong = Vec::new();
    for issue in &meant.issues {
        match found.iter().position(|f| fits(meant, issue, f)) {
            Some(at) => drop(found.remove(at)),
            None => wrong.push(format!(
                "missing: {} {} {:?} {:?} {:?}",
                issue.code, issue.level, issue.sheet, issue.cell, issue.says
            )),
        }
    }
    for f in &found {
        assert!(!f.remedy.is_empty(), "{f:?}");
        wrong.push(format!("not meant: {} {:?} [{}] {:?} {:?} {}", f.code, f.level, f.sheet, f.row, f.cell, f.message));
    }
    wrong
}

fn fits(meant: &Meant, issue: &MeantIssue, found: &Issue) -> bool {
    let level = format!("{:?}", found.level).to_lowercase();
    issue.code == found.code
        && issue.level == level
        && issue.file.as_ref().unwrap_or(&meant.path) == &found.file
        && (issue.cell.is_none() || issue.cell == found.cell)
        && (issue.row.is_none() || issue.row == found.row)
        && issue.sheet.as_ref().is_none_or(|s| *s == found.sheet)
        && issue.says.as_ref().is_none_or(|s| found.message.contains(s.as_str()))
}
