//! Sheets of one file that carry the same table, unit and period: copies such as `Sheet1 (2)`, and rows that stand twice.

use std::collections::BTreeMap;

use crate::checked::{CheckedFile, CheckedTable, Level};
use crate::contract::Contracts;
use crate::normalise::Refusal;
use crate::spill::SpillError;

use super::issues::Place;
use super::keys::{exact, key_places};

/// An exact copy of an earlier table is left out with a remark; of a row whose key an earlier table has, the earlier stands.
pub(super) fn settle(contracts: &Contracts, file: &mut CheckedFile) -> Result<(), SpillError> {
    let mut kept: Vec<CheckedTable> = Vec::new();
    for mut table in std::mem::take(&mut file.tables) {
        let earlier: Vec<&CheckedTable> = kept.iter().filter(|k| same_slot(k, &table)).collect();
        let place_of =
            |sheet: &str| Place { file: &file.name, sheet, has_cells: true }.whole(Level::Warning, copy_of(sheet));
        if let Some(original) = find_same(&earlier, &table)? {
            let mut issue = place_of(&original.sheet);
            issue.sheet.clone_from(&table.sheet);
            file.issues.push(issue);
            continue;
        }
        reject_known(contracts, &file.name, &earlier, &mut table)?;
        kept.push(table);
    }
    file.tables = kept;
    Ok(())
}

fn copy_of(original: &str) -> Refusal {
    let what = format!("与工作表“{original}”的内容完全相同，按副本处理，没有重复取数");
    Refusal::new("DQ017", what, "请删除多余的工作表；如应是另一张表，请核对内容")
}

fn same_slot(a: &CheckedTable, b: &CheckedTable) -> bool {
    a.table == b.table && a.unit == b.unit && a.period == b.period
}

fn find_same<'k>(earlier: &[&'k CheckedTable], table: &CheckedTable) -> Result<Option<&'k CheckedTable>, SpillError> {
    for known in earlier {
        if same_rows(known, table)? {
            return Ok(Some(known));
        }
    }
    Ok(None)
}

fn same_rows(a: &CheckedTable, b: &CheckedTable) -> Result<bool, SpillError> {
    if a.rows.is_empty() || a.rows.len() != b.rows.len() {
        return Ok(false);
    }
    for (a, b) in a.rows.read().zip(b.rows.read()) {
        if a?.values != b?.values {
            return Ok(false);
        }
    }
    Ok(true)
}

/// DQ017 for rows whose key stands on an earlier sheet. The earlier keys are held as digests, some fifty bytes a row.
fn reject_known(
    contracts: &Contracts,
    file: &str,
    earlier: &[&CheckedTable],
    table: &mut CheckedTable,
) -> Result<(), SpillError> {
    let Some(contract) = contracts.table(&table.table).filter(|_| !earlier.is_empty()) else { return Ok(()) };
    let places = key_places(contract);
    let mut known = BTreeMap::new();
    for (at, earlier) in earlier.iter().enumerate() {
        for row in earlier.rows.read() {
            let row = row?;
            if !row.rejected {
                known.insert(exact(&places, &row), (at, row.row_no));
            }
        }
    }
    let header = places.first().and_then(|p| table.headers.get(p));
    let source = header.and_then(|h| Some((h.column?, h.text.as_str())));
    let place = Place { file, sheet: &table.sheet, has_cells: source.is_some() };
    let mut twins = Vec::new();
    for (i, row) in table.rows.read().enumerate() {
        let row = row?;
        if let Some((at, no)) = known.get(&exact(&places, &row)).filter(|_| !row.rejected) {
            let what = format!("主键与工作表“{}”第{no}行重复", earlier[*at].sheet);
            let what = Refusal::new("DQ017", what, "请删除重复的行，或改正编号");
            table.issues.push(place.at(Level::Error, row.row_no, source, what));
            twins.push(i);
        }
    }
    twins.into_iter().for_each(|i| table.rows.reject(i));
    Ok(())
}
