//! One look for all charts: colours that stay apart in black and white, sizes, and the rule for ink on a coloured cell.

use plotters::style::RGBColor;

/// Text.
pub const INK: RGBColor = RGBColor(0x1f, 0x29, 0x33);
/// Subtitles, axes, sources.
pub const SUB: RGBColor = RGBColor(0x55, 0x60, 0x69);
/// Grid lines and empty cells.
pub const RULE: RGBColor = RGBColor(0xe1, 0xe6, 0xea);
/// What is not in the focus.
pub const GREY: RGBColor = RGBColor(0xb4, 0xbd, 0xc6);
/// The main colour.
pub const BLUE: RGBColor = RGBColor(0x2b, 0x66, 0xa3);
/// The main colour, out of focus.
pub const PALE: RGBColor = RGBColor(0xa0, 0xba, 0xd5);
/// Only for what is bad.
pub const RED: RGBColor = RGBColor(0xb0, 0x2a, 0x2a);
/// What was added.
pub const TEAL: RGBColor = RGBColor(0x2a, 0x8c, 0x82);
/// A third series.
pub const OCHRE: RGBColor = RGBColor(0xd9, 0xa4, 0x41);
/// Paper.
pub const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// Series of a stack, dark to light, so that a copier keeps them apart.
pub const STACK: [RGBColor; 5] = [
    RGBColor(0x1d, 0x4e, 0x89),
    RGBColor(0x5b, 0x96, 0xc9),
    RGBColor(0xa9, 0xc9, 0xe4),
    RGBColor(0xdd, 0xe6, 0xee),
    GREY,
];

const RAMP: [RGBColor; 5] = [
    RGBColor(0xee, 0xf4, 0xfa),
    RGBColor(0xb9, 0xd3, 0xea),
    RGBColor(0x6f, 0xa6, 0xd1),
    RGBColor(0x2b, 0x66, 0xa3),
    RGBColor(0x14, 0x3a, 0x66),
];

/// Sizes in pixels; a chart of 640 pixels fills the 156 mm of a page, so that 1 pixel is 0.69 point.
pub mod size {
    /// The finding.
    pub const TITLE: f64 = 17.0;
    /// Measure, unit and period.
    pub const SUBTITLE: f64 = 12.5;
    /// Names and values.
    pub const LABEL: f64 = 12.5;
    /// Axis labels and values in narrow places.
    pub const SMALL: f64 = 11.0;
    /// Source line.
    pub const FOOT: f64 = 10.0;
}

/// Colour between two, `f` from 0 to 1.
#[must_use]
pub fn mix(a: RGBColor, b: RGBColor, f: f64) -> RGBColor {
    let part = |x: u8, y: u8| (f64::from(x) + (f64::from(y) - f64::from(x)) * f.clamp(0.0, 1.0)).round() as u8;
    RGBColor(part(a.0, b.0), part(a.1, b.1), part(a.2, b.2))
}

/// Sequential colour, light to dark.
#[must_use]
pub fn ramp(f: f64) -> RGBColor {
    let x = if f.is_finite() { f.clamp(0.0, 1.0) * 4.0 } else { 0.0 };
    let i = (x.floor() as usize).min(3);
    mix(RAMP[i], RAMP[i + 1], x - i as f64)
}

/// Ink that can be read on a colour.
#[must_use]
pub fn ink_on(c: RGBColor) -> RGBColor {
    if luminance(c) < 140.0 { PAPER } else { INK }
}

/// Brightness from 0 to 255, as a copier sees it.
#[must_use]
pub fn luminance(c: RGBColor) -> f64 {
    0.2126 * f64::from(c.0) + 0.7152 * f64::from(c.1) + 0.0722 * f64::from(c.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_contrasts_with_every_shade() {
        for i in 0..=100 {
            let shade = ramp(f64::from(i) / 100.0);
            assert!((luminance(shade) - luminance(ink_on(shade))).abs() > 85.0, "{shade:?}");
        }
    }

    #[test]
    fn stacks_differ_in_black_and_white() {
        for pair in STACK[..4].windows(2) {
            assert!((luminance(pair[0]) - luminance(pair[1])).abs() > 25.0, "{pair:?}");
        }
        assert!((luminance(BLUE) - luminance(TEAL)).abs() > 20.0 || luminance(TEAL) > luminance(BLUE));
    }
}
