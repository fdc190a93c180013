//! From the entries of `suixin.toml` to checked sources, or to all mistakes at once. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use suixin_ingest::contract::{CITY, Contracts, Frequency, Sender, Table, suggest};
use suixin_ingest::period::Period;
use suixin_ingest::recognise::Names;

use super::check_place;
use super::config::{PeriodFrom, Place, Source, UnitFrom, Watermark};
use super::keys::{Keys, Mistake, Mistakes};
use super::raw::RawSources;
use crate::schedule::Times;

/// Seconds that one statement or request may take where nothing is said.
const TIMEOUT_SECONDS: u64 = 300;

/// Checks all sources.
///
/// # Errors
/// All mistakes at once.
pub fn check(raw: &RawSources, contracts: &Contracts) -> Result<Vec<Source>, Mistakes> {
    let mut mistakes = Vec::new();
    let mut sources: Vec<Source> = Vec::new();
    let mut names = BTreeSet::new();
    for (i, entry) in raw.entries().iter().enumerate() {
        let mut keys = Keys::new(entry, i + 1, &mut mistakes);
        let source = source_of(&mut keys, contracts);
        if let Some(name) = entry.get("name").and_then(toml::Value::as_str).filter(|n| !names.insert(n.to_owned())) {
            keys.wrong("name", format!("名称“{name}”用了两次"), "请给每个来源不同的名称");
        }
        keys.finish();
        sources.extend(source);
    }
    if mistakes.is_empty() { Ok(sources) } else { Err(Mistakes(mistakes)) }
}

/// Every key is asked for, whatever was wrong before: a mistake must not hide another.
fn source_of(keys: &mut Keys<'_>, contracts: &Contracts) -> Option<Source> {
    let name = name_of(keys);
    let place = check_place::place_of(keys);
    let target = target_of(keys, contracts);
    let unit = unit_of(keys, contracts, target.as_ref().is_some_and(|t| t.2 == Sender::City));
    let period = period_of(keys);
    check_frequency(keys, target.as_ref().map(|t| t.1));
    let watermark = watermark_of(keys);
    let columns = columns_of(keys, target.as_ref().map(|t| t.0));
    let first_period = first_period_of(keys);
    let (order, full) = (keys.list("order"), keys.flag("full"));
    let timeout = Duration::from_secs(keys.number("timeout_seconds", TIMEOUT_SECONDS, 1..=86_400));
    let schedule = schedule_of(keys);
    let (table, frequency) = target.map(|(table, frequency, _)| (table.name.clone(), frequency))?;
    let source = Source {
        name: name?,
        place: place?,
        table,
        frequency,
        unit: unit?,
        period: period?,
        first_period,
        watermark,
        full,
        columns,
        order,
        timeout,
        schedule,
    };
    check_parameters(keys, &source);
    Some(source)
}

/// Times of its own, as the schedule of the jobs writes them.
fn schedule_of(keys: &mut Keys<'_>) -> Option<String> {
    let text = keys.text("schedule")?;
    if let Err(e) = Times::parse(&text) {
        keys.wrong("schedule", e.to_string(), "改好或删去：不写就跟着接收报表的任务");
    }
    Some(text)
}

fn name_of(keys: &mut Keys<'_>) -> Option<String> {
    let name = keys.need("name", "请给来源起个名称，如 name = \"dt-platform\"")?;
    let good = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if !good {
        keys.wrong("name", "只能用小写字母、数字和 -，以字母开头，不超过40个", "请改名：名称要作文件夹的名字");
    }
    good.then_some(name)
}

/// The contract table, how often it is sent and by whom.
fn target_of<'c>(keys: &mut Keys<'_>, contracts: &'c Contracts) -> Option<(&'c Table, Frequency, Sender)> {
    let target = keys.need("target", "请写报表的表名，如 target = \"need_item\"")?;
    let sent = || contracts.tables.values().filter(|t| !t.is_system());
    let Some(table) = contracts.table(&target).filter(|t| !t.is_system()) else {
        let remedy = suggest(&target, sent().map(|t| t.name.as_str()));
        keys.wrong("target", format!("没有可报送的表“{target}”"), remedy);
        return None;
    };
    let entry = contracts.form_of(&table.name).map(|(_, entry)| (table, entry.frequency, entry.sender));
    if entry.is_none() {
        keys.wrong("target", format!("“{}”不在任何报表里", table.title), "请换一张按报表报送的表");
    }
    entry
}

fn unit_of(keys: &mut Keys<'_>, contracts: &Contracts, by_city: bool) -> Option<UnitFrom> {
    let (fixed, column) = (keys.text("unit"), keys.text("unit_column"));
    match (fixed, column) {
        (Some(name), None) => {
            let code = Names::new(contracts).unit_exact(&name);
            match code {
                None => keys.wrong("unit", format!("没有单位“{name}”"), "请写八个县级单位或市局的名称、代码"),
                Some(ref c) if by_city && c != CITY => {
                    keys.wrong("unit", "这张表由市局统一报送", "请写 unit = \"市局\"");
                }
                Some(_) => {}
            }
            code.map(UnitFrom::Fixed)
        }
        (None, Some(_)) if by_city => {
            keys.wrong("unit_column", "这张表由市局统一报送，不按单位分报", "请改写 unit = \"市局\"");
            None
        }
        (None, Some(column)) => Some(UnitFrom::Column(column)),
        (Some(_), Some(_)) => {
            keys.wrong("unit_column", "与 unit 只能写一个", "全部是一个单位的留 unit，否则留 unit_column");
            None
        }
        (None, None) if keys.has("unit") || keys.has("unit_column") => None,
        (None, None) => {
            keys.wrong("unit", "没有写单位从哪里来", "请写 unit = \"船山区\"，或 unit_column = \"存放单位的列\"");
            None
        }
    }
}

