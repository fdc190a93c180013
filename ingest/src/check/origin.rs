//! Which unit sent a table, and for which period: the content says it, folder and file name must agree.

use crate::contract::{CITY, FormTable, Frequency, Sender, Table};
use crate::normalise::Refusal;
use crate::period::Period;
use crate::read::Sheet;
use crate::recognise::{PathSays, TitleSays, months_in};

use super::Checker;

impl Checker {
    pub(super) fn decide_unit(
        &self,
        title: &TitleSays,
        sheet: &Sheet,
        path: &PathSays,
        entry: &FormTable,
    ) -> Result<String, Refusal> {
        if let Some(unknown) = &title.unknown_unit {
            let what =
                format!("填报单位“{}”不是八个县级单位，也不是市局", unknown.chars().take(30).collect::<String>());
            return Err(Refusal::new("DQ003", what, "请填写本单位的规范名称"));
        }
        let said = sheet.said.unit.as_deref().and_then(|u| self.names.unit_exact(u).or_else(|| self.names.unit_in(u)));
        let content = title.unit.clone().or(said);
        let by_path = [path.folder_unit.as_ref(), path.file_unit.as_ref()];
        let Some(unit) = content.clone().or_else(|| by_path.into_iter().flatten().next().cloned()) else {
            return Err(Refusal::new(
                "DQ003",
                "看不出是哪个单位的报表",
                "请在表头写明填报单位，或放入以单位命名的文件夹",
            ));
        };
        if let Some(other) = by_path.into_iter().flatten().find(|u| **u != unit) {
            let (a, b) = (self.contracts.unit_name(&unit), self.contracts.unit_name(other));
            return Err(Refusal::new(
                "DQ003",
                format!("表内填报单位是{a}，文件夹或文件名却是{b}"),
                "请核对后放入本单位的文件夹重报",
            ));
        }
        // The bureau also keeps accounts and meetings of its own, so it may send what units send; not the other way round.
        if entry.sender == Sender::City && unit != CITY {
            return Err(Refusal::new("DQ003", "本表由市局统一报送", "请核对填报单位，县级单位无须报送本表"));
        }
        Ok(unit)
    }
}

pub(super) fn decide_period(
    title: &TitleSays,
    sheet: &Sheet,
    path: &PathSays,
    entry: &FormTable,
    table: &Table,
) -> Result<Period, Refusal> {
    let said = sheet.said.period.as_deref().and_then(|p| p.trim().parse().ok());
    let content = title.period.map(|p| month_of_sheet(p, sheet, entry.frequency)).or(said);
    let by_path = [path.folder_period, path.file_period];
    let Some(period) = content.or_else(|| by_path.into_iter().flatten().next()) else {
        return Err(Refusal::new(
            "DQ004",
            "看不出是哪一期的报表",
            "请在标题写明年、季、月，或放入以报表期命名的文件夹",
        ));
    };
    if is_cumulative(title, sheet, path, period, entry.frequency) {
        return Err(Refusal::new(
            "DQ004",
            "写明是累计数，本表按单期报送，没有取数",
            "请按单月（季）分别填报，不要报累计数",
        ));
    }
    if entry.frequency == Frequency::Once {
        return Ok(Period::of_year(period.year()));
    }
    if let Some(other) = by_path.into_iter().flatten().find(|p| *p != period) {
        let what = format!("表内报表期是{period}，文件夹或文件名却是{other}");
        return Err(Refusal::new("DQ004", what, "请核对报表期后重报"));
    }
    if period.frequency() != Some(entry.frequency) {
        let often = match entry.frequency {
            Frequency::Month => "月",
            Frequency::Quarter => "季",
            Frequency::Year | Frequency::Once => "年",
        };
        return Err(Refusal::new(
            "DQ004",
            format!("{}按{often}报送，表内报表期却是{period}", table.title),
            "请核对报表期后重报",
        ));
    }
    Ok(period)
}

/// A title that says the year only is completed by a sheet for each month.
fn month_of_sheet(period: Period, sheet: &Sheet, frequency: Frequency) -> Period {
    match months_in(&sheet.name) {
        Some((from, to)) if from == to && frequency == Frequency::Month && period.months() == 12 => {
            Period::month(period.year(), to)
        }
        _ => period,
    }
}

/// Whether title, sheet or file name say that several periods were added up. A span that is just the period of the form
/// (1—3月 for a quarterly one) is none, and neither is a count from January in a period that begins there.
fn is_cumulative(title: &TitleSays, sheet: &Sheet, path: &PathSays, period: Period, frequency: Frequency) -> bool {
    let fits = period.frequency() == Some(frequency);
    let from_january = period.first() == Period::of_year(period.year()).first();
    let months = (period.last_month() + 1 - period.months(), period.last_month());
    let named = |text: &str| {
        let other = months_in(text).is_some_and(|span| span.0 < span.1 && span != months);
        other || text.contains("累计") && !(fits && from_january)
    };
    // A span that is no period of its own is known by the month that it ends in.
    title.cumulative && (!fits || period.months() == 1)
        || title.to_date && !(fits && from_january)
        || named(&sheet.name)
        || named(&path.stem) && title.period.is_none()
}
