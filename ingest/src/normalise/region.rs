//! Divisions: codes, and names resolved inside the unit and the township. Never across units, never by likeness.

use std::collections::BTreeMap;

use crate::contract::{Contracts, Division};

use super::text::half_width;

/// Why a division is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegionProblem {
    /// No such code or name.
    Unknown,
    /// The name stands for several; these are their townships.
    Ambiguous(Vec<String>),
}

/// Divisions by code and by name.
#[derive(Debug)]
pub struct RegionBook {
    by_code: BTreeMap<String, Division>,
    /// (unit, level, name) → codes.
    by_name: BTreeMap<(String, String, String), Vec<String>>,
}

impl RegionBook {
    /// Collects the divisions: all codes, and the names of those in force.
    #[must_use]
    pub fn new(contracts: &Contracts) -> Self {
        let mut book = Self { by_code: BTreeMap::new(), by_name: BTreeMap::new() };
        for d in &contracts.divisions {
            book.by_code.insert(d.code.clone(), d.clone());
            if d.status == "current" && matches!(d.level.as_str(), "township" | "village") {
                for name in spellings(d) {
                    let codes = book.by_name.entry((d.managing_unit_code.clone(), d.level.clone(), name)).or_default();
                    if !codes.contains(&d.code) {
                        codes.push(d.code.clone());
                    }
                }
            }
        }
        book
    }

    /// A division by its code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Division> {
        self.by_code.get(code)
    }

    /// The code of a township or village: `text` is a code or a name; names are looked up inside the unit and, for a
    /// village, inside the township when it is known.
    ///
    /// # Errors
    /// When the text is no code and its name is unknown there or stands for several divisions.
    pub fn resolve(
        &self,
        text: &str,
        level: &str,
        unit: &str,
        township: Option<&str>,
    ) -> Result<String, RegionProblem> {
        self.find(text, level, unit, township).map(|d| d.code.clone())
    }

    /// As [`RegionBook::resolve`], with all that is known of the division.
    ///
    /// # Errors
    /// The same.
    pub fn find(
        &self,
        text: &str,
        level: &str,
        unit: &str,
        township: Option<&str>,
    ) -> Result<&Division, RegionProblem> {
        let plain = half_width(text);
        if let Some(division) = self.get(&plain) {
            return Ok(division);
        }
        let codes = self.by_name.get(&(unit.to_owned(), level.to_owned(), plain_name(&plain)));
        let named = codes.into_iter().flatten().filter_map(|code| self.get(code));
        let found: Vec<&Division> = named.filter(|d| township.is_none_or(|t| d.parent_code == t)).collect();
        match found.as_slice() {
            [] => Err(RegionProblem::Unknown),
            [one] => Ok(one),
            several => Err(RegionProblem::Ambiguous(several.iter().map(|d| self.parent_name(d)).collect())),
        }
    }

    fn parent_name(&self, division: &Division) -> String {
        self.get(&division.parent_code).map_or_else(String::new, |p| p.name_short.clone())
    }
}

/// The names under which a division is looked up: with and without the suffix of its committee.
fn spellings(d: &Division) -> [String; 2] {
    [plain_name(&half_width(&d.name_stat)), plain_name(&half_width(&d.name_short))]
}

/// 社区居民委员会, 社区居委会, 居委会 → 社区; 村民委员会, 村委会 → 村.
fn plain_name(name: &str) -> String {
    for (suffix, plain) in [
        ("社区居民委员会", "社区"),
        ("社区居委会", "社区"),
        ("居民委员会", "社区"),
        ("居委会", "社区"),
        ("村村民委员会", "村"),
        ("村民委员会", "村"),
        ("村村委会", "村"),
        ("村委会", "村"),
    ] {
        if let Some(stem) = name.strip_suffix(suffix) {
            return format!("{stem}{plain}");
        }
    }
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_inside_unit_and_township() {
        let book = RegionBook::new(&Contracts::embedded().unwrap());
        let township = book.resolve("介福路街道", "township", "510903", None).unwrap();
        assert_eq!(township, "510903006");
        for name in ["燕山社区", "燕山社区居委会", "燕山社区居民委员会", "510903006002"] {
            assert_eq!(
                book.resolve(name, "village", "510903", Some(&township)).as_deref(),
                Ok("510903006002"),
                "{name}"
            );
        }
        assert_eq!(book.resolve("燕山社区", "village", "510904", None), Err(RegionProblem::Unknown));
        assert_eq!(book.resolve("不存在村", "village", "510903", Some(&township)), Err(RegionProblem::Unknown));
        // The park answers for the village, although its code is one of 船山区.
        assert_eq!(book.resolve("棉场社区", "village", "5109A1", None).as_deref(), Ok("510903012003"));
    }
}
