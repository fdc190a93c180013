//! Which source column is which column of the return. Pure; all that does not fit is told at once.

use std::collections::BTreeSet;

use suixin_ingest::contract::Table;

use super::config::Source;
use super::error::{Kind, Result, SourceError};
use super::watermark::without_zone;

/// A column that the source has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenColumn {
    /// Its name.
    pub name: String,
    /// Its type in the source's words; empty where the source has no types.
    pub kind: String,
    /// How its values become cells.
    pub form: Form,
}

/// How the values of a column become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As the source writes them.
    AsWritten,
    /// `t` and `f`, written `true` and `false`.
    Truth,
    /// A time with the zone of Shanghai behind it, which is left out.
    Zoned,
    /// Not at all: bytes, lists, documents.
    Refused,
}

impl Form {
    /// The cell of a value.
    pub(super) fn cell(self, text: &str) -> &str {
        match (self, text) {
            (Self::Truth, "t") => "true",
            (Self::Truth, "f") => "false",
            (Self::Zoned, zoned) => without_zone(zoned),
            _ => text,
        }
    }
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planned {
    /// Source column.
    pub source: String,
    /// Contract column.
    pub target: String,
    /// Header in the file.
    pub header: String,
    /// How its values become cells.
    pub form: Form,
}

/// The columns of the file in contract order, so that the order in the source does not matter.
pub(super) fn plan_columns(source: &Source, table: &Table, seen: &[SeenColumn]) -> Result<Vec<Planned>> {
    let mut wrong = Vec::new();
    let find = |name: &str| seen.iter().find(|s| s.name == name);
    let asked =
        source.asked_columns().into_iter().chain(source.columns.iter().map(|(from, _)| ("columns", from.as_str())));
    let unknown: BTreeSet<_> = asked.filter(|(_, column)| find(column).is_none()).collect();
    wrong.extend(unknown.iter().map(|(key, column)| format!("来源没有 {key} 所写的列“{column}”")));
    let mut planned = Vec::new();
    for (_, column) in table.form_columns() {
        let from = match source.columns.is_empty() {
            true => Some(column.name.as_str()),
            false => source.columns.iter().find(|(_, to)| *to == column.name).map(|(from, _)| from.as_str()),
        };
        let Some(seen) = from.and_then(find) else {
            if !column.nullable && source.columns.is_empty() {
                wrong.push(format!("来源没有必填栏 {}（{}）", column.name, column.form_header()));
            }
            continue;
        };
        if seen.form == Form::Refused {
            wrong.push(format!("列“{}”的类型 {} 不能写进报表", seen.name, seen.kind));
        }
        let (target, header) = (column.name.clone(), column.form_header());
        planned.push(Planned { source: seen.name.clone(), target, header, form: seen.form });
    }
    if wrong.is_empty() { Ok(planned) } else { Err(misfit(seen, &wrong)) }
}

fn misfit(seen: &[SeenColumn], wrong: &[String]) -> SourceError {
    let names: Vec<&str> = seen.iter().take(60).map(|s| s.name.as_str()).collect();
    let remedy = format!(
        "来源的列有：{}。请改 columns 等配置；二进制、数组、JSON 列请在 query 里换成文字、数字或日期",
        if names.is_empty() { "（无）".to_owned() } else { names.join("、") }
    );
    SourceError::new(Kind::Config, wrong.join("；"), remedy)
}

/// Source columns that no column of the file takes.
pub(super) fn left_over(source: &Source, planned: &[Planned], seen: &[SeenColumn]) -> Vec<String> {
    let asked = source.asked_columns();
    let used = |name: &str| planned.iter().any(|p| p.source == name) || asked.iter().any(|(_, c)| *c == name);
    seen.iter().map(|s| s.name.clone()).filter(|name| !used(name)).collect()
}

#[cfg(test)]
mod tests {
    use suixin_ingest::contract::Contracts;

    use super::super::testing;
    use super::*;

    fn seen(names: &[&str]) -> Vec<SeenColumn> {
        let column = |n: &&str| SeenColumn { name: (*n).to_owned(), kind: "text".to_owned(), form: Form::AsWritten };
        names.iter().map(column).collect()
    }

    const ALL: [&str; 9] = [
        "close_reason",
        "need_id",
        "pid_token",
        "need_type",
        "urgency",
        "source",
        "register_date",
        "status_code",
        "dw",
    ];

    fn plan(keys: &str, seen: &[SeenColumn]) -> Result<Vec<String>> {
        let contracts = Contracts::embedded().unwrap();
        let source = testing::source(keys);
        let planned = plan_columns(&source, contracts.table("need_item").unwrap(), seen)?;
        Ok(planned.into_iter().map(|p| format!("{}>{}", p.source, p.header)).collect())
    }

    #[test]
    fn columns_of_the_same_name_in_contract_order() {
        let planned = plan("unit_column = 'dw'\nperiod_column = 'register_date'", &seen(&ALL)).unwrap();
        assert_eq!(planned[..3], ["need_id>需求编号", "pid_token>对象身份证号", "need_type>需求类型"]);
        assert_eq!(planned.last().unwrap(), "close_reason>办结说明");
        assert_eq!(planned.len(), 8, "the unit is the sender and no column of the form");
    }

    #[test]
    fn all_that_does_not_fit_is_told_at_once() {
        let mut columns = seen(&["need_id", "pid_token"]);
        columns[1] = SeenColumn { kind: "bytea".to_owned(), form: Form::Refused, ..columns[1].clone() };
        let wrong = plan("unit_column = 'dw'\nperiod_column = 'qi'\norder = ['hao']", &columns).unwrap_err();
        for part in ["unit_column 所写的列“dw”", "“qi”", "“hao”", "必填栏 need_type（需求类型）", "类型 bytea 不能"]
        {
            assert!(wrong.what.contains(part), "{part}: {wrong}");
        }
        assert!(wrong.remedy.contains("need_id、pid_token"));
    }

    #[test]
    fn truth_and_times_are_written_as_returns_have_them() {
        assert_eq!((Form::Truth.cell("t"), Form::Truth.cell("f")), ("true", "false"));
        assert_eq!(Form::AsWritten.cell("t"), "t");
        assert_eq!(Form::Zoned.cell("2025-03-01 08:00:00+08"), "2025-03-01 08:00:00");
    }
}
