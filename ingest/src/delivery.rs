//! A delivery: the files of a folder (or single files), with the times at which they were received, read in parallel.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};

use chrono::NaiveDateTime;

use crate::check::{Checker, Source};
use crate::checked::CheckedFile;
use crate::read::{self, causes::of_csv};
use crate::system::in_words;

/// Endings of files that are looked at; others in a folder are left alone.
const ENDINGS: [&str; 11] = ["xlsx", "xlsm", "xls", "csv", "tsv", "txt", "json", "ndjson", "parquet", "et", "zip"];
/// Lists that lie beside returns and are none.
const LISTS: [&str; 6] =
    ["manifest.csv", "oracle_report.json", "planted_risks.csv", "world.json", "templates.csv", "expected_rejects.csv"];

/// Why a delivery cannot be gathered.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// A path does not exist or cannot be read.
    #[error("读不了 {}：{}", path.display(), in_words(source))]
    Io {
        /// The path.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A link leads back to a folder above it.
    #[error("文件夹 {} 是指回上级 {} 的链接，这样读下去没有尽头；请删除这个链接后重试", path.display(), to.display())]
    Loop {
        /// The link.
        path: PathBuf,
        /// The folder above.
        to: PathBuf,
    },
    /// A link leads out of the folder that is taken in.
    #[error(
        "{} 是指向文件夹以外（{}）的链接，没有读；请把文件本身放进文件夹，或者直接接收链接所指的位置",
        path.display(),
        to.display()
    )]
    Outside {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        to: PathBuf,
    },
    /// The list of received times is faulty.
    #[error("到达时间清单 {path} 第 {line} 行有误：{message}")]
    Received {
        /// The list.
        path: PathBuf,
        /// Line from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
}

/// When files were received: file → form code (or empty) → time.
pub type ReceivedTimes = BTreeMap<String, BTreeMap<String, NaiveDateTime>>;

/// Reads a CSV with `file` and `received_ts`, and `template_code` where the forms of a file were received at different times;
/// of several times for a form the earliest counts.
///
/// # Errors
/// When the file cannot be read, a column is missing or a time is no time.
pub fn read_received(path: &Path) -> Result<ReceivedTimes, DeliveryError> {
    let bad = |line, message: String| DeliveryError::Received { path: path.to_owned(), line, message };
    let mut reader = csv::Reader::from_path(path).map_err(|e| bad(0, of_csv(e)))?;
    let headers = reader.headers().map_err(|e| bad(1, of_csv(e)))?.clone();
    let at = |name: &str| headers.iter().position(|h| h.trim_start_matches('\u{feff}') == name);
    let form = at("template_code");
    let (Some(file), Some(ts)) = (at("file"), at("received_ts")) else {
        return Err(bad(1, "缺少 file 或 received_ts 列".to_owned()));
    };
    let mut out = ReceivedTimes::new();
    for record in reader.records() {
        let record = record.map_err(|e| bad(e.position().map_or(0, csv::Position::line), of_csv(e)))?;
        let line = record.position().map_or(0, csv::Position::line);
        let text = record.get(ts).unwrap_or_default();
        let time = crate::normalise::parse_timestamp(&crate::read::Cell::Text(text.to_owned()))
            .map_err(|_| bad(line, format!("“{text}”不是时间，应写成 2025-01-09 09:54:00")))?;
        let name = record.get(file).unwrap_or_default().replace('\\', "/");
        let code = form.and_then(|i| record.get(i)).unwrap_or_default().to_owned();
        out.entry(name).or_default().entry(code).and_modify(|t| *t = time.min(*t)).or_insert(time);
    }
    Ok(out)
}

