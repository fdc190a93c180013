//! Text: trimming, half-width forms, names, telephone numbers, and personal data in free text.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::read::is_blank_char;

use super::id::{IdProblem, id_problem, mask_number};
use super::plain::is_plain;

/// Text without blanks around it and without a leading apostrophe that Excel uses to mark text.
#[must_use]
pub fn clean(text: &str) -> &str {
    text.trim_matches(is_blank_char)
}

/// Half-width form without any blanks and apostrophes: for numbers, codes and accounts.
#[must_use]
pub fn half_width(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    text.nfkc().filter(|c| !is_blank_char(*c) && !matches!(c, '\'' | '‘' | '’')).collect()
}

/// Whether a text stands for “nothing”: a dash, a slash.
#[must_use]
pub fn is_nil(text: &str) -> bool {
    matches!(text, "" | "—" | "——" | "–" | "-" | "--" | "---" | "/" | "//" | "\\" | "／" | "－" | "N/A" | "n/a")
}

/// A name of a person or payee: blanks removed between hanzi, middle dots made equal, full-width letters half-width.
#[must_use]
pub fn person_name(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let dots = text.chars().map(|c| if matches!(c, '•' | '・' | '‧' | '∙' | '．') { '·' } else { c });
    let plain: String =
        dots.map(|c| if ('！'..='～').contains(&c) && c.is_alphanumeric() { shift(c) } else { c }).collect();
    let has_latin = plain.chars().any(|c| c.is_ascii_alphabetic());
    if has_latin { clean(&plain).to_owned() } else { plain.chars().filter(|c| !is_blank_char(*c)).collect() }
}

fn shift(c: char) -> char {
    char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)
}

/// A bank account: half-width letters and digits.
#[must_use]
pub fn account(text: &str) -> String {
    half_width(text).chars().filter(|c| *c != '-').map(|c| c.to_ascii_uppercase()).collect()
}

/// Whether a telephone number is a mobile number or a landline with area code (DQ024).
#[must_use]
pub fn phone_plausible(phone: &str) -> bool {
    let digits: String = phone.chars().filter(|c| *c != '-').collect();
    let all_digits = digits.chars().all(|c| c.is_ascii_digit());
    let mobile = digits.len() == 11 && digits.starts_with('1') && matches!(digits.as_bytes()[1], b'3'..=b'9');
    let landline = (10..=12).contains(&digits.len()) && digits.starts_with('0') || matches!(digits.len(), 7 | 8);
    all_digits && (mobile || landline)
}

/// Free text with ID and card numbers masked (DQ027), or `None` when it holds none. A number inside a longer run of
/// letters and digits, such as the hash of a photograph, is none.
#[must_use]
pub fn mask_personal(text: &str) -> Option<String> {
    let runs = text.as_bytes().split(|b| !b.is_ascii_alphanumeric());
    if runs.map(<[u8]>::len).max() < Some(SHORTEST) {
        return None;
    }
    let (mut out, mut found, mut rest) = (String::with_capacity(text.len()), false, text);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        if is_personal_number(word) {
            out.push_str(&mask_number(word, 4, 1));
            found = true;
        } else {
            out.push_str(word);
        }
        let between = tail.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(tail.len());
        out.push_str(&tail[..between]);
        rest = &tail[between..];
    }
    found.then_some(out)
}

/// Characters of the shortest number that is masked.
const SHORTEST: usize = 16;

fn is_personal_number(run: &str) -> bool {
    match run.len() {
        18 => {
            !matches!(id_problem(&run.to_ascii_uppercase()), Some(IdProblem::Characters | IdProblem::BirthDate))
                || luhn(run)
        }
        16 | 17 | 19 => luhn(run),
        _ => false,
    }
}

/// Check of debit cards (ISO/IEC 7812).
fn luhn(digits: &str) -> bool {
    let mut sum = 0;
    for (i, c) in digits.chars().rev().enumerate() {
        let Some(d) = c.to_digit(10) else { return false };
        let doubled = if i % 2 == 1 { d * 2 } else { d };
        sum += if doubled > 9 { doubled - 9 } else { doubled };
    }
    sum % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        assert_eq!(person_name(" 王　小　明 "), "王小明");
        assert_eq!(person_name("阿依•古丽"), "阿依·古丽");
        assert_eq!(account("６２２８ 4809 66"), "6228480966");
        assert!(phone_plausible("19900001234") && phone_plausible("0825-2200000") && !phone_plausible("12345"));
    }

    #[test]
    fn numbers_in_free_text_are_masked() {
        assert_eq!(mask_personal("本人11010519491231002X，已核"), Some("本人1101*************X，已核".to_owned()));
        assert_eq!(mask_personal("合同编号20250001，金额1200元"), None);
        assert_eq!(mask_personal("db739228185820257515bbe16709c861"), None);
    }
}
