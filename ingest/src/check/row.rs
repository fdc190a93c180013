//! One row: all cells, mandatory cells, ID numbers, divisions, derived columns, order of dates.

use crate::checked::{AwaitingWaiver, CheckedRow, Issue, Level};
use crate::contract::{Table, VaultKind};
use crate::normalise::{self as n, Refusal, RegionBook, RegionProblem};
use crate::read::{Cell, RawRow};
use crate::value::Value;

use super::column::{ColumnPlan, Taken};
use super::issues::{Place, mask};
use super::steps::Steps;

/// What is needed to read the rows of a sheet.
pub(super) struct RowReader<'a> {
    pub table: &'a Table,
    pub plans: &'a [ColumnPlan<'a>],
    pub steps: Steps,
    pub regions: &'a RegionBook,
    pub place: Place<'a>,
    /// Unit that sent the sheet.
    pub unit: &'a str,
    /// Township that the sheet is named after: a sheet for each township often has no column for it.
    pub township: Option<String>,
}

impl RowReader<'_> {
    pub fn read(&self, raw: &RawRow, issues: &mut Vec<Issue>) -> CheckedRow {
        let mut row = CheckedRow {
            row_no: raw.no,
            values: vec![Value::Null; self.table.columns.len()],
            awaiting_waiver: Vec::new(),
            rejected: false,
        };
        if let Some(at) = self.steps.unit.filter(|_| !self.table.is_city()) {
            row.values[at] = Value::from(self.unit);
        }
        if let (Some(at), Some(township)) = (self.steps.township, &self.township) {
            row.values[at] = Value::from(township.as_str());
        }
        for plan in self.plans {
            self.read_cell(plan, raw, &mut row, issues);
        }
        for (index, step) in &self.steps.derived {
            row.values[*index] = step.value(&row.values);
        }
        self.check_date_order(&row, issues);
        row
    }

    fn read_cell(&self, plan: &ColumnPlan<'_>, raw: &RawRow, row: &mut CheckedRow, issues: &mut Vec<Issue>) {
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
        let text_at = |at: Option<usize>| row.values.get(at?)?.as_str();
        let unit = text_at(self.steps.unit).unwrap_or(self.unit);
        let (level, township) = match plan.column.name.as_str() {
            "township_code" => ("township", None),
            _ => ("village", text_at(self.steps.township)),
        };
        match self.regions.find(&cell.seen(), level, unit, township) {
            Ok(d) => {
                let managed_elsewhere = !d.managing_unit_code.is_empty()
                    && d.managing_unit_code != unit
                    && matches!(d.level.as_str(), "township" | "village");
                let warning = managed_elsewhere
                    .then(|| Refusal::new("DQ010", "所填区划按管理归属不属于本单位", "园区托管的镇街请按管理单位填报"));
                Ok(Taken { value: Value::from(d.code.as_str()), warning })
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

    fn read_id(&self, plan: &ColumnPlan<'_>, raw: &RawRow, row: &mut CheckedRow, issues: &mut Vec<Issue>) {
        let cell = raw.cell(plan.source);
        if plan.is_nothing(cell) {
            if !plan.column.nullable {
                self.refuse(plan, cell, row, blank(), issues);
            }
            return;
        }
        let shown = cell.seen();
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
        } else if lost || self.steps.has_reason && plan.column.primary {
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
        let plan = self.steps.reason.and_then(|at| self.plans.get(at));
        plan.is_some_and(|p| {
            let cell = raw.cell(p.source);
            !p.is_nothing(cell) && p.codes.is_none_or(|codes| codes.resolve(&cell.seen()).is_some())
        })
    }

    fn refuse(
        &self,
        plan: &ColumnPlan<'_>,
        cell: &Cell,
        row: &mut CheckedRow,
        refusal: Refusal,
        issues: &mut Vec<Issue>,
    ) {
        row.rejected = true;
        self.report(Level::Error, plan, cell, row.row_no, refusal, issues);
    }

    fn report(
        &self,
        level: Level,
        plan: &ColumnPlan<'_>,
        cell: &Cell,
        row: u32,
        what: Refusal,
        issues: &mut Vec<Issue>,
    ) {
        let mut issue = self.place.at(level, row, Some((plan.source, &plan.header)), what);
        let shown = cell.shown();
        issue.raw_masked = (!shown.is_empty()).then(|| mask(plan.column, &shown));
        issues.push(issue);
    }

    fn check_date_order(&self, row: &CheckedRow, issues: &mut Vec<Issue>) {
        for order in &self.steps.dates {
            let wrong = match (&row.values[order.first], &row.values[order.second]) {
                (Value::Ts(a), Value::Ts(b)) => a > b,
                (a, b) => a.as_date().zip(b.as_date()).is_some_and(|(a, b)| a > b),
            };
            if wrong {
                let (plan, before) = (&self.plans[order.plan], self.table.columns[order.first].form_header());
                let what = Refusal::new("DQ016", format!("“{}”早于“{before}”", plan.header), "请核对两个日期");
                issues.push(self.place.at(Level::Warning, row.row_no, Some((plan.source, &plan.header)), what));
            }
        }
    }
}

fn blank() -> Refusal {
    Refusal::new("DQ005", "必填项为空", "请补填后重报")
}
