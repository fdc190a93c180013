//! Pulls of the configured sources into the inbox. One source that fails stops no other.

use anyhow::Result;
use suixin_ingest::contract::Contracts;

use crate::app::App;
use crate::schedule::{History, Times};
use crate::sources::{self, Desk, Mistake, Mistakes, Pulled, RawSources, Source, SourceError};

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
    checked(&app.config.sources, &app.contracts)
}

/// Sources as checked, their times included.
///
/// # Errors
/// All mistakes of the configuration at once.
pub fn checked(raw: &RawSources, contracts: &Contracts) -> Result<Vec<Source>, Mistakes> {
    let sources = sources::check(raw, contracts)?;
    let wrong: Vec<Mistake> = sources.iter().filter_map(schedule_mistake).collect();
    if wrong.is_empty() { Ok(sources) } else { Err(Mistakes(wrong)) }
}

fn schedule_mistake(source: &Source) -> Option<Mistake> {
    let what = Times::parse(source.schedule.as_deref()?).err()?.to_string();
    let remedy = "改好或删去：不写就跟着接收报表的任务".to_owned();
    Some(Mistake { source: format!("“{}”", source.name), key: "schedule".to_owned(), what, remedy })
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
