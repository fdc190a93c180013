//! From a table of text to a [`Dataset`]: numbers are read exactly as written, absence by its words, all mistakes at once.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::Cell;
use super::error::IndexError;
use super::spec::{Action, Spec, Words};
use super::table::{Column, Dataset, Table};
use crate::definitions::mistake::hint;

/// A table as it came: header and rows of text with the row's number in its source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawTable {
    /// Column names.
    pub header: Vec<String>,
    /// Row number in the source and fields.
    pub rows: Vec<(u32, Vec<String>)>,
}

impl RawTable {
    fn place(&self, column: &str) -> Option<usize> {
        self.header.iter().position(|h| h.trim() == column)
    }
}

/// Reads what the specification asks for.
///
/// # Errors
/// Missing columns, fields that are no numbers, units twice in a period, no units.
pub fn dataset(spec: &Spec, raw: &RawTable) -> Result<Dataset, IndexError> {
    let mut mistakes = Vec::new();
    let places = Places::find(spec, raw, &mut mistakes);
    if let Some(places) = places.filter(|_| mistakes.is_empty()) {
        let found = fill(spec, raw, &places, &mut mistakes);
        if mistakes.is_empty() {
            return Ok(found);
        }
    }
    Err(IndexError::Data(mistakes))
}

/// Where the columns stand.
struct Places {
    unit: usize,
    name: Option<usize>,
    period: Option<usize>,
    numbers: Vec<(String, usize)>,
    labels: Vec<(String, usize)>,
}

impl Places {
    fn find(spec: &Spec, raw: &RawTable, mistakes: &mut Vec<String>) -> Option<Self> {
        let mut place = |id: &str| {
            let found = raw.place(id);
            if found.is_none() {
                let hint = hint(id, raw.header.iter().map(String::as_str));
                mistakes.push(format!("没有列 {id}{hint}；核对数据的表头与方案中的列名"));
            }
            found
        };
        let mut numbers: Vec<(String, usize)> = Vec::new();
        for id in number_columns(spec) {
            if let Some(at) = place(&id).filter(|_| !numbers.iter().any(|(n, _)| *n == id)) {
                numbers.push((id, at));
            }
        }
        let labels = label_columns(spec).into_iter().filter_map(|id| place(&id).map(|at| (id, at))).collect();
        Some(Self {
            unit: spec.data.unit.as_deref().map_or(Some(0), &mut place)?,
            name: spec.data.name.as_deref().and_then(&mut place),
            period: spec.data.period.as_deref().and_then(&mut place),
            numbers,
            labels,
        })
    }
}

/// Indicators first, in their order; then denominators and what rules read.
fn number_columns(spec: &Spec) -> Vec<String> {
    let mut columns: Vec<String> = spec.indicators.iter().map(|i| i.id.clone()).collect();
    columns.extend(spec.indicators.iter().filter_map(|i| i.denominator.clone()));
    for stage in &spec.stages {
        if let Action::Points(points) = &stage.action {
            let conditions = points.steps.iter().flat_map(|s| &s.when);
            let against = conditions.clone().filter_map(|c| match &c.against {
                super::points::Against::Column(column) => Some(column.clone()),
                _ => None,
            });
            columns.push(points.start.clone());
            columns.extend(conditions.filter_map(|c| c.column.clone()).chain(against));
        }
    }
    columns
}

fn label_columns(spec: &Spec) -> BTreeSet<String> {
    let groups = spec.stages.iter().flat_map(|s| s.action.label_columns());
    groups.collect()
}

