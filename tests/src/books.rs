//! Small workbooks as counties send them, for tests.

use std::path::Path;

use rust_xlsxwriter::{Workbook, XlsxError};

/// A cell of a test workbook.
#[derive(Debug, Clone)]
pub enum C {
    /// Text.
    T(&'static str),
    /// Number.
    N(f64),
    /// Nothing.
    E,
}

/// Writes one sheet.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, sheet: &str, rows: &[Vec<C>]) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    let ws = book.add_worksheet().set_name(sheet)?;
    for (r, row) in (0..).zip(rows) {
        for (c, cell) in (0..).zip(row) {
            match cell {
                C::T(text) => ws.write_string(r, c, *text)?,
                C::N(number) => ws.write_number(r, c, *number)?,
                C::E => continue,
            };
        }
    }
    book.save(path)
}

/// A return of 投诉举报 of 船山区 for March 2025 with two rows.
#[must_use]
pub fn complaints() -> Vec<Vec<C>> {
    use C::{E, T};
    vec![
        vec![T("船山区2025年3月投诉举报表")],
        vec![T("填报单位:船山区民政局"), E, T("填报日期:2025年4月2日"), E, T("单位:元")],
        vec![
            T("投诉编号"),
            T("被投诉对象类型"),
            T("被投诉对象"),
            T("受理日期"),
            T("办理时限"),
            T("办结日期"),
            T("是否属实"),
            T("类别"),
            T("乡镇(街道)代码"),
            T("村(社区)代码"),
        ],
        vec![T("TS01"), T("unit"), T("510903"), T("2025-03-03"), T("2025-03-18"), E, E, T("5"), E, E],
        vec![
            T("TS02"),
            T("项目"),
            T("XM01"),
            T("2025年3月9日"),
            T("2025.3.24"),
            E,
            E,
            T("服务态度"),
            T("介福路街道"),
            T("燕山社区"),
        ],
    ]
}

/// A return of 基金收支明细 with amounts in 万元 and a total row.
#[must_use]
pub fn ledger(total: f64) -> Vec<Vec<C>> {
    use C::{E, N, T};
    let row = |id, amount| vec![T(id), T("JJ01"), T("收入"), N(amount), T("2025-03-05"), E, E, E, E, E, E, E, E];
    vec![
        vec![T("船山区2025年3月基金收支明细表")],
        vec![T("填报单位:船山区"), E, E, E, T("单位:万元")],
        vec![
            T("流水编号"),
            T("基金编号"),
            T("收支方向"),
            T("金额(万元)"),
            T("业务日期"),
            T("捐赠编号"),
            T("项目编号"),
            T("对方单位(人)"),
            T("审批人"),
            T("经办人"),
            T("摘要"),
            T("所属镇街"),
            T("村居名称"),
        ],
        row("LS01", 1.5),
        row("LS02", 0.123_456),
        vec![T("合计"), E, E, N(total)],
        vec![T("填表人:甲某  审核人:乙某  单位负责人:丙某  联系电话:0825-2200000")],
    ]
}
