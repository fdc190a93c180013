//! A slot is one table of one unit for one period. Which slots the source's own words name, is decided here. Pure.

use std::collections::BTreeMap;

use suixin_ingest::contract::Frequency;
use suixin_ingest::period::Period;
use suixin_ingest::recognise::Names;

use super::config::{PeriodFrom, Source, UnitFrom};
use super::error::{Kind, Result, SourceError};

/// A unit and a period; the table is the source's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Period.
    pub period: Period,
    /// Code of the unit.
    pub unit: String,
}

/// A slot in the source's own words, with its number of rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RawSlot {
    /// What the unit column holds; `None` also where the unit is fixed.
    pub unit: Option<String>,
    /// What the period column holds, or the month (`2025-03`) of the date column.
    pub period: Option<String>,
    /// Rows.
    pub rows: u64,
}

/// The source's words for the slots that they name; several words may name one slot.
pub(super) type Slots = BTreeMap<Slot, Vec<RawSlot>>;

/// Groups the source's words by slot; periods before the first wanted one are left out.
pub(super) fn plan_slots(source: &Source, names: &Names, raw: Vec<RawSlot>) -> Result<Slots> {
    let homeless = raw.iter().filter(|r| is_homeless(source, r)).map(|r| r.rows).sum::<u64>();
    if homeless > 0 {
        let what = format!("有 {homeless} 行没有单位或报表期，不能归入报表");
        return Err(SourceError::new(Kind::Data, what, "请在来源系统补填；不应报送的行，请改用 query 排除"));
    }
    let mut slots = Slots::new();
    for words in raw {
        let slot = slot_of(source, names, &words)?;
        if source.first_period.is_none_or(|first| slot.period.first() >= first.first()) {
            slots.entry(slot).or_default().push(words);
        }
    }
    Ok(slots)
}

