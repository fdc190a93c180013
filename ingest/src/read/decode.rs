//! Text: its encoding (UTF-8 with or without BOM, UTF-16, GB18030) is found from all of its bytes, which are then decoded
//! in passes and never held.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::{Input, ReadError};

/// Bytes decoded at a time.
const CHUNK: usize = 64 << 10;

/// What a pass over a text found.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// `UTF-8`, `UTF-16` or `GB18030`.
    pub name: &'static str,
    /// The first character that is no white space.
    pub first: Option<char>,
    encoding: &'static Encoding,
    /// Bytes of the byte order mark.
    mark: u64,
    line_end: bool,
}

/// Finds the encoding.
///
/// # Errors
/// When the bytes are no text.
pub(super) fn survey(input: &Input<'_>) -> Result<Text, ReadError> {
    let known = match input.head()?.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => look(input, "UTF-8", UTF_8, 3)?,
        [0xFF, 0xFE, ..] => look(input, "UTF-16", UTF_16LE, 2)?,
        [0xFE, 0xFF, ..] => look(input, "UTF-16", UTF_16BE, 2)?,
        _ => without_mark(input)?,
    };
    known.ok_or_else(|| {
        ReadError::unreadable(
            "文件不是工作簿，也不是可读的文本（编码无法识别）",
            "请报送 .xlsx 工作簿，或用 UTF-8、GB18030 编码导出的 CSV",
        )
    })
}

/// Tables have separators and line ends, which are half zero in UTF-16: the zeros stand behind the ASCII characters (LE)
/// or before them (BE).
fn without_mark(input: &Input<'_>) -> io::Result<Option<Text>> {
    let zeros = zeros(input)?;
    if zeros == [0, 0] {
        let utf_8 = look(input, "UTF-8", UTF_8, 0)?;
        return if utf_8.is_some() { Ok(utf_8) } else { look(input, "GB18030", GB18030, 0) };
    }
    let encoding = if zeros[1] > zeros[0] { UTF_16LE } else { UTF_16BE };
    let text = look(input, "UTF-16", encoding, 0)?;
    Ok(text.filter(|t| zeros.contains(&0) && t.line_end))
}

/// Zero bytes at even and at odd places.
fn zeros(input: &Input<'_>) -> io::Result<[u64; 2]> {
    let (mut from, mut counts, mut place) = (input.reader()?, [0, 0], 0);
    let mut buffer = vec![0; CHUNK];
    loop {
        let n = from.read(&mut buffer)?;
        if n == 0 {
            return Ok(counts);
        }
        if buffer[..n].contains(&0) {
            let places = (place..).zip(&buffer[..n]).filter(|(_, b)| **b == 0);
            places.for_each(|(i, _)| counts[i % 2] += 1);
        }
        place += n;
    }
}

/// Decodes once, to see whether it can be done; `None` where it cannot, or where control characters show that it is no table.
fn look(input: &Input<'_>, name: &'static str, encoding: &'static Encoding, mark: u64) -> io::Result<Option<Text>> {
    let mut text = Text { name, first: None, encoding, mark, line_end: false };
    let mut from = reader(input, &text)?;
    loop {
        match from.next_part() {
            Ok("") => return Ok(Some(text)),
            Ok(part) if looks_binary(part) => return Ok(None),
            Ok(part) => {
                text.first = text.first.or_else(|| part.trim_start().chars().next());
                text.line_end |= part.contains('\n');
            }
            Err(e) if e.kind() == io::ErrorKind::InvalidData => return Ok(None),
            Err(e) => return Err(e),
        }
    }
}

/// Control characters do not occur in a table.
fn looks_binary(text: &str) -> bool {
    // Without a way out in the middle, many bytes are looked at together.
    let suspicious = text.bytes().fold(false, |found, b| {
        found | (b < b' ' && b != b'\n' && b != b'\r' && b != b'\t') | (b == 0x7F) | (b == 0xC2)
    });
    suspicious && text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// The text as UTF-8, from the start.
pub(super) fn reader<'a>(input: &'a Input<'_>, text: &Text) -> io::Result<Decoded<'a>> {
    let mut from = input.reader()?;
    io::copy(&mut from.by_ref().take(text.mark), &mut io::sink())?;
    let decoder = text.encoding.new_decoder_without_bom_handling();
    let part = vec![0; decoder.max_utf8_buffer_length_without_replacement(CHUNK).unwrap_or(4 * CHUNK)];
    Ok(Decoded { from: Box::new(from), decoder, bytes: vec![0; CHUNK], pending: 0..0, part, ready: 0..0, ended: false })
}

/// Decodes in parts; a faulty sequence is an error of kind `InvalidData`.
pub(super) struct Decoded<'a> {
    from: Box<dyn Read + 'a>,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// Bytes that were read and not decoded yet.
    pending: std::ops::Range<usize>,
    part: Vec<u8>,
    ready: std::ops::Range<usize>,
    ended: bool,
}

impl Decoded<'_> {
    /// The next part, empty at the end.
    fn next_part(&mut self) -> io::Result<&str> {
        self.fill()?;
        let part = std::mem::take(&mut self.ready);
        std::str::from_utf8(&self.part[part]).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    /// A decoder may stop for want of room in the middle of its bytes: the rest of them comes first.
    fn fill(&mut self) -> io::Result<()> {
        while self.ready.is_empty() && !self.ended {
            if self.pending.is_empty() {
                self.pending = 0..self.from.read(&mut self.bytes)?;
            }
            let last = self.pending.is_empty();
            let bytes = &self.bytes[self.pending.clone()];
            let (result, taken, written) = self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.part, last);
            self.pending.start += taken;
            self.ready = 0..written;
            match result {
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        Ok(())
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let n = out.len().min(self.ready.len());
        out[..n].copy_from_slice(&self.part[self.ready.start..self.ready.start + n]);
        self.ready.start += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_between_two_parts_is_whole() {
        for (encoding, before, character) in [UTF_8, GB18030]
            .into_iter()
            .flat_map(|e| ["郪", "𠀋", "é"].into_iter().flat_map(move |c| (1..6).map(move |n| (e, n, c))))
        {
            let text = "x".repeat(before) + "\n" + &character.repeat(CHUNK);
            let bytes = encoding.encode(&text).0;
            let input = Input::of(&bytes);
            let found = survey(&input).unwrap();
            assert_eq!((found.encoding, found.first), (encoding, Some('x')));
            let mut whole = String::new();
            reader(&input, &found).unwrap().read_to_string(&mut whole).unwrap();
            assert!(whole == text, "{character} behind {before}");
        }
    }

    #[test]
    fn a_fault_at_the_very_end_is_seen() {
        let bytes = [vec![b'a'; 3 * CHUNK], vec![0x81]].concat();
        assert!(survey(&Input::of(&bytes)).is_err());
        assert!(survey(&Input::of("一,二\u{85}".as_bytes())).is_err());
        assert!(survey(&Input::of(b"a,b\x7F")).is_err());
    }
}
