//! Codes: a cell may hold the code, its name or another known spelling.

use std::collections::BTreeMap;

use crate::contract::{Column, Contracts};

use super::text::half_width;

/// The spellings of one set of codes.
#[derive(Debug, Clone, Default)]
pub struct CodeTable {
    spellings: BTreeMap<String, String>,
    examples: String,
    choices: Vec<(String, String)>,
}

impl CodeTable {
    /// The code that a text stands for.
    #[must_use]
    pub fn resolve(&self, text: &str) -> Option<&str> {
        let key = half_width(text);
        let found = self.spellings.get(key.as_ref()).or_else(|| self.spellings.get(&key.to_ascii_uppercase()));
        // Excel drops the leading zero of 01.
        found.or_else(|| self.spellings.get(&format!("0{key}"))).map(String::as_str)
    }

    /// The allowed values in words, for remedies.
    #[must_use]
    pub fn allowed(&self) -> &str {
        &self.examples
    }

    /// Codes with their names, in the order of the set.
    #[must_use]
    pub fn choices(&self) -> &[(String, String)] {
        &self.choices
    }

    fn add(&mut self, spelling: &str, code: &str) {
        self.spellings.entry(half_width(spelling).into_owned()).or_insert_with(|| code.to_owned());
    }
}

/// The code tables of all coded columns.
#[derive(Debug, Default)]
pub struct CodeBook {
    sets: BTreeMap<String, CodeTable>,
    inline: BTreeMap<String, CodeTable>,
}

impl CodeBook {
    /// Collects the code sets and the lists written into columns (`1入户;2电话`).
    #[must_use]
    pub fn new(contracts: &Contracts) -> Self {
        let sets = contracts.code_sets.values().map(|set| {
            let mut table = CodeTable::default();
            // Codes first: a name never hides a code.
            set.codes.iter().for_each(|c| table.add(&c.code, &c.code));
            set.codes.iter().for_each(|c| table.add(&c.name, &c.code));
            set.codes.iter().flat_map(|c| c.aliases.iter().map(|a| (a, &c.code))).for_each(|(a, c)| table.add(a, c));
            table.examples = set.codes.iter().map(|c| format!("{}={}", c.code, c.name)).collect::<Vec<_>>().join("、");
            table.choices = set.codes.iter().map(|c| (c.code.clone(), c.name.clone())).collect();
            (set.id.clone(), table)
        });
        let columns = contracts.tables.values().flat_map(|t| &t.columns);
        let inline = columns
            .filter(|c| c.code_set.is_none())
            .filter_map(|c| Some((c.allowed.clone(), parse_inline(&c.allowed)?)));
        Self { sets: sets.collect(), inline: inline.collect() }
    }

    /// The codes of a column, `None` where it is not coded.
    #[must_use]
    pub fn of(&self, column: &Column) -> Option<&CodeTable> {
        match &column.code_set {
            Some(set) => self.sets.get(set),
            None => self.inline.get(&column.allowed),
        }
    }
}

/// `1入户;2电话;3线上`: short codes followed by their names.
fn parse_inline(allowed: &str) -> Option<CodeTable> {
    if !allowed.contains(';') {
        return None;
    }
    let mut table = CodeTable { examples: allowed.replace(';', "、"), ..CodeTable::default() };
    let mut names = Vec::new();
    for part in allowed.split(';') {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric()).filter(|end| (1..=2).contains(end))?;
        let (code, name) = part.split_at(end);
        table.add(code, code);
        names.push((code.to_owned(), name.trim_start_matches('=').to_owned()));
    }
    names.iter().for_each(|(code, name)| table.add(name, code));
    table.choices = names;
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_names_and_aliases() {
        let contracts = Contracts::embedded().unwrap();
        let book = CodeBook::new(&contracts);
        let category = book.of(contracts.table("person_status").unwrap().column("aid_category").unwrap()).unwrap();
        for text in ["01", "1", "最低生活保障对象", " 最低生活保障对象　"] {
            assert_eq!(category.resolve(text), Some("01"), "{text}");
        }
        assert_eq!(category.resolve("见附件"), None);
        let mode = book.of(contracts.table("visit_survey").unwrap().column("visit_mode").unwrap()).unwrap();
        assert_eq!(mode.resolve("电话"), Some("2"));
        assert!(book.of(contracts.table("person").unwrap().column("household_id").unwrap()).is_none());
    }
}
