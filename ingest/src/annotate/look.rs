//! How a copy looks: red and yellow for mistakes, a quiet frame for the rest.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::checked::Level;

const RED: Color = Color::RGB(0x00FF_C7CE);
const RED_TEXT: Color = Color::RGB(0x009C_0006);
const YELLOW: Color = Color::RGB(0x00FF_EB9C);
const HEADER: Color = Color::RGB(0x00DD_E7F3);
const LINE: Color = Color::RGB(0x00BF_BFBF);

/// Where a cell lies on its sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Area {
    /// A merged cell above the header.
    Title,
    /// Another one above the header.
    Top,
    Header,
    /// A row of the table.
    Table,
    /// Anything else, such as signatures.
    Loose,
}

/// How a value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    General,
    /// Text that must stay text when it is typed again.
    Text,
    /// Text that would be a formula if it were typed.
    Quoted,
    Date,
    Time,
}

/// Formats by what they say; each is made once.
#[derive(Default)]
pub(super) struct Formats(BTreeMap<(Area, Shape, Option<Level>), Format>);

impl Formats {
    pub fn get(&mut self, area: Area, shape: Shape, level: Option<Level>) -> &Format {
        self.0.entry((area, shape, level)).or_insert_with(|| make(area, shape, level))
    }
}

/// Body text.
pub(super) fn text() -> Format {
    Format::new().set_font_name("宋体").set_font_size(10.5).set_align(FormatAlign::VerticalCenter)
}

/// A header of a table.
pub(super) fn header() -> Format {
    framed(text().set_bold().set_background_color(HEADER).set_align(FormatAlign::Center).set_text_wrap())
}

/// A cell of the list of mistakes.
pub(super) fn words() -> Format {
    framed(text().set_text_wrap())
}

/// The title of the list.
pub(super) fn title() -> Format {
    text().set_font_name("黑体").set_font_size(18).set_align(FormatAlign::Center)
}

/// Colours a format by the level of a mistake.
pub(super) fn coloured(format: Format, level: Level) -> Format {
    match level {
        Level::Error => format.set_background_color(RED).set_font_color(RED_TEXT),
        Level::Warning => format.set_background_color(YELLOW),
    }
}

fn framed(format: Format) -> Format {
    format.set_border(FormatBorder::Thin).set_border_color(LINE)
}

fn make(area: Area, shape: Shape, level: Option<Level>) -> Format {
    let base = match area {
        Area::Title => text().set_font_name("黑体").set_font_size(14).set_align(FormatAlign::Center),
        Area::Top => text(),
        Area::Header => header(),
        Area::Table => framed(text()),
        Area::Loose => text(),
    };
    let shaped = match shape {
        Shape::General => base,
        Shape::Text => base.set_num_format("@"),
        Shape::Quoted => base.set_num_format("@").set_quote_prefix(),
        Shape::Date => base.set_num_format("yyyy-mm-dd"),
        Shape::Time => base.set_num_format("yyyy-mm-dd hh:mm:ss"),
    };
    level.map_or(shaped.clone(), |l| coloured(shaped, l))
}
