//! Pixels from SVG by resvg, with the embedded fonts only.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::error::{ReportError, Result};
use crate::fonts::{self, SANS};

static FACES: OnceLock<Arc<fontdb::Database>> = OnceLock::new();

fn faces() -> Result<Arc<fontdb::Database>> {
    if let Some(found) = FACES.get() {
        return Ok(Arc::clone(found));
    }
    let mut database = fontdb::Database::new();
    for (_, bytes) in fonts::fonts()?.faces() {
        database.load_font_source(fontdb::Source::Binary(Arc::new(*bytes)));
    }
    Ok(Arc::clone(FACES.get_or_init(|| Arc::new(database))))
}

/// PNG of a chart, `zoom` times its size in pixels.
///
/// # Errors
/// If the SVG cannot be read or the picture is too large for memory.
pub fn png(name: &str, svg: &str, zoom: f32) -> Result<Vec<u8>> {
    let fail = |reason: String| ReportError::Chart { chart: name.to_owned(), reason };
    let options = Options { fontdb: faces()?, font_family: SANS.to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|e| fail(e.to_string()))?;
    let size = tree.size();
    let pixels = |length: f32| (length * zoom).ceil() as u32;
    let mut map = Pixmap::new(pixels(size.width()), pixels(size.height()))
        .ok_or_else(|| fail("picture without size".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(zoom, zoom), &mut map.as_mut());
    map.encode_png().map_err(|e| fail(e.to_string()))
}
