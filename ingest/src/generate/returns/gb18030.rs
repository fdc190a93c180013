//! GB18030 in the big: encoding_rs looks every Chinese character up in one list from its beginning, which takes most of
//! the time of a big world. A table made once by decoding all two-byte codes answers at once; the rest goes its way.

use std::sync::LazyLock;

use encoding_rs::GB18030;

/// Two-byte code by character of the basic plane; 0 where there is none.
static CODES: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut codes = vec![0; 0x1_0000];
    for lead in 0x81..=0xfe_u8 {
        for trail in (0x40..=0xfe_u8).filter(|t| *t != 0x7f) {
            let bytes = [lead, trail];
            let decoded = GB18030.decode_without_bom_handling_and_without_replacement(&bytes);
            let Some(text) = decoded else { continue };
            let mut chars = text.chars();
            // The first code of a character counts: the full-width blank has a second one.
            if let (Some(c), None) = (chars.next(), chars.next())
                && let Some(code) = codes.get_mut(c as usize).filter(|code| **code == 0)
            {
                *code = u16::from_be_bytes([lead, trail]);
            }
        }
    }
    codes
});

/// The bytes of a text; the same as encoding_rs gives.
pub(super) fn encode(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match (c.is_ascii(), CODES.get(c as usize)) {
            (true, _) => out.push(c as u8),
            (_, Some(code)) if *code != 0 => out.extend(code.to_be_bytes()),
            _ => out.extend(GB18030.encode(c.encode_utf8(&mut [0; 4])).0.iter()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_bytes_of_encoding_rs() {
        let mut text = String::from("郪江镇,崚山村\u{3000}\u{a0}—/２０２５年\n😀㐂€");
        text.extend((0x4e00..0x9fff).filter_map(char::from_u32).step_by(7));
        text.extend((0xe000..0xe800).chain(0xff00..0xffef).filter_map(char::from_u32));
        assert_eq!(encode(&text), GB18030.encode(&text).0.into_owned());
    }
}
