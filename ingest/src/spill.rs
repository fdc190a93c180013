//! Rows in order: in memory up to a limit, beyond it in a private temporary file.
//!
//! Rows that come packed stay so until they are read, in memory as well. The file holds personal data in clear. It is made with access for its owner only and has no name on Unix from the start,
//! so that it goes with its last handle, whatever ends the process.

mod packed;

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::system::in_words;

use packed::Packed;

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

    /// More bytes are held; how many there are now.
    fn hold(&self, bytes: usize) -> usize {
        self.held.fetch_add(bytes, Ordering::Relaxed) + bytes
    }

    fn release(&self, bytes: usize) {
        self.held.fetch_sub(bytes, Ordering::Relaxed);
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
    packed: Packed,
    /// The rows behind those that are packed.
    tail: Vec<T>,
    tail_weight: usize,
    room: Room,
}

impl<T: Spilled> Rows<T> {
    /// No rows.
    #[must_use]
    pub fn new(room: &Room) -> Self {
        Self { packed: Packed::default(), tail: Vec::new(), tail_weight: 0, room: room.clone() }
    }

    /// Rows that are in memory already and stay there.
    #[must_use]
    pub fn held(rows: Vec<T>) -> Self {
        Self { packed: Packed::default(), tail: rows, tail_weight: 0, room: Room::new(Path::new(""), usize::MAX) }
    }

    /// Memory and folder that they use.
    #[must_use]
    pub fn room(&self) -> &Room {
        &self.room
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.rows + self.tail.len()
    }

    /// How many wait on disk.
    #[cfg(test)]
    pub fn on_disk(&self) -> usize {
        if self.packed.is_on_disk() { self.packed.rows } else { 0 }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the room is full and the file cannot be written.
    pub fn push(&mut self, row: T) -> Result<(), SpillError> {
        let weight = row.weight();
        self.tail_weight += weight;
        self.tail.push(row);
        let held = self.room.hold(weight);
        if self.packed.is_on_disk() {
            let full = self.tail.len() >= FRAME_ROWS || self.tail_weight >= FRAME_BYTES;
            return if full { self.spill() } else { Ok(()) };
        }
        if held > self.room.limit_bytes { self.spill() } else { Ok(()) }
    }

    /// Adds rows that are packed already: a list of so many rows as postcard writes it. They are not looked at.
    ///
    /// # Errors
    /// As [`Rows::push`].
    pub fn push_packed(&mut self, rows: usize, frame: &[u8]) -> Result<(), SpillError> {
        self.pack_tail()?;
        if self.packed.is_on_disk() {
            return self.packed.write(rows, frame);
        }
        let held = self.room.hold(frame.len());
        self.packed.keep(rows, frame.to_vec());
        if held > self.room.limit_bytes { self.spill() } else { Ok(()) }
    }

    /// Adds rows that are packed one behind the other, without the length that a list has in front.
    ///
    /// # Errors
    /// As [`Rows::push`].
    pub fn push_items(&mut self, rows: usize, items: &[u8]) -> Result<(), SpillError> {
        let mut frame = postcard::to_stdvec(&rows).map_err(|_| unwritten(io::ErrorKind::InvalidData.into()))?;
        frame.extend_from_slice(items);
        self.push_packed(rows, &frame)
    }

    /// Writes what is in memory to disk.
    fn spill(&mut self) -> Result<(), SpillError> {
        self.room.release(self.packed.to_disk(&self.room.folder)?);
        self.pack_tail()
    }

    /// Packs the rows of the tail, where the other packed ones are.
    fn pack_tail(&mut self) -> Result<(), SpillError> {
        let mut from = 0;
        let (mut weight, mut rows) = (0, 0);
        for (i, row) in self.tail.iter().enumerate() {
            weight += row.weight();
            rows += 1;
            if rows == FRAME_ROWS || weight >= FRAME_BYTES || i + 1 == self.tail.len() {
                let corrupt = |_| unwritten(io::ErrorKind::InvalidData.into());
                let frame = postcard::to_stdvec(&self.tail[from..=i]).map_err(corrupt)?;
                if self.packed.is_on_disk() {
                    self.packed.write(rows, &frame)?;
                } else {
                    self.room.hold(frame.len());
                    self.packed.keep(rows, frame);
                }
                (from, weight, rows) = (i + 1, 0, 0);
            }
        }
        // The memory of a large tail goes back; a frame's is used again.
        if self.tail.capacity() > 4 * FRAME_ROWS {
            self.tail = Vec::new()
        } else {
            self.tail.clear()
        }
        self.room.release(std::mem::take(&mut self.tail_weight));
        Ok(())
    }

    /// The rows of a range of places, one after the other; a row that is not packed is lent.
    #[must_use]
    pub fn read(&self, range: Range<usize>) -> Reader<'_, T> {
        let end = range.end.min(self.len());
        Reader { rows: self, next: range.start.min(end), end, frame: Vec::new().into_iter() }
    }

