//! Names of units, and what the folder and the file name say.

use crate::contract::{CITY, Contracts};
use crate::period::Period;

/// The names under which units are known.
#[derive(Debug, Clone)]
pub struct Names {
    /// (name, code), longest names first, the bureau last.
    names: Vec<(String, String)>,
}

impl Names {
    /// Collects names, aliases and codes of the eight units and the bureau.
    #[must_use]
    pub fn new(contracts: &Contracts) -> Self {
        let mut names = Vec::new();
        for code in contracts.code_sets.get("eval_unit").into_iter().flat_map(|s| &s.codes) {
            if code.code != CITY {
                names.extend(std::iter::once(&code.name).chain(&code.aliases).map(|n| (n.clone(), code.code.clone())));
            }
        }
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.chars().count()));
        let bureau = ["遂宁市民政局", "市民政局", "遂宁市", "市本级", "市局"];
        names.extend(bureau.iter().map(|n| ((*n).to_owned(), CITY.to_owned())));
        Self { names }
    }

    /// The unit whose name stands in a text; the units go before the bureau (“遂宁市船山区民政局” is 船山区).
    #[must_use]
    pub fn unit_in(&self, text: &str) -> Option<String> {
        self.names.iter().find(|(name, _)| text.contains(name.as_str())).map(|(_, code)| code.clone())
    }

    /// The unit that a folder or a part of a file name is.
    #[must_use]
    pub fn unit_exact(&self, text: &str) -> Option<String> {
        self.names.iter().find(|(name, code)| name == text || code == text).map(|(_, code)| code.clone())
    }
}

/// What folder and file name say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathSays {
    /// Unit named by a folder.
    pub folder_unit: Option<String>,
    /// Unit named by the file name.
    pub file_unit: Option<String>,
    /// Period named by a folder.
    pub folder_period: Option<Period>,
    /// Period named by the file name.
    pub file_period: Option<Period>,
    /// Whether the file name says 更正.
    pub correction: bool,
    /// File name without ending.
    pub stem: String,
}

impl PathSays {
    /// Reads a path with `/`, relative to the delivery (or with the two folders above a single file).
    #[must_use]
    pub fn read(path: &str, names: &Names) -> Self {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        let stem = file.rsplit_once('.').map_or(file, |(s, _)| s);
        let mut says = Self { correction: stem.contains("更正"), stem: stem.to_owned(), ..Self::default() };
        for folder in folders.split('/').filter(|f| !f.is_empty()) {
            says.folder_unit = names.unit_exact(folder).or(says.folder_unit);
            says.folder_period = folder.parse().ok().or(says.folder_period);
        }
        for part in stem.split(['_', '-', ' ', '（', '(', ')', '）']) {
            says.file_unit = says.file_unit.or_else(|| names.unit_exact(part));
            says.file_period = says.file_period.or_else(|| part.parse().ok());
        }
        says
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_and_file_name() {
        let names = Names::new(&Contracts::embedded().unwrap());
        let says = PathSays::read("202503/船山区/更正_月报_船山区_202503(1).xlsx", &names);
        assert_eq!(says.folder_unit.as_deref(), Some("510903"));
        assert_eq!(says.file_unit.as_deref(), Some("510903"));
        assert_eq!(says.file_period, Some(Period::month(2025, 3)));
        assert!(says.correction);
        assert_eq!(names.unit_in("遂宁市船山区民政局").as_deref(), Some("510903"));
        assert_eq!(names.unit_in("遂宁市民政局").as_deref(), Some(CITY));
    }
}
