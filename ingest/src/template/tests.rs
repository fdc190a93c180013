//! Every form is written, opened by our own reader, filled and read back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDateTime;
use rust_decimal::Decimal;

use super::testing::{Book, Typed, is_summed};
use super::{Prefill, TemplateError, pack, write};
use crate::check::{Checker, Source};
use crate::checked::{CheckedFile, CheckedTable};
use crate::contract::{CITY, Column, Contracts, Frequency, Kind, Sender, VaultKind};
use crate::normalise::CodeBook;
use crate::period::Period;
use crate::read::{cell_ref, read_bytes};
use crate::value::Value;

fn contracts() -> Arc<Contracts> {
    Arc::new(Contracts::embedded().unwrap())
}

fn check(checker: &Checker, bytes: &[u8], hint: &str) -> CheckedFile {
    let path = std::env::temp_dir().join(format!("suixin-template-{}-{}", std::process::id(), hint.replace('/', "_")));
    std::fs::write(&path, bytes).unwrap();
    let received: NaiveDateTime = "2025-04-07T09:00:00".parse().unwrap();
    let source = Source {
        name: hint.to_owned(),
        hint: hint.to_owned(),
        path: path.clone(),
        received,
        received_forms: BTreeMap::new(),
    };
    let file = checker.check(&source);
    std::fs::remove_file(&path).unwrap();
    file
}

/// (form, unit, period) of all templates that there are, for one county, one park and the bureau.
fn all_templates(contracts: &Contracts) -> Vec<(String, String, Period)> {
    let mut out = BTreeSet::new();
    for form in contracts.forms.values() {
        for table in &form.tables {
            let period = match table.frequency {
                Frequency::Month => "202503",
                Frequency::Quarter => "2025Q1",
                Frequency::Year | Frequency::Once => "2025",
            };
            let units: &[&str] = if table.sender == Sender::City { &[CITY] } else { &["510903", "5109A2", CITY] };
            out.extend(units.iter().map(|u| (form.code.clone(), (*u).to_owned(), period.to_owned())));
        }
    }
    out.into_iter().map(|(form, unit, period)| (form, unit, period.parse().unwrap())).collect()
}

#[test]
fn every_empty_form_is_a_nil_return_without_an_issue() {
    let contracts = contracts();
    let checker = Checker::new(Arc::clone(&contracts));
    let (mut forms, mut tables) = (BTreeSet::new(), BTreeSet::new());
    for (form, unit, period) in all_templates(&contracts) {
        let bytes = write(&contracts, &form, &unit, period, &Prefill::new()).unwrap();
        let file = check(&checker, &bytes, &format!("{form}-{unit}.xlsx"));
        assert!(file.issues.is_empty(), "{form} {unit} {period}: {:?}", file.issues);
        assert_eq!(file.signatures, crate::checked::Signatures::default(), "{form}");
        assert!(!file.tables.is_empty());
        for table in &file.tables {
            assert!(table.issues.is_empty(), "{form} {unit} {}: {:?}", table.table, table.issues);
            assert_eq!((table.form.as_str(), table.unit.as_str()), (form.as_str(), unit.as_str()));
            assert_eq!((table.period.clone(), table.rows_read), (period.to_string(), 0), "{}", table.table);
            let all = contracts.table(&table.table).unwrap().form_columns().count();
            assert_eq!(table.headers.len(), all, "{}", table.table);
            tables.insert(table.table.clone());
        }
        forms.insert(form);
    }
    assert_eq!(forms.len(), 22);
    let sent = contracts.forms.values().flat_map(|f| &f.tables).map(|t| t.table.clone());
    assert_eq!(tables, sent.collect());
}

