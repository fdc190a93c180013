//! Identity numbers after GB 11643-1999: 17 digits and a check character (ISO 7064 MOD 11-2).

use chrono::{Datelike, NaiveDate};

use super::text::half_width;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// What is wrong with an identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdProblem {
    /// Not 18 characters.
    Length,
    /// Something else than digits and a final X.
    Characters,
    /// Digits 7–14 are no date, or one in the future.
    BirthDate,
    /// The check character disagrees.
    Check,
}

impl IdProblem {
    /// In words for the sender.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Length => "身份证号位数不对",
            Self::Characters => "身份证号含有数字和末位X以外的字符",
            Self::BirthDate => "身份证号中的出生日期不存在",
            Self::Check => "身份证号校验码错误",
        }
    }
}

/// Half-width, without blanks, `x` → `X`, 15 digits made 18 (19 inserted, check character computed).
#[must_use]
pub fn normalise_id(text: &str) -> String {
    let mut number = half_width(text).into_owned();
    number.make_ascii_uppercase();
    if number.len() == 15 && number.chars().all(|c| c.is_ascii_digit()) {
        let body = format!("{}19{}", &number[..6], &number[6..]);
        if let Some(check) = check_character(&body) {
            return body + check;
        }
    }
    number
}

/// What is wrong with a normalised number, `None` when nothing is.
#[must_use]
pub fn id_problem(number: &str) -> Option<IdProblem> {
    if number.chars().count() != 18 {
        return Some(IdProblem::Length);
    }
    let (body, last) = number.split_at_checked(17).unwrap_or((number, ""));
    if !body.chars().all(|c| c.is_ascii_digit()) || !matches!(last.as_bytes(), [b'0'..=b'9' | b'X']) {
        return Some(IdProblem::Characters);
    }
    if birth_date(number).is_none_or(|d| d.year() < 1850) {
        return Some(IdProblem::BirthDate);
    }
    (check_character(body) != Some(last)).then_some(IdProblem::Check)
}

/// The date of birth in a number of 18 characters.
fn birth_date(number: &str) -> Option<NaiveDate> {
    let part = |at: std::ops::Range<usize>| number.get(at)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(part(6..10)?).ok()?, part(10..12)?, part(12..14)?)
}

/// The sex in digit 17: 1 male (odd), 2 female (even); `None` for an invalid number.
#[must_use]
pub fn sex_of(number: &str) -> Option<u8> {
    if id_problem(number).is_some() {
        return None;
    }
    let digit = number.as_bytes().get(16)? - b'0';
    Some(if digit % 2 == 1 { 1 } else { 2 })
}

fn check_character(body: &str) -> Option<&'static str> {
    let mut sum = 0;
    for (b, w) in body.bytes().zip(WEIGHTS) {
        sum += char::from(b).to_digit(10)? * w;
    }
    let at = usize::try_from(sum % 11).ok()?;
    std::str::from_utf8(CHECKS.get(at..=at)?).ok()
}

/// A number with its middle starred; short ones are starred whole.
#[must_use]
pub fn mask_number(number: &str, head: usize, tail: usize) -> String {
    if let Some(starred) = number.len().checked_sub(head + tail).filter(|n| *n > 0 && number.is_ascii()) {
        let mut out = String::with_capacity(number.len());
        out.push_str(&number[..head]);
        out.extend(std::iter::repeat_n('*', starred));
        out.push_str(&number[head + starred..]);
        return out;
    }
    let chars: Vec<char> = number.chars().collect();
    if chars.len() <= head + tail {
        return "*".repeat(chars.len());
    }
    let keep = |i: usize| i < head || i >= chars.len() - tail;
    chars.iter().enumerate().map(|(i, c)| if keep(i) { *c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        assert_eq!(id_problem("11010519491231002X"), None);
        assert_eq!(sex_of("11010519491231002X"), Some(2));
        assert_eq!(id_problem("110105194912310021"), Some(IdProblem::Check));
        assert_eq!(id_problem("11010519491331002X"), Some(IdProblem::BirthDate));
        assert_eq!(id_problem("1101051949123100"), Some(IdProblem::Length));
        assert_eq!(id_problem("1101051949123100AX"), Some(IdProblem::Characters));
        assert_eq!(id_problem("身份证号身份证号身份证号身份证号身份"), Some(IdProblem::Characters));
    }

    #[test]
    fn spellings_become_one() {
        for text in [
            "'11010519491231002x",
            "１１０１０５１９４９１２３１００２Ｘ",
            "110105 19491231 002X",
            "\t11010519491231002X",
        ] {
            assert_eq!(normalise_id(text), "11010519491231002X");
        }
        assert_eq!(normalise_id("110105491231002"), "11010519491231002X");
        assert_eq!(mask_number("11010519491231002X", 4, 1), "1101*************X");
        assert_eq!(mask_number("123", 4, 1), "***");
    }
}
