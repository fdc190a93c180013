//! Rows in order: in memory up to a limit, beyond it in a private temporary file.
//!
//! The file holds personal data in clear. It is made with access for its owner only and has no name on Unix from the start,
//! so that it goes with its last handle, whatever ends the process.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::system::in_words;

/// Rows of a frame, and the bytes at which one is closed before.
const FRAME_ROWS: usize = 512;
const FRAME_BYTES: usize = 1 << 20;

/// Rows on disk cannot be written or read back.
#[derive(Debug, thiserror::Error)]
#[error("存放行数据的临时文件{doing}：{}", in_words(source))]
pub struct SpillError {
    /// 写不了 or 读不回来.
    doing: &'static str,
    /// What the system says.
    source: io::Error,
}

fn unwritten(source: io::Error) -> SpillError {
    SpillError { doing: "写不了", source }
}

fn unread(source: io::Error) -> SpillError {
    SpillError { doing: "读不回来", source }
}

/// A file that only this user may read, and that goes when it is closed.
pub(crate) fn private_file(folder: &Path) -> io::Result<File> {
    Ok(tempfile::NamedTempFile::new_in(folder)?.into_file())
}

/// Memory that the rows of a file share, and the folder for what is beyond it.
#[derive(Debug, Clone)]
pub struct Room {
    folder: PathBuf,
    limit_bytes: usize,
    held: Arc<AtomicUsize>,
}

impl Room {
    /// A room of so many bytes; rows beyond them go to files in `folder`.
    #[must_use]
    pub fn new(folder: &Path, limit_bytes: usize) -> Self {
        Self { folder: folder.to_owned(), limit_bytes, held: Arc::default() }
    }
}

/// What can wait on disk.
pub trait Spilled: Clone + Serialize + DeserializeOwned {
    /// About how many bytes it takes in memory.
    fn weight(&self) -> usize;
}

/// Rows in order. Pushed once, then read as often as needed.
#[derive(Debug)]
pub struct Rows<T> {
    disk: Option<Disk>,
    /// The rows behind those on disk.
    tail: Vec<T>,
    tail_weight: usize,
    room: Room,
}

/// Frames in a file: four bytes of length, then postcard.
#[derive(Debug)]
struct Disk {
    file: Mutex<File>,
    /// First row and place of each frame.
    frames: Vec<(usize, u64)>,
    rows: usize,
    bytes: u64,
}

impl<T: Spilled> Rows<T> {
    /// No rows.
    #[must_use]
    pub fn new(room: &Room) -> Self {
        Self { disk: None, tail: Vec::new(), tail_weight: 0, room: room.clone() }
    }

    /// Rows that are in memory already and stay there.
    #[must_use]
    pub fn held(rows: Vec<T>) -> Self {
        Self { disk: None, tail: rows, tail_weight: 0, room: Room::new(Path::new(""), usize::MAX) }
    }

    /// Memory and folder that they use.
    #[must_use]
    pub fn room(&self) -> &Room {
        &self.room
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.on_disk() + self.tail.len()
    }

    /// How many wait on disk.
    #[must_use]
    pub fn on_disk(&self) -> usize {
        self.disk.as_ref().map_or(0, |d| d.rows)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the room is full and the file cannot be written.
    pub fn push(&mut self, row: T) -> Result<(), SpillError> {
        let weight = row.weight();
        self.tail_weight += weight;
        self.tail.push(row);
        let held = self.room.held.fetch_add(weight, Ordering::Relaxed) + weight;
        if self.disk.is_some() {
            let full = self.tail.len() >= FRAME_ROWS || self.tail_weight >= FRAME_BYTES;
            return if full { self.spill() } else { Ok(()) };
        }
        if held > self.room.limit_bytes { self.spill() } else { Ok(()) }
    }

    /// Writes what is in memory to disk.
    fn spill(&mut self) -> Result<(), SpillError> {
        let disk = match &mut self.disk {
            Some(disk) => disk,
            None => self.disk.insert(Disk::new(&self.room.folder)?),
        };
        let mut from = 0;
        let (mut weight, mut rows) = (0, 0);
        for (i, row) in self.tail.iter().enumerate() {
            weight += row.weight();
            rows += 1;
            if rows == FRAME_ROWS || weight >= FRAME_BYTES || i + 1 == self.tail.len() {
                disk.write(&self.tail[from..=i])?;
                (from, weight, rows) = (i + 1, 0, 0);
            }
        }
        // The memory of a large tail goes back; a frame's is used again.
        if self.tail.capacity() > 4 * FRAME_ROWS {
            self.tail = Vec::new()
        } else {
            self.tail.clear()
        }
        self.release();
        Ok(())
    }

    /// The rows of a range of places, one after the other; a row in memory is lent.
    #[must_use]
    pub fn read(&self, range: Range<usize>) -> Reader<'_, T> {
        let end = range.end.min(self.len());
        Reader { rows: self, next: range.start.min(end), end, frame: Vec::new().into_iter() }
    }

