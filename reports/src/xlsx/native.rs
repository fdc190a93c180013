//! Native charts below a table, so that the office can go on working with them.

use rust_xlsxwriter::{
    Chart, ChartAxis, ChartDataLabel, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartSolidFill,
    ChartType, Worksheet,
};

use super::sheet::HEAD;
use crate::error::Result;
use crate::figure::Table;
use crate::number::Format;
use crate::outline::{Sheet, SheetChart, SheetChartKind};
use crate::page::Plan;

const COLOURS: [&str; 4] = ["1D4E89", "5B96C9", "A9C9E4", "D9A441"];

fn font(size: f64) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_name("微软雅黑").set_size(size);
    font
}

/// Inserts the chart two rows below the table. Rows of totals are not drawn.
pub fn insert(sheet: &mut Worksheet, spec: &Sheet, chart: &SheetChart, table: &Table, plan: &Plan) -> Result<()> {
    let rows = plan.rows.iter().filter(|r| !table.is_total(**r)).count() as u32;
    let at = |name: &String| spec.table.columns.iter().position(|c| c.name == *name);
    let Some(label) = at(&chart.label).filter(|_| rows > 0) else { return Ok(()) };
    let mut drawing = Chart::new(match chart.kind {
        SheetChartKind::Bar => ChartType::Bar,
        SheetChartKind::BarStacked => ChartType::BarStacked,
        SheetChartKind::Column => ChartType::Column,
        SheetChartKind::Line => ChartType::Line,
    });
    for (i, x) in chart.values.iter().filter_map(at).enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let source = &plan.columns[x];
        let series = drawing.add_series();
        series
            .set_name(source.title.as_str())
            .set_categories((spec.name.as_str(), HEAD + 1, label as u16, HEAD + rows, label as u16))
            .set_values((spec.name.as_str(), HEAD + 1, x as u16, HEAD + rows, x as u16));
        let mut format = ChartFormat::new();
        if chart.kind == SheetChartKind::Line {
            format.set_line(ChartLine::new().set_color(colour).set_width(2.0));
        } else {
            format.set_solid_fill(ChartSolidFill::new().set_color(colour));
            series.set_gap(60);
        }
        series.set_format(&mut format);
        if chart.values.len() == 1 {
            let places = source.format.spreadsheet();
            series.set_data_label(ChartDataLabel::new().show_value().set_num_format(places).set_font(&font(8.0)));
        }
    }
    let percent = chart.values.iter().filter_map(at).any(|x| plan.columns[x].format == Format::Pct1);
    let cells = chart.values.iter().filter_map(at).flat_map(|x| plan.columns[x].cells.iter().flatten());
    let negative = cells.clone().any(|&(r, c)| table.value(r, c).is_some_and(|v| v < 0.0));
    finish(&mut drawing, spec, chart, percent);
    if !negative && chart.kind != SheetChartKind::Line {
        // Bars begin at zero.
        value_axis(&mut drawing, chart).set_min(0);
    }
    drawing.set_width(760).set_height(if rows > 9 { 420 } else { 340 });
    sheet.insert_chart(HEAD + plan.rows.len() as u32 + 3, 0, &drawing)?;
    Ok(())
}

fn finish(drawing: &mut Chart, spec: &Sheet, chart: &SheetChart, percent: bool) {
    drawing.title().set_name(&spec.name).set_font(&font(12.0));
    drawing.x_axis().set_font(&font(9.0));
    drawing.y_axis().set_font(&font(9.0));
    if chart.values.len() == 1 {
        drawing.legend().set_hidden();
    } else {
        drawing.legend().set_position(ChartLegendPosition::Bottom).set_font(&font(9.0));
    }
    let bars = matches!(chart.kind, SheetChartKind::Bar | SheetChartKind::BarStacked);
    if bars {
        // In a bar chart the crate's y axis carries the names; from top to bottom like the table.
        drawing.y_axis().set_reverse().set_major_gridlines(false);
    }
    let values = value_axis(drawing, chart);
    values.set_num_format(if percent { "0%" } else { "#,##0" });
    if percent {
        values.set_max(1);
    }
}

fn value_axis<'c>(drawing: &'c mut Chart, chart: &SheetChart) -> &'c mut ChartAxis {
    match chart.kind {
        SheetChartKind::Bar | SheetChartKind::BarStacked => drawing.x_axis(),
        SheetChartKind::Column | SheetChartKind::Line => drawing.y_axis(),
    }
}
