//! Where things lie in the home folder, and how they become durable. It knows nothing of what the files mean.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{At, Error, Result};

/// The folders of a warehouse.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub home: PathBuf,
}

impl Layout {
    pub fn new(home: &Path) -> Self {
        Self { home: home.to_owned() }
    }

    pub fn tables(&self) -> PathBuf {
        self.home.join("tables")
    }

    pub fn table(&self, name: &str) -> PathBuf {
        self.tables().join(name)
    }

    pub fn journal(&self) -> PathBuf {
        self.home.join("journal").join("journal.jsonl")
    }

    pub fn journal_head(&self) -> PathBuf {
        self.home.join("journal").join("HEAD")
    }

    pub fn audit(&self) -> PathBuf {
        self.home.join("audit")
    }

    pub fn vault(&self) -> PathBuf {
        self.home.join("vault")
    }

    pub fn received(&self, sha256: &str) -> PathBuf {
        self.home.join("received").join(sha256.get(..2).unwrap_or("00")).join(sha256)
    }

    pub fn scratch(&self) -> PathBuf {
        self.home.join("scratch")
    }

    pub fn lock(&self) -> PathBuf {
        self.home.join("write.lock")
    }
}

/// The lock of the one writer; released when dropped (or when the process dies).
#[derive(Debug)]
pub(crate) struct WriteLock {
    _file: File,
}

impl WriteLock {
    pub fn take(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).at("打开", path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(Error::Busy { path: path.to_owned() }),
            Err(fs::TryLockError::Error(source)) => Err(Error::Io { action: "锁定", path: path.to_owned(), source }),
        }
    }
}

/// Makes a folder and its parents; the new entries are durable.
pub(crate) fn make_dir(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make_dir(parent)?;
    }
    match fs::create_dir(path) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e).at("新建文件夹", path)?,
        _ => {}
    }
    sync_parent(path)
}

/// A folder that only its owner may enter.
pub(crate) fn make_private_dir(path: &Path) -> Result<()> {
    make_dir(path)?;
    set_mode(path, 0o700)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).at("设置权限", path)
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> Result<()> {
    Ok(())
}

/// Makes the entry of a file or folder durable.
pub(crate) fn sync_parent(path: &Path) -> Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    sync(parent)
}

/// Makes a file's bytes, or a folder's entries, durable.
pub(crate) fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|f| f.sync_all()).at("写盘", path)
}

/// Writes a small file whole: a reader sees the old one or the new one, never half of it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let temp = path.with_extension("tmp");
    let write = || {
        let mut file = File::create(&temp)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temp, path)
    };
    write().at("写入", path)?;
    sync_parent(path)
}

/// Writes a new file that only its owner may read.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let write = || {
        let mut file = options.open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().at("写入", path)?;
    sync_parent(path)
}

/// Lower-case hex SHA-256 of some bytes.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Lower-case hex SHA-256 of a file, read as a stream.
pub(crate) fn sha256_of(path: &Path) -> Result<String> {
    let mut hasher = Hashing::new(io::sink());
    let mut file = File::open(path).at("读取", path)?;
    io::copy(&mut file, &mut hasher).at("读取", path)?;
    Ok(hasher.hex())
}

/// A writer that hashes and counts what passes.
pub(crate) struct Hashing<W> {
    inner: W,
    sha: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    pub fn new(inner: W) -> Self {
        Self { inner, sha: Sha256::new(), bytes: 0 }
    }

    pub fn hex(&self) -> String {
        hex::encode(self.sha.clone().finalize())
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn into_inner(self) -> W {
        self.inner
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(buf)?;
        self.sha.update(buf.get(..n).unwrap_or(buf));
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_to_wait() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("write.lock");
        let first = WriteLock::take(&path).unwrap();
        assert!(matches!(WriteLock::take(&path), Err(Error::Busy { .. })));
        drop(first);
        assert!(WriteLock::take(&path).is_ok());
    }

    #[test]
    fn hashing_counts_what_passes() {
        let mut h = Hashing::new(Vec::new());
        h.write_all(b"abc").unwrap();
        assert_eq!((h.bytes(), h.hex()), (3, sha256_hex(b"abc")));
        assert!(sha256_hex(b"abc").starts_with("ba7816bf"));
    }
}
