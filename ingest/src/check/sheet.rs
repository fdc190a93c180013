//! One sheet: its tables, and for each what it is, who sent it for when, and its rows.

use std::collections::BTreeMap;

use crate::checked::{CheckedFile, CheckedRows, CheckedTable, Level, SentHeader};
use crate::contract::{Form, FormTable, Table};
use crate::normalise::Refusal;
use crate::period::Period;
use crate::read::{RawRow, Sheet};
use crate::recognise::{HeaderMatch, PathSays, TitleSays, header_key, read_title};
use crate::spill::SpillError;

use super::Checker;
use super::column::ColumnPlan;
use super::hidden::hidden_things;
use super::issues::Place;
use super::origin::decide_period;
use super::page::Page;
use super::plan::plan_columns;
use super::row::RowReader;
use super::rows::read_rows;
use super::split::Region;
use super::steps::Steps;

/// Words in the name of a sheet that explains and carries no data.
const EXPLAINING: [&str; 9] = ["说明", "须知", "目录", "封面", "字典", "代码", "样例", "示例", "校验结果"];

/// What a table is, and who sent it for when.
struct Decided<'c> {
    table: &'c Table,
    form: &'c Form,
    unit: String,
    period: Period,
}

impl Checker {
    pub(super) fn check_sheet(&self, page: Page, path: &PathSays, file: &mut CheckedFile) -> Result<(), SpillError> {
        let (name, sheet_name, has_cells) = (file.name.clone(), page.head.name.clone(), page.head.has_cells);
        let place = Place { file: &name, sheet: &sheet_name, has_cells };
        let remarks = hidden_things(&page.head);
        let mut first: Option<TitleSays> = None;
        for Region { page, found } in self.regions(page, path)? {
            let Some(found) = found else {
                file.issues.extend(unknown(&page)?.map(|what| place.whole(Level::Warning, what)));
                continue;
            };
            let title = read_title(&page.head.rows[..found.header_from], &self.names);
            let title = match &first {
                Some(earlier) => title.or(earlier),
                None => {
                    file.issues.extend(remarks.iter().cloned().map(|what| place.whole(Level::Warning, what)));
                    first.insert(title).clone()
                }
            };
            match self.decide(&page.head, &found, &title, path) {
                Ok(decided) => {
                    let table = self.check_table((&page, &found), &title, decided, path, place, file)?;
                    file.tables.push(table);
                }
                Err(refusal) => file.issues.push(place.whole(Level::Error, refusal)),
            }
        }
        Ok(())
    }

    pub(super) fn find_table(&self, sheet: &Sheet, path: &PathSays) -> Option<HeaderMatch> {
        let top: String = sheet
            .rows
            .iter()
            .take(4)
            .flat_map(|r| &r.cells)
            .map(|c| header_key(&c.seen()).into_owned() + " ")
            .collect();
        let (sheet_name, stem) = (header_key(&sheet.name), header_key(&path.stem));
        let said = sheet.said.table.as_deref().map(header_key);
        let prefers = |table: &Table| {
            let title = header_key(&table.title);
            let plain: String = title.chars().filter(|c| !"[]:*?/\\".contains(*c)).collect();
            let fits = [
                (said.as_deref() == Some(title.as_ref()), 4_000),
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
    pub(super) fn nil_return(&self, sheet: &Sheet, rows: usize) -> Option<HeaderMatch> {
        let said = header_key(sheet.said.table.as_deref()?);
        let table = self.contracts.tables.values().find(|t| !t.is_system() && header_key(&t.title) == said)?;
        Some(HeaderMatch {
            table: table.name.clone(),
            data_from: rows,
            header_from: 0,
            columns: BTreeMap::new(),
            unknown: Vec::new(),
            missing: Vec::new(),
        })
    }

    fn decide(
        &self,
        sheet: &Sheet,
        found: &HeaderMatch,
        title: &TitleSays,
        path: &PathSays,
    ) -> Result<Decided<'_>, Refusal> {
        let (table, form, entry) = self.contract_of(found)?;
        let unit = self.decide_unit(title, sheet, path, entry)?;
        let period = decide_period(title, sheet, path, entry, table)?;
        Ok(Decided { table, form, unit, period })
    }

    fn check_table(
        &self,
        (page, found): (&Page, &HeaderMatch),
        title: &TitleSays,
        decided: Decided<'_>,
        path: &PathSays,
        place: Place<'_>,
        file: &mut CheckedFile,
    ) -> Result<CheckedTable, SpillError> {
        let Decided { table, form, unit, period } = decided;
        let plans = plan_columns(table, found, title, page, &self.codes)?;
        let township = self.regions.resolve(&page.head.name, "township", &unit, None).ok();
        let (regions, steps) = (&self.regions, Steps::new(table, &plans));
        let reader = RowReader { table, plans: &plans, steps, regions, place, unit: &unit, township };
        let mut out = new_table(table, form, unit.clone(), period, page.head.name.clone());
        out.correction = title.correction || path.correction;
        out.headers = sent_headers(&plans, page.head.has_cells);
        read_rows(&reader, page, found, &mut out, file)?;
        Ok(out)
    }

    fn contract_of(&self, found: &HeaderMatch) -> Result<(&Table, &Form, &FormTable), Refusal> {
        let contracts = &self.contracts;
        let (Some(table), Some((form, entry))) = (contracts.table(&found.table), contracts.form_of(&found.table))
        else {
            return Err(Refusal::new("DQ002", "报表没有对应的表", "请使用市局下发的报表模板"));
        };
        if !found.missing.is_empty() {
            let what = format!("{}的表头缺少必填列：{}", table.title, found.missing.join("、"));
            return Err(Refusal::new("DQ002", what, "请使用市局下发的报表模板，不要删改表头"));
        }
        Ok((table, form, entry))
    }
}

/// A remark about a sheet that is no known form; none where it only explains.
fn unknown(page: &Page) -> Result<Option<Refusal>, SpillError> {
    let filled = |r: &RawRow| r.cells.iter().filter(|c| !c.is_blank()).count() > 2;
    let mut rows = 0;
    for row in page.rows(0) {
        let row = row?;
        rows += usize::from(filled(&row));
        if rows == 2 {
            break;
        }
    }
    let explains = EXPLAINING.iter().any(|word| page.head.name.contains(word));
    Ok((rows == 2 && !explains)
        .then(|| Refusal::new("DQ002", "工作表不是已知的报表，没有取数", "如应取数，请使用市局下发的报表模板")))
}

fn sent_headers(plans: &[ColumnPlan<'_>], has_cells: bool) -> BTreeMap<usize, SentHeader> {
    let sent = |p: &ColumnPlan<'_>| SentHeader { text: p.header.clone(), column: has_cells.then_some(p.source) };
    plans.iter().map(|p| (p.index, sent(p))).collect()
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
        rows: CheckedRows::default(),
        rows_read: 0,
        issues: Vec::new(),
        refused: false,
        total_ok: None,
    }
}
