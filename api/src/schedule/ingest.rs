//! Fetches from the sources whose time has come, and takes in the inbox. A source that fails stops neither the others nor
//! the inbox; the cause stands in the history. A file that changed a moment ago may still be on its way and waits for the next run; a file whose
//! bytes were looked at under its name before is left alone, so nothing has to be moved or renamed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow};
use sha2::{Digest, Sha256};
use suixin_ingest::delivery::{self, ReceivedTimes};
use suixin_ingest::read::{archive_of, read_bytes_of};

use super::Done;
use super::history::{History, SeenFile};
use crate::app::App;
use crate::ops::intake::{self, Intake};
use crate::ops::pull::{self, Tried};
use crate::sources;

/// How long a file must have been left alone.
const QUIET: Duration = Duration::from_secs(30);

struct Candidate {
    path: PathBuf,
    name: String,
    sha256: String,
}

/// Fetches what is due from the sources and takes in what is new in the inbox.
///
/// # Errors
/// When the inbox cannot be read or the warehouse cannot be written, and when a source failed while the inbox brought
/// nothing new; mistakes in returns are no errors.
pub(super) async fn run(app: &App) -> Result<Done> {
    let pulled = pull_due(app).await;
    together(pulled, take_in(app).await)
}

/// What the sources brought, for the history.
#[derive(Debug, Default, PartialEq, Eq)]
struct Fetched {
    lines: Vec<String>,
    failed: bool,
}

async fn pull_due(app: &App) -> Fetched {
    let pull = async {
        let all = pull::configured(app)?;
        let desk = pull::desk(app, &all);
        let due = pull::due(app, &desk, &all)?;
        anyhow::Ok(pull::run(app, &desk, &due, false).await)
    };
    match pull.await {
        Ok(tried) => fetched(&tried),
        Err(e) => Fetched { lines: vec![format!("没有拉取：{e:#}")], failed: true },
    }
}

fn fetched(tried: &[Tried]) -> Fetched {
    let placed: usize = tried.iter().filter_map(|t| t.result.as_ref().ok()).map(sources::Pulled::placed).sum();
    let failed = tried.iter().filter_map(|t| Some(format!("来源 {} 失败：{}", t.source, t.result.as_ref().err()?)));
    let good = (placed > 0).then(|| format!("从来源取得 {placed} 份"));
    let failures: Vec<String> = failed.collect();
    Fetched { failed: !failures.is_empty(), lines: good.into_iter().chain(failures).collect() }
}

/// One message for the history. A run in which a source failed and nothing else happened has failed.
fn together(fetched: Fetched, taken: Result<Done>) -> Result<Done> {
    let before = fetched.lines.join("；");
    let mut done = match taken {
        Ok(done) => done,
        Err(e) if before.is_empty() => return Err(e),
        Err(e) => return Err(e.context(before)),
    };
    if fetched.failed && !done.changed {
        return Err(anyhow!(before));
    }
    if !before.is_empty() {
        done.message = format!("{before}；{}", done.message);
    }
    Ok(done)
}

async fn take_in(app: &App) -> Result<Done> {
    let inbox = app.home.join(&app.config.inbox);
    if !inbox.is_dir() {
        return Ok(Done::idle("没有接收文件夹"));
    }
    let (files, waiting) = settled_files(app, &inbox, SystemTime::now())?;
    let new = unknown(app, files).await?;
    if new.is_empty() {
        return Ok(Done::idle(if waiting == 0 {
            "没有新文件".to_owned()
        } else {
            format!("有 {waiting} 个文件刚有改动，下次再收")
        }));
    }
    let only = Some(new.iter().map(|c| c.path.clone()).collect());
    let intake = Intake { paths: vec![inbox], only, ..Intake::default() };
    let outcome = intake::run(app, &intake, &|_, _, _| {}).await?;
    let seen: Vec<SeenFile> = new.iter().map(|c| outcome.seen(&c.sha256, &c.name)).collect::<Result<_>>()?;
    let refused = seen.iter().filter(|f| f.refused).count();
    History::of(&app.home).remember(&seen, app.clock.now())?;
    Ok(Done::changed(format!("接收 {} 个文件，其中退回 {refused} 个；查出错误 {} 处", outcome.files, outcome.errors())))
}

/// The returns in the inbox that nobody is writing any more, and how many still wait.
fn settled_files(app: &App, inbox: &Path, now: SystemTime) -> Result<(Vec<Candidate>, usize)> {
    let sources = delivery::gather(&[inbox.to_owned()], &ReceivedTimes::new(), app.clock.now())?;
    let (mut files, mut waiting) = (Vec::new(), 0);
    for source in sources {
        let read = || format!("读不了 {}", source.path.display());
        let on_disk = archive_of(&source.path).unwrap_or_else(|| source.path.clone());
        let modified = std::fs::metadata(&on_disk).and_then(|m| m.modified()).with_context(read)?;
        // A pull puts whole files only into its folder.
        let is_pulled = source.name.split('/').next() == Some(sources::FOLDER);
        if is_pulled || is_settled(modified, now) {
            let sha256 = hex::encode(Sha256::digest(read_bytes_of(&source.path).with_context(read)?));
            files.push(Candidate { path: source.path, name: source.name, sha256 });
        } else {
            waiting += 1;
        }
    }
    Ok((files, waiting))
}

/// A file dated in the future by a wrong clock would wait for ever: it counts as settled.
fn is_settled(modified: SystemTime, now: SystemTime) -> bool {
    now.duration_since(modified).map_or(true, |age| age >= QUIET)
}

/// Those that neither the warehouse nor an earlier run knows.
async fn unknown(app: &App, files: Vec<Candidate>) -> Result<Vec<Candidate>> {
    let snapshot = app.warehouse.snapshot().await?;
    let rows = snapshot.query("SELECT DISTINCT file_sha256, file_name FROM submission_file").await?.rows;
    let known: BTreeSet<(String, String)> = rows.iter().map(|r| (r[0].to_string(), r[1].to_string())).collect();
    let identities: Vec<(String, String)> = files.iter().map(|f| (f.sha256.clone(), f.name.clone())).collect();
    let unseen = History::of(&app.home).unseen(&identities)?;
    let new = files.into_iter().zip(identities).zip(unseen);
    Ok(new.filter(|((_, identity), unseen)| *unseen && !known.contains(identity)).map(|((file, _), _)| file).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_fails_is_told_and_stops_nothing() {
        let failed = || Fetched { lines: vec!["来源 his 失败：连不上".to_owned()], failed: true };
        let taken = together(failed(), Ok(Done::changed("接收 1 个文件"))).unwrap();
        assert!(taken.changed);
        assert_eq!(taken.message, "来源 his 失败：连不上；接收 1 个文件");
        assert_eq!(together(failed(), Ok(Done::idle("没有新文件"))).unwrap_err().to_string(), "来源 his 失败：连不上");
        let both = together(failed(), Err(anyhow!("磁盘已满"))).unwrap_err();
        assert_eq!(format!("{both:#}"), "来源 his 失败：连不上: 磁盘已满");
        assert_eq!(together(Fetched::default(), Ok(Done::idle("没有新文件"))).unwrap().message, "没有新文件");
    }

    #[test]
    fn a_file_waits_until_nobody_writes_it() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        assert!(!is_settled(now, now));
        assert!(!is_settled(now - Duration::from_secs(29), now));
        assert!(is_settled(now - Duration::from_secs(30), now));
        assert!(is_settled(now + Duration::from_secs(3_600), now), "dated in the future");
    }
}