/// What a person types for row `n`, and what must come out.
fn typed(
    contracts: &Contracts,
    codes: &CodeBook,
    unit: &str,
    column: &Column,
    period: Period,
    n: u32,
) -> (Typed, Value) {
    let text = |t: String| (Typed::Text(t.clone()), Value::Str(t));
    if let Some(list) = codes.of(column) {
        let (code, name) = &list.choices()[n as usize % list.choices().len()];
        return (Typed::Text(name.clone()), Value::Str(code.clone()));
    }
    let day = period.first() + chrono::Days::new(u64::from(n));
    let serial = (day - chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap()).num_days();
    match column.kind {
        // The day of birth stays outside.
        Kind::Date if column.derive.is_some() => (Typed::Number(serial.to_string()), Value::Date(period.first())),
        Kind::Date => (Typed::Number(serial.to_string()), Value::Date(day)),
        Kind::Ts => (Typed::Number(format!("{serial}.5")), Value::Ts(day.and_hms_opt(12, 0, 0).unwrap())),
        Kind::Bool => (Typed::Text("否".to_owned()), Value::Bool(false)),
        Kind::Int => (Typed::Number((n + 1).to_string()), Value::Int(i64::from(n) + 1)),
        Kind::Dec2 | Kind::Dec4 => {
            let places = column.sql_type.split(',').nth(1).map_or(2, |p| p.trim_end_matches(')').parse().unwrap());
            // Above one: a percentage that is not a share.
            let mut value = Decimal::new(i64::from(n) * 10 + 225, 2);
            value.rescale(places);
            (Typed::Number(value.normalize().to_string()), Value::Dec(value))
        }
        Kind::Str | Kind::Text => match (column.vault, column.name.as_str()) {
            (Some(VaultKind::Id), _) => {
                let body = format!("5109031960010100{n}");
                text(valid_id(&body))
            }
            (Some(VaultKind::Account), _) => text(format!("010203040506070{n}")),
            (Some(VaultKind::Phone), _) => text(format!("1390000000{n}")),
            (_, "township_code" | "village_code") if column.foreign.is_some() => place(contracts, unit, &column.name),
            _ if column.foreign.as_deref() == Some("dim_region") => text("510903006002".to_owned()),
            _ if column.allowed.starts_with("GB 32100") => text("91350100M000100Y43".to_owned()),
            _ => text(format!("某{n}")),
        },
    }
}

/// The number with the check character that fits.
fn valid_id(body: &str) -> String {
    let all = "0123456789X".chars().map(|c| format!("{body}{c}"));
    all.into_iter().find(|id| crate::normalise::id_problem(id).is_none()).unwrap()
}

/// A name that is unique inside its township, with its code.
fn place(contracts: &Contracts, unit: &str, column: &str) -> (Typed, Value) {
    let unit = if unit == CITY { "510903" } else { unit };
    let of =
        |level: &'static str| contracts.divisions.iter().filter(move |d| d.level == level && d.status == "current");
    let township = of("township").find(|d| d.managing_unit_code == unit).unwrap();
    let village = of("village").find(|d| d.parent_code == township.code && d.managing_unit_code == unit).unwrap();
    let chosen = if column == "township_code" { township } else { village };
    (Typed::Text(chosen.name_short.clone()), Value::Str(chosen.code.clone()))
}

/// The bureau's tables name a unit in each row; the others are filled as the unit itself would.
fn fill(contracts: &Contracts, table: &CheckedTable, book: &mut Book) -> Vec<BTreeMap<usize, Value>> {
    let codes = CodeBook::new(contracts);
    let contract = contracts.table(&table.table).unwrap();
    let period: Period = table.period.parse().unwrap();
    let start = book.first_data_row(&table.sheet);
    let mut sums: BTreeMap<usize, Decimal> = BTreeMap::new();
    let mut out = Vec::new();
    for n in 0..3 {
        let mut expected = BTreeMap::new();
        for (at, (index, column)) in contract.form_columns().enumerate() {
            let (mut cell, mut value) = typed(contracts, &codes, &table.unit, column, period, n);
            if column.name == "eval_unit_code" {
                (cell, value) = (Typed::Text("船山区".to_owned()), Value::from("510903"));
            }
            if table.unit == CITY
                && !contract.is_city()
                && contract.has_unit()
                && column.foreign.as_deref() == Some("dim_region")
            {
                (cell, value) = (Typed::Nothing, Value::Null);
            }
            if is_summed(column) {
                *sums.entry(at).or_default() += value.as_decimal().unwrap();
            }
            book.put(&table.sheet, &cell_ref(at, start + n), &cell);
            expected.insert(index, value);
        }
        out.push(expected);
    }
    book.set_totals(&table.sheet, &sums);
    out
}

