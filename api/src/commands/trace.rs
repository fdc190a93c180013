//! `suixin trace`: from a printed number to rows, files, sheets and cells.

use anyhow::Result;
use suixin_metrics::Depth;

use super::Exit;
use crate::cli::{Global, Trace};
use crate::ops::{basis, place};

pub(super) async fn run(global: &Global, args: &Trace) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let snapshot = app.warehouse.snapshot().await?;
    let as_of = basis::as_of(&snapshot, app.clock, year).await?;
    let found = suixin_metrics::trace(&snapshot, &app.definitions, &args.figure, year, as_of, Depth::Rows).await?;
    if global.json {
        global.out().json(&found)?;
    } else {
        global.out().line(place::text(&app, &found))?;
    }
    Ok(Exit::Fine)
}
