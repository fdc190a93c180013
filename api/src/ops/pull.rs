//! Pulls of the configured sources into the inbox. One source that fails stops no other.

use crate::app::App;
use crate::schedule::{History, Times};
use crate::sources::{self, Desk, Mistakes, Pulled, Source, SourceError};
use anyhow::Result;

/// A source and what came of its pull.
#[derive(Debug)]
pub struct Tried {
    /// Name of the source.
    pub source: String,
    /// What it did, or why it failed.
    pub result: Result<Pulled, SourceError>,
}

/// The configured sources.
///
/// # Errors
/// All mistakes of the configuration at once.
pub fn configured(app: &App) -> Result<Vec<Source>, Mistakes> {
    sources::check(&app.config.sources, &app.contracts)
}

/// Where pulls of this warehouse work.
#[must_use]
pub fn desk(app: &App, all: &[Source]) -> Desk {
    Desk {
        contracts: app.contracts.clone(),
        inbox: app.home.join(&app.config.inbox),
        state: History::of(&app.home).file().to_owned(),
        names: all.iter().map(|s| s.name.clone()).collect(),
    }
}

/// Pulls sources one after another.
pub async fn run(app: &App, desk: &Desk, sources: &[&Source], full: bool) -> Vec<Tried> {
    let mut tried = Vec::new();
    for source in sources {
        let result = sources::pull(source, desk, full, app.clock.now()).await;
        if let Err(e) = &result {
            tracing::warn!(source = source.name, "pull failed: {e}");
        }
        tried.push(Tried { source: source.name.clone(), result });
    }
    tried
}

/// The sources whose time has come: those without a time of their own always.
///
/// # Errors
/// When the state cannot be read.
pub fn due<'s>(app: &App, desk: &Desk, all: &'s [Source]) -> Result<Vec<&'s Source>> {
    let mut out = Vec::new();
    for source in all {
        let times = source.schedule.as_deref().map(Times::parse).transpose()?.flatten();
        let is_due = match times {
            None => true,
            Some(times) => times.missed(sources::last_pulled(&source.name, &desk.state)?, app.clock.now()),
        };
        if is_due {
            out.push(source);
        }
    }
    Ok(out)
}