    /// The rows of a part ([`Rows::parts`]) as they wait: packed, or lent.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn part(&self, places: Range<usize>) -> Result<Part<'_, T>, SpillError> {
        if let Some(tail) = places.start.checked_sub(self.packed.rows) {
            return Ok(Part::Lent(self.tail.get(tail..tail + places.len()).unwrap_or_default()));
        }
        let (span, bytes) = self.packed.bytes_at(places.start)?;
        Ok(Part::Packed { skip: places.start - span.start, rows: places.len(), of: span.len(), bytes })
    }

    /// A range of places in parts that can be read one by one without unpacking anything twice.
    pub fn parts(&self, range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let (mut next, end) = (range.start, range.end.min(self.len()));
        std::iter::from_fn(move || {
            let from = next;
            next = self.packed.end_of(from).unwrap_or(from + FRAME_ROWS).min(end);
            (from < end).then_some(from..next)
        })
    }

    /// All rows; those in memory are handed over. After an error it ends.
    pub fn into_rows(mut self) -> impl Iterator<Item = Result<T, SpillError>> {
        let mut tail = std::mem::take(&mut self.tail).into_iter();
        let mut frame = Vec::new().into_iter();
        // The file lives as long as the iterator.
        let (mut next, packed) = (0, self.packed.rows);
        std::iter::from_fn(move || {
            if next >= packed {
                return tail.next().map(Ok);
            }
            if frame.len() == 0 {
                match self.packed.frame_of(next) {
                    Ok((_, rows)) => frame = rows.into_iter(),
                    Err(e) => {
                        (next, tail) = (packed, Vec::new().into_iter());
                        return Some(Err(e));
                    }
                }
            }
            next += 1;
            frame.next().map(Ok)
        })
    }
}

impl<T> Drop for Rows<T> {
    fn drop(&mut self) {
        self.room.release(self.tail_weight + self.packed.memory_bytes);
    }
}

/// Rows that belong together.
pub enum Part<'a, T> {
    /// Not packed.
    Lent(&'a [T]),
    /// Some of the rows of a list: behind the first few, so many, of so many.
    Packed { skip: usize, rows: usize, of: usize, bytes: Cow<'a, [u8]> },
}

impl<T> Part<'_, T> {
    /// The error of a list that is not what was packed.
    pub fn corrupt() -> SpillError {
        unread(io::ErrorKind::InvalidData.into())
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
        if let Some(in_tail) = at.checked_sub(self.rows.packed.rows) {
            return self.rows.tail.get(in_tail).map(|row| Ok(Cow::Borrowed(row)));
        }
        if self.frame.len() == 0 {
            match self.rows.packed.frame_of(at) {
                Ok((first, mut rows)) => self.frame = rows.split_off(at - first).into_iter(),
                Err(e) => {
                    self.next = self.end;
                    return Some(Err(e));
                }
            }
        }
        self.frame.next().map(|row| Ok(Cow::Owned(row)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.end - self.next))
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
    fn rows_that_come_packed_keep_their_places() {
        let folder = tempfile::tempdir().unwrap();
        let meant: Vec<String> = (0..2_000).map(|i| format!("第{i}行")).collect();
        for limit in [0, 9_000, usize::MAX] {
            let room = Room::new(folder.path(), limit);
            let mut rows = Rows::new(&room);
            rows.push_packed(700, &postcard::to_stdvec(&meant[..700]).unwrap()).unwrap();
            meant[700..710].iter().for_each(|row| rows.push(row.clone()).unwrap());
            rows.push_packed(1_200, &postcard::to_stdvec(&meant[710..1_910]).unwrap()).unwrap();
            meant[1_910..].iter().for_each(|row| rows.push(row.clone()).unwrap());
            assert_eq!((rows.len(), all(&rows, 0..9_999)), (2_000, meant.clone()), "{limit}");
            assert_eq!(all(&rows, 705..715), meant[705..715], "{limit}");
            let parts: Vec<String> = rows.parts(3..1_999).flat_map(|part| all(&rows, part)).collect();
            assert_eq!(parts, meant[3..1_999], "{limit}");
            assert_eq!(rows.into_rows().collect::<Result<Vec<_>, _>>().unwrap(), meant, "{limit}");
            assert_eq!(room.held.load(Ordering::Relaxed), 0, "{limit}");
        }
    }

    #[test]
    fn a_packed_list_that_lies_about_its_length_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let mut rows: Rows<String> = Rows::new(&Room::new(folder.path(), usize::MAX));
        rows.push_packed(3, &postcard::to_stdvec(&["一", "二"]).unwrap()).unwrap();
        assert!(rows.read(0..3).next().unwrap().is_err());
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
        rows.packed.cut(100);
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
        let mode = rows.packed.metadata().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
