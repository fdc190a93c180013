//! One row: all cells, mandatory cells, ID numbers, divisions, derived columns, order of dates.

use crate::checked::{AwaitingWaiver, CheckedRow, Level};
use crate::contract::{Derive, Table, VaultKind};
use crate::normalise::{self as n, CodeBook, Refusal, RegionBook, RegionProblem};
use crate::read::{Cell, RawRow};
use crate::value::Value;

use super::column::{ColumnPlan, Taken};
use super::issues::{Issues, Place, mask};

/// What is needed to read the rows of a sheet.
pub(super) struct RowReader<'a> {
    pub table: &'a Table,
    pub plans: &'a [ColumnPlan<'a>],
    pub regions: &'a RegionBook,
    pub codes: &'a CodeBook,
    pub place: Place<'a>,
    /// Unit that sent the sheet.
    pub unit: &'a str,
    /// Township that the sheet is named after: a sheet for each township often has no column for it.
    pub township: Option<String>,
}

impl RowReader<'_> {
    pub fn read(&self, raw: &RawRow, issues: &mut Issues) -> CheckedRow {
        let mut row = CheckedRow {
            row_no: raw.no,
            values: vec![Value::Null; self.table.columns.len()],
            awaiting_waiver: Vec::new(),
            rejected: false,
        };
        if let Some(at) = self.table.index_of("eval_unit_code").filter(|_| !self.table.is_city()) {
            row.values[at] = Value::from(self.unit);
        }
        if let (Some(at), Some(township)) = (self.table.index_of("township_code"), &self.township) {
            row.values[at] = Value::from(township.as_str());
        }
        for plan in self.plans {
            self.read_cell(plan, raw, &mut row, issues);
        }
        self.derive(&mut row);
        self.check_date_order(&row, issues);
        row
    }

    fn read_cell(&self, plan: &ColumnPlan<'_>, raw: &RawRow, row: &mut CheckedRow, issues: &mut Issues) {
        let cell = raw.cell(plan.source);
        let result = match plan.column {
            c if c.vault == Some(VaultKind::Id) => return self.read_id(plan, raw, row, issues),
            c if c.foreign.as_deref() == Some("dim_region") && self.table.name != "dim_region" => {
                self.read_region(plan, cell, row)
            }
            _ => plan.read(cell),
        };
        match result {
            Ok(Taken { value, warning }) => {
                if value.is_null() && !plan.column.nullable {
                    self.refuse(plan, cell, row, blank(), issues);
                    return;
                }
                // A blank township leaves the one that the sheet is named after.
                if !value.is_null() {
                    row.values[plan.index] = value;
                }
                if let Some(warning) = warning {
                    self.report(Level::Warning, plan, cell, raw.no, warning, issues);
                }
            }
            Err(refusal) => self.refuse(plan, cell, row, refusal, issues),
        }
    }

    fn read_region(&self, plan: &ColumnPlan<'_>, cell: &Cell, row: &CheckedRow) -> Result<Taken, Refusal> {
        if plan.is_nothing(cell) {
            return Ok(Taken { value: Value::Null, warning: None });
        }
        let text_at = |name: &str| self.table.index_of(name).and_then(|i| row.values[i].as_str());
        let unit = text_at("eval_unit_code").unwrap_or(self.unit);
        let (level, township) = match plan.column.name.as_str() {
            "township_code" => ("township", None),
            _ => ("village", text_at("township_code")),
        };
        let shown = cell.shown();
        match self.regions.resolve(&shown, level, unit, township) {
            Ok(code) => {
                let managed_elsewhere = self.regions.get(&code).is_some_and(|d| {
                    !d.managing_unit_code.is_empty()
                        && d.managing_unit_code != unit
                        && matches!(d.level.as_str(), "township" | "village")
                });
                let warning = managed_elsewhere
                    .then(|| Refusal::new("DQ010", "所填区划按管理归属不属于本单位", "园区托管的镇街请按管理单位填报"));
                Ok(Taken { value: Value::from(code), warning })
            }
            Err(RegionProblem::Unknown) => Err(Refusal::new(
                "DQ009",
                "乡镇（街道）、村（社区）名称无法识别",
                "请填写12位（乡镇9位）统计代码，或与区划表一致的名称",
            )),
            Err(RegionProblem::Ambiguous(of)) => Err(Refusal::new(
                "DQ009",
                format!("本单位内有{}个同名的村（社区），分属{}", of.len(), of.join("、")),
                "请同时填写所属乡镇（街道），或改填统计代码",
            )),
        }
    }

    fn read_id(&self, plan: &ColumnPlan<'_>, raw: &RawRow, row: &mut CheckedRow, issues: &mut Issues) {
        let cell = raw.cell(plan.source);
        if plan.is_nothing(cell) {
            if !plan.column.nullable {
                self.refuse(plan, cell, row, blank(), issues);
            }
            return;
        }
        let shown = cell.shown();
        let number = n::normalise_id(&shown);
        let lost = matches!(cell, Cell::Number(_)) || number.contains("E+") || number.contains('.');
        let problem = if lost {
            Refusal::new(
                "DQ007",
                "身份证号被Excel转成数值，末几位已丢失",
                "请把单元格设为文本格式后重新录入完整的身份证号",
            )
        } else {
            let Some(problem) = n::id_problem(&number) else {
                row.values[plan.index] = Value::from(number);
                return;
            };
            Refusal::new("DQ007", problem.message(), "请核对证件；确无有效证件的，在低收入人口表填写无证原因")
        };
        if plan.column.primary && self.has_reason(raw) {
            row.values[plan.index] = Value::from(number);
            let accepted =
                Refusal { message: format!("{}；填有无证原因，予以接收", problem.message), ..problem };
            self.report(Level::Warning, plan, cell, raw.no, accepted, issues);
        } else if lost || self.table.index_of("no_id_reason").is_some() && plan.column.primary {
            self.refuse(plan, cell, row, problem, issues);
        } else {
            row.values[plan.index] = Value::from(number);
            let mut issue = self.place.at(Level::Error, raw.no, Some((plan.source, &plan.header)), problem);
            issue.raw_masked = Some(mask(plan.column, &shown));
            row.awaiting_waiver.push(AwaitingWaiver { column: plan.index, issue });
        }
    }

    /// Whether the row gives a known reason for a missing certificate.
    fn has_reason(&self, raw: &RawRow) -> bool {
        let plan = self.plans.iter().find(|p| p.column.name == "no_id_reason");
        plan.is_some_and(|p| {
            let cell = raw.cell(p.source);
            !p.is_nothing(cell) && self.codes.of(p.column).is_none_or(|codes| codes.resolve(&cell.shown()).is_some())
        })
    }

    fn refuse(&self, plan: &ColumnPlan<'_>, cell: &Cell, row: &mut CheckedRow, refusal: Refusal, issues: &mut Issues) {
        row.rejected = true;
        self.report(Level::Error, plan, cell, row.row_no, refusal, issues);
    }

    fn report(&self, level: Level, plan: &ColumnPlan<'_>, cell: &Cell, row: u32, what: Refusal, issues: &mut Issues) {
        let mut issue = self.place.at(level, row, Some((plan.source, &plan.header)), what);
        let shown = cell.shown();
        issue.raw_masked = (!shown.is_empty()).then(|| mask(plan.column, &shown));
        issues.push(issue);
    }

    fn derive(&self, row: &mut CheckedRow) {
        for (index, column) in self.table.columns.iter().enumerate() {
            let text = |name: &str| self.table.index_of(name).and_then(|i| row.values[i].as_str());
            let value = match &column.derive {
                Some(Derive::Mask(of)) => {
                    let is_id = self.table.column(of).is_some_and(|c| c.vault == Some(VaultKind::Id));
                    let (head, tail) = if is_id { (4, 1) } else { (0, 4) };
                    text(of).map_or(Value::Null, |t| Value::from(n::mask_number(t, head, tail)))
                }
                Some(Derive::IdValid(of)) => text(of).map_or(Value::Null, |t| Value::Bool(n::id_problem(t).is_none())),
                Some(Derive::SexFits(of)) => sex_fits(text(of), text("sex")),
                Some(Derive::CreditValid(of)) => Value::Bool(text(of).is_none_or(n::credit_code_valid)),
                Some(Derive::MonthOfBirth) | None => continue,
            };
            row.values[index] = value;
        }
    }

    fn check_date_order(&self, row: &CheckedRow, issues: &mut Issues) {
        for (first, second) in &self.table.date_order {
            let at = |name: &str| self.table.index_of(name).map(|i| &row.values[i]);
            let (Some(a), Some(b)) = (at(first), at(second)) else { continue };
            let wrong = match (a, b) {
                (Value::Ts(a), Value::Ts(b)) => a > b,
                _ => a.as_date().zip(b.as_date()).is_some_and(|(a, b)| a > b),
            };
            if let Some(plan) = self.plans.iter().find(|p| p.column.name == *second).filter(|_| wrong) {
                let before = self.table.column(first).map_or(String::new(), crate::contract::Column::form_header);
                let what = Refusal::new("DQ016", format!("“{}”早于“{before}”", plan.header), "请核对两个日期");
                issues.push(self.place.at(Level::Warning, row.row_no, Some((plan.source, &plan.header)), what));
            }
        }
    }
}

fn blank() -> Refusal {
    Refusal::new("DQ005", "必填项为空", "请补填后重报")
}

/// NULL when the number is invalid or the sex is not stated.
fn sex_fits(number: Option<&str>, sex: Option<&str>) -> Value {
    match (number.and_then(n::sex_of), sex) {
        (Some(by_number), Some(stated @ ("1" | "2"))) => Value::Bool(by_number.to_string() == stated),
        _ => Value::Null,
    }
}
