//! One sheet: recognise, decide unit and period, read all rows, check totals and keys.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::checked::{CheckedFile, CheckedRow, CheckedTable, Level, SentHeader};
use crate::contract::{CITY, Contracts, Form, FormTable, Frequency, Kind, Sender, Table};
use crate::normalise::{CodeBook, Refusal};
use crate::period::Period;
use crate::read::{RawRow, Sheet};
use crate::recognise::{HeaderMatch, PathSays, TitleSays, header_key, read_title};

use super::Checker;
use super::column::ColumnPlan;
use super::issues::{Issues, Place};
use super::row::RowReader;
use super::total::{self, RowKind};

/// Rows above which an unknown sheet is worth a remark.
const REMARKABLE_ROWS: usize = 5;

impl Checker {
    pub(super) fn check_sheet(&self, sheet: &Sheet, path: &PathSays, file: &mut CheckedFile) {
        let name = file.name.clone();
        let place = Place { file: &name, sheet: &sheet.name, has_cells: sheet.has_cells };
        let Some(found) = self.find_table(sheet, path) else {
            if sheet.rows.iter().filter(|r| r.cells.len() > 2).count() > REMARKABLE_ROWS {
                let what =
                    Refusal::new("DQ002", "工作表不是已知的报表，没有取数", "如应取数，请使用市局下发的报表模板");
                file.issues.push(place.whole(Level::Warning, what));
            }
            return;
        };
        file.issues.extend(hidden_things(sheet).into_iter().map(|what| place.whole(Level::Warning, what)));
        match self.check_table(sheet, &found, path, place, file) {
            Ok(table) => file.tables.push(table),
            Err(refusal) => file.issues.push(place.whole(Level::Error, refusal)),
        }
    }

    fn find_table(&self, sheet: &Sheet, path: &PathSays) -> Option<HeaderMatch> {
        if sheet.rows.iter().all(RawRow::is_blank) {
            return self.nil_return(sheet);
        }
        let top: String =
            sheet.rows.iter().take(4).flat_map(|r| &r.cells).map(|c| header_key(&c.shown()) + " ").collect();
        let (sheet_name, stem) = (header_key(&sheet.name), header_key(&path.stem));
        let said = sheet.said.table.as_deref().map(header_key);
        let prefers = |table: &Table| {
            let title = header_key(&table.title);
            let plain: String = title.chars().filter(|c| !"[]:*?/\\".contains(*c)).collect();
            let fits = [
                (said.as_deref() == Some(title.as_str()), 4_000),
                (top.contains(&format!("{title}表")), 3_000),
                (sheet_name == plain, 2_000),
                (stem.split('_').any(|part| part == title.replace('/', "")), 1_000),
                (sheet.said.form.is_some() && sheet.said.form.as_deref() == self.form_code(&table.name), 500),
            ];
            fits.iter().filter(|(fit, _)| *fit).map(|(_, points)| points + title.chars().count()).max().unwrap_or(0)
        };
        self.headers.find(&self.contracts, &sheet.rows, &prefers)
    }

    fn form_code(&self, table: &str) -> Option<&str> {
        self.contracts.form_of(table).map(|(form, _)| form.code.as_str())
    }

    /// A JSON list without rows has no headers; its own word for the table is enough.
    fn nil_return(&self, sheet: &Sheet) -> Option<HeaderMatch> {
        let said = header_key(sheet.said.table.as_deref()?);
        let table = self.contracts.tables.values().find(|t| !t.is_system() && header_key(&t.title) == said)?;
        Some(HeaderMatch {
            table: table.name.clone(),
            data_from: sheet.rows.len(),
            header_from: 0,
            columns: BTreeMap::new(),
            unknown: Vec::new(),
            missing: Vec::new(),
        })
    }

    fn check_table(
        &self,
        sheet: &Sheet,
        found: &HeaderMatch,
        path: &PathSays,
        place: Place<'_>,
        file: &mut CheckedFile,
    ) -> Result<CheckedTable, Refusal> {
        let contracts = &self.contracts;
        let (Some(table), Some((form, entry))) = (contracts.table(&found.table), contracts.form_of(&found.table))
        else {
            return Err(Refusal::new("DQ002", "报表没有对应的表", "请使用市局下发的报表模板"));
        };
        if !found.missing.is_empty() {
            let what = format!("{}的表头缺少必填列：{}", table.title, found.missing.join("、"));
            return Err(Refusal::new("DQ002", what, "请使用市局下发的报表模板，不要删改表头"));
        }
        let title = read_title(&sheet.rows[..found.header_from], &self.names);
        let unit = self.decide_unit(&title, sheet, path, entry)?;
        let period = decide_period(&title, sheet, path, entry, table)?;
        let plans = plan_columns(table, found, &title, &self.codes);
        let reader = RowReader { table, plans: &plans, regions: &self.regions, codes: &self.codes, place, unit: &unit };
        let mut out = new_table(table, form, unit.clone(), period, sheet.name.clone());
        out.correction = title.correction || path.correction;
        out.headers = sent_headers(&plans, sheet.has_cells);
        read_rows(&reader, &filled_down(sheet, found.data_from), found, &mut out, file);
        Ok(out)
    }

