//! Sheets of one file that carry the same table, unit and period: copies such as `Sheet1 (2)`, and rows that stand twice.

use std::collections::BTreeMap;

use crate::checked::{CheckedFile, CheckedRow, CheckedTable, Level};
use crate::contract::Contracts;
use crate::normalise::Refusal;

use super::issues::Place;

/// An exact copy of an earlier table is left out with a remark; of a row whose key an earlier table has, the earlier stands.
pub(super) fn settle(contracts: &Contracts, file: &mut CheckedFile) {
    let mut kept: Vec<CheckedTable> = Vec::new();
    for mut table in std::mem::take(&mut file.tables) {
        let earlier: Vec<&CheckedTable> = kept.iter().filter(|k| same_slot(k, &table)).collect();
        let place_of =
            |sheet: &str| Place { file: &file.name, sheet, has_cells: true }.whole(Level::Warning, copy_of(sheet));
        if let Some(original) = earlier.iter().find(|k| same_rows(k, &table)) {
            let mut issue = place_of(&original.sheet);
            issue.sheet.clone_from(&table.sheet);
            file.issues.push(issue);
            continue;
        }
        reject_known(contracts, &file.name, &earlier, &mut table);
        kept.push(table);
    }
    file.tables = kept;
}

fn copy_of(original: &str) -> Refusal {
    let what = format!("与工作表“{original}”的内容完全相同，按副本处理，没有重复取数");
    Refusal::new("DQ017", what, "请删除多余的工作表；如应是另一张表，请核对内容")
}

fn same_slot(a: &CheckedTable, b: &CheckedTable) -> bool {
    a.table == b.table && a.unit == b.unit && a.period == b.period
}

fn same_rows(a: &CheckedTable, b: &CheckedTable) -> bool {
    let same = |(a, b): (&CheckedRow, &CheckedRow)| a.values == b.values;
    !a.rows.is_empty() && a.rows.len() == b.rows.len() && a.rows.iter().zip(&b.rows).all(same)
}

/// DQ017 for rows whose key stands on an earlier sheet.
fn reject_known(contracts: &Contracts, file: &str, earlier: &[&CheckedTable], table: &mut CheckedTable) {
    let Some(contract) = contracts.table(&table.table).filter(|_| !earlier.is_empty()) else { return };
    let places: Vec<usize> = contract.natural_key.iter().filter_map(|k| contract.index_of(k)).collect();
    let key = |r: &CheckedRow| places.iter().map(|p| r.values[*p].to_string()).collect::<Vec<_>>();
    let mut known = BTreeMap::new();
    for (sheet, row) in
        earlier.iter().flat_map(|t| t.rows.iter().map(move |r| (&t.sheet, r))).filter(|(_, r)| !r.rejected)
    {
        known.insert(key(row), (sheet, row.row_no));
    }
    let header = places.first().and_then(|p| table.headers.get(p));
    let source = header.and_then(|h| Some((h.column?, h.text.as_str())));
    let place = Place { file, sheet: &table.sheet, has_cells: source.is_some() };
    for row in table.rows.iter_mut().filter(|r| !r.rejected) {
        if let Some((sheet, no)) = known.get(&key(row)) {
            let what = format!("主键与工作表“{sheet}”第{no}行重复");
            let what = Refusal::new("DQ017", what, "请删除重复的行，或改正编号");
            table.issues.push(place.at(Level::Error, row.row_no, source, what));
            row.rejected = true;
            row.awaiting_waiver.clear();
        }
    }
}
