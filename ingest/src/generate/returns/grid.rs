//! The grid of a sheet: title, unit line, header of one or two rows, rows, total and signatures.

use crate::generate::day::Day;
use crate::generate::schema::CITY;

use super::cells::{Out, fen, row_cells};
use super::context::Context;
use super::sheet::Sheet;

/// A merged range: first row and column, last row and column, from 0.
pub(super) type Merge = (u32, u16, u32, u16, String);

/// A sheet laid out, with the row number (from 1) of every row.
#[derive(Default)]
pub(super) struct Grid {
    pub lines: Vec<Vec<Out>>,
    pub merges: Vec<Merge>,
    pub at: Vec<usize>,
    pub total_at: Option<usize>,
}

pub(super) fn lay_out(context: &Context<'_>, sheet: &mut Sheet<'_>, date: Day) -> Grid {
    let mut grid = Grid::default();
    let width = u16::try_from(sheet.columns.len()).unwrap_or(u16::MAX);
    let title = title(context, sheet);
    if !sheet.style.plain && width > 1 {
        grid.merges.push((0, 0, 0, width - 1, title.clone()));
    }
    grid.lines.push(vec![Out::Text(title)]);
    grid.lines.push(unit_line(context, sheet, date));
    header(sheet, &mut grid, width);
    let rows = std::mem::take(&mut sheet.rows);
    for row in &rows {
        if !sheet.style.plain && sheet.rng.chance(0.008) {
            grid.lines.push(Vec::new());
        }
        grid.lines.push(row_cells(context, sheet, row));
        grid.at.push(grid.lines.len());
    }
    sheet.rows = rows;
    if sheet.has_total() {
        grid.lines.push(total(sheet));
        grid.total_at = Some(grid.lines.len());
    }
    if sheet.style.footer {
        grid.lines.push(vec![Out::Text(signatures(sheet))]);
    }
    grid
}

/// “船山区2025年3月需求清单表”
pub(super) fn title(context: &Context<'_>, sheet: &Sheet<'_>) -> String {
    let unit = if sheet.unit == CITY { "遂宁市" } else { context.units[sheet.unit].1.as_str() };
    format!("{unit}{}{}表", sheet.period.map_or(String::new(), |p| p.words()), sheet.info.table.title)
}

fn unit_line(context: &Context<'_>, sheet: &Sheet<'_>, date: Day) -> Vec<Out> {
    let name = &context.units[sheet.unit].1;
    let county = !sheet.style.plain && sheet.unit != CITY && !context.units[sheet.unit].0.contains('A');
    let (y, m, d) = date.ymd();
    let day = if sheet.style.plain { date.to_string() } else { format!("{y}年{m}月{d}日") };
    vec![
        Out::Text(format!("填报单位:{name}{}", if county { "民政局" } else { "" })),
        Out::Blank,
        Out::Text(format!("填报日期:{day}")),
        Out::Blank,
        Out::Text(format!("单位:{}", if sheet.style.wan { "万元" } else { "元" })),
    ]
}

fn header(sheet: &Sheet<'_>, grid: &mut Grid, width: u16) {
    let texts = || sheet.headers.iter().map(|h| Out::Text(h.clone()));
    if !sheet.style.two_rows || width < 5 {
        grid.lines.push(texts().collect());
        return;
    }
    let last = sheet.columns.last().map_or("", |c| sheet.info.columns[*c].name.as_str());
    let tail = if matches!(last, "village_code" | "township_code") { "所在地" } else { "其他情况" };
    let spans = [(0, 2, "基本信息"), (width - 2, width - 1, tail)];
    let (mut top, mut low) = (vec![Out::Blank; sheet.headers.len()], texts().collect::<Vec<_>>());
    for (from, to, label) in spans {
        top[usize::from(from)] = Out::Text(label.to_owned());
        grid.merges.push((2, from, 2, to, label.to_owned()));
    }
    for i in 3..width - 2 {
        let at = usize::from(i);
        top[at] = Out::Text(sheet.headers[at].clone());
        low[at] = Out::Blank;
        grid.merges.push((2, i, 3, i, sheet.headers[at].clone()));
    }
    grid.lines.push(top);
    grid.lines.push(low);
}

/// The sums of the 元 columns in the unit of the sheet; 1,000 元 too much where the total is to be wrong.
fn total(sheet: &Sheet<'_>) -> Vec<Out> {
    let mut line = vec![Out::Blank; sheet.columns.len()];
    line[0] = Out::Text("合计".to_owned());
    for column in sheet.info.money() {
        let sum: i64 = sheet.rows.iter().map(|r| fen(&r.fields[column])).sum();
        let sum = sum + if sheet.wrong_total { 100_000 } else { 0 };
        line[sheet.shown(column)] = Out::Number(sum as f64 / if sheet.style.wan { 1e6 } else { 100.0 });
    }
    line
}

fn signatures(sheet: &Sheet<'_>) -> String {
    let name = |i: usize| sheet.style.staff.get(i).map_or(String::new(), ToString::to_string);
    format!("填表人:{}  审核人:{}  单位负责人:{}  联系电话:0825-2200000", name(0), name(1), name(2))
}
