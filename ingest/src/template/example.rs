//! The example row: plausible, made up, and marked in its first cell so that it is never taken in.

use chrono::NaiveDate;

use crate::contract::{Column, Kind, VaultKind};
use crate::recognise::own::EXAMPLE;

use super::choices::Choices;
use super::columns::{Design, Input};
use super::places::{TOWNSHIPS, VILLAGES};
use super::plan::Plan;

/// A cell of the example row.
pub(super) enum Sample {
    Text(String),
    Number(f64),
    Date(NaiveDate),
}

/// The cell of a column; the first one bears the mark.
pub(super) fn sample(plan: &Plan<'_>, choices: &Choices<'_>, design: &Design<'_>, is_first: bool) -> Sample {
    let plain = plain(plan, choices, design);
    if !is_first {
        return plain;
    }
    let value = match plain {
        Sample::Text(text) => text,
        Sample::Number(n) => n.to_string(),
        Sample::Date(d) => d.to_string(),
    };
    Sample::Text(format!("{EXAMPLE}：{value}"))
}

fn plain(plan: &Plan<'_>, choices: &Choices<'_>, design: &Design<'_>) -> Sample {
    let unit = if plan.unit == crate::contract::CITY { plan.contracts.units().first().copied() } else { None };
    let unit = unit.map_or(plan.unit_name(), |u| plan.contracts.unit_name(u));
    let township = || first(choices, &format!("{TOWNSHIPS}{unit}"));
    match &design.input {
        Input::Pick(list) => text(list.first().map_or("", |(_, name)| name)),
        Input::YesNo => text("是"),
        Input::Township => Sample::Text(township()),
        Input::Village => Sample::Text(first(choices, &format!("{VILLAGES}{unit}_{}", township()))),
        Input::Date | Input::Time => Sample::Date(plan.period.first()),
        Input::Whole(..) if design.column.name == "year" => Sample::Number(f64::from(plan.period.year())),
        Input::Whole(from, _) => Sample::Number(f64::from(*from.max(&1))),
        Input::Number(..) => Sample::Number(number(design.column)),
        // The numbers printed as examples in GB 11643 and GB 32100.
        Input::Id => text("11010519491231002X"),
        Input::Credit => text("91350100M000100Y43"),
        Input::Text => Sample::Text(words(plan, design.column)),
    }
}

fn text(text: &str) -> Sample {
    Sample::Text(text.to_owned())
}

fn first(choices: &Choices<'_>, list: &str) -> String {
    choices.list(list).first().cloned().unwrap_or_default()
}

fn number(column: &Column) -> f64 {
    match column.unit.as_str() {
        "元" | "元/月" | "元/次" => 1200.0,
        "度" if column.name == "lat" => 30.533_3,
        "度" => 105.573_1,
        "比例" => 0.1,
        "%" | "分" => 85.0,
        _ => 8.0,
    }
}

/// Numbers are made by whoever keeps the ledger; a reference repeats the number of the other table.
fn words(plan: &Plan<'_>, column: &Column) -> String {
    let other = column.foreign.as_deref().and_then(|t| plan.contracts.table(t));
    match (column.vault, other) {
        (Some(VaultKind::Name), _) => "张某某".to_owned(),
        (Some(VaultKind::Phone), _) => "0825-2200000".to_owned(),
        (Some(VaultKind::Address), _) => "××街道××社区1号".to_owned(),
        (Some(VaultKind::Account), _) => "6222000000000000000".to_owned(),
        (_, Some(_)) => format!("{}-0001", plan.period),
        _ if column.kind == Kind::Text => "简要写明情况".to_owned(),
        _ if column.name.ends_with("_id") => format!("{}-0001", plan.period),
        _ if column.allowed == "YYYYQn" || column.allowed.starts_with("YYYYMM") => plan.period.to_string(),
        _ => "按实际填写".to_owned(),
    }
}
