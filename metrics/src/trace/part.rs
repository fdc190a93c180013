//! The statements that make a figure.

use std::collections::BTreeMap;

use crate::compute::of_indicator;
use crate::datasets::{filled, find};
use crate::definitions::mistake::hint;
use crate::definitions::{Definitions, Indicator, Kind, Scheme};
use crate::error::MetricsError;
use crate::evaluation::Subject;
use crate::lineage::Wanted;
use crate::robustness::Fillings;
use crate::window::Window;

/// A statement, and the row and column of its result that the figure is.
#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub figure: String,
    pub title: String,
    pub sql: String,
    pub equal: BTreeMap<String, String>,
    pub output: Option<String>,
}

impl Statement {
    pub(super) fn wanted(&self) -> Wanted<'_> {
        let equal = self.equal.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        Wanted { equal, output: self.output.as_deref() }
    }
}

/// A figure id in its three parts: what stands before the first and after the last `/`, and the key between.
pub(super) fn parse(figure: &str) -> Result<(&str, &str, &str), MetricsError> {
    let parts = figure.split_once('/').and_then(|(first, rest)| {
        let (key, last) = rest.rsplit_once('/')?;
        (!first.is_empty() && !key.is_empty() && !last.is_empty()).then_some((first, key, last))
    });
    parts.ok_or_else(|| MetricsError::NotFound {
        what: "图数",
        given: figure.to_owned(),
        hint: "：编号应写成 数据集/行键/列 或 方案/对象/指标".to_owned(),
    })
}

/// The statement of a cell of a dataset.
pub(super) fn of_dataset(
    defs: &Definitions,
    window: &Window,
    trials: &Fillings,
    (id, key, column): (&str, &str, &str),
) -> Result<Statement, MetricsError> {
    let dataset = find(defs, id)?;
    let Some(shown) = dataset.columns.iter().find(|c| c.name == column) else {
        let hint = hint(column, dataset.columns.iter().map(|c| c.name.as_str()));
        return Err(MetricsError::NotFound { what: "列", given: format!("{id}/…/{column}"), hint });
    };
    let values: Vec<&str> = if dataset.key.is_empty() { Vec::new() } else { key.split('|').collect() };
    if values.len() != dataset.key.len() {
        let hint = format!("：行键由 {} 组成，用 | 分隔", dataset.key.join("、"));
        return Err(MetricsError::NotFound { what: "行", given: format!("{id}/{key}"), hint });
    }
    Ok(Statement {
        figure: format!("{id}/{key}/{column}"),
        title: format!("{}·{}", dataset.title, shown.title),
        sql: filled(defs, dataset, window, trials),
        equal: dataset.key.iter().cloned().zip(values.into_iter().map(str::to_owned)).collect(),
        output: Some(column.to_owned()),
    })
}

/// The statements of an indicator, or of the indicators behind a sum, for one of these subjects.
pub(super) fn of_score(
    defs: &Definitions,
    definition: &Scheme,
    subjects: &[Subject],
    window: &Window,
    (key, indicator): (&str, &str),
) -> Result<(String, Vec<Statement>), MetricsError> {
    let scheme = definition.id();
    let all = defs.indicators_on(scheme, window.period.last());
    if let Some(limit) = all.iter().find(|i| i.id() == indicator && i.by_edition) {
        return Ok((limit.name.clone(), statements(limit, scheme, &window.period.to_string(), window)));
    }
    let Some(subject) = subjects.iter().find(|s| s.key == key) else {
        let hint = hint(key, subjects.iter().map(|s| s.key.as_str()));
        return Err(MetricsError::NotFound { what: "评价对象", given: key.to_owned(), hint });
    };
    let own: Vec<&Indicator> = all.into_iter().filter(|i| i.is_for(&subject.group) && !i.by_edition).collect();
    let behind: Vec<&Indicator> = own.iter().copied().filter(|i| makes(i, indicator)).collect();
    if behind.is_empty() {
        let hint = hint(indicator, own.iter().map(|i| i.id()).chain(["TOTAL", "CORE", "BONUS", "DEDUCT"]));
        return Err(MetricsError::NotFound { what: "指标", given: indicator.to_owned(), hint });
    }
    let what = if behind.len() == 1 { behind[0].name.clone() } else { sum_name(indicator).to_owned() };
    let title = format!("{}·{}·{what}", definition.title, subject.name);
    Ok((title, behind.into_iter().flat_map(|i| statements(i, scheme, key, window)).collect()))
}

/// Whether an indicator goes into a score row.
fn makes(i: &Indicator, row: &str) -> bool {
    match row {
        "TOTAL" => matches!(i.kind, Kind::Core | Kind::Bonus | Kind::Deduct),
        "CORE" => i.kind == Kind::Core,
        "BONUS" => i.kind == Kind::Bonus,
        "DEDUCT" => i.kind == Kind::Deduct,
        id => i.id() == id,
    }
}

fn sum_name(row: &str) -> &str {
    match row {
        "TOTAL" => "总分",
        "CORE" => "基本分",
        "BONUS" => "加分",
        "DEDUCT" => "扣分",
        other => other,
    }
}

fn statements(i: &Indicator, scheme: &str, key: &str, window: &Window) -> Vec<Statement> {
    let names: &[&str] = if i.denominator.is_some() { &["分子", "分母"] } else { &["取值"] };
    i.statements()
        .zip(names)
        .map(|(sql, name)| Statement {
            figure: format!("{scheme}/{key}/{}", i.id()),
            title: format!("{} {}·{name}", i.id(), i.name),
            sql: of_indicator(i, sql, window).sql,
            equal: BTreeMap::from([("k".to_owned(), key.to_owned())]),
            output: None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_id_has_three_parts() {
        assert_eq!(parse("county_totals/510903/total").unwrap(), ("county_totals", "510903", "total"));
        assert_eq!(parse("a/x/y|z/b").unwrap(), ("a", "x/y|z", "b"));
        assert!(parse("CTY/510903").is_err() && parse("").is_err() && parse("a//b").is_err());
    }
}
