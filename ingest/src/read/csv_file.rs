//! Tables in text: the encoding (UTF-8 with or without BOM, UTF-16, GB18030) and the separator are found from the content.

use std::collections::BTreeMap;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::bounds::{self, MAX_COLUMNS};
use super::{Cell, RawFile, RawRow, ReadError, Sheet};

/// The text of a file and the name of its encoding.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, &'static str), ReadError> {
    let known = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8(rest.to_vec()).ok().map(|t| (t, "UTF-8")),
        [0xFF, 0xFE, rest @ ..] => whole(UTF_16LE, rest).map(|t| (t, "UTF-16")),
        [0xFE, 0xFF, rest @ ..] => whole(UTF_16BE, rest).map(|t| (t, "UTF-16")),
        // Tables have separators and line ends, which are half zero in UTF-16.
        _ if bytes.contains(&0) => without_mark(bytes).map(|t| (t, "UTF-16")),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Some((text.to_owned(), "UTF-8")),
            Err(_) => whole(GB18030, bytes).map(|t| (t, "GB18030")),
        },
    };
    known.filter(|(text, _)| !looks_binary(text)).ok_or_else(|| {
        ReadError::unreadable(
            "文件不是工作簿，也不是可读的文本（编码无法识别）",
            "请报送 .xlsx 工作簿，或用 UTF-8、GB18030 编码导出的 CSV",
        )
    })
}

fn whole(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

/// UTF-16 without a byte order mark: the zeros stand behind the ASCII characters (LE) or before them (BE).
fn without_mark(bytes: &[u8]) -> Option<String> {
    let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let encoding = if odd > even { UTF_16LE } else { UTF_16BE };
    whole(encoding, bytes).filter(|t| even.min(odd) == 0 && t.contains('\n'))
}

/// Control characters do not occur in a table.
fn looks_binary(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

pub(super) fn read(text: &str, encoding: &str) -> Result<RawFile, ReadError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for (i, record) in reader.records().enumerate() {
        let no = u32::try_from(i + 1).unwrap_or(u32::MAX);
        let record = record
            .map_err(|e| ReadError::unreadable(format!("第 {no} 行读不了：{e}"), "请检查这一行的引号和分隔符"))?;
        if record.len() > MAX_COLUMNS as usize {
            return Err(bounds::too_large(format!("第 {no} 行有 {} 列", record.len())));
        }
        let cells = record.iter().map(|f| if f.is_empty() { Cell::Empty } else { Cell::Text(f.to_owned()) }).collect();
        rows.push(RawRow { no, cells });
    }
    let sheets = vec![Sheet { rows, ..Sheet::default() }];
    Ok(RawFile { encoding: encoding.to_owned(), sheets, properties: BTreeMap::new() })
}

/// Lines from which the separator is judged; titles above the header have none.
const JUDGED_LINES: usize = 40;

/// The separator that some line has most of, outside quotes; a comma where there is none.
fn separator(text: &str) -> u8 {
    let mut best = (0, b',');
    let (mut counts, mut quoted, mut lines) = ([0_usize; 3], false, 0);
    for b in text.bytes().chain(std::iter::once(b'\n')) {
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
    use super::*;

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
            let file = read(&text, found).unwrap();
            assert_eq!(file.sheets[0].rows[1].cells[1], Cell::Text("郪江".into()));
        }
    }

    #[test]
    fn random_bytes_are_refused() {
        let noise: Vec<u8> = (0..2_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        assert!(decode(&noise).is_err());
    }
}