    /// All rows; those in memory are handed over. After an error it ends.
    pub fn into_rows(mut self) -> impl Iterator<Item = Result<T, SpillError>> {
        let mut tail = std::mem::take(&mut self.tail).into_iter();
        let mut frame = Vec::new().into_iter();
        // The file lives as long as the iterator.
        let (mut next, spilled) = (0, self.on_disk());
        std::iter::from_fn(move || {
            if next >= spilled {
                return tail.next().map(Ok);
            }
            if frame.len() == 0 {
                match self.frame_of(next) {
                    Ok((_, rows)) => frame = rows.into_iter(),
                    Err(e) => {
                        (next, tail) = (spilled, Vec::new().into_iter());
                        return Some(Err(e));
                    }
                }
            }
            next += 1;
            frame.next().map(Ok)
        })
    }

    /// The frame that holds a row on disk, with the place of its first row.
    fn frame_of(&self, row: usize) -> Result<(usize, Vec<T>), SpillError> {
        let gone = || unread(io::ErrorKind::UnexpectedEof.into());
        let disk = self.disk.as_ref().ok_or_else(gone)?;
        let at = disk.frames.partition_point(|(first, _)| *first <= row).checked_sub(1).ok_or_else(gone)?;
        let (first, place) = disk.frames[at];
        let end = disk.frames.get(at + 1).map_or(disk.rows, |next| next.0);
        let rows: Vec<T> = disk.read(place).map_err(unread)?;
        if rows.len() == end - first { Ok((first, rows)) } else { Err(unread(io::ErrorKind::InvalidData.into())) }
    }
}

impl<T> Rows<T> {
    fn release(&mut self) {
        self.room.held.fetch_sub(self.tail_weight, Ordering::Relaxed);
        self.tail_weight = 0;
    }
}

impl<T> Drop for Rows<T> {
    fn drop(&mut self) {
        self.release();
    }
}

impl Disk {
    fn new(folder: &Path) -> Result<Self, SpillError> {
        let file = private_file(folder).map_err(unwritten)?;
        Ok(Self { file: Mutex::new(file), frames: Vec::new(), rows: 0, bytes: 0 })
    }

    fn write<T: Spilled>(&mut self, rows: &[T]) -> Result<(), SpillError> {
        let corrupt = |_| unwritten(io::ErrorKind::InvalidData.into());
        let frame = postcard::to_extend(rows, vec![0; 4]).map_err(corrupt)?;
        let mut frame = frame;
        let length = u32::try_from(frame.len() - 4).map_err(|_| unwritten(io::ErrorKind::FileTooLarge.into()))?;
        frame[..4].copy_from_slice(&length.to_le_bytes());
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.bytes)).and_then(|_| file.write_all(&frame)).map_err(unwritten)?;
        self.frames.push((self.rows, self.bytes));
        self.rows += rows.len();
        self.bytes += frame.len() as u64;
        Ok(())
    }

    fn read<T: Spilled>(&self, place: u64) -> io::Result<Vec<T>> {
        let bytes = {
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(place))?;
            let mut length = [0; 4];
            file.read_exact(&mut length)?;
            let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
            file.read_exact(&mut bytes)?;
            bytes
        };
        postcard::from_bytes(&bytes).map_err(|_| io::ErrorKind::InvalidData.into())
    }
}