#[test]
fn every_form_filled_by_hand_reads_back_exactly() {
    let contracts = contracts();
    let checker = Checker::new(Arc::clone(&contracts));
    let bureau = |form: &str| contracts.forms[form].tables.iter().any(|t| t.sender == Sender::City);
    let chosen = all_templates(&contracts).into_iter().filter(|(f, u, _)| u == "510903" || u == CITY && bureau(f));
    for (form, unit, period) in chosen {
        let bytes = write(&contracts, &form, &unit, period, &Prefill::new()).unwrap();
        let empty = check(&checker, &bytes, &format!("{form}-{unit}-empty.xlsx"));
        let mut book = Book::open(&bytes);
        let expected: Vec<_> = empty.tables.iter().map(|t| fill(&contracts, t, &mut book)).collect();
        let file = check(&checker, &book.save(), &format!("{form}-{unit}-filled.xlsx"));
        assert!(file.issues.is_empty(), "{form}: {:?}", file.issues);
        assert_eq!(file.tables.len(), expected.len());
        for (table, expected) in file.tables.iter().zip(&expected) {
            // One-row keys such as the unit alone repeat in three rows by intention of their contract.
            let wrong: Vec<_> = table.issues.iter().filter(|i| i.code != "DQ017" && i.code != "DQ010").collect();
            assert!(wrong.is_empty(), "{form} {unit} {}: {wrong:?}", table.table);
            assert_eq!(table.rows.len(), 3, "{form} {}", table.table);
            for (row, expected) in table.rows.iter().zip(expected) {
                for (index, value) in expected {
                    let column = &contracts.table(&table.table).unwrap().columns[*index];
                    assert_eq!(row.values[*index], *value, "{} {}", table.table, column.name);
                }
            }
        }
    }
}

#[test]
fn the_example_is_never_taken_even_when_it_was_copied_down() {
    let contracts = contracts();
    let checker = Checker::new(Arc::clone(&contracts));
    let bytes = write(&contracts, "T-COMPLAINT", "船山区", "202503".parse().unwrap(), &Prefill::new()).unwrap();
    let mut book = Book::open(&bytes);
    let sheet = read_bytes(&bytes).unwrap().sheets.into_iter().find(|s| s.name == "投诉举报").unwrap();
    let start = book.first_data_row("投诉举报");
    let example = sheet.rows.iter().find(|r| r.no == start - 1).unwrap();
    assert!(example.cell(0).shown().starts_with("示例："), "{example:?}");
    for (at, cell) in example.cells.iter().enumerate() {
        book.put("投诉举报", &cell_ref(at, start), &Typed::Text(cell.shown()));
    }
    let file = check(&checker, &book.save(), "copied.xlsx");
    assert_eq!((file.tables[0].rows_read, file.tables[0].issues.len()), (0, 0));
}

#[test]
fn every_drop_down_has_its_list_and_every_entry_is_understood() {
    let contracts = contracts();
    let codes = CodeBook::new(&contracts);
    for (form, unit, period) in all_templates(&contracts) {
        let book = Book::open(&write(&contracts, &form, &unit, period, &Prefill::new()).unwrap());
        let names = book.defined_names();
        let lists = book.lists_used();
        assert!(!lists.is_empty() || form == "T-REF", "{form} {unit}");
        for list in lists {
            let known = match list.split_once('"') {
                // INDIRECT("村居_船山区_"&…)
                Some((_, rest)) => names.iter().any(|n| n.starts_with(rest.split('"').next().unwrap())),
                None => names.contains(&list),
            };
            assert!(known, "{form} {unit}: {list} not in {names:?}");
        }
    }
    for table in contracts.tables.values().filter(|t| !t.is_system()) {
        for (_, column) in table.form_columns() {
            for (code, name) in codes.of(column).into_iter().flat_map(|c| c.choices()) {
                let read = codes.of(column).unwrap().resolve(name);
                assert_eq!(read, Some(code.as_str()), "{}.{} {name}", table.name, column.name);
            }
        }
    }
}

#[test]
fn a_ledger_continues_with_the_rows_of_the_period_before() {
    let contracts = contracts();
    let row = BTreeMap::from([
        ("need_id".to_owned(), Value::from("XQ-0001")),
        ("township_code".to_owned(), Value::from("510903006")),
        ("village_code".to_owned(), Value::from("510903006002")),
        ("register_date".to_owned(), Value::Date("2025-02-03".parse().unwrap())),
        ("status_code".to_owned(), Value::from("10")),
    ]);
    let rows: Vec<_> = (0..60)
        .map(|n| {
            let mut row = row.clone();
            row.insert("need_id".to_owned(), Value::from(format!("XQ-{n:04}")));
            row
        })
        .collect();
    let prefill = Prefill::from([("need_item".to_owned(), rows)]);
    let period = "202503".parse().unwrap();
    let bytes = write(&contracts, "T-NEED", "510903", period, &prefill).unwrap();
    let file = check(&Checker::new(Arc::clone(&contracts)), &bytes, "ledger.xlsx");
    let table = file.tables.iter().find(|t| t.table == "need_item").unwrap();
    assert_eq!(table.rows.len(), 60);
    let contract = contracts.table("need_item").unwrap();
    for (name, value) in &row {
        let expected = if name == "need_id" { Value::from("XQ-0000") } else { value.clone() };
        assert_eq!(table.rows[0].values[contract.index_of(name).unwrap()], expected, "{name}");
    }
    let unknown = Prefill::from([("need_item".to_owned(), vec![BTreeMap::from([("nix".to_owned(), Value::Int(1))])])]);
    let error = write(&contracts, "T-NEED", "510903", period, &unknown).unwrap_err();
    assert!(error.to_string().contains("need_item.nix"), "{error}");
}

