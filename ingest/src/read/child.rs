//! Reading in a child process with limits of memory and time, for files of strangers.
//!
//! The readers of workbooks are other people's code. Whatever a file makes them do, the parent loses nothing but a
//! child: its death or its delay becomes a mistake of that file. [`serve`] is the child: a binary calls it in a hidden
//! subcommand. [`ChildReader`] is the parent.
//!
//! When it is used: a checker with a [`ChildReader`] reads every workbook (zip or OLE) and Parquet file in a child, and every other file
//! above [`LARGE_BYTES`]; text below that is read in process, because its reader allocates no more than the text itself.
//! A checker without one, as in tests, reads everything in process.
//!
//! Rows cross as they are read, in frames, so that neither side holds a sheet.

use std::collections::BTreeMap;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::sink::Collect;
use super::{Input, RawFile, RawRow, ReadError, Sheet, Sink};

/// Text files above this size are read in a child too.
pub const LARGE_BYTES: u64 = 64 << 20;
/// Rows of a frame, bytes at which it is closed before, and bytes that wait on either side.
const ROWS: u32 = 512;
const ROWS_BYTES: usize = 1 << 20;
const BUFFER: usize = 256 << 10;
/// Bytes that a child may hand over, and bytes of one frame.
const MAX_OUTPUT: u64 = 4 << 30;
const MAX_FRAME: u32 = 1 << 28;

/// What a child may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Address space in bytes.
    pub memory_bytes: u64,
    /// Time on the clock.
    pub time: Duration,
}

impl Default for Limits {
    /// 2 GiB and two minutes: a workbook of 500,000 rows and 20 columns needs about half of it.
    fn default() -> Self {
        Self { memory_bytes: 2 << 30, time: Duration::from_secs(120) }
    }
}

/// Starts a child for each file.
#[derive(Debug, Clone)]
pub struct ChildReader {
    program: PathBuf,
    arguments: Vec<String>,
    limits: Limits,
}

/// What the child says, one frame after the other; the last is `End` or `Failed`.
#[derive(Debug, Serialize, Deserialize)]
enum Frame {
    /// Encoding and document properties.
    File(String, BTreeMap<String, String>),
    /// A sheet without its rows.
    Sheet(Box<Sheet>),
    /// More rows of the last sheet follow in a frame of their own, packed as a list.
    Rows,
    /// The rows of the last sheet come once more.
    Again,
    End,
    Failed {
        forbidden: bool,
        what: String,
        remedy: String,
    },
}

impl ChildReader {
    /// A reader that calls `program` with `arguments`, the memory limit in bytes and the path of the file; the program must
    /// answer by [`serve`].
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<String>, limits: Limits) -> Self {
        Self { program, arguments, limits }
    }

    /// Whether a file that begins with these bytes and is that long is read in a child.
    #[must_use]
    pub fn wants(head: &[u8], size_bytes: u64) -> bool {
        let containers: [&[u8]; 3] = [b"PK", &[0xD0, 0xCF, 0x11, 0xE0], b"PAR1"];
        containers.iter().any(|magic| head.starts_with(magic)) || size_bytes > LARGE_BYTES
    }

    /// Reads a file, on disk or inside an archive.
    ///
    /// # Errors
    /// As [`super::read_file`]; also when the child exceeds its limits or dies.
    pub fn read(&self, path: &Path) -> Result<RawFile, ReadError> {
        let mut out = Collect::default();
        self.stream(path, &mut out)?;
        Ok(out.file)
    }

    /// As [`ChildReader::read`], handing on what comes.
    pub(crate) fn stream(&self, path: &Path, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .arg(self.limits.memory_bytes.to_string())
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let stdout = child.stdout.take();
        let (done, waits) = mpsc::channel::<()>();
        let limit = self.limits.time;
        let watchdog = std::thread::spawn(move || watch(child, &waits, limit));
        let answer = stdout.and_then(|out| receive(BufReader::with_capacity(BUFFER, out.take(MAX_OUTPUT)), sink));
        drop(done);
        let late = watchdog.join().unwrap_or(false);
        match answer {
            Some(answer) => answer,
            None if late => Err(ReadError::unreadable(
                format!("文件过于复杂，{}秒内没有读完，已停止读取", limit.as_secs()),
                "请删除多余的格式、图片和空行，分表后重新报送",
            )),
            None => Err(ReadError::unreadable(
                "读取这份文件所需的内存超过上限，或文件的内部结构异常",
                "请把内容“选择性粘贴为数值”到空白 .xlsx 工作簿后重新报送",
            )),
        }
    }
}

