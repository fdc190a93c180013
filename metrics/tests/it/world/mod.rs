//! A synthetic world with its expected results, out of one zip file, as a snapshot.

pub mod compare;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use suixin_ingest::contract::{Column, Contracts, Kind};
use suixin_ingest::value::Value;
use suixin_metrics::{Definitions, Evaluation, compute};
use suixin_warehouse::{Snapshot, Warehouse};
use tokio::sync::OnceCell;

/// Records of a CSV file by header.
pub type Records = Vec<BTreeMap<String, String>>;

pub struct World {
    pub warehouse: Warehouse,
    pub snapshot: Snapshot,
    /// Token of the warehouse → token of the world.
    pub tokens: BTreeMap<String, String>,
    pub year: i32,
    files: BTreeMap<String, String>,
    _home: tempfile::TempDir,
}

static SHARED: OnceCell<World> = OnceCell::const_new();
static EVALUATED: OnceCell<Evaluation> = OnceCell::const_new();

impl World {
    /// The year 2025 of three hundred persons, with returns as untidy as they are in truth; for tests that write.
    pub async fn open() -> Self {
        Self::at(Path::new(env!("CARGO_TARGET_TMPDIR")), &sample(), 2025).await
    }

    /// The same, opened once, for tests that only read.
    pub async fn shared() -> &'static Self {
        SHARED
            .get_or_init(|| async {
                // A static is never dropped: what the run before left goes first.
                let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("shared-world");
                let _ = std::fs::remove_dir_all(&dir);
                std::fs::create_dir_all(&dir).unwrap();
                Self::at(&dir, &sample(), 2025).await
            })
            .await
    }

    pub async fn at(dir: &Path, zip: &Path, year: i32) -> Self {
        let files = unzip(zip);
        let home = tempfile::tempdir_in(dir).unwrap();
        let contracts = Arc::new(Contracts::embedded().unwrap());
        let warehouse = Warehouse::init(&home.path().join("home"), Arc::clone(&contracts)).await.unwrap();
        let mut snapshot = warehouse.snapshot().await.unwrap();
        let mut tokens = BTreeMap::new();
        for table in contracts.tables.values() {
            let Some(text) = files.get(&format!("truth/{}.csv", table.name)) else { continue };
            let records = records(text);
            for column in &table.columns {
                let Some(kind) = column.vault else { continue };
                for clear in records.iter().filter_map(|r| r.get(&column.name)).filter(|c| !c.is_empty()) {
                    tokens.insert(warehouse.token(kind, clear), clear.clone());
                }
            }
            let rows = records.iter().map(|r| table.columns.iter().map(|c| cell(c, r)).collect()).collect();
            snapshot = snapshot.with_table(&table.name, rows).unwrap();
        }
        let (batches, expected) = submissions(&records(&files["manifest.csv"]), &records(&files["templates.csv"]));
        snapshot = snapshot.with_table("submission_batch", batches).unwrap();
        snapshot = snapshot.with_table("submission_expected", expected).unwrap();
        Self { warehouse, snapshot, tokens, year, files, _home: home }
    }

    /// Fifteen days after the end of the year.
    pub fn as_of(&self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year + 1, 1, 15).unwrap()
    }

    pub async fn evaluate(&self) -> Evaluation {
        let defs = Definitions::embedded().unwrap();
        compute(&self.snapshot, &defs, self.year, self.as_of(), &|_: &str, _: u64, _: u64| {}).await.unwrap()
    }

    /// The evaluation of the shared world: a function of it, so once is enough.
    pub async fn evaluated() -> &'static Evaluation {
        let world = Self::shared().await;
        EVALUATED.get_or_init(|| world.evaluate()).await
    }

    /// Some moment of the day after.
    pub fn clock(&self) -> NaiveDateTime {
        self.as_of().succ_opt().unwrap().and_hms_opt(9, 30, 0).unwrap()
    }

    pub fn expected(&self, name: &str) -> Records {
        records(&self.files[&format!("expected_{name}.csv")])
    }
}

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/world-2025.zip")
}

