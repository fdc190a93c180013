//! What the definition files say about each other: foreign keys, code sets, forms and keys that must exist.

use super::load::{Mistake, mistake};
use super::{Contracts, Derive, Table};

/// “是不是想写 …” when a known name is close to the unknown one.
#[must_use]
pub fn suggest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> String {
    let best = known.map(|k| (strsim::damerau_levenshtein(unknown, k), k)).min();
    match best {
        Some((distance, name)) if distance <= 3 => format!("是不是想写“{name}”？"),
        _ => "请改成已有的名称".to_owned(),
    }
}

pub(super) fn references(contracts: &Contracts, mistakes: &mut Vec<Mistake>) {
    for table in contracts.tables.values() {
        let file = format!("tables/{}.toml", table.name);
        check_columns(contracts, table, &file, mistakes);
        check_own_columns(table, &file, mistakes);
    }
    for form in contracts.forms.values() {
        let file = format!("forms/{}.toml", form.code);
        for entry in &form.tables {
            let Some(table) = contracts.tables.get(&entry.table) else {
                let remedy = suggest(&entry.table, contracts.tables.keys().map(String::as_str));
                mistakes.push(mistake(&file, 0, 0, format!("没有表“{}”", entry.table), remedy));
                continue;
            };
            let named = entry.known_later.iter().chain(&entry.closed_by).chain(&entry.status_column);
            for name in named.filter(|n| table.column(n).is_none()) {
                let remedy = suggest(name, table.columns.iter().map(|c| c.name.as_str()));
                mistakes.push(mistake(&file, 0, 0, format!("表 {} 没有列“{name}”", table.name), remedy));
            }
        }
    }
}

fn check_columns(contracts: &Contracts, table: &Table, file: &str, mistakes: &mut Vec<Mistake>) {
    for column in &table.columns {
        if let Some(target) = column.foreign.as_ref().filter(|t| !contracts.tables.contains_key(*t)) {
            let remedy = suggest(target, contracts.tables.keys().map(String::as_str));
            mistakes.push(mistake(file, 0, 0, format!("列 {} 引用的表“{target}”不存在", column.name), remedy));
        }
        if let Some(set) = column.code_set.as_ref().filter(|s| !contracts.code_sets.contains_key(*s)) {
            let remedy = suggest(set, contracts.code_sets.keys().map(String::as_str));
            mistakes.push(mistake(file, 0, 0, format!("列 {} 的代码集“{set}”不存在", column.name), remedy));
        }
    }
}

fn check_own_columns(table: &Table, file: &str, mistakes: &mut Vec<Mistake>) {
    let ordered = table.date_order.iter().flat_map(|(a, b)| [a, b]);
    let derived = table.columns.iter().filter_map(|c| match &c.derive {
        Some(Derive::Mask(of) | Derive::IdValid(of) | Derive::SexFits(of) | Derive::CreditValid(of)) => Some(of),
        _ => None,
    });
    for name in table.natural_key.iter().chain(ordered).chain(derived) {
        if table.column(name).is_none() {
            let remedy = suggest(name, table.columns.iter().map(|c| c.name.as_str()));
            mistakes.push(mistake(file, 0, 0, format!("没有列“{name}”"), remedy));
        }
    }
}
