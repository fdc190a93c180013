//! Where each mistake is shown: its cell, the first cell of its row, or the first cell of its sheet. Rows are never moved
//! to make room.

use std::collections::BTreeMap;

use crate::checked::{Issue, Level};
use crate::read::{Cell, RawRow, Sheet, cell_place, cell_ref};
use crate::recognise::own::FINDINGS;

/// Rows from the top in which a header is looked for.
const SEARCHED_ROWS: usize = 30;

/// All mistakes with their places.
pub(super) struct Marked<'a> {
    /// Name of the sheet that lists them.
    pub list_name: String,
    /// The sheets as they are written.
    pub sheets: Vec<SheetMarks>,
    /// In the order of the places.
    pub list: Vec<Found<'a>>,
}

/// What is marked on a sheet.
#[derive(Default)]
pub(super) struct SheetMarks {
    /// Name under which it is written.
    pub name: String,
    /// How many rows it moves down: one for JSON, whose headers stand in no row.
    pub shift: u32,
    /// Marks by row and column from 0.
    pub cells: BTreeMap<(u32, u16), Mark>,
}

/// A marked cell.
pub(super) struct Mark {
    /// The worst of its mistakes.
    pub level: Level,
    /// Text of the note.
    pub note: String,
}

/// A mistake and where it is shown.
pub(super) struct Found<'a> {
    pub issue: &'a Issue,
    /// Place of its sheet among those written, and cell from 0.
    pub at: Option<(usize, u32, u16)>,
}

impl<'a> Marked<'a> {
    pub fn new(sheets: &[&Sheet], issues: &'a [Issue]) -> Self {
        let names = names(sheets);
        let list_name = free_name(FINDINGS, &names);
        let mut marks: Vec<SheetMarks> = names
            .into_iter()
            .zip(sheets)
            .map(|(name, s)| SheetMarks { name, shift: shift(s), cells: BTreeMap::new() })
            .collect();
        let mut list: Vec<Found<'a>> = issues.iter().map(|issue| Found { issue, at: locate(sheets, issue) }).collect();
        list.sort_by_key(|f| (f.at.map_or(0, |a| a.0 + 1), f.issue.row, f.at, f.issue.level));
        for found in &list {
            let Some((sheet, row, column)) = found.at else { continue };
            let mark = marks[sheet].cells.entry((row, column));
            let mark = mark.or_insert(Mark { level: found.issue.level, note: String::new() });
            mark.level = mark.level.min(found.issue.level);
            note(&mut mark.note, found.issue);
        }
        Self { list_name, sheets: marks, list }
    }

    /// How many mistakes have a level.
    pub fn count(&self, level: Level) -> usize {
        self.list.iter().filter(|f| f.issue.level == level).count()
    }
}

/// A level in words.
pub(super) fn words(level: Level) -> &'static str {
    match level {
        Level::Error => "错误",
        Level::Warning => "警告",
    }
}

fn note(text: &mut String, issue: &Issue) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!("【{} {}】{}\n处理办法：{}", words(issue.level), issue.code, issue.message, issue.remedy));
}

fn shift(sheet: &Sheet) -> u32 {
    u32::from(sheet.rows.first().is_some_and(|r| r.no == 0))
}

fn locate(sheets: &[&Sheet], issue: &Issue) -> Option<(usize, u32, u16)> {
    let at = sheets.iter().position(|s| s.name == issue.sheet)?;
    let sheet = sheets[at];
    let Some(row) = issue.row else { return Some((at, 0, 0)) };
    let by_cell = issue.cell.as_deref().and_then(cell_place);
    let (row, column) = by_cell.unwrap_or_else(|| {
        let column = issue.header.as_deref().and_then(|h| column_of(sheet, h, row));
        (row, column.unwrap_or_else(|| first_filled(sheet, row)))
    });
    let (row, column) = inside_merge(sheet, row, column);
    Some((at, (row + shift(sheet)).checked_sub(1)?, u16::try_from(column).ok()?))
}

/// The column whose lowest header above the row has the text.
fn column_of(sheet: &Sheet, header: &str, row: u32) -> Option<usize> {
    let same = |c: &Cell| c.shown().trim_start_matches(['*', '＊']) == header;
    let above = sheet.rows.iter().take(SEARCHED_ROWS).filter(|r| r.no < row);
    above.rev().find_map(|r| r.cells.iter().position(same))
}

fn first_filled(sheet: &Sheet, row: u32) -> usize {
    let row = sheet.rows.binary_search_by_key(&row, |r| r.no).ok().and_then(|i| sheet.rows.get(i));
    row.and_then(|r: &RawRow| r.cells.iter().position(|c| !c.is_blank())).unwrap_or(0)
}

/// Of a merged region only the first cell can be seen.
fn inside_merge(sheet: &Sheet, row: u32, column: usize) -> (u32, usize) {
    let holds = |m: &&(u32, usize, u32, usize)| (m.0..=m.2).contains(&row) && (m.1..=m.3).contains(&column);
    sheet.marks.merges.iter().find(holds).map_or((row, column), |m| (m.0, m.1))
}

/// The address of a place as people name it.
pub(super) fn shown_address(row: u32, column: u16) -> String {
    cell_ref(usize::from(column), row + 1)
}

/// The names of the sheets as a workbook takes them: 31 characters, some forbidden, no two alike.
fn names(sheets: &[&Sheet]) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        let allowed: String = sheet.name.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect();
        let plain = allowed.trim_matches('\'').to_owned();
        let wanted = if plain.is_empty() { "数据" } else { plain.as_str() };
        out.push(free_name(wanted, &out));
    }
    out
}

fn free_name(wanted: &str, taken: &[String]) -> String {
    let is_free = |name: &str| !taken.iter().any(|t| t.to_lowercase() == name.to_lowercase());
    let numbered = (2..).map(|n| wanted.chars().take(27).collect::<String>() + &format!("({n})"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(|n| is_free(n)).unwrap_or_default()
}
