//! The bytes of a received file, read as often as needed without holding them: on disk, or taken out of an archive.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::ReadError;
use super::archive;
use crate::spill::private_file;

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;
/// A file of an archive up to this size is held in memory, a larger one in a temporary file.
const IN_MEMORY: u64 = 16 << 20;

/// A received file.
#[derive(Debug)]
pub(crate) struct Input<'a>(Kind<'a>);

#[derive(Debug)]
enum Kind<'a> {
    Memory(Cow<'a, [u8]>),
    Disk(File),
}

/// What readers of containers need.
pub(crate) trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

impl Input<'static> {
    /// Opens a file on disk, or one inside an archive on disk; a large one of an archive is unpacked into a private file
    /// in `folder` that goes with the input.
    pub fn open(path: &Path, folder: &Path) -> Result<Self, ReadError> {
        if archive::archive_of(path).is_none() {
            return Ok(Self(Kind::Disk(File::open(path)?)));
        }
        let mut unpacked = Unpacked { folder, memory: Vec::new(), file: None };
        archive::copy_member(path, &mut unpacked)?;
        Ok(Self(unpacked.file.map_or(Kind::Memory(Cow::Owned(unpacked.memory)), Kind::Disk)))
    }
}

impl<'a> Input<'a> {
    /// Bytes at hand.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(Kind::Memory(Cow::Borrowed(bytes)))
    }

    /// A reader from the start. Only one at a time: on disk they share their position.
    pub fn reader(&self) -> io::Result<Box<dyn ReadSeek + '_>> {
        Ok(match &self.0 {
            Kind::Memory(bytes) => Box::new(Cursor::new(bytes.as_ref())),
            Kind::Disk(file) => {
                let mut file = file;
                file.seek(SeekFrom::Start(0))?;
                Box::new(io::BufReader::with_capacity(BUFFER, file))
            }
        })
    }

    /// A file with these bytes, for readers that insist on one.
    pub fn file(&self) -> io::Result<File> {
        match &self.0 {
            Kind::Memory(bytes) => {
                let mut file = private_file(&std::env::temp_dir())?;
                file.write_all(bytes)?;
                Ok(file)
            }
            Kind::Disk(file) => file.try_clone(),
        }
    }

    /// All bytes, for formats that cannot be read otherwise.
    pub fn bytes(&self) -> io::Result<Cow<'_, [u8]>> {
        match &self.0 {
            Kind::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
            Kind::Disk(_) => {
                let mut bytes = Vec::new();
                self.reader()?.read_to_end(&mut bytes)?;
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// The length.
    pub fn size_bytes(&self) -> io::Result<u64> {
        match &self.0 {
            Kind::Memory(bytes) => Ok(bytes.len() as u64),
            Kind::Disk(file) => Ok(file.metadata()?.len()),
        }
    }

    /// The first eight bytes, or fewer where there are no more.
    pub fn head(&self) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.reader()?.take(8).read_to_end(&mut head)?;
        Ok(head)
    }

    /// SHA-256 in hex, and the length in bytes.
    pub fn digest(&self) -> io::Result<(String, u64)> {
        let (mut from, mut hash, mut length) = (self.reader()?, Sha256::new(), 0);
        let mut buffer = vec![0; BUFFER];
        loop {
            let n = from.read(&mut buffer)?;
            if n == 0 {
                return Ok((hex::encode(hash.finalize()), length));
            }
            hash.update(&buffer[..n]);
            length += n as u64;
        }
    }
}

/// Takes what comes out of an archive.
struct Unpacked<'p> {
    folder: &'p Path,
    memory: Vec<u8>,
    file: Option<File>,
}

impl Write for Unpacked<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(file) = &mut self.file {
            return file.write(bytes);
        }
        self.memory.extend_from_slice(bytes);
        if self.memory.len() as u64 > IN_MEMORY {
            let mut file = private_file(self.folder)?;
            file.write_all(&std::mem::take(&mut self.memory))?;
            self.file = Some(file);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_member_of_an_archive_waits_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("包.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        let line = (0_u32..).map(|i| format!("{},{}\n", i, i.wrapping_mul(2_654_435_761)));
        let text: Vec<u8> = line.flat_map(String::into_bytes).take(17 << 20).collect();
        for (name, bytes) in [("大.csv", text.as_slice()), ("小.csv", b"1,2\n")] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        let large = Input::open(&path.join("大.csv"), folder.path()).unwrap();
        let small = Input::open(&path.join("小.csv"), folder.path()).unwrap();
        assert!(matches!((&large.0, &small.0), (Kind::Disk(_), Kind::Memory(_))));
        assert_eq!(large.digest().unwrap(), Input::of(&text).digest().unwrap());
        assert_eq!((large.head().unwrap(), small.bytes().unwrap().len()), (text[..8].to_vec(), 4));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "the file has no name");
    }
}
