//! Where a path leads: `weights.ID`, `indicators.ID.…` or `scheme.…`.

use toml::{Table, Value};

use crate::definitions::mistake::did_you_mean;
use crate::definitions::{Indicator, Scheme};
use crate::rules::Rule;

const ROOTS: [&str; 3] = ["weights", "indicators", "scheme"];

/// What of an indicator decides its points.
const OF_INDICATOR: [&str; 9] =
    ["weight", "target", "rule", "na_policy", "direction", "unit", "level1", "numerator", "denominator"];

/// What of a scheme decides its scores.
const OF_SCHEME: [&str; 6] = ["full_score", "bonus_cap", "deduct_cap", "rank_by", "grades", "top_grade"];

/// What names a definition or says when it is in force: not to be tried.
const FIXED: [&str; 7] = ["id", "version", "effective_from", "effective_to", "scheme", "order", "changes"];

/// What only people read.
const WORDS: [&str; 9] =
    ["name", "title", "definition", "level2", "clause", "basis", "status", "period", "subject_name"];

/// What is written where.
pub(super) enum Root {
    /// The weight of an indicator.
    Weight(String),
    /// A definition file.
    File(String),
}

/// The end of a path.
pub(super) struct Target {
    pub root: Root,
    /// Keys inside the file.
    pub keys: Vec<String>,
    /// From the value that was said to the one that is written.
    pub convert: fn(Value) -> Result<Value, String>,
}

/// Where a path leads; or why it leads nowhere, and what may have been meant.
pub(super) fn target(path: &[String], scheme: &Scheme, indicators: &[&Indicator]) -> Result<Target, String> {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["weights", id] | ["indicators", id, "weight"] => {
            let root = Root::Weight(indicator(id, scheme, indicators)?.id().to_owned());
            Ok(Target { root, keys: Vec::new(), convert: Ok })
        }
        ["indicators", id, "target"] => target_of(indicator(id, scheme, indicators)?),
        ["indicators", id, key, ..] => {
            let i = indicator(id, scheme, indicators)?;
            known(key, &OF_INDICATOR)?;
            Ok(in_file(&i.head.place.file, &path[2..]))
        }
        ["scheme", key, ..] => {
            known(key, &OF_SCHEME)?;
            Ok(in_file(&scheme.head.place.file, &path[1..]))
        }
        [root, ..] if !ROOTS.contains(root) => {
            Err(format!("没有路径 {}；{}", path.join("."), did_you_mean(root, ROOTS)))
        }
        _ => Err(format!(
            "路径 {} 不完整；应如 weights.编号、indicators.编号.rule.full、scheme.bonus_cap",
            path.join(".")
        )),
    }
}

fn in_file(file: &str, keys: &[String]) -> Target {
    Target { root: Root::File(file.to_owned()), keys: keys.to_vec(), convert: Ok }
}

fn indicator<'a>(id: &str, scheme: &Scheme, indicators: &[&'a Indicator]) -> Result<&'a Indicator, String> {
    let found = indicators.iter().find(|i| i.id().eq_ignore_ascii_case(id));
    let hint = || did_you_mean(id, indicators.iter().map(|i| i.id()));
    found.copied().ok_or_else(|| format!("{} 没有指标 {id}；{}", scheme.id(), hint()))
}

fn known(key: &str, keys: &[&str]) -> Result<(), String> {
    if keys.contains(&key) {
        return Ok(());
    }
    if FIXED.contains(&key) {
        return Err(format!("{key} 是编号、版本或生效期，不能试改"));
    }
    if WORDS.contains(&key) {
        return Err(format!("{key} 只是说明文字，改了不影响得分"));
    }
    Err(format!("没有参数 {key}；{}", did_you_mean(key, keys.iter().copied())))
}

/// The target of an indicator is a parameter of its rule, said in the unit of its value: percent points for `%`.
fn target_of(i: &Indicator) -> Result<Target, String> {
    let (key, convert): (&str, fn(Value) -> Result<Value, String>) = match &i.rule {
        Rule::R01(_) | Rule::R02(_) => ("full", Ok),
        Rule::R08(_) if i.unit == "%" => ("target", hundredth),
        Rule::R08(_) => ("target", Ok),
        _ => {
            let keys = i.rule_params.as_object().map(|m| m.keys().map(|k| format!("rule.{k}")).collect::<Vec<_>>());
            let keys = keys.unwrap_or_default().join("、");
            return Err(format!("{} 按 {} 计分，没有目标值；可改的有 {keys}", i.id(), i.rule.code()));
        }
    };
    let keys = ["rule", key].map(str::to_owned).to_vec();
    Ok(Target { root: Root::File(i.head.place.file.to_string()), keys, convert })
}

/// Percent points as a ratio, digit by digit.
fn hundredth(value: Value) -> Result<Value, String> {
    let number =
        value.to_string().parse::<crate::number::Num>().map_err(|_| format!("目标值应为数字，不是 {value}"))?;
    let ratio = &number / &crate::number::Num::from(100);
    ratio.to_string().parse::<f64>().map(Value::Float).map_err(|e| e.to_string())
}

/// The table that a path ends in, and its last key. A list of tables is entered by `code`.
pub(super) fn walk<'t>(doc: &'t mut Table, keys: &[String]) -> Result<(&'t mut Table, String), String> {
    let Some((last, way)) = keys.split_last() else { return Err("路径不完整".to_owned()) };
    let mut at = doc;
    let mut way = way.iter();
    while let Some(key) = way.next() {
        let names: Vec<String> = at.keys().cloned().collect();
        let missing = || format!("没有 {key}；{}", did_you_mean(key, names.iter().map(String::as_str)));
        at = match at.get_mut(key) {
            Some(Value::Table(inner)) => inner,
            Some(Value::Array(items)) => member(items, way.next().map(String::as_str).unwrap_or(last))?,
            Some(_) => return Err(format!("{key} 是一个值，后面不能再写")),
            None => return Err(missing()),
        };
    }
    Ok((at, last.clone()))
}

fn member<'t>(items: &'t mut [Value], code: &str) -> Result<&'t mut Table, String> {
    let code_of = |v: &Value| v.get("code").and_then(Value::as_str).unwrap_or_default().to_owned();
    let codes: Vec<String> = items.iter().map(code_of).collect();
    let found =
        items.iter_mut().filter_map(Value::as_table_mut).find(|t| t.get("code").and_then(Value::as_str) == Some(code));
    found.ok_or_else(|| format!("没有代码为 {code} 的一项；{}", did_you_mean(code, codes.iter().map(String::as_str))))
}
