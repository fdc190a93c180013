//! Drawing in pixels on plotters: a thin, typed layer over `DrawingArea`, so that a chart reads as geometry.

use std::cell::RefCell;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::backend::{GRID, SvgBackend};
use super::text;
use super::theme::{INK, PAPER};
use crate::error::{ReportError, Result};
use crate::fonts::{self, Fonts, SANS};

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left.
    pub x0: f64,
    /// Top.
    pub y0: f64,
    /// Right.
    pub x1: f64,
    /// Bottom.
    pub y1: f64,
}

impl Rect {
    /// Rectangle from its four sides.
    #[must_use]
    pub fn new(x0: f64, y0: f64, x1: f64, y1: f64) -> Self {
        Self { x0, y0, x1, y1 }
    }

    /// Width.
    #[must_use]
    pub fn w(&self) -> f64 {
        self.x1 - self.x0
    }

    /// Height.
    #[must_use]
    pub fn h(&self) -> f64 {
        self.y1 - self.y0
    }

    /// The rectangle without margins (left, top, right, bottom).
    #[must_use]
    pub fn inset(&self, left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self::new(self.x0 + left, self.y0 + top, self.x1 - right, self.y1 - bottom)
    }

    /// Centre.
    #[must_use]
    pub fn centre(&self) -> (f64, f64) {
        ((self.x0 + self.x1) / 2.0, (self.y0 + self.y1) / 2.0)
    }
}

/// How a text is set.
#[derive(Clone, Copy)]
pub struct Type {
    size: f64,
    bold: bool,
    colour: RGBColor,
    h: HPos,
    v: VPos,
}

/// Text of a size, left-aligned, vertically centred, in ink.
#[must_use]
pub fn type_of(size: f64) -> Type {
    Type { size, bold: false, colour: INK, h: HPos::Left, v: VPos::Center }
}

impl Type {
    /// In bold.
    #[must_use]
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// In bold if the condition holds.
    #[must_use]
    pub fn bold_if(self, bold: bool) -> Self {
        Self { bold, ..self }
    }

    /// In a colour.
    #[must_use]
    pub fn colour(self, colour: RGBColor) -> Self {
        Self { colour, ..self }
    }

    /// Ending at the point.
    #[must_use]
    pub fn right(self) -> Self {
        Self { h: HPos::Right, ..self }
    }

    /// Centred on the point.
    #[must_use]
    pub fn centre(self) -> Self {
        Self { h: HPos::Center, ..self }
    }

    /// Hanging from the point.
    #[must_use]
    pub fn top(self) -> Self {
        Self { v: VPos::Top, ..self }
    }

    /// Standing on the point.
    #[must_use]
    pub fn bottom(self) -> Self {
        Self { v: VPos::Bottom, ..self }
    }

    /// Size in pixels.
    #[must_use]
    pub fn size(&self) -> f64 {
        self.size
    }
}

/// Something to draw on.
pub struct Canvas<'s> {
    area: DrawingArea<SvgBackend<'s>, Shift>,
    fonts: &'static Fonts,
    fault: RefCell<Option<String>>,
}

/// Draws a picture of `size` pixels and returns it as SVG.
///
/// # Errors
/// If the fonts cannot be read or plotters refuses an element.
pub fn picture(name: &str, size: (u32, u32), title: &str, alt: &str, draw: impl FnOnce(&Canvas)) -> Result<String> {
    let fonts = fonts::fonts()?;
    let mut svg = String::new();
    let fault = {
        let area = SvgBackend::new(&mut svg, size, fonts, title, alt).into_drawing_area();
        let canvas = Canvas { area, fonts, fault: RefCell::new(None) };
        canvas.note(canvas.area.fill(&PAPER).map_err(|e| e.to_string()));
        draw(&canvas);
        canvas.note(canvas.area.present().map_err(|e| e.to_string()));
        canvas.fault.into_inner()
    };
    match fault {
        Some(reason) => Err(ReportError::Chart { chart: name.to_owned(), reason }),
        None => Ok(svg),
    }
}

fn grid((x, y): (f64, f64)) -> (i32, i32) {
    ((x * f64::from(GRID)).round() as i32, (y * f64::from(GRID)).round() as i32)
}

/// Whether a rectangle is a line or a point: SVG readers complain of those.
fn is_flat([a, b]: [(i32, i32); 2]) -> bool {
    a.0 == b.0 || a.1 == b.1
}

fn line_style(colour: RGBColor, width: f64) -> ShapeStyle {
    colour.stroke_width((width * f64::from(GRID)).round() as u32)
}

