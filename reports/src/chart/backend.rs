//! A plotters backend that writes SVG: ten grid units a pixel, true em sizes, real text widths, round joins.
//!
//! The stock backends set Chinese badly and disagree about sizes; this one gives the same picture in a browser, in
//! resvg and in typst. It knows nothing of charts.

use std::convert::Infallible;
use std::fmt::Write;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};

use crate::fonts::Fonts;

/// Grid units a pixel.
pub const GRID: i32 = 10;

/// Failure of a drawing call; this backend has none, plotters itself may.
pub type Fault = DrawingErrorKind<Infallible>;

/// The backend; text goes to `out`.
pub struct SvgBackend<'a> {
    out: &'a mut String,
    size: (u32, u32),
    fonts: &'static Fonts,
    closed: bool,
}

impl<'a> SvgBackend<'a> {
    /// Starts a picture of `size` pixels; `title` and `description` are for readers who cannot see it.
    pub fn new(out: &'a mut String, size: (u32, u32), fonts: &'static Fonts, title: &str, description: &str) -> Self {
        let grid = GRID.unsigned_abs();
        let (w, h) = size;
        out.push_str(&format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="0 0 {} {}" role="img" "#,
                r#"font-family="Noto Sans SC, Source Han Sans SC, Microsoft YaHei, sans-serif" "#,
                r#"stroke-linejoin="round" stroke-linecap="butt"><title>{}</title><desc>{}</desc>"#
            ),
            w,
            h,
            w * grid,
            h * grid,
            escape(title),
            escape(description)
        ));
        out.push('\n');
        Self { out, size: (w * grid, h * grid), fonts, closed: false }
    }

    fn put(&mut self, element: &str) {
        self.out.push_str(element);
        self.out.push('\n');
    }
}

fn colour(c: BackendColor) -> String {
    let (r, g, b) = c.rgb;
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn opacity(c: BackendColor) -> String {
    if c.alpha < 1.0 { format!(r#" opacity="{:.3}""#, c.alpha) } else { String::new() }
}

fn paint<S: BackendStyle>(style: &S, fill: bool) -> String {
    let c = style.color();
    if fill {
        format!(r#"fill="{}"{}"#, colour(c), opacity(c))
    } else {
        format!(r#"fill="none" stroke="{}" stroke-width="{}"{}"#, colour(c), style.stroke_width(), opacity(c))
    }
}

fn points(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut text = String::new();
    for (x, y) in path {
        if !text.is_empty() {
            text.push(' ');
        }
        // Writing to a String cannot fail.
        let _ = write!(text, "{x},{y}");
    }
    text
}

/// Text for SVG: control characters dropped, markup escaped.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}

fn turn(transform: FontTransform) -> i32 {
    match transform {
        FontTransform::None => 0,
        FontTransform::Rotate90 => 90,
        FontTransform::Rotate180 => 180,
        FontTransform::Rotate270 => 270,
    }
}

impl DrawingBackend for SvgBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    fn present(&mut self) -> Result<(), Fault> {
        if !self.closed {
            self.put("</svg>");
            self.closed = true;
        }
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, c: BackendColor) -> Result<(), Fault> {
        self.put(&format!(
            r#"<rect x="{x}" y="{y}" width="{GRID}" height="{GRID}" fill="{}"{}/>"#,
            colour(c),
            opacity(c)
        ));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S) -> Result<(), Fault> {
        if style.color().alpha > 0.0 {
            let p = paint(style, false);
            self.put(&format!(r#"<line x1="{}" y1="{}" x2="{}" y2="{}" {p}/>"#, a.0, a.1, b.0, b.1));
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, s: &S, fill: bool) -> Result<(), Fault> {
        if s.color().alpha > 0.0 {
            let (x0, x1) = (a.0.min(b.0), a.0.max(b.0));
            let (y0, y1) = (a.1.min(b.1), a.1.max(b.1));
            let p = paint(s, fill);
            self.put(&format!(r#"<rect x="{x0}" y="{y0}" width="{}" height="{}" {p}/>"#, x1 - x0, y1 - y0));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        s: &S,
    ) -> Result<(), Fault> {
        if s.color().alpha > 0.0 {
            self.put(&format!(r#"<polyline points="{}" {}/>"#, points(path), paint(s, false)));
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        s: &S,
    ) -> Result<(), Fault> {
        if s.color().alpha > 0.0 {
            self.put(&format!(r#"<polygon fill-rule="evenodd" points="{}" {}/>"#, points(path), paint(s, true)));
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, c: BackendCoord, r: u32, s: &S, fill: bool) -> Result<(), Fault> {
        if s.color().alpha > 0.0 {
            self.put(&format!(r#"<circle cx="{}" cy="{}" r="{r}" {}/>"#, c.0, c.1, paint(s, fill)));
        }
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, s: &T, (x, y): BackendCoord) -> Result<(), Fault> {
        if s.color().alpha <= 0.0 || text.is_empty() {
            return Ok(());
        }
        let anchor = match s.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        // The body of a hanzi reaches from 0.88 em above the baseline to 0.12 em below it.
        let drop = s.size()
            * match s.anchor().v_pos {
                VPos::Top => 0.88,
                VPos::Center => 0.37,
                VPos::Bottom => -0.12,
            };
        let weight = if matches!(s.style(), FontStyle::Bold) { r#" font-weight="700""# } else { "" };
        let turn = match turn(s.transform()) {
            0 => String::new(),
            degrees => format!(r#" transform="rotate({degrees} {x} {y})""#),
        };
        self.put(&format!(
            r#"<text x="{x}" y="{:.1}" font-size="{}" text-anchor="{anchor}" fill="{}"{weight}{}{turn}>{}</text>"#,
            f64::from(y) + drop,
            s.size(),
            colour(s.color()),
            opacity(s.color()),
            escape(text)
        ));
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(&self, text: &str, s: &T) -> Result<(u32, u32), Fault> {
        let width = self.fonts.width(text, matches!(s.style(), FontStyle::Bold)) * s.size();
        Ok((width.ceil() as u32, s.size().ceil() as u32))
    }
}