/// Gathers the files under the given paths, in the order in which they count: by time of receipt, corrections after what
/// they correct, then by name.
///
/// # Errors
/// When a path cannot be read.
pub fn gather(paths: &[PathBuf], received: &ReceivedTimes, now: NaiveDateTime) -> Result<Vec<Source>, DeliveryError> {
    let mut out = Vec::new();
    for path in paths {
        let io = |source| DeliveryError::Io { path: path.clone(), source };
        let meta = std::fs::metadata(path).map_err(io)?;
        if meta.is_dir() {
            walk(path, path, &mut Vec::new(), &mut out)?;
        } else {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            out.push((hint_of(path), name, path.clone()));
        }
    }
    let out = out.into_iter().flat_map(|(hint, name, path)| unpacked(hint, name, path)).collect::<Vec<_>>();
    let source = |(hint, name, path): (String, String, PathBuf)| {
        // A list made for the whole folder also serves a single file of it.
        let of_archive = || name.split_once(".zip/").and_then(|(archive, _)| received.get(&format!("{archive}.zip")));
        let forms = received.get(&name).or_else(|| received.get(&hint)).or_else(of_archive);
        let forms = forms.cloned().unwrap_or_default();
        let time = forms.values().min().copied().unwrap_or(now);
        let received_forms = forms.into_iter().filter(|(form, t)| !form.is_empty() && *t != time).collect();
        Source { name, hint, path, received: time, received_forms }
    };
    let mut sources: Vec<Source> = out.into_iter().map(source).collect();
    sources.sort_by(|a, b| {
        (a.received, a.name.contains("更正"), &a.name).cmp(&(b.received, b.name.contains("更正"), &b.name))
    });
    Ok(sources)
}

/// A zip is a folder: its files, each with a path that goes on behind the archive. An archive that cannot be listed, or
/// that holds no return, is a file itself, so that checking says what is wrong with it.
fn unpacked(hint: String, name: String, path: PathBuf) -> Vec<(String, String, PathBuf)> {
    let is_zip = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
    let inside = if is_zip { read::files_in(&path).ok().flatten().unwrap_or_default() } else { Vec::new() };
    let is_sent = |inner: &&String| {
        let file = inner.rsplit('/').next().unwrap_or(inner);
        !file.starts_with(['.', '~']) && !inner.starts_with("__MACOSX/") && is_return(Path::new(file), file, false)
    };
    // An archive may bear the name of the unit or the period, as a folder does.
    let folder = hint.get(..hint.len().saturating_sub(4)).unwrap_or(&hint);
    let member = |inner: &String| (format!("{folder}/{inner}"), format!("{name}/{inner}"), path.join(inner));
    let members: Vec<_> = inside.iter().filter(is_sent).map(member).collect();
    if members.is_empty() { vec![(hint, name, path)] } else { members }
}

/// A single file with the two folders above it, which may name the period and the unit.
fn hint_of(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let parts: Vec<String> = absolute.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    parts[parts.len().saturating_sub(3)..].join("/")
}

/// Collects the files of a folder; `above` are the real paths of the folders that it lies in.
fn walk(
    root: &Path,
    dir: &Path,
    above: &mut Vec<PathBuf>,
    out: &mut Vec<(String, String, PathBuf)>,
) -> Result<(), DeliveryError> {
    let io = |source| DeliveryError::Io { path: dir.to_owned(), source };
    let real = dir.canonicalize().map_err(io)?;
    if above.contains(&real) {
        return Err(DeliveryError::Loop { path: dir.to_owned(), to: real });
    }
    above.push(real);
    for entry in std::fs::read_dir(dir).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(['.', '~']) {
            continue;
        }
        stays_inside(&path, above)?;
        if path.is_dir() {
            // The tables of a synthetic world as they must stand in the end are answers and no returns.
            if dir == root && name == "truth" {
                continue;
            }
            walk(root, &path, above, out)?;
        } else if is_return(&path, &name, dir == root) {
            let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            out.push((relative.clone(), relative, path));
        }
    }
    above.pop();
    Ok(())
}

/// Whoever may put files into the folder must not have others read that way.
fn stays_inside(path: &Path, above: &[PathBuf]) -> Result<(), DeliveryError> {
    let io = |source| DeliveryError::Io { path: path.to_owned(), source };
    let is_link = std::fs::symlink_metadata(path).map_err(io)?.is_symlink();
    let Some(root) = above.first().filter(|_| is_link) else { return Ok(()) };
    let to = path.canonicalize().map_err(io)?;
    if to.starts_with(root) { Ok(()) } else { Err(DeliveryError::Outside { path: path.to_owned(), to }) }
}

