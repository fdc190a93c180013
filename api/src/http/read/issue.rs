//! A mistake in a return, as pages and programs get it.

use serde::{Deserialize, Serialize};
use suixin_ingest::checked::{Issue, Level};
use utoipa::ToSchema;

/// A mistake with its place, what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssueView {
    /// Code of the rule, `DQ001` to `DQ027`.
    pub code: String,
    /// `error` (kept out) or `warning` (taken in, to be looked at).
    pub level: String,
    /// File as it was sent.
    pub file: String,
    /// Sheet; empty for CSV and JSON.
    pub sheet: String,
    /// Row from 1; none when it concerns the table or the file.
    pub row: Option<u32>,
    /// Header as the sender wrote it.
    pub header: Option<String>,
    /// Cell such as `D17`.
    pub cell: Option<String>,
    /// What is wrong, in Chinese.
    pub message: String,
    /// What to do, in Chinese.
    pub remedy: String,
    /// Value as written; personal data masked.
    pub raw_masked: Option<String>,
}

impl From<&Issue> for IssueView {
    fn from(issue: &Issue) -> Self {
        let i = issue.clone();
        Self {
            code: i.code,
            level: if i.level == Level::Error { "error" } else { "warning" }.to_owned(),
            file: i.file,
            sheet: i.sheet,
            row: i.row,
            header: i.header,
            cell: i.cell,
            message: i.message,
            remedy: i.remedy,
            raw_masked: i.raw_masked,
        }
    }
}

impl IssueView {
    /// Whether it keeps something out.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.level == "error"
    }

    /// Its level for people.
    #[must_use]
    pub fn level_title(&self) -> &'static str {
        if self.is_error() { "错误" } else { "提醒" }
    }

    /// Where to look: the cell, the row, or the whole.
    #[must_use]
    pub fn place(&self) -> String {
        match (&self.cell, self.row) {
            (Some(cell), _) => cell.clone(),
            (None, Some(row)) => format!("第 {row} 行"),
            (None, None) if self.sheet.is_empty() => "整个文件".to_owned(),
            (None, None) => "整张表".to_owned(),
        }
    }
}
