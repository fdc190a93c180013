//! A statement for the rows of one base table.

/// The rows of a base table that went into a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Probe {
    /// The table.
    pub table: String,
    /// What it is called in the statement.
    pub(super) alias: String,
    pub(super) from: String,
    pub(super) condition: String,
}

impl Probe {
    /// The statement that gives these columns of the rows, each row once.
    pub(crate) fn sql(&self, columns: &[&str]) -> String {
        let columns: Vec<String> = columns.iter().map(|c| format!("{}.\"{c}\"", self.alias)).collect();
        let condition = if self.condition.is_empty() { String::new() } else { format!(" WHERE {}", self.condition) };
        format!("SELECT DISTINCT {} FROM {}{condition}", columns.join(", "), self.from)
    }
}
