//! What a cell accepts: drop-downs, dates, numbers, keys; with a word before and a word after. Pasting goes round all of
//! it, so the check looks at everything again.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Formula, XlsxError,
};

use crate::contract::Table;
use crate::read::cell_ref;

use super::choices::{YES_NO, list_name};
use super::columns::{Design, Input};
use super::places::{TOWNSHIPS, VILLAGES};

/// Where the columns of a sheet stand.
pub(super) struct Cells<'a> {
    pub table: &'a Table,
    pub designs: &'a [Design<'a>],
    /// First data row from 1.
    pub first: u32,
    /// Last row that is looked after, from 1.
    pub last: u32,
    /// Name of the unit, where no column names it.
    pub unit: &'a str,
}

impl Cells<'_> {
    fn letters(&self, at: usize) -> String {
        cell_ref(at, 1).chars().filter(char::is_ascii_uppercase).collect()
    }

    /// The cell of the first row in a column, fixed to the column.
    pub fn cell(&self, at: usize) -> String {
        format!("${}{}", self.letters(at), self.first)
    }

    fn column(&self, at: usize) -> String {
        format!("${0}${1}:${0}${2}", self.letters(at), self.first, self.last)
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.designs.iter().position(|d| d.column.name == name)
    }
}

/// The rule of a column.
pub(super) fn rule(cells: &Cells<'_>, at: usize) -> Result<DataValidation, XlsxError> {
    let design = &cells.designs[at];
    let list = |formula: String| DataValidation::new().allow_list_formula(Formula::new(formula));
    let rule = match &design.input {
        Input::Pick(_) => list(format!("={}", list_name(cells.table, design.column))),
        Input::YesNo => list(format!("={YES_NO}")),
        Input::Township => list(townships(cells)).set_error_style(DataValidationErrorStyle::Warning),
        Input::Village => list(villages(cells)).set_error_style(DataValidationErrorStyle::Warning),
        Input::Date | Input::Time => dates(design)?,
        Input::Whole(from, to) => DataValidation::new().allow_whole_number(DataValidationRule::Between(*from, *to)),
        Input::Number(from, to) => DataValidation::new().allow_decimal_number(DataValidationRule::Between(*from, *to)),
        Input::Id | Input::Credit | Input::Text => text(cells, at),
    };
    worded(rule, design)
}

/// `INDIRECT` only where each row names its unit.
fn townships(cells: &Cells<'_>) -> String {
    match cells.find("eval_unit_code") {
        Some(unit) => format!("=INDIRECT(\"{TOWNSHIPS}\"&{})", cells.cell(unit)),
        None => format!("={TOWNSHIPS}{}", cells.unit),
    }
}

fn villages(cells: &Cells<'_>) -> String {
    let township = cells.find("township_code").map(|t| cells.cell(t)).unwrap_or_default();
    match cells.find("eval_unit_code") {
        Some(unit) => format!("=INDIRECT(\"{VILLAGES}\"&{}&\"_\"&{township})", cells.cell(unit)),
        None => format!("=INDIRECT(\"{VILLAGES}{}_\"&{township})", cells.unit),
    }
}

/// An end that is not known yet is written 长期, so a column that may be blank only warns.
fn dates(design: &Design<'_>) -> Result<DataValidation, XlsxError> {
    let (from, to) = (ExcelDateTime::from_ymd(1900, 1, 1)?, ExcelDateTime::from_ymd(2100, 12, 31)?);
    let rule = DataValidation::new().allow_date(DataValidationRule::Between(from, to));
    let style = if design.is_required() { DataValidationErrorStyle::Stop } else { DataValidationErrorStyle::Warning };
    Ok(rule.set_error_style(style))
}

/// Keys are unique, numbers of persons and bodies have their length. These only warn: an ID number may be invalid for a
/// reason, and a code on an old licence too.
fn text(cells: &Cells<'_>, at: usize) -> DataValidation {
    let design = &cells.designs[at];
    let cell = cells.cell(at);
    // COUNTIF compares the first 15 digits only.
    let once = format!("SUMPRODUCT(--({}={cell}))<=1", cells.column(at));
    let formula = match design.input {
        Input::Id if design.is_key => format!("=AND(OR(LEN({cell})=18,LEN({cell})=15),{once})"),
        Input::Id => format!("=OR(LEN({cell})=18,LEN({cell})=15)"),
        Input::Credit => format!("=LEN({cell})=18"),
        _ if design.is_key => format!("={once}"),
        _ => return DataValidation::new().allow_any_value(),
    };
    DataValidation::new().allow_custom(Formula::new(formula)).set_error_style(DataValidationErrorStyle::Warning)
}

fn worded(rule: DataValidation, design: &Design<'_>) -> Result<DataValidation, XlsxError> {
    let title: String = design.header.chars().take(30).collect();
    let need = if design.is_required() { "必填" } else { "选填" };
    let values = design.values();
    let hint = if values.is_empty() { design.manner().to_owned() } else { format!("{}：{values}", design.manner()) };
    let note = note(design);
    let message = shorten(&format!("{need}。{hint}{}{note}", if note.is_empty() { "" } else { "。" }), 120);
    rule.set_input_title(&title)?.set_input_message(message)?.set_error_title(&title)?.set_error_message(error(design))
}

/// The remark of the contract, where it is for whoever fills the form.
pub(super) fn note<'a>(design: &'a Design<'_>) -> &'a str {
    let remark = design.column.note.as_str();
    let for_program =
        ["入库时", "表头常", "密封", "原表头", "不允许手填", "校验", "id_valid", "submission_file", "HMAC", "SHA"];
    if for_program.iter().any(|w| remark.contains(w)) { "" } else { remark }
}

fn error(design: &Design<'_>) -> String {
    let text = match &design.input {
        Input::Pick(_) | Input::YesNo => "请从下拉列表中选取，不要自行填写别的名称。".to_owned(),
        Input::Township => "不在本单位的乡镇（街道）名单内。请从下拉列表中选取；填写9位统计代码的可以继续。".to_owned(),
        Input::Village => {
            "不在该乡镇（街道）的村（社区）名单内。请先选乡镇再选村；填写12位统计代码的可以继续。".to_owned()
        }
        Input::Date | Input::Time if design.is_required() => {
            format!("请填写真实日期，{}。", design.values())
        }
        Input::Date | Input::Time => format!("请填写真实日期，{}；没有期限的填“长期”可以继续。", design.values()),
        Input::Whole(..) => format!("请填写整数：{}。没有数据的留空。", design.values()),
        Input::Number(..) => format!("请填写数字：{}。没有数据的留空。", design.values()),
        Input::Id if design.is_key => "身份证号应为18位，本表内不应重复。请核对；确实如此的可以继续。".to_owned(),
        Input::Id => "身份证号应为18位。请核对；确实如此的可以继续。".to_owned(),
        Input::Credit => "统一社会信用代码应为18位。请核对证书；确实如此的可以继续。".to_owned(),
        Input::Text => "编号在本表内已经有了。请核对；确实如此的可以继续。".to_owned(),
    };
    shorten(&text, 120)
}

/// The spreadsheet allows 255 characters; more than half of it nobody reads.
fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
