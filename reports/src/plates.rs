//! Charts as pixels, drawn once for all documents of a pack.

use std::collections::BTreeMap;

use crate::chart::raster;
use crate::error::Result;
use crate::page::Picture;

/// Pixels of a PNG for one pixel of a chart: 208 a inch at the width of a page.
const ZOOM: f32 = 2.0;

/// PNGs of charts, by the path that a figure names.
#[derive(Debug, Default)]
pub struct Plates(BTreeMap<String, Vec<u8>>);

impl Plates {
    /// Draws all pictures.
    ///
    /// # Errors
    /// If a picture cannot be turned into pixels.
    pub fn of(pictures: &[Picture]) -> Result<Self> {
        let draw = |p: &Picture| Ok((p.path.clone(), raster::png(&p.id, &p.svg, ZOOM)?));
        pictures.iter().map(draw).collect::<Result<_>>().map(Self)
    }

    /// The PNG of a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }
}
