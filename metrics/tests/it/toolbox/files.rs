//! Cases as files: `spec.toml`, data and what is expected, in one folder each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use suixin_metrics::definitions::SourceFile;
use suixin_metrics::index::{Field, IndexError, RawTable, Report, Sheet, Spec, dataset, run};

pub fn path(case: &str, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/toolbox").join(case).join(file)
}

pub fn table(path: &Path) -> RawTable {
    raw(&std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

pub fn raw(text: &str) -> RawTable {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let fields = |r: &csv::StringRecord| r.iter().map(str::to_owned).collect::<Vec<String>>();
    let header = fields(reader.headers().unwrap());
    RawTable { header, rows: reader.records().map(|r| fields(&r.unwrap())).zip(2..).map(|(r, n)| (n, r)).collect() }
}

pub fn spec(text: &str) -> Result<Spec, IndexError> {
    Spec::parse(&SourceFile { path: "spec.toml".into(), text: text.to_owned() })
}

/// A specification on data, both as text.
pub fn ran(spec: &str, data: &str) -> Result<Report, IndexError> {
    let spec = self::spec(spec)?;
    let data = dataset(&spec, &raw(data))?;
    run(&spec, data)
}

/// The case of a folder.
pub fn case(folder: &str, data: &str) -> Report {
    let text = std::fs::read_to_string(path(folder, "spec.toml")).unwrap();
    let spec = spec(&text).unwrap_or_else(|e| panic!("{folder}: {e}"));
    let data = dataset(&spec, &table(&path(folder, data))).unwrap_or_else(|e| panic!("{folder}: {e}"));
    run(&spec, data).unwrap_or_else(|e| panic!("{folder}: {e}"))
}

pub fn sheet<'r>(report: &'r Report, name: &str) -> &'r Sheet {
    let names: Vec<&str> = report.sheets.iter().map(|s| s.name.as_str()).collect();
    report.sheets.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

/// A column of a sheet by the sheet's first column.
pub fn column(sheet: &Sheet, name: &str) -> BTreeMap<String, Field> {
    let at = sheet.columns.iter().position(|c| c == name).unwrap_or_else(|| panic!("no {name} in {:?}", sheet.columns));
    sheet.rows.iter().map(|r| (r[0].text(), r[at].clone())).collect()
}

pub fn numbers(sheet: &Sheet, name: &str) -> BTreeMap<String, f64> {
    let number = |f: Field| if let Field::Number(x) = f { x } else { panic!("{name}: {f:?}") };
    column(sheet, name).into_iter().map(|(k, f)| (k, number(f))).collect()
}

/// Every cell of a file of expected values that the sheet has a column for: numbers to a relative tolerance, text equal.
/// How many were compared.
pub fn agrees(sheet: &Sheet, expected: &Path, columns: &[(&str, &str)], tolerance: f64) -> usize {
    let expected = table(expected);
    let mut compared = 0;
    for (ours, theirs) in columns {
        let found = column(sheet, ours);
        let at = expected.header.iter().position(|h| h == theirs).unwrap();
        for (_, row) in &expected.rows {
            let Some(field) = found.get(&row[0]) else { panic!("{}: no row {}", sheet.name, row[0]) };
            let same = match (field, row[at].parse::<f64>()) {
                (Field::Number(x), Ok(y)) => {
                    (x - y).abs() <= tolerance * y.abs().max(1e-300) || x.to_bits() == y.to_bits()
                }
                (field, _) => field.text() == row[at],
            };
            assert!(same, "{} {} {ours}: {field:?}, expected {}", sheet.name, row[0], row[at]);
            compared += 1;
        }
    }
    compared
}

/// A field as text.
pub fn text(field: &Field) -> String {
    field.text()
}
