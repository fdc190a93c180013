//! The workbook inside a native chart: what the office edits when it edits the chart.

use chrono::Datelike;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

use crate::brief::Meta;
use crate::error::Result;
use crate::page::deck::NativeChart;

/// Name of its sheet, in the references of the chart.
pub const SHEET: &str = "Sheet1";

/// Categories in the first column, a series a column; dated as the brief, so that bytes repeat.
pub fn bytes(chart: &NativeChart, meta: &Meta) -> Result<Vec<u8>> {
    let part = |n: u32| u8::try_from(n).unwrap_or(1);
    let year = u16::try_from(meta.as_of.year()).unwrap_or(1900);
    let date = ExcelDateTime::from_ymd(year, part(meta.as_of.month()), part(meta.as_of.day()))?;
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_author(&meta.office).set_creation_datetime(&date));
    let format = Format::new().set_num_format(chart.format);
    let sheet = workbook.add_worksheet();
    sheet.set_name(SHEET)?;
    for (r, category) in chart.categories.iter().enumerate() {
        sheet.write(r as u32 + 1, 0, category)?;
    }
    for (c, series) in chart.series.iter().enumerate() {
        let column = c as u16 + 1;
        sheet.write(0, column, &series.name)?;
        for (r, value) in series.values.iter().enumerate() {
            if let Some(value) = value {
                sheet.write_with_format(r as u32 + 1, column, *value, &format)?;
            }
        }
    }
    Ok(workbook.save_to_buffer()?)
}
