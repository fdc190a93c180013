//! One direction: `ingest ─▶ warehouse ─▶ metrics ─▶ reports ─▶ api`. Read from the manifests.

use std::path::Path;

const ORDER: [&str; 5] = ["ingest", "warehouse", "metrics", "reports", "api"];

/// Crates that only one of ours may name, or two: returns come as Parquet, and the tables are Parquet.
const RESERVED: [(&str, &str); 9] = [
    ("datafusion", "warehouse"),
    ("deltalake-core", "warehouse"),
    ("parquet", "ingest, warehouse"),
    ("calamine", "ingest"),
    ("typst", "reports"),
    ("plotters", "reports"),
    ("axum", "api"),
    ("tokio-cron-scheduler", "api"),
    ("clap", "api"),
];

/// Names in `[dependencies]` of a crate; what tests need is free.
fn dependencies(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("Cargo.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let section = text.split("\n[").find(|s| s.starts_with("dependencies]")).unwrap();
    section.lines().skip(1).filter_map(|l| l.split(['=', '.', ' ']).next()).map(str::to_owned).collect()
}

#[test]
fn a_crate_uses_only_those_to_its_left() {
    for (place, name) in ORDER.iter().enumerate() {
        for dependency in dependencies(name) {
            if let Some(other) = dependency.strip_prefix("suixin-") {
                let at = ORDER.iter().position(|o| *o == other).unwrap();
                assert!(at < place, "{name} uses {other}");
            }
            for (reserved, owner) in RESERVED {
                let allowed = owner.split(", ").any(|o| o == *name);
                assert!(dependency != reserved || allowed, "{name} names {reserved}, which belongs to {owner}");
            }
        }
    }
}

/// Of a workspace with several programs `cargo run` starts the one that is named as the default, or none.
#[test]
fn cargo_run_starts_the_product() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = |name: &str| std::fs::read_to_string(root.join(name).join("Cargo.toml")).unwrap();
    let defaults: Vec<String> = ORDER
        .iter()
        .chain(&["tests"])
        .flat_map(|name| manifest(name).lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.starts_with("default-run"))
        .collect();
    assert_eq!(defaults, ["default-run = \"suixin\""]);
    assert!(manifest("api").contains("name = \"suixin\""), "the program that the README starts");
}
