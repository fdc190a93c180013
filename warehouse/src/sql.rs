//! The SQL parser for whoever compiles statements (metrics), so that only this crate names DataFusion. Statements parse
//! here exactly as they will when they run.

pub use datafusion::sql::sqlparser::{ast, dialect, keywords, parser, tokenizer};

use crate::error::{Error, Result};
use crate::query::misspelt;

/// The dialect of all statements. `explain`, a column of `eval_score`, is a plain name in it.
pub const DIALECT: dialect::PostgreSqlDialect = dialect::PostgreSqlDialect {};

/// Parses one statement in the dialect of [`crate::Snapshot::query`].
///
/// # Errors
/// `Query` when it does not parse or is not exactly one statement.
pub fn parse(sql: &str) -> Result<ast::Statement> {
    let mut statements = parser::Parser::parse_sql(&DIALECT, sql).map_err(|e| misspelt(&e.to_string()))?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        _ => Err(Error::Query("应当正好是一条语句".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_statement_parses() {
        assert!(matches!(parse("SELECT 1 AS k"), Ok(ast::Statement::Query(_))));
        assert!(parse("SELECT 1; SELECT 2").is_err() && parse("").is_err() && parse("SELEC").is_err());
    }
}
