//! Cell formats of the workbook.

use rust_xlsxwriter::{Format as Style, FormatAlign, FormatBorder, FormatUnderline};

use crate::number::Format;

/// Fonts are only named: the staff's machines have them.
const SONG: &str = "宋体";
const HEI: &str = "黑体";

/// Formats used by all sheets.
pub struct Styles {
    /// Title of a sheet.
    pub title: Style,
    /// Remark under the title.
    pub remark: Style,
    /// Head of a column.
    pub head: Style,
    /// Text.
    pub text: Style,
    /// Text in the middle.
    pub centre: Style,
    /// Link.
    pub link: Style,
}

fn base() -> Style {
    Style::new().set_font_name(SONG).set_font_size(10.5).set_align(FormatAlign::VerticalCenter)
}

fn cell() -> Style {
    base().set_border(FormatBorder::Thin).set_border_color("BFC8D0")
}

impl Styles {
    /// The formats.
    #[must_use]
    pub fn new() -> Self {
        let head = cell().set_font_name(HEI).set_background_color("DCE6F1").set_align(FormatAlign::Center);
        Self {
            title: base().set_font_name(HEI).set_font_size(15).set_align(FormatAlign::Center),
            remark: base().set_font_size(9).set_font_color("555F68").set_align(FormatAlign::Left),
            head: head.set_text_wrap(),
            text: cell().set_text_wrap(),
            centre: cell().set_align(FormatAlign::Center),
            link: cell().set_font_color("1D4E89").set_underline(FormatUnderline::Single),
        }
    }

    /// Format of a column's cells; totals in bold on a tint.
    #[must_use]
    pub fn of(&self, format: Format, centred: bool, total: bool) -> Style {
        let style = if format.is_number() {
            cell().set_align(FormatAlign::Right).set_num_format(format.spreadsheet())
        } else if format == Format::Date {
            self.centre.clone().set_num_format(format.spreadsheet())
        } else if centred {
            self.centre.clone()
        } else {
            self.text.clone()
        };
        if total { style.set_bold().set_background_color("F2F5F8") } else { style }
    }
}
