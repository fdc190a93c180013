//! `suixin explain`: how a score came about.

use anyhow::Result;

use super::Exit;
use crate::cli::{Explain, Global};
use crate::ops::basis;

pub(super) async fn run(global: &Global, args: &Explain) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let snapshot = app.warehouse.snapshot().await?;
    let indicator = args.indicator.as_deref().map(str::to_ascii_uppercase);
    let as_of = basis::as_of(&snapshot, app.clock, year).await?;
    let (defs, subject) = (&app.definitions, &args.subject);
    let found = suixin_metrics::explain(&snapshot, defs, subject, indicator.as_deref(), year, as_of).await?;
    if global.json {
        global.out().json(&found)?;
    } else {
        global.out().line(found.to_string())?;
    }
    Ok(Exit::Fine)
}