impl Canvas<'_> {
    fn note(&self, result: std::result::Result<(), String>) {
        if let Err(reason) = result {
            self.fault.borrow_mut().get_or_insert(reason);
        }
    }

    /// Width of a text.
    #[must_use]
    pub fn width(&self, s: &str, t: Type) -> f64 {
        text::width(self.fonts, s, t.size, t.bold)
    }

    /// Greatest width of some texts; 0 if there is none.
    #[must_use]
    pub fn widest<'t>(&self, texts: impl IntoIterator<Item = &'t str>, t: Type) -> f64 {
        texts.into_iter().map(|s| self.width(s, t)).fold(0.0, f64::max)
    }

    /// The text, shortened to a width.
    #[must_use]
    pub fn fit(&self, s: &str, t: Type, room: f64) -> String {
        text::fit(self.fonts, s, t.size, t.bold, room)
    }

    /// The text in lines of a width.
    #[must_use]
    pub fn wrap(&self, s: &str, t: Type, room: f64, most: usize) -> Vec<String> {
        text::wrap(self.fonts, s, t.size, t.bold, room, most)
    }

    /// The text in lines of a width, then a remark that is never split: on the last line if there is room, else on its own.
    #[must_use]
    pub fn wrap_with(&self, s: &str, remark: &str, t: Type, room: f64, most: usize) -> Vec<String> {
        let mut lines = self.wrap(s, t, room, most);
        match lines.last_mut() {
            Some(last) if self.width(&format!("{last}  {remark}"), t) <= room => *last = format!("{last}  {remark}"),
            _ => lines.push(remark.to_owned()),
        }
        lines
    }

    /// The text in lines of about equal length.
    #[must_use]
    pub fn balance(&self, s: &str, t: Type, room: f64, most: usize) -> Vec<String> {
        text::balance(self.fonts, s, t.size, t.bold, room, most)
    }

    /// Text at a point.
    pub fn text(&self, s: &str, x: f64, y: f64, t: Type) {
        let weight = if t.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::Name(SANS), t.size * f64::from(GRID), weight);
        let style = TextStyle::from(font).color(&t.colour).pos(Pos::new(t.h, t.v));
        self.note(self.area.draw(&Text::new(s.to_owned(), grid((x, y)), style)).map_err(|e| e.to_string()));
    }

    /// Lines of text one below the other, the block centred on `y` (or hanging from it, for `top`).
    pub fn lines(&self, lines: &[String], x: f64, y: f64, t: Type) {
        let pitch = t.size * 1.22;
        let first = match t.v {
            VPos::Top => y,
            VPos::Center => y - pitch * (lines.len() as f64 - 1.0) / 2.0,
            VPos::Bottom => y - pitch * (lines.len() as f64 - 1.0),
        };
        for (i, line) in lines.iter().enumerate() {
            self.text(line, x, first + pitch * i as f64, t);
        }
    }

    /// Filled rectangle; nothing if it has no area.
    pub fn fill(&self, r: Rect, colour: RGBColor) {
        let corners = [grid((r.x0, r.y0)), grid((r.x1, r.y1))];
        if is_flat(corners) {
            return;
        }
        self.note(self.area.draw(&Rectangle::new(corners, colour.filled())).map_err(|e| e.to_string()));
    }

    /// Outline of a rectangle; nothing if it has no area.
    pub fn frame(&self, r: Rect, colour: RGBColor, width: f64) {
        let corners = [grid((r.x0, r.y0)), grid((r.x1, r.y1))];
        if is_flat(corners) {
            return;
        }
        self.note(self.area.draw(&Rectangle::new(corners, line_style(colour, width))).map_err(|e| e.to_string()));
    }

    /// Diagonal strokes inside a rectangle, `gap` pixels apart: the texture of what was taken away.
    pub fn hatch(&self, r: Rect, colour: RGBColor, gap: f64) {
        let (w, h) = (r.w(), r.h());
        if w <= 0.0 || h <= 0.0 {
            return;
        }
        let mut offset = gap / 2.0;
        while offset < w + h {
            let from = if offset <= h { (r.x0, r.y0 + offset) } else { (r.x0 + offset - h, r.y1) };
            let to = if offset <= w { (r.x0 + offset, r.y0) } else { (r.x1, r.y0 + offset - w) };
            self.line(&[from, to], colour, 0.8);
            offset += gap;
        }
    }

    /// Rectangle of strokes on paper: what is bad or was taken away, also in black and white.
    pub fn hatched(&self, r: Rect, colour: RGBColor) {
        self.fill(r, PAPER);
        self.hatch(r, colour, 4.0);
        self.frame(r, colour, 0.8);
    }

    /// Line through points.
    pub fn line(&self, points: &[(f64, f64)], colour: RGBColor, width: f64) {
        let path: Vec<_> = points.iter().copied().map(grid).collect();
        self.note(self.area.draw(&PathElement::new(path, line_style(colour, width))).map_err(|e| e.to_string()));
    }

    /// Dashed line between two points.
    pub fn dashes(&self, a: (f64, f64), b: (f64, f64), colour: RGBColor, width: f64) {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = dx.hypot(dy);
        let at = |d: f64| (a.0 + dx * d / length, a.1 + dy * d / length);
        let mut done = 0.0;
        while done < length {
            self.line(&[at(done), at((done + 4.0).min(length))], colour, width);
            done += 7.0;
        }
    }

    /// Filled polygon.
    pub fn area(&self, points: &[(f64, f64)], colour: RGBColor) {
        let path: Vec<_> = points.iter().copied().map(grid).collect();
        self.note(self.area.draw(&Polygon::new(path, colour.filled())).map_err(|e| e.to_string()));
    }

    /// Filled polygon that lets what is under it through.
    pub fn veil(&self, points: &[(f64, f64)], colour: RGBColor, opacity: f64) {
        let path: Vec<_> = points.iter().copied().map(grid).collect();
        self.note(self.area.draw(&Polygon::new(path, colour.mix(opacity))).map_err(|e| e.to_string()));
    }

    /// Filled circle.
    pub fn dot(&self, x: f64, y: f64, radius: f64, colour: RGBColor) {
        let r = (radius * f64::from(GRID)).round() as u32;
        self.note(self.area.draw(&Circle::new(grid((x, y)), r, colour.filled())).map_err(|e| e.to_string()));
    }

    /// Outline of a circle.
    pub fn ring(&self, x: f64, y: f64, radius: f64, colour: RGBColor, width: f64) {
        let r = (radius * f64::from(GRID)).round() as u32;
        self.note(self.area.draw(&Circle::new(grid((x, y)), r, line_style(colour, width))).map_err(|e| e.to_string()));
    }

    /// A cell without a value: grey with a stroke through it, never a zero.
    pub fn blank(&self, r: Rect) {
        self.fill(r, super::theme::RULE);
        self.line(&[(r.x0, r.y1), (r.x1, r.y0)], super::theme::GREY, 1.0);
    }
}
