//! The marks by which this program knows what it wrote itself into a workbook: sheets beside the data, the example row,
//! document properties.
//!
//! A mark is read as strictly as it is written, so that nothing of a sender's is ever passed over: a sheet is ours by its
//! name *and* its first cell, a row is an example by the first filled cell only.

use crate::read::Sheet;

/// Name and first cell of the instructions of a template.
pub const INSTRUCTIONS: &str = "填报说明";
/// Name and first cell of the list of mistakes in an annotated copy.
pub const FINDINGS: &str = "校验结果";
/// Name and first cell of the (very hidden) sheet behind the drop-downs of a template.
pub const DICTIONARY: &str = "数据字典";
/// What the first cell of an example row begins with, alone or before a colon.
pub const EXAMPLE: &str = "示例";

/// Property: form code of a template.
pub const TEMPLATE_ID: &str = "template_id";
/// Property: version of the template.
pub const TEMPLATE_VERSION: &str = "template_version";
/// Property: code of the unit.
pub const UNIT: &str = "unit";
/// Property: period in its canonical text.
pub const PERIOD: &str = "period";
/// Property: 报表 of a JSON return that an annotated copy shows.
pub const TABLE: &str = "table";
/// Property: SHA-256 (hex) of the file that an annotated copy shows.
pub const ORIGINAL_SHA256: &str = "original_sha256";
/// Property: name of that file in its delivery; for exports whose folder or name alone tells unit and period.
pub const ORIGINAL_NAME: &str = "original_name";

/// Whether this program wrote the sheet beside the data. Excel numbers the copies of a sheet, hence the beginning.
#[must_use]
pub fn is_own_sheet(sheet: &Sheet) -> bool {
    let first = sheet.rows.first().filter(|r| r.no == 1).map(|r| r.cell(0).shown()).unwrap_or_default();
    [INSTRUCTIONS, FINDINGS, DICTIONARY].iter().any(|name| sheet.name.starts_with(name) && first == *name)
}

/// Whether the first filled cell of a row, without blanks, marks the row as an example that is never taken in.
#[must_use]
pub fn is_example(text: &str) -> bool {
    text.strip_prefix(EXAMPLE).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '：']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Cell, RawRow};

    #[test]
    fn only_the_exact_marks_count() {
        for (text, example) in
            [("示例", true), ("示例:JT01", true), ("示例：JT01", true), ("示例小区", false), ("", false)]
        {
            assert_eq!(is_example(text), example, "{text}");
        }
        let sheet = |name: &str, no, first: &str| Sheet {
            name: name.to_owned(),
            rows: vec![RawRow { no, cells: vec![Cell::Text(first.to_owned())] }],
            ..Sheet::default()
        };
        assert!(is_own_sheet(&sheet("填报说明", 1, "填报说明")));
        assert!(is_own_sheet(&sheet("校验结果 (2)", 1, "校验结果")));
        assert!(!is_own_sheet(&sheet("校验结果", 1, "督导编号")));
        assert!(!is_own_sheet(&sheet("校验结果", 2, "校验结果")));
        assert!(!is_own_sheet(&sheet("督导", 1, "校验结果")));
    }
}
