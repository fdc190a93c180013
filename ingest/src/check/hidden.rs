//! DQ022: what a reader of a sheet does not see, or what has no value yet.

use crate::normalise::Refusal;
use crate::read::Sheet;

/// The remarks about a sheet.
pub(super) fn hidden_things(sheet: &Sheet) -> Vec<Refusal> {
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
