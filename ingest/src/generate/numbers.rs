//! Numbers that look real, check as real ones do, and belong to nobody.
//!
//! * ID numbers pass GB 11643-1999. They begin with 510990–510997: county codes that were never given out in 遂宁, so
//!   nobody was ever registered under one.
//! * Credit codes pass GB 32100-2015 and carry the same county codes as registering authority.
//! * Accounts pass the Luhn check and begin with 629999, which is no bank's.
//! * Telephone numbers begin with 1990000 (people) and 1990001 (bidders).

use std::collections::BTreeSet;
use std::fmt;

use super::day::Day;
use super::rng::Rng;

const CHECK: &[u8; 11] = b"10X98765432";
const CREDIT: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// An ID number: seventeen digits, then the last character as a number up to 10 (`X`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct IdNo {
    body: u64,
    last: u8,
}

impl IdNo {
    fn new(body: u64) -> Self {
        Self { body, last: check_of(body) }
    }

    /// The number with a last character that does not check.
    #[must_use]
    pub fn spoiled(self) -> Self {
        Self { last: if self.last == 7 { 3 } else { 7 }, ..self }
    }
}

impl fmt::Display for IdNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            10 => write!(f, "{:017}X", self.body),
            d => write!(f, "{:017}{d}", self.body),
        }
    }
}

/// The check value (0 to 10) of seventeen digits.
fn check_of(body: u64) -> u8 {
    let (mut sum, mut weight, mut rest) = (0, 2, body);
    for _ in 0..17 {
        sum += (rest % 10) * weight;
        rest /= 10;
        weight = weight * 2 % 11;
    }
    let at = usize::try_from(sum % 11).unwrap_or(0);
    match CHECK[at] {
        b'X' => 10,
        c => c - b'0',
    }
}

/// The last character that seventeen digits ask for; `None` where they are no digits.
#[must_use]
pub fn id_check_char(body: &str) -> Option<char> {
    let value = check_of(body.parse().ok()?);
    Some(if value == 10 { 'X' } else { char::from(b'0' + value) })
}

/// Whether a text is an ID number that checks.
#[must_use]
pub fn id_is_valid(text: &str) -> bool {
    text.len() == 18 && text.is_ascii() && text.ends_with(id_check_char(&text[..17]).unwrap_or('?'))
}

/// A bank account of nineteen digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Account(u64);

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:018}{}", self.0, luhn(self.0))
    }
}

/// The digit that Luhn's rule puts behind a number.
fn luhn(body: u64) -> u64 {
    let (mut sum, mut rest, mut double) = (0, body, true);
    while rest > 0 {
        let d = rest % 10 * if double { 2 } else { 1 };
        sum += d / 10 + d % 10;
        rest /= 10;
        double = !double;
    }
    (10 - sum % 10) % 10
}

/// Gives out numbers, each only once.
#[derive(Default)]
pub struct Numbers {
    ids: BTreeSet<u64>,
    accounts: u64,
}

impl Numbers {
    /// An ID number for a birthday and sex, of the unreal county of a unit.
    pub fn id(&mut self, rng: &mut Rng, unit: usize, birth: Day, female: bool) -> IdNo {
        let (y, m, d) = birth.ymd();
        let ymd = u64::from(y.unsigned_abs()) * 10_000 + u64::from(m * 100 + d);
        let county = 510_990 + (unit % 8) as u64;
        loop {
            let order = rng.below(500) as u64 * 2 + u64::from(!female);
            let body = (county * 100_000_000 + ymd) * 1000 + order;
            if self.ids.insert(body) {
                return IdNo::new(body);
            }
        }
    }

    /// An account that nobody else has; `bank` is the digit behind 629999.
    pub fn account(&mut self, bank: u64) -> Account {
        self.accounts += 1;
        // A multiplier without a common factor with 10^11 visits every number once.
        let scrambled = self.accounts * 387_420_489 % 100_000_000_000;
        Account((6_299_990 + bank % 10) * 100_000_000_000 + scrambled)
    }
}

/// A telephone number of the block 1990000.
pub fn phone(rng: &mut Rng) -> String {
    format!("1990000{:04}", rng.below(10_000))
}

/// A credit code: kind (51 association, 52 service body, 53 foundation, 91 firm) and the unreal county of a unit.
pub fn credit_code(rng: &mut Rng, kind: &str, unit: usize) -> String {
    let mut code = format!("{kind}{}", 510_990 + unit % 8);
    for _ in 0..9 {
        code.push(char::from(CREDIT[rng.below(31)]));
    }
    let check = credit_check_char(&code);
    code.push(check);
    code
}

/// The eighteenth character that seventeen ask for.
#[must_use]
pub fn credit_check_char(body: &str) -> char {
    let (mut sum, mut weight) = (0, 1);
    for c in body.bytes() {
        sum += CREDIT.iter().position(|x| *x == c).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    char::from(CREDIT[(31 - sum % 31) % 31])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_examples_of_the_standards_check() {
        assert!(id_is_valid("11010519491231002X"));
        assert!(!id_is_valid("110105194912310021"));
        assert_eq!(credit_check_char("91350100M000100Y4"), '3');
    }

    #[test]
    fn numbers_are_valid_and_unique() {
        let (mut numbers, mut rng) = (Numbers::default(), Rng::new(3, "ids"));
        let birth = Day::new(1960, 5, 17);
        let ids: Vec<String> = (0..200).map(|i| numbers.id(&mut rng, i, birth, i % 2 == 0).to_string()).collect();
        for (i, id) in ids.iter().enumerate() {
            assert!(id_is_valid(id), "{id}");
            assert!(id.starts_with("51099") && &id[6..14] == "19600517");
            assert_eq!(id.as_bytes()[16] % 2 == 1, i % 2 == 1);
        }
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        assert!(!id_is_valid(&numbers.id(&mut rng, 0, birth, true).spoiled().to_string()));
    }

    #[test]
    fn accounts_pass_luhn_and_differ() {
        let mut numbers = Numbers::default();
        let all: BTreeSet<String> = (0..500).map(|_| numbers.account(1).to_string()).collect();
        assert_eq!(all.len(), 500);
        for a in &all {
            let sum: u32 = a
                .bytes()
                .rev()
                .enumerate()
                .map(|(i, c)| {
                    let d = u32::from(c - b'0') * if i % 2 == 1 { 2 } else { 1 };
                    d / 10 + d % 10
                })
                .sum();
            assert!(a.len() == 19 && sum.is_multiple_of(10));
        }
    }
}
