//! Making issues: their place, masked values, and warnings gathered so that one habit of a sender is one line.

use std::collections::BTreeMap;

use crate::checked::{Issue, Level};
use crate::contract::{Column, VaultKind};
use crate::normalise::{Refusal, mask_number};
use crate::read::cell_ref;

/// Warnings that are listed one by one, because each concerns a person or a body.
const LISTED: [&str; 3] = ["DQ007", "DQ008", "DQ027"];

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

/// Issues of a table; warnings of one kind in one column become one line with a count.
#[derive(Debug, Default)]
pub(super) struct Issues {
    list: Vec<Issue>,
    gathered: BTreeMap<(String, Option<String>), (Issue, u64)>,
}

impl Issues {
    pub fn push(&mut self, issue: Issue) {
        if issue.level == Level::Error || LISTED.contains(&issue.code.as_str()) {
            self.list.push(issue);
            return;
        }
        let key = (issue.code.clone(), issue.header.clone());
        self.gathered.entry(key).and_modify(|(_, n)| *n += 1).or_insert((issue, 1));
    }

    pub fn extend(&mut self, issues: impl Iterator<Item = Issue>) {
        issues.for_each(|issue| self.push(issue));
    }

    pub fn finish(self) -> Vec<Issue> {
        let mut list = self.list;
        list.extend(self.gathered.into_values().map(|(mut issue, n)| {
            if n > 1 {
                issue.message = format!("{}（本列共{n}处，此为第一处）", issue.message);
            }
            issue
        }));
        list.sort_by_key(|i| i.row);
        list
    }
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
