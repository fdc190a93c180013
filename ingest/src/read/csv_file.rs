//! Tables in text: the separator is found from the content, the records are handed on as they are read.

use std::collections::BTreeMap;
use std::io::Read;

use super::bounds::{self, MAX_COLUMNS};
use super::causes;
use super::decode::{self, Text};
use super::{Cell, Input, RawFile, RawRow, ReadError, Sheet, Sink};

/// Bytes from which the separator is judged.
const JUDGED_BYTES: u64 = 1 << 20;

pub(super) fn read(input: &Input<'_>, text: &Text, sink: &mut dyn Sink) -> Result<(), ReadError> {
    sink.file(RawFile { encoding: text.name.to_owned(), sheets: Vec::new(), properties: BTreeMap::new() })?;
    sink.sheet(Sheet::default())?;
    let mut head = Vec::new();
    decode::reader(input, text)?.take(JUDGED_BYTES).read_to_end(&mut head)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&head))
        .buffer_capacity(256 << 10)
        .from_reader(decode::reader(input, text)?);
    let (mut record, mut row) = (csv::StringRecord::new(), RawRow::default());
    for no in 1_u32.. {
        if !reader.read_record(&mut record).map_err(|e| faulty(no, e))? {
            break;
        }
        if record.len() > MAX_COLUMNS as usize {
            return Err(bounds::too_large(format!("第 {no} 行有 {} 列", record.len())));
        }
        row.no = no;
        row.cells.resize(record.len(), Cell::Empty);
        row.cells.iter_mut().zip(&record).for_each(|(cell, field)| cell.write(field));
        sink.row(&row)?;
    }
    Ok(())
}

fn faulty(no: u32, e: csv::Error) -> ReadError {
    ReadError::unreadable(format!("第 {no} 行读不了：{}", causes::of_csv(e)), "请检查这一行的引号和分隔符")
}

/// Lines from which the separator is judged; titles above the header have none.
const JUDGED_LINES: usize = 40;

/// The separator that some line has most of, outside quotes; a comma where there is none.
fn separator(text: &[u8]) -> u8 {
    let mut best = (0, b',');
    let (mut counts, mut quoted, mut lines) = ([0_usize; 3], false, 0);
    for b in text.iter().copied().chain(std::iter::once(b'\n')) {
        match b {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                let most = SEPARATORS.iter().zip(counts).max_by_key(|(_, n)| *n);
                best = most.filter(|(_, n)| *n > best.0).map_or(best, |(s, n)| (n, *s));
                counts = [0; 3];
                lines += 1;
            }
            _ => SEPARATORS.iter().zip(&mut counts).filter(|(s, _)| **s == b && !quoted).for_each(|(_, n)| *n += 1),
        }
        if lines > JUDGED_LINES {
            break;
        }
    }
    best.1
}

/// In rising order of trust where two are equally frequent.
const SEPARATORS: [u8; 3] = [b';', b'\t', b','];

#[cfg(test)]
mod tests {
    use encoding_rs::GB18030;

    use super::*;

    fn decode(bytes: &[u8]) -> Result<(&[u8], &'static str), ReadError> {
        Ok((bytes, decode::survey(&Input::of(bytes))?.name))
    }

    fn read(bytes: &[u8], _: &str) -> Result<RawFile, ReadError> {
        crate::read::read_bytes(bytes)
    }

    #[test]
    fn encodings_and_separators() {
        for (bytes, encoding) in [
            ("家庭编号,姓名\n1,郪江".as_bytes().to_vec(), "UTF-8"),
            ([b"\xEF\xBB\xBF".as_slice(), "家庭编号,姓名\n1,郪江".as_bytes()].concat(), "UTF-8"),
            (GB18030.encode("家庭编号,姓名\n1,郪江").0.into_owned(), "GB18030"),
            (
                std::iter::once(0xFEFF)
                    .chain("家庭编号\t姓名\n1\t郪江".encode_utf16())
                    .flat_map(u16::to_le_bytes)
                    .collect(),
                "UTF-16",
            ),
        ] {
            let (text, found) = decode(&bytes).unwrap();
            assert_eq!(found, encoding);
            let file = read(text, found).unwrap();
            assert_eq!(file.sheets[0].rows[1].cells[1], Cell::Text("郪江".into()));
        }
    }

    #[test]
    fn random_bytes_are_refused() {
        let noise: Vec<u8> = (0..2_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert!(decode(&noise).is_err());
    }
}
