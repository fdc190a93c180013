//! Imputation of missing numbers (Little and Rubin, *Statistical Analysis with Missing Data*, 2002; OECD and JRC 2008, 1.3).
//!
//! Only `Missing` is imputed. What does not apply stays so; what is withheld too, for nobody may gain by withholding.

use super::cell::Cell;
use super::error::{Fault, Outcome};
use super::stats;
use super::table::{Column, Dataset};

/// Where the number comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source {
    /// The mean of the indicator.
    Mean,
    /// Its median.
    Median,
    /// Its mean among units of the same group.
    GroupMean,
    /// Its median among units of the same group.
    GroupMedian,
    /// The unit's newest earlier number.
    Previous,
    /// This number.
    Constant(f64),
}

impl Source {
    /// In Chinese, for the record.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Mean => "均值",
            Self::Median => "中位数",
            Self::GroupMean => "同组均值",
            Self::GroupMedian => "同组中位数",
            Self::Previous => "上期值",
            Self::Constant(_) => "定值",
        }
    }
}

/// How to impute.
#[derive(Debug, Clone, PartialEq)]
pub struct Impute {
    /// Sources in the order in which they are tried; what none can give stays missing.
    pub sources: Vec<Source>,
    /// The column that groups units.
    pub group: Option<String>,
    /// How many periods back an earlier number may lie; any, if none.
    pub max_age: Option<usize>,
}

/// One number put in.
#[derive(Debug, Clone, PartialEq)]
pub struct Imputed {
    /// Place of the unit.
    pub unit: usize,
    /// Place of the column.
    pub column: usize,
    /// The number.
    pub value: f64,
    /// Where it came from.
    pub source: Source,
    /// The period or group it came from; empty for the whole column.
    pub detail: String,
}

/// Finds a number for every missing cell of the columns, from numbers that were there before.
///
/// # Errors
/// A group that is no column of the data.
pub fn plan_imputation(how: &Impute, data: &Dataset, columns: &[usize]) -> Outcome<Vec<Imputed>> {
    let groups = match &how.group {
        None => None,
        Some(group) => Some(data.labels.get(group).ok_or_else(|| no_group(group))?.as_slice()),
    };
    let mut found = Vec::new();
    for at in columns {
        let Some(column) = data.table.columns.get(*at) else { continue };
        let missing = column.cells.iter().enumerate().filter(|(_, c)| **c == Cell::Missing);
        for (unit, _) in missing {
            let look = |source: &Source| look_up(how, *source, data, (column, groups), unit).map(|v| (*source, v));
            if let Some((source, (value, detail))) = how.sources.iter().find_map(look) {
                found.push(Imputed { unit, column: *at, value, source, detail });
            }
        }
    }
    Ok(found)
}

fn look_up(
    how: &Impute,
    source: Source,
    data: &Dataset,
    (column, groups): (&Column, Option<&[String]>),
    unit: usize,
) -> Option<(f64, String)> {
    let all = || super::cell::values(&column.cells);
    let group = || {
        let groups = groups?;
        let own = groups.get(unit).filter(|g| !g.is_empty())?;
        let same = column.cells.iter().zip(groups).filter(|(_, g)| *g == own);
        Some((same.filter_map(|(c, _)| c.value()).collect::<Vec<f64>>(), own.clone()))
    };
    match source {
        Source::Mean => Some((stats::mean(&all())?, String::new())),
        Source::Median => Some((stats::median(&all())?, String::new())),
        Source::GroupMean => group().and_then(|(x, own)| Some((stats::mean(&x)?, own))),
        Source::GroupMedian => group().and_then(|(x, own)| Some((stats::median(&x)?, own))),
        Source::Previous => previous(how.max_age, data, &column.id, unit),
        Source::Constant(x) => Some((x, String::new())),
    }
}

fn previous(max_age: Option<usize>, data: &Dataset, column: &str, unit: usize) -> Option<(f64, String)> {
    data.earlier.iter().rev().take(max_age.unwrap_or(usize::MAX)).find_map(|(period, table)| {
        let value = table.column(column)?.cells.get(unit)?.value()?;
        Some((value, period.clone()))
    })
}

fn no_group(group: &str) -> Fault {
    Fault::new(format!("分组列 {group} 不在数据中"), "核对 group 与数据的列名")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::index::table::Table;

    fn table(cells: Vec<Cell>) -> Table {
        Table { columns: vec![Column { id: "x".into(), cells }] }
    }

    #[test]
    fn only_what_is_missing_is_imputed_and_sources_are_tried_in_order() {
        let now =
            vec![Cell::Value(1.0), Cell::Missing, Cell::Withheld, Cell::NotApplicable, Cell::Missing, Cell::Value(4.0)];
        let mut before = vec![Cell::Missing; 6];
        before[1] = Cell::Value(7.0);
        let labels = BTreeMap::from([("g".to_owned(), ["a", "a", "a", "b", "b", "b"].map(str::to_owned).to_vec())]);
        let data =
            Dataset { table: table(now), earlier: vec![("2024".into(), table(before))], labels, ..Dataset::default() };
        let how =
            Impute { sources: vec![Source::Previous, Source::GroupMedian], group: Some("g".into()), max_age: None };
        let found = plan_imputation(&how, &data, &[0]).unwrap();
        let told: Vec<(usize, f64, &str)> = found.iter().map(|i| (i.unit, i.value, &*i.detail)).collect();
        assert_eq!(told, [(1, 7.0, "2024"), (4, 4.0, "b")]);
    }
}
