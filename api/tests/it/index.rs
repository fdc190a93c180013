//! `suixin index run` as a user calls it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;
use suixin_ingest::contract::Contracts;
use suixin_warehouse::Warehouse;

const SPEC: &str = "title = \"县级指数\"\n[data]\nname = \"名称\"\n[[indicator]]\nid = \"覆盖率\"\n[[indicator]]\nid = \"投诉\"\ndirection = \"negative\"\n[[stage]]\ndo = \"normalise\"\nmethod = \"minmax\"\nrange = [0, 100]\n[[stage]]\ndo = \"aggregate\"\nmethod = \"arithmetic\"\n[[stage]]\ndo = \"rank\"\n";

fn suixin(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_suixin")).current_dir(dir).args(arguments).output().unwrap()
}

/// A folder with the specification and a table in GB18030: 甲 is better in one, 乙 in the other, 丙 in none.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("spec.toml"), SPEC).unwrap();
    // 代码,名称,覆盖率,投诉 / a,甲,90,5 / b,乙,80,1 / c,丙,80,5
    let header = b"\xb4\xfa\xc2\xeb,\xc3\xfb\xb3\xc6,\xb8\xb2\xb8\xc7\xc2\xca,\xcd\xb6\xcb\xdf\n";
    let rows = b"a,\xbc\xd7,90,5\nb,\xd2\xd2,80,1\nc,\xb1\xfb,80,5\n";
    std::fs::write(dir.path().join("data.csv"), [header.as_slice(), rows].concat()).unwrap();
    dir
}

#[test]
fn every_stage_is_written_and_a_second_run_replaces_the_first() {
    let dir = folder();
    let run = || suixin(dir.path(), &["index", "run", "spec.toml", "--data", "data.csv", "--out", "out", "--json"]);
    let told: Json = serde_json::from_slice(&run().stdout).unwrap();
    let placed: Vec<(&str, f64)> = told["units"]
        .as_array()
        .unwrap()
        .iter()
        .map(|u| (u["name"].as_str().unwrap(), u["rank"].as_f64().unwrap()))
        .collect();
    assert_eq!(placed, [("甲", 1.0), ("乙", 1.0), ("丙", 3.0)]);
    let result = std::fs::read_to_string(dir.path().join("out/result.csv")).unwrap();
    assert_eq!(result, "unit,name,score,rank,grade\na,甲,50,1,\nb,乙,50,1,\nc,丙,0,3,\n");
    let files = told["files"].as_array().unwrap().len();
    assert_eq!(std::fs::read_dir(dir.path().join("out")).unwrap().count(), files);
    // A shorter chain leaves nothing of the longer one behind.
    let short = SPEC.rsplit_once("[[stage]]").unwrap().0;
    std::fs::write(dir.path().join("spec.toml"), short).unwrap();
    assert!(run().status.success());
    assert!(!dir.path().join("out/03_rank.csv").exists());
}

#[test]
fn what_cannot_be_used_is_told_and_nothing_is_overwritten() {
    let dir = folder();
    let told = |arguments: &[&str]| {
        let output = suixin(dir.path(), arguments);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    std::fs::write(dir.path().join("bad.toml"), SPEC.replace("minmax", "minmx")).unwrap();
    let (code, words) = told(&["index", "run", "bad.toml", "--data", "data.csv"]);
    assert!(code == Some(2) && words.contains("bad.toml:11:10") && words.contains("minmax"), "{words}");
    std::fs::write(dir.path().join("bad.csv"), "代码,名称,覆盖率,投诉\na,甲,九成,5\n").unwrap();
    let (code, words) = told(&["index", "run", "spec.toml", "--data", "bad.csv"]);
    assert!(code == Some(2) && words.contains("第2行 覆盖率：“九成”"), "{words}");
    let (code, words) = told(&["index", "run", "spec.toml", "--data", "data.csv", "--out", "."]);
    assert!(code == Some(2) && words.contains("--out"), "{words}");
    assert_eq!(told(&["index", "run", "spec.toml"]).0, Some(2));
}

#[tokio::test]
async fn a_query_gives_the_table_and_is_on_record() {
    let dir = folder();
    Warehouse::init(&dir.path().join("home"), Contracts::embedded().unwrap().into()).await.unwrap();
    let sql =
        "select * from (values ('a', '甲', 90, 5), ('b', '乙', 80, 1)) as t(\"代码\", \"名称\", \"覆盖率\", \"投诉\")";
    let run =
        |sql: &str| suixin(dir.path(), &["index", "run", "spec.toml", "--query", sql, "--home", "home", "--json"]);
    let told: Json = serde_json::from_slice(&run(sql).stdout).unwrap();
    assert_eq!(told["units"].as_array().map(Vec::len), Some(2), "{told}");
    let refused: Json = serde_json::from_slice(&run("drop table x").stdout).unwrap();
    assert_eq!(refused["exit_code"], 2, "{refused}");
}

/// The example of the manual runs as it stands there.
#[test]
fn the_manuals_example_runs() {
    let manual = include_str!("../../manual/index-toolbox.md");
    let spec = manual.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let is_row = |line: &&str| line.starts_with("| ");
    let row = |line: &str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>().join(",");
    let table: Vec<String> = manual.lines().filter(is_row).take(6).map(row).collect();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("spec.toml"), spec).unwrap();
    std::fs::write(dir.path().join("data.csv"), table.join("\n")).unwrap();
    let output = suixin(dir.path(), &["index", "run", "spec.toml", "--data", "data.csv", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["units"].as_array().map(Vec::len), Some(5), "{told}");
}