#[test]
fn a_pack_holds_what_is_due_and_the_same_wishes_give_the_same_bytes() {
    let contracts = contracts();
    let month = pack(&contracts, "船山区", "202503".parse().unwrap(), &Prefill::new()).unwrap();
    assert!(month.contains_key("低收入人口及身份变动_船山区_202503.xlsx"), "{:?}", month.keys());
    let owed = crate::calendar::expected_returns(&contracts, 2025);
    let count = |period: &str| owed.iter().filter(|e| e.unit == "510903" && e.period == period).count();
    assert_eq!(month.len(), count("202503"));
    assert_eq!(month, pack(&contracts, "510903", "202503".parse().unwrap(), &Prefill::new()).unwrap());
    let year = pack(&contracts, "510903", "2025".parse().unwrap(), &Prefill::new()).unwrap();
    assert_eq!(year.len(), count("2025"));
    let city = pack(&contracts, CITY, "2025".parse().unwrap(), &Prefill::new()).unwrap();
    assert!(city.contains_key("市局基础数据_市局_2025.xlsx"), "{:?}", city.keys());
}

#[test]
fn what_cannot_be_is_refused_with_the_right_periods_and_names() {
    let contracts = contracts();
    let ask = |form: &str, unit: &str, period: &str| -> TemplateError {
        write(&contracts, form, unit, period.parse().unwrap(), &Prefill::new()).unwrap_err()
    };
    for (error, words) in [
        (ask("T-PERSONS", "船山区", "202503"), "T-PERSON"),
        (ask("T-PERSON", "成都市", "202503"), "510903 船山区"),
        (ask("T-PERSON", "船山区", "2025Q1"), "按月报送的写 202501 至 202512"),
        (ask("T-FUND", "船山区", "2025H1"), "按季报送的写 2025Q1 至 2025Q4"),
        (ask("T-ALERT", "船山区", "202503"), "由市局统一报送"),
        (pack(&contracts, "船山区", "2025H1".parse().unwrap(), &Prefill::new()).unwrap_err(), "2025Q1"),
    ] {
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.is_request());
    }
}

#[test]
fn content_wins_over_the_properties_and_an_old_version_is_named() {
    let contracts = contracts();
    let checker = Checker::new(Arc::clone(&contracts));
    let bytes = write(&contracts, "T-COMPLAINT", "船山区", "202503".parse().unwrap(), &Prefill::new()).unwrap();
    let cells = ["船山区2025年3月投诉举报表", "填报单位：船山区民政局"];
    let change = |edits: &[(&str, &str, &str)]| {
        let mut book = Book::open(&bytes);
        edits.iter().for_each(|(part, from, to)| book.replace(part, from, to));
        check(&checker, &book.save(), "changed.xlsx")
    };
    let strings = "xl/sharedStrings.xml";
    // Last month's file with another title: the cells count, and the contradiction is named.
    let file = change(&[(strings, "2025年3月投诉", "2025年4月投诉")]);
    assert_eq!((file.tables[0].period.as_str(), file.tables[0].issues[0].code.as_str()), ("202504", "DQ004"));
    let file =
        change(&[(strings, cells[0], "安居区2025年3月投诉举报表"), (strings, cells[1], "填报单位：安居区民政局")]);
    assert_eq!((file.tables[0].unit.as_str(), file.tables[0].issues[0].code.as_str()), ("510904", "DQ003"));
    // A title that says nothing: the properties speak.
    let file = change(&[(strings, cells[0], "投诉举报表"), (strings, cells[1], "　")]);
    assert_eq!((file.tables[0].unit.as_str(), file.tables[0].period.as_str()), ("510903", "202503"));
    assert!(file.tables[0].issues.is_empty());
    let file = change(&[("docProps/custom.xml", ">1<", ">0<")]);
    assert!(!file.refused() && file.issues[0].message.contains("第0版，现行是第1版"), "{:?}", file.issues);
}