/// Rows one after the other. After an error it ends.
pub struct Reader<'a, T> {
    rows: &'a Rows<T>,
    next: usize,
    end: usize,
    frame: std::vec::IntoIter<T>,
}

impl<'a, T: Spilled> Iterator for Reader<'a, T> {
    type Item = Result<Cow<'a, T>, SpillError>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.next;
        if at >= self.end {
            return None;
        }
        self.next += 1;
        if let Some(in_memory) = at.checked_sub(self.rows.on_disk()) {
            return self.rows.tail.get(in_memory).map(|row| Ok(Cow::Borrowed(row)));
        }
        if self.frame.len() == 0 {
            match self.rows.frame_of(at) {
                Ok((first, mut rows)) => self.frame = rows.split_off(at - first).into_iter(),
                Err(e) => {
                    self.next = self.end;
                    return Some(Err(e));
                }
            }
        }
        self.frame.next().map(|row| Ok(Cow::Owned(row)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Spilled for String {
        fn weight(&self) -> usize {
            self.len()
        }
    }

    fn rows(folder: &Path, limit: usize, count: usize) -> Rows<String> {
        let mut rows = Rows::new(&Room::new(folder, limit));
        (0..count).for_each(|i| rows.push(format!("第{i}行")).unwrap());
        rows
    }

    fn all(rows: &Rows<String>, range: Range<usize>) -> Vec<String> {
        rows.read(range).map(|r| r.unwrap().into_owned()).collect()
    }

    #[test]
    fn rows_come_back_in_order_wherever_they_wait() {
        let folder = tempfile::tempdir().unwrap();
        let meant: Vec<String> = (0..2_000).map(|i| format!("第{i}行")).collect();
        for limit in [0, 100, 10_000, usize::MAX] {
            let rows = rows(folder.path(), limit, 2_000);
            assert_eq!(rows.on_disk() > 0, limit < usize::MAX);
            assert_eq!((rows.len(), all(&rows, 0..9_999)), (2_000, meant.clone()), "{limit}");
            assert_eq!(all(&rows, 1_020..1_030), meant[1_020..1_030], "{limit}");
            assert_eq!(rows.into_rows().collect::<Result<Vec<_>, _>>().unwrap(), meant, "{limit}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the files have no names");
    }

    #[test]
    fn memory_is_shared_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::new(folder.path(), 1_000);
        let mut first = Rows::new(&room);
        (0..90).for_each(|_| first.push("十个字节".to_owned()).unwrap());
        assert_eq!((first.on_disk(), room.held.load(Ordering::Relaxed)), (84, 72));
        let mut second = Rows::new(&room);
        (0..78).for_each(|_| second.push("十个字节".to_owned()).unwrap());
        assert_eq!(second.on_disk(), 78, "the first holds 72 bytes of the room");
        drop((first, second));
        assert_eq!(room.held.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_disk_that_refuses_is_an_error_with_its_cause() {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = Rows::new(&Room::new(&folder.path().join("没有"), 0));
        let error = rows.push("一行".to_owned()).unwrap_err();
        assert_eq!(error.to_string(), "存放行数据的临时文件写不了：没有这个文件或文件夹");
    }

    #[test]
    fn a_file_cut_short_is_an_error_and_ends_the_rows() {
        let folder = tempfile::tempdir().unwrap();
        let rows = rows(folder.path(), 0, 2_000);
        rows.disk.as_ref().unwrap().file.lock().unwrap().set_len(100).unwrap();
        let read: Vec<_> = rows.read(600..2_000).collect();
        assert!(matches!(read.as_slice(), [Err(e)] if e.to_string().contains("读不回来")));
        assert!(rows.into_rows().last().unwrap().is_err());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let rows = rows(folder.path(), 0, 10);
        let mode = rows.disk.as_ref().unwrap().file.lock().unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
