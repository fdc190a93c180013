//! How a template looks: quiet, printable in black and white, colour only beside a second sign.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

/// Fill of headers.
pub(super) const HEADER: Color = Color::RGB(0x00DD_E7F3);
/// Fill of a mandatory cell that is still empty.
pub(super) const MISSING: Color = Color::RGB(0x00FF_E699);
const TOTAL: Color = Color::RGB(0x00F2_F2F2);
const GREY: Color = Color::RGB(0x0080_8080);
const LINE: Color = Color::RGB(0x00A6_A6A6);

/// Body text.
pub(super) fn text() -> Format {
    Format::new().set_font_name("宋体").set_font_size(10.5).set_align(FormatAlign::VerticalCenter)
}

/// The title over a table.
pub(super) fn title() -> Format {
    text().set_font_name("黑体").set_font_size(18).set_align(FormatAlign::Center)
}

/// A heading inside the instructions.
pub(super) fn heading() -> Format {
    text().set_font_name("黑体").set_font_size(12)
}

fn framed(format: Format) -> Format {
    format.set_border(FormatBorder::Thin).set_border_color(LINE)
}

/// A header.
pub(super) fn header() -> Format {
    framed(text().set_bold().set_background_color(HEADER).set_align(FormatAlign::Center).set_text_wrap())
}

/// The star of a mandatory column.
pub(super) fn star() -> Format {
    Format::new().set_font_name("宋体").set_font_size(10.5).set_bold().set_font_color(Color::RGB(0x00C0_0000))
}

/// The words of a mandatory column behind its star.
pub(super) fn header_words() -> Format {
    Format::new().set_font_name("宋体").set_font_size(10.5).set_bold()
}

/// A cell to fill in.
pub(super) fn cell(num_format: &str) -> Format {
    framed(open(num_format))
}

/// Dates and picked words stand in the middle, so that they keep off the numbers beside them.
pub(super) fn aligned(format: Format, is_short: bool) -> Format {
    if is_short { format.set_align(FormatAlign::Center) } else { format }
}

/// The same below the drawn rows.
pub(super) fn open(num_format: &str) -> Format {
    text().set_num_format(num_format).set_unlocked()
}

/// The example row.
pub(super) fn example(num_format: &str) -> Format {
    framed(text().set_num_format(num_format).set_italic().set_font_color(GREY).set_background_color(TOTAL))
}

/// The total row.
pub(super) fn total(num_format: &str) -> Format {
    framed(text().set_num_format(num_format).set_bold().set_background_color(TOTAL))
}

/// A cell of the instructions.
pub(super) fn words() -> Format {
    framed(text().set_text_wrap())
}