/// Kills a child that is late; says whether it was.
fn watch(mut child: Child, waits: &mpsc::Receiver<()>, limit: Duration) -> bool {
    let late = waits.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
    // A child whose answer was cut off must not go on either.
    let _ = child.kill();
    let _ = child.wait();
    late
}

/// The child: limits its own address space, reads the file and writes the answer to standard output.
#[must_use]
pub fn serve(memory_bytes: u64, path: &Path) -> ExitCode {
    if limit_memory(memory_bytes).is_err() {
        return ExitCode::FAILURE;
    }
    let mut sender = Sender::new(BufWriter::with_capacity(BUFFER, io::stdout().lock()));
    let answer = Input::open(path, &std::env::temp_dir()).and_then(|input| super::stream(&input, &mut sender));
    match sender.finish(answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(unix)]
fn limit_memory(bytes: u64) -> io::Result<()> {
    rlimit::setrlimit(rlimit::Resource::AS, bytes, bytes)
}

#[cfg(not(unix))]
fn limit_memory(_: u64) -> io::Result<()> {
    Ok(())
}

/// The child's side: frames of rows as they are read.
struct Sender<W> {
    out: W,
    /// Rows that were not sent yet, one behind the other.
    rows: Vec<u8>,
    count: u32,
}

impl<W: Write> Sender<W> {
    fn new(out: W) -> Self {
        Self { out, rows: Vec::with_capacity(ROWS_BYTES), count: 0 }
    }

    fn send(&mut self, frame: &Frame) -> io::Result<()> {
        self.send_rows()?;
        put(frame, &mut self.out)
    }

    fn send_rows(&mut self) -> io::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        put(&Frame::Rows, &mut self.out)?;
        // A list is its length and then its items.
        let length = postcard::to_stdvec(&self.count).map_err(io::Error::other)?;
        put_bytes(&[&length, &self.rows], &mut self.out)?;
        self.drop_rows();
        Ok(())
    }

    fn drop_rows(&mut self) {
        self.rows.clear();
        self.count = 0;
    }

    fn finish(mut self, answer: Result<(), ReadError>) -> io::Result<()> {
        match answer {
            Ok(()) => self.send(&Frame::End),
            Err(e) => {
                let forbidden = matches!(e, ReadError::Forbidden { .. });
                self.send(&Frame::Failed { forbidden, what: e.to_string(), remedy: e.remedy() })
            }
        }
    }
}

impl<W: Write> Sink for Sender<W> {
    fn file(&mut self, file: RawFile) -> Result<(), ReadError> {
        Ok(self.send(&Frame::File(file.encoding, file.properties))?)
    }

    fn sheet(&mut self, sheet: Sheet) -> Result<(), ReadError> {
        Ok(self.send(&Frame::Sheet(Box::new(sheet)))?)
    }

    fn row(&mut self, row: &RawRow) -> Result<(), ReadError> {
        self.rows = postcard::to_extend(row, std::mem::take(&mut self.rows)).map_err(io::Error::other)?;
        self.count += 1;
        if self.count == ROWS || self.rows.len() >= ROWS_BYTES { Ok(self.send_rows()?) } else { Ok(()) }
    }

    fn again(&mut self) -> Result<(), ReadError> {
        self.drop_rows();
        Ok(self.send(&Frame::Again)?)
    }
}

/// A frame: four bytes of length, then the frame.
fn put(frame: &Frame, out: &mut impl Write) -> io::Result<()> {
    let bytes = postcard::to_stdvec(frame).map_err(io::Error::other)?;
    put_bytes(&[&bytes], out)?;
    if matches!(frame, Frame::End | Frame::Failed { .. }) { out.flush() } else { Ok(()) }
}

