//! Where files are made ready and where they are put. A file is written under a name that ingestion passes over,
//! flushed to the disk, and takes its place by one rename: whoever looks sees the old file, or the new one, and never
//! a part.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::error::{Kind, Result, SourceError};

/// Folder of the inbox that holds what sources gave; below it sources, periods and units.
pub const FOLDER: &str = "sources";
/// Folder of the inbox in which files are made ready. Ingestion passes over what begins with a dot.
const STAGING: &str = ".sources";

/// The inbox of one source, held by one pull at a time.
#[derive(Debug)]
pub(super) struct Inbox {
    root: PathBuf,
    source: String,
    /// Unlocked when it is dropped.
    _lock: File,
}

impl Inbox {
    /// Takes the inbox for a source, and clears away what an interrupted pull left.
    ///
    /// # Errors
    /// When another pull of this source is at work, or a folder cannot be made.
    pub fn take(root: &Path, source: &str) -> Result<Self> {
        make_dir(&root.join(STAGING))?;
        let path = root.join(STAGING).join(format!("{source}.lock"));
        let lock = fs::OpenOptions::new().create(true).append(true).open(&path);
        let lock = lock.map_err(|e| SourceError::disk(&path, &e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let what = format!("来源 {source} 正由另一个进程拉取");
                return Err(SourceError::new(Kind::Busy, what, "请等它结束后再试"));
            }
            Err(TryLockError::Error(e)) => return Err(SourceError::disk(&path, &e)),
        }
        let inbox = Self { root: root.to_owned(), source: source.to_owned(), _lock: lock };
        let staging = inbox.staging();
        if staging.exists() {
            fs::remove_dir_all(&staging).map_err(|e| SourceError::disk(&staging, &e))?;
        }
        make_dir(&staging)?;
        Ok(inbox)
    }

    fn staging(&self) -> PathBuf {
        self.root.join(STAGING).join(&self.source)
    }

    /// A place to make the n-th file ready.
    pub fn staged(&self, number: usize) -> PathBuf {
        self.staging().join(format!("{number}.part"))
    }

    /// Where the file of a slot is put. The title may have a stroke, which no file name can.
    pub fn target(&self, title: &str, unit: &str, period: &str) -> PathBuf {
        let file = format!("{}_{unit}_{period}.csv", title.replace(['/', '\\'], ""));
        self.root.join(FOLDER).join(&self.source).join(period).join(unit).join(file)
    }

    /// Puts a file that is on the disk already into its place, over an older one.
    pub fn put(&self, staged: &Path, target: &Path) -> Result<()> {
        let dir = target.parent().unwrap_or(target);
        make_dir(dir)?;
        fs::rename(staged, target).map_err(|e| SourceError::disk(target, &e))?;
        sync_dir(dir).map_err(|e| SourceError::disk(dir, &e))
    }
}

/// Whether two files hold the same bytes; a missing one holds none.
pub(super) fn same_bytes(a: &Path, b: &Path) -> bool {
    let size = |p: &Path| fs::metadata(p).ok().map(|m| m.len());
    size(a).is_some() && size(a) == size(b) && fs::read(a).ok().is_some_and(|a| fs::read(b).is_ok_and(|b| a == b))
}

fn make_dir(dir: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| SourceError::disk(dir, &e))
}

/// A rename is on the disk when its folder is. Elsewhere than on Unix folders cannot be opened.
fn sync_dir(dir: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use suixin_ingest::delivery::{ReceivedTimes, gather};

    use super::*;

    fn taken(root: &Path) -> Vec<String> {
        let now = "2026-01-15T08:00:00".parse().unwrap();
        gather(&[root.to_owned()], &ReceivedTimes::new(), now).unwrap().into_iter().map(|s| s.name).collect()
    }

    #[test]
    fn ingestion_sees_a_file_when_it_is_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let inbox = Inbox::take(dir.path(), "his").unwrap();
        let (staged, target) = (inbox.staged(0), inbox.target("救助事由/项目", "船山区", "202503"));
        fs::write(&staged, "半").unwrap();
        fs::write(staged.with_extension("csv"), "半").unwrap();
        assert!(taken(dir.path()).is_empty());
        assert!(!same_bytes(&staged, &target));
        inbox.put(&staged, &target).unwrap();
        assert_eq!(taken(dir.path()), ["sources/his/202503/船山区/救助事由项目_船山区_202503.csv"]);
    }

    #[test]
    fn one_pull_of_a_source_at_a_time_and_leavings_are_cleared_away() {
        let dir = tempfile::tempdir().unwrap();
        let inbox = Inbox::take(dir.path(), "his").unwrap();
        fs::write(inbox.staged(0), "半").unwrap();
        assert_eq!(Inbox::take(dir.path(), "his").unwrap_err().kind, Kind::Busy);
        Inbox::take(dir.path(), "other").unwrap();
        drop(inbox);
        let again = Inbox::take(dir.path(), "his").unwrap();
        assert!(!again.staged(0).exists());
    }
}
