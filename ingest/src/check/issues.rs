//! Making issues: their place, masked values, and warnings gathered so that one habit of a sender is one line.

use std::collections::BTreeMap;

use crate::checked::{Issue, Level};
use crate::contract::{Column, VaultKind};
use crate::normalise::{Refusal, mask_number};
use crate::read::cell_ref;

/// Warnings that are listed one by one, because each concerns a person or a body.
const LISTED: [&str; 3] = ["DQ007", "DQ008", "DQ027"];
/// Mistakes of a table that are listed one by one. Nobody corrects more of them by hand, and they must not fill the memory.
const MOST_LISTED: usize = 100_000;

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub file: &'a str,
    pub sheet: &'a str,
    pub has_cells: bool,
}

impl Place<'_> {
    /// An issue about a cell of a data row.
    pub fn at(&self, level: Level, row: u32, source: Option<(usize, &str)>, what: Refusal) -> Issue {
        Issue {
            code: what.code.to_owned(),
            level,
            file: self.file.to_owned(),
            sheet: self.sheet.to_owned(),
            row: Some(row),
            header: source.map(|(_, header)| header.to_owned()),
            cell: source.filter(|_| self.has_cells).map(|(column, _)| cell_ref(column, row)),
            message: what.message,
            remedy: what.remedy,
            raw_masked: None,
        }
    }

    /// An issue about the sheet as a whole.
    pub fn whole(&self, level: Level, what: Refusal) -> Issue {
        Issue { row: None, header: None, cell: None, ..self.at(level, 0, None, what) }
    }
}

/// Issues of a table; warnings of one kind in one column become one line with a count, and so does what is beyond
/// [`MOST_LISTED`].
#[derive(Debug)]
pub(super) struct Issues {
    list: Vec<Issue>,
    most: usize,
    gathered: BTreeMap<(String, Option<String>, Level), (Issue, u64)>,
}

impl Default for Issues {
    fn default() -> Self {
        Self { list: Vec::new(), most: MOST_LISTED, gathered: BTreeMap::new() }
    }
}

impl Issues {
    pub fn push(&mut self, issue: Issue) {
        if is_listed(&issue) && self.list.len() < self.most {
            self.list.push(issue);
            return;
        }
        let key = (issue.code.clone(), issue.header.clone(), issue.level);
        self.gathered.entry(key).and_modify(|(_, n)| *n += 1).or_insert((issue, 1));
    }

    pub fn extend(&mut self, issues: impl Iterator<Item = Issue>) {
        issues.for_each(|issue| self.push(issue));
    }

    pub fn finish(self) -> Vec<Issue> {
        let mut list = self.list;
        list.extend(self.gathered.into_values().map(|(mut issue, n)| {
            if is_listed(&issue) {
                issue.message =
                    format!("{}（错误太多，本列这类问题另有{n}处不再逐条列出，此为其中第一处）", issue.message);
            } else if n > 1 {
                issue.message = format!("{}（本列共{n}处，此为第一处）", issue.message);
            }
            issue
        }));
        list.sort_by_key(|i| i.row);
        list
    }
}

fn is_listed(issue: &Issue) -> bool {
    issue.level == Level::Error || LISTED.contains(&issue.code.as_str())
}

/// A value as written, with personal data masked; long text cut.
pub(super) fn mask(column: &Column, shown: &str) -> String {
    let number = |head, tail| mask_number(shown, head, tail);
    match column.vault {
        Some(VaultKind::Id) => number(4, 1),
        Some(VaultKind::Account | VaultKind::Phone) => number(0, 4),
        Some(VaultKind::Name | VaultKind::Address) => number(1, 0),
        None => {
            let masked = crate::normalise::mask_personal(shown).unwrap_or_else(|| shown.to_owned());
            masked.chars().take(60).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_mistakes_are_counted_and_none_is_silent() {
        let place = Place { file: "月报.csv", sheet: "", has_cells: false };
        let issue = |row, level| place.at(level, row, Some((0, "金额")), Refusal::new("DQ011", "不是数字", "请核对"));
        let mut issues = Issues { most: 2, ..Issues::default() };
        (2..=6).for_each(|row| issues.push(issue(row, Level::Error)));
        (2..=3).for_each(|row| issues.push(issue(row, Level::Warning)));
        let list: Vec<(Option<u32>, String)> = issues.finish().into_iter().map(|i| (i.row, i.message)).collect();
        let meant = [
            (2, "不是数字"),
            (2, "不是数字（本列共2处，此为第一处）"),
            (3, "不是数字"),
            (4, "不是数字（错误太多，本列这类问题另有3处不再逐条列出，此为其中第一处）"),
        ];
        assert_eq!(list, meant.map(|(row, text)| (Some(row), text.to_owned())));
    }
}