fn is_return(path: &Path, name: &str, at_root: bool) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let list = at_root && (LISTS.contains(&name) || name.starts_with("expected_"));
    ENDINGS.contains(&ending.as_str()) && !list
}

/// Files in the order of their sources, checked ahead by as many threads as the machine has cores. Only a few checked
/// files are in memory at a time, however long the delivery is.
pub struct CheckedStream {
    results: Receiver<(usize, CheckedFile)>,
    early: BTreeMap<usize, CheckedFile>,
    next: usize,
}

impl CheckedStream {
    /// Starts checking.
    #[must_use]
    pub fn start(checker: Arc<Checker>, sources: Vec<Source>) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(sources.len().max(1));
        // The rendezvous keeps a fast checker from running ahead of a slow taker.
        let (send, results) = mpsc::sync_channel(0);
        let work = Arc::new((sources, AtomicUsize::new(0)));
        for _ in 0..threads {
            let (send, work, checker) = (send.clone(), Arc::clone(&work), Arc::clone(&checker));
            std::thread::spawn(move || check_next(&checker, &work.0, &work.1, &send));
        }
        Self { results, early: BTreeMap::new(), next: 0 }
    }
}

fn check_next(checker: &Checker, sources: &[Source], next: &AtomicUsize, send: &SyncSender<(usize, CheckedFile)>) {
    loop {
        let i = next.fetch_add(1, Ordering::Relaxed);
        let Some(source) = sources.get(i) else { return };
        // Nobody listens any more: the delivery was given up.
        if send.send((i, checker.check(source))).is_err() {
            return;
        }
    }
}

impl Iterator for CheckedStream {
    type Item = CheckedFile;

    fn next(&mut self) -> Option<CheckedFile> {
        loop {
            if let Some(file) = self.early.remove(&self.next) {
                self.next += 1;
                return Some(file);
            }
            let (i, file) = self.results.recv().ok()?;
            self.early.insert(i, file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_back_to_a_folder_above_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let (inner, other) = (dir.path().join("船山区/202503"), dir.path().join("船山区/备份"));
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(inner.join("月报.csv"), "一,二").unwrap();
        std::os::unix::fs::symlink(&inner, &other).unwrap();
        let gather = || gather(&[dir.path().to_owned()], &BTreeMap::new(), NaiveDateTime::default());
        assert_eq!(gather().unwrap().len(), 2, "a link aside is a folder");
        std::os::unix::fs::symlink(dir.path(), inner.join("回头")).unwrap();
        let error = gather().unwrap_err().to_string();
        assert!(error.contains("回头") && error.contains("链接"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_refused_with_its_target() {
        let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let secret = other.path().join("别处.csv");
        std::fs::write(&secret, "一,二").unwrap();
        for target in [other.path(), secret.as_path()] {
            let link = dir.path().join("链接.csv");
            std::os::unix::fs::symlink(target, &link).unwrap();
            let error = gather(&[dir.path().to_owned()], &BTreeMap::new(), NaiveDateTime::default()).unwrap_err();
            assert!(matches!(error, DeliveryError::Outside { .. }), "{error}");
            std::fs::remove_file(link).unwrap();
        }
    }

    #[test]
    fn a_faulty_list_of_times_is_named_in_chinese() {
        let dir = tempfile::tempdir().unwrap();
        let list = dir.path().join("manifest.csv");
        for (text, cause) in [("file,received_ts\na,2025-01-09 09:54:00,b\n", "应有2列，却有3列"), ("file,x\n", "缺少")]
        {
            std::fs::write(&list, text).unwrap();
            let error = read_received(&list).unwrap_err().to_string();
            assert!(error.contains(cause), "{error}");
        }
        let error = read_received(&dir.path().join("没有.csv")).unwrap_err().to_string();
        assert!(error.ends_with("没有这个文件或文件夹"), "{error}");
    }
}