fn is_homeless(source: &Source, raw: &RawSlot) -> bool {
    let no_unit = matches!(source.unit, UnitFrom::Column(_)) && raw.unit.as_deref().is_none_or(is_blank);
    no_unit || raw.period.as_deref().is_none_or(is_blank)
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn slot_of(source: &Source, names: &Names, raw: &RawSlot) -> Result<Slot> {
    let unit = match (&source.unit, raw.unit.as_deref().map(str::trim)) {
        (UnitFrom::Fixed(code), _) => code.clone(),
        (UnitFrom::Column(column), word) => {
            let word = word.unwrap_or_default();
            names.unit_exact(word).or_else(|| names.unit_in(word)).ok_or_else(|| unknown_unit(column, word))?
        }
    };
    let word = raw.period.as_deref().unwrap_or_default().trim();
    let period = period_of(word).map(|p| widen(p, source)).filter(|p| p.frequency() == wanted(source));
    let period = period.ok_or_else(|| unknown_period(source, word))?;
    Ok(Slot { period, unit })
}

/// `202503`, `2025Q1`, `2025`, and a month written `2025-03`, `2025/3` or `2025.03`.
fn period_of(word: &str) -> Option<Period> {
    word.parse().ok().or_else(|| {
        let (year, month) = word.split_once(['-', '/', '.'])?;
        let good = year.len() == 4 && matches!(month.len(), 1 | 2);
        good.then(|| format!("{year}{month:0>2}").parse().ok())?
    })
}

/// The month of a date lies in the period of the table's length; a table that is sent when it changes goes by the year.
fn widen(period: Period, source: &Source) -> Period {
    match (source.frequency, &source.period) {
        (Frequency::Once, _) | (Frequency::Year, PeriodFrom::Date(_)) => Period::of_year(period.year()),
        (Frequency::Quarter, PeriodFrom::Date(_)) => Period::quarter(period.year(), period.last_month().div_ceil(3)),
        _ => period,
    }
}

fn wanted(source: &Source) -> Option<Frequency> {
    Some(if source.frequency == Frequency::Once { Frequency::Year } else { source.frequency })
}

/// What a person wrote is shown by its first character only: a wrongly named column may hold anything.
fn unknown_unit(column: &str, word: &str) -> SourceError {
    let what = format!("unit_column“{column}”里有认不出的单位（{}）", hint(word));
    let remedy = format!("请核对 unit_column；在来源系统列出“{column}”的各个值，改成八个县级单位或市局的名称、代码");
    SourceError::new(Kind::Data, what, remedy)
}

fn unknown_period(source: &Source, word: &str) -> SourceError {
    let often = match source.frequency {
        Frequency::Month => "月",
        Frequency::Quarter => "季",
        Frequency::Year | Frequency::Once => "年",
    };
    let what = format!("报表期认不出，或不是按{often}的报表期（{}）", hint(word));
    SourceError::new(
        Kind::Data,
        what,
        "请核对 period_column，应为 202503、2025Q1、2025 的样式；只有日期的请改用 date_column",
    )
}

fn hint(word: &str) -> String {
    let first: String = word.chars().take(1).collect();
    format!("“{first}…”，共{}个字", word.chars().count())
}

#[cfg(test)]
mod tests {
    use suixin_ingest::contract::Contracts;

    use super::super::testing;
    use super::*;

    fn raw(unit: Option<&str>, period: Option<&str>) -> RawSlot {
        RawSlot { unit: unit.map(Into::into), period: period.map(Into::into), rows: 3 }
    }

    fn plan(source: &Source, raw: Vec<RawSlot>) -> Result<Vec<String>> {
        let names = Names::new(&Contracts::embedded().unwrap());
        let slots = plan_slots(source, &names, raw)?;
        Ok(slots.iter().map(|(s, words)| format!("{} {} {}", s.period, s.unit, words.len())).collect())
    }

    #[test]
    fn several_words_for_a_slot_are_one_slot() {
        let source = testing::source("period_column = 'qi'\nunit_column = 'dw'");
        let words = vec![
            raw(Some("510903"), Some("202503")),
            raw(Some(" 船山区 "), Some("2025-03")),
            raw(Some("遂宁市蓬溪县民政局"), Some("2025/4")),
        ];
        assert_eq!(plan(&source, words).unwrap(), ["202503 510903 2", "202504 510921 1"]);
    }

    #[test]
    fn a_date_lies_in_the_period_of_the_tables_length() {
        let mut source = testing::source("date_column = 'rq'\nunit = '船山区'");
        assert_eq!(plan(&source, vec![raw(None, Some("2025-03"))]).unwrap(), ["202503 510903 1"]);
        source.frequency = Frequency::Quarter;
        let months = vec![raw(None, Some("2025-03")), raw(None, Some("2025-01")), raw(None, Some("2025-12"))];
        assert_eq!(plan(&source, months).unwrap(), ["2025Q1 510903 2", "2025Q4 510903 1"]);
        source.frequency = Frequency::Year;
        assert_eq!(plan(&source, vec![raw(None, Some("2025-03"))]).unwrap(), ["2025 510903 1"]);
    }

    #[test]
    fn periods_before_the_first_wanted_one_are_left_alone() {
        let source = testing::source("period_column = 'qi'\nunit = '船山区'\nfirst_period = '202502'");
        let words = ["202501", "202502", "202503"].map(|p| raw(None, Some(p))).to_vec();
        assert_eq!(plan(&source, words).unwrap(), ["202502 510903 1", "202503 510903 1"]);
    }

    #[test]
    fn words_that_name_no_slot_are_refused_and_not_repeated() {
        let source = testing::source("period_column = 'qi'\nunit_column = 'dw'");
        let stray = plan(&source, vec![raw(Some("王小明"), Some("202503"))]).unwrap_err();
        assert!(stray.what.contains("王…”，共3个字") && !stray.to_string().contains("小明"), "{stray}");
        assert!(plan(&source, vec![raw(Some("船山区"), Some("2025Q1"))]).unwrap_err().what.contains("按月"));
        assert!(plan(&source, vec![raw(Some("船山区"), Some("202513"))]).is_err());
        let homeless = plan(&source, vec![raw(None, Some("202503")), raw(Some("船山区"), Some(" "))]).unwrap_err();
        assert!(homeless.what.contains("有 6 行没有单位或报表期"), "{homeless}");
    }
}
