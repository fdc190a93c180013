//! Text that is in its compared form already: most cells are, and need no copy.

/// Whether a text holds nothing but ASCII without blanks and apostrophes, and hanzi of the main block. Normalisation (NFKC)
/// leaves both as they are.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic() && b != b'\'')
        || text.chars().all(|c| matches!(c, '!'..='&' | '('..='~' | '\u{4E00}'..='\u{9FFF}'))
}

#[cfg(test)]
mod tests {
    use super::is_plain;
    use crate::normalise::half_width;
    use crate::recognise::header_key;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn plain_text_is_what_normalisation_makes_of_it() {
        let plain = |c: char| is_plain(c.encode_utf8(&mut [0; 4]));
        let all: Vec<char> = ('\0'..=char::MAX).filter(|c| plain(*c)).collect();
        assert_eq!(all.len(), 93 + 0x5200);
        let text: String = all.iter().collect();
        assert!(is_plain(&text) && text.nfkc().eq(text.chars()));
        assert_eq!((half_width(&text).as_ref(), header_key(&text).as_ref()), (text.as_str(), text.as_str()));
    }

    #[test]
    fn blanks_apostrophes_and_wide_letters_are_not_plain() {
        for text in ["a b", "'1", "１", "郪 江", "（一）", "\u{feff}x", "é", "\t"] {
            assert!(!is_plain(text), "{text}");
        }
    }
}
