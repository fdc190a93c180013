//! `suixin explain`: how a score came about.

use anyhow::Result;
use chrono::NaiveDate;
use suixin_metrics::Explanation;

use super::Exit;
use crate::app::App;
use crate::cli::{Explain, Global};
use crate::ops::basis;

pub(super) async fn run(global: &Global, args: &Explain) -> Result<Exit> {
    let app = global.open().await?;
    let year = args.period.year(app.clock);
    let snapshot = app.warehouse.snapshot().await?;
    let indicator = args.indicator.as_deref().map(str::to_ascii_uppercase);
    let as_of = basis::as_of(&snapshot, app.clock, year).await?;
    let (defs, subject) = (&app.definitions, &args.subject);
    let asked = (subject.as_str(), indicator.as_deref());
    let found = explained(&app, asked, year, as_of).await?;
    let changes = match args.since {
        Some(since) => suixin_metrics::changes_since(&app.warehouse, defs, asked, (since, year), as_of).await?,
        None => Vec::new(),
    };
    if global.json {
        let mut value = serde_json::to_value(&found)?;
        if args.since.is_some() {
            value["changes"] = serde_json::to_value(&changes)?;
        }
        global.out().json(&value)?;
    } else {
        global.out().line(found.to_string())?;
        changes.iter().try_for_each(|c| global.out().line(c.to_string()))?;
    }
    Ok(Exit::Fine)
}

/// Published scores as they were published, the others from the newest data.
async fn explained(app: &App, asked: (&str, Option<&str>), year: i32, as_of: NaiveDate) -> Result<Explanation> {
    let (snapshot, defs) = (app.warehouse.snapshot().await?, &app.definitions);
    let mut found = suixin_metrics::explain(&snapshot, defs, asked.0, asked.1, year, as_of).await?;
    let published = suixin_metrics::publications(&snapshot, Some(year)).await?;
    let scores = suixin_metrics::explain_published(&app.warehouse, defs, &published, asked.0, asked.1).await?;
    found.scores.splice(0..0, scores);
    Ok(found)
}