fn put_bytes(parts: &[&[u8]], out: &mut impl Write) -> io::Result<()> {
    let length = u32::try_from(parts.iter().map(|p| p.len()).sum::<usize>()).map_err(io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    parts.iter().try_for_each(|part| out.write_all(part))
}

/// The parent's side. `None` when the answer is cut off or no answer.
fn receive(mut from: impl Read, sink: &mut dyn Sink) -> Option<Result<(), ReadError>> {
    let mut bytes = Vec::new();
    loop {
        next(&mut from, &mut bytes)?;
        let taken = match postcard::from_bytes(&bytes).ok()? {
            Frame::File(encoding, properties) => sink.file(RawFile { encoding, properties, sheets: Vec::new() }),
            Frame::Sheet(sheet) => sink.sheet(*sheet),
            Frame::Rows => {
                next(&mut from, &mut bytes)?;
                sink.packed(&bytes)?
            }
            Frame::Again => sink.again(),
            Frame::End => return Some(Ok(())),
            Frame::Failed { forbidden: true, what, remedy } => return Some(Err(ReadError::Forbidden { what, remedy })),
            Frame::Failed { what, remedy, .. } => return Some(Err(ReadError::NotReadable { what, remedy })),
        };
        if let Err(e) = taken {
            return Some(Err(e));
        }
    }
}

/// The bytes of the next frame.
fn next(from: &mut impl Read, bytes: &mut Vec<u8>) -> Option<()> {
    let mut length = [0; 4];
    from.read_exact(&mut length).ok()?;
    let length = u32::from_le_bytes(length);
    if length > MAX_FRAME {
        return None;
    }
    bytes.clear();
    let read = from.take(u64::from(length)).read_to_end(bytes).ok()?;
    (read == length as usize).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Cell, Marks, sink::hand_over};

    fn encode(answer: Result<RawFile, ReadError>, out: &mut Vec<u8>) -> io::Result<()> {
        let mut sender = Sender::new(out);
        let answer = answer.and_then(|file| hand_over(file, &mut sender));
        sender.finish(answer)
    }

    fn decode(from: &[u8]) -> Option<Result<RawFile, ReadError>> {
        let mut out = Collect::default();
        Some(receive(from, &mut out)?.map(|()| out.file))
    }

    #[test]
    fn what_a_child_says_is_what_it_read() {
        let cells = vec![Cell::Empty, Cell::Text("郪江".into()), Cell::Number(0.1), Cell::Bool(true)];
        let rows: Vec<RawRow> = (1..=1_000).map(|no| RawRow { no, cells: cells.clone() }).collect();
        let marks = Marks { hidden_rows: vec![7], hidden_row_count: 1, ..Marks::default() };
        let sheet = Sheet { name: "三月".into(), has_cells: true, marks, rows, ..Sheet::default() };
        let own = BTreeMap::from([("unit".to_owned(), "510903".to_owned())]);
        let mut bytes = Vec::new();
        encode(
            Ok(RawFile { encoding: "XLSX".into(), sheets: vec![sheet.clone()], properties: own.clone() }),
            &mut bytes,
        )
        .unwrap();
        let read = decode(bytes.as_slice()).unwrap().unwrap();
        assert_eq!((read.encoding.as_str(), read.properties, read.sheets), ("XLSX", own, vec![sheet]));
        assert!(decode(&bytes[..bytes.len() - 3]).is_none());
        assert!(decode([0xFF; 64].as_slice()).is_none());
    }

    #[test]
    fn a_refusal_keeps_its_code() {
        let mut bytes = Vec::new();
        let refusal = ReadError::Forbidden { what: "工作簿含有宏".into(), remedy: "请另存".into() };
        encode(Err(refusal), &mut bytes).unwrap();
        let read = decode(bytes.as_slice()).unwrap().unwrap_err();
        assert_eq!((read.code(), read.to_string().as_str()), ("DQ023", "工作簿含有宏"));
    }
}
