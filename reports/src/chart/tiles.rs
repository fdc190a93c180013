//! Tile map of the units: each a square at about its place on the map. It needs no boundaries and shows the parks too.

use super::canvas::{Canvas, Rect, type_of};
use super::feed::Feed;
use super::scale::extent;
use super::theme::{ink_on, ramp, size};
use crate::error::Result;

/// Draws the chart; roles: `label`, `value`, optional `role` (a word under the value), `tiles` (name → column, row).
///
/// # Errors
/// If a column is missing.
pub fn draw(canvas: &Canvas, area: Rect, feed: &Feed) -> Result<()> {
    let items = feed.items()?;
    let role = feed.spec.role.as_ref().map(|c| feed.table.column(c)).transpose()?;
    let places: Vec<[u32; 2]> = items
        .iter()
        .enumerate()
        .map(|(i, item)| feed.spec.tiles.get(&item.name).copied().unwrap_or([i as u32 % 4, 10 + i as u32 / 4]))
        .collect();
    let places = packed(&places);
    let across = places.iter().map(|p| p[0] + 1).max().unwrap_or(1);
    let down = places.iter().map(|p| p[1] + 1).max().unwrap_or(1);
    let side = (area.w() / f64::from(across)).min(area.h() / f64::from(down) * 1.55);
    let tall = (area.h() / f64::from(down)).min(side);
    let left = area.x0 + (area.w() - side * f64::from(across)) / 2.0;
    let (low, high) = extent(items.iter().filter_map(|i| i.value)).unwrap_or((0.0, 1.0));
    for (r, (item, place)) in items.iter().zip(&places).enumerate() {
        let (x, y) = (left + side * f64::from(place[0]), area.y0 + tall * f64::from(place[1]));
        let tile = Rect::new(x + 2.0, y + 2.0, x + side - 2.0, y + tall - 2.0);
        let Some(value) = item.value else {
            canvas.blank(tile);
            canvas.text(&item.name, tile.centre().0, tile.centre().1, type_of(size::LABEL).centre());
            continue;
        };
        let colour = ramp(if high > low { 0.08 + 0.87 * (value - low) / (high - low) } else { 0.5 });
        canvas.fill(tile, colour);
        let ink = ink_on(colour);
        let (cx, cy) = tile.centre();
        // Three lines share the height of the tile, however low it is.
        let line = (tile.h() * 0.3).min(19.0);
        let type_ = |wanted: f64| type_of(wanted.min(line * 0.95)).centre().colour(ink);
        let name = type_(size::LABEL);
        canvas.text(&canvas.fit(&item.name, name, tile.w() - 4.0), cx, cy - line, name);
        canvas.text(&item.text, cx, cy, type_(size::TITLE).bold());
        if let Some(c) = role {
            canvas.text(&feed.name(r, c), cx, cy + line, type_(size::SMALL));
        }
    }
    Ok(())
}

/// Places without empty rows, for units that the outline does not place.
fn packed(places: &[[u32; 2]]) -> Vec<[u32; 2]> {
    let mut rows: Vec<u32> = places.iter().map(|p| p[1]).collect();
    rows.sort_unstable();
    rows.dedup();
    places.iter().map(|p| [p[0], rows.iter().position(|r| *r == p[1]).unwrap_or(0) as u32]).collect()
}
