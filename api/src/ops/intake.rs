//! Taking returns in: gather, check, land, and keep the list of what was due.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use suixin_ingest::checked::{CheckedFile, Issue, Level};
use suixin_ingest::delivery::{self, CheckedStream, ReceivedTimes};
use suixin_ingest::period::Period;
use suixin_warehouse::Landing;

use crate::app::App;
use crate::ops::{Progress, expected};
use crate::schedule::{History, SeenFile};

/// What to take in.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// Folders and files.
    pub paths: Vec<PathBuf>,
    /// Of their files only these.
    pub only: Option<BTreeSet<PathBuf>>,
    /// List of times of receipt, for returns that arrived before the warehouse did.
    pub received: Option<PathBuf>,
    /// List of what was due, instead of the calendar.
    pub expected: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// Files looked at.
    pub files: usize,
    /// Where each of them lies, by its name in the delivery.
    pub paths: BTreeMap<String, PathBuf>,
    /// What the warehouse made of them.
    pub landing: Landing,
}

impl Outcome {
    /// Number of mistakes that keep something out.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.issues(Level::Error).count()
    }

    /// What is remembered of a file of the delivery: of one that was refused its mistakes.
    ///
    /// # Errors
    /// When they cannot be written as JSON.
    pub fn seen(&self, sha256: &str, name: &str) -> Result<SeenFile> {
        let refused = self.landing.files.iter().any(|f| f.refused && f.file == name);
        let issues: Vec<_> = self.landing.issues.iter().filter(|i| refused && i.file == name).collect();
        let issues = serde_json::to_string(&issues)?;
        Ok(SeenFile { sha256: sha256.to_owned(), name: name.to_owned(), refused, issues })
    }

    /// Issues of a level.
    pub fn issues(&self, level: Level) -> impl Iterator<Item = &Issue> {
        self.landing.issues.iter().filter(move |i| i.level == level)
    }
}

/// Takes a delivery in: everything becomes visible at once, or nothing does. Only a few files are in memory at a time.
///
/// # Errors
/// When a path or list cannot be read or the warehouse cannot be written; mistakes in returns are no errors here.
pub async fn run(app: &App, intake: &Intake, progress: Progress<'_>) -> Result<Outcome> {
    let (paths, stream) = stream(app, intake)?;
    let total = paths.len() as u64;
    if let Some(list) = &intake.expected {
        expected::load(app, list).await?;
    }
    let mut landing = app.warehouse.intake();
    let mut arrived = BTreeSet::new();
    for (done, file) in (1_u64..).zip(stream) {
        arrived.extend(file.tables.iter().filter_map(|t| Some((t.form.clone(), t.period.parse::<Period>().ok()?))));
        landing.add(file).context("入库失败，仓库保持原样")?;
        progress("读取和校验报表", done, total);
    }
    let tell = |stage: &str, done: u64, total: u64| progress(stage, done, total);
    let landing = landing.close(app.clock.now(), &tell).await.context("入库失败，仓库保持原样")?;
    if intake.expected.is_none() && landing.changed {
        expected::ensure(app, &arrived).await?;
    }
    let outcome = Outcome { files: paths.len(), paths, landing };
    // Of what was sent back whole the warehouse holds nothing; the history does.
    let refused = outcome.landing.files.iter().filter(|f| f.refused);
    let refused: Vec<SeenFile> = refused.map(|f| outcome.seen(&f.sha256, &f.file)).collect::<Result<_>>()?;
    History::of(&app.home).remember(&refused, app.clock.now())?;
    Ok(outcome)
}

/// Reads and checks the files without landing them; all of them are in memory afterwards.
///
/// # Errors
/// When a path or list cannot be read.
pub fn check(app: &App, intake: &Intake, progress: Progress<'_>) -> Result<Vec<CheckedFile>> {
    let (paths, stream) = stream(app, intake)?;
    let total = paths.len() as u64;
    Ok((1..).zip(stream).map(|(done, file)| (progress("读取和校验报表", done, total), file).1).collect())
}

fn stream(app: &App, intake: &Intake) -> Result<(BTreeMap<String, PathBuf>, CheckedStream)> {
    let received = intake.received.as_deref().map_or_else(|| Ok(ReceivedTimes::new()), delivery::read_received)?;
    let mut sources = delivery::gather(&intake.paths, &received, app.clock.now())?;
    sources.retain(|s| intake.only.as_ref().is_none_or(|only| only.contains(&s.path)));
    let paths = sources.iter().map(|s| (s.name.clone(), s.path.clone())).collect();
    Ok((paths, CheckedStream::start(Arc::new(app.checker()), sources)))
}