fn fill(spec: &Spec, raw: &RawTable, places: &Places, mistakes: &mut Vec<String>) -> Dataset {
    let at = |row: &[String], place: usize| row.get(place).map_or("", |f| f.trim()).to_owned();
    let period = |row: &[String]| places.period.map(|p| at(row, p)).unwrap_or_default();
    let periods = in_order(raw.rows.iter().map(|(_, row)| period(row)).collect());
    let chosen = spec.data.at.clone().or_else(|| periods.last().cloned()).unwrap_or_default();
    let rows: Vec<&(u32, Vec<String>)> = raw.rows.iter().filter(|(_, row)| period(row) == chosen).collect();
    if rows.is_empty() {
        let of = if chosen.is_empty() { String::new() } else { format!("期别{chosen}的") };
        mistakes.push(format!("没有{of}数据行；核对数据文件和 [data] 的 period、at"));
    }
    let units: Vec<String> = rows.iter().map(|(_, row)| at(row, places.unit)).collect();
    let mut seen = BTreeSet::new();
    for (unit, (line, _)) in units.iter().zip(&rows) {
        if unit.is_empty() || !seen.insert(unit) {
            let what = if unit.is_empty() { "没有单位编号".to_owned() } else { format!("单位 {unit} 重复") };
            mistakes.push(format!("第{line}行：{what}；每个单位每期只能有一行"));
        }
    }
    let table = numbers(spec, places, &rows.iter().map(|r| Some((*r).clone())).collect::<Vec<_>>(), mistakes);
    let mut earlier = Vec::new();
    for before in periods.iter().take_while(|p| **p != chosen) {
        let of =
            |unit: &String| raw.rows.iter().find(|(_, row)| period(row) == *before && at(row, places.unit) == *unit);
        let rows: Vec<Option<(u32, Vec<String>)>> = units.iter().map(|u| of(u).cloned()).collect();
        earlier.push((before.clone(), numbers(spec, places, &rows, mistakes)));
    }
    let column = |place: usize| rows.iter().map(|(_, row)| at(row, place)).collect::<Vec<String>>();
    let labels: BTreeMap<String, Vec<String>> = places.labels.iter().map(|(id, p)| (id.clone(), column(*p))).collect();
    let names = places.name.map_or_else(|| units.clone(), column);
    Dataset { units, names, table, earlier, labels }
}

fn numbers(spec: &Spec, places: &Places, rows: &[Option<(u32, Vec<String>)>], mistakes: &mut Vec<String>) -> Table {
    let mut table = Table::default();
    for (id, place) in &places.numbers {
        let mut cells = Vec::with_capacity(rows.len());
        for row in rows {
            let Some((line, fields)) = row else {
                cells.push(Cell::Missing);
                continue;
            };
            let field = fields.get(*place).map_or("", |f| f.trim());
            cells.push(cell(field, &spec.data.words).unwrap_or_else(|| {
                mistakes.push(no_number(*line, id, field, &spec.data.words));
                Cell::Missing
            }));
        }
        table.columns.push(Column { id: id.clone(), cells });
    }
    table
}

/// A field as a cell; `None` if it is neither a finite number nor one of the words.
fn cell(field: &str, words: &Words) -> Option<Cell> {
    let is = |list: &[String]| list.iter().any(|w| w == field);
    if field.is_empty() || is(&words.missing) {
        Some(Cell::Missing)
    } else if is(&words.not_applicable) {
        Some(Cell::NotApplicable)
    } else if is(&words.withheld) {
        Some(Cell::Withheld)
    } else {
        // Letters other than those of an exponent are no number: NaN and infinity are not.
        let written = field.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
        field.parse().ok().filter(|_| written).and_then(Cell::of)
    }
}

fn no_number(line: u32, id: &str, field: &str, words: &Words) -> String {
    let all = |list: &[String]| list.join("、");
    format!(
        "第{line}行 {id}：“{field}”不是数；写阿拉伯数字（不带百分号、千分位），缺失留空或写{}，不适用写{}，不公开写{}",
        all(&words.missing),
        all(&words.not_applicable),
        all(&words.withheld)
    )
}

/// Periods in order: as numbers where all are, else as text.
fn in_order(periods: BTreeSet<String>) -> Vec<String> {
    let mut periods: Vec<String> = periods.into_iter().collect();
    let number = |p: &String| p.parse::<f64>().ok();
    if periods.iter().all(|p| number(p).is_some()) {
        periods.sort_by(|a, b| number(a).unwrap_or_default().total_cmp(&number(b).unwrap_or_default()));
    }
    periods
}
