//! Frames of packed rows: all in memory, or all in one private file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::{SpillError, Spilled, private_file, unread, unwritten};

/// Rows in frames; each frame is a list as postcard writes it.
#[derive(Debug, Default)]
pub(super) struct Packed {
    /// First row and place of each frame.
    frames: Vec<(usize, Place)>,
    pub rows: usize,
    /// Bytes of the frames in memory.
    pub memory_bytes: usize,
    disk: Option<Disk>,
}

#[derive(Debug)]
enum Place {
    Memory(Vec<u8>),
    Disk { at: u64, length: usize },
}

#[derive(Debug)]
struct Disk {
    file: Mutex<File>,
    bytes: u64,
}

impl Packed {
    pub fn is_on_disk(&self) -> bool {
        self.disk.is_some()
    }

    /// Adds a frame in memory.
    pub fn keep(&mut self, rows: usize, frame: Vec<u8>) {
        self.memory_bytes += frame.len();
        self.frames.push((self.rows, Place::Memory(frame)));
        self.rows += rows;
    }

    /// Adds a frame on disk.
    pub fn write(&mut self, rows: usize, frame: &[u8]) -> Result<(), SpillError> {
        let Some(disk) = &mut self.disk else { return Err(unwritten(io::ErrorKind::NotFound.into())) };
        self.frames.push((self.rows, disk.append(frame)?));
        self.rows += rows;
        Ok(())
    }

    /// Moves all frames to a private file in a folder; further ones follow them. Says how many bytes of memory that freed.
    pub fn to_disk(&mut self, folder: &Path) -> Result<usize, SpillError> {
        if self.disk.is_none() {
            let file = private_file(folder).map_err(unwritten)?;
            let disk = self.disk.insert(Disk { file: Mutex::new(file), bytes: 0 });
            for (_, place) in &mut self.frames {
                if let Place::Memory(frame) = place {
                    *place = disk.append(frame)?;
                }
            }
        }
        Ok(std::mem::take(&mut self.memory_bytes))
    }

    /// Where the frame ends that holds a row; `None` for a row behind all frames.
    pub fn end_of(&self, row: usize) -> Option<usize> {
        let after = self.frames.partition_point(|(first, _)| *first <= row);
        (row < self.rows).then(|| self.frames.get(after).map_or(self.rows, |next| next.0))
    }

    /// The frame that holds a row, with the place of its first row.
    pub fn frame_of<T: Spilled>(&self, row: usize) -> Result<(usize, Vec<T>), SpillError> {
        let (span, bytes) = self.bytes_at(row)?;
        let rows: Vec<T> = postcard::from_bytes(&bytes).map_err(|_| unread(io::ErrorKind::InvalidData.into()))?;
        if rows.len() == span.len() { Ok((span.start, rows)) } else { Err(unread(io::ErrorKind::InvalidData.into())) }
    }

    /// The bytes of the frame that holds a row, with the places of its rows.
    pub fn bytes_at(&self, row: usize) -> Result<(Range<usize>, Cow<'_, [u8]>), SpillError> {
        let gone = || unread(io::ErrorKind::UnexpectedEof.into());
        let at = self.frames.partition_point(|(first, _)| *first <= row).checked_sub(1).ok_or_else(gone)?;
        let (first, place) = &self.frames[at];
        let end = self.frames.get(at + 1).map_or(self.rows, |next| next.0);
        Ok((*first..end, self.bytes_of(place).map_err(unread)?))
    }

    fn bytes_of<'p>(&'p self, place: &'p Place) -> io::Result<Cow<'p, [u8]>> {
        match (place, &self.disk) {
            (Place::Memory(frame), _) => Ok(Cow::Borrowed(frame)),
            (Place::Disk { at, length }, Some(disk)) => Ok(Cow::Owned(disk.read(*at, *length)?)),
            (Place::Disk { .. }, None) => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl Disk {
    fn append(&mut self, frame: &[u8]) -> Result<Place, SpillError> {
        let (at, file) = (self.bytes, self.file.get_mut().unwrap_or_else(PoisonError::into_inner));
        file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(frame)).map_err(unwritten)?;
        self.bytes += frame.len() as u64;
        Ok(Place::Disk { at, length: frame.len() })
    }

    fn read(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut frame = vec![0; length];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut frame)?;
        Ok(frame)
    }
}

#[cfg(test)]
impl Packed {
    /// Shortens the file.
    pub fn cut(&self, bytes: u64) {
        self.disk.as_ref().unwrap().file.lock().unwrap().set_len(bytes).unwrap();
    }

    #[cfg(unix)]
    pub fn metadata(&self) -> std::fs::Metadata {
        self.disk.as_ref().unwrap().file.lock().unwrap().metadata().unwrap()
    }
}