    fn decide_unit(
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

fn decide_period(
    title: &TitleSays,
    sheet: &Sheet,
    path: &PathSays,
    entry: &FormTable,
    table: &Table,
) -> Result<Period, Refusal> {
    let said = sheet.said.period.as_deref().and_then(|p| p.trim().parse().ok());
    let content = title.period.or(said);
    let by_path = [path.folder_period, path.file_period];
    let Some(period) = content.or_else(|| by_path.into_iter().flatten().next()) else {
        return Err(Refusal::new(
            "DQ004",
            "看不出是哪一期的报表",
            "请在标题写明年、季、月，或放入以报表期命名的文件夹",
        ));
    };
    if title.cumulative {
        return Err(Refusal::new("DQ004", "标题写明是累计数，本表按单期报送", "请按单月（季）分别填报，不要报累计数"));
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

fn sent_headers(plans: &[ColumnPlan<'_>], has_cells: bool) -> BTreeMap<usize, SentHeader> {
    let sent = |p: &ColumnPlan<'_>| SentHeader { text: p.header.clone(), column: has_cells.then_some(p.source) };
    plans.iter().map(|p| (p.index, sent(p))).collect()
}

/// DQ022: what a reader of the sheet does not see, or what has no value yet.
fn hidden_things(sheet: &Sheet) -> Vec<Refusal> {
    let marks = &sheet.marks;
    let rows: Vec<String> = marks.hidden_rows.iter().map(ToString::to_string).collect();
    let rows = rows.join("、");
    let found = [
        sheet.hidden.then(|| "工作表是隐藏的".to_owned()),
        (marks.hidden_row_count > 0).then(|| format!("有{}行是隐藏的（第{rows}行）", marks.hidden_row_count)),
        marks.hidden_columns.then(|| "有隐藏的列".to_owned()),
        marks.filtered.then(|| "工作表处于筛选状态".to_owned()),
    ];
    let seen = found
        .into_iter()
        .flatten()
        .map(|what| Refusal::new("DQ022", format!("{what}，仍已取数"), "报送前请取消隐藏和筛选，核对全部内容"));
    let open = (!marks.uncalculated.is_empty()).then(|| {
        let what = format!("公式没有计算结果：{}", marks.uncalculated.join("、"));
        Refusal::new("DQ022", what, "请在 Excel 或 WPS 中打开、重新计算并保存后再报")
    });
    seen.chain(open).collect()
}

/// Rows below the header, with cells that are merged over several rows filled down.
fn filled_down(sheet: &Sheet, from: usize) -> Vec<RawRow> {
    let mut rows: Vec<RawRow> = sheet.rows.get(from..).unwrap_or_default().to_vec();
    let start = rows.first().map_or(0, |r| r.no);
    for (first, left, last, _) in sheet.marks.merges.iter().filter(|m| m.0 >= start && m.2 > m.0) {
        let value = rows.iter().find(|r| r.no == *first).map(|r| r.cell(*left).clone()).unwrap_or_default();
        for row in rows.iter_mut().filter(|r| r.no > *first && r.no <= *last && r.cell(*left).is_blank()) {
            if row.cells.len() <= *left {
                row.cells.resize(*left + 1, crate::read::Cell::Empty);
            }
            row.cells[*left] = value.clone();
        }
    }
    rows
}

fn new_table(table: &Table, form: &Form, unit: String, period: Period, sheet: String) -> CheckedTable {
    CheckedTable {
        table: table.name.clone(),
        form: form.code.clone(),
        unit,
        period: period.to_string(),
        received: None,
        correction: false,
        sheet,
        headers: BTreeMap::new(),
        rows: Vec::new(),
        rows_read: 0,
        issues: Vec::new(),
        refused: false,
        total_ok: None,
    }
}

fn plan_columns<'a>(
    table: &'a Table,
    found: &HeaderMatch,
    title: &TitleSays,
    codes: &'a CodeBook,
) -> Vec<ColumnPlan<'a>> {
    let plan = |(index, (source, header)): (&usize, &(usize, String))| {
        let column = table.columns.get(*index)?;
        let is_amount = column.kind == Kind::Dec2 && column.unit == "元";
        let by_header = header_factor(header);
        let by_line = title.amount_factor.filter(|_| is_amount);
        Some(ColumnPlan {
            index: *index,
            column,
            source: *source,
            header: header.clone(),
            factor: Decimal::from(by_header.or(by_line).unwrap_or(1)),
            codes: codes.of(column),
        })
    };
    found.columns.iter().filter_map(plan).collect()
}

/// The factor in “金额(万元)”.
fn header_factor(header: &str) -> Option<u32> {
    let key = header_key(header);
    let (_, unit) = key.strip_suffix(')')?.rsplit_once('(')?;
    match unit {
        "万元" => Some(10_000),
        "亿元" => Some(100_000_000),
        "元" => Some(1),
        _ => None,
    }
}

fn read_rows(
    reader: &RowReader<'_>,
    rows: &[RawRow],
    found: &HeaderMatch,
    out: &mut CheckedTable,
    file: &mut CheckedFile,
) {
    let mut issues = Issues::default();
    let (mut detail, mut totals) = (Vec::new(), Vec::new());
    for raw in rows {
        match total::kind_of(raw) {
            RowKind::Data => detail.push(raw),
            RowKind::Total => totals.push(raw),
            RowKind::Footer => sign(raw, file),
            RowKind::Subtotal | RowKind::Example | RowKind::Blank => {}
        }
    }
    out.rows = detail.iter().map(|raw| reader.read(raw, &mut issues)).collect();
    out.rows_read = out.rows.len() as u64;
    reject_duplicates(reader, &mut out.rows, &mut issues);
    check_totals(reader, &detail, &totals, out, &mut issues);
    for plan in reader.plans {
        if let Some(what) = total::unit_looks_wrong(plan, &detail) {
            issues.push(reader.place.whole(Level::Warning, what));
        }
    }
    report_unknown_headers(reader, found, &mut issues);
    out.issues = issues.finish();
}

fn sign(raw: &RawRow, file: &mut CheckedFile) {
    let mut names = total::signatures(raw);
    let signed = &mut file.signatures;
    signed.submitter = signed.submitter.take().or_else(|| names.remove("submitter"));
    signed.reviewer = signed.reviewer.take().or_else(|| names.remove("reviewer"));
    signed.head = signed.head.take().or_else(|| names.remove("head"));
}

/// DQ017: the first good row with a key stands, later ones in the same table do not.
fn reject_duplicates(reader: &RowReader<'_>, rows: &mut [CheckedRow], issues: &mut Issues) {
    let table = reader.table;
    let key: Vec<usize> = table.natural_key.iter().filter_map(|k| table.index_of(k)).collect();
    let shown = key.first().and_then(|k| reader.plans.iter().find(|p| p.index == *k));
    let mut seen = BTreeSet::new();
    for row in rows.iter_mut().filter(|r| !r.rejected) {
        let of_row: Vec<String> = key.iter().map(|k| row.values[*k].to_string()).collect();
        if !seen.insert(of_row) {
            row.rejected = true;
            row.awaiting_waiver.clear();
            let what = Refusal::new("DQ017", "主键在本表内重复，前面已有相同编号的一行", "请删除重复的行，或改正编号");
            issues.push(reader.place.at(Level::Error, row.row_no, shown.map(|p| (p.source, p.header.as_str())), what));
        }
    }
}

fn check_totals(
    reader: &RowReader<'_>,
    detail: &[&RawRow],
    totals: &[&RawRow],
    out: &mut CheckedTable,
    issues: &mut Issues,
) {
    for total in totals {
        let wrong = total::check_total(reader.table, reader.plans, detail, total);
        out.total_ok = Some(out.total_ok.unwrap_or(true) && wrong.is_none());
        if let Some(what) = wrong {
            issues.push(reader.place.at(Level::Error, total.no, None, what));
            out.refused = true;
            out.rows.iter_mut().for_each(|r| r.rejected = true);
        }
    }
}

fn report_unknown_headers(reader: &RowReader<'_>, found: &HeaderMatch, issues: &mut Issues) {
    if !found.unknown.is_empty() {
        let names: Vec<&str> = found.unknown.iter().map(|(_, h)| h.as_str()).collect();
        let what =
            Refusal::new("DQ002", format!("多出的列没有取数：{}", names.join("、")), "如需报送这些内容，请与市局联系");
        issues.push(reader.place.whole(Level::Warning, what));
    }
}

/// The column of a sheet (from 0) in which a contract column stands, to show the cell that a value came from.
#[must_use]
pub fn locate_column(contracts: &Contracts, sheet: &Sheet, table: &str, column: &str) -> Option<usize> {
    let book = crate::recognise::HeaderBook::new(contracts);
    let found = book.find(contracts, &sheet.rows, &|t| usize::from(t.name == table) * 10_000)?;
    let index = contracts.table(table)?.index_of(column)?;
    (found.table == table).then(|| found.columns.get(&index).map(|(at, _)| *at))?
}