fn unzip(path: &Path) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    (0..zip.len())
        .map(|i| {
            let mut file = zip.by_index(i).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().to_owned(), text)
        })
        .collect()
}

fn records(text: &str) -> Records {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|r| r.unwrap()).collect()
}

fn cell(column: &Column, record: &BTreeMap<String, String>) -> Value {
    match record.get(&column.name).map(String::as_str) {
        None | Some("") => Value::Null,
        Some(text) => typed(column.kind, text),
    }
}

/// A cell of a story: as told, or the smallest thing that a cell which must not be blank may hold.
pub fn told(column: &Column, text: Option<&str>) -> Value {
    match text {
        Some("") => Value::Null,
        Some(text) => typed(column.kind, text),
        None if column.nullable => Value::Null,
        None => match column.kind {
            Kind::Str | Kind::Text => Value::from("0"),
            Kind::Int | Kind::Dec2 | Kind::Dec4 => Value::Int(0),
            Kind::Date => date("2025-06-30"),
            Kind::Ts => Value::Ts(timestamp("2025-06-30 08:00:00")),
            Kind::Bool => Value::Bool(false),
        },
    }
}

fn typed(kind: Kind, text: &str) -> Value {
    match kind {
        Kind::Str | Kind::Text => Value::Str(text.to_owned()),
        Kind::Int => Value::Int(text.parse().unwrap()),
        Kind::Dec2 | Kind::Dec4 => Value::Dec(text.parse().unwrap()),
        Kind::Date => Value::Date(text.parse().unwrap()),
        Kind::Ts => Value::Ts(timestamp(text)),
        Kind::Bool => Value::Bool(text == "true"),
    }
}

fn timestamp(text: &str) -> NaiveDateTime {
    let text = text.replace('T', " ");
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"].iter().find_map(|f| NaiveDateTime::parse_from_str(&text, f).ok()).unwrap()
}

fn date(text: &str) -> Value {
    Value::Date(text.parse::<NaiveDate>().unwrap())
}

/// `submission_batch` and `submission_expected` as the returns would have filled them: one batch a form, unit, period and
/// revision.
fn submissions(manifest: &Records, templates: &Records) -> (Vec<Vec<Value>>, Vec<Vec<Value>>) {
    let mut seen: BTreeMap<(String, String, String, i64), (i64, i64, &BTreeMap<String, String>)> = BTreeMap::new();
    for r in manifest.iter().filter(|r| r["status"] != "duplicate") {
        let text = |name: &str| r[name].clone();
        let key = (text("template_code"), text("eval_unit_code"), text("period"), count(r, "revision"));
        let (accepted, rejected) = (count(r, "expected_accepted_rows"), count(r, "expected_rejected_rows"));
        let batch = seen.entry(key).or_insert((0, 0, r));
        batch.0 += accepted + rejected;
        batch.1 += rejected;
    }
    let batches = seen.iter().enumerate().map(|(i, (key, (rows, bad, first)))| {
        let text = |s: &str| Value::Str(s.to_owned());
        vec![
            text(&format!("B{i:06}")),
            text(&key.0),
            text("1"),
            text(&key.1),
            text(&key.2),
            Value::Int(key.3),
            date(&first["due_date"]),
            Value::Ts(timestamp(&first["received_ts"])),
            Value::Null,
            Value::Null,
            Value::Null,
            text(&first["file"]),
            text(&i.to_string()),
            text("XLSX"),
            Value::Int(*rows),
            Value::Int(*bad),
            Value::Null,
            text("4"),
        ]
    });
    let expected = templates.iter().map(|t| {
        let text = |name: &str| Value::Str(t[name].clone());
        let exempt = Value::from("N");
        vec![text("template_code"), text("eval_unit_code"), text("period"), date(&t["due_date"]), exempt, Value::Null]
    });
    (batches.collect(), expected.collect())
}

fn count(record: &BTreeMap<String, String>, name: &str) -> i64 {
    record[name].parse().unwrap()
}