fn period_of(keys: &mut Keys<'_>) -> Option<PeriodFrom> {
    match (keys.text("period_column"), keys.text("date_column")) {
        (Some(column), None) => Some(PeriodFrom::Column(column)),
        (None, Some(column)) => Some(PeriodFrom::Date(column)),
        (Some(_), Some(_)) => {
            keys.wrong("date_column", "与 period_column 只能写一个", "有报表期的列就用 period_column");
            None
        }
        (None, None) if keys.has("period_column") || keys.has("date_column") => None,
        (None, None) => {
            let remedy = "请写 period_column = \"存放报表期的列\"，或 date_column = \"按它的日期归期的列\"";
            keys.wrong("period_column", "没有写报表期从哪里来", remedy);
            None
        }
    }
}

/// The contract says how often a table is sent; who writes it down as well must say the same.
fn check_frequency(keys: &mut Keys<'_>, contract: Option<Frequency>) {
    let Some(said) = keys.text("frequency") else { return };
    let words = [("month", Frequency::Month), ("quarter", Frequency::Quarter), ("year", Frequency::Year)];
    let Some((_, frequency)) = words.into_iter().find(|(word, _)| *word == said) else {
        return keys.wrong("frequency", format!("不认识“{said}”"), "请写 month、quarter 或 year，或删去这一行");
    };
    let due = contract.map(|f| if f == Frequency::Once { Frequency::Year } else { f });
    if let Some((word, _)) = words.into_iter().find(|(_, f)| due == Some(*f) && *f != frequency) {
        keys.wrong("frequency", format!("与报表规定的 {word} 不符"), "请改成规定的，或删去这一行");
    }
}

fn watermark_of(keys: &mut Keys<'_>) -> Option<Watermark> {
    let overlap = keys.number("overlap", 0, 0..=31_622_400);
    let column = keys.text("watermark_column");
    if column.is_none() && keys.has("overlap") && !keys.has("watermark_column") {
        keys.wrong("overlap", "没有 watermark_column 就用不上", "请写 watermark_column，或删去 overlap");
    }
    Some(Watermark { column: column?, overlap })
}

fn columns_of(keys: &mut Keys<'_>, table: Option<&Table>) -> Vec<(String, String)> {
    let columns = keys.pairs("columns");
    let Some(table) = table else { return columns };
    let known: Vec<&str> = table.form_columns().map(|(_, c)| c.name.as_str()).collect();
    let mut taken = BTreeSet::new();
    for (from, to) in &columns {
        if !known.contains(&to.as_str()) {
            let remedy = suggest(to, known.iter().copied());
            keys.wrong("columns", format!("{from} = \"{to}\"：“{}”没有这一栏", table.title), remedy);
        } else if !taken.insert(to) {
            keys.wrong("columns", format!("报表列“{to}”对了两个来源列"), "请只留一个");
        }
    }
    let missing = table.form_columns().filter(|(_, c)| !c.nullable && !taken.contains(&c.name));
    let missing: Vec<String> = missing.map(|(_, c)| format!("{}（{}）", c.name, c.form_header())).collect();
    if !columns.is_empty() && !missing.is_empty() {
        keys.wrong("columns", format!("缺少必填栏：{}", missing.join("、")), "请补上它们的来源列");
    }
    columns
}

fn first_period_of(keys: &mut Keys<'_>) -> Option<Period> {
    let text = keys.text("first_period")?;
    let period = text.parse();
    if let Err(e) = &period {
        keys.wrong("first_period", format!("{e}"), "请写从哪一期起拉取，如 first_period = \"202501\"");
    }
    period.ok()
}

/// Of an endpoint that tells the changed rows only, the slots are fetched whole by parameters.
fn check_parameters(keys: &mut Keys<'_>, source: &Source) {
    let Place::Http(endpoint) = &source.place else { return };
    let asked = &endpoint.parameters;
    if asked.since.is_none() {
        if source.watermark.is_some() {
            let remedy = "请写 since_parameter；接口不支持的，删去 watermark_column，每次整体拉取";
            keys.wrong("watermark_column", "接口没有说怎样只要有变动的行", remedy);
        }
        return;
    }
    if source.watermark.is_none() {
        keys.wrong(
            "since_parameter",
            "没有 watermark_column 就用不上",
            "请写 watermark_column，或删去 since_parameter",
        );
    }
    if asked.period.is_none() {
        let remedy = "有变动的一期要整期再取：请写接口按报表期查询的参数 period_parameter";
        keys.wrong("period_parameter", "没有写", remedy);
    }
    if asked.unit.is_none() && matches!(source.unit, UnitFrom::Column(_)) {
        let remedy = "有变动的单位要整份再取：请写接口按单位查询的参数 unit_parameter";
        keys.wrong("unit_parameter", "没有写", remedy);
    }
}

impl Mistake {
    /// Key and cause, for tests.
    #[cfg(test)]
    pub(super) fn short(&self) -> String {
        format!("{} {}：{}", self.source, self.key, self.what)
    }
}
