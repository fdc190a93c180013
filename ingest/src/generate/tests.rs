//! What must hold for every synthetic year, seen from outside: the files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sha2::{Digest, Sha256};

use super::{GenerateError, Plan, Summary, generate, numbers};
use crate::contract::Contracts;

/// A folder of its own that goes away with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("suixin-generate-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}

fn make(plan: &Plan, out: &Path) -> Summary {
    let contracts = Contracts::embedded().unwrap();
    let mut stages = BTreeSet::new();
    let summary = generate(plan, &contracts, out, &mut |stage, done, total| {
        assert!(done <= total);
        stages.insert(stage.to_owned());
    });
    assert!(stages.len() > 20, "{stages:?}");
    summary.unwrap()
}

fn small(mess: u8) -> Plan {
    Plan { truth: true, ..Plan::new(42, 60, 2025, mess) }
}

/// Hashes of all files below a folder by relative path.
fn hashes(root: &Path) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                out.insert(name, hex::encode(Sha256::digest(std::fs::read(&path).unwrap())));
            }
        }
    }
    out
}

fn table(root: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let path = root.join("truth").join(format!("{name}.csv"));
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

#[test]
fn same_plan_same_bytes() {
    let (a, b) = (Scratch::new(), Scratch::new());
    make(&small(1), a.path());
    let first = hashes(a.path());
    make(&Plan { seed: 43, ..small(1) }, b.path());
    assert_ne!(first, hashes(b.path()));
    // Once more into the same folder: the old files go.
    make(&small(1), b.path());
    assert_eq!(first, hashes(b.path()));
}

#[test]
fn a_plain_world_is_whole() {
    let dir = Scratch::new();
    let out = dir.path().join("out");
    make(&small(0), &out);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing beside the output");
    every_table_is_filled_and_its_keys_are_unique(&out);
    references_exist(&out);
    people_are_nobody(&out);
    opening_stock_and_outcomes_are_sent_in_their_periods(&out);
    let again = Scratch::new();
    make(&small(0), again.path());
    assert_eq!(hashes(&out), hashes(again.path()));
}

fn every_table_is_filled_and_its_keys_are_unique(dir: &Path) {
    let contracts = Contracts::embedded().unwrap();
    let submitted = contracts.tables.values().filter(|t| !t.is_system());
    for contract in submitted {
        let rows = table(dir, &contract.name);
        assert!(!rows.is_empty(), "{} is empty", contract.name);
        let key = |r: &BTreeMap<String, String>| contract.natural_key.iter().map(|k| r[k].clone()).collect::<Vec<_>>();
        assert_eq!(rows.iter().map(key).collect::<BTreeSet<_>>().len(), rows.len(), "keys of {}", contract.name);
        for column in contract.columns.iter().filter(|c| !c.nullable) {
            assert!(rows.iter().all(|r| !r[&column.name].is_empty()), "{}.{}", contract.name, column.name);
        }
        for column in contract.columns.iter().filter(|c| c.code_set.is_some()) {
            let set = &contracts.code_sets[column.code_set.as_ref().unwrap()];
            for value in rows.iter().map(|r| &r[&column.name]).filter(|v| !v.is_empty()) {
                assert!(set.codes.iter().any(|c| c.code == *value), "{}.{}: {value}", contract.name, column.name);
            }
        }
    }
}

fn references_exist(dir: &Path) {
    let contracts = Contracts::embedded().unwrap();
    let keys = |name: &str| -> BTreeSet<String> {
        let key = &contracts.tables[name].natural_key[0];
        table(dir, name).into_iter().map(|r| r[key].clone()).collect()
    };
    for contract in contracts.tables.values().filter(|t| !t.is_system()) {
        let rows = table(dir, &contract.name);
        for column in contract.columns.iter().filter(|c| c.foreign.is_some()) {
            let known = keys(column.foreign.as_ref().unwrap());
            for value in rows.iter().map(|r| &r[&column.name]).filter(|v| !v.is_empty()) {
                assert!(known.contains(value), "{}.{}: {value}", contract.name, column.name);
            }
        }
    }
}

fn people_are_nobody(dir: &Path) {
    let people = table(dir, "person");
    assert_eq!(people.len(), 60);
    assert_eq!(people.iter().filter(|p| !numbers::id_is_valid(&p["pid_raw"])).count(), 3);
    for p in &people {
        assert!(p["pid_raw"].starts_with("51099"), "a county that does not exist");
        assert_eq!(p["person_name"].chars().nth(1), Some('拟'));
        assert!(p["phone"].is_empty() || p["phone"].starts_with("1990000"));
        assert!(p["bank_account_raw"].starts_with("629999"));
        assert!(p["birth_date"].ends_with("-01"), "the day stays in the vault");
        assert_eq!(p["id_valid"] == "false", !p["no_id_reason"].is_empty());
    }
}

fn opening_stock_and_outcomes_are_sent_in_their_periods(dir: &Path) {
    let lines: Vec<BTreeMap<String, String>> =
        csv::Reader::from_path(dir.join("manifest.csv")).unwrap().deserialize().map(Result::unwrap).collect();
    let periods = |table: &str| -> BTreeSet<String> {
        lines.iter().filter(|l| l["table_name"] == table).map(|l| l["period"].clone()).collect()
    };
    assert!(periods("person").contains("202412"));
    assert!(periods("volunteer").contains("2024Q4"));
    assert!(periods("aid_payment").len() == 12, "payments of the year only");
    // A need that ends in a later month than it began is in both.
    let accepted: usize = lines.iter().map(|l| l["expected_accepted_rows"].parse::<usize>().unwrap()).sum();
    let rows: usize = ["need_item", "person_status"].iter().map(|t| table(dir, t).len()).sum();
    let sent: usize = lines
        .iter()
        .filter(|l| matches!(l["table_name"].as_str(), "need_item" | "person_status"))
        .map(|l| l["expected_accepted_rows"].parse::<usize>().unwrap())
        .sum();
    assert!(sent > rows && accepted > sent);
}

#[test]
fn mess_plants_what_it_lists() {
    let dir = Scratch::new();
    let summary = make(&Plan { truth: false, ..small(1) }, dir.path());
    assert!(summary.rejected > 50);
    let rejects: Vec<BTreeMap<String, String>> = csv::Reader::from_path(dir.path().join("expected_rejects.csv"))
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect();
    for code in ["DQ001", "DQ005", "DQ006", "DQ007", "DQ015", "DQ017", "DQ019"] {
        assert!(rejects.iter().any(|r| r["reason_code"] == code), "{code}");
    }
    for reject in &rejects {
        assert!(dir.path().join(&reject["file"]).is_file(), "{}", reject["file"]);
    }
    assert!(!dir.path().join("truth").exists() && !dir.path().join(".spill").exists());
}

#[test]
fn flat_files_for_big_worlds() {
    let dir = Scratch::new();
    let summary = make(&Plan { csv_only: true, ..small(1) }, dir.path());
    assert!(summary.files > 1000);
    let units = hashes(dir.path()).into_keys().filter(|f| f.contains("2025") && !f.contains("市局") && f.contains('/'));
    assert!(units.into_iter().all(|f| f.ends_with(".csv")));
}

#[test]
fn foreign_folders_and_impossible_plans_are_refused() {
    let dir = Scratch::new();
    std::fs::create_dir_all(dir.path()).unwrap();
    std::fs::write(dir.path().join("mine.txt"), "mine").unwrap();
    let contracts = Contracts::embedded().unwrap();
    let quiet = &mut |_: &str, _: u64, _: u64| {};
    let refused = generate(&small(0), &contracts, dir.path(), quiet);
    assert!(matches!(refused, Err(GenerateError::NotEmpty(_))));
    assert_eq!(hashes(dir.path()).len(), 1, "nothing is written");
    for plan in [Plan { persons: 10, ..small(0) }, Plan { mess: 2, ..small(0) }, Plan { year: 20, ..small(0) }] {
        assert!(matches!(generate(&plan, &contracts, dir.path(), quiet), Err(GenerateError::Plan(_))));
    }
}
