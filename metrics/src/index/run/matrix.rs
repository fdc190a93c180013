//! Stages that change the numbers.

use super::{Left, State};
use crate::index::cell::{Cell, values};
use crate::index::denominate::{Denominate, denominate};
use crate::index::error::Outcome;
use crate::index::impute::{Impute, plan_imputation};
use crate::index::normalise::{Normalise, normalise};
use crate::index::screen::{Screen, screen};
use crate::index::sheet::{Field, Sheet};
use crate::index::stats::{self, Moments};
use crate::index::table::Table;
use crate::index::transform::{Peak, Transform, Turn, orient, transform};
use crate::index::treat::{Treat, Treated, treat};
use crate::index::tree::Direction;

impl State {
    pub(super) fn denominate(&mut self, how: &Denominate, left: &mut Left) -> Outcome<()> {
        for table in tables(&mut self.data.table, &mut self.data.earlier) {
            denominate(how, &self.indicators, &self.data.units, table)?;
        }
        left.sheets.push(self.table_sheet("除以分母之后"));
        Ok(())
    }

    pub(super) fn screen(&mut self, how: &Screen, columns: &[usize], left: &mut Left) {
        let mut record = Sheet::new("record", "单位筛选", &["unit", "available", "nonzero", "stays"]);
        let mut stays = Vec::new();
        for (at, unit) in self.data.units.iter().enumerate() {
            let cell = |c: &usize| self.data.table.columns.get(*c)?.cells.get(at).copied();
            let found = screen(how, unit, &columns.iter().filter_map(cell).collect::<Vec<Cell>>());
            stays.push(found.stays);
            if !found.stays {
                left.warnings.push(format!("{unit} 数据不足，未参加评价"));
            }
            record.push(vec![unit.as_str().into(), found.available.into(), found.nonzero.into(), found.stays.into()]);
        }
        self.data.keep(&stays);
        left.sheets.extend([self.table_sheet("筛选之后"), record]);
    }

    pub(super) fn impute(&mut self, how: &Impute, columns: &[usize], left: &mut Left) -> Outcome<()> {
        let mut record = Sheet::new("record", "插补记录", &["unit", "indicator", "value", "source", "detail"]);
        for put in plan_imputation(how, &self.data, columns)? {
            let Some(column) = self.data.table.columns.get_mut(put.column) else { continue };
            if let Some(cell) = column.cells.get_mut(put.unit) {
                *cell = Cell::Value(put.value);
            }
            let unit = self.data.units.get(put.unit).map(String::as_str);
            let (source, detail) = (put.source.title(), put.detail);
            let value = put.value.into();
            record.push(vec![unit.into(), column.id.as_str().into(), value, source.into(), detail.into()]);
        }
        left.sheets.extend([self.table_sheet("插补之后"), record]);
        Ok(())
    }

    pub(super) fn transform(&mut self, how: Transform, columns: &[usize], left: &mut Left) -> Outcome<()> {
        for table in tables(&mut self.data.table, &mut self.data.earlier) {
            for at in columns {
                let Some(column) = table.columns.get_mut(*at) else { continue };
                transform(how, &column.id, &mut column.cells, &self.data.units)?;
            }
        }
        for at in columns.iter().filter(|_| how.reverses()) {
            if let Some(indicator) = self.indicators.get_mut(*at) {
                indicator.direction = match indicator.direction {
                    Direction::Positive => Direction::Negative,
                    Direction::Negative => Direction::Positive,
                    other => other,
                };
            }
        }
        left.sheets.push(self.table_sheet("变换之后"));
        Ok(())
    }

    pub(super) fn orient(&mut self, (turn, peak): (Turn, Peak), columns: &[usize], left: &mut Left) -> Outcome<()> {
        for at in columns {
            let (Some(column), Some(indicator)) = (self.data.table.columns.get_mut(*at), self.indicators.get_mut(*at))
            else {
                continue;
            };
            column.cells = orient(turn, peak, indicator, &column.cells, &self.data.units)?;
            indicator.direction = Direction::Positive;
        }
        left.sheets.push(self.table_sheet("正向化之后"));
        Ok(())
    }

    pub(super) fn normalise(&mut self, how: &Normalise, columns: &[usize], left: &mut Left) -> Outcome<()> {
        for at in columns {
            let (Some(column), Some(indicator)) = (self.data.table.columns.get_mut(*at), self.indicators.get_mut(*at))
            else {
                continue;
            };
            column.cells = normalise(how, indicator, &column.cells, &self.data.units)?;
            indicator.direction = how.direction_after(indicator.direction);
        }
        left.sheets.push(self.table_sheet("归一化之后"));
        Ok(())
    }

    pub(super) fn treat(&mut self, how: &Treat, columns: &[usize], left: &mut Left) -> Outcome<()> {
        let head = [
            "indicator",
            "treatment",
            "points",
            "skewness_before",
            "kurtosis_before",
            "skewness_after",
            "kurtosis_after",
            "passes",
        ];
        let mut summary = Sheet::new("summary", "异常值处理汇总", &head);
        let mut points = Sheet::new("points", "被处理的每一点", &["unit", "indicator", "treatment", "before", "after"]);
        for at in columns {
            let Some(column) = self.data.table.columns.get_mut(*at) else { continue };
            let treated = treat(how, &column.id, &column.cells)?;
            if !treated.passes {
                left.warnings.push(format!("指标 {} 处理后仍不通过偏度峰度检验", column.id));
            }
            summary.push(summary_row(how, &column.id, &column.cells, &treated));
            for ((unit, before), after) in self.data.units.iter().zip(&column.cells).zip(&treated.cells) {
                if before != after {
                    let treatment = treated.treatment.as_str().into();
                    let row =
                        [unit.as_str().into(), column.id.as_str().into(), treatment, (*before).into(), (*after).into()];
                    points.push(row.to_vec());
                }
            }
            column.cells = treated.cells;
        }
        left.sheets.extend([self.table_sheet("异常值处理之后"), summary, points]);
        Ok(())
    }
}

/// The table of the period and those before it: what is done cell by cell is done to all, so that they stay comparable.
fn tables<'a>(now: &'a mut Table, earlier: &'a mut [(String, Table)]) -> impl Iterator<Item = &'a mut Table> {
    std::iter::once(now).chain(earlier.iter_mut().map(|(_, t)| t))
}

fn summary_row(how: &Treat, id: &str, before: &[Cell], treated: &Treated) -> Vec<Field> {
    let kind = how.test.map_or(Moments::Corrected, |t| t.moments);
    let (before, after) = (values(before), values(&treated.cells));
    vec![
        id.into(),
        treated.treatment.as_str().into(),
        treated.points.into(),
        stats::skewness(&before, kind).into(),
        stats::kurtosis(&before, kind).into(),
        stats::skewness(&after, kind).into(),
        stats::kurtosis(&after, kind).into(),
        treated.passes.into(),
    ]
}
